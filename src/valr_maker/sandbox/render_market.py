"""The market as the wire has it: pairs, books, prints, candles, summaries (reference 2, 5.2). Pure translation."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from statistics import median

from valr_maker.domain import Side
from valr_maker.sandbox import universe
from valr_maker.sandbox.book import Entry
from valr_maker.sandbox.facts import CurrencySpec, PairSpec, Trade
from valr_maker.sandbox.money import multiply
from valr_maker.sandbox.order import ZERO, Order, OrderView
from valr_maker.sandbox.render import Level, moment
from valr_maker.sandbox.tape import MINUTE_S, Candle, Day
from valr_maker.wire import answers, market_frames, rest
from valr_maker.wire.market_frames import QueuedLevel, QueuedOrder
from valr_maker.wire.text import CHECKSUM_LEVELS, Amount, WireLevel, full_checksum, plain

AnyOrder = Order | OrderView
Best = tuple[Decimal | None, Decimal | None]
"""Best bid and best ask; None for an empty side."""
SIMPLE_ONLY = "SIMPLE"


def pair(spec: PairSpec) -> rest.Pair:
    """One row of the pairs."""
    return rest.Pair(
        symbol=spec.symbol,
        base_currency=spec.base,
        quote_currency=spec.quote,
        short_name=f"{spec.base}/{spec.quote}",
        active=spec.active,
        min_base_amount=Amount(spec.min_base),
        max_base_amount=Amount(spec.max_base),
        min_quote_amount=Amount(spec.min_quote),
        max_quote_amount=Amount(spec.max_quote),
        tick_size=Amount(spec.tick),
        base_decimal_places=str(spec.base_decimals),
        margin_trading_allowed=False,
        currency_pair_type="SPOT",
    )


def book(pair: str, asks: Iterable[Level], bids: Iterable[Level], changed_s: float, sequence: int) -> rest.OrderBook:
    """An aggregated book."""
    return rest.OrderBook(
        asks=_levels(pair, Side.SELL, asks),
        bids=_levels(pair, Side.BUY, bids),
        last_change=moment(changed_s),
        sequence_number=sequence,
    )


def _levels(pair: str, side: Side, levels: Iterable[Level]) -> list[rest.BookLevel]:
    return [
        rest.BookLevel(
            side=side.value, quantity=Amount(total), price=Amount(price), currency_pair=pair, order_count=orders
        )
        for price, total, orders in levels
    ]


def full_side(orders: Sequence[AnyOrder]) -> list[rest.FullBookLevel]:
    """Every order of one side, best and oldest first."""
    rows: list[rest.FullBookLevel] = []
    place, last_price = 0, None
    for order in orders:
        place = place + 1 if order.price == last_price else 1
        last_price = order.price
        rows.append(
            rest.FullBookLevel(
                side=order.side.value,
                quantity=Amount(order.remaining),
                price=Amount(order.price),
                currency_pair=order.pair,
                id=order.id,
                position_at_price=place,
            )
        )
    return rows


def public_trade(trade: Trade) -> rest.PublicTrade:
    """One print of the trade history."""
    return rest.PublicTrade(
        price=Amount(trade.price),
        quantity=Amount(trade.quantity),
        currency_pair=trade.pair,
        traded_at=moment(trade.at_s),
        taker_side=trade.taker_side.value,
        sequence_id=trade.sequence,
        id=trade.id,
        quote_volume=Amount(multiply(trade.price, trade.quantity)),
    )


def new_trade(trade: Trade) -> market_frames.NewTrade:
    """NEW_TRADE."""
    printed = market_frames.TradePrint(
        price=Amount(trade.price),
        quantity=Amount(trade.quantity),
        currency_pair=trade.pair,
        traded_at=moment(trade.at_s),
        taker_side=trade.taker_side.value,
        id=trade.id,
    )
    return market_frames.NewTrade(pair=trade.pair, data=printed)


# ---- currencies, candles, summaries ---------------------------------------------------------------------------------
def currency(spec: CurrencySpec) -> answers.Currency:
    """One row of the currencies: its decimals are text here (D)."""
    return answers.Currency(
        symbol=spec.symbol,
        is_active=True,
        short_name=spec.short_name,
        long_name=spec.long_name,
        decimal_places=str(spec.decimals),
        withdrawal_decimal_places=str(spec.decimals),
        collateral=spec.short_name in universe.COLLATERAL,
        collateral_weight=universe.weight_of(spec.short_name),
    )


def bucket(pair: str, period_s: int, candle: Candle, *, volumes: bool = True) -> answers.Bucket:
    """One candle; those of the mark price have no volumes (D)."""
    return answers.Bucket(
        currency_pair_symbol=pair,
        bucket_period_in_seconds=period_s,
        start_time=second(candle.start_s),
        opened=Amount(candle.open),
        high=Amount(candle.high),
        low=Amount(candle.low),
        close=Amount(candle.close),
        volume=Amount(candle.volume) if volumes else None,
        quote_volume=Amount(candle.quote_volume) if volumes else None,
    )


def second(at_s: float) -> str:
    """A whole second as ISO text: candles start at `2026-01-02T03:04:00Z`."""
    return moment(at_s).replace(".000Z", "Z")


def new_bucket(pair: str, candle: Candle) -> market_frames.NewBucket:
    """NEW_TRADE_BUCKET."""
    data = market_frames.BucketData(
        currency_pair_symbol=pair,
        bucket_period_in_seconds=MINUTE_S,
        start_time=second(candle.start_s),
        opened=Amount(candle.open),
        high=Amount(candle.high),
        low=Amount(candle.low),
        close=Amount(candle.close),
        volume=Amount(candle.volume),
        quote_volume=Amount(candle.quote_volume),
    )
    return market_frames.NewBucket(pair=pair, data=data)


def mark_price(day: Day, best: Best) -> Decimal:
    """The median of last price, best bid and best ask, as the documents say; VALR takes an index (reference 2.3)."""
    return median([day.last, *(price for price in best if price is not None)]) if None not in best else day.last


def summary(spec: PairSpec, day: Day, best: Best, types: Sequence[str], now_s: float) -> answers.MarketSummary:
    """A pair's last 24 hours; an empty side prints 0, a pair that is for simple orders only has no mark price (V)."""
    bid, ask = best
    return answers.MarketSummary(
        currency_pair=spec.symbol,
        ask_price=Amount(ask or ZERO),
        bid_price=Amount(bid or ZERO),
        last_traded_price=Amount(day.last),
        previous_close_price=Amount(day.previous_close),
        base_volume=Amount(day.base_volume),
        quote_volume=Amount(day.quote_volume),
        high_price=Amount(day.high),
        low_price=Amount(day.low),
        created=moment(now_s),
        change_from_previous=Amount(day.change_pct),
        mark_price=Amount(ZERO if list(types) == [SIMPLE_ONLY] else mark_price(day, best)),
    )


