"""The public half: rules of the pair, its book, and how far both can be trusted."""

from collections.abc import Callable
from decimal import Decimal

from valr_maker.engine import readiness as parts
from valr_maker.engine.messages import Ask, Command, Halt, Reconnect, Resubscribe, Say, What
from valr_maker.engine.questions import Questions
from valr_maker.engine.readiness import Readiness, Standing
from valr_maker.errors import ValrMakerError
from valr_maker.events import Note, Weight
from valr_maker.market.feed import BookFeed, FeedState
from valr_maker.market.pair import PairRules, read_pairs
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

RulesCheck = Callable[[PairRules | None, dict[str, PairRules], Decimal | None], ValrMakerError | None]
"""Looks at the pair's rules, and its price once there is one, against the strategy file. An error: it cannot be run."""


class MarketWatch:
    """Rules and book of one pair. Methods take events and return commands."""

    def __init__(self, symbol: str, readiness: Readiness, questions: Questions, check: RulesCheck) -> None:
        self.symbol = symbol
        self.rules: PairRules | None = None
        self.feed = BookFeed(symbol)
        self.maker_fee = self.taker_fee = Decimal(0)
        self.fees_known = False
        self.last_trade: Decimal | None = None
        self.pairs_listed = self.pairs_active = 0
        self._readiness, self._questions, self._check = readiness, questions, check
        self._resubscribed_s = float("-inf")
        self._resubscriptions = 0
        self._stream_up = False
        self._price_checked = False
        self._updates_asked = 0
        """How many updates the feed had had when a book was last asked for over REST."""
        self._least_s = float("inf")
        self._late_s = 0.0
        """How much later than the quickest update of this connection the newest one came, by the exchange's stamps."""
        self._froze = False
        """The stream was found showing an old book; until it moves again it is compared with REST all the time."""

    def start(self, now_s: float) -> None:
        """Ask everything at once: the answers are independent of each other."""
        for what in (What.PAIRS, What.ORDER_TYPES, What.FEES):
            self._questions.want(Ask(what), now_s)
        self._readiness.set(parts.BOOKS, Standing.WAITING, now_s, "the trade stream is not connected yet")

    # ---- answers ----------------------------------------------------------------------------------------------------
    def pairs(self, rows: list[rest.RawRow | rest.Pair], now_s: float) -> list[Command]:
        """The one request that gives symbols and rules."""
        rules, bad = read_pairs(rows)
        said: list[Command] = [Say(Note(now_s, text, Weight.WARNING, "rules")) for text in bad]
        self.pairs_listed, self.pairs_active = len(rules), sum(one.active for one in rules.values())
        self._readiness.set(parts.SYMBOLS, Standing.READY, now_s, f"{len(rules)} pairs")
        error = self._check(rules.get(self.symbol), rules, None)
        if error is not None:
            return [*said, Halt(error)]
        types = self.rules.order_types if self.rules else None
        self.rules = rules[self.symbol] if types is None else rules[self.symbol].with_order_types(types)
        self._judge_rules(now_s)
        return said + self._check_price(now_s)

    def order_types(self, rows: list[str], now_s: float) -> list[Command]:
        """What kinds of order the pair takes."""
        if self.rules is None:
            self._questions.want(Ask(What.ORDER_TYPES), now_s, after_s=1.0)
            return []
        self.rules = self.rules.with_order_types(rows)
        if not self.rules.takes_limit_orders:
            error = self._check(self.rules, {}, None)
            return [Halt(error)] if error else []
        self._judge_rules(now_s)
        return []

    def _check_price(self, now_s: float) -> list[Command]:
        """Once, with the first price: an order worth less than the pair's minimum ends the run before it quotes."""
        if self._price_checked or self.rules is None or not self.feed.usable or self.mid is None:
            return []
        self._price_checked = True
        error = self._check(self.rules, {}, self.mid)
        if error is None:
            return []
        self.rules = None  # nothing may be quoted by them on the way out
        self._readiness.set(parts.RULES, Standing.WAITING, now_s, str(error))
        return [Halt(error)]

    def _judge_rules(self, now_s: float) -> None:
        if self.rules is None:
            return
        if self.rules.order_types is not None:
            self._readiness.set(parts.RULES, Standing.READY, now_s, f"tick {self.rules.tick}, lot {self.rules.lot}")
        elif self._readiness[parts.RULES].standing.usable or self._readiness.overdue(parts.RULES, now_s):
            reason = "order types are not to be had; post-only limit orders are assumed"
            self._readiness.set(parts.RULES, Standing.DEGRADED, now_s, reason)
        else:
            self._readiness[parts.RULES].reason = "order types not answered yet"

    def fees(self, rows: list[rest.TradeFee]) -> None:
        """The account's own rates, in percent points on the wire."""
        for row in rows:
            if row.currency_pair == self.symbol and row.maker_percentage is not None:
                self.maker_fee = row.maker_percentage / 100
                self.taker_fee = (row.taker_percentage or Decimal(0)) / 100
                self.fees_known = True

    def image(self, image: rest.OrderBook, now_s: float) -> list[Command]:
        """A book by REST: confirms a silent one, or serves while there is none."""
        if self.feed.state is FeedState.VERIFIED:
            if self.feed.updates != self._updates_asked or self.feed.confirm(image, now_s):
                return []  # the stream has moved since the question was put: the answer is about an older book
            if not self._froze:
                self._froze, self._resubscribed_s = True, now_s
                return [self._note(now_s, self.feed.reason), Reconnect(Stream.TRADE, self.feed.reason)]
        self.feed.take_image(image, now_s)
        return self._check_price(now_s)

    def failed(self, what: What, why: str) -> None:
        """Remember the last error under the component that it holds up."""
        names = {What.PAIRS: (parts.SYMBOLS, parts.RULES), What.ORDER_TYPES: (parts.RULES,), What.BOOK: (parts.BOOKS,)}
        for name in names.get(what, ()):
            self._readiness.error(name, why)
            if not self._readiness[name].standing.usable:
                self._readiness[name].reason = f"{what} request failed, asking again: {why}"

    # ---- stream -----------------------------------------------------------------------------------------------------
    def book_frame(self, frame: L1Snapshot | L1Diff, now_s: float) -> list[Command]:
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
                self._judge_book(now_s)
                return self._catch_up(now_s)
            if self._readiness[parts.BOOKS].standing is not Standing.READY:
                self._judge_book(now_s)
            return [] if self._price_checked else self._check_price(now_s)
        self._judge_book(now_s)
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
        self._readiness.error(parts.BOOKS, why)
        return [self._note(now_s, f"trade stream lost: {why}; reconnecting")] if was_up else []

    def malformed(self, problem: str, now_s: float) -> list[Command]:
        """Something unreadable arrived; it may have been an update, so the book is not trusted until a snapshot."""
        self.feed.lose(problem)
        return [self._note(now_s, f"{problem}; the book is fetched anew"), *self._resync(now_s)]

    def _resync(self, now_s: float) -> list[Command]:
        if not self._stream_up or now_s - self._resubscribed_s < RESUBSCRIBE_EVERY_S:
            return []
        self._resubscribed_s = now_s
        self._resubscriptions += 1
        if self._resubscriptions > RECONNECT_AFTER:
            return [Reconnect(Stream.TRADE, self.feed.reason)]
        return [Resubscribe(self.feed.reason)]

    # ---- time -------------------------------------------------------------------------------------------------------
    def tick(self, now_s: float) -> list[Command]:
        """Judge the book and the rules by their age, and send for what is missing."""
        self._judge_rules(now_s)
        self._judge_book(now_s)
        age_s = self.feed.age_s(now_s)
        commands: list[Command] = []
        if self.feed.state in (FeedState.BROKEN, FeedState.POLLED):  # polling serves only until the stream does again
            commands += self._resync(now_s)
        confirm_after_s = POLL_BOOK_EVERY_S if self._froze else CONFIRM_AFTER_S
        silent = self.feed.state is FeedState.VERIFIED and age_s is not None and age_s >= confirm_after_s
        polled = self.feed.state is FeedState.POLLED
        if silent or polled or (not self.feed.usable and self._readiness.overdue(parts.BOOKS, now_s)):
            if not self._questions.wanted(Ask(What.BOOK)):
                self._updates_asked = self.feed.updates
            self._questions.want(Ask(What.BOOK), now_s, after_s=POLL_BOOK_EVERY_S if polled else 0.0)
        return commands

    def _judge_book(self, now_s: float) -> None:
        feed, age_s = self.feed, self.feed.age_s(now_s)
        limit_s = POLLED_MAX_S if feed.state is FeedState.POLLED else SILENT_MAX_S
        late = self._late_s > LATE_MAX_S and feed.state is FeedState.VERIFIED
        if feed.usable and age_s is not None and age_s <= limit_s and not late:
            if self._froze:
                reason = "the stream stands still; the book is polled over REST"
                self._readiness.set(parts.BOOKS, Standing.DEGRADED, now_s, reason)
            elif feed.state is FeedState.POLLED:
                self._readiness.set(parts.BOOKS, Standing.DEGRADED, now_s, "polled over REST; no verified stream")
            else:
                self._readiness.set(parts.BOOKS, Standing.READY, now_s, "verified")
            return
        if late:
            reason = f"the stream is {self._late_s:.0f} s late"
        elif feed.usable and age_s is not None:
            reason = f"silent for {age_s:.0f} s"
        elif feed.state is FeedState.WAITING and self._stream_up:
            reason = "no snapshot yet"
        else:
            reason = feed.reason
        ever = self._readiness[parts.BOOKS].ready_after_s is not None
        self._readiness.set(parts.BOOKS, Standing.BLIND if ever else Standing.WAITING, now_s, reason)

    def judge_now(self, now_s: float) -> None:
        """Refresh the book's standing after a frame; the rest can wait for a tick."""
        self._judge_book(now_s)

    @property
    def mid(self) -> Decimal | None:
        """Half way between the best prices; None when a side is empty."""
        bid, ask = self.feed.book.best_bid, self.feed.book.best_ask
        return None if bid is None or ask is None else (bid + ask) / 2

    def _note(self, now_s: float, text: str) -> Say:
        return Say(Note(now_s, text, Weight.WARNING, "book"))
