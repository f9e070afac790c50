"""The budget: levels are funded nearest first, until the money runs out.

The money is what is available plus what own orders hold. As in Hummingbot, the first level that cannot be paid in
full is cut to what is left (floored to the lot), and the levels after it get nothing.

Differs from Hummingbot, to be true:
- an own order counts with what remains of it; Hummingbot counts its original quantity, so a partial fill is counted
  twice. Orders are created only when no own order is left, so this never changes an order, only what a refresh
  compares with;
- no fee is reserved for a buy, since VALR takes the fee from the base that is bought. Hummingbot reserves the taker
  fee on top of price x quantity, which cuts an order that takes the whole balance. `fee_rate` chooses.
"""

from decimal import Decimal

from valr_maker.domain import Reason, Side, Slot
from valr_maker.strategy.plan import Plan, PlanLevel, withheld
from valr_maker.strategy.settings import Settings
from valr_maker.strategy.view import View
from valr_maker.strategy.words import plain

STAGE = "budget"
NO_FEE_RESERVED = Decimal(0)
"""VALR's buyer pays the fee out of the base received: price x quantity is all that a buy needs."""
_ZERO = Decimal(0)
_ONE = Decimal(1)


def money(view: View) -> tuple[Decimal, Decimal]:
    """Base and quote that the plan may use: available, plus what own orders hold."""
    base, quote = view.base_available, view.quote_available
    for order in view.own:
        if order.side is Side.BUY:
            quote += order.remaining * order.price
        else:
            base += order.remaining
    return base, quote


def within_budget(plan: Plan, view: View, settings: Settings, fee_rate: Decimal = NO_FEE_RESERVED) -> Plan:
    """`plan` cut to the money there is. `fee_rate`: the fraction of price x quantity reserved for a buy's fee."""
    base, quote = money(view)
    with_fee = _ONE + fee_rate
    floor, market = view.rules.floor_quantity, settings.market
    buys: list[PlanLevel] = []
    sells: list[PlanLevel] = []
    reasons: list[Reason] = []
    for level in plan.buys:
        need = level.price * level.quantity * with_fee
        if quote >= need:
            quote -= need
            buys.append(level)
        else:
            affordable = floor(quote / (level.price * with_fee)) if quote > 0 else _ZERO
            buys += _cut(level, affordable)
            reasons.append(_why(Slot(Side.BUY, level.level), level, affordable, f"{market.quote} {_of(quote, need)}"))
            quote = _ZERO
    for level in plan.sells:
        if base >= level.quantity:
            base -= level.quantity
            sells.append(level)
        else:
            affordable = floor(base) if base > 0 else _ZERO
            sells += _cut(level, affordable)
            short = f"{market.base} {_of(base, level.quantity)}"
            reasons.append(_why(Slot(Side.SELL, level.level), level, affordable, short))
            base = _ZERO
    return Plan(tuple(buys), tuple(sells), plan.reasons + tuple(reasons)) if reasons else plan


def _cut(level: PlanLevel, affordable: Decimal) -> list[PlanLevel]:
    return [level._replace(quantity=affordable)] if affordable > 0 else []


def _why(slot: Slot, level: PlanLevel, affordable: Decimal, short: str) -> Reason:
    if affordable > 0:
        return Reason(STAGE, f"cut from {plain(level.quantity)} to {plain(affordable)}: {short}", slot)
    return withheld(STAGE, slot, short)


def _of(left: Decimal, need: Decimal) -> str:
    return f"{plain(left)} available, {plain(need)} needed"
