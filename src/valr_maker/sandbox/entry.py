"""Order messages that are received now and done by the engine later: /v1, batches and the account socket alike.

Room rule: pure; the floor's latency says how much later (reference 3.2, 3.3, 3.4). Each function gives what can be
answered at once, and the engine's part, which the caller hands to `Floor.engine` before or after its answer.
"""

from functools import partial
from typing import NamedTuple

from valr_maker.sandbox import wishes
from valr_maker.sandbox.agenda import Action
from valr_maker.sandbox.calls import known_pair
from valr_maker.sandbox.changes import Change
from valr_maker.sandbox.door import expect_price
from valr_maker.sandbox.exchange import Exchange
from valr_maker.sandbox.facts import Rejected
from valr_maker.sandbox.floor import Floor
from valr_maker.sandbox.order import NewOrder, Order
from valr_maker.sandbox.refusals import Invalid, failure, no
from valr_maker.wire import codes
from valr_maker.wire.answers import BatchError, BatchOutcome, BatchOutcomes
from valr_maker.wire.asked import BatchOrders, BatchRequest
from valr_maker.wire.rest import CancelOrder

PLACES = {"PLACE_LIMIT": wishes.limit_order, "PLACE_MARKET": wishes.market_order, "PLACE_STOP_LIMIT": wishes.stop_order}
CANCEL, MODIFY = "CANCEL_ORDER", "MODIFY_ORDER"
SOCKET_TYPES = ("PLACE_LIMIT", "PLACE_MARKET", MODIFY, CANCEL)
"""What a batch over the socket may hold: no stop orders (D, reference 5.6)."""


class Ids(NamedTuple):
    """The two names of an order; exactly one is given."""

    order_id: str | None
    customer_id: str | None


def place(floor: Floor, account: str, new: NewOrder, now_s: float) -> tuple[Order, Action]:
    """Past the door: the order has an id, and the engine has not seen it. Raises Rejected."""
    checked = floor.exchange.check(account, new)
    floor.watch(checked.pair, now_s)
    order = floor.exchange.accept(account, checked, now_s)
    return order, partial(floor.exchange.execute, order.id)


def cancel(floor: Floor, account: str, asked: CancelOrder) -> Action:
    """Asked for. Raises Rejected for a pair that does not exist."""
    pair = known_pair(floor.exchange, asked.pair).symbol
    ids = Ids(asked.order_id or None, asked.customer_order_id or None)
    return partial(_cancel, floor.exchange, account, ids, pair)


def _cancel(exchange: Exchange, account: str, ids: Ids, pair: str, now_s: float) -> Order | None:
    return exchange.cancel(account, order_id=ids.order_id, customer_id=ids.customer_id, pair=pair, now_s=now_s)


def modify(floor: Floor, account: str, change: Change, now_s: float) -> tuple[str, Action]:
    """Asked for: the id of the request. Raises Rejected for what is wrong whatever the order looks like."""
    spec = known_pair(floor.exchange, change.pair)
    if change.price is not None:
        expect_price(spec, "newPrice", change.price)
    request_id = floor.exchange.ids.uuid7(now_s)
    return request_id, partial(floor.exchange.modify, account, change, request_id)


class Batch(NamedTuple):
    """What a batch is answered, and what the engine has to do for it."""

    outcomes: BatchOutcomes
    work: list[Action]


def batch(
    floor: Floor, account: str, asked: BatchOrders, now_s: float, types: tuple[str, ...] = (*PLACES, CANCEL, MODIFY)
) -> Batch:
    """Each of a batch by itself, in its order; one that is refused spoils no other."""
    kinds = {request.type.upper() for request in asked.requests}
    mixed = MODIFY in kinds and bool(kinds & PLACES.keys())
    outcomes: list[BatchOutcome] = []
    work: list[Action] = []
    for request in asked.requests:
        kind = request.type.upper()
        try:
            if mixed and kind == MODIFY:
                raise no(codes.MODIFY_WITH_PLACE)
            if kind not in types:
                raise Invalid.of("type", f"must be one of {', '.join(types)}")
            ids, action = _one(floor, account, request, now_s)
        except Rejected as rejected:
            body = failure(rejected)
            error = BatchError(code=body.code, message=body.message, validation_errors=body.validation_errors)
            outcomes.append(BatchOutcome(accepted=False, error=error))
        else:
            work.append(action)
            outcomes.append(
                BatchOutcome(
                    accepted=True,
                    order_id=ids.order_id,
                    customer_order_id=ids.customer_id,
                    request_type=request.type,
                )
            )
    batch_id = floor.exchange.next_batch_id()
    return Batch(BatchOutcomes(outcomes=outcomes, batch_id=batch_id), work)


def _one(floor: Floor, account: str, request: BatchRequest, now_s: float) -> tuple[Ids, Action]:
    kind, strict = request.type.upper(), floor.exchange.rules.upper_case_only
    if kind in PLACES:
        order, action = place(floor, account, PLACES[kind](request.data, strict=strict), now_s)
        return Ids(order.id, order.customer_id), action
    if kind == CANCEL:
        asked = wishes.cancel(request.data)
        return Ids(asked.order_id or None, asked.customer_order_id or None), cancel(floor, account, asked)
    change = wishes.change(request.data)
    _, action = modify(floor, account, change, now_s)
    return Ids(change.order_id, change.customer_id), action
