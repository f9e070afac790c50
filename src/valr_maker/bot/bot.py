"""Start, run, stop: pumps frames, answers and time into the engine, and does what it commands.

Leaves nothing resting: `run` only returns after the exchange has listed the open orders and none is ours, or says
which could not be proved gone.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from typing import Any

from valr_maker.bot.asks import answer
from valr_maker.bot.elsewhere import PricePoller
from valr_maker.chance import Chance
from valr_maker.clock import Clock
from valr_maker.engine import messages as msg
from valr_maker.engine.engine import Engine, Pace, Phase
from valr_maker.engine.messages import Ask, Cancel, Halt, Place, Reconnect, Resubscribe, Say, What
from valr_maker.engine.replies import cancel_message_id
from valr_maker.engine.status import BudgetStatus, Status, picture
from valr_maker.errors import ExchangeUnreachable, Exit, KeyRefused, OrdersUnresolved, ValrMakerError
from valr_maker.events import Note, Weight
from valr_maker.gateway.client import UNANSWERED, NoAnswer, NotSent, Refused, RestClient
from valr_maker.gateway.order_entry import OrderEntry, cancel_order, limit_order
from valr_maker.gateway.pump import Pump
from valr_maker.gateway.rate import RateBudget
from valr_maker.gateway.session import Session
from valr_maker.gateway.transport import Fetcher, Transport
from valr_maker.keys import ApiKey
from valr_maker.orders import client_id
from valr_maker.wire import stream
from valr_maker.wire.closed import SocketClosed
from valr_maker.wire.codes import WireError
from valr_maker.wire.endpoints import ACCOUNT_CANCEL, ACCOUNT_PLACE
from valr_maker.wire.frames import Subscribe, Subscription
from valr_maker.wire.sign import Stream

TICK_S = 0.25
SPOILT = "invalid signature"
STOP_PATIENCE_S = 20.0
LIMITED_PATIENCE_S = 75.0
"""When the exchange limits us at the end: its windows are clock minutes, so the next one will answer."""
ANSWER_PATIENCE_S = 10.0
PREFLIGHT_TRIES = 3
EVENTS = ("OB_L1_DIFF", "NEW_TRADE")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run went."""

    orders_placed: int
    orders_cancelled: int
    fills: int
    open_orders: int | None
    """This bot's orders that still rest, by the exchange's own list; None when it could not be asked."""
    seconds_to_first_quotes: float | None
    exit_reason: str
    error: ValrMakerError | None = None

    @property
    def exit_code(self) -> Exit:
        """What the command ends with."""
        return self.error.exit_code if self.error else Exit.OK


