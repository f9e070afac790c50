"""The strategy: the list of stages, and one tick in Hummingbot's order.

    plan (if create_due_s has come) -> max order age -> refresh -> minimum spread -> create

Own orders that are being cancelled count as resting: nothing is created until the exchange has confirmed every
cancel, so at least one tick without orders lies between two rounds.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from valr_maker.domain import Intent, Reason, Slot
from valr_maker.strategy.budget import NO_FEE_RESERVED, within_budget
from valr_maker.strategy.levels import base_plan
from valr_maker.strategy.minimums import above_minimums
from valr_maker.strategy.no_taking import without_taking
from valr_maker.strategy.plan import Plan
from valr_maker.strategy.reference import mid_price
from valr_maker.strategy.refresh import HAIR_S, STAGE, Timers, too_near, too_old_from_s, within_tolerance
from valr_maker.strategy.settings import Settings
from valr_maker.strategy.view import OwnView, View
from valr_maker.strategy.words import plain

Stage = Callable[[Plan, View, Settings], Plan]
"""One modifier of the plan."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What to send now: cancels by order key, and new orders (buys in order, then sells). Never both.

    `reasons` says why each cancel, why each level that is wanted is missing, and why nothing is quoted. A decision
    to do nothing is the same object from tick to tick while its reasons last: compare with `is` before printing.
    """

    create: tuple[Intent, ...] = ()
    cancel: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()


_UNCONFIRMED = Decision(reasons=(Reason(STAGE, "new orders wait until the exchange has confirmed every cancel"),))


class Strategy:
    """Pure market making over one pair. All state is here: two timers and the reasons last given.

    `reserve_taker_fee` keeps Hummingbot's budget, which reserves the taker fee for every buy; see `budget`.
    """

    def __init__(self, settings: Settings, *, reserve_taker_fee: bool = False) -> None:
        self.settings = settings
        self.last_tick_s: float | None = None
        """`now_s` of the last tick. At the clock pace a fill between ticks happens, as in Hummingbot, at this time."""
        self._saw_orders = False
        self._reserve_taker_fee = reserve_taker_fee
        self._timers = Timers()
        self._stages: tuple[Stage, ...] = (self._within_budget, without_taking, above_minimums)
        self._resting = Decision()  # while orders rest: which levels of their round are missing, and why
        self._pausing = Decision()  # while none do and none may: what is waited for

    @property
    def create_due_s(self) -> float:
        """Orders may be created strictly after this moment; -inf before the first."""
        return self._timers.create_due_s

    @property
    def cancel_due_s(self) -> float:
        """Resting orders are due for replacement at this moment; -inf before the first."""
        return self._timers.cancel_due_s

    def tick(self, view: View) -> Decision:
        """Decide for this moment. The caller sends what is decided, and shows every order it sent in the next view."""
        now_s, own, timers = view.now_s, view.own, self._timers
        self.last_tick_s, self._saw_orders = now_s, bool(own)
        reference = mid_price(view)
        plan = self._plan(reference, view) if timers.create_due_s <= now_s else None
        if not own:
            return self._pausing if plan is None or now_s <= timers.create_due_s else self._create(plan, now_s)
        cancels = self._cancels(view, reference, plan)
        if cancels:
            return Decision(cancel=tuple(cancels), reasons=tuple(cancels.values()))
        return _UNCONFIRMED if any(order.cancelling for order in own) else self._resting

    def order_filled(self, slot: Slot, price: Decimal, now_s: float) -> None:
        """An own order is filled completely. A partial fill is not reported: as in Hummingbot it changes nothing.

        At the event pace `now_s` is the moment of the fill; at the clock pace pass `last_tick_s`.
        """
        self._timers.filled(now_s, self.settings)
        delay_s = self.settings.filled_order_delay_s
        text = f"filled at {plain(price)}: new orders {delay_s:g} s later (filled_order_delay)"
        reason = Reason("filled", text, slot)
        self._pausing = Decision(reasons=(reason,))
        others = (other for other in self._resting.reasons if other.slot != slot)
        self._resting = Decision(reasons=(*others, reason))

    def orders_sent(self, now_s: float) -> None:
        """At least one order was created at `now_s`: move the timers. `tick` does it for what it decides."""
        self._timers.sent(now_s, self.settings)

    def next_due_s(self, view: View) -> float | None:
        """The first moment at which time alone could change the last decision; None: only events can.

        Call it after a tick, with a view of what has been sent since. A moment that is already past means that it
        came between the tick and this question: tick again now. The event pace ticks at that moment if nothing
        happens before; the screen counts down to it.
        """
        timers = self._timers
        looked_s = view.now_s  # when the caller has left out a tick since the orders went, it waits for more than time
        if self.last_tick_s is not None and self._saw_orders == bool(view.own):
            looked_s = self.last_tick_s
        if not view.own:
            return timers.create_due_s + HAIR_S if timers.create_due_s >= looked_s else None
        standing = [order for order in view.own if not order.cancelling]
        if not standing:
            return None
        moments = [too_old_from_s(order, self.settings) for order in standing]
        moments.append(timers.cancel_due_s)
        return min((moment for moment in moments if moment > looked_s), default=None)

    def _plan(self, reference: Decimal | None, view: View) -> Plan:
        plan = base_plan(reference, view, self.settings)
        for stage in self._stages:
            plan = stage(plan, view, self.settings)
        return plan

    def _within_budget(self, plan: Plan, view: View, settings: Settings) -> Plan:
        fee_rate = view.taker_fee if self._reserve_taker_fee else NO_FEE_RESERVED
        return within_budget(plan, view, settings, fee_rate)

    def _create(self, plan: Plan, now_s: float) -> Decision:
        create = plan.intents()
        if create:
            self.orders_sent(now_s)
            self._resting = Decision(reasons=plan.reasons)
            text = f"new orders {self.settings.order_refresh_s:g} s after the last (order_refresh_time)"
            self._pausing = Decision(reasons=(Reason(STAGE, text),))
        return Decision(create=create, reasons=plan.reasons)

    def _cancels(self, view: View, reference: Decimal | None, plan: Plan | None) -> dict[str, Reason]:
        """The keys to cancel, with the first reason that asked. Orders being cancelled already are left alone."""
        now_s, settings = view.now_s, self.settings
        cancels: dict[str, Reason] = {}
        standing = [order for order in view.own if not order.cancelling]
        if any(now_s >= too_old_from_s(order, settings) for order in view.own):
            text = f"cancelled: an order is older than max_order_age {settings.max_order_age_s:g} s"
            _all(cancels, standing, "max_order_age", text)
        if self._timers.cancel_due_s <= now_s and not self._may_stay(plan, view):
            _all(cancels, standing, STAGE, "cancelled: refresh due")
        if reference and settings.minimum_spread is not None:  # nothing can be measured from 0 either
            for order in standing:
                if order.key not in cancels and (reason := too_near(order, reference, settings)):
                    cancels[order.key] = reason
        return cancels

    def _may_stay(self, plan: Plan | None, view: View) -> bool:
        """Whether the refresh that is due may be put off. Without a plan (after a fill) it may not."""
        return plan is not None and within_tolerance(plan, view.own, self.settings.refresh_tolerance)


def _all(cancels: dict[str, Reason], orders: list[OwnView], stage: str, text: str) -> None:
    for order in orders:
        if order.key not in cancels:
            cancels[order.key] = Reason(stage, text, order.slot)
