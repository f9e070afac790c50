"""`valr-maker hummingbot run`: the person's file in a real Hummingbot, in a home of its own, and proof that nothing rests."""

import asyncio
import json
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from valr_maker.chance import Chance
from valr_maker.cli.hummingbot import Where, the_environment
from valr_maker.cli.loop import on_signals, run
from valr_maker.cli.options import Venue
from valr_maker.cli.streams import last_word
from valr_maker.cli.venue import OpenVenue, open_venue
from valr_maker.clock import RealClock
from valr_maker.config.load import Loaded, load
from valr_maker.doctor import account, outside
from valr_maker.doctor.patient import Patient
from valr_maker.doctor.steps import NETWORK
from valr_maker.errors import (
    ConfigProblem,
    ExchangeUnreachable,
    Exit,
    KeyProblem,
    OrdersUnresolved,
    UsageProblem,
    ValrMakerError,
)
from valr_maker.events import Note, Weight
from valr_maker.gateway.order_entry import cancel_order
from valr_maker.hummingbot.engine import Engine, Log
from valr_maker.hummingbot.environment import Environment
from valr_maker.hummingbot.home import Home, Lock, base, bot_name, forget_keys, home_of, make
from valr_maker.hummingbot.watch import Watch
from valr_maker.screens.fold import folded_for
from valr_maker.screens.outlet import Outlet
from valr_maker.screens.plain import note_line
from valr_maker.wire import endpoints

CLOCK = RealClock()
CONNECTOR = {Venue.SANDBOX: "valr_sandbox", Venue.LIVE: "valr"}
PASSWORD_VARIABLE = "HBOT_PASSWORD"  # noqa: S105  # the name of a variable, not a secret
PASSWORD_LENGTH = 32
SUMMARY_EVERY_S, LOG_EVERY_S = 15.0, 0.5
PROOF_WITHIN_S, ASK_AGAIN_S = 30.0, 0.5
LAST_WORDS_S = 2.0
ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What the command line asked for."""

    conf: Path
    venue: Venue
    where: Where
    duration_s: float | None
    seed: int
    address: str | None
    home: Path | None
    as_json: bool


@dataclass(slots=True)
class Run:
    """One run and what came of it."""

    home: Home
    say: Callable[[str, Weight], None]
    started_s: float
    watch: Watch = field(default_factory=Watch)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    hurry: asyncio.Event = field(default_factory=asyncio.Event)
    reason: str = ""
    error: ValrMakerError | None = None
    open_orders: int | None = None
    taken_at_start: int = 0
    components: dict[str, bool] = field(default_factory=dict)
    """As they were when it began to stop."""

    def stop(self, reason: str, error: ValrMakerError | None = None) -> None:
        """Begin to stop. A second time: hurry."""
        if self.stopping.is_set() and error is None:
            self.hurry.set()
        self.components = self.components or self.watch.components
        self.reason, self.error = self.reason or reason, self.error or error
        self.stopping.set()


def run_command(options: RunOptions) -> Exit:
    """Run the file in Hummingbot. Raises ValrMakerError for what keeps it from starting or from ending well."""
    if os.name == "nt":
        raise UsageProblem("Hummingbot's engine does not run on Windows", remedy="Use WSL or a container")
    loaded = load(options.conf)
    environment = the_environment(options.where)
    if environment is None:
        raise UsageProblem("nobody has said which Python runs this checkout", remedy="Name it with --env DIR")
    if environment.plugin is None and not (options.where.source and _linked(environment)):
        raise UsageProblem(
            f"the Hummingbot in {environment.prefix} has no connector for VALR yet",
            remedy=f"Install it: valr-maker hummingbot install{options.where.words}",
        )
    done = run(_run(loaded, environment, options))
    last_word(json.dumps(_as_json(done)) + "\n" if options.as_json else _as_text(done))
    if done.error is not None:
        raise done.error
    return Exit.OK


def _linked(environment: Environment) -> bool:
    return environment.hummingbot is not None and (environment.hummingbot / "connector/exchange/valr").is_dir()


async def _run(loaded: Loaded, environment: Environment, options: RunOptions) -> Run:
    started_s, loop = CLOCK.monotonic_s(), asyncio.get_running_loop()

    def unheard() -> None:
        loop.call_soon_threadsafe(this.stop, "nobody reads the output any more")

    outlet = Outlet(sys.stderr if options.as_json else sys.stdout, unheard)

    def say(text: str, weight: Weight = Weight.INFO) -> None:
        outlet.write(note_line(Note(CLOCK.monotonic_s(), text, weight), outlet, started_s))

    home = _home(options)
    this = Run(home, say, started_s)
    on_signals(lambda name: this.stop(f"stopped by {name}"))
    try:
        async with open_venue(options.venue, seed=options.seed, address=options.address) as venue:
            patient = Patient(options.venue.value, venue.transport.rest_url, venue.transport, CLOCK, Chance(), venue.key,
                              conf=options.conf, loaded=loaded)  # fmt: skip
            for step in (
                outside.address,
                outside.clock,
                outside.status,
                outside.rules,
                account.key,
                account.permissions,
            ):
                await step(patient)
            for text in loaded.notes:
                say(text)
            await _in_home(this, environment, options, venue, patient)
    finally:
        outlet.finish(LAST_WORDS_S)
    return this


async def _examine(patient: Patient) -> None:
    """Whatever would keep Hummingbot from quoting and can be known before it starts. Raises what the doctor's steps do."""
    for step in (outside.clock, outside.status, outside.rules, account.key, account.permissions):
        for attempt in range(1, ATTEMPTS + 1):
            try:
                await step(patient)
            except ExchangeUnreachable as problem:
                if attempt == ATTEMPTS:
                    problem.remedy = problem.remedy or NETWORK
                    raise
                await CLOCK.sleep(float(attempt))
            else:
                break


