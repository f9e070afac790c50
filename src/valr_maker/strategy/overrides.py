"""Orders that the file describes one by one: order_override, and split levels, which are read into the same.

They take the place of the levels. As in Hummingbot each is measured from the reference price by its own spread, and
those whose price or amount floors to nothing are left out.
"""

from decimal import Decimal

from valr_maker.domain import Reason, Side, Slot
from valr_maker.strategy.moment import Moment
from valr_maker.strategy.plan import Plan, PlanLevel, withheld
from valr_maker.strategy.words import plain

STAGE = "overrides"
_ONE = Decimal(1)
_NOTHING = Reason(STAGE, "nothing to quote: order_override has neither buys nor sells")


def override_plan(at: Moment, buying: Decimal, selling: Decimal) -> Plan:
    """The described orders, buys around one price and sells around the other; none where that is NAN."""
    floor_price, floor_quantity = at.view.rules.floor_price, at.view.rules.floor_quantity
    sides: dict[Side, list[PlanLevel]] = {Side.BUY: [], Side.SELL: []}
    counts = dict.fromkeys(Side, 0)
    reasons: list[Reason] = []
    for one in at.settings.overrides or ():
        level = counts[one.side]
        counts[one.side] += 1
        reference, sign = (buying, -1) if one.side is Side.BUY else (selling, 1)
        if reference.is_nan():
            continue
        price = floor_price(reference * (_ONE + sign * one.spread))
        quantity = floor_quantity(one.amount)
        if price > 0 and quantity > 0:
            sides[one.side].append(PlanLevel(level, price, quantity))
        else:
            because = f"{plain(quantity)} at {plain(price)}, floored, is no order"
            reasons.append(withheld(STAGE, Slot(one.side, level), because))
    if not any(counts.values()):
        reasons.append(_NOTHING)
    return Plan(tuple(sides[Side.BUY]), tuple(sides[Side.SELL]), tuple(reasons))
