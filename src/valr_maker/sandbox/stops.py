"""Stop orders: they wait, Active, for the last price to reach theirs, and are then placed as limit orders.

Room rule: pure (reference 3.2). Our choices where no source knows: money is set aside when the order becomes Active;
an order springs when any trade reaches its stop price, in the order of arrival; on springing it is told as `Placed`.
"""

from valr_maker.domain import Side
from valr_maker.sandbox.core import Core
from valr_maker.sandbox.facts import OpenOrdersChange
from valr_maker.sandbox.order import Kind, Order, Status
from valr_maker.sandbox.records import Record
from valr_maker.sandbox.settle import needs, pays

IMMEDIATELY = "Stop order failed as it would have been triggered immediately"


def springs_at_or_above(order: Order) -> bool:
    """Whether it waits for the price to rise: a stop-loss to buy, a take-profit to sell."""
    return (order.sort is Kind.STOP_LOSS) is (order.side is Side.BUY)


def arm(core: Core, order: Order, record: Record | None, now_s: float) -> None:
    """The engine gets to a stop order: it waits, or has failed."""
    assert order.stop_price is not None, "the door lets no other in"
    assert record is not None, "the crowd has no stop orders"
    last = core.tape.last(order.pair)
    if reason := core.cannot_enter(order, record, now_s):
        core.fail(order, record, reason)
    elif last >= order.stop_price if springs_at_or_above(order) else last <= order.stop_price:
        core.fail(order, record, IMMEDIATELY)
    else:
        order.status = Status.ACTIVE
        core.admit(order, record, needs(order, core.pairs[order.pair])[1], now_s)
        core.waiting.setdefault(order.pair, {})[order.id] = order
        record.rest(order)
        core.tell_balances(order.account, pays(order, core.pairs[order.pair]))
        core.facts.append(OpenOrdersChange(order.account, record.views()))


def spring(core: Core, pair: str, now_s: float) -> None:
    """Place whatever the trades since the last time have set off, and what that sets off in turn."""
    while (reached := core.reached.pop(pair, None)) is not None:
        low, high = reached
        waiting = core.waiting[pair]
        for order in tuple(waiting.values()):
            assert order.stop_price is not None, "it waits for one"
            if order.stop_price <= high if springs_at_or_above(order) else order.stop_price >= low:
                del waiting[order.id]
                _place(core, order, now_s)


def _place(core: Core, order: Order, now_s: float) -> None:
    record = core.record_of(order.account)
    assert record is not None, "the crowd has no stop orders"
    order.status, order.updated_s = Status.PLACED, now_s
    core.tell_status(order)
    if reason := core.cannot_match(order, core.book_of(order.pair).opposite(order.side)):
        order.failed_reason = reason
        core.close(order, record, core.status_for(reason), now_s)
        return
    record.open.pop(order.id)
    core.match(order, record, order.price, now_s)
    core.settle_remainder(order, record, now_s)
