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

from valr_maker.domain import Market, Reason, Side, Slot
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
    reasons: list[Reason] = []
    buys = _funded_buys(plan.buys, quote, view, settings.market, _ONE + fee_rate, reasons)
    sells = _funded_sells(plan.sells, base, view, settings.market, reasons)
    if not reasons:
        return plan  # everything is paid for
    return Plan(tuple(buys), tuple(sells), plan.reasons + tuple(reasons))


def _funded_buys(
    wanted: tuple[PlanLevel, ...],
    quote: Decimal,
    view: View,
    market: Market,
    with_fee: Decimal,
    reasons: list[Reason],
) -> list[PlanLevel]:
    funded: list[PlanLevel] = []
    for level in wanted:
        need = level.price * level.quantity * with_fee
        if quote >= need:
            quote -= need
            funded.append(level)
            continue
        affordable = view.rules.floor_quantity(quote / (level.price * with_fee)) if quote > 0 else _ZERO
        _cut(level, Slot(Side.BUY, level.level), affordable, f"{market.quote} {_of(quote, need)}", funded, reasons)
        quote = _ZERO
    return funded


def _funded_sells(
    wanted: tuple[PlanLevel, ...], base: Decimal, view: View, market: Market, reasons: list[Reason]
) -> list[PlanLevel]:
    funded: list[PlanLevel] = []
    for level in wanted:
        need = level.quantity
        if base >= need:
            base -= need
            funded.append(level)
            continue
        affordable = view.rules.floor_quantity(base) if base > 0 else _ZERO
        _cut(level, Slot(Side.SELL, level.level), affordable, f"{market.base} {_of(base, need)}", funded, reasons)
        base = _ZERO
    return funded


def _of(left: Decimal, need: Decimal) -> str:
    return f"{plain(left)} available, {plain(need)} needed"


def _cut(
    level: PlanLevel, slot: Slot, affordable: Decimal, why: str, funded: list[PlanLevel], reasons: list[Reason]
) -> None:
    """The smaller order, or none; either way the reason is kept."""
    if affordable > 0:
        funded.append(level._replace(quantity=affordable))
        reasons.append(Reason(STAGE, f"cut from {plain(level.quantity)} to {plain(affordable)}: {why}", slot))
    else:
        reasons.append(withheld(STAGE, slot, why))
