"""The strategy: one tick in Hummingbot's order.

    plan (if create_due_s has come) -> hanging orders -> max order age -> refresh -> minimum spread -> create

Own orders that are being cancelled count as resting: nothing is created until the exchange has confirmed every
cancel, so at least one tick without orders lies between two rounds.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple

from valr_maker.domain import Intent, Reason, Side, Slot
from valr_maker.strategy.hanging import Hanging
from valr_maker.strategy.in_flight import InFlight
from valr_maker.strategy.inventory_cost import InventoryCost, Volumes
from valr_maker.strategy.moment import AsHummingbot
from valr_maker.strategy.plan import Plan
from valr_maker.strategy.planner import Planner
from valr_maker.strategy.refresh import HAIR_S, STAGE, Timers, too_near, too_old_from_s, within_tolerance
from valr_maker.strategy.settings import PriceType, Settings
from valr_maker.strategy.view import OwnView, PairGrid, View
from valr_maker.strategy.words import percent, plain

AS_OFF = Decimal(-1)
"""Hummingbot's minimum spread that is off: it still takes away a buy at more than twice the reference."""


class Away(NamedTuple):
    """An order to cancel, and why."""

    key: str
    reason: Reason


Action = Away | Intent


@dataclass(frozen=True, slots=True)
class Decision:
    """What to send now: cancels by order key, and new orders (buys in order, then sells). Never both.

    `hang` are orders that have begun to hang, with the slots that are theirs from now on. `reasons` says why each
    cancel, why each level that is wanted is missing, and why nothing is quoted. A decision to do nothing is the same
    object from tick to tick while its reasons last: compare with `is` before printing.
    """

    create: tuple[Intent, ...] = ()
    cancel: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()
    hang: tuple[tuple[str, Slot], ...] = ()


_UNCONFIRMED = Decision(reasons=(Reason(STAGE, "new orders wait until the exchange has confirmed every cancel"),))