def _home(options: RunOptions) -> Home:
    if options.home:
        return Home(options.home.resolve(), bot_name(options.conf))
    return home_of(options.conf, options.venue.value, base(os.environ, Path.home()).resolve())


async def _in_home(
    this: Run, environment: Environment, options: RunOptions, venue: OpenVenue, patient: Patient
) -> None:
    """Everything that needs the home to itself."""
    assert environment.hummingbot is not None
    connector = CONNECTOR[options.venue]
    make(this.home, options.conf, connector, environment.hummingbot)
    lock = Lock(this.home)
    try:
        this.taken_at_start = await _take_away(this, patient, "an earlier run left behind")
        password = os.environ.get(PASSWORD_VARIABLE) or ""
        if not password:  # made for this run and kept nowhere: what lies in the home can be read by nobody
            forget_keys(this.home)
            password = Chance().token(PASSWORD_LENGTH)
        engine = Engine(environment, this.home, connector, options.where.extra)
        where = (
            "VALR itself: REAL MONEY" if options.venue is Venue.LIVE else f"the sandbox at {venue.transport.rest_url}"
        )
        this.say(f"{connector} on {where}; home {this.home.folder}", Weight.INFO)
        this.say(f"starting Hummingbot {environment.hummingbot_version} with {environment.python}", Weight.INFO)
        assert venue.key is not None
        log = Log(this.home.log)
        address = venue.transport.rest_url if options.venue is Venue.SANDBOX else None
        await engine.start(venue.key, password, address=address, lock=lock.number)
        await _attend(this, engine, log, options.duration_s)
        await _prove(this, patient)
    finally:
        lock.release()


async def _attend(this: Run, engine: Engine, log: Log, duration_s: float | None) -> None:
    """Watch it until somebody stops it or it ends by itself; it has ended afterwards in any case."""
    ended = asyncio.create_task(engine.ended())
    tasks = [
        asyncio.create_task(_hear(this, engine)),
        asyncio.create_task(_tell_log(this, log)),
        asyncio.create_task(_summaries(this)),
    ]
    if duration_s is not None:
        tasks.append(asyncio.create_task(_stop_after(this, duration_s)))
    stopping = asyncio.create_task(this.stopping.wait())
    try:
        await asyncio.wait([ended, stopping], return_when=asyncio.FIRST_COMPLETED)
        if not this.stopping.is_set():
            this.stop("Hummingbot ended by itself", engine.why_it_ended(ended.result()))
        this.say(f"{this.reason}: stopping Hummingbot", Weight.INFO)
        code = await engine.finish(this.hurry)
        if code and this.error is None:
            this.say(f"Hummingbot ended with {code} while it was being stopped", Weight.WARNING)
        with suppress(TimeoutError):  # what it said last is still in the pipe
            async with asyncio.timeout(1.0):
                await tasks[0]
    finally:
        for task in (*tasks, ended, stopping):
            task.cancel()
        await asyncio.gather(*tasks, ended, stopping, return_exceptions=True)
        _say_log(this, log)


async def _hear(this: Run, engine: Engine) -> None:
    async for told in engine.told():
        for note in this.watch.take(told, CLOCK.monotonic_s()):
            this.say(note.text, note.weight)
        if this.watch.prefix:
            this.home.remember(this.watch.prefix)
        if this.watch.without_strategy and not this.stopping.is_set():
            found = "Hummingbot says that it runs, but it has made no strategy from this file"
            this.stop(found, ConfigProblem(found, remedy=f"Its log says why: {this.home.log}"))


