"""The price band: no buys at or above price_ceiling, no sells at or below price_floor, as in Hummingbot."""

from valr_maker.domain import Side
from valr_maker.strategy.moment import Moment
from valr_maker.strategy.plan import Plan
from valr_maker.strategy.words import plain

STAGE = "price_band"


def price_band(plan: Plan, at: Moment) -> Plan:
    """`plan` without the side that the band forbids at this reference price."""
    price, ceiling, floor = at.reference, at.settings.price_ceiling, at.settings.price_floor
    if ceiling is not None and price >= ceiling:
        because = f"price {plain(price)} at or above ceiling {plain(ceiling)}"
        plan = plan.without(Side.BUY, because=because, stage=STAGE)
    if floor is not None and price <= floor:
        because = f"price {plain(price)} at or below floor {plain(floor)}"
        plan = plan.without(Side.SELL, because=because, stage=STAGE)
    return plan
