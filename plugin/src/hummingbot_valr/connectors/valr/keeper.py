"""What must happen without Hummingbot's asking: its strategies look once whether a connector is ready, then never again.

The keeper looks twice a second. It says which component is missing after fifteen seconds, why, and what is done about
it; it takes the orders away when their book or the account cannot be seen, and lets no new ones out meanwhile; it asks
after every order in doubt until the exchange has spoken, and takes away what an earlier run left behind.
"""

import asyncio
import re
from collections.abc import Coroutine
from dataclasses import dataclass
from time import time
from typing import TYPE_CHECKING, Any

from hummingbot.core.data_type.in_flight_order import OrderState

from valr_maker.engine.account_watch import POLLED_MAX_S
from valr_maker.engine.readiness import FORCE_AFTER_S
from valr_maker.orders.reconcile import BALANCE_WITHIN_S, CANCEL_WITHIN_S, NOT_FOUND_AFTER_S, Row

if TYPE_CHECKING:
    from .valr_exchange import ValrExchange

LOOK_EVERY_S = 0.5
GRACE_S = 3.0
"""New orders are refused at once; those that rest are taken away when the trouble lasts longer than a reconnect."""
CHASE_FIRST_S, CHASE_MAX_S = 1.0, 8.0
STRAY_AFTER_S = 1.5
BALANCES_RETRY_S = 5.0
ORDERS_POLL_S = 6.0
"""A little longer than Hummingbot's own pace: this one only steps in."""
SESSION_IDS_MAX = 20_000
MADE_AT = re.compile(r"[BS]\w{4}([0-9a-f]{13})")
"""Hummingbot's client id after the prefix: side, letters of the pair, and microseconds since 1970."""


@dataclass(slots=True)
class Chase:
    """A question about one order that stays open until the exchange has answered it."""

    due_s: float
    asked: int = 0


@dataclass(slots=True)
class Stray:
    """An order of ours on the exchange that Hummingbot does not know."""

    row: Row
    first_s: float
    last_s: float
    cancelled_s: float = float("-inf")


def made_at(cid: str, prefix: str) -> float | None:
    """When Hummingbot made a client id, in seconds since 1970; None for an id that does not say."""
    found = MADE_AT.match(cid.removeprefix(prefix))
    return int(found[1], 16) / 1e6 if found else None