class Bot:
    """Runs one engine over one transport until stopped. Make and run it inside a loop."""

    def __init__(  # noqa: PLR0913  # what a run consists of, each named
        self,
        engine: Engine,
        transport: Transport,
        clock: Clock,
        chance: Chance,
        key: ApiKey,
        *,
        venue: str,
        watch: Callable[[Note], None] = lambda _note: None,
        fetcher: Fetcher | None = None,
        after_fills: Callable[[], None] = lambda: None,
    ) -> None:
        """`fetcher` asks for prices of other markets; only a file with such a price_source needs it.

        `after_fills` keeps what the next run must know, after fills and at the end; it may raise ValrMakerError.
        """
        self.engine, self.venue = engine, venue
        self._after_fills, self._fills = after_fills, 0
        self._clock, self._watch = clock, watch
        self._pair = engine.settings.market.symbol
        self.budget = RateBudget()
        self.client = RestClient(transport, clock, key, self.budget)
        self._pairs = [self._pair] + ([engine.elsewhere.symbol] if engine.elsewhere.symbol else [])
        self._subscriptions = dict.fromkeys(EVENTS, self._pairs)
        self.trade = self._pump(Stream.TRADE, self._subscriptions, transport, chance, None)
        self.account = self._pump(Stream.ACCOUNT, {}, transport, chance, key)
        self.entry = OrderEntry(self.client, self.account)
        self._tasks: set[asyncio.Task[None]] = set()
        self._stop, self._hurry = asyncio.Event(), asyncio.Event()
        self._reason = ""
        self._error: ValrMakerError | None = None
        self._crash: BaseException | None = None
        self._started_s = clock.monotonic_s()
        self._poller: PricePoller | None = None
        if engine.elsewhere.asked:
            assert fetcher is not None, "who makes a bot for such a file gives it a way to ask"
            self._poller = PricePoller(engine.settings.reference, fetcher, clock, self._feed)

    def _pump(
        self,
        which: Stream,
        subscriptions: dict[str, list[str]],
        transport: Transport,
        chance: Chance,
        key: ApiKey | None,
    ) -> Pump:
        session = Session(which, subscriptions, chance.fork(which))
        return Pump(session, transport, self._clock, self.budget, self, key=key, wall_s=self.client.wall_s)

    # ---- life -------------------------------------------------------------------------------------------------------
    async def run(self, duration_s: float | None = None) -> Outcome:
        """Quote until `stop` is called, the time is up, or something makes it impossible; then take everything away."""
        try:
            await self._preflight()
        except ValrMakerError as error:
            return self._outcome(open_orders=None, reason=str(error), error=error)
        for task in self._work():
            self._spawn(task)
        if duration_s is not None:
            self._spawn(self._stop_after(duration_s))
        await self._stop.wait()
        try:
            open_orders = await self._take_everything_away()
        finally:
            await self._end_tasks()
        unkept = self._keep() if self._fills else None
        if self._crash is not None:
            raise self._crash
        return self._outcome(open_orders, self._reason, self._error or unkept)

    def _work(self) -> Iterator[Coroutine[Any, Any, None]]:
        """What goes on as long as the bot runs."""
        yield self.trade.run()
        yield self.account.run()
        yield self._keep_time()
        if self._poller is not None:
            yield self._poller.run()

    def stop(self, reason: str) -> None:
        """Begin to stop; safe to call more than once."""
        if not self._stop.is_set():
            self._reason = reason
            self._stop.set()

    def told_to_stop(self, reason: str) -> None:
        """A person's word, from a signal handler: the second one gives up waiting for the exchange's proof."""
        if self._stop.is_set():
            self._hurry.set()
        self.stop(reason)

    def status(self) -> Status:
        """The present picture."""
        budgets = (
            BudgetStatus(row.budget, row.used, row.calls, row.window_s)
            for row in self.budget.usage(self.client.wall_s())
        )
        return picture(self.engine, self._clock.monotonic_s(), self.venue, tuple(budgets))

    async def _preflight(self) -> None:
        """Learn the exchange's clock; no answer at all means no network, and is said at once."""
        for attempt in range(1, PREFLIGHT_TRIES + 1):
            try:
                await self.client.synchronise()
            except UNANSWERED as problem:
                if attempt == PREFLIGHT_TRIES:
                    raise ExchangeUnreachable(
                        f"the exchange does not answer: {problem}",
                        remedy="Check the network and the address, then try again; without a network: --venue sandbox",
                    ) from problem
                await self._clock.sleep(float(attempt))
            else:
                return

    async def _stop_after(self, duration_s: float) -> None:
        await self._clock.sleep(duration_s)
        if not self.engine.readiness.ever_ready:
            self._error = ExchangeUnreachable(
                f"never ready in {duration_s:g} s: {self.engine.readiness.lacking() or self.engine.why}",
                remedy="`valr-maker run --venue sandbox` tells whether it is this machine; else see docs/commands.md",
            )
        self.stop("duration over")

    async def _keep_time(self) -> None:
        """Ticks: on whole wall seconds at the clock pace, else when the engine next has something to look at."""
        first, start_s = int(self.client.wall_s()), round(self._clock.monotonic_s())
        second = first
        while True:
            if self.engine.pace is Pace.CLOCK:
                # the strategy counts whole seconds, as Hummingbot does, however late this task was woken
                await self._feed(msg.Tick(float(start_s + second - first)))
                second = max(second + 1, int(self.client.wall_s()) + 1)
                await self._clock.sleep(second - self.client.wall_s())
                continue
            await self._feed(msg.Tick())
            now_s = self._clock.monotonic_s()
            due_s = self.engine.next_due_s(now_s)
            await self._clock.sleep(TICK_S if due_s is None else min(max(due_s - now_s, 0.001), TICK_S))

    async def _take_everything_away(self) -> int | None:
        """Cancel, then let the exchange prove that nothing of ours rests. None when it could not be asked."""
        await self._feed(msg.Stop())
        if isinstance(self._error, KeyRefused) and not self.engine.account.orders.placed:
            return None  # nothing of this run can rest, and with this key nobody will say what else does
        began_s, refusals = self._clock.monotonic_s(), self.budget.refusals
        resting: int | None = None
        while not self._hurry.is_set():
            patience_s = STOP_PATIENCE_S if self.budget.refusals == refusals else LIMITED_PATIENCE_S
            if self._clock.monotonic_s() - began_s >= patience_s:
                break
            if self.engine.nothing_rests or self.engine.phase is Phase.STARTING:
                resting = await self._count_open()
                if resting == 0:
                    self.engine.phase, self.engine.why = Phase.STOPPED, "0 open orders, proved by the exchange"
                    return 0
            await self._feed(msg.Tick())
            await self._clock.sleep(TICK_S / 5)
        named = ", ".join(order.cid for order in self.engine.account.orders) or "unknown"
        count = "it is not known how many" if resting is None else resting
        self._error = OrdersUnresolved(
            f"stopped without proof that nothing rests: {count} open orders of this bot ({named})",
            remedy="Cancel them on VALR (Orders, Cancel all), or run the same file again: it takes them away first",
        )
        return resting

    async def _count_open(self) -> int | None:
        """How many orders of ours the exchange lists; None when it gives no answer in time, or nobody waits for it."""
        ask = Ask(What.OPEN_ORDERS)
        asking = asyncio.ensure_future(answer(self.client, ask, self._pair))
        hurrying = asyncio.ensure_future(self._hurry.wait())
        await asyncio.wait({asking, hurrying}, timeout=ANSWER_PATIENCE_S, return_when=asyncio.FIRST_COMPLETED)
        hurrying.cancel()
        if not asking.done():
            asking.cancel()
            self._say_once(
                "the exchange has not listed the open orders yet; stop again to leave without it", Weight.WARNING
            )
            return None
        try:
            rows = asking.result()
        except UNANSWERED as problem:
            self._say_once(f"{problem}; asking again, stop again to leave without it", Weight.WARNING)
            await self._clock.sleep(1.0)
            return None
        await self._feed(msg.Answered(ask, rows))
        ours = (client_id.parse(row.customer_order_id) for row in rows if row.currency_pair == self._pair)
        return sum(one is not None and one.bot == self.engine.account.bot for one in ours)

    async def _end_tasks(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _outcome(self, open_orders: int | None, reason: str, error: ValrMakerError | None) -> Outcome:
        orders, first_s = self.engine.account.orders, self.engine.first_quotes_s
        return Outcome(
            orders_placed=orders.placed,
            orders_cancelled=orders.cancels_confirmed,
            fills=self.engine.account.fill_count,
            open_orders=open_orders,
            seconds_to_first_quotes=None if first_s is None else round(first_s - self._started_s, 3),
            exit_reason=reason,
            error=error,
        )

    # ---- the pump's listener ----------------------------------------------------------------------------------------
    async def up(self, pump: Pump) -> None:
        """A stream is proved."""
        await self._feed(msg.StreamUp(pump.session.stream))

    async def down(self, pump: Pump, why: str) -> None:
        """A stream is gone. A login refused for its time stamp is no fault of the key."""
        if SPOILT in why and await self.client.time_was_wrong():
            why = "the login was signed with a wrong time; the exchange's is known again"
        await self._feed(msg.StreamDown(pump.session.stream, why))

    async def frame(self, pump: Pump, message: Any) -> None:
        """A message; what it asks for leaves before the next one is read."""
        await self._feed(msg.Frame(pump.session.stream, message))

    async def malformed(self, pump: Pump, problem: WireError) -> None:
        """Bytes that are no message."""
        await self._feed(msg.Malformed(pump.session.stream, str(problem)))

    # ---- commands ---------------------------------------------------------------------------------------------------
    async def _feed(self, event: msg.Event) -> None:
        for command in self.engine.handle(event, self._clock.monotonic_s()):
            await self._do(command)
        if self.engine.account.fill_count != self._fills:
            self._fills = self.engine.account.fill_count
            self._keep()

    def _keep(self) -> ValrMakerError | None:
        """What must outlive this run. When that fails the bot goes on, says so, and tries again at the next fill."""
        try:
            self._after_fills()
        except ValrMakerError as problem:
            self._say_once(problem.line(), Weight.WARNING)
            return problem
        return None

    async def _do(self, command: msg.Command) -> None:
        match command:
            case Place() if self.entry.on_socket(ACCOUNT_PLACE):
                await self._on_socket(command, self.entry.place_on_socket(self._order(command)))
            case Place():
                await self._feed(msg.Underway(command))
                self._spawn(self._by_rest(command, self.entry.place_by_rest(self._order(command))))
            case Cancel(cid=cid, order_id=order_id) if self.entry.on_socket(ACCOUNT_CANCEL):
                cancel = cancel_order(self._pair, cid, order_id)
                await self._on_socket(command, self.entry.cancel_on_socket(cancel, cancel_message_id(cid)))
            case Cancel(cid=cid, order_id=order_id):
                cancel = cancel_order(self._pair, cid, order_id)
                self._spawn(self._by_rest(command, self.entry.cancel_by_rest(cancel)))
            case Ask():
                self._spawn(self._ask(command))
            case Resubscribe(why=why):
                self._spawn(self._resubscribe(why))
            case Reconnect(stream=which, why=why):  # closing may take a while, and cancels may be next
                self._spawn((self.trade if which is Stream.TRADE else self.account).reconnect(why))
            case Say(note=note):
                self._watch(note)
            case Halt(error=error):
                self._error = self._error or error
                self.stop(str(error))

    def _order(self, place: Place) -> Any:
        return limit_order(
            self._pair, place.side, place.price, place.quantity, place.cid, post_only=place.post_only
        )  # fmt: skip

    async def _on_socket(self, command: Place | Cancel, sending: Coroutine[Any, Any, None]) -> None:
        try:
            await sending
        except NoAnswer as problem:
            await self._feed(msg.Unclear(command, str(problem)))

    async def _by_rest(self, command: Place | Cancel, calling: Coroutine[Any, Any, str | None]) -> None:
        event: msg.Event
        try:
            event = msg.Acked(command, await calling)
        except Refused as problem:
            event = msg.Declined(command, str(problem), problem.code)
        except NotSent as problem:
            event = msg.Declined(command, str(problem))
        except (NoAnswer, WireError) as problem:
            event = msg.Unclear(command, str(problem))
        await self._feed(event)

    async def _ask(self, ask: Ask) -> None:
        event: msg.Event
        try:
            event = msg.Answered(ask, await answer(self.client, ask, self._pair))
        except Refused as problem:
            event = msg.Unanswered(ask, problem.why, problem.code)
        except (NoAnswer, NotSent) as problem:
            event = msg.Unanswered(ask, problem.why)
        except WireError as problem:
            event = msg.Unanswered(ask, str(problem))
        await self._feed(event)

    async def _resubscribe(self, why: str) -> None:
        if not self.trade.usable:
            await self.trade.reconnect(why)
            return
        for pairs in ([], self._pairs):  # an empty list ends the subscription, the next one brings a snapshot
            frame = Subscribe(subscriptions=[Subscription(event=EVENTS[0], pairs=pairs)])
            try:
                await self.trade.send(stream.write(frame))
            except SocketClosed as problem:
                self._say(f"resubscribing failed: {problem}", Weight.WARNING)
                return

    # ---- tasks ------------------------------------------------------------------------------------------------------
    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        """A task that ends by an error of ours must not end in silence: stop, take everything away, then show it."""
        self._tasks.discard(task)
        if not task.cancelled() and (crash := task.exception()) is not None and self._crash is None:
            self._crash = crash
            self.stop(f"internal error: {crash!r}")

    def _say(self, text: str, weight: Weight = Weight.INFO) -> None:
        note = Note(self._clock.monotonic_s(), text, weight)
        self.engine.notes.append(note)
        self._watch(note)

    def _say_once(self, text: str, weight: Weight) -> None:
        if all(note.text != text for note in self.engine.notes):
            self._say(text, weight)
