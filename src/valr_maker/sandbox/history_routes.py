"""Asking about orders, open and finished (reference 3.5)."""

from valr_maker.sandbox import render
from valr_maker.sandbox.calls import Call, Reply, good
from valr_maker.sandbox.facts import PairSpec
from valr_maker.sandbox.order import Order, OrderView, Status
from valr_maker.sandbox.refusals import NOT_FOUND, no
from valr_maker.sandbox.table import serves
from valr_maker.wire import codes, endpoints, every_endpoint


@serves(endpoints.OPEN_ORDERS)
def open_orders(call: Call) -> Reply:
    """All pairs, stop orders too; filters are ignored, as VALR does (C)."""
    return good([render.open_order(order) for order in call.exchange.open_orders(call.account.id)])


@serves(endpoints.ORDER_BY_ID)
def order_by_id(call: Call) -> Reply:
    """One order in whatever state; -1 when there is none."""
    return _status_of(call.pair(), call.exchange.order(call.account.id, order_id=call.parts["id"]))


@serves(endpoints.ORDER_BY_CUSTOMER_ID)
def order_by_customer_id(call: Call) -> Reply:
    """The same by our own id."""
    return _status_of(call.pair(), call.exchange.order(call.account.id, customer_id=call.parts["id"]))


def _status_of(spec: PairSpec, order: Order | None) -> Reply:
    if order is None or order.pair != spec.symbol:
        raise no(codes.INVALID_ORDER)
    return good(render.order_status(order))


@serves(endpoints.ORDER_HISTORY)
def order_history(call: Call) -> Reply:
    """Finished orders, newest first; cancels without a fill are hidden unless asked for.

    Open orders are shown when `statuses` names one of theirs: which of the two VALR means by its list is not known.
    """
    query, page = call.query, call.query.page()
    start_s, end_s = query.span(call.now_s, call.exchange.rules.history_window_days)
    statuses, wanted_pairs = query.words("statuses"), query.words("currencyPair")
    no_failures, all_cancels = query.flag("excludeFailures"), query.flag("showZeroVolumeCancels")

    def shown(order: OrderView) -> bool:
        if order.status is Status.CANCELLED and order.remaining == order.quantity and not all_cancels:
            return False
        if no_failures and order.failed_reason:
            return False
        word = order.status.value.upper().replace(" ", "_")
        return (
            (not statuses or word in statuses)
            and (not wanted_pairs or order.pair in wanted_pairs)
            and start_s <= order.updated_s <= end_s
        )

    there = call.exchange.history(call.account.id)
    if statuses:
        there = [*reversed(call.exchange.open_orders(call.account.id)), *there]
    return good([render.history_order(order) for order in filter(shown, there)][page])


@serves(every_endpoint.SUMMARY_BY_ID, every_endpoint.SUMMARY_BY_CUSTOMER_ID)
def order_summary(call: Call) -> Reply:
    """A finished order; one that is open, or none, is 404 (D)."""
    order = _asked_for(call)
    if order is None or order.status.open:
        raise no(codes.INVALID_ORDER, NOT_FOUND)
    return good(render.history_order(order))


@serves(every_endpoint.DETAIL_BY_ID, every_endpoint.DETAIL_BY_CUSTOMER_ID)
def order_detail(call: Call) -> Reply:
    """Every event of an order's life, newest first; of an order that nobody knows, none (D)."""
    order = _asked_for(call)
    return good([] if order is None else [render.order_event(event) for event in reversed(order.events)])


def _asked_for(call: Call) -> Order | None:
    by_ours = "customerorderid" in call.path
    given = call.parts["id"]
    return call.exchange.order(
        call.account.id, order_id=None if by_ours else given, customer_id=given if by_ours else None
    )
