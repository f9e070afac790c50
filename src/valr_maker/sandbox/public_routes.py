"""What anybody may ask without a signature, and the same market data signed (reference 2)."""

from functools import lru_cache

from valr_maker.sandbox import render, render_market, universe
from valr_maker.sandbox.calls import JSON, Call, Reply, before, good
from valr_maker.sandbox.facts import PairSpec
from valr_maker.sandbox.refusals import NOT_FOUND, Invalid, no
from valr_maker.sandbox.table import serves
from valr_maker.sandbox.tape import MINUTE_S, PERIODS, Candle, with_empty
from valr_maker.wire import codes, endpoints, every_endpoint, rest

BUCKETS_MAX, MARK_BUCKETS_MAX = 300, 100


@lru_cache(4)
def _pairs_body(specs: tuple[PairSpec, ...]) -> bytes:
    return rest.encode([render_market.pair(spec) for spec in specs])


@serves(endpoints.PAIRS)
def pairs(call: Call) -> Reply:
    """All pairs, active or not."""
    return Reply(200, JSON, _pairs_body(tuple(call.exchange.pairs.values())))


@serves(every_endpoint.PAIRS_OF_TYPE)
def pairs_of_type(call: Call) -> Reply:
    """SPOT: all of ours; FUTURE: none."""
    kind = call.parts["type"].upper()
    if kind not in ("SPOT", "FUTURE"):
        raise no(codes.INVALID_REQUEST)
    return pairs(call) if kind == "SPOT" else good([])


@serves(endpoints.ORDER_TYPES)
def order_types(call: Call) -> Reply:
    """What each pair takes; `includeInactivePairs` is true by default."""
    inactive_too = call.query.flag("includeInactivePairs", default=True)
    return good(
        [
            rest.PairOrderTypes(currency_pair=spec.symbol, order_types=list(call.exchange.types_of(spec.symbol)))
            for spec in call.exchange.pairs.values()
            if spec.active or inactive_too
        ]
    )


@serves(endpoints.PAIR_ORDER_TYPES)
def pair_order_types(call: Call) -> Reply:
    """What this pair takes; nothing if it is inactive."""
    return good(list(call.exchange.types_of(call.pair().symbol)))


@serves(endpoints.SERVER_TIME)
def server_time(call: Call) -> Reply:
    """The exchange's clock, to the nanosecond."""
    return good(rest.ServerTime(epoch_time=int(call.now_s), time=render.fine_moment(call.now_s)))


@serves(endpoints.STATUS)
def status(call: Call) -> Reply:
    """Online or read-only."""
    return good(rest.PlatformStatus(status=rest.READ_ONLY if call.read_only else rest.ONLINE))


@serves(endpoints.PUBLIC_BOOK, endpoints.BOOK)
def book(call: Call) -> Reply:
    """Top 40; an inactive pair has an empty book (V)."""
    pair = call.pair().symbol
    call.floor.watch(pair, call.now_s)
    return good(call.floor.board.book(pair, call.now_s))


@serves(endpoints.PUBLIC_FULL_BOOK, endpoints.FULL_BOOK)
def full_book(call: Call) -> Reply:
    """Every order."""
    pair = call.pair().symbol
    call.floor.watch(pair, call.now_s)
    return good(call.floor.board.full_book(pair, call.now_s))


@serves(endpoints.PUBLIC_TRADES, endpoints.MARKET_TRADES)
def public_trades(call: Call) -> Reply:
    """Prints, newest first."""
    query, pair = call.query, call.pair().symbol
    call.floor.watch(pair, call.now_s)
    start_s, end_s = query.span(call.now_s, call.exchange.rules.history_window_days)
    found = [trade for trade in call.exchange.public_trades(pair) if start_s <= trade.at_s <= end_s]
    found = before(query.text("beforeId"), found, lambda trade: trade.id)
    return good([render_market.public_trade(trade) for trade in found[query.page()]])


