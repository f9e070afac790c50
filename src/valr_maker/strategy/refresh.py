"""Keep, cancel or replace: the two timers, and what takes an own order away.

The rules are Hummingbot's, at whatever moments the strategy is called:
- orders may be planned once `create_due_s` has come, and created *strictly after* it, when no own order is left;
- at `cancel_due_s` the resting orders are replaced, unless the plan's prices are within the tolerance of theirs;
  then neither timer moves, and every later call compares again;
- creating at least one order moves each timer that has come to now + order_refresh_s;
- a complete fill moves `create_due_s` to now + filled_order_delay_s and pulls `cancel_due_s` no later than that;
- age and minimum spread take orders away without touching the timers, so what they took stays away until the refresh.

On whole seconds (`--pace clock`) "strictly after" means the next second, as in Hummingbot. Called at any moment
(`--pace event`) it means `HAIR_S` later: the same rule, without the wait for the whole second.
"""

import math
from collections.abc import Iterable
from decimal import Decimal

from valr_maker.domain import Reason, Side
from valr_maker.strategy.plan import Plan, PlanLevel
from valr_maker.strategy.settings import Settings
from valr_maker.strategy.view import OwnView
from valr_maker.strategy.words import percent

STAGE = "refresh"
HAIR_S = 1e-6
"""The smallest step past a timer that every clock of ours can still tell apart from the timer itself."""
LONG_AGO_S = -math.inf
"""Both timers of a strategy that has not created anything yet: due at any time."""


class Timers:
    """When orders may be created and when they are due for replacement. Seconds on the clock of `View.now_s`."""

    __slots__ = ("cancel_due_s", "create_due_s")

    def __init__(self) -> None:
        self.create_due_s = LONG_AGO_S
        self.cancel_due_s = LONG_AGO_S

    def sent(self, now_s: float, settings: Settings) -> None:
        """At least one order was created. Calling it twice at the same moment changes nothing."""
        next_s = now_s + settings.order_refresh_s
        if self.create_due_s <= now_s:
            self.create_due_s = next_s
        if self.cancel_due_s <= now_s:
            self.cancel_due_s = min(self.create_due_s, next_s)

    def filled(self, now_s: float, settings: Settings) -> None:
        """An order was filled completely."""
        self.create_due_s = now_s + settings.filled_order_delay_s
        self.cancel_due_s = min(self.cancel_due_s, self.create_due_s)


def too_old_from_s(order: OwnView, settings: Settings) -> float:
    """The first moment at which `order` is too old: whole seconds of age *exceed* max_order_age, as in Hummingbot."""
    return order.created_s + math.floor(settings.max_order_age_s) + 1


def within_tolerance(plan: Plan, own: Iterable[OwnView], tolerance: Decimal | None) -> bool:
    """Whether the resting prices are near enough to the planned ones, side by side. Sizes are not compared."""
    if tolerance is None:
        return False
    bids: list[Decimal] = []
    asks: list[Decimal] = []
    for order in own:
        (bids if order.side is Side.BUY else asks).append(order.price)
    return _near(bids, plan.buys, tolerance) and _near(asks, plan.sells, tolerance)


def _near(resting: list[Decimal], planned: tuple[PlanLevel, ...], tolerance: Decimal) -> bool:
    if len(resting) != len(planned):
        return False
    resting.sort()
    wanted = sorted(level.price for level in planned)
    return all(abs(want - have) / have <= tolerance for have, want in zip(resting, wanted, strict=True))


def too_near(order: OwnView, reference: Decimal, minimum: Decimal) -> Reason | None:
    """The reason to take `order` away because it stands nearer to `reference` than `minimum`; None if it may stay.

    A negative minimum spread lets an order stand on the wrong side of the reference by that much.
    """
    distance = reference - order.price if order.side is Side.BUY else order.price - reference
    spread = distance / reference
    if spread >= minimum:
        return None
    text = f"cancelled: spread {percent(spread)} below minimum_spread {percent(minimum)}"
    return Reason("minimum_spread", text, order.slot)
