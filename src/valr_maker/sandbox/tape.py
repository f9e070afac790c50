"""What has been traded: prints, candles and the last 24 hours of every pair (reference 2.3, 2.6, 2.7).

Room rule: pure. Candles are kept by the minute for two days and by the hour for as many days as a client can ask for;
every other period is made of those, so a trade costs the same however long it is remembered.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import dropwhile, takewhile

from valr_maker.sandbox.facts import PairSpec, Trade
from valr_maker.sandbox.money import GRID, add, multiply
from valr_maker.sandbox.order import ZERO

PRINTS_KEPT = 1_000
MINUTE_S, HOUR_S, DAY_S = 60, 3600, 86_400
PERIODS = (60, 300, 900, 1800, 3600, 21_600, 86_400)
"""Lengths of a candle that can be asked for."""
MINUTES_KEPT, HOURS_KEPT = 2 * 1440, 300 * 24
_HUNDRED, _HUNDREDTH = Decimal(100), Decimal("0.01")


class Candle:
    """What was traded in one period."""

    __slots__ = ("close", "high", "low", "open", "quote_volume", "start_s", "volume")

    def __init__(self, start_s: int, price: Decimal) -> None:
        self.start_s = start_s
        self.open = self.high = self.low = self.close = price
        self.volume = self.quote_volume = ZERO

    def take(self, trade: Trade, total: Decimal) -> None:
        """One more trade."""
        price = trade.price
        if price > self.high:
            self.high = price
        elif price < self.low:
            self.low = price
        self.close = price
        self.volume = add(self.volume, trade.quantity)
        self.quote_volume = add(self.quote_volume, total)

    def join(self, later: "Candle") -> None:
        """What came after it, in the same longer period."""
        self.high, self.low, self.close = max(self.high, later.high), min(self.low, later.low), later.close
        self.volume, self.quote_volume = add(self.volume, later.volume), add(self.quote_volume, later.quote_volume)


class Day:
    """The last 24 hours of a pair."""

    __slots__ = ("base_volume", "high", "last", "low", "previous_close", "quote_volume")

    def __init__(self, last: Decimal, previous_close: Decimal) -> None:
        self.last, self.previous_close = last, previous_close
        self.high = self.low = last
        self.base_volume = self.quote_volume = ZERO

    @property
    def change_pct(self) -> Decimal:
        """From the price a day ago, in percent, cut to two decimals towards zero (V)."""
        if not self.previous_close:
            return ZERO
        change = GRID.divide(GRID.multiply(self.last - self.previous_close, _HUNDRED), self.previous_close)
        return GRID.quantize(change, _HUNDREDTH)


class PairTape:
    """One pair's trades."""

    def __init__(self, first_price: Decimal) -> None:
        self.last = self.first = first_price
        """A pair that was never traded here stands at its reference price."""
        self.prints: deque[Trade] = deque(maxlen=PRINTS_KEPT)
        """Newest first."""
        self.minutes: deque[Candle] = deque(maxlen=MINUTES_KEPT)
        self.hours: deque[Candle] = deque(maxlen=HOURS_KEPT)
        """Oldest first; only those in which something was traded."""

    def take(self, trade: Trade) -> None:
        """One more trade."""
        self.prints.appendleft(trade)
        self.last = trade.price
        total = multiply(trade.price, trade.quantity)
        for candles, period_s in ((self.minutes, MINUTE_S), (self.hours, HOUR_S)):
            start_s = int(trade.at_s // period_s) * period_s
            if not candles or candles[-1].start_s != start_s:
                candles.append(Candle(start_s, trade.price))
            candles[-1].take(trade, total)

    def candles(self, period_s: int, start_s: float, end_s: float) -> list[Candle]:
        """Those that begin in [start, end], oldest first; periods without a trade are left out."""
        made: list[Candle] = []
        for part in self.hours if period_s % HOUR_S == 0 else self.minutes:
            begins_s = part.start_s // period_s * period_s
            if not start_s <= begins_s <= end_s:
                continue
            if not made or made[-1].start_s != begins_s:
                made.append(_copy(part, begins_s))
            else:
                made[-1].join(part)
        return made

    def price_before(self, at_s: float) -> Decimal:
        """The last price of the minutes before that second; of whole hours, where minutes are no longer kept."""
        for candles, period_s in ((self.minutes, MINUTE_S), (self.hours, HOUR_S)):
            for candle in reversed(candles):
                if candle.start_s + period_s <= at_s:
                    return candle.close
        return self.first

    def day(self, now_s: float) -> Day:
        """The last 24 hours, to the minute."""
        begins_s = int(now_s // MINUTE_S) * MINUTE_S - DAY_S + MINUTE_S
        first_hour_s = -(-begins_s // HOUR_S) * HOUR_S
        recent = takewhile(lambda candle: candle.start_s >= first_hour_s, reversed(self.hours))
        older = dropwhile(lambda candle: candle.start_s >= first_hour_s, reversed(self.minutes))
        edge = takewhile(lambda candle: candle.start_s >= begins_s, older) if begins_s < first_hour_s else ()
        day = Day(self.last, self.price_before(begins_s))
        _sum(day, (*recent, *edge))
        return day


class Tape:
    """Every pair's trades. A pair that nobody traded costs nothing."""

    def __init__(self, pairs: Mapping[str, PairSpec]) -> None:
        self._pairs = pairs
        self._tapes: dict[str, PairTape] = {}

    def of(self, pair: str) -> PairTape:
        """The pair's own tape."""
        tape = self._tapes.get(pair)
        if tape is None:
            tape = self._tapes[pair] = PairTape(self._pairs[pair].reference_price)
        return tape

    def take(self, trade: Trade) -> None:
        """One more trade."""
        self.of(trade.pair).take(trade)

    def prints(self, pair: str) -> Sequence[Trade]:
        """The last prints of a pair, newest first, at most PRINTS_KEPT."""
        tape = self._tapes.get(pair)
        return () if tape is None else tape.prints

    def last(self, pair: str) -> Decimal:
        """The last price; before the first trade the reference price."""
        tape = self._tapes.get(pair)
        return self._pairs[pair].reference_price if tape is None else tape.last


def with_empty(candles: Sequence[Candle], period_s: int, start_s: int, end_s: int, before: Decimal) -> Iterator[Candle]:
    """Every period from start to end, oldest first; where nothing was traded the price stands still (D)."""
    there = {candle.start_s: candle for candle in candles}
    for at_s in range(start_s, end_s + 1, period_s):
        candle = there.get(at_s) or Candle(at_s, before)
        before = candle.close
        yield candle


def _copy(part: Candle, start_s: int) -> Candle:
    whole = Candle(start_s, part.open)
    whole.join(part)
    return whole


def _sum(day: Day, candles: Iterable[Candle]) -> None:
    found = list(candles)
    if found:
        day.high, day.low = max(candle.high for candle in found), min(candle.low for candle in found)
    for candle in found:
        day.base_volume = add(day.base_volume, candle.volume)
        day.quote_volume = add(day.quote_volume, candle.quote_volume)