class Keeper:
    """Looks after one started connector. Its clock is monotonic."""

    def __init__(self, exchange: "ValrExchange") -> None:
        self._exchange, self._clock = exchange, exchange.line.clock
        self.on_guard = False
        """From the first start on; a connector that never starts (a test, `hbot balance`) has nothing to guard."""
        self.started_s = 0.0
        self.polled_s: float | None = None
        self.polling_problem = ""
        self.born: dict[str, float] = {}
        """Orders of this session, by client id: when they were sent."""
        self._first_started_s: float | None = None
        """By this machine's wall clock, which Hummingbot writes into its client ids."""
        self._found_at_start: set[str] | None = None
        """What the first list named: it was there before us, whatever the clocks say. None before that list."""
        self._other_told = False
        self._chases: dict[str, Chase] = {}
        self._taking: dict[str, float] = {}
        self._strays: dict[str, Stray] = {}
        self._fills_due: dict[str, float] = {}
        self._balances_due_s: float | None = None
        self._orders_due_s: float | None = None
        self._orders_asked_s = 0.0
        self._refusing: dict[str, tuple[float, str]] = {}
        self._told_missing: set[str] = set()
        self._looking: asyncio.Task[None] | None = None
        self._work: set[asyncio.Task[None]] = set()

    # ---- life -------------------------------------------------------------------------------------------------------
    def start(self) -> None:
        """Begin to look; the fifteen seconds count from here."""
        self.on_guard, self.started_s = True, self._clock.monotonic_s()
        if self._first_started_s is None:
            self._first_started_s = time()
        self._told_missing.clear()
        if self._looking is None or self._looking.done():
            self._looking = asyncio.get_running_loop().create_task(self._look_on())

    def stop(self) -> None:
        """The network is stopped: no more looking, unless orders may still rest, which are then taken away first."""
        self._refusing.clear()
        if not self._exchange.in_flight_orders and self._looking is not None:
            self._looking.cancel()
            self._looking = None
            for task in self._work:
                task.cancel()

    async def _look_on(self) -> None:
        while True:
            try:
                self.look(self._clock.monotonic_s())
            except Exception:  # whoever watches over the orders must not end by one mistake
                self._exchange.logger().exception("Looking after the connector failed; looking again")
            if not self._exchange.network_started and not self._exchange.in_flight_orders:
                return
            await self._clock.sleep(LOOK_EVERY_S)

    def look(self, now_s: float) -> None:
        """One round."""
        self._tell_missing(now_s)
        self._guard(now_s)
        self._chase(now_s)
        self._take_away_again(now_s)
        self._take_strays(now_s)
        self._fetch(now_s)

    def _spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.get_running_loop().create_task(self._guarded(work))
        self._work.add(task)
        task.add_done_callback(self._work.discard)

    async def _guarded(self, work: Coroutine[Any, Any, Any]) -> None:
        try:
            await work
        except Exception as problem:  # it is told, and what it was about is still due
            self._exchange.logger().warning(f"{problem}")

    # ---- readiness --------------------------------------------------------------------------------------------------
    @property
    def overdue(self) -> bool:
        """Whether the first fifteen seconds are over."""
        return self._clock.monotonic_s() - self.started_s >= FORCE_AFTER_S

    def _tell_missing(self, now_s: float) -> None:
        if not self._exchange.network_started or not self.overdue:
            return
        reasons = self._exchange.not_ready_because()
        for name in self._told_missing - reasons.keys():
            self._exchange.logger().info(f"{name} is ready now")
        for name in reasons.keys() - self._told_missing:
            waited = f"{FORCE_AFTER_S:.0f} s"
            self._exchange.logger().warning(f"{name} is not ready after {waited}: {reasons[name]}")
        if reasons.keys() - self._told_missing:
            self._exchange.force(reasons.keys() - self._told_missing)
        self._told_missing = set(reasons)

    # ---- the guard --------------------------------------------------------------------------------------------------
    def account_problem(self, now_s: float) -> str:
        """Why the account cannot be seen; empty when the socket tells, or polling does."""
        stream = self._exchange.user_stream
        if stream.alive or (self.polled_s is not None and now_s - self.polled_s <= POLLED_MAX_S):
            return ""
        polling = self.polling_problem or "not answered yet"
        return f"the account is not visible: no account socket ({stream.why}), and polling over REST: {polling}"

    def why_refused(self, trading_pair: str) -> str:
        """Why no order may go out for this pair now; empty when it may."""
        if not self.on_guard:
            return ""
        return self._exchange.books.problem(trading_pair) or self.account_problem(self._clock.monotonic_s())

    def _guard(self, now_s: float) -> None:
        for pair in self._exchange.trading_pairs or ():
            why, logger = self.why_refused(pair), self._exchange.logger()
            orders = [one for one in self._exchange.in_flight_orders.values() if one.trading_pair == pair]
            if not why:
                if self._refusing.pop(pair, ("", ""))[1]:
                    logger.info(f"{pair}: orders are sent again")
                continue
            since_s, told = self._refusing.get(pair, (now_s, ""))
            if now_s - since_s >= GRACE_S and not told and (orders or self._exchange.ready_once):
                told = why
                logger.warning(f"{pair}: no new orders, and {len(orders)} are taken away, because {why}")
            self._refusing[pair] = (since_s, told)
            if now_s - since_s >= GRACE_S:
                for order in orders:
                    self.take_away(order.client_order_id)

    # ---- orders in doubt --------------------------------------------------------------------------------------------
    def is_young(self, cid: str) -> bool:
        """Whether an order may still be on its way, so that "not found" proves nothing."""
        born_s = self.born.get(cid)
        return born_s is not None and self._clock.monotonic_s() - born_s < NOT_FOUND_AFTER_S

    def note_born(self, cid: str) -> None:
        """An order of this session is about to be sent."""
        self.born[cid] = self._clock.monotonic_s()
        if len(self.born) > SESSION_IDS_MAX:
            del self.born[next(iter(self.born))]

    def chase(self, cid: str, after_s: float = 0.0) -> None:
        """Ask the exchange what became of an order, until it says."""
        due_s = self._clock.monotonic_s() + after_s
        known = self._chases.setdefault(cid, Chase(due_s))
        if not known.asked:  # once asked in vain, it is asked at its own pace
            known.due_s = min(known.due_s, due_s)

    def settled(self, cid: str) -> None:
        """The exchange has said where an order stands."""
        self._chases.pop(cid, None)

    def ended(self, cid: str) -> None:
        """An order is over; what it held is told within a moment, or asked for."""
        self.settled(cid)
        self._taking.pop(cid, None)
        self._balances_due_s = self._clock.monotonic_s() + BALANCE_WITHIN_S

    def _chase(self, now_s: float) -> None:
        for cid, chase in list(self._chases.items()):
            if cid not in self._exchange.in_flight_orders:
                del self._chases[cid]
            elif chase.due_s <= now_s:
                chase.asked += 1
                chase.due_s = now_s + min(CHASE_MAX_S, CHASE_FIRST_S * 2.0 ** min(chase.asked, 16))
                self._spawn(self._exchange.ask_about(cid))

    def take_away(self, cid: str) -> None:
        """Cancel an order, and again until it is gone."""
        if cid not in self._taking:
            self._taking[cid] = float("-inf")

    def _take_away_again(self, now_s: float) -> None:
        for cid, sent_s in list(self._taking.items()):
            order = self._exchange.in_flight_orders.get(cid)
            if order is None:
                del self._taking[cid]
            elif now_s - sent_s >= CANCEL_WITHIN_S:
                self._taking[cid] = now_s
                self._spawn(self._exchange.cancel_now(order))

    # ---- what the exchange lists ------------------------------------------------------------------------------------
    def listed(self, rows: list[Row]) -> None:
        """All open orders of the account, by either road. It may be older than our newest order."""
        now_s, found = self._clock.monotonic_s(), {}
        if self._found_at_start is None:
            self._found_at_start = {row.cid for row in rows if row.cid and row.cid not in self.born}
        for row in rows:
            order = self._exchange.find_updatable(row.cid, row.order_id)
            if order is not None:
                self._exchange.seen_resting(order, row)
                cid = order.client_order_id
                if cid not in self.born and self._of_an_earlier_run(cid) and self._exchange.clears_leftovers:
                    self._take_restored(cid)
            elif self._exchange.is_ours(row) and row.cid and not self._of_another_program(row.cid):
                found[row.order_id] = self._strays.get(row.order_id) or Stray(row, now_s, now_s)
                found[row.order_id].last_s = now_s
        self._strays = found
        if found:
            self._orders_due_s = now_s + STRAY_AFTER_S + LOOK_EVERY_S
        self._ask_after_missing({row.order_id for row in rows})

    def _of_an_earlier_run(self, cid: str) -> bool:
        """Whether an order was made before we started; one that is newer is no leftover, whoever made it."""
        made_s = made_at(cid, self._exchange.client_order_id_prefix)
        if made_s is None or self._first_started_s is None or cid in (self._found_at_start or ()):
            return True
        return made_s < self._first_started_s

    def _of_another_program(self, cid: str) -> bool:
        """A second Hummingbot with the same key, from the same place: its orders are not ours to take away."""
        if cid in self.born or self._of_an_earlier_run(cid):
            return False
        if not self._other_told:
            self._other_told = True
            self._exchange.logger().warning(
                f"order {cid} was placed by another Hummingbot that runs from this folder with the same API key; "
                "its orders are left alone. Give each one a folder, or a key, of its own"
            )
        return True

    def _take_restored(self, cid: str) -> None:
        """Hummingbot tracks an order of an earlier run again, but shows it to no strategy: nobody else takes it away."""
        if cid not in self._taking:
            self._exchange.logger().warning(f"order {cid} is of an earlier run: cancelling it")
            self.take_away(cid)

    def _ask_after_missing(self, listed: set[str]) -> None:
        """An order that is not listed is a question, never an end."""
        for cid, order in self._exchange.in_flight_orders.items():
            resting = order.current_state in (OrderState.OPEN, OrderState.PARTIALLY_FILLED)
            if resting and order.exchange_order_id not in listed:
                self.chase(cid, after_s=0.5)

    def _take_strays(self, now_s: float) -> None:
        """Of an earlier run: at once. Of this one: when it is still there at a second look, for lists may be old."""
        for stray in list(self._strays.values()):
            ours_now = stray.row.cid in self.born
            if ours_now and stray.last_s - stray.first_s < STRAY_AFTER_S:
                continue
            if (not ours_now and not self._exchange.clears_leftovers) or now_s - stray.cancelled_s < CANCEL_WITHIN_S:
                continue
            stray.cancelled_s = now_s
            self._orders_due_s = now_s + STRAY_AFTER_S
            whose = "that had been given up" if ours_now else "of an earlier run"
            self._exchange.logger().warning(
                f"an order {whose} rests on {stray.row.pair}: cancelling {stray.row.order_id}"
            )
            self._spawn(self._exchange.cancel_stray(stray.row))

    # ---- what is to be fetched --------------------------------------------------------------------------------------
    def balance_heard(self) -> None:
        """The stream told of money after an order's end."""
        self._balances_due_s = None

    def want_balances(self) -> None:
        """They could not be fetched: Hummingbot's own next look may be two minutes away."""
        self._balances_due_s = self._clock.monotonic_s() + BALANCES_RETRY_S

    def want_fills(self, trading_pair: str, after_s: float = 1.0) -> None:
        """Ask the trade history of a pair: there is, or may be, a fill that the socket has not told."""
        due_s = self._clock.monotonic_s() + after_s
        self._fills_due[trading_pair] = min(self._fills_due.get(trading_pair, due_s), due_s)

    def want_everything(self) -> None:
        """The account stream came up, or something of it could not be read: look at all of it."""
        now_s = self._clock.monotonic_s()
        self._balances_due_s = self._orders_due_s = now_s
        for pair in {order.trading_pair for order in self._exchange.fillable_orders()}:
            self.want_fills(pair, after_s=0.0)

    def _fetch(self, now_s: float) -> None:
        for pair in [pair for pair, due_s in self._fills_due.items() if due_s <= now_s]:
            del self._fills_due[pair]
            self._spawn(self._exchange.fetch_fills(pair))
        if self._balances_due_s is not None and self._balances_due_s <= now_s:
            self._balances_due_s = None
            self._spawn(self._exchange.fetch_balances())
        if (self._orders_due_s is not None and self._orders_due_s <= now_s) or self._must_poll(now_s):
            self._orders_due_s, self._orders_asked_s = None, now_s
            self._spawn(self._exchange.fetch_open_orders())

    def _must_poll(self, now_s: float) -> bool:
        """Hummingbot's polling asks for other things too, and one address that hangs must not make the account dark."""
        if self._exchange.user_stream.alive or not self._exchange.network_started:
            return False
        return now_s - max(self.started_s, self._orders_asked_s, self.polled_s or 0.0) > ORDERS_POLL_S