def summary_update(row: answers.MarketSummary) -> market_frames.SummaryUpdate:
    """MARKET_SUMMARY_UPDATE: the pair stands under the wire's name and under the documents' (reference 12)."""
    data = market_frames.SummaryData(
        currency_pair_symbol=row.currency_pair,
        currency_pair=row.currency_pair,
        ask_price=row.ask_price,
        bid_price=row.bid_price,
        last_traded_price=row.last_traded_price,
        previous_close_price=row.previous_close_price,
        base_volume=row.base_volume,
        quote_volume=row.quote_volume,
        high_price=row.high_price,
        low_price=row.low_price,
        created=row.created,
        change_from_previous=row.change_from_previous,
        mark_price=row.mark_price,
    )
    return market_frames.SummaryUpdate(pair=row.currency_pair, data=data)


# ---- the book by orders ---------------------------------------------------------------------------------------------
Queue = Sequence[Order]
"""Every resting order of a side, best and oldest first."""


def queue_checksum(asks: Queue, bids: Queue) -> int:
    """Over the first 25 orders a side (V, reference 6.1)."""
    texts = ([(order.id, plain(order.remaining)) for order in side[:CHECKSUM_LEVELS]] for side in (bids, asks))
    return full_checksum(*texts)


def queued(entries: Iterable[Entry]) -> list[QueuedLevel]:
    """Order entries by price, in the order in which each price and each order came first."""
    levels: dict[Decimal, list[QueuedOrder]] = {}
    for price, order_id, remaining in entries:
        levels.setdefault(price, []).append(QueuedOrder(order_id=order_id, quantity=plain(remaining)))
    return [QueuedLevel(price=plain(price), orders=orders) for price, orders in levels.items()]


def resting_entries(orders: Queue) -> list[Entry]:
    """A side of the book as entries."""
    return [Entry(order.price, order.id, order.remaining) for order in orders]


def depth_image(
    pair: str, sides: tuple[Sequence[WireLevel], Sequence[WireLevel]], depth: int, changed_s: float
) -> market_frames.Depth:
    """OB_L1_Dn_SNAPSHOT: the best levels of asks and bids."""
    asks, bids = sides
    data = market_frames.L1Image(asks=tuple(asks), bids=tuple(bids), changed_ms=int(changed_s * 1000))
    return market_frames.DEPTHS[depth](pair=pair, data=data)
