"""Order entry over the account socket (reference 5.6).

Room rule: pure. The answer means received; what the engine made of it comes as events, as a rule after the answer.
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from valr_maker.sandbox import entry, login, wishes
from valr_maker.sandbox.agenda import Action
from valr_maker.sandbox.facts import Rejected
from valr_maker.sandbox.floor import Floor
from valr_maker.sandbox.limits import Windows
from valr_maker.sandbox.login import Login
from valr_maker.sandbox.refusals import failure, no
from valr_maker.wire import codes
from valr_maker.wire import order_frames as replies
from valr_maker.wire.endpoints import ACCOUNT_CANCEL, ACCOUNT_PLACE, Limit
from valr_maker.wire.every_endpoint import ACCOUNT_BATCH, ACCOUNT_MODIFY
from valr_maker.wire.frames import Frame, RateLimited, Subscription

Say = Callable[[Frame], None]


class Message(Struct, rename="camel"):
    """Anything a client says; the rest is read when its type is known."""

    type: str
    client_msg_id: str | int | None = None
    payload: Raw | UnsetType = UNSET
    subscriptions: list[Subscription] | None = None
    requests: list[Subscription] | None = None

    @property
    def client_id(self) -> str | None:
        """What the answer echoes."""
        return None if self.client_msg_id is None else str(self.client_msg_id)

    @property
    def body(self) -> Raw:
        """The payload; an absent one reads as an empty object, so that the missing fields are named."""
        return Raw(b"{}") if self.payload is UNSET else self.payload


messages = msgspec.json.Decoder(Message)

Reply = (
    replies.PlaceLimitReply | replies.PlaceMarketReply | replies.ModifyReply | replies.CancelReply | replies.BatchReply
)
Invalid = type[replies.InvalidPlace] | type[replies.InvalidCancel] | type[replies.InvalidModify]


class Received(NamedTuple):
    """What can be answered now, and what the engine has to do."""

    reply: Reply
    work: list[Action]


class Row(NamedTuple):
    """One type of message."""

    receive: Callable[[Floor, str, Message, float], Received]
    limit: Limit
    refused: type[Reply]
    invalid: Invalid


def _place_limit(floor: Floor, account: str, message: Message, now_s: float) -> Received:
    new = wishes.limit_order(message.body, strict=floor.exchange.rules.upper_case_only)
    order, work = entry.place(floor, account, new, now_s)
    data = replies.PlacedData(order_id=order.id, customer_order_id=order.customer_id)
    return Received(replies.PlaceLimitReply(client_msg_id=message.client_id, data=data), [work])


def _place_market(floor: Floor, account: str, message: Message, now_s: float) -> Received:
    new = wishes.market_order(message.body, strict=floor.exchange.rules.upper_case_only)
    order, work = entry.place(floor, account, new, now_s)
    data = replies.PlacedData(order_id=order.id, customer_order_id=order.customer_id)
    return Received(replies.PlaceMarketReply(client_msg_id=message.client_id, data=data), [work])


def _modify(floor: Floor, account: str, message: Message, now_s: float) -> Received:
    change = wishes.change(message.body)
    request_id, work = entry.modify(floor, account, change, now_s)
    data = replies.ModifyData(
        modify_request_id=request_id, requested=True, order_id=change.order_id, customer_order_id=change.customer_id
    )
    return Received(replies.ModifyReply(client_msg_id=message.client_id, data=data), [work])


def _cancel(floor: Floor, account: str, message: Message, _now_s: float) -> Received:
    asked = wishes.cancel(message.body)
    work = entry.cancel(floor, account, asked)
    data = replies.CancelData(
        requested=True, order_id=asked.order_id or None, customer_order_id=asked.customer_order_id or None
    )
    return Received(replies.CancelReply(client_msg_id=message.client_id, data=data), [work])


def _batch(floor: Floor, account: str, message: Message, now_s: float) -> Received:
    outcomes, work = entry.batch(floor, account, wishes.batch(message.body), now_s, entry.SOCKET_TYPES)
    return Received(replies.BatchReply(client_msg_id=message.client_id, data=outcomes), work)


ROWS = {
    "PLACE_LIMIT_ORDER": Row(_place_limit, ACCOUNT_PLACE, replies.PlaceLimitReply, replies.InvalidPlace),
    "PLACE_MARKET_ORDER": Row(_place_market, ACCOUNT_PLACE, replies.PlaceMarketReply, replies.InvalidPlace),
    "MODIFY_ORDER": Row(_modify, ACCOUNT_MODIFY, replies.ModifyReply, replies.InvalidModify),
    "CANCEL_LIMIT_ORDER": Row(_cancel, ACCOUNT_CANCEL, replies.CancelReply, replies.InvalidCancel),
    "BATCH_ORDERS": Row(_batch, ACCOUNT_BATCH, replies.BatchReply, replies.InvalidPlace),
}


class OrderEntry:
    """The order messages of one account socket."""

    def __init__(self, floor: Floor, windows: Windows, signer: Login, say: Say) -> None:
        self._floor, self._windows, self._signer, self._say = floor, windows, signer, say

    def receive(self, message: Message, now_s: float) -> None:
        """One of `ROWS`."""
        row, floor = ROWS[message.type], self._floor
        if not self._windows.spend(row.limit, self._signer.key.key, now_s):
            self._say(RateLimited(data={"requestType": message.type}, client_msg_id=message.client_id))
            return
        try:
            if floor.read_only:
                raise no(codes.INVALID_REQUEST)
            login.demand(self._signer.key, login.TRADE)
            reply, work = row.receive(floor, self._signer.account.id, message, now_s)
        except Rejected as rejected:
            self._answer(self._refusal(row, message, rejected), floor.ack_s(), now_s)
            return
        after = floor.exchange.rules.ack_after_events
        if not after:
            self._answer(reply, floor.ack_s(), now_s)
        for one in work:
            floor.engine(one, now_s)
        if after:
            self._answer(reply, floor.outcome_s(), now_s)

    def _answer(self, frame: Frame, delay_s: float, now_s: float) -> None:
        self._floor.later(delay_s, now_s, partial(self._say_then, frame), fleeting=True)

    def _say_then(self, frame: Frame, _due_s: float) -> None:
        self._say(frame)

    def _refusal(self, row: Row, message: Message, rejected: Rejected) -> Frame:
        body = failure(rejected)
        error = replies.ReplyError(message=body.message, code=body.code, validation_errors=body.validation_errors)
        if self._floor.exchange.rules.invalid_frames:
            return row.invalid(client_msg_id=message.client_id, message=body.message, error=error)
        return row.refused(client_msg_id=message.client_id, error=error)
