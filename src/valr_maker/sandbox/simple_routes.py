"""Simple buying and selling: a quote, the order that takes the market as it is, and what became of it (reference 3.2)."""

from decimal import Decimal

from valr_maker.domain import Side
from valr_maker.sandbox import entry, market, render_history, wishes
from valr_maker.sandbox.calls import Call, Reply, good
from valr_maker.sandbox.facts import PairSpec, Rejected
from valr_maker.sandbox.money import GRID
from valr_maker.sandbox.order import Kind, NewOrder, Order, Status
from valr_maker.sandbox.refusals import no
from valr_maker.sandbox.table import serves
from valr_maker.wire import codes, every_endpoint, rest
from valr_maker.wire.text import plain

ACCEPTED = 202


def _wanted(call: Call) -> tuple[PairSpec, NewOrder]:
    """What the body asks for. Raises Rejected: -38 and -39 for an amount outside the pair's bounds (D)."""
    spec = call.pair()
    wish, amount = wishes.simple_order(call.body, spec.symbol, base=spec.base, quote=spec.quote)
    if not spec.active:
        raise no(codes.PAIR_INACTIVE)
    least, most = (spec.min_quote, spec.max_quote) if wish.side is Side.BUY else (spec.min_base, spec.max_base)
    if amount < least:
        raise _outside(codes.SIMPLE_BELOW_MINIMUM, least, spec, wish.side)
    if amount > most:
        raise _outside(codes.SIMPLE_ABOVE_MAXIMUM, most, spec, wish.side)
    return spec, call.exchange.check(call.account.id, wish)


def _outside(code: codes.Code, bound: Decimal, spec: PairSpec, side: Side) -> Rejected:
    """The bound stands with the currency that is paid in (D)."""
    return Rejected(code.number, f"{code.message} {plain(bound)} {spec.quote if side is Side.BUY else spec.base}")


@serves(every_endpoint.SIMPLE_QUOTE)
def quote(call: Call) -> Reply:
    """What the order would give now; nothing is set aside for it. Raises Rejected -39 for more than the book has (D)."""
    spec, wish = _wanted(call)
    call.floor.watch(spec.symbol, call.now_s)
    order = Order(
        call.exchange.ids.uuid7(call.now_s), call.account.id, spec.symbol, wish.side, wish.price, wish.quantity, False,
        wish.tif, None, call.now_s, call.now_s, wish.quantity, sort=Kind.SIMPLE, quote_amount=wish.quote_amount,
    )  # fmt: skip
    plan = market.plan(call.exchange, order)
    if not plan.quantity or not plan.complete:
        there = plan.total if wish.side is Side.BUY else plan.quantity
        raise _outside(codes.SIMPLE_ABOVE_MAXIMUM, there, spec, wish.side)
    return good(render_history.simple_quote(order, plan, spec, GRID.scaleb(call.exchange.rules.simple_pct, -2)))


@serves(every_endpoint.SIMPLE_ORDER)
def order(call: Call) -> Reply:
    """Received; all or nothing at whatever the book gives then."""
    _, wish = _wanted(call)
    placed, work = entry.place(call.floor, call.account.id, wish, call.now_s)
    call.floor.engine(work, call.now_s)
    return good(rest.OrderId(id=placed.id), ACCEPTED)


@serves(every_endpoint.SIMPLE_STATUS, every_endpoint.SIMPLE_STATUS_BY_ID)
def status(call: Call) -> Reply:
    """What became of it."""
    found = call.exchange.order(call.account.id, order_id=call.parts["id"])
    pair = call.pair().symbol if "pair" in call.parts else None
    if found is None or found.sort is not Kind.SIMPLE or pair not in (None, found.pair):
        raise no(codes.INVALID_ORDER)
    processing = found.status in (Status.PLACED, Status.INSTANT_RESERVED)
    result = market.result_of(found, call.exchange.pairs[found.pair])
    return good(render_history.simple_result(result, processing=processing))