async def _tell_log(this: Run, log: Log) -> None:
    while True:
        await CLOCK.sleep(LOG_EVERY_S)
        _say_log(this, log)


def _say_log(this: Run, log: Log) -> None:
    for weight, text in log.new():
        this.say(text, weight)


async def _summaries(this: Run) -> None:
    while True:
        await CLOCK.sleep(SUMMARY_EVERY_S)
        this.say(this.watch.summary(), Weight.INFO)


async def _stop_after(this: Run, duration_s: float) -> None:
    """Counted from when the engine runs: its start takes some seconds that nobody asked for."""
    while not this.watch.running:
        await CLOCK.sleep(ASK_AGAIN_S)
    await CLOCK.sleep(duration_s)
    error = None
    if this.watch.ready_s is None:
        error = ExchangeUnreachable(
            f"never ready in {duration_s:g} s: {this.watch.lacking()}",
            remedy="`valr-maker doctor` tells whether it is this machine; `--venue sandbox` needs no network",
        )
    this.stop("duration over", error)


# ---- what rests ------------------------------------------------------------------------------------------------------
async def _resting(this: Run, patient: Patient) -> list[tuple[str, str]]:
    """Pair and client id of every order of this bot's on the exchange's own list."""
    prefixes = tuple(this.home.prefixes())
    rows = await patient.ask(endpoints.OPEN_ORDERS) if prefixes else []
    ids = [(row.currency_pair, row.customer_order_id or "") for row in rows]
    return [(pair, cid) for pair, cid in ids if cid.startswith(prefixes)]


async def _take_away(this: Run, patient: Patient, whose: str) -> int:
    """Cancel what rests of this bot. Gives how many there were; some may still be listed afterwards."""
    rows = await _resting(this, patient)
    for pair, cid in rows:
        this.say(f"{cid} on {pair} was {whose}: cancelling it", Weight.WARNING)
        with suppress(ExchangeUnreachable):  # gone by now, or the next list shows that it is not
            await patient.ask(endpoints.CANCEL_ORDER, body=cancel_order(pair, cid, None))
    return len(rows)


async def _prove(this: Run, patient: Patient) -> None:
    """Ask the exchange until it lists no order of this bot's any more; cancel those that it does."""
    began_s, rows, problem = CLOCK.monotonic_s(), None, ""
    while CLOCK.monotonic_s() - began_s < PROOF_WITHIN_S:
        try:
            rows = await _take_away(this, patient, "not taken away by Hummingbot")
        except (ExchangeUnreachable, KeyProblem) as trouble:
            problem = str(trouble)
        if rows == 0:
            this.open_orders = 0
            return
        await CLOCK.sleep(ASK_AGAIN_S)
    this.open_orders = rows
    count = f"it is not known how many ({problem})" if rows is None else rows
    this.error = OrdersUnresolved(
        f"stopped without proof that nothing rests: {count} open orders of this bot",
        remedy="Cancel them on VALR (Orders, Cancel all), or run the same file again: it takes them away first",
    )


# ---- the end ---------------------------------------------------------------------------------------------------------
def _as_json(this: Run) -> dict[str, object]:
    watch = this.watch
    first_s = watch.first_order_s
    return {
        "orders_placed": watch.placed,
        "orders_cancelled": watch.cancelled,
        "orders_failed": watch.failed,
        "fills": watch.fills,
        "open_orders": this.open_orders,
        "orders_of_an_earlier_run": this.taken_at_start,
        "components": this.components,
        "seconds_to_first_quotes": None if first_s is None else round(first_s - this.started_s, 3),
        "seconds_to_ready": None
        if watch.ready_s is None or watch.connecting_s is None
        else round(watch.ready_s - watch.connecting_s, 3),
        "home": str(this.home.folder),
        "log": str(this.home.log),
        "exit_reason": this.reason,
        "exit_code": int(this.error.exit_code if this.error else Exit.OK),
        "error": this.error.line() if this.error else None,
    }


def _as_text(this: Run) -> str:
    watch = this.watch
    if this.error is not None and watch.placed == 0:
        return ""  # the error says all there is
    proof = "not known" if this.open_orders is None else f"{this.open_orders}, by the exchange's own list"
    text = (
        f"{this.reason}. Orders placed {watch.placed}, cancelled {watch.cancelled}, fills {watch.fills}. "
        f"Open orders: {proof}. Log: {this.home.log}"
    )
    return folded_for(sys.stdout, text)
