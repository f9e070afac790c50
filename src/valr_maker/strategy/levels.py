"""The base proposal: one buy and one sell a level, spread out from the reference price.

Level i bids reference x (1 - bid_spread - i x order_level_spread), asks reference x (1 + ask_spread + ...), both
floored to the tick, for order_amount + i x order_level_amount floored to the lot.

Differs from Hummingbot, to be safe: a bid whose price floors to zero or below is withheld; Hummingbot sends it.
"""

from decimal import Decimal

from valr_maker.domain import Reason, Side, Slot
from valr_maker.strategy.plan import Plan, PlanLevel, withheld
from valr_maker.strategy.reference import why_no_price
from valr_maker.strategy.settings import Settings
from valr_maker.strategy.view import View
from valr_maker.strategy.words import plain

STAGE = "levels"
_ONE = Decimal(1)
_NONE_WANTED = Plan(reasons=(Reason(STAGE, "nothing to quote: order_levels is 0"),))


def base_plan(reference: Decimal | None, view: View, settings: Settings) -> Plan:
    """All levels around `reference`. Empty, with the reason, when there is no reference or no level is wanted."""
    if settings.order_levels == 0:
        return _NONE_WANTED
    if reference is None:
        return Plan(reasons=(why_no_price(view),))
    buys: list[PlanLevel] = []
    sells: list[PlanLevel] = []
    reasons: list[Reason] = []
    floor_price, floor_quantity = view.rules.floor_price, view.rules.floor_quantity
    for level in range(settings.order_levels):
        wanted = settings.order_amount + settings.order_level_amount * level
        quantity = floor_quantity(wanted)
        if quantity <= 0:
            because = f"its amount {plain(wanted)} floors to {plain(quantity)} on the lot {plain(view.rules.lot)}"
            reasons += (withheld(STAGE, Slot(side, level), because) for side in Side)
            continue
        further = settings.order_level_spread * level
        bid = floor_price(reference * (_ONE - settings.bid_spread - further))
        if bid > 0:
            buys.append(PlanLevel(level, bid, quantity))
        else:
            because = f"its price {plain(bid)} is not above zero"
            reasons.append(withheld(STAGE, Slot(Side.BUY, level), because))
        ask = floor_price(reference * (_ONE + settings.ask_spread + further))
        if ask > 0:
            sells.append(PlanLevel(level, ask, quantity))
        else:
            because = f"its price {plain(ask)} is not above zero"
            reasons.append(withheld(STAGE, Slot(Side.SELL, level), because))
    return Plan(tuple(buys), tuple(sells), tuple(reasons))
