"""Hummingbot's order books as mirrors of ours: the checksummed feed, judged by valr_maker's watch over each pair.

Everything that Hummingbot is told of one book goes through one queue in the order in which it was verified: its own way
with two queues lets a snapshot overtake the changes that came after it. Update ids are counted here, so that they rise
through resynchronisations and changes of road.
"""

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from hummingbot.core.data_type.common import TradeType
from hummingbot.core.data_type.order_book_message import OrderBookMessage, OrderBookMessageType
from hummingbot.core.data_type.order_book_tracker_data_source import OrderBookTrackerDataSource

from valr_maker.chance import Chance
from valr_maker.engine import readiness as parts
from valr_maker.engine.book_watch import CONFIRM_AFTER_S, BookWatch
from valr_maker.engine.messages import Ask, Command, Reconnect, Resubscribe, Say, What
from valr_maker.engine.questions import Questions
from valr_maker.engine.readiness import Readiness
from valr_maker.gateway.client import UNANSWERED
from valr_maker.gateway.pump import Pump
from valr_maker.gateway.session import Session
from valr_maker.market.feed import FeedState
from valr_maker.wire import endpoints, stream
from valr_maker.wire.closed import SocketClosed
from valr_maker.wire.codes import WireError
from valr_maker.wire.frames import ErrorFrame, Subscribe, Subscription
from valr_maker.wire.market_frames import L1Diff, L1Snapshot, NewTrade
from valr_maker.wire.sign import Stream
from valr_maker.wire.text import WireLevel, plain, seconds_of

from .line import Line

if TYPE_CHECKING:
    from .valr_exchange import ValrExchange

BOOK, TRADES = "OB_L1_DIFF", "NEW_TRADE"
TICK_S = 0.5
SNAPSHOT_LOOK_S = 0.1


class PairBook:
    """One pair: its watch, what it still wants to know, and the id of the last thing Hummingbot was told."""

    def __init__(self, trading_pair: str, symbol: str, now_s: float) -> None:
        self.trading_pair, self.symbol = trading_pair, symbol
        self.readiness, self.questions = Readiness(now_s), Questions()
        self.watch = BookWatch(symbol, parts.BOOKS, Ask(What.BOOK), self.readiness, self.questions)
        self.questions.want(Ask(What.BOOK), now_s)  # the quick road first; the stream replaces it
        self.told = 0

    @property
    def usable(self) -> bool:
        """Whether the book can be relied on now."""
        return self.readiness[parts.BOOKS].standing.usable

    @property
    def problem(self) -> str:
        """Why it cannot, in words; empty when it can."""
        component = self.readiness[parts.BOOKS]
        if component.standing.usable:
            return ""
        error = (
            f" ({component.last_error})" if component.last_error and component.last_error != component.reason else ""
        )
        return f"order book of {self.trading_pair}: {component.reason}{error}"

    def failed(self, why: str) -> None:
        """The book could not be asked for over REST; that is the reason while there is no other book."""
        self.readiness.error(parts.BOOKS, why)
        component = self.readiness[parts.BOOKS]
        if not component.standing.usable:
            component.reason = f"{What.BOOK} request failed, asking again: {why}"

    def whole(self) -> OrderBookMessage:
        """All of the book as it is now."""
        book = self.watch.feed.book
        sides = [[(plain(p), plain(q)) for p, q in side.top(len(side))] for side in (book.bids, book.asks)]
        return self.message(OrderBookMessageType.SNAPSHOT, *sides)

    def message(self, kind: OrderBookMessageType, bids: Any, asks: Any) -> OrderBookMessage:
        """What Hummingbot is told, under the last id given."""
        content = {"trading_pair": self.trading_pair, "update_id": self.told, "bids": bids, "asks": asks}
        return OrderBookMessage(kind, content, timestamp=self.watch.feed.heard_s)


