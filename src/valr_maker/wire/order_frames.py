"""Order entry over the account socket: what is sent and what comes back (reference 5.6)."""

from valr_maker.wire import answers, rest
from valr_maker.wire.frames import Frame
from valr_maker.wire.rest import Body


class PlaceLimit(Frame, kw_only=True, tag="PLACE_LIMIT_ORDER"):
    """A limit order over the account socket (D)."""

    client_msg_id: str | None = None
    payload: rest.LimitOrder


class CancelLimit(Frame, kw_only=True, tag="CANCEL_LIMIT_ORDER"):
    """A cancel over the account socket (D)."""

    client_msg_id: str | None = None
    payload: rest.CancelOrder


class CancelOnDisconnectPayload(Body):
    """On or off."""

    cancel_on_disconnect: bool | str


class CancelOnDisconnect(Frame, kw_only=True, tag="CANCEL_ON_DISCONNECT"):
    """Asks the exchange to cancel everything of the account when this socket drops (D, experimental)."""

    client_msg_id: str | None = None
    payload: CancelOnDisconnectPayload


class ReplyError(Body):
    """Why an order message was refused (C, one source)."""

    message: str
    code: int | None = None
    validation_errors: rest.ValidationErrors | None = None


class PlacedData(Body):
    """The ids of an order that was received; it need not rest yet (D)."""

    order_id: str | None = None
    customer_order_id: str | None = None


class _Reply(Frame, kw_only=True):
    """An answer to an order message: data when it was received, error when not."""

    client_msg_id: str | None = None
    error: ReplyError | None = None


class PlaceLimitReply(_Reply, tag="PLACE_LIMIT_WS_RESPONSE"):
    """Answer to PLACE_LIMIT_ORDER (D, C)."""

    data: PlacedData | None = None


class CancelData(Body):
    """The cancel was asked for, not done (D)."""

    requested: bool | None = None
    order_id: str | None = None
    customer_order_id: str | None = None


class CancelReply(_Reply, tag="CANCEL_ORDER_WS_RESPONSE"):
    """Answer to CANCEL_LIMIT_ORDER (D, C)."""

    data: CancelData | None = None


class InvalidPlace(_Reply, tag="INVALID_PLACE_LIMIT_REQUEST"):
    """A place message that did not validate (C)."""

    message: str | None = None


class InvalidCancel(_Reply, tag="INVALID_CANCEL_ORDER_REQUEST"):
    """A cancel message that did not validate (C)."""

    message: str | None = None


class InvalidModify(_Reply, tag="INVALID_MODIFY_WS_REQUEST"):
    """A change that did not validate (C)."""

    message: str | None = None


# ---- what a market maker does not need, but other clients send ------------------------------------------------------
class PlaceMarketReply(_Reply, tag="PLACE_MARKET_WS_RESPONSE"):
    """Answer to PLACE_MARKET_ORDER (D)."""

    data: PlacedData | None = None


class ModifyData(Body):
    """The change was asked for, not done (D)."""

    modify_request_id: str
    requested: bool
    order_id: str | None = None
    customer_order_id: str | None = None


class ModifyReply(_Reply, tag="MODIFY_ORDER_WS_RESPONSE"):
    """Answer to MODIFY_ORDER (D)."""

    data: ModifyData | None = None


class BatchReply(_Reply, tag="BATCH_ORDERS_WS_RESPONSE"):
    """Answer to BATCH_ORDERS: name and shape are inferred (I)."""

    data: answers.BatchOutcomes | None = None
