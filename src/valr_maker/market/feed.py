"""From frames to a book that can be trusted: sequence and checksum on every update.

A feed knows no socket, no task, no clock. Whoever owns it resubscribes when `broken` says so.
"""

from enum import StrEnum

from valr_maker.market.book import Book
from valr_maker.wire import rest
from valr_maker.wire.codes import WireError
from valr_maker.wire.market_frames import L1Diff, L1Levels, L1Snapshot
from valr_maker.wire.text import plain


class FeedState(StrEnum):
    """What the book is worth."""

    WAITING = "waiting"
    VERIFIED = "verified"
    POLLED = "polled"
    BROKEN = "broken"


class BookFeed:
    """The book of one pair with its state, the reason for it, and when it was last heard of."""

    def __init__(self, symbol: str) -> None:
        self.symbol = symbol
        self.book = Book()
        self.state = FeedState.WAITING
        self.reason = "no book yet"
        self.heard_s: float | None = None
        """When the last good update arrived, or a poll confirmed the book."""
        self.updates = 0
        self.resyncs = 0
        self._sequence: int | None = None

    @property
    def usable(self) -> bool:
        """Verified by its checksum, or freshly polled; age is judged by the reader."""
        return self.state in (FeedState.VERIFIED, FeedState.POLLED)

    def age_s(self, now_s: float) -> float | None:
        """Seconds since it was last heard of; None before the first update."""
        return None if self.heard_s is None else now_s - self.heard_s

    def receive(self, frame: L1Snapshot | L1Diff, now_s: float) -> bool:
        """Apply one frame. False when it was not taken: a gap, a wrong checksum, a crossed or unreadable book."""
        levels = frame.data
        if self.state is FeedState.POLLED and not self._verifies(frame, now_s):
            return False
        try:
            if isinstance(frame, L1Snapshot):
                self.book.replace(levels.bids, levels.asks)
            elif not self._expected(levels):
                return False
            else:
                self.book.apply(levels.bids, levels.asks)
        except WireError as problem:
            return self._break(str(problem))
        return self._verify(levels, now_s)

    def _verifies(self, frame: L1Snapshot | L1Diff, now_s: float) -> bool:
        """What REST told does not hang on the stream: it is only given up for a snapshot that verifies."""
        return isinstance(frame, L1Snapshot) and BookFeed(self.symbol).receive(frame, now_s)

    def _expected(self, levels: L1Levels) -> bool:
        if self._sequence is None:
            if self.state is not FeedState.BROKEN:
                self._break("an update came before any snapshot")
            return False
        if levels.sequence != self._sequence + 1:
            return self._break(f"sequence gap: expected {self._sequence + 1}, received {levels.sequence}")
        return True

    def _verify(self, levels: L1Levels, now_s: float) -> bool:
        found = self.book.checksum()
        if found != levels.checksum:
            return self._break(f"checksum {found}, the exchange says {levels.checksum}")
        if self.book.crossed:
            return self._break(f"crossed: bid {self.book.best_bid} >= ask {self.book.best_ask}")
        self._sequence = levels.sequence
        self.state, self.reason, self.heard_s = FeedState.VERIFIED, "", now_s
        self.updates += 1
        return True

    def _break(self, reason: str) -> bool:
        self._sequence = None
        self.resyncs += 1
        self.state, self.reason = FeedState.BROKEN, reason
        return False

    def lose(self, reason: str) -> None:
        """The stream is gone: nothing it told of the book is known until a snapshot. A polled book stays polled."""
        if self.state in (FeedState.VERIFIED, FeedState.BROKEN):
            self._break(reason)

    def take_image(self, image: rest.OrderBook, now_s: float) -> None:
        """The other road: a book by REST. It has no checksum, so it only serves while nothing better is there."""
        if self.state is FeedState.VERIFIED:
            return
        try:
            self.book.replace(*_texts(image))
        except WireError as problem:
            self._break(str(problem))
            return
        if self.book.crossed:
            self._break("the polled book is crossed")
            return
        self._sequence = None
        self.state, self.reason, self.heard_s = FeedState.POLLED, "polled over REST", now_s

    def confirm(self, image: rest.OrderBook, now_s: float) -> bool:
        """A silent book is compared with one by REST: the same top means alive, another one that the feed froze."""
        other = Book()
        try:
            other.replace(*_texts(image))
        except WireError as problem:
            return self._break(str(problem))
        if (other.best_bid, other.best_ask) == (self.book.best_bid, self.book.best_ask):
            self.heard_s = now_s
            return True
        return self._break(
            f"the feed froze: it shows {self.book.best_bid}/{self.book.best_ask}, "
            f"REST shows {other.best_bid}/{other.best_ask}"
        )


def _texts(image: rest.OrderBook) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    return (
        [(plain(level.price), plain(level.quantity)) for level in image.bids],
        [(plain(level.price), plain(level.quantity)) for level in image.asks],
    )
