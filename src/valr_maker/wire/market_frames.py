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


# ---- what a market maker does not need, but other clients subscribe to ----------------------------------------------
class QueuedOrder(Body):
    """One order of a by-order book: what remains of it now, "0" removes it (D, V)."""

    order_id: str
    quantity: str


class QueuedLevel(Body, rename="pascal"):
    """A price and orders there as they queue; in an update only those that changed, also more than once (D, V)."""

    price: str
    orders: list[QueuedOrder]


class QueuedBook(Body, rename="pascal"):
    """A by-order book or its changes: the sequence counts order entries (V; reference 6.1)."""

    last_change: int
    asks: list[QueuedLevel]
    bids: list[QueuedLevel]
    sequence_number: int
    checksum: int


class FullSnapshot(Frame, tag="FULL_ORDERBOOK_SNAPSHOT"):
    """Every order of a pair (D, V)."""

    pair: str = field(name="currencyPairSymbol")
    data: QueuedBook


class FullUpdate(Frame, tag="FULL_ORDERBOOK_UPDATE"):
    """The orders that changed (D, V)."""

    pair: str = field(name="currencyPairSymbol")
    data: QueuedBook


class L1Image(Body):
    """The best levels of a book, without sequence or checksum (V)."""

    asks: tuple[WireLevel, ...] = field(name="a")
    bids: tuple[WireLevel, ...] = field(name="b")
    changed_ms: int = field(name="lc")


class Depth(Frame):
    """The best so many levels, whole, when they change (D, V)."""

    pair: str = field(name="ps")
    data: L1Image = field(name="d")


class Depth1(Depth, tag="OB_L1_D1_SNAPSHOT"):
    """The best level."""


class Depth5(Depth, tag="OB_L1_D5_SNAPSHOT"):
    """The best 5."""


class Depth10(Depth, tag="OB_L1_D10_SNAPSHOT"):
    """The best 10."""


class Depth20(Depth, tag="OB_L1_D20_SNAPSHOT"):
    """The best 20."""


class Depth40(Depth, tag="OB_L1_D40_SNAPSHOT"):
    """The best 40."""


class Depth80(Depth, tag="OB_L1_D80_SNAPSHOT"):
    """The best 80."""


DEPTHS: dict[int, type[Depth]] = {1: Depth1, 5: Depth5, 10: Depth10, 20: Depth20, 40: Depth40, 80: Depth80}


class SummaryData(Body):
    """REST's market summary; the pair's key is another one on the wire (V; reference 5.2)."""

    currency_pair_symbol: str
    ask_price: Decimal
    bid_price: Decimal
    last_traded_price: Decimal
    previous_close_price: Decimal
    base_volume: Decimal
    quote_volume: Decimal
    high_price: Decimal
    low_price: Decimal
    created: str
    change_from_previous: Decimal
    mark_price: Decimal
    currency_pair: str | None = None


class SummaryUpdate(Frame, tag="MARKET_SUMMARY_UPDATE"):
    """The last 24 hours of a pair (D, V)."""

    pair: str = field(name="currencyPairSymbol")
    data: SummaryData


class BucketData(Body):
    """A minute's candle; `quote_volume` is on the wire but not in the documents (C)."""

    currency_pair_symbol: str
    bucket_period_in_seconds: int
    start_time: str
    opened: Decimal = field(name="open")
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal
    quote_volume: Decimal | None = None


class NewBucket(Frame, tag="NEW_TRADE_BUCKET"):
    """A minute has ended, traded in or not (D; when it is sent is inferred)."""

    pair: str = field(name="currencyPairSymbol")
    data: BucketData


class MarkPriceData(Body):
    """The mark price."""

    price: Decimal


class MarkPrice(Frame, tag="MARK_PRICE_UPDATE"):
    """Every three seconds, changed or not (V)."""

    pair: str = field(name="currencyPairSymbol")
    data: MarkPriceData


class AllowedTypes(Frame, tag="ALLOWED_ORDER_TYPES_UPDATED"):
    """A pair takes other order types than before (D)."""

    pair: str = field(name="currencyPairSymbol")
    data: list[str]
