"""What goes into `Engine.handle` and what comes out of it, as values."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from valr_maker.domain import Side
from valr_maker.errors import ValrMakerError
from valr_maker.events import Note
from valr_maker.strategy.view import Quotes
from valr_maker.wire.sign import Stream


class What(StrEnum):
    """A question for the exchange."""

    PAIRS = "trading rules"
    ORDER_TYPES = "order types"
    BOOK = "order book"
    OTHER_BOOK = "order book of the price source"
    BALANCES = "balances"
    FEES = "fees"
    KEY_INFO = "key permissions"
    OPEN_ORDERS = "open orders"
    ORDER = "order"
    TRADES = "own trades"
    LAST_TRADE = "last trade"


@dataclass(frozen=True, slots=True)
class Ask:
    """A command: put a question over REST; the answer comes back as `Answered` or `Unanswered`."""

    what: What
    key: str = ""
    """The client id, for `What.ORDER`; the pair, for `What.OTHER_BOOK`."""


@dataclass(frozen=True, slots=True)
class Place:
    """A command: send this limit order. `wire.rest.LimitOrder` is made of it at the edge."""

    cid: str
    side: Side
    price: Decimal
    quantity: Decimal
    post_only: bool


@dataclass(frozen=True, slots=True)
class Cancel:
    """A command: cancel by the client id, or by the exchange's id for an order of an earlier session."""

    cid: str
    order_id: str | None = None


@dataclass(frozen=True, slots=True)
class Resubscribe:
    """A command: get a new book snapshot on the trade socket."""

    why: str


@dataclass(frozen=True, slots=True)
class Reconnect:
    """A command: give up a stream's connection and make another."""

    stream: Stream
    why: str


@dataclass(frozen=True, slots=True)
class Say:
    """A command: tell whoever watches."""

    note: Note


@dataclass(frozen=True, slots=True)
class Halt:
    """A command: stop, for this reason; nothing can mend it while running."""

    error: ValrMakerError


Command = Ask | Place | Cancel | Resubscribe | Reconnect | Say | Halt


@dataclass(frozen=True, slots=True)
class Frame:
    """A typed message arrived on a stream."""

    stream: Stream
    message: Any


@dataclass(frozen=True, slots=True)
class Malformed:
    """Bytes arrived that are no message."""

    stream: Stream
    problem: str


@dataclass(frozen=True, slots=True)
class StreamUp:
    """A stream is connected, logged in and subscribed."""

    stream: Stream


@dataclass(frozen=True, slots=True)
class StreamDown:
    """A stream is gone, or could not be connected."""

    stream: Stream
    why: str


@dataclass(frozen=True, slots=True)
class Answered:
    """The typed answer to a question."""

    ask: Ask
    answer: Any


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A question that got no good answer; `code` is VALR's own when it gave one."""

    ask: Ask
    why: str
    code: int | None = None


@dataclass(frozen=True, slots=True)
class Underway:
    """An order goes over REST: Acked, Declined or Unclear will follow, and until then nothing else is believed."""

    command: Place


@dataclass(frozen=True, slots=True)
class Acked:
    """An order, or its cancel, was received by the exchange over REST."""

    command: Place | Cancel
    order_id: str | None = None


@dataclass(frozen=True, slots=True)
class Declined:
    """An order, or its cancel, was certainly not carried out."""

    command: Place | Cancel
    why: str
    code: int | None = None


@dataclass(frozen=True, slots=True)
class Unclear:
    """Nobody knows whether an order, or its cancel, was carried out."""

    command: Place | Cancel
    why: str


@dataclass(frozen=True, slots=True)
class ElsewherePrice:
    """What the custom API said, or another exchange. Another pair of this exchange comes as `Frame` and `Answered`."""

    quotes: Quotes = Quotes()  # noqa: RUF009  # a tuple does not change
    price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ElsewhereFailed:
    """It was asked, and gave no price."""

    why: str


@dataclass(frozen=True, slots=True)
class Tick:
    """Time passed. `at_s` is the whole second that is meant, at the clock pace: the strategy's time."""

    at_s: float | None = None


@dataclass(frozen=True, slots=True)
class Stop:
    """Begin to stop: cancel everything, and say when the exchange has confirmed it."""


Event = (
    Frame
    | Malformed
    | StreamUp
    | StreamDown
    | Answered
    | Unanswered
    | Underway
    | Acked
    | Declined
    | Unclear
    | ElsewherePrice
    | ElsewhereFailed
    | Tick
    | Stop
)
