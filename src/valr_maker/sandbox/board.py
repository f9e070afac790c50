"""The market's notice board: who listens to which event of which pair, and what they are told (reference 5.2).

Room rule: pure; time is handed in. A frame is made once for all who hear it, and not at all if nobody does.
Between two calls of `settle` lies one moment: its facts give each book feed of a pair at most one frame.

Our choices where no source knows: a market summary goes out when something changed, at most once a second; candles and
mark prices run by timers that stop when nobody listens any more.
"""

from collections.abc import Mapping
from functools import partial
from typing import Protocol

from valr_maker.domain import Side
from valr_maker.sandbox import render_market
from valr_maker.sandbox.agenda import Agenda
from valr_maker.sandbox.exchange import Exchange
from valr_maker.sandbox.facts import LevelChange, Trade, Traded, TypesChange
from valr_maker.sandbox.feeds import PairFeed
from valr_maker.sandbox.render import moment
from valr_maker.sandbox.tape import MINUTE_S, with_empty
from valr_maker.wire import answers, market_frames, rest
from valr_maker.wire.frames import Frame
from valr_maker.wire.stream import write
from valr_maker.wire.text import CHECKSUM_LEVELS, Amount

IMAGE, FULL, L1 = "AGGREGATED_ORDERBOOK_UPDATE", "FULL_ORDERBOOK_UPDATE", "OB_L1_DIFF"
TRADES, BUCKETS = "NEW_TRADE", "NEW_TRADE_BUCKET"
SUMMARY, MARK, TYPES = "MARKET_SUMMARY_UPDATE", "MARK_PRICE_UPDATE", "ALLOWED_ORDER_TYPES_UPDATED"
DEPTHS = {f"OB_L1_D{depth}_SNAPSHOT": depth for depth in market_frames.DEPTHS}
EVENTS = (IMAGE, FULL, L1, *DEPTHS, SUMMARY, TRADES, BUCKETS, MARK, TYPES)
"""What a trade socket can subscribe to, for a pair."""
FUTURES_EVENTS = ("PNL_RUN_COMPLETED", "FUNDING_RUN_COMPLETED")
"""Known by name; the sandbox has no futures, so nobody ever hears one."""

IMAGE_LEVELS = 40
CONFLATED_S = {IMAGE: 0.5, SUMMARY: 1.0}
"""Images of a busy pair are conflated to this (V: one to two a second)."""
MARK_EVERY_S = 3.0
"""Measured; the documents say 5 (reference 12)."""


class Listener(Protocol):
    """A socket."""

    def hear(self, event: str, frame: bytes) -> None:
        """Here is a frame of this type."""


