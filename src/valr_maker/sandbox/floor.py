"""The trading floor: tells every listener what the exchange says, in its order, and keeps watched pairs alive.

Room rule: pure; time is handed in. A frame is made once for all who hear it, and not at all if nobody does.
One `settle` is one moment: its facts give each pair at most one OB_L1_DIFF.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from valr_maker.domain import Side
from valr_maker.sandbox import render
from valr_maker.sandbox.agenda import Action, Agenda
from valr_maker.sandbox.crowd import Crowd
from valr_maker.sandbox.exchange import Exchange
from valr_maker.sandbox.facts import (
    AccountTrade,
    BalanceChange,
    CancelFailed,
    LevelChange,
    OpenOrdersChange,
    OwnTrade,
    Processed,
    StatusChange,
    Trade,
    Traded,
)
from valr_maker.sandbox.feeds import PairFeed
from valr_maker.wire import rest
from valr_maker.wire.frames import Frame
from valr_maker.wire.market_frames import AggregatedBook
from valr_maker.wire.stream import write

IMAGE = "AGGREGATED_ORDERBOOK_UPDATE"
L1 = "OB_L1_DIFF"
TRADES = "NEW_TRADE"
AccountFact = AccountTrade | StatusChange | BalanceChange | OpenOrdersChange | Processed | CancelFailed
PAIR_EVENTS = (IMAGE, L1, TRADES)
"""What a trade socket can subscribe to."""

IMAGE_LEVELS = 40
IMAGE_EVERY_S = 0.5
"""Images of a busy pair are conflated to this (V: one to two a second)."""
QUIET_S = 60.0
"""A pair that nobody asked about for this long, listens to or has orders in, goes to sleep."""


@dataclass(frozen=True, slots=True)
class Latency:
    """How long the exchange takes: to answer, and until the engine has looked at an order (reference 11.11)."""

    ack_s: float = 0.003
    outcome_s: float = 0.008


class Listener(Protocol):
    """A socket."""

    def hear(self, event: str, frame: bytes) -> None:
        """Here is a frame of this type."""


class Floor:
    """Who listens to what, and what they are told."""

    def __init__(self, exchange: Exchange, agenda: Agenda, crowd: Crowd | None, latency: Latency) -> None:
        self.exchange, self.agenda, self.latency = exchange, agenda, latency
        self._crowd = crowd
        self._feeds: dict[str, PairFeed] = {}
        self._listeners: dict[tuple[str, str], dict[Listener, None]] = {}
        self._holders: dict[str, dict[Listener, None]] = {}
        self._asked_s: dict[str, float] = {}
        self._imaged_s: dict[str, float] = {}
        self._image_due: set[str] = set()
        self._records: dict[str, list[OwnTrade]] = {}

    def later(self, delay_s: float, now_s: float, action: Action) -> None:
        """Do it after so long; without delay at once."""
        if delay_s > 0:
            self.agenda.at(now_s + delay_s, action)
        else:
            action(now_s)

    # ---- which pairs live ---------------------------------------------------------------------------------------
    def watch(self, pair: str, now_s: float) -> None:
        """Somebody is interested: when this returns the pair's book is full. Cheap for a pair that lives already."""
        if self._crowd is None:
            return
        known = pair in self._asked_s
        self._asked_s[pair] = now_s
        if not known:
            self._crowd.watch(pair, now_s)
            self.agenda.at(now_s + QUIET_S, lambda due_s: self._let_sleep(pair, due_s))
            self.settle(now_s)

    def doze(self, now_s: float) -> None:
        """The machine slept: pairs start anew from now, instead of living through what nobody saw."""
        if self._crowd is not None:
            for pair in self._asked_s:
                self._crowd.unwatch(pair, now_s)
                self._crowd.watch(pair, now_s)

    def _let_sleep(self, pair: str, now_s: float) -> None:
        assert self._crowd is not None
        if self._asked_s[pair] + QUIET_S > now_s or self._wanted(pair):
            self.agenda.at(now_s + QUIET_S, lambda due_s: self._let_sleep(pair, due_s))
            return
        del self._asked_s[pair]
        self._crowd.unwatch(pair, now_s)
        self.settle(now_s)

    def _wanted(self, pair: str) -> bool:
        return any(self._listeners.get((event, pair)) for event in PAIR_EVENTS) or any(
            order.pair == pair for account in self.exchange.accounts for order in self.exchange.open_orders(account.id)
        )

    # ---- who listens --------------------------------------------------------------------------------------------
    def subscribe(self, event: str, pair: str, listener: Listener) -> None:
        """From now on this socket hears the event of the pair."""
        self._listeners.setdefault((event, pair), {})[listener] = None

    def unsubscribe(self, event: str, pair: str, listener: Listener) -> None:
        """No longer."""
        self._listeners.get((event, pair), {}).pop(listener, None)

    def join(self, account: str, listener: Listener) -> None:
        """From now on this socket hears all account events."""
        self._holders.setdefault(account, {})[listener] = None

    def leave(self, account: str, listener: Listener) -> None:
        """No longer."""
        self._holders.get(account, {}).pop(listener, None)

    def first_frame(self, event: str, pair: str, now_s: float) -> Frame | None:
        """What a new subscriber is sent at once (reference 5.2)."""
        if event == L1:
            return self._feed(pair, now_s).snapshot()
        return AggregatedBook(pair=pair, data=self.book(pair, now_s)) if event == IMAGE else None

    def book(self, pair: str, now_s: float) -> rest.OrderBook:
        """The top 40 of both sides."""
        feed = self._feed(pair, now_s)
        asks = self.exchange.levels(pair, Side.SELL, IMAGE_LEVELS)
        bids = self.exchange.levels(pair, Side.BUY, IMAGE_LEVELS)
        return render.book(pair, asks, bids, feed.changed_s, feed.changes)

    def full_book(self, pair: str, now_s: float) -> rest.FullOrderBook:
        """Every order of both sides."""
        feed = self._feed(pair, now_s)
        return rest.FullOrderBook(
            asks=render.full_side(self.exchange.resting(pair, Side.SELL)),
            bids=render.full_side(self.exchange.resting(pair, Side.BUY)),
            last_change=render.moment(feed.changed_s),
            sequence_number=feed.changes,
        )

    def _feed(self, pair: str, now_s: float) -> PairFeed:
        feed = self._feeds.get(pair)
        if feed is None:
            feed = self._feeds[pair] = PairFeed(pair, now_s)
        return feed

    # ---- what they are told -------------------------------------------------------------------------------------
    def settle(self, now_s: float) -> None:
        """Tell what has happened since the last time. To be called after everything that touches the exchange."""
        facts = self.exchange.drain()
        if not facts:
            return
        touched: dict[str, PairFeed] = {}
        for fact in facts:
            if isinstance(fact, LevelChange):
                feed = touched[fact.pair] = self._feed(fact.pair, fact.at_s)
                feed.apply(fact)
            elif isinstance(fact, Traded):
                self._tell_trade(fact.trade)
            else:
                self._tell_account(fact)
        for account in tuple(self._records):
            self._tell_records(account)
        for feed in touched.values():
            self._tell_book(feed, now_s)

    def _tell_trade(self, trade: Trade) -> None:
        if listeners := self._listeners.get((TRADES, trade.pair)):
            _tell(listeners, render.new_trade(trade))

    def _tell_account(self, fact: AccountFact) -> None:
        """Account events, the history record of a match after the balances it changed (reference 5.5)."""
        account = _account_of(fact)
        holders = self._holders.get(account)
        if not holders:
            return
        if isinstance(fact, AccountTrade | OpenOrdersChange):
            self._tell_records(account)
        if isinstance(fact, AccountTrade):
            self._records.setdefault(account, []).append(fact.own)
        _tell(holders, _frame_of(fact))

    def _tell_records(self, account: str) -> None:
        for own in self._records.pop(account, ()):
            record = render.history_record(own, self.exchange.pairs[own.trade.pair])
            _tell(self._holders.get(account, {}), record)

    def _tell_book(self, feed: PairFeed, now_s: float) -> None:
        changed = feed.settle()
        if not changed:
            return
        if listeners := self._listeners.get((L1, feed.pair)):
            _tell(listeners, feed.diff(changed))
        if self._listeners.get((IMAGE, feed.pair)):
            self._tell_image_in_time(feed.pair, now_s)

    def _tell_image_in_time(self, pair: str, now_s: float) -> None:
        due_s = self._imaged_s.get(pair, now_s - IMAGE_EVERY_S) + IMAGE_EVERY_S
        if due_s <= now_s:
            self._tell_image(pair, now_s)
        elif pair not in self._image_due:
            self._image_due.add(pair)
            self.agenda.at(due_s, lambda at_s: self._tell_image(pair, at_s))

    def _tell_image(self, pair: str, now_s: float) -> None:
        self._image_due.discard(pair)
        self._imaged_s[pair] = now_s
        if listeners := self._listeners.get((IMAGE, pair)):
            _tell(listeners, AggregatedBook(pair=pair, data=self.book(pair, now_s)))


def _account_of(fact: AccountFact) -> str:
    match fact:
        case AccountTrade(own):
            return own.account
        case StatusChange(order) | Processed(order):
            return order.account
    return fact.account


def _frame_of(fact: AccountFact) -> Frame:
    match fact:
        case AccountTrade(own):
            return render.account_trade(own)
        case StatusChange():
            return render.status_update(fact)
        case BalanceChange(_, balance):
            return render.balance_update(balance)
        case OpenOrdersChange(_, orders):
            return render.open_orders_update(orders)
        case Processed():
            return render.processed(fact)
        case CancelFailed():
            return render.cancel_failed(fact)


def _tell(listeners: Mapping[Listener, None], frame: Frame) -> None:
    event, text = str(frame.__struct_config__.tag), write(frame)
    for listener in tuple(listeners):  # a listener may leave while it is told: a slow reader is cut off
        listener.hear(event, text)
