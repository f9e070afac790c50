"""Modifying an order that rests (reference 3.3).

Room rule: pure. A lower quantity keeps the place in the queue; a higher one, or any other price, goes to its end. The
strategy says what to do when the new price would match: keep the order as it is, cancel it, or move the price to one
tick on the passive side. A changed order never takes.

Our choices where no source knows: sizes are judged for the whole order, filled part included; a remaining quantity of
less than a lot is too small, not a cancel; what cannot be changed is `Invalid Order`; an order cancelled by its strategy
counts as a change that failed.
"""

from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from valr_maker.domain import Side
from valr_maker.sandbox import door
from valr_maker.sandbox.core import CUSTOMER_ID_IN_USE, POST_ONLY_MATCHED, Core
from valr_maker.sandbox.facts import LevelChange, ModifyOutcome, OpenOrdersChange, Rejected
from valr_maker.sandbox.money import GRID, add, subtract
from valr_maker.sandbox.order import ZERO, Kind, Order, Status
from valr_maker.sandbox.records import Record
from valr_maker.sandbox.refusals import no
from valr_maker.sandbox.settle import needs, pays
from valr_maker.wire import codes


class Strategy(StrEnum):
    """What to do when the changed order would match."""

    RETAIN_ORIGINAL = "RETAIN_ORIGINAL"
    CANCEL_ORIGINAL = "CANCEL_ORIGINAL"
    REPRICE = "REPRICE"


class Change(NamedTuple):
    """What is asked for; what is None stays. At most one of the two quantities is given, and of the first two ids one."""

    pair: str
    order_id: str | None
    customer_id: str | None
    price: Decimal | None
    remaining: Decimal | None
    total: Decimal | None
    strategy: Strategy
    new_customer_id: str | None = None


class Modified(NamedTuple):
    """What became of it."""

    order: Order | None
    refused: Rejected | None


def modify(core: Core, account: str, change: Change, request_id: str, now_s: float) -> Modified:
    """Change an open order, and say so."""
    record = core.record_of(account)
    assert record is not None, "the crowd cancels and places anew"
    order = record.find(change.order_id, change.customer_id)
    begun = len(core.facts)
    try:
        order = _expect_open(order, record, change.pair)
        _apply(core, order, record, change, now_s)
    except Rejected as refused:
        result = Modified(order, refused)
    else:
        result = Modified(order, None)
    ids = (change.order_id, change.customer_id) if order is None else (order.id, order.customer_id)
    outcome = ModifyOutcome(account, result.refused is None, request_id, *ids)
    core.facts.insert(begun, outcome)  # first the outcome, then what it did (reference 5.5)
    return result


def _expect_open(order: Order | None, record: Record, pair: str) -> Order:
    if order is None or order.pair != pair or order.id not in record.open:
        raise no(codes.INVALID_ORDER)
    if order.sort is not Kind.LIMIT and order.status is Status.ACTIVE:
        raise no(codes.INVALID_ORDER)
    return order


def _apply(core: Core, order: Order, record: Record, change: Change, now_s: float) -> None:
    renamed = change.new_customer_id not in (None, order.customer_id)
    if renamed and record.customer_id_taken(str(change.new_customer_id), now_s - core.rules.customer_id_burnt_s):
        raise Rejected(core.rules.duplicate_id_code, CUSTOMER_ID_IN_USE)
    spec = core.pairs[order.pair]
    price, quantity = change.price or order.price, _quantity(order, change, spec.lot)
    if (price, quantity) == (order.price, order.quantity):
        raise no(codes.MODIFY_NO_CHANGE)
    nothing_left = quantity <= order.executed
    if nothing_left and order.executed and change.total is not None:
        core.take_out(order, record, now_s)
        return
    door.check_size(spec, price, ZERO if nothing_left else quantity)
    against = core.book_of(order.pair).opposite(order.side)
    if price != order.price and against.reached_by(price):
        best = against.best
        assert best is not None, "something would match"
        if change.strategy is Strategy.REPRICE:
            price = best - spec.tick if order.side is Side.BUY else best + spec.tick
        if change.strategy is Strategy.CANCEL_ORIGINAL:
            core.take_out(order, record, now_s)
        if change.strategy is not Strategy.REPRICE or price <= 0:
            raise Rejected(core.rules.post_only_code, POST_ONLY_MATCHED)
        if (price, quantity) == (order.price, order.quantity):
            raise no(codes.MODIFY_NO_CHANGE)
    if renamed:
        _expect_money(core, order, (price, quantity))
        record.rename(order, str(change.new_customer_id))
    _set(core, order, record, (price, quantity), now_s)


def _quantity(order: Order, change: Change, lot: Decimal) -> Decimal:
    """Of the whole order, as it is to be."""
    if change.total is not None:
        return GRID.quantize(change.total, lot)
    if change.remaining is not None:
        return add(order.executed, GRID.quantize(change.remaining, lot))
    return order.quantity


def _expect_money(core: Core, order: Order, to: tuple[Decimal, Decimal]) -> Decimal:
    """What it must hold with this price and quantity. Raises Rejected -6 when there is not enough for it."""
    was, (price, quantity) = (order.price, order.quantity, order.remaining), to
    order.price, order.quantity, order.remaining = price, quantity, subtract(quantity, order.executed)
    currency, needed = needs(order, core.pairs[order.pair])
    order.price, order.quantity, order.remaining = was
    if subtract(needed, order.reserved) > core.accounts.available(order.account, currency):
        raise no(codes.INSUFFICIENT_BALANCE)
    return needed


def _set(core: Core, order: Order, record: Record, to: tuple[Decimal, Decimal], now_s: float) -> None:
    """Give the order its new price and quantity. Raises Rejected -6 when there is not enough for it."""
    needed = _expect_money(core, order, to)
    price, quantity = to
    spec, half = core.pairs[order.pair], core.book_of(order.pair).half(order.side)
    was = order.price
    left = subtract(quantity, order.executed)
    levels: list[tuple[Decimal, Decimal]] = []
    if price == order.price and left < order.remaining:
        less = subtract(order.remaining, left)
        order.quantity, order.remaining = quantity, left
        level = half.levels[price]
        half.shrink(level, order, less)
        levels.append((price, level.total))
    else:
        levels.append((order.price, half.remove(order)))
        order.price, order.quantity, order.remaining = price, quantity, left
        total = half.add(order)
        levels = [*([] if price == was else levels), (price, total)]
    core.accounts.reserve(order.account, pays(order, spec), subtract(needed, order.reserved), now_s)
    order.reserved = needed
    order.status, order.updated_s = Status.ORDER_MODIFIED, now_s
    core.tell_status(order)
    core.facts.append(OpenOrdersChange(order.account, record.views()))
    core.tell_balances(order.account, pays(order, spec))
    core.facts += [LevelChange(order.pair, order.side, at, total, now_s) for at, total in levels]
