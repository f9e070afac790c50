"""Frames of the trade socket: books and prints (reference 5.2)."""

from decimal import Decimal

from msgspec import field

from valr_maker.wire import rest
from valr_maker.wire.frames import Frame
from valr_maker.wire.rest import Body
from valr_maker.wire.text import WireLevel


class AggregatedBook(Frame, tag="AGGREGATED_ORDERBOOK_UPDATE"):
    """The whole top 40, never a diff (D, C)."""

    pair: str = field(name="currencyPairSymbol")
    data: rest.OrderBook


class L1Levels(Body):
    """Levels with new totals as text; "0" removes. One-letter keys (D, V)."""

    asks: tuple[WireLevel, ...] = field(name="a")
    bids: tuple[WireLevel, ...] = field(name="b")
    sequence: int = field(name="sq")
    checksum: int = field(name="cs")
    changed_ms: int = field(name="lc")


class L1Snapshot(Frame, tag="OB_L1_SNAPSHOT"):
    """The whole aggregated book of a pair (V)."""

    pair: str = field(name="ps")
    data: L1Levels = field(name="d")


class L1Diff(Frame, tag="OB_L1_DIFF"):
    """Changed levels; its sequence is the last one plus one (V)."""

    pair: str = field(name="ps")
    data: L1Levels = field(name="d")


class TradePrint(Body):
    """A public trade on the socket; the id is missing in the documents but on the wire (C)."""

    price: Decimal
    quantity: Decimal
    currency_pair: str
    traded_at: str
    taker_side: str
    id: str | None = None


class NewTrade(Frame, tag="NEW_TRADE"):
    """A match in a subscribed pair (D)."""

    pair: str = field(name="currencyPairSymbol")
    data: TradePrint
