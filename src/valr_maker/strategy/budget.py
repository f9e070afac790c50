"""The budget: levels are funded nearest first, until the money runs out.

The money is what is available plus what own orders hold, without those that hang or are about to. As in Hummingbot,
the first level that cannot be paid in full is cut to what is left (floored to the lot), and the levels after it get
nothing.

Differs from Hummingbot, to be true, unless strict parity is asked for:
- an own order counts with what remains of it; Hummingbot counts its original quantity, so a partial fill is counted
  twice. Orders are created only when no own order is left, so this never changes an order, only what a refresh
  compares with;
- no fee is reserved for a buy, since VALR takes the fee from the base that is bought. Hummingbot reserves the taker
  fee on top of price x quantity, which cuts an order that takes the whole balance.
"""

from collections.abc import Collection
from decimal import Decimal

from valr_maker.domain import Reason, Side, Slot
from valr_maker.strategy.moment import Moment
from valr_maker.strategy.plan import Plan, PlanLevel, withheld
from valr_maker.strategy.view import View
from valr_maker.strategy.words import plain

STAGE = "budget"
NO_FEE_RESERVED = Decimal(0)
"""VALR's buyer pays the fee out of the base received: price x quantity is all that a buy needs."""
_ZERO = Decimal(0)
_ONE = Decimal(1)


def money(view: View, aside: Collection[str] = (), *, strict: bool = False) -> tuple[Decimal, Decimal]:
    """Base and quote that the plan may use: available, plus what own orders hold, except those of `aside`."""
    base, quote = view.base_available, view.quote_available
    for order in view.own:
        if order.key in aside:
            continue
        held = order.quantity if strict else order.remaining
        if order.side is Side.BUY:
            quote += held * order.price
        else:
            base += held
    return base, quote


def within_budget(plan: Plan, at: Moment) -> Plan:
    """`plan` cut to the money there is."""
    base, quote = money(at.view, at.aside, strict=at.strict)
    with_fee = _ONE + (at.view.taker_fee if at.strict else NO_FEE_RESERVED)
    floor, market = at.view.rules.floor_quantity, at.settings.market
    buys: list[PlanLevel] = []
    sells: list[PlanLevel] = []
    reasons: list[Reason] = []
    for level in plan.buys:
        need = level.quantity * level.price * with_fee
        if quote < need or not quote:
            affordable = floor(quote / (level.price * with_fee)) if quote < need else _ZERO
            buys += _cut(level, affordable)
            reasons.append(_why(Slot(Side.BUY, level.level), level, affordable, f"{market.quote} {_of(quote, need)}"))
            quote = _ZERO
        else:
            quote -= need
            buys += _cut(level, level.quantity)
    for level in plan.sells:
        if base < level.quantity or not base:
            affordable = floor(base)
            sells += _cut(level, affordable)
            short = f"{market.base} {_of(base, level.quantity)}"
            reasons.append(_why(Slot(Side.SELL, level.level), level, affordable, short))
            base = _ZERO
        else:
            base -= level.quantity
            sells += _cut(level, level.quantity)
    return Plan(tuple(buys), tuple(sells), plan.reasons + tuple(reasons))


def _cut(level: PlanLevel, affordable: Decimal) -> list[PlanLevel]:
    """The level with the quantity that can be paid; a quantity of zero is no order."""
    if affordable <= 0:
        return []
    return [level if affordable == level.quantity else level._replace(quantity=affordable)]


def _why(slot: Slot, level: PlanLevel, affordable: Decimal, short: str) -> Reason:
    if affordable > 0:
        return Reason(STAGE, f"cut from {plain(level.quantity)} to {plain(affordable)}: {short}", slot)
    return withheld(STAGE, slot, short)


def _of(left: Decimal, need: Decimal) -> str:
    return f"{plain(left)} available, {plain(need)} needed"
