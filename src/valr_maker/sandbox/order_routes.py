"""Placing, changing and cancelling orders over REST (reference 3.2 to 3.4).

/v1 says what was received, and the engine looks at it later; /v2 answers when the engine has spoken.
"""

from functools import partial

from valr_maker.sandbox import entry, wishes
from valr_maker.sandbox.calls import Call, Later, Reply, good
from valr_maker.sandbox.changes import Modified
from valr_maker.sandbox.order import NewOrder, Order
from valr_maker.sandbox.refusals import BAD_REQUEST, no
from valr_maker.sandbox.table import serves
from valr_maker.wire import answers, codes, endpoints, every_endpoint, rest

CREATED, ACCEPTED = 201, 202


def _received(call: Call, new: NewOrder) -> Reply:
    """202: queued, not placed."""
    order, work = entry.place(call.floor, call.account.id, new, call.now_s)
    call.floor.engine(work, call.now_s)
    return good(rest.OrderId(id=order.id, customer_order_id=order.customer_id), ACCEPTED)


def _placed(call: Call, new: NewOrder) -> Later:
    """201 with the id, or 400 with the id and why the engine refused (D)."""
    exchange = call.exchange
    _, work = entry.place(call.floor, call.account.id, new, call.now_s)

    def reply(order: Order) -> Reply:
        if not order.failed_reason:
            return good(rest.OrderId(id=order.id), CREATED)
        code = exchange.reason_code(order.failed_reason)
        return good(rest.Failure(code=code, message=order.failed_reason, order_id=order.id), BAD_REQUEST)

    return Later(work, reply)


@serves(endpoints.PLACE_LIMIT_V1)
def limit_v1(call: Call) -> Reply:
    """A limit order."""
    return _received(call, wishes.limit_order(call.body, strict=call.strict))


@serves(endpoints.PLACE_LIMIT)
def limit_v2(call: Call) -> Later:
    """A limit order."""
    return _placed(call, wishes.limit_order(call.body, strict=call.strict))


@serves(every_endpoint.PLACE_MARKET_V1)
def market_v1(call: Call) -> Reply:
    """A market order."""
    return _received(call, wishes.market_order(call.body, strict=call.strict))


@serves(every_endpoint.PLACE_MARKET)
def market_v2(call: Call) -> Later:
    """A market order."""
    return _placed(call, wishes.market_order(call.body, strict=call.strict))


@serves(every_endpoint.PLACE_STOP_V1)
def stop_v1(call: Call) -> Reply:
    """A stop-limit order."""
    return _received(call, wishes.stop_order(call.body, strict=call.strict))


@serves(every_endpoint.PLACE_STOP)
def stop_v2(call: Call) -> Later:
    """A stop-limit order."""
    return _placed(call, wishes.stop_order(call.body, strict=call.strict))


@serves(every_endpoint.BATCH_ORDERS)
def batch(call: Call) -> Reply:
    """Up to twenty at once; the answer is 200 whatever becomes of each."""
    outcomes, work = entry.batch(call.floor, call.account.id, wishes.batch(call.body), call.now_s)
    for one in work:
        call.floor.engine(one, call.now_s)
    return good(outcomes)


@serves(every_endpoint.MODIFY_ORDER_V1)
def modify_v1(call: Call) -> Reply:
    """The id of the request; MODIFY_ORDER_OUTCOME says what became of it."""
    request_id, work = entry.modify(call.floor, call.account.id, wishes.change(call.body), call.now_s)
    call.floor.engine(work, call.now_s)
    return good(rest.OrderId(id=request_id), ACCEPTED)


@serves(every_endpoint.MODIFY_ORDER)
def modify_v2(call: Call) -> Later:
    """201 with the id of the request, or 400 with both ids and why it was not done."""
    change = wishes.change(call.body)
    request_id, work = entry.modify(call.floor, call.account.id, change, call.now_s)

    def reply(done: Modified) -> Reply:
        order, refused = done
        if refused is None:
            return good(rest.OrderId(id=request_id), CREATED)
        order_id = change.order_id if order is None else order.id
        failure = answers.ModifyFailure(
            modify_order_id=request_id, order_id=order_id, code=refused.code, message=refused.message
        )
        return good(failure, BAD_REQUEST)

    return Later(work, reply)


@serves(endpoints.CANCEL_ORDER_V1)
def cancel_v1(call: Call) -> Reply:
    """Received, not done; the body is empty."""
    call.floor.engine(entry.cancel(call.floor, call.account.id, wishes.cancel(call.body)), call.now_s)
    return Reply(ACCEPTED, {}, b"")


@serves(endpoints.CANCEL_ORDER)
def cancel_v2(call: Call) -> Later:
    """Done, or -16; the id in the answer is the one that was sent."""
    asked = wishes.cancel(call.body)

    def reply(order: Order | None) -> Reply:
        if order is None:
            raise no(codes.ORDER_NOT_FOUND)
        return good(rest.OrderId(id=asked.order_id or asked.customer_order_id or ""))

    return Later(entry.cancel(call.floor, call.account.id, asked), reply)


@serves(endpoints.CANCEL_ALL, endpoints.CANCEL_PAIR)
def cancel_all(call: Call) -> Later:
    """Every open order, stop orders too, or those of a pair."""
    pair = call.pair().symbol if "pair" in call.parts else None
    return Later(partial(call.exchange.cancel_all, call.account.id, pair), _cancelled)


def _cancelled(order_ids: list[str]) -> Reply:
    return good([rest.CancelledOrder(order_id=order_id) for order_id in order_ids])
