"""Prices from elsewhere: the custom API or the other market of a file's price_source, and whether they can be trusted.

Another pair of this exchange is watched as the own one is: its book on the stream, checked, with REST as the other road.
A custom API and other exchanges are asked again and again by somebody outside, who tells `heard` and `failed`. A price
that is too old, or one that is none, ends quoting until a good one comes: every order is taken away. In strict parity,
as in Hummingbot, only the first one is waited for, and the last one counts however old it is.
"""

from decimal import Decimal  # noqa: TC003  # imported as everywhere else

from valr_maker.engine.book_watch import BookWatch
from valr_maker.engine.messages import Ask, Command, ElsewhereFailed, ElsewherePrice, Say, What
from valr_maker.engine.questions import Questions
from valr_maker.engine.readiness import NAMES, PRICES, Readiness, Standing
from valr_maker.events import Note, Weight
from valr_maker.strategy.settings import OWN_VENUE, PriceSource, Reference
from valr_maker.strategy.view import Quotes
from valr_maker.wire import rest
from valr_maker.wire.market_frames import L1Diff, L1Snapshot, NewTrade
from valr_maker.wire.text import plain

STALE_MIN_S = 15.0
STALE_INTERVALS = 3.0
"""A price that is asked for is good for so many intervals, but for STALE_MIN_S at least."""


def readiness_for(reference: Reference, now_s: float, *, strict: bool) -> Readiness:
    """The components of a file with this price source. Strict parity relies for ever on what was usable once."""
    names = NAMES if reference.source is PriceSource.CURRENT_MARKET else (*NAMES, PRICES)
    return Readiness(now_s, names=names, latched=names if strict else ())


class Elsewhere:
    """What was heard last, and how old it is. Does nothing where the own market gives the price."""

    def __init__(self, reference: Reference, readiness: Readiness, questions: Questions, *, strict: bool) -> None:
        self.price: Decimal | None = None
        self.symbol: str | None = None
        """The other pair of this exchange, if that is where prices come from."""
        self._quotes = Quotes()
        self._last_trade: Decimal | None = None
        self._readiness, self._strict = readiness, strict
        self.asked = reference.source is not PriceSource.CURRENT_MARKET
        """Whether somebody outside must ask for prices: a custom API, another exchange."""
        self._book: BookWatch | None = None
        if reference.source is PriceSource.EXTERNAL_MARKET and reference.exchange in OWN_VENUE:
            assert reference.market is not None, "config has seen to it"
            self.asked, self.symbol = False, reference.market.symbol
            self._book = BookWatch(self.symbol, PRICES, Ask(What.OTHER_BOOK, self.symbol), readiness, questions)
        custom = reference.source is PriceSource.CUSTOM_API
        self._name = "the custom API" if custom else f"{reference.market} at {reference.exchange}"
        self._stale_s = max(STALE_MIN_S, STALE_INTERVALS * reference.interval_s) if custom else STALE_MIN_S
        self._heard_s: float | None = None
        self._failing = False

    def start(self, now_s: float) -> None:
        """Nothing is known yet."""
        if self._book is not None:
            self._book.start(now_s)
        elif self.asked:
            self._readiness.set(PRICES, Standing.WAITING, now_s, f"no price from {self._name} yet")

    @property
    def quotes(self) -> Quotes:
        """What the other market says."""
        if self._book is None:
            return self._quotes
        book = self._book.feed.book
        return Quotes(book.best_bid, book.best_ask, self._last_trade)

    # ---- what is asked for ------------------------------------------------------------------------------------------
    def heard(self, event: ElsewherePrice, now_s: float) -> list[Command]:
        """A new price."""
        if event.price is not None and event.price <= 0 and not self._strict:
            return self.failed(ElsewhereFailed(f"it says {plain(event.price)}, which is no price"), now_s)
        self._quotes, self.price, self._heard_s = event.quotes, event.price, now_s
        again, self._failing = self._failing, False
        text = f"{self._name} gives prices{' again' if again else ''}"
        changed = self._readiness.set(PRICES, Standing.READY, now_s, text)
        return [Say(Note(now_s, text))] if again and not changed else []

    def failed(self, event: ElsewhereFailed, now_s: float) -> list[Command]:
        """No answer, or none with a price. The first failure of a row is told."""
        self._readiness.error(PRICES, event.why)
        first, self._failing = not self._failing, True
        self._judge(now_s)
        return (
            [Say(Note(now_s, f"no price from {self._name}: {event.why}; asking on", Weight.WARNING))] if first else []
        )

    def _judge(self, now_s: float) -> None:
        problem = self._readiness[PRICES].last_error
        if self._heard_s is None:
            text = f"no price from {self._name} yet{f': {problem}' if problem else ''}"
            self._readiness.set(PRICES, Standing.WAITING, now_s, text)
        elif (age_s := now_s - self._heard_s) > self._stale_s:
            why = problem if self._failing else "no answer"
            text = f"the price of {self._name} is {age_s:.0f} s old, more than {self._stale_s:.0f} s: {why}"
            self._readiness.set(PRICES, Standing.BLIND, now_s, text)

    # ---- what comes by itself ---------------------------------------------------------------------------------------
    def book_frame(self, frame: L1Snapshot | L1Diff, now_s: float) -> list[Command]:
        """An update of a book that is not the own pair's."""
        return self._book.frame(frame, now_s) if self._book is not None and frame.pair == self.symbol else []

    def traded(self, trade: NewTrade) -> None:
        """A trade of a pair that is not the own one."""
        if trade.pair == self.symbol:
            self._last_trade = trade.data.price

    def image(self, image: rest.OrderBook, now_s: float) -> list[Command]:
        """The other pair's book by REST."""
        if self._book is None:
            return []
        commands = self._book.image(image, now_s)
        self._book.judge(now_s)
        return commands

    def unanswered(self, what: What, why: str) -> None:
        """Remember why the other pair's book is not to be had over REST."""
        if what is What.OTHER_BOOK:
            self._readiness.error(PRICES, why)

    def stream_up(self) -> None:
        """The trade stream is there."""
        if self._book is not None:
            self._book.stream_up()

    def stream_down(self, why: str, now_s: float) -> None:
        """The trade stream is gone; the own market's watch says so."""
        if self._book is not None:
            self._book.stream_down(why, now_s)

    def malformed(self, problem: str, now_s: float) -> None:
        """Something unreadable arrived, and may have been about this book; the own market's watch says so."""
        if self._book is not None:
            self._book.feed.lose(problem)
            self._book.judge(now_s)

    # ---- time -------------------------------------------------------------------------------------------------------
    def tick(self, now_s: float) -> list[Command]:
        """Judge by age, and send for what is missing."""
        if self._book is not None:
            return self._book.tick(now_s)
        if self.asked:
            self._judge(now_s)
        return []
