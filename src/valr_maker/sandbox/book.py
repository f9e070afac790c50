"""One pair's resting orders in price-time priority.

Room rule: pure. After every call: no level is empty, a level's total is the sum of what its orders have remaining,
prices are sorted. That best bid < best ask is the exchange's promise: it matches before it lets an order rest.
"""

from bisect import bisect_left, insort
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from valr_maker.domain import Side
from valr_maker.sandbox.money import add, subtract
from valr_maker.sandbox.order import ZERO, Order


class Entry(NamedTuple):
    """One order came, changed or went: what remains of it now."""

    price: Decimal
    order_id: str
    remaining: Decimal


class Level:
    """The orders at one price, oldest first, and the sum of what they have remaining."""

    __slots__ = ("orders", "price", "total")

    def __init__(self, price: Decimal) -> None:
        self.price = price
        self.total = ZERO
        self.orders: dict[str, Order] = {}

    @property
    def first(self) -> Order:
        """Whose turn it is."""
        return next(iter(self.orders.values()))


class Half:
    """One side of a book."""

    __slots__ = ("_best", "changes", "journal", "levels", "prices", "side")

    def __init__(self, side: Side) -> None:
        self.side = side
        self.levels: dict[Decimal, Level] = {}
        self.prices: list[Decimal] = []
        """Rising on both sides: the best bid is the last, the best ask the first."""
        self._best = -1 if side is Side.BUY else 0
        self.changes = 0
        """How often an order came, changed or went: what FULL_ORDERBOOK's sequence counts (reference 6.1)."""
        self.journal: list[Entry] | None = None
        """Those changes, while somebody wants to hear of them."""

    @property
    def best(self) -> Decimal | None:
        """The price nearest the market."""
        return self.prices[self._best] if self.prices else None

    def reached_by(self, price: Decimal) -> bool:
        """Whether an opposite order at this price would match here."""
        if not self.prices:
            return False
        best = self.prices[self._best]
        return best >= price if self._best else best <= price

    @property
    def best_level(self) -> Level:
        """The level nearest the market. Only while there is one."""
        return self.levels[self.prices[self._best]]

    def best_first(self) -> Iterator[Level]:
        """Levels from the market outwards."""
        return map(self.levels.__getitem__, reversed(self.prices) if self._best else self.prices)

    def add(self, order: Order) -> Decimal:
        """Queue an order behind all others at its price. Returns the level's new total."""
        level = self.levels.get(order.price)
        if level is None:
            level = self.levels[order.price] = Level(order.price)
            insort(self.prices, order.price)
        level.orders[order.id] = order
        level.total = add(level.total, order.remaining)
        self._note(order, order.remaining)
        return level.total

    def shrink(self, level: Level, order: Order, quantity: Decimal) -> None:
        """Take a fill off a level. `order.remaining` is already the new one; at zero the order leaves the queue."""
        level.total = subtract(level.total, quantity)
        self._note(order, order.remaining)
        if not order.remaining:
            del level.orders[order.id]
            if not level.orders:
                self._drop(level)

    def remove(self, order: Order) -> Decimal:
        """Take a resting order out. Returns the level's new total."""
        level = self.levels[order.price]
        del level.orders[order.id]
        level.total = subtract(level.total, order.remaining)
        self._note(order, ZERO)
        if not level.orders:
            self._drop(level)
        return level.total

    def __getstate__(self) -> tuple[None, dict[str, object]]:
        """For a snapshot: nobody listens after it, so that nobody would ever take the journal."""
        return None, {name: getattr(self, name) for name in self.__slots__} | {"journal": None}

    def _note(self, order: Order, remaining: Decimal) -> None:
        self.changes += 1
        if self.journal is not None:
            self.journal.append(Entry(order.price, order.id, remaining))

    def _drop(self, level: Level) -> None:
        del self.levels[level.price]
        del self.prices[bisect_left(self.prices, level.price)]


class Book:
    """Both sides of one pair."""

    __slots__ = ("asks", "bids")

    def __init__(self) -> None:
        self.bids, self.asks = Half(Side.BUY), Half(Side.SELL)

    def half(self, side: Side) -> Half:
        """Where orders of this side rest."""
        return self.bids if side is Side.BUY else self.asks

    def opposite(self, side: Side) -> Half:
        """What an order of this side would match with."""
        return self.asks if side is Side.BUY else self.bids

    @property
    def changes(self) -> int:
        """SequenceNumber of the book: one more for each order that came, changed or went (reference 6.1)."""
        return self.bids.changes + self.asks.changes

    def keep_journal(self, *, keep: bool) -> None:
        """Write changes down from now on, or no longer."""
        for half in (self.bids, self.asks):
            half.journal = [] if keep else None

    def take_journal(self) -> tuple[list[Entry], list[Entry]]:
        """What has changed since the last time: asks, bids; empty while no journal is kept."""
        asks, bids = self.asks.journal, self.bids.journal
        if asks is None or bids is None or not (asks or bids):
            return [], []
        self.keep_journal(keep=True)
        return asks, bids


def sweep(half: Half, price: Decimal, quantity: Decimal) -> Iterator[Order]:
    """The resting orders that an opposite order of this price and quantity would meet, in the order of matching."""
    for level in half.best_first():
        if quantity <= 0 or not (level.price >= price if half.side is Side.BUY else level.price <= price):
            return
        for order in level.orders.values():
            yield order
            quantity -= order.remaining
            if quantity <= 0:
                return
