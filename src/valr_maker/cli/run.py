"""`valr-maker run`: from a file to a quoting bot, with a view of it."""

import asyncio
import gc
import json
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import IO, cast

from valr_maker.bot.bot import Bot, Outcome
from valr_maker.chance import Chance
from valr_maker.cli.loop import on_signals, run
from valr_maker.cli.options import PaceName, Venue
from valr_maker.cli.prices import price_of
from valr_maker.cli.streams import last_word
from valr_maker.cli.venue import OpenVenue, open_venue
from valr_maker.clock import RealClock
from valr_maker.config import elsewhere
from valr_maker.config.load import Loaded, load
from valr_maker.config.problems import FileProblems
from valr_maker.config.rules import rules_check
from valr_maker.engine.engine import Engine, Pace
from valr_maker.errors import Exit, UsageProblem
from valr_maker.events import Note
from valr_maker.gateway.sockets import AiohttpFetcher
from valr_maker.gateway.transport import Fetcher
from valr_maker.orders.client_id import bot_name
from valr_maker.screens.fold import folded_for
from valr_maker.screens.outlet import Outlet
from valr_maker.screens.plain import note_line, summary_line
from valr_maker.state import CostFile, folder_of
from valr_maker.strategy.settings import PriceType
from valr_maker.wire.text import plain

REFRESH_S = 0.25
FIRST_SUMMARY_S, SUMMARY_EVERY_S = 1.0, 15.0
LAST_WORDS_S = 2.0
CLOCK = RealClock()
LAST = "last"
STRICT = "strict parity: as Hummingbot, unsafe corners too; when the feed dies it quotes on by what it saw last"


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What the command line asked for."""

    conf: Path
    venue: Venue
    pace: PaceName
    duration_s: float | None
    seed: int
    address: str | None
    headless: bool
    as_json: bool
    reference_price: str | None = None
    strict_parity: bool = False


def run_command(options: RunOptions) -> Exit:
    """Run the file. Raises ValrMakerError for what keeps it from starting."""
    seed_price = None if options.reference_price == LAST else price_of("--reference-price", options.reference_price)
    if options.strict_parity and options.pace is not PaceName.CLOCK:
        raise UsageProblem(
            "--strict-parity is Hummingbot's way, and Hummingbot decides on whole seconds", remedy="Add --pace clock"
        )
    loaded = load(options.conf)
    if found := list(elsewhere.problems(loaded)):
        raise FileProblems(found)
    outcome = run(_run(loaded, options, seed_price))
    last_word(json.dumps(_as_json(outcome)) + "\n" if options.as_json else _as_text(outcome))
    if outcome.error is not None:
        raise outcome.error
    return Exit.OK


async def _run(loaded: Loaded, options: RunOptions, seed_price: Decimal | None) -> Outcome:
    async with (
        open_venue(options.venue, seed=options.seed, address=options.address) as venue,
        _closing(AiohttpFetcher()) as fetcher,
    ):
        # With --json lines go to standard error: standard output stays for the machine.
        stream = sys.stderr if options.as_json else sys.stdout
        live_view = not (options.headless or options.as_json) and stream.isatty()
        loop = asyncio.get_running_loop()

        def unheard() -> None:
            loop.call_soon_threadsafe(bot.stop, "nobody reads the output any more")

        outlet = Outlet(stream, unheard)
        say = _line_writer(outlet)
        how = How(
            Pace(options.pace),
            fetcher,
            _cost_file(loaded, options),
            seed_price,
            seed_last=options.reference_price == LAST,
            strict_parity=options.strict_parity,
        )
        bot = make_bot(loaded, venue, how, watch=(lambda _note: None) if live_view else say)
        strictly = [STRICT] if options.strict_parity else []
        for text in (*loaded.notes, *_known_cost(bot.engine), *strictly):
            note = Note(bot.engine.readiness.start_s, text, topic="file")
            bot.engine.notes.append(note)  # the live view shows it too
            say(note)
        on_signals(lambda name: bot.told_to_stop(f"stopped by {name}"))
        gc.collect()
        gc.freeze()  # what start-up built lives as long as the bot: collections need not walk it
        show = asyncio.create_task(_show(bot, outlet) if live_view else _summaries(bot, say))
        try:
            return await bot.run(options.duration_s)
        finally:
            show.cancel()
            with suppress(asyncio.CancelledError):
                await show
            outlet.finish(LAST_WORDS_S)


@dataclass(frozen=True, slots=True)
class How:
    """How a bot is to run, beside its file and its venue."""

    pace: Pace
    fetcher: Fetcher
    cost: CostFile | None
    seed_price: Decimal | None = None
    seed_last: bool = False
    strict_parity: bool = False


def make_bot(loaded: Loaded, venue: OpenVenue, how: How, *, watch: Callable[[Note], None]) -> Bot:
    """A bot for this file on this venue, not yet started. Inside a running loop."""
    chance, cost = Chance(), how.cost
    assert venue.key is not None  # open_venue has refused otherwise
    engine = Engine(
        loaded.settings,
        bot=bot_name(loaded.settings.market, loaded.path.name),
        session=chance.token(8),
        now_s=CLOCK.monotonic_s(),
        check_rules=rules_check(loaded),
        pace=how.pace,
        strict_parity=how.strict_parity,
        seed_price=how.seed_price,
        seed_last=how.seed_last,
        cost=None if cost is None else cost.load(),
    )

    def keep_cost() -> None:
        if cost is not None:
            cost.save(engine.strategy.inventory_cost.volumes)

    return Bot(
        engine, venue.transport, CLOCK, chance, venue.key, venue=venue.name, watch=watch,
        fetcher=how.fetcher, after_fills=keep_cost,
    )  # fmt: skip


def _cost_file(loaded: Loaded, options: RunOptions) -> CostFile | None:
    """Only where the cost counts, and not for the embedded sandbox, whose money is new each time."""
    settings = loaded.settings
    embedded = options.venue is Venue.SANDBOX and options.address is None
    if settings.reference.type is not PriceType.INVENTORY_COST or embedded:
        return None
    name = f"cost-{options.venue}-{bot_name(settings.market, loaded.path.name)}"
    return CostFile(folder_of(os.environ), name, str(settings.market))


def _known_cost(engine: Engine) -> list[str]:
    """What an earlier run has left, in a line: the file's inventory_price does not count then."""
    known = engine.strategy.inventory_cost.volumes
    if known is None:
        return []
    base, quote = engine.settings.market
    cost = f"{plain(known[0])} {base} cost {plain(known[1])} {quote}"
    return [f"{cost}, an earlier run has noted; inventory_price does not count"]


