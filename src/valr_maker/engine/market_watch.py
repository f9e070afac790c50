"""The public half: rules of the pair, its book, and how far both can be trusted."""

from collections.abc import Callable, Collection
from decimal import Decimal

from valr_maker.engine import readiness as parts
from valr_maker.engine.book_watch import BookWatch
from valr_maker.engine.messages import Ask, Command, Halt, Say, What
from valr_maker.engine.questions import Questions
from valr_maker.engine.readiness import Readiness, Standing
from valr_maker.errors import ValrMakerError
from valr_maker.events import Note, Weight
from valr_maker.market.pair import PairRules, read_pairs
from valr_maker.wire import rest
from valr_maker.wire.market_frames import L1Diff, L1Snapshot

RulesCheck = Callable[[PairRules | None, dict[str, PairRules], Decimal | None], ValrMakerError | None]
"""Looks at the pair's rules, and its price once there is one, against the strategy file. An error: it cannot be run."""


class MarketWatch:
    """Rules and book of one pair. Methods take events and return commands."""

    def __init__(self, symbol: str, readiness: Readiness, questions: Questions, check: RulesCheck) -> None:
        self.symbol = symbol
        self.rules: PairRules | None = None
        self.book = BookWatch(symbol, parts.BOOKS, Ask(What.BOOK), readiness, questions)
        self.feed = self.book.feed
        self.maker_fee = self.taker_fee = Decimal(0)
        self.fees_known = False
        self.last_trade: Decimal | None = None
        self.pairs_listed = self.pairs_active = 0
        self._readiness, self._questions, self._check = readiness, questions, check
        self._price_checked = False
        self._types: Collection[str] | None = None
        """Answered before the pairs were: kept until they are."""

    def start(self, now_s: float) -> None:
        """Ask everything at once: the answers are independent of each other."""
        for what in (What.PAIRS, What.ORDER_TYPES, What.FEES):
            self._questions.want(Ask(what), now_s)
        self.book.start(now_s)

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
        types = self.rules.order_types if self.rules else self._types
        self.rules = rules[self.symbol]
        if types is not None:
            said += self._take_types(types, now_s)
        self._judge_rules(now_s)
        return said + self._check_price(now_s)

    def order_types(self, rows: list[str], now_s: float) -> list[Command]:
        """What kinds of order the pair takes."""
        if self.rules is None:
            self._types = rows
            return []
        return self._take_types(rows, now_s)

    def _take_types(self, rows: Collection[str], now_s: float) -> list[Command]:
        assert self.rules is not None
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
        commands = self.book.image(image, now_s)
        self.book.judge(now_s)
        return commands + self._check_price(now_s)

    def failed(self, what: What, why: str) -> None:
        """Remember the last error under the component that it holds up."""
        names = {What.PAIRS: (parts.SYMBOLS, parts.RULES), What.ORDER_TYPES: (parts.RULES,), What.BOOK: (parts.BOOKS,)}
        for name in names.get(what, ()):
            self._readiness.error(name, why)
            if not self._readiness[name].standing.usable:
                self._readiness[name].reason = f"{what} request failed, asking again: {why}"

    # ---- stream and time --------------------------------------------------------------------------------------------
    def book_frame(self, frame: L1Snapshot | L1Diff, now_s: float) -> list[Command]:
        """One update of the book."""
        commands = self.book.frame(frame, now_s)
        return commands if self._price_checked else commands + self._check_price(now_s)

    def tick(self, now_s: float) -> list[Command]:
        """Judge the book and the rules by their age, and send for what is missing."""
        self._judge_rules(now_s)
        return self.book.tick(now_s)

    @property
    def mid(self) -> Decimal | None:
        """Half way between the best prices; None when a side is empty."""
        bid, ask = self.feed.book.best_bid, self.feed.book.best_ask
        return None if bid is None or ask is None else (bid + ask) / 2
