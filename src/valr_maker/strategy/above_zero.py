"""Prices that order optimisation or transaction costs have moved to zero or below: no such order is wanted any more.

Differs from Hummingbot, to be safe: it sends them, and its budget divides by such a price. Strict parity leaves this
stage out.
"""

from decimal import Decimal

from valr_maker.domain import Side, Slot
from valr_maker.strategy.moment import Moment
from valr_maker.strategy.plan import Plan, PlanLevel, withheld
from valr_maker.strategy.words import plain

STAGE = "above_zero"
_ZERO = Decimal(0)


def above_zero(plan: Plan, _at: Moment) -> Plan:
    """`plan` without orders whose price is not above zero."""
    for side in Side:
        levels = plan.side(side)
        if any(level.price <= _ZERO for level in levels):
            reasons = (
                withheld(STAGE, Slot(side, level.level), _because(level)) for level in levels if level.price <= _ZERO
            )
            plan = plan.with_side(side, tuple(level for level in levels if level.price > _ZERO), *reasons)
    return plan


def _because(level: PlanLevel) -> str:
    return f"its price {plain(level.price)} is not above zero"
