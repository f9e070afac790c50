"""The base proposal: one buy and one sell a level, spread out from the reference price.

Level i bids reference x (1 - bid_spread - i x order_level_spread), asks reference x (1 + ask_spread + ...), both
floored to the tick, for order_amount + i x order_level_amount floored to the lot. With price_type inventory_cost sells
are measured from the cost where that is higher.

Differs from Hummingbot, to be safe: a bid whose price floors to zero or below is withheld; Hummingbot sends it.
"""

from collections.abc import Callable
from decimal import Decimal

from valr_maker.domain import Reason, Side, Slot
from valr_maker.strategy.moment import AsHummingbot, Moment
from valr_maker.strategy.overrides import override_plan
from valr_maker.strategy.plan import Plan, PlanLevel, withheld
from valr_maker.strategy.reference import why_no_price
from valr_maker.strategy.settings import PriceType
from valr_maker.strategy.words import plain

STAGE = "levels"
_ONE = Decimal(1)
_NONE_WANTED = Plan(reasons=(Reason(STAGE, "nothing to quote: order_levels is 0"),))
_NO_COST = "the cost of the inventory is not known: inventory_price says what it was"


def base_plan(at: Moment) -> Plan:
    """All levels around the reference. Empty, with the reason, when there is no reference or no level is wanted."""
    settings = at.settings
    if settings.order_levels == 0 and settings.overrides is None and not at.strict:
        return _NONE_WANTED
    if at.reference.is_nan() and not at.strict:
        return Plan(reasons=(why_no_price(at.view, settings),))
    selling = _selling_reference(at)
    if settings.overrides is not None:
        plan = override_plan(at, at.reference, selling)
    elif at.reference.is_nan():
        plan = Plan(reasons=(why_no_price(at.view, settings),))
    else:
        plan = _levels(at, selling)
    if _cost_is_missing(at):
        return plan.without(Side.SELL, because=_NO_COST, stage=STAGE)
    return plan


def _selling_reference(at: Moment) -> Decimal:
    """What the sells are measured from. Raises AsHummingbot where the cost has to be known and is not."""
    if at.cost is not None:
        return max(at.cost, at.reference)
    if at.strict and _cost_is_missing(at):
        raise AsHummingbot("the initial inventory price is not set")
    return at.reference


def _cost_is_missing(at: Moment) -> bool:
    wanted = at.settings.reference.type is PriceType.INVENTORY_COST
    return wanted and at.cost is None and at.view.base_total > 0


def _levels(at: Moment, selling: Decimal) -> Plan:
    view, settings = at.view, at.settings
    floor_price, floor_quantity = view.rules.floor_price, view.rules.floor_quantity
    buys: list[PlanLevel] = []
    sells: list[PlanLevel] = []
    reasons: list[Reason] = []
    for level in range(settings.order_levels):
        wanted = settings.order_amount + settings.order_level_amount * level
        quantity = floor_quantity(wanted)
        if quantity <= 0:
            because = f"its amount {plain(wanted)} floors to {plain(quantity)} on the lot {plain(view.rules.lot)}"
            reasons += (withheld(STAGE, Slot(side, level), because) for side in Side)
            continue
        further = settings.order_level_spread * level
        bid = floor_price(at.reference * (_ONE - settings.bid_spread - further))
        buys += _wanted(Slot(Side.BUY, level), bid, quantity, reasons.append, strict=at.strict)
        ask = floor_price(selling * (_ONE + settings.ask_spread + further))
        sells += _wanted(Slot(Side.SELL, level), ask, quantity, reasons.append, strict=at.strict)
    return Plan(tuple(buys), tuple(sells), tuple(reasons))


def _wanted(
    slot: Slot, price: Decimal, quantity: Decimal, tell: Callable[[Reason], None], *, strict: bool
) -> list[PlanLevel]:
    if price > 0 or strict:
        return [PlanLevel(slot.level, price, quantity)]
    tell(withheld(STAGE, slot, f"its price {plain(price)} is not above zero"))
    return []