class Board:
    """Everything public that is pushed."""

    def __init__(self, exchange: Exchange, agenda: Agenda) -> None:
        self._exchange, self._agenda = exchange, agenda
        self._feeds: dict[str, PairFeed] = {}
        self._listeners: dict[tuple[str, str], dict[Listener, None]] = {}
        self._touched: dict[str, None] = {}
        """Pairs whose book changed since the last moment."""
        self._told_s: dict[tuple[str, str], float] = {}
        """When a conflated event was told last."""
        self._due: dict[tuple[str, str], None] = {}
        """Conflated events that the agenda will tell, and timers that run."""
        self._images: dict[tuple[str, str], tuple[object, object]] = {}
        """What was told last of a book's first levels."""

    # ---- who listens --------------------------------------------------------------------------------------------
    def subscribe(self, event: str, pair: str, listener: Listener, now_s: float) -> None:
        """From now on this socket hears the event of the pair."""
        place = (event, pair)
        there = self._listeners.setdefault(place, {})
        if not there and event == FULL:
            self._exchange.book_of(pair).keep_journal(keep=True)
        if not there and event in (BUCKETS, MARK) and place not in self._due:
            self._due[place] = None
            every_s = MINUTE_S if event == BUCKETS else MARK_EVERY_S
            first_s = (now_s // MINUTE_S + 1) * MINUTE_S if event == BUCKETS else now_s + every_s
            self._agenda.at(first_s, partial(self._tick, place, every_s))
        there[listener] = None

    def unsubscribe(self, event: str, pair: str, listener: Listener) -> None:
        """No longer."""
        there = self._listeners.get((event, pair), {})
        there.pop(listener, None)
        if not there:
            self._listeners.pop((event, pair), None)
            if event == FULL:
                self._exchange.book_of(pair).keep_journal(keep=False)

    def is_heard(self, pair: str) -> bool:
        """Whether anybody listens to anything of this pair."""
        return any((event, pair) in self._listeners for event in EVENTS)

    def first_frame(self, event: str, pair: str, now_s: float) -> Frame | None:
        """What a new subscriber is sent at once."""
        if event == L1:
            return self._feed(pair, now_s).snapshot()
        if event == FULL:
            return self._full_snapshot(pair, now_s)
        if event in DEPTHS:
            return self._depth(event, self._feed(pair, now_s))
        if event == IMAGE:
            return market_frames.AggregatedBook(pair=pair, data=self.book(pair, now_s))
        if event == SUMMARY:
            return render_market.summary_update(self.summary(pair, now_s))
        return self._mark_price(pair, now_s) if event == MARK else None

    # ---- what can be looked at ----------------------------------------------------------------------------------
    def book(self, pair: str, now_s: float) -> rest.OrderBook:
        """The top 40 of both sides."""
        asks, bids = (self._exchange.levels(pair, side, IMAGE_LEVELS) for side in (Side.SELL, Side.BUY))
        return render_market.book(pair, asks, bids, self._feed(pair, now_s).changed_s, self._changes(pair))

    def full_book(self, pair: str, now_s: float) -> rest.FullOrderBook:
        """Every order of both sides."""
        return rest.FullOrderBook(
            asks=render_market.full_side(self._exchange.resting(pair, Side.SELL)),
            bids=render_market.full_side(self._exchange.resting(pair, Side.BUY)),
            last_change=moment(self._feed(pair, now_s).changed_s),
            sequence_number=self._changes(pair),
        )

    def summary(self, pair: str, now_s: float) -> answers.MarketSummary:
        """The last 24 hours."""
        exchange = self._exchange
        day = exchange.tape.of(pair).day(now_s)
        return render_market.summary(exchange.pairs[pair], day, exchange.best(pair), exchange.types_of(pair), now_s)

    def _changes(self, pair: str) -> int:
        return self._exchange.books[pair].changes if pair in self._exchange.books else 0

    def _mark_price(self, pair: str, now_s: float) -> Frame:
        price = render_market.mark_price(self._exchange.tape.of(pair).day(now_s), self._exchange.best(pair))
        return market_frames.MarkPrice(pair=pair, data=market_frames.MarkPriceData(price=Amount(price)))

    def _full_snapshot(self, pair: str, now_s: float) -> Frame:
        asks, bids = (self._exchange.resting(pair, side) for side in (Side.SELL, Side.BUY))
        data = market_frames.QueuedBook(
            last_change=int(self._feed(pair, now_s).changed_s * 1000),
            asks=render_market.queued(render_market.resting_entries(asks)),
            bids=render_market.queued(render_market.resting_entries(bids)),
            sequence_number=self._changes(pair),
            checksum=render_market.queue_checksum(asks, bids),
        )
        return market_frames.FullSnapshot(pair=pair, data=data)

    def _depth(self, event: str, feed: PairFeed) -> Frame:
        sides = self._images[(event, feed.pair)] = feed.best(DEPTHS[event])
        return render_market.depth_image(feed.pair, sides, DEPTHS[event], feed.changed_s)

    def _feed(self, pair: str, now_s: float) -> PairFeed:
        feed = self._feeds.get(pair)
        if feed is None:
            feed = self._feeds[pair] = PairFeed(pair, now_s)
        return feed

    # ---- what they are told -------------------------------------------------------------------------------------
    def take(self, fact: LevelChange | Traded | TypesChange) -> None:
        """Something public happened; of books and summaries nothing is said until `settle`."""
        if isinstance(fact, LevelChange):
            self._feed(fact.pair, fact.at_s).apply(fact)
            self._touched[fact.pair] = None
        elif isinstance(fact, Traded):
            self._tell_trade(fact.trade)
        elif listeners := self._listeners.get((TYPES, fact.pair)):
            tell(listeners, market_frames.AllowedTypes(pair=fact.pair, data=list(fact.types)))

    def _tell_trade(self, trade: Trade) -> None:
        if listeners := self._listeners.get((TRADES, trade.pair)):
            tell(listeners, render_market.new_trade(trade))

    def settle(self, now_s: float) -> None:
        """The moment is over: tell what it did to the books."""
        touched, self._touched = self._touched, {}
        for pair in touched:
            feed = self._feeds[pair]
            changed = feed.settle()
            if listeners := self._listeners.get((FULL, pair)):
                self._tell_full(feed, listeners)
            if not changed:
                continue
            if listeners := self._listeners.get((L1, pair)):
                tell(listeners, feed.diff(changed))
            for event, depth in DEPTHS.items():
                heard = self._listeners.get((event, pair))
                if heard and feed.best(depth) != self._images.get((event, pair)):
                    tell(heard, self._depth(event, feed))
            for event in CONFLATED_S:
                if (event, pair) in self._listeners:
                    self._tell_in_time((event, pair), now_s)

    def _tell_full(self, feed: PairFeed, listeners: Mapping[Listener, None]) -> None:
        asks, bids = self._exchange.book_of(feed.pair).take_journal()
        if not asks and not bids:
            return
        queues = (self._exchange.resting(feed.pair, side, CHECKSUM_LEVELS) for side in (Side.SELL, Side.BUY))
        data = market_frames.QueuedBook(
            last_change=int(feed.changed_s * 1000),
            asks=render_market.queued(asks),
            bids=render_market.queued(bids),
            sequence_number=self._changes(feed.pair),
            checksum=render_market.queue_checksum(*queues),
        )
        tell(listeners, market_frames.FullUpdate(pair=feed.pair, data=data))

    def _tell_in_time(self, place: tuple[str, str], now_s: float) -> None:
        """At once, or as soon as enough time has passed since the last time."""
        every_s = CONFLATED_S[place[0]]
        due_s = self._told_s.get(place, now_s - every_s) + every_s
        if due_s <= now_s:
            self._tell_now(place, now_s)
        elif place not in self._due:
            self._due[place] = None
            self._agenda.at(due_s, partial(self._tell_now, place))

    def _tell_now(self, place: tuple[str, str], now_s: float) -> None:
        self._due.pop(place, None)
        self._told_s[place] = now_s
        if listeners := self._listeners.get(place):
            frame = self.first_frame(*place, now_s)
            assert frame is not None, "conflated events have a first frame"
            tell(listeners, frame)

    def _tick(self, place: tuple[str, str], every_s: float, now_s: float) -> None:
        """A timer of candles or mark prices; it ends with the last listener."""
        event, pair = place
        listeners = self._listeners.get(place)
        if not listeners:
            del self._due[place]
            return
        self._agenda.at(now_s + every_s, partial(self._tick, place, every_s))
        if event == MARK:
            tell(listeners, self._mark_price(pair, now_s))
            return
        start_s, tape = int(now_s - MINUTE_S), self._exchange.tape.of(pair)
        found = tape.candles(MINUTE_S, start_s, start_s)
        (candle,) = with_empty(found, MINUTE_S, start_s, start_s, tape.price_before(start_s))
        tell(listeners, render_market.new_bucket(pair, candle))

    def __getstate__(self) -> dict[str, object]:
        """Sockets do not outlive a snapshot: nobody listens, and whatever was told last does not matter."""
        gone: dict[str, object] = {"_listeners": {}, "_told_s": {}, "_images": {}}
        return self.__dict__ | gone


def tell(listeners: Mapping[Listener, None], frame: Frame) -> None:
    """Say it to all of them."""
    event, text = str(frame.__struct_config__.tag), write(frame)
    for listener in tuple(listeners):  # a listener may leave while it is told: a slow reader is cut off
        listener.hear(event, text)
