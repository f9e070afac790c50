"""Every frame of both sockets, as one tagged union a direction (reference 5).

`Reader.read` turns bytes into a typed message, an `Unknown`, or a WireError; it never fails in another way. What VALR
sends is `Incoming`, what a client sends is `Outgoing`; the sandbox reads and writes the same types the other way round.
"""

from typing import Any, ClassVar, Union

import msgspec
from msgspec import Struct

from valr_maker.wire.account_frames import (
    AddConditionalOrder,
    BalanceUpdate,
    CancelOnDisconnectUpdate,
    FailedCancelOrder,
    FailedOrder,
    InstantOrderCompleted,
    LeverageUpdated,
    MarginInfo,
    ModifyOrderOutcome,
    NewAccountHistoryRecord,
    NewAccountTrade,
    NewPendingReceive,
    OpenOrdersUpdate,
    OpenPositionUpdate,
    OrderProcessed,
    OrderStatusUpdate,
    PositionClosed,
    ReducePosition,
    RemoveConditionalOrder,
    SendStatusUpdate,
)
from valr_maker.wire.amounts import AbsurdAmount, Check, checker
from valr_maker.wire.codes import WireError
from valr_maker.wire.frames import (
    Authenticated,
    ErrorFrame,
    Frame,
    Ping,
    Pong,
    RateLimited,
    Subscribe,
    Subscribed,
    Unsubscribe,
    Unsubscribed,
    Unsupported,
)
from valr_maker.wire.market_frames import AggregatedBook, L1Diff, L1Snapshot, NewTrade
from valr_maker.wire.order_frames import (
    CancelLimit,
    CancelOnDisconnect,
    CancelReply,
    InvalidCancel,
    InvalidPlace,
    PlaceLimit,
    PlaceLimitReply,
)
from valr_maker.wire.text import encode_amount


class Unknown:
    """A frame whose type we have no name for. Tell it once, then leave it."""

    __slots__ = ("raw", "type")

    def __init__(self, kind: str, raw: bytes | str) -> None:
        self.type, self.raw = kind, raw

    def __repr__(self) -> str:
        return f"Unknown({self.type!r})"


MarketFrame = Union[AggregatedBook, L1Snapshot, L1Diff, NewTrade]
OrderReply = Union[PlaceLimitReply, CancelReply, InvalidPlace, InvalidCancel]
ControlFrame = Union[Authenticated, Pong, Subscribed, Unsubscribed, ErrorFrame, Unsupported, RateLimited]
AccountFrame = Union[
    BalanceUpdate, OpenOrdersUpdate, OrderProcessed, OrderStatusUpdate, NewAccountTrade, NewAccountHistoryRecord,
    FailedCancelOrder, FailedOrder, ModifyOrderOutcome, CancelOnDisconnectUpdate, InstantOrderCompleted,
    NewPendingReceive, SendStatusUpdate, MarginInfo, LeverageUpdated, OpenPositionUpdate, ReducePosition,
    PositionClosed, AddConditionalOrder, RemoveConditionalOrder,
]  # fmt: skip
Incoming = Union[ControlFrame, MarketFrame, AccountFrame, OrderReply]
Outgoing = Union[Ping, Subscribe, Unsubscribe, PlaceLimit, CancelLimit, CancelOnDisconnect]


class _Header(Struct):
    type: str


class Reader:
    """Turns bytes into messages of one direction, and counts the fields it was not told about.

    Looking for unknown fields costs as much as reading, so it is done for the first frame of a type and then for every
    `census_every`th: `unknown_fields` maps `TYPE.path` to how often it was met in those.
    """

    census_every: ClassVar[int] = 256

    def __init__(self, union: Any) -> None:
        self._decoder = msgspec.json.Decoder(union)
        self._known = {member.__struct_config__.tag: member for member in union.__args__}
        self._seen: dict[type, int] = {}
        self._amounts: dict[type, Check | None] = {member: checker(member) for member in union.__args__}
        self.unknown_fields: dict[str, int] = {}

    def read(self, raw: bytes | str) -> Any:
        """A message, or `Unknown`. Raises WireError for what is no message at all."""
        try:
            message = self._decoder.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
            return self._explain(raw, problem)
        kind = type(message)
        if check := self._amounts[kind]:
            try:
                check(message)
            except AbsurdAmount as problem:
                raise WireError(f"malformed {message.__struct_config__.tag} frame ({problem})", raw) from problem
        count = self._seen[kind] = self._seen.get(kind, 0) + 1
        if count % self.census_every == 1:
            self._census(raw, message)
        return message

    def _explain(self, raw: bytes | str, problem: Exception) -> Unknown:
        try:
            kind = msgspec.json.decode(raw, type=_Header).type
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise WireError(f"malformed frame ({problem})", raw) from problem
        if kind in self._known:
            raise WireError(f"malformed {kind} frame ({problem})", raw) from problem
        return Unknown(kind, raw)

    def _census(self, raw: bytes | str, message: Struct) -> None:
        tag = str(message.__struct_config__.tag)
        try:
            plain = msgspec.json.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return  # the typed reader skips what it does not need, so it forgives more than the plain one
        for path in unknown_fields(plain, message):
            name = f"{tag}.{path}"
            self.unknown_fields[name] = self.unknown_fields.get(name, 0) + 1


def unknown_fields(plain: Any, message: Any) -> list[str]:
    """Paths of the fields that `plain` (decoded JSON) has and the type of `message` does not name."""
    if isinstance(message, Struct) and isinstance(plain, dict):
        config = message.__struct_config__
        names = dict(zip(message.__struct_encode_fields__, message.__struct_fields__, strict=True))
        paths = [key for key in plain if key not in names and key != config.tag_field]
        for key, attribute in names.items():
            if key in plain:
                paths += [f"{key}.{path}" for path in unknown_fields(plain[key], getattr(message, attribute))]
        return paths
    if isinstance(message, (list, tuple)) and isinstance(plain, list):
        return sorted({path for one, part in zip(plain, message, strict=True) for path in unknown_fields(one, part)})
    return []


_encoder = msgspec.json.Encoder(enc_hook=encode_amount)
_incoming = Reader(Incoming)


def read(raw: bytes | str) -> Any:
    """A frame of VALR's, read with a shared Reader. Raises WireError; long-lived readers make their own Reader."""
    return _incoming.read(raw)


def write(frame: Frame) -> bytes:
    """The JSON text of a frame, ready to send."""
    return _encoder.encode(frame)
