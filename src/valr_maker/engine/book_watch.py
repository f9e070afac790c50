"""How far the book of one pair can be trusted: the stream's, or the other road by REST, and what is sent for.

The pair that is traded has one of these, and so has a pair of the same exchange that only gives the price.
"""

from valr_maker.engine.messages import Ask, Command, Reconnect, Resubscribe, Say
from valr_maker.engine.questions import Questions
from valr_maker.engine.readiness import Readiness, Standing
from valr_maker.events import Note, Weight
from valr_maker.market.feed import BookFeed, FeedState
from valr_maker.wire import rest
from valr_maker.wire.market_frames import L1Diff, L1Snapshot
from valr_maker.wire.sign import Stream

POLL_BOOK_EVERY_S = 2.0
CONFIRM_AFTER_S = 15.0
"""A verified book that has not moved for this long is compared with one by REST."""
SILENT_MAX_S = 30.0
"""Older than this without any confirmation: not to be trusted, whatever its checksum was."""
POLLED_MAX_S = 10.0
RESUBSCRIBE_EVERY_S = 3.0
LATE_MAX_S = 3.0
"""Updates that come so much later than the quickest one show the market of the past."""
LATE_RECONNECT_S = 30.0
RECONNECT_AFTER = 3
"""So many failed resubscriptions in a row ask for a new connection."""