class ValrAPIOrderBookDataSource(OrderBookTrackerDataSource):
    """Books and trades of the configured pairs. It is also the listener of the trade socket's pump."""

    def __init__(self, trading_pairs: list[str], connector: "ValrExchange", line: Line) -> None:
        super().__init__(trading_pairs)
        self._connector, self._line = connector, line
        self._books: dict[str, PairBook] = {}
        self._by_symbol: dict[str, PairBook] = {}
        self._subscriptions: dict[str, list[str]] = {BOOK: [], TRADES: []}
        self._pump: Pump | None = None
        self._asking: set[asyncio.Task[None]] = set()
        self._running: asyncio.Future[None] | None = None

    # ---- what the connector asks ------------------------------------------------------------------------------------
    def book_of(self, trading_pair: str) -> PairBook:
        """The book of a pair, made when it is first asked for."""
        known = self._books.get(trading_pair)
        if known is None:
            symbol = self._connector.symbol_of(trading_pair)
            known = self._books[trading_pair] = PairBook(trading_pair, symbol, self._line.clock.monotonic_s())
            self._by_symbol[symbol] = known
        return known

    def problem(self, trading_pair: str) -> str:
        """Why the book of a pair is not to be traded on; empty when it is."""
        book = self.book_of(trading_pair)
        book.watch.judge(self._line.clock.monotonic_s())
        return book.problem

    @property
    def alive(self) -> bool:
        """Whether the trade socket is connected and subscribed."""
        return self._pump is not None and self._pump.usable

    # ---- Hummingbot's questions -------------------------------------------------------------------------------------
    async def get_last_traded_prices(self, trading_pairs: list[str], domain: str | None = None) -> dict[str, float]:
        """The last price of each pair."""
        prices: dict[str, float] = await self._connector.get_last_traded_prices(trading_pairs=trading_pairs)
        return prices

    async def _order_book_snapshot(self, trading_pair: str) -> OrderBookMessage:
        """The book as soon as there is one, by whichever road. Never gives up: one failure must not end the tracker."""
        book, clock = self.book_of(trading_pair), self._line.clock
        failures, next_s = 0, clock.monotonic_s()
        while not book.watch.feed.usable:
            if clock.monotonic_s() >= next_s:
                failures += not await self._ask_book(book)
                next_s = clock.monotonic_s() + min(8.0, 0.5 * 2.0 ** min(failures, 16))
            else:
                await self._sleep(SNAPSHOT_LOOK_S)
        return book.whole()

    # ---- life -------------------------------------------------------------------------------------------------------
    async def listen_for_subscriptions(self) -> None:
        """Keep the trade socket connected, verify what it brings, and watch over its silence, until cancelled."""
        symbols = [self.book_of(pair).symbol for pair in self._trading_pairs]
        for pairs in self._subscriptions.values():
            pairs[:] = symbols
        session = Session(Stream.TRADE, self._subscriptions, Chance())
        line = self._line
        self._pump = Pump(session, line.transport, line.clock, line.budget, self, key=None, wall_s=line.clock.wall_s)
        keeping = asyncio.create_task(self._keep_time())
        running = self._running = asyncio.get_running_loop().create_future()
        try:
            await self._pump.run()
        finally:
            self._pump = None
            running.set_result(None)
            for task in (keeping, *self._asking):
                task.cancel()
            for book in self._books.values():
                book.watch.stream_down("stopped", line.clock.monotonic_s())

    async def stopped(self) -> None:
        """Wait until the socket has been let go of, after Hummingbot has cancelled the listening."""
        if self._running is not None:
            await self._running

    async def _keep_time(self) -> None:
        while True:
            now_s = self._line.clock.monotonic_s()
            for book in tuple(self._books.values()):
                await self._do(book, book.watch.tick(now_s))
                self._tell_changes(book)
                if book.questions.due(now_s):
                    task = asyncio.create_task(self._answer(book))
                    self._asking.add(task)
                    task.add_done_callback(self._asking.discard)
            await self._sleep(TICK_S)

    # ---- the pump's listener ----------------------------------------------------------------------------------------
    async def up(self, _pump: Pump) -> None:
        """Connected and subscribed; the snapshots are on their way."""
        for book in self._books.values():
            book.watch.stream_up()

    async def down(self, _pump: Pump, why: str) -> None:
        """The socket is gone; the pump makes another."""
        for book in self._books.values():
            await self._do(book, book.watch.stream_down(why, self._line.clock.monotonic_s()))

    async def frame(self, _pump: Pump, message: Any) -> None:
        """One frame of the trade socket."""
        match message:
            case L1Snapshot() | L1Diff():
                book = self._by_symbol.get(message.pair)
                if book is not None:
                    await self._book_frame(book, message)
            case NewTrade():
                book = self._by_symbol.get(message.pair)
                if book is not None:
                    self._message_queue[self._trade_messages_queue_key].put_nowait(message)
            case ErrorFrame():
                self._refused(message.message or "")
            case _:
                pass

    def _refused(self, text: str) -> None:
        """A pair that VALR does not stream must not keep the others from being streamed: it is left out from now on."""
        self.logger().warning(f"VALR refuses a subscription: {text}")
        for pairs in self._subscriptions.values():
            pairs[:] = [symbol for symbol in pairs if f"pair {symbol} " not in text]

    async def malformed(self, _pump: Pump, problem: WireError) -> None:
        """Something unreadable; it may have been an update of any book."""
        for book in self._books.values():
            await self._do(book, book.watch.malformed(str(problem), self._line.clock.monotonic_s()))

    # ---- books ------------------------------------------------------------------------------------------------------
    async def _book_frame(self, book: PairBook, message: L1Snapshot | L1Diff) -> None:
        updates = book.watch.feed.updates
        commands = book.watch.frame(message, self._line.clock.monotonic_s())
        if book.watch.feed.updates != updates:  # taken: sequence and checksum hold
            snapshot = isinstance(message, L1Snapshot)
            kind = OrderBookMessageType.SNAPSHOT if snapshot else OrderBookMessageType.DIFF
            self._tell(book, kind, message.data.bids, message.data.asks)
        await self._do(book, commands)

    def _tell(
        self, book: PairBook, kind: OrderBookMessageType, bids: tuple[WireLevel, ...], asks: tuple[WireLevel, ...]
    ) -> None:
        book.told += 1
        self._message_queue[self._diff_messages_queue_key].put_nowait(book.message(kind, bids, asks))

    async def _answer(self, book: PairBook) -> None:
        """A question of the watch; the only one it has here is for the book."""
        if await self._ask_book(book):
            book.questions.answered(Ask(What.BOOK))
        else:
            book.questions.failed(Ask(What.BOOK), self._line.clock.monotonic_s())

    async def _ask_book(self, book: PairBook) -> bool:
        """Ask for an image over REST. True when it was answered."""
        endpoint = endpoints.BOOK if self._line.key is not None else endpoints.PUBLIC_BOOK
        try:
            image = await self._line.client.call(endpoint, parts={"pair": book.symbol})
        except UNANSWERED as problem:
            book.failed(str(problem))
            return False
        now_s, feed = self._line.clock.monotonic_s(), book.watch.feed
        age_s = feed.age_s(now_s)
        if feed.state is FeedState.VERIFIED and age_s is not None and age_s < CONFIRM_AFTER_S / 2:
            return True  # the stream was quicker, and knows better
        await self._do(book, book.watch.image(image, now_s))
        book.watch.judge(now_s)
        if feed.state is FeedState.POLLED:
            book.told += 1
            self._message_queue[self._diff_messages_queue_key].put_nowait(book.whole())
        return True

    async def _do(self, book: PairBook, commands: list[Command]) -> None:
        for command in commands:
            match command:
                case Say(note=note):
                    self.logger().warning(f"{book.trading_pair}: {note.text}")
                case Resubscribe():
                    await self._resubscribe([one for one in self._subscriptions[BOOK] if one != book.symbol])
                case Reconnect(why=why) if self._pump is not None:
                    await self._pump.reconnect(why)
                case _:
                    pass

    async def _resubscribe(self, without: list[str]) -> bool:
        """Leave one pair out, then list all again: VALR sends a new snapshot. False when there is no socket."""
        pump = self._pump
        if pump is None:
            return False
        frames = [[Subscription(event=BOOK, pairs=without)], self._all_subscriptions()]
        try:
            for subscriptions in frames:
                await pump.send(stream.write(Subscribe(subscriptions=subscriptions)))
        except SocketClosed:
            return False  # the next connection subscribes to everything anyway
        return True

    def _all_subscriptions(self) -> list[Subscription]:
        return [Subscription(event=event, pairs=list(pairs)) for event, pairs in self._subscriptions.items()]

    def _tell_changes(self, book: PairBook) -> None:
        changes, book.readiness.changes = book.readiness.changes, []
        for name, standing, reason in changes:
            if name == parts.BOOKS:
                self.logger().info(f"order book of {book.trading_pair} is {standing}: {reason}")

    # ---- Hummingbot's plumbing --------------------------------------------------------------------------------------
    async def _parse_order_book_diff_message(
        self, raw_message: OrderBookMessage, message_queue: asyncio.Queue[Any]
    ) -> None:
        message_queue.put_nowait(raw_message)

    async def _parse_trade_message(self, raw_message: NewTrade, message_queue: asyncio.Queue[Any]) -> None:
        trade = raw_message.data
        side = TradeType.BUY if trade.taker_side.lower() == "buy" else TradeType.SELL
        at_s = seconds_of(trade.traded_at)
        content = {
            "trading_pair": self._by_symbol[raw_message.pair].trading_pair,
            "trade_type": float(side.value),
            "trade_id": trade.id or f"{at_s}",
            "update_id": at_s,
            "price": plain(trade.price),
            "amount": plain(trade.quantity),
        }
        message_queue.put_nowait(OrderBookMessage(OrderBookMessageType.TRADE, content, timestamp=at_s))

    async def subscribe_to_trading_pair(self, trading_pair: str) -> bool:
        """One more pair while running. True when VALR was asked."""
        symbol = self.book_of(trading_pair).symbol
        for pairs in self._subscriptions.values():
            if symbol not in pairs:
                pairs.append(symbol)
        self.add_trading_pair(trading_pair)
        if self.alive:
            self._books[trading_pair].watch.stream_up()
        return await self._resubscribe([one for one in self._subscriptions[BOOK] if one != symbol])

    async def unsubscribe_from_trading_pair(self, trading_pair: str) -> bool:
        """One pair less. True when VALR was asked."""
        book = self._books.pop(trading_pair, None)
        self.remove_trading_pair(trading_pair)
        if book is None:
            return False
        self._by_symbol.pop(book.symbol, None)
        for pairs in self._subscriptions.values():
            with suppress(ValueError):
                pairs.remove(book.symbol)
        return await self._resubscribe(self._subscriptions[BOOK])
