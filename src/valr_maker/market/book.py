"""The order book of one pair, as VALR last described it.

Room rule: no I/O, no clock, no logging; the book changes in `apply` and `replace` and nowhere else.
The wire's own text is kept beside each Decimal: a checksum cannot be computed from numbers.
"""

from bisect import bisect_left
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from zlib import crc32

from valr_maker.wire.amounts import sane
from valr_maker.wire.codes import WireError
from valr_maker.wire.text import CHECKSUM_LEVELS, WireLevel


class BookSide:
    """One side's levels. Prices are kept rising; `best_last` tells at which end the best one is."""

    __slots__ = ("_best_last", "_prices", "_texts")

    def __init__(self, *, best_last: bool) -> None:
        self._best_last = best_last
        self._prices: list[Decimal] = []
        self._texts: list[str] = []  # `price:quantity` of the level with the same index, as on the wire

    def apply(self, changes: Iterable[WireLevel]) -> None:
        """Set new totals; "0" removes a level. Raises WireError for text that is no number."""
        prices, texts = self._prices, self._texts
        for price_text, quantity_text in changes:
            price = _positive(price_text)
            index = bisect_left(prices, price)
            here = index < len(prices) and prices[index] == price
            if not _quantity(quantity_text):
                if here:
                    del prices[index], texts[index]
            elif here:
                texts[index] = f"{price_text}:{quantity_text}"
            else:
                prices.insert(index, price)
                texts.insert(index, f"{price_text}:{quantity_text}")

    def clear(self) -> None:
        """Forget every level."""
        self._prices.clear()
        self._texts.clear()

    @property
    def best(self) -> Decimal | None:
        """The price nearest the other side; None when the side is empty."""
        if not self._prices:
            return None
        return self._prices[-1] if self._best_last else self._prices[0]

    def top_texts(self, count: int) -> list[str]:
        """`price:quantity` of the best levels as on the wire, best first."""
        return self._texts[: -count - 1 : -1] if self._best_last else self._texts[:count]

    def top(self, count: int) -> list[tuple[Decimal, Decimal]]:
        """Price and quantity of the best levels, best first."""
        return [(Decimal(p), Decimal(q)) for p, q in (text.split(":") for text in self.top_texts(count))]

    def __len__(self) -> int:
        return len(self._prices)


class Book:
    """Both sides. After a verified update: best bid < best ask, and no level has size zero."""

    __slots__ = ("asks", "bids")

    def __init__(self) -> None:
        self.bids = BookSide(best_last=True)
        self.asks = BookSide(best_last=False)

    def apply(self, bids: Iterable[WireLevel], asks: Iterable[WireLevel]) -> None:
        """Changed levels of both sides. Raises WireError, after which the book is not to be trusted."""
        self.bids.apply(bids)
        self.asks.apply(asks)

    def replace(self, bids: Iterable[WireLevel], asks: Iterable[WireLevel]) -> None:
        """A whole new book. Raises WireError, after which the book is not to be trusted."""
        self.bids.clear()
        self.asks.clear()
        self.apply(bids, asks)

    @property
    def best_bid(self) -> Decimal | None:
        """Highest bid; None when there is none."""
        return self.bids.best

    @property
    def best_ask(self) -> Decimal | None:
        """Lowest ask; None when there is none."""
        return self.asks.best

    @property
    def crossed(self) -> bool:
        """Whether a bid reaches an ask: no real book does."""
        bid, ask = self.best_bid, self.best_ask
        return bid is not None and ask is not None and bid >= ask

    def checksum(self) -> int:
        """VALR's checksum of the best 25 levels a side (reference 6.2), from the wire's own text."""
        bids, asks = self.bids.top_texts(CHECKSUM_LEVELS), self.asks.top_texts(CHECKSUM_LEVELS)
        shorter = min(len(bids), len(asks))
        turns = [""] * (2 * shorter)
        turns[::2], turns[1::2] = bids[:shorter], asks[:shorter]
        return crc32(":".join(turns + bids[shorter:] + asks[shorter:]).encode())


def _positive(text: str) -> Decimal:
    price = _number(text)
    if price <= 0:
        raise WireError("a price of the book is not above zero", text)
    return price


def _quantity(text: str) -> Decimal:
    quantity = _number(text)
    if quantity < 0:
        raise WireError("a quantity of the book is below zero", text)
    return quantity


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation as problem:
        raise WireError("a level of the book is no number", text) from problem
    if not sane(number):
        raise WireError("a level of the book is no number of sensible size", text)
    return number
