"""The taker filter: an order that would cross the book at once is not a maker's order.

As in Hummingbot the comparison is strict, with the best prices floored to the tick, and an empty side filters nothing.
With take_if_crossed the pipeline leaves this stage out.
"""

from collections.abc import Callable
from decimal import Decimal

from valr_maker.domain import Reason, Side, Slot
from valr_maker.strategy.moment import Moment
from valr_maker.strategy.plan import Plan, PlanLevel, withheld
from valr_maker.strategy.words import plain

STAGE = "no_taking"


def without_taking(plan: Plan, at: Moment) -> Plan:
    """`plan` without buys at or above the best ask and sells at or below the best bid."""
    view = at.view
    reasons: list[Reason] = []
    buys, sells = plan.buys, plan.sells
    if view.best_ask is not None and buys:
        ask = view.rules.floor_price(view.best_ask)
        buys = _kept(Side.BUY, buys, lambda price: price < ask, f"best ask {plain(ask)}", reasons)
    if view.best_bid is not None and sells:
        bid = view.rules.floor_price(view.best_bid)
        sells = _kept(Side.SELL, sells, lambda price: price > bid, f"best bid {plain(bid)}", reasons)
    return Plan(buys, sells, plan.reasons + tuple(reasons)) if reasons else plan


def _kept(
    side: Side, levels: tuple[PlanLevel, ...], makes: Callable[[Decimal], bool], touch: str, reasons: list[Reason]
) -> tuple[PlanLevel, ...]:
    if all(makes(level.price) for level in levels):
        return levels
    reasons += (
        withheld(STAGE, Slot(side, level.level), f"{plain(level.price)} would take the {touch}")
        for level in levels
        if not makes(level.price)
    )
    return tuple(level for level in levels if makes(level.price))
