"""The OB_L1 feed of one pair: text of every level, sequence, checksum (reference 5.2, 6.2).

Room rule: no I/O, no clock. A level's text is made once, when it changes; frames and checksums reuse it.
After every `settle`: sequence rises by one exactly if a level changed, and the book equals the exchange's.
"""

from bisect import bisect_left, insort
from decimal import Decimal

from valr_maker.domain import Side
from valr_maker.sandbox.facts import LevelChange
from valr_maker.wire.market_frames import L1Diff, L1Levels, L1Snapshot
from valr_maker.wire.text import CHECKSUM_LEVELS, WireLevel, l1_checksum, plain


class SideText:
    """One side of a book: each price once, with its level as the wire has it."""

    def __init__(self) -> None:
        self._prices: list[Decimal] = []
        self._levels: dict[Decimal, WireLevel] = {}

    def get(self, price: Decimal) -> WireLevel | None:
        """The level as on the wire, None if there is none."""
        return self._levels.get(price)

    def put(self, price: Decimal, total: Decimal) -> WireLevel:
        """Set a level's total, zero removes it; gives the wire's text of the change."""
        known = self._levels.get(price)
        if total:
            if known is None:
                insort(self._prices, price)
            level = (known[0] if known else plain(price), plain(total))
            self._levels[price] = level
            return level
        if known is None:
            return plain(price), "0"
        del self._levels[price]
        del self._prices[bisect_left(self._prices, price)]
        return known[0], "0"

    def lowest(self, limit: int | None = None) -> list[WireLevel]:
        """Levels by rising price."""
        return [self._levels[price] for price in self._prices[:limit]]

    def highest(self, limit: int | None = None) -> list[WireLevel]:
        """Levels by falling price."""
        prices = self._prices[-limit:] if limit else self._prices
        return [self._levels[price] for price in reversed(prices)]


class PairFeed:
    """What the sockets have been told of one pair's levels."""

    def __init__(self, pair: str, now_s: float) -> None:
        self.pair = pair
        self.sequence = 0
        self.changed_s = now_s
        self._asks, self._bids = SideText(), SideText()
        self._was: dict[tuple[bool, Decimal], WireLevel | None] = {}
        self._now: dict[tuple[bool, Decimal], WireLevel] = {}

    def apply(self, change: LevelChange) -> None:
        """Take in one fact; nothing is said until `settle`."""
        is_ask = change.side is Side.SELL
        side = self._asks if is_ask else self._bids
        place = (is_ask, change.price)
        if place not in self._was:
            self._was[place] = side.get(change.price)
        self._now[place] = side.put(change.price, change.total)
        self.changed_s = change.at_s

    def settle(self) -> list[tuple[bool, WireLevel]]:
        """End a moment: the levels that differ from before it (is it an ask, the level), empty if none does.

        A level that appeared and vanished within the moment, or got its old total back, was never seen outside.
        """
        changed = [
            (place[0], level)
            for place, level in self._now.items()
            if (level if level[1] != "0" else None) != self._was[place]
        ]
        self._was.clear()
        self._now.clear()
        if changed:
            self.sequence += 1
        return changed

    def diff(self, changed: list[tuple[bool, WireLevel]]) -> L1Diff:
        """The frame that tells what `settle` gave."""
        asks = tuple(level for is_ask, level in changed if is_ask)
        bids = tuple(level for is_ask, level in changed if not is_ask)
        return L1Diff(pair=self.pair, data=self._levels(asks, bids))

    def snapshot(self) -> L1Snapshot:
        """The whole book."""
        return L1Snapshot(pair=self.pair, data=self._levels(tuple(self._asks.lowest()), tuple(self._bids.highest())))

    def best(self, depth: int) -> tuple[tuple[WireLevel, ...], tuple[WireLevel, ...]]:
        """The first so many levels of asks and of bids."""
        return tuple(self._asks.lowest(depth)), tuple(self._bids.highest(depth))

    def _levels(self, asks: tuple[WireLevel, ...], bids: tuple[WireLevel, ...]) -> L1Levels:
        checksum = l1_checksum(self._bids.highest(CHECKSUM_LEVELS), self._asks.lowest(CHECKSUM_LEVELS))
        changed_ms = int(self.changed_s * 1000)
        return L1Levels(asks=asks, bids=bids, sequence=self.sequence, checksum=checksum, changed_ms=changed_ms)