class BookWatch:
    """One book. Methods take events and return commands; `part` is the component that stands or falls with it."""

    def __init__(self, symbol: str, part: str, ask: Ask, readiness: Readiness, questions: Questions) -> None:
        self.feed = BookFeed(symbol)
        self._part, self._ask = part, ask
        self._readiness, self._questions = readiness, questions
        self._resubscribed_s = float("-inf")
        self._resubscriptions = 0
        self._stream_up = False
        self._updates_asked = 0
        """How many updates the feed had had when a book was last asked for over REST."""
        self._least_s = float("inf")
        self._late_s = 0.0
        """How much later than the quickest update of this connection the newest one came, by the exchange's stamps."""
        self._froze = False
        """The stream was found showing an old book; until it moves again it is compared with REST all the time."""

    def start(self, now_s: float) -> None:
        """Wait for the stream."""
        self._readiness.set(self._part, Standing.WAITING, now_s, "the trade stream is not connected yet")

    # ---- stream -----------------------------------------------------------------------------------------------------
    def frame(self, frame: L1Snapshot | L1Diff, now_s: float) -> list[Command]:
        """One update of the book. A break is told once, and a new snapshot is asked for."""
        was = self.feed.state
        if frame.data.changed_ms > 0 and isinstance(frame, L1Diff):  # a snapshot of a quiet pair is old by right
            behind_s = now_s - frame.data.changed_ms / 1000
            self._least_s = min(self._least_s, behind_s)
            self._late_s = behind_s - self._least_s
        if self.feed.receive(frame, now_s):
            if isinstance(frame, L1Diff):
                self._resubscriptions, self._froze = 0, False
            if self._late_s > LATE_MAX_S:
                self.judge(now_s)
                return self._catch_up(now_s)
            if self._readiness[self._part].standing is not Standing.READY:
                self.judge(now_s)
            return []
        self.judge(now_s)
        if was is self.feed.state:  # broken and told already, or polled and better than this
            return []
        return [self._note(now_s, f"book not trusted: {self.feed.reason}; asking for a new snapshot"),
                *self._resync(now_s)]  # fmt: skip

    def _catch_up(self, now_s: float) -> list[Command]:
        """A line that stays behind is given up: what is queued in it is of no use."""
        if now_s - self._resubscribed_s < LATE_RECONNECT_S:
            return []
        self._resubscribed_s = now_s
        why = f"the stream is {self._late_s:.0f} s late"
        return [self._note(now_s, why), Reconnect(Stream.TRADE, why)]

    def stream_up(self) -> None:
        """The trade stream is subscribed; its snapshot is on the way."""
        self._stream_up = True
        self._least_s, self._late_s = float("inf"), 0.0
        self._resubscriptions = 0

    def stream_down(self, why: str, now_s: float) -> list[Command]:
        """Nothing is known of the book until the next snapshot."""
        was_up, self._stream_up = self._stream_up, False
        self.feed.lose(f"trade stream: {why}")
        self._readiness.error(self._part, why)
        self.judge(now_s)
        return [self._note(now_s, f"trade stream lost: {why}; reconnecting")] if was_up else []

    def malformed(self, problem: str, now_s: float) -> list[Command]:
        """Something unreadable arrived; it may have been an update, so the book is not trusted until a snapshot."""
        self.feed.lose(problem)
        self.judge(now_s)
        return [self._note(now_s, f"{problem}; the book is fetched anew"), *self._resync(now_s)]

    def _resync(self, now_s: float) -> list[Command]:
        if not self._stream_up or now_s - self._resubscribed_s < RESUBSCRIBE_EVERY_S:
            return []
        self._resubscribed_s = now_s
        self._resubscriptions += 1
        if self._resubscriptions > RECONNECT_AFTER:
            return [Reconnect(Stream.TRADE, self.feed.reason)]
        return [Resubscribe(self.feed.reason)]

    # ---- answers ----------------------------------------------------------------------------------------------------
    def image(self, image: rest.OrderBook, now_s: float) -> list[Command]:
        """A book by REST: confirms a silent one, or serves while there is none."""
        if self.feed.state is FeedState.VERIFIED:
            if self.feed.updates != self._updates_asked or self.feed.confirm(image, now_s):
                return []  # the stream has moved since the question was put: the answer is about an older book
            if not self._froze:
                self._froze, self._resubscribed_s = True, now_s
                return [self._note(now_s, self.feed.reason), Reconnect(Stream.TRADE, self.feed.reason)]
        self.feed.take_image(image, now_s)
        return []

    # ---- time -------------------------------------------------------------------------------------------------------
    def tick(self, now_s: float) -> list[Command]:
        """Judge the book by its age, and send for what is missing."""
        self.judge(now_s)
        age_s = self.feed.age_s(now_s)
        commands: list[Command] = []
        if self.feed.state in (FeedState.BROKEN, FeedState.POLLED):  # polling serves only until the stream does again
            commands += self._resync(now_s)
        confirm_after_s = POLL_BOOK_EVERY_S if self._froze else CONFIRM_AFTER_S
        silent = self.feed.state is FeedState.VERIFIED and age_s is not None and age_s >= confirm_after_s
        polled = self.feed.state is FeedState.POLLED
        if silent or polled or (not self.feed.usable and self._readiness.overdue(self._part, now_s)):
            if not self._questions.wanted(self._ask):
                self._updates_asked = self.feed.updates
            self._questions.want(self._ask, now_s, after_s=POLL_BOOK_EVERY_S if polled else 0.0)
        return commands

    def judge(self, now_s: float) -> None:
        """Say how the component is."""
        feed, age_s = self.feed, self.feed.age_s(now_s)
        limit_s = POLLED_MAX_S if feed.state is FeedState.POLLED else SILENT_MAX_S
        late = self._late_s > LATE_MAX_S and feed.state is FeedState.VERIFIED
        if feed.usable and age_s is not None and age_s <= limit_s and not late:
            if self._froze:
                reason = "the stream stands still; the book is polled over REST"
                self._readiness.set(self._part, Standing.DEGRADED, now_s, reason)
            elif feed.state is FeedState.POLLED:
                self._readiness.set(self._part, Standing.DEGRADED, now_s, "polled over REST; no verified stream")
            else:
                self._readiness.set(self._part, Standing.READY, now_s, "verified")
            return
        if late:
            reason = f"the stream is {self._late_s:.0f} s late"
        elif feed.usable and age_s is not None:
            reason = f"silent for {age_s:.0f} s"
        elif feed.state is FeedState.WAITING and self._stream_up:
            reason = "no snapshot yet"
        else:
            reason = feed.reason
        ever = self._readiness[self._part].ready_after_s is not None
        self._readiness.set(self._part, Standing.BLIND if ever else Standing.WAITING, now_s, reason)

    def _note(self, now_s: float, text: str) -> Say:
        return Say(Note(now_s, text, Weight.WARNING, "book"))
