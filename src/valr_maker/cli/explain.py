"""`valr-maker config explain` and `valr-maker why`: what a file means here and now, with no order sent."""

import json
import shutil
import sys
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from valr_maker.bot.dry import DryBot
from valr_maker.chance import Chance
from valr_maker.cli.loop import run
from valr_maker.cli.options import Venue
from valr_maker.cli.prices import price_of
from valr_maker.cli.venue import OpenVenue, open_venue
from valr_maker.clock import RealClock
from valr_maker.config import elsewhere
from valr_maker.config.explain import explain
from valr_maker.config.load import Loaded, load
from valr_maker.config.problems import FileProblems
from valr_maker.config.rules import rules_check
from valr_maker.engine.engine import Engine
from valr_maker.engine.why import LevelWhy, levels
from valr_maker.errors import Exit
from valr_maker.gateway.client import UNANSWERED, RestClient
from valr_maker.gateway.rate import RateBudget
from valr_maker.gateway.sockets import AiohttpFetcher
from valr_maker.orders.client_id import bot_name
from valr_maker.screens import explain as screen
from valr_maker.screens.folded import waiting
from valr_maker.wire import endpoints, rest
from valr_maker.wire.text import plain

PATIENCE_S = 20.0
NOT_KNOWN = "not known"
NARROW, WIDE = 60, 120
CLOCK = RealClock()


@dataclass(frozen=True, slots=True)
class ExplainOptions:
    """What the command line asked for."""

    conf: Path
    venue: Venue
    address: str | None
    seed: int
    as_json: bool
    price: str | None = None
    offline: bool = False


def explain_command(options: ExplainOptions) -> Exit:
    """Every key in words, then the orders that a bot would send now."""
    price = price_of("--price", options.price)
    loaded = _loaded(options.conf)
    if options.offline or price is not None:
        rows: list[LevelWhy] = []
        book = None
        keys = explain(loaded, price)
    else:
        engine, now_s, status = run(_look(loaded, options))
        rows, book = [would(row) for row in levels(engine, now_s)], _book(engine, status)
        keys = explain(loaded, book.reference, book.maker_fee)
    key_rows = [screen.KeyRow(*row) for row in keys]
    if options.as_json:
        _print_json({"file": str(options.conf), "keys": [row._asdict() for row in key_rows], **_as_json(rows, book)})
        return Exit.OK
    lines = screen.keys(key_rows, _width())
    if book is not None:
        lines += ["", *_summary(book), "", *screen.orders(rows, book, _width()), "", *screen.ladder(rows, book)]
    elif price is None:
        lines += ["", "Nothing was asked of an exchange (--offline): give a --price to see money, or leave it out."]
    _print(lines)
    return Exit.OK


def why_command(options: ExplainOptions) -> Exit:
    """Per side and level: what a bot with this file would do now, and why not more."""
    loaded = _loaded(options.conf)
    engine, now_s, status = run(_look(loaded, options))
    rows, book = [would(row) for row in levels(engine, now_s)], _book(engine, status)
    resting = len(engine.account.leftovers)
    if options.as_json:
        _print_json({"file": str(options.conf), "resting_already": resting, **_as_json(rows, book)})
        return Exit.OK
    lines = [*_summary(book), ""]
    if resting:
        lines += [
            f"{resting} orders of this file rest already: another run is quoting, or has left them behind.",
            "A new run takes them away first, and decides then.",
            "",
        ]
    _print([*lines, *screen.why(rows, _width())])
    return Exit.OK


def _loaded(conf: Path) -> Loaded:
    loaded = load(conf)
    if found := list(elsewhere.problems(loaded)):
        raise FileProblems(found)
    return loaded


async def _look(loaded: Loaded, options: ExplainOptions) -> tuple[Engine, float, str]:
    """An engine that has decided once on the real market, the time it is, and what the exchange says of itself."""
    async with AsyncExitStack() as stack:
        opened = open_venue(options.venue, seed=options.seed, address=options.address)
        venue = await stack.enter_async_context(opened)
        fetcher = AiohttpFetcher()
        stack.push_async_callback(fetcher.aclose)
        chance = Chance()
        assert venue.key is not None  # open_venue has refused otherwise
        engine = Engine(
            loaded.settings,
            bot=bot_name(loaded.settings.market, loaded.path.name),
            session=chance.token(8),
            now_s=CLOCK.monotonic_s(),
            check_rules=rules_check(loaded),
        )
        bot = DryBot(engine, venue.transport, CLOCK, chance, venue.key, venue=venue.name, fetcher=fetcher)
        with waiting("looking at the market"):  # not before: a kept key may ask for its passphrase
            await bot.look(PATIENCE_S)
        now_s = CLOCK.monotonic_s()
        return engine, now_s, await _status(venue)


async def _status(venue: OpenVenue) -> str:
    """`online`, or what the exchange is instead; `not known` where it does not say."""
    try:
        answer = await RestClient(venue.transport, CLOCK, venue.key, RateBudget()).call(endpoints.STATUS)
    except UNANSWERED:
        return NOT_KNOWN
    return str(answer.status)


def _book(engine: Engine, status: str) -> screen.Book:
    market, pair = engine.market, engine.settings.market
    reference = engine.strategy.last_reference
    return screen.Book(
        str(pair), pair.base, pair.quote, market.feed.book.best_bid, market.feed.book.best_ask,
        None if reference is None or reference.is_nan() else reference, market.maker_fee, status,
    )  # fmt: skip


def _summary(book: screen.Book) -> list[str]:
    shown = [plain(price) if price is not None else "none" for price in (book.best_bid, book.best_ask)]
    price = "none" if book.reference is None else plain(_short(book.reference))
    closed = f"the exchange is {book.status}: it takes no orders now"
    return [
        f"{book.market}: best bid {shown[0]}, best ask {shown[1]}, price of the file {price} {book.quote}",
        f"maker fee {plain(book.maker_fee * 100)} %; nothing was sent",
        *([] if book.status in {rest.ONLINE, NOT_KNOWN} else [closed]),
    ]


def _short(price: Decimal) -> Decimal:
    return Decimal(f"{price:.10g}")


def _as_json(rows: list[LevelWhy], book: screen.Book | None) -> dict[str, object]:
    if book is None:
        return {"orders": []}
    orders = [
        {
            "side": row.side, "level": row.level, "rests": row.rests, "stage": row.stage, "text": row.text,
            "price": None if row.price is None else plain(row.price),
            "quantity": None if row.quantity is None else plain(row.quantity),
            "looked_at_again_in_s": row.again_in_s,
        }
        for row in rows
    ]  # fmt: skip
    money = {
        name: None if value is None else plain(value)
        for name, value in (("best_bid", book.best_bid), ("best_ask", book.best_ask), ("price", book.reference))
    }
    return {"market": book.market, **money, "maker_fee_pct": plain(book.maker_fee * 100), "exchange": book.status,
            "orders": orders}  # fmt: skip


def would(row: LevelWhy) -> LevelWhy:
    """Here nothing is on its way: it would be sent."""
    return replace(row, text="would be sent") if row.rests else row


def _width() -> int:
    return min(max(shutil.get_terminal_size().columns, NARROW), WIDE)


def _print(lines: list[str]) -> None:
    sys.stdout.write("\n".join(lines) + "\n")


def _print_json(body: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(body) + "\n")
