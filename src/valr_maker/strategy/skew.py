"""Inventory skew: sizes lean so that fills bring the share of base back to its target.

At the target both sides are as they are. Below it buys grow up to twice their size and sells shrink to nothing, along
a straight line that ends where the inventory is a whole range away; above it the other way round. The range is so many
times the size of a whole round, at most half of everything there is.

The curve is computed in binary fractions, as in Hummingbot, so that a size on the edge of a lot falls on the same side.

Differs from Hummingbot, to be true: an own order counts with what remains of it, not with its original quantity.
"""

from decimal import Decimal

from valr_maker.domain import Reason, Side, Slot
from valr_maker.strategy.budget import money
from valr_maker.strategy.moment import Moment
from valr_maker.strategy.plan import Plan, PlanLevel, withheld
from valr_maker.strategy.settings import Settings, Skew
from valr_maker.strategy.words import percent

STAGE = "skew"
_TWO = Decimal(2)


def skewed(plan: Plan, at: Moment) -> Plan:
    """`plan` with every quantity multiplied by the ratio of its side, floored to the lot."""
    skew = at.settings.skew or Skew()
    base, quote = money(at.view, strict=at.strict)
    band = float(_round_size(at.settings) * skew.range_multiplier)
    bid, ask = ratios(float(base), float(quote), float(at.reference), float(skew.target), band)
    reasons: list[Reason] = []
    buys = _sized(plan.buys, Side.BUY, Decimal(bid), at, reasons)
    sells = _sized(plan.sells, Side.SELL, Decimal(ask), at, reasons)
    return Plan(buys, sells, plan.reasons + tuple(reasons))


def ratios(base: float, quote: float, price: float, target: float, band: float) -> tuple[float, float]:
    """What buys and sells are multiplied with, each 0 to 2. `band` is in base.

    >>> ratios(12.0, 10_000_000.0, 1_000_000.0, 0.5, 8.0)
    (0.875, 1.125)
    """
    everything = base * price + quote
    if everything <= 0 or band <= 0:
        return 0.0, 0.0
    have, middle = base * price, everything * target
    reach = min(band * price, everything * 0.5)
    if have < middle:
        share = _line(have, max(middle - reach, 0.0), middle, 0.0, 0.5)
        bid = _line(share, 0.0, 0.5, 2.0, 1.0)
    else:
        share = _line(have, middle, middle + reach, 0.5, 1.0)
        bid = _line(share, 0.5, 1.0, 1.0, 0.0)
    return bid, 2.0 - bid


def _line(x: float, x0: float, x1: float, y0: float, y1: float) -> float:
    """The height at x of the line through two points, level beyond them; the same operations as numpy.interp."""
    if x >= x1:
        return y1
    if x <= x0:
        return y0
    return (y1 - y0) / (x1 - x0) * (x - x0) + y0


def _round_size(settings: Settings) -> Decimal:
    """Base in one round of both sides, by the levels of the file even where overrides take their place."""
    levels = settings.order_levels
    growth = levels * (levels - Decimal(1)) / _TWO * settings.order_level_amount
    return _TWO * (levels * settings.order_amount + growth)


def _sized(
    levels: tuple[PlanLevel, ...], side: Side, ratio: Decimal, at: Moment, reasons: list[Reason]
) -> tuple[PlanLevel, ...]:
    kept: list[PlanLevel] = []
    for level in levels:
        quantity = at.view.rules.floor_quantity(level.quantity * ratio)
        if quantity > 0 or at.strict:
            kept.append(level._replace(quantity=quantity))
        else:
            because = f"the inventory asks for {percent(ratio)} of its amount"
            reasons.append(withheld(STAGE, Slot(side, level.level), because))
    return tuple(kept)
