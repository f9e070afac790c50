"""Order optimisation: the nearest order goes just in front of the book, no further; the others keep their distances.

The price just in front of the bids is one tick above the first bid at which the asked-for depth is reached. A buy that
is planned above it goes down to it, further buys follow by their spreads; sells likewise from below.

Differs from Hummingbot, to be safe and true, unless strict parity is asked for:
- own orders are taken out of the book. Hummingbot adds the size of the last own order of the side to the depth;
- a book thinner than the depth leaves the plan as it was. Hummingbot raises an exception in every tick, so that it
  neither quotes nor cancels any more;
- the prices of further levels are floored to the tick. Hummingbot compares its orders with prices it never sent.
"""

from collections.abc import Iterable
from decimal import Decimal
from math import ceil, floor

from valr_maker.domain import Reason, Side, Slot
from valr_maker.strategy.moment import NAN, Moment
from valr_maker.strategy.plan import Plan, PlanLevel
from valr_maker.strategy.view import OwnView, Row
from valr_maker.strategy.words import plain

STAGE = "top_of_book"
_ONE = Decimal(1)
_ZERO = Decimal(0)


def in_front_of_the_book(plan: Plan, at: Moment) -> Plan:
    """`plan` moved away from the market as far as it may be without losing its place in front."""
    for side in Side:
        if levels := plan.side(side):
            plan = _side(plan, at, side, levels)
    return plan


def _side(plan: Plan, at: Moment, side: Side, levels: tuple[PlanLevel, ...]) -> Plan:
    top, tick, buying = _top(at, side), at.view.rules.tick, side is Side.BUY
    if top.is_nan() and not at.strict:
        text = f"order optimisation is left out: the book is thinner than its depth {plain(_depth(at, side))}"
        return plan.with_side(side, levels, Reason(STAGE, text, Slot(side, levels[0].level)))
    levels = tuple(sorted(levels, key=lambda level: level.price, reverse=buying))
    if buying:
        nearest = min(levels[0].price, (ceil(top / tick) + 1) * tick)
    else:
        nearest = max(levels[0].price, (floor(top / tick) - 1) * tick)
    nearest = at.view.rules.floor_price(nearest)
    factors = _factors(at, side, len(levels))
    moved = []
    for level, (times, by) in zip(levels, factors, strict=True):
        price = nearest * times / by
        moved.append(level._replace(price=price if at.strict else at.view.rules.floor_price(price)))
    return plan.with_side(side, tuple(moved))


def _factors(at: Moment, side: Side, count: int) -> list[tuple[Decimal, Decimal]]:
    """What the nearest price is multiplied with and divided by, for each level in turn."""
    split, sign = at.settings.split, -1 if side is Side.BUY else 1
    if split is not None and (split.spreads(side) or at.strict):
        spreads = split.spreads(side)
        # in strict parity an empty list raises IndexError, as in Hummingbot
        return [(_ONE + sign * spreads[index], _ONE + sign * spreads[0]) for index in range(count)]
    return [(_ONE + sign * at.settings.order_level_spread * index, _ONE) for index in range(count)]


def _depth(at: Moment, side: Side) -> Decimal:
    optimization = at.settings.optimization
    if optimization is None:
        return _ZERO
    return optimization.bid_depth if side is Side.BUY else optimization.ask_depth


def _top(at: Moment, side: Side) -> Decimal:
    """The price of the row at which the depth is reached; NAN when the book ends before."""
    rows = at.view.bids if side is Side.BUY else at.view.asks
    own = [order for order in at.view.own if order.side is side]
    depth = _depth(at, side)
    if at.strict:
        return _as_hummingbot(rows, float(depth + (own[-1].quantity if own else _ZERO)))
    gone = _ZERO
    for price, size in _without(rows, own):
        gone += size
        if gone >= depth:
            return price
    return NAN


def _as_hummingbot(rows: Iterable[Row], depth: float) -> Decimal:
    gone = 0.0
    for price, size in rows:
        gone += float(size)
        if gone >= depth:
            return price
    return NAN


def _without(rows: Iterable[Row], own: list[OwnView]) -> Iterable[Row]:
    """The rows that others make."""
    mine: dict[Decimal, Decimal] = {}
    for order in own:
        mine[order.price] = mine.get(order.price, _ZERO) + order.remaining
    for price, size in rows:
        others = size - mine.get(price, _ZERO)
        if others > 0:
            yield price, others
