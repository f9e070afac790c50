"""Transaction costs: prices move outward by the fee that the order will pay, as in Hummingbot."""

from decimal import Decimal

from valr_maker.domain import Side
from valr_maker.strategy.moment import Moment
from valr_maker.strategy.plan import Plan, PlanLevel

STAGE = "costs"
_ONE = Decimal(1)


def with_transaction_costs(plan: Plan, at: Moment) -> Plan:
    """`plan` with the fee added to sells and taken from buys. An order that may only rest pays the maker's."""
    makes = at.view.post_only and not at.settings.take_if_crossed
    fee = at.view.maker_fee if makes else at.view.taker_fee
    floor = at.view.rules.floor_price

    def moved(side: Side, factor: Decimal) -> tuple[PlanLevel, ...]:
        return tuple(level._replace(price=floor(level.price * factor)) for level in plan.side(side))

    return Plan(moved(Side.BUY, _ONE - fee), moved(Side.SELL, _ONE + fee), plan.reasons)