class Strategy:
    """Pure market making over one pair. All state is here, in the parts that it is made of.

    `strict_parity` does as Hummingbot does where that is unsafe or untrue; docs/parity.md lists where. `cost` is what
    is known of the inventory from before. `tracker_first` is for strict parity: Hummingbot's tracker of hanging orders
    hears of a fill before its strategy does, which there is a matter of memory addresses.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        strict_parity: bool = False,
        cost: Volumes | None = None,
        tracker_first: bool = False,
    ) -> None:
        self.settings = settings
        self.last_tick_s: float | None = None
        """`now_s` of the last tick. At the clock pace a fill between ticks happens, as in Hummingbot, at this time."""
        self.hanging = Hanging(settings.hanging_cancel_distance, settings.max_order_age_s, strict=strict_parity)
        self._strict, self._tracker_first = strict_parity, tracker_first
        self._planner = Planner(settings, cost, strict=strict_parity)
        self._timers = Timers()
        self._in_flight = InFlight(strict=strict_parity)
        self._asked_price: dict[str, Decimal] = {}
        self._own: dict[str, OwnView] = {}
        self._view: View | None = None
        self._found: Decimal | None = None
        self._saw_orders = False
        self.on_seed_price = False
        """Whether the last round was reckoned from `View.seed_price`, because the market showed none."""
        self._planned: Plan | None = None
        self._ended: Reason | None = None
        self._resting = Decision()  # while orders rest: which levels of their round are missing, and why
        self._pausing = Decision()  # while none do and none may: what is waited for

    @property
    def inventory_cost(self) -> InventoryCost:
        """What the base at hand has cost; its volumes are to be kept for the next run."""
        return self._planner.inventory_cost

    @property
    def create_due_s(self) -> float:
        """Orders may be created strictly after this moment; -inf before the first."""
        return self._timers.create_due_s

    @property
    def cancel_due_s(self) -> float:
        """Resting orders are due for replacement at this moment; -inf before the first."""
        return self._timers.cancel_due_s

    # ---- a tick -----------------------------------------------------------------------------------------------------
    @property
    def last_reference(self) -> Decimal | None:
        """The price that the last tick measured by; NAN when there was none, None when it needed none."""
        return self._found

    @property
    def ended(self) -> Reason | None:
        """In strict parity: why the last tick ended where an exception ends Hummingbot's; None when it did not."""
        return self._ended

    def tick(self, view: View) -> Decision:
        """Decide for this moment.

        The caller sends what is decided, tells `order_placed` of each order that it sends, and shows it in the next view.
        """
        cancels: dict[str, Reason] = {}
        create: list[Intent] = []
        for action in self.act(view):
            if isinstance(action, Intent):
                create.append(action)
            else:
                cancels[action.key] = action.reason
        hang = self.hanging.moved()
        if create:
            return Decision(tuple(create), tuple(cancels), self._resting.reasons, hang)
        if cancels or hang:
            return Decision((), tuple(cancels), tuple(cancels.values()), hang)
        return self._idle(view.now_s)

    def act(self, view: View) -> Iterator[Action]:
        """The same one by one, for a caller whose cancels may be confirmed before the next action is asked for."""
        now_s = self.last_tick_s = view.now_s
        self._view, self._found, self._planned, self._ended = view, None, None, None
        self._own = {order.key: order for order in view.own}
        if self._strict:
            self._recall()
        self.hanging.sync(self._own)
        try:
            if self._timers.create_due_s <= now_s:
                self._planned = self._plan(view)
            self._saw_orders = any(self._rounds())
            if view.own or self._strict:
                yield from self._hanging_orders(now_s)
                yield from self._too_old(now_s)
                yield from self._refresh(now_s)
                yield from self._too_near(now_s)
            yield from self._create(now_s)
        except (ArithmeticError, ValueError, LookupError, AsHummingbot) as problem:
            if not self._strict:
                raise
            self._ended = Reason(
                "tick", f"the tick ends here, as Hummingbot's does: {problem or type(problem).__name__}"
            )

    def _idle(self, now_s: float) -> Decision:
        """Nothing is sent; why not."""
        if self._ended is not None:
            return Decision(reasons=(self._ended,))
        if any(order.cancelling for order in self._own.values()):
            return _UNCONFIRMED
        if any(self._rounds()):
            return self._resting
        if self._planned is None or now_s <= self._timers.create_due_s:
            return self._pausing
        return Decision(reasons=self._planned.reasons)

    def _recall(self) -> None:
        """Strict: an order counts with the price it was asked for at, even if that is off the grid."""
        for key in self._asked_price.keys() - self._own.keys():
            del self._asked_price[key]
        for key, price in self._asked_price.items():
            self._own[key] = self._own[key]._replace(price=price)

    def _reference(self) -> Decimal:
        """The reference price of this tick, NAN if there is none; found once."""
        if self._found is None:
            assert self._view is not None
            self._found = self._planner.reference(self._view)
        return self._found

    def _plan(self, view: View) -> Plan:
        if self._strict:
            view = view._replace(own=tuple(self._own.values()))
        aside = self.hanging.keys.union(self.hanging.candidates(self._own)) if self.hanging.on else frozenset()
        return self._planner.plan(view, self._reference(), aside)

    def _rounds(self) -> Iterator[OwnView]:
        """The own orders that belong to a round: those that keep a new one from being created."""
        return (order for order in self._not_hanging() if not self.hanging.outside(order.key))

    def _not_hanging(self) -> list[OwnView]:
        if not self.hanging.on:
            return list(self._own.values())
        hanging = self.hanging.keys
        return [order for order in self._own.values() if order.key not in hanging]

    # ---- what takes orders away -------------------------------------------------------------------------------------
    def _cancel(self, key: str, now_s: float, reason: Reason) -> Iterator[Away]:
        order = self._own.get(key)
        if not self._in_flight.may_send(order, key, now_s):
            return
        if order is not None:
            self._own[key] = order._replace(cancelling=True)
        yield Away(key, reason)

    def _cancel_hanging(self, keys: Iterable[str], now_s: float, stage: str, text: str) -> Iterator[Away]:
        for key in keys:
            if key in self._own:
                yield from self._cancel(key, now_s, Reason(stage, text, self._own[key].slot))
                self.hanging.asked(key)

    def _hanging_orders(self, now_s: float) -> Iterator[Away]:
        if not self.hanging.on:
            return
        reference = self._reference()
        if self._strict or not reference.is_nan():
            distance = percent(self.settings.hanging_cancel_distance or Decimal(0))
            text = f"cancelled: further than hanging_orders_cancel_pct {distance} from the price"
            yield from self._cancel_hanging(self.hanging.far(reference), now_s, "hanging", text)
        old = self.hanging.old(now_s)
        if not self._strict:
            old = [held for held in old if held.key in self._own and not self._own[held.key].cancelling]
            self.hanging.renew(old)
        text = f"renewed: older than max_order_age {self.settings.max_order_age_s:g} s"
        yield from self._cancel_hanging([held.key for held in old], now_s, "hanging", text)
        if self._strict:
            self.hanging.renew(old)  # after their cancels, which may have been confirmed meanwhile

    def _too_old(self, now_s: float) -> Iterator[Away]:
        orders, settings = self._not_hanging(), self.settings
        if any(now_s >= too_old_from_s(order, settings) for order in orders):
            text = f"cancelled: an order is older than max_order_age {settings.max_order_age_s:g} s"
            for order in orders:
                yield from self._cancel(order.key, now_s, Reason("max_order_age", text, order.slot))

    def _refresh(self, now_s: float) -> Iterator[Away]:
        if self._timers.cancel_due_s > now_s:
            return
        orders, plan = self._not_hanging(), self._planned
        if not orders:
            return
        if plan is not None and within_tolerance(plan, orders, self.settings.refresh_tolerance):
            return
        if self.hanging.on:
            surplus, hang = self.hanging.begin(self._own)
            yield from self._cancel_hanging(surplus, now_s, "hanging", "cancelled: it no longer hangs")
            self.hanging.hang(hang)
            orders = [order for order in self._not_hanging() if not self.hanging.outside(order.key)]
        for order in orders:
            yield from self._cancel(order.key, now_s, Reason(STAGE, "cancelled: refresh due", order.slot))

    def _too_near(self, now_s: float) -> Iterator[Away]:
        minimum = self.settings.minimum_spread
        if minimum is None:
            if not self._strict:
                return
            minimum = AS_OFF
        reference = self._reference()
        if not self._strict and (reference.is_nan() or not reference):
            return  # nothing can be measured from it
        for order in self._not_hanging():
            if reason := too_near(order, reference, minimum):
                yield from self._cancel(order.key, now_s, reason)

    # ---- what creates orders ----------------------------------------------------------------------------------------
    def _create(self, now_s: float) -> Iterator[Intent]:
        plan = self._planned
        if plan is None or now_s <= self._timers.create_due_s or self._in_flight.any(self._own) or any(self._rounds()):
            return
        intents = plan.intents()
        if not intents:
            return
        self._resting = Decision(reasons=plan.reasons)
        self.on_seed_price = self._planner.on_seed
        text = f"new orders {self.settings.order_refresh_s:g} s after the last (order_refresh_time)"
        self._pausing = Decision(reasons=(Reason(STAGE, text),))
        buys, sells = ([intent.slot for intent in intents if intent.side is side] for side in Side)
        self.hanging.round_sent(buys, sells)
        for intent in intents:
            yield replace(intent, post_only=False) if self.settings.take_if_crossed else intent
        self.orders_sent(now_s)

    # ---- what happens to orders -------------------------------------------------------------------------------------
    def orders_sent(self, now_s: float) -> None:
        """At least one order was created at `now_s`: move the timers. `tick` does it for what it decides."""
        self._timers.sent(now_s, self.settings)

    def order_placed(self, key: str, intent: Intent, now_s: float) -> None:
        """An order that was decided has been sent, and is known by `key` from now on."""
        self.hanging.placed(key, intent, now_s)
        self._own[key] = OwnView(
            key, intent.slot, intent.price, intent.quantity, intent.quantity, now_s, cancelling=False
        )  # fmt: skip
        if self._strict:
            self._asked_price[key] = intent.price

    def order_filled(self, key: str, slot: Slot, price: Decimal, now_s: float) -> None:
        """An own order is filled completely. A partial fill is not reported: as in Hummingbot it changes nothing.

        At the event pace `now_s` is the moment of the fill; at the clock pace pass `last_tick_s`. As in Hummingbot a
        hanging order that fills changes neither timers nor ping pong.
        """
        self._own.pop(key, None)
        self._in_flight.gone(key)
        if self._tracker_first:
            self.hanging.filled(key, slot.side)
        if key in self.hanging.keys:
            self.hanging.filled(key, slot.side)
            return
        if not self._tracker_first:
            self.hanging.filled(key, slot.side)
        price = self._asked_price.get(key, price)
        self._timers.filled(now_s, self.settings)
        self._planner.ping_pong.filled(slot.side)
        self._planner.last_own = price
        delay_s = self.settings.filled_order_delay_s
        text = f"filled at {plain(price)}: new orders {delay_s:g} s later (filled_order_delay)"
        reason = Reason("filled", text, slot)
        self._pausing = Decision(reasons=(reason,))
        others = tuple(old for old in self._resting.reasons if old.stage != reason.stage)
        self._resting = Decision(reasons=(*others, reason))

    def order_traded(
        self,
        side: Side,
        price: Decimal,
        quantity: Decimal,
        fees: Iterable[tuple[str, Decimal]],
        rate: Decimal = Decimal(0),
    ) -> None:
        """A fill of an own order, part or whole. `fees` are amounts by currency, `rate` a fee given as a fraction."""
        if self.settings.reference.type is PriceType.INVENTORY_COST:
            self.inventory_cost.traded(side, price, quantity, fees, rate)

    def order_cancelled(self, key: str, now_s: float, remaining: Decimal | None = None) -> tuple[Intent, ...]:
        """An own order is gone by its cancel, with so much of it unfilled. What is to be sent now in its place."""
        self._own.pop(key, None)
        self._in_flight.gone(key)
        again = self.hanging.cancelled(key, remaining)
        if again is None:
            return ()
        if not self._strict and self._view is not None and not _fit(again, self._view.rules):
            return ()
        return (again,)

    def order_gone(self, key: str) -> None:
        """An own order was refused or has expired."""
        self._own.pop(key, None)
        self._in_flight.gone(key)
        self.hanging.gone(key)

    def order_restored(self, order: OwnView) -> None:
        """An order from before the start: it hangs, if hanging orders are on."""
        if self.hanging.on:
            self.hanging.restore(order)

    # ---- time -------------------------------------------------------------------------------------------------------
    def next_due_s(self, view: View) -> float | None:
        """The first moment at which time alone could change the last decision; None: only events can.

        Call it after a tick, with a view of what has been sent since. A moment that is already past means that it
        came between the tick and this question: tick again now. The event pace ticks at that moment if nothing
        happens before; the screen counts down to it.
        """
        timers = self._timers
        standing = [order for order in view.own if not order.cancelling]
        in_rounds = [order for order in view.own if not self.hanging.outside(order.key)]
        looked_s = view.now_s  # when the caller has left out a tick since the orders went, it waits for more than time
        if self.last_tick_s is not None and self._saw_orders == bool(in_rounds):
            looked_s = self.last_tick_s
        moments = [moment + HAIR_S for moment in self.hanging.old_from_s()] if standing else []
        if in_rounds:
            rounds = [order for order in in_rounds if not order.cancelling]
            moments += [too_old_from_s(order, self.settings) for order in rounds]
            if rounds:
                moments.append(timers.cancel_due_s)
        elif timers.create_due_s >= looked_s:
            return min([timers.create_due_s + HAIR_S, *(moment for moment in moments if moment > looked_s)])
        if self.settings.moving_band is not None and self._planned is not None:
            moments.append(self._planner.band.due_s)
        return min((moment for moment in moments if moment > looked_s), default=None)


def _fit(intent: Intent, rules: PairGrid) -> bool:
    return intent.quantity >= rules.min_base and intent.quantity * intent.price >= rules.min_quote