@asynccontextmanager
async def _closing(fetcher: AiohttpFetcher) -> AsyncIterator[AiohttpFetcher]:
    try:
        yield fetcher
    finally:
        await fetcher.aclose()


async def _show(bot: Bot, outlet: Outlet) -> None:
    from rich.console import Console

    from valr_maker.screens.terminal import LiveView

    with LiveView(bot.status, Console(file=cast("IO[str]", outlet))) as view:
        while True:
            await CLOCK.sleep(REFRESH_S)
            if not outlet.busy:  # a terminal that stands still gets the newest picture when it goes on
                view.refresh()


async def _summaries(bot: Bot, say: Callable[[Note], None]) -> None:
    wait_s = FIRST_SUMMARY_S
    while True:
        await CLOCK.sleep(wait_s)
        status = bot.status()
        say(Note(status.now_s, summary_line(status)))
        wait_s = SUMMARY_EVERY_S


def _line_writer(outlet: Outlet) -> Callable[[Note], None]:
    start_s = CLOCK.monotonic_s()

    def say(note: Note) -> None:
        outlet.write(note_line(note, outlet, start_s))

    return say


def _as_json(outcome: Outcome) -> dict[str, object]:
    return {
        "orders_placed": outcome.orders_placed,
        "orders_cancelled": outcome.orders_cancelled,
        "fills": outcome.fills,
        "open_orders": outcome.open_orders,
        "seconds_to_first_quotes": outcome.seconds_to_first_quotes,
        "exit_reason": outcome.exit_reason,
        "exit_code": int(outcome.exit_code),
        "error": outcome.error.line() if outcome.error else None,
    }


def _as_text(outcome: Outcome) -> str:
    if outcome.error is not None and outcome.orders_placed == 0:
        return ""  # the error says all there is
    proof = "not known" if outcome.open_orders is None else f"{outcome.open_orders}, by the exchange's own list"
    reason = outcome.exit_reason if outcome.error is None else "ended by an error"
    text = (
        f"{reason}. Orders placed {outcome.orders_placed}, cancelled {outcome.orders_cancelled}, "
        f"fills {outcome.fills}. Open orders: {proof}."
    )
    return folded_for(sys.stdout, text)