@serves(every_endpoint.CURRENCIES)
def currencies(call: Call) -> Reply:
    """Every currency of the exchange."""
    return Reply(200, JSON, _currencies_body(call.exchange.accounts.currencies))


@lru_cache(4)
def _currencies_body(names: tuple[str, ...]) -> bytes:
    known = {spec.short_name: spec for spec in universe.currencies()}
    specs = [known.get(name) or render.unlisted(name) for name in names]
    return rest.encode([render_market.currency(spec) for spec in specs])


@serves(every_endpoint.HEALTH)
def health(_call: Call) -> Reply:
    """200 while v2 is up; what it says is not known."""
    return Reply(200, JSON, b"{}")


@serves(every_endpoint.SUMMARIES)
def summaries(call: Call) -> Reply:
    """Every pair that has one: the active ones. All of them live for it, as a sleeping pair has an empty book."""
    active = [spec.symbol for spec in call.exchange.pairs.values() if spec.active]
    for pair in active:
        call.floor.watch(pair, call.now_s)
    return good([call.floor.board.summary(pair, call.now_s) for pair in active])


@serves(every_endpoint.SUMMARY)
def summary(call: Call) -> Reply:
    """The last 24 hours of a pair; an inactive one has none (V)."""
    spec = call.pair()
    if not spec.active:
        raise no(codes.SUMMARY_NOT_FOUND, NOT_FOUND)
    call.floor.watch(spec.symbol, call.now_s)
    return good(call.floor.board.summary(spec.symbol, call.now_s))


@serves(every_endpoint.BUCKETS)
def buckets(call: Call) -> Reply:
    """Candles, newest first; times in epoch seconds. More than 300 at once are refused (D)."""
    query, pair = call.query, call.pair().symbol
    period_s = _period(call)
    end_s = _aligned(min(query.whole("endTime", int(call.now_s)), int(call.now_s)), period_s)
    start_s = query.whole("startTime", end_s - (BUCKETS_MAX - 1) * period_s)
    start_s = _aligned(start_s + period_s - 1, period_s)
    if (end_s - start_s) // period_s >= BUCKETS_MAX:
        raise Invalid.of("startTime", f"the range has more than {BUCKETS_MAX} buckets")
    call.floor.watch(pair, call.now_s)
    tape = call.exchange.tape.of(pair)
    found = tape.candles(period_s, start_s, end_s)
    if query.flag("includeEmpty"):
        found = list(with_empty(found, period_s, start_s, end_s, tape.price_before(start_s)))
    skip = query.whole("skip", 0)
    page = slice(skip, skip + query.whole("limit", BUCKETS_MAX, BUCKETS_MAX))
    return good([render_market.bucket(pair, period_s, candle) for candle in found[::-1][page]])


@serves(every_endpoint.MARK_BUCKETS)
def mark_buckets(call: Call) -> Reply:
    """Candles of the mark price: as there is no index here, of the last prices; times in ISO (D)."""
    query, pair, period_s = call.query, call.pair().symbol, _period(call)
    end_s = _aligned(int(min(query.second("endTime", call.now_s), call.now_s)), period_s)
    start_s = _aligned(int(query.second("startTime", end_s - (MARK_BUCKETS_MAX - 1) * period_s)), period_s)
    start_s = max(start_s, end_s - (MARK_BUCKETS_MAX - 1) * period_s)
    tape = call.exchange.tape.of(pair)
    there = tape.candles(period_s, start_s, end_s)
    found: list[Candle] = list(with_empty(there, period_s, start_s, end_s, tape.price_before(start_s)))
    return good([render_market.bucket(pair, period_s, candle, volumes=False) for candle in found[::-1]])


def _period(call: Call) -> int:
    period_s = call.query.whole("periodSeconds", MINUTE_S)
    if period_s not in PERIODS:
        raise Invalid.of("periodSeconds", f"must be one of {', '.join(map(str, PERIODS))}")
    return period_s


def _aligned(second: int, period_s: int) -> int:
    return second // period_s * period_s
