"""What the base at hand has cost on the average, for price_type inventory_cost: it holds the sells up, never the buys.

A buy adds its base and its quote; a sell takes base away at the average cost, so that a profit does not change it.

Differs from Hummingbot, to be true: numbers are exact and every fee counts. Hummingbot keeps the two volumes as binary
fractions, ignores fees that are given as a percentage, and fails on a sell before the first buy. Strict parity keeps
all of that.
"""

from collections.abc import Iterable
from decimal import Decimal, DivisionByZero, InvalidOperation

from valr_maker.domain import Market, Side
from valr_maker.strategy.moment import AsHummingbot

Volumes = tuple[Decimal, Decimal]
"""Base, and the quote that it cost."""
_ZERO = Decimal(0)


class InventoryCost:
    """The average. Begins with `volumes`, if any are known from before."""

    def __init__(self, market: Market, volumes: Volumes | None = None, *, strict: bool = False) -> None:
        self._market, self._strict = market, strict
        self._volumes = self._kept(*volumes) if volumes else None

    @property
    def volumes(self) -> Volumes | None:
        """What is to be kept for the next run; None while nothing is known."""
        return self._volumes

    @property
    def price(self) -> Decimal | None:
        """Quote per base; None when it is not known. Raises AsHummingbot where Hummingbot divides by zero."""
        if self._volumes is None:
            return None
        base, quote = self._volumes
        if base > 0 or (base < 0 and self._strict):
            return quote / base
        if self._strict and quote:
            raise AsHummingbot("the inventory costs something and is none")
        return None

    def begin(self, price: Decimal, base: Decimal) -> None:
        """Nothing is known yet: take it that the base at hand cost `price` a unit."""
        if self._volumes is None and base > 0:
            self._volumes = self._kept(base, base * price)

    def traded(
        self, side: Side, price: Decimal, quantity: Decimal, fees: Iterable[tuple[str, Decimal]], rate: Decimal = _ZERO
    ) -> None:
        """One fill. `fees` are amounts by currency, `rate` the fraction that was charged as such, 0 if none was."""
        base, quote = quantity, quantity * price
        sign = 1 if side is Side.BUY else -1
        for currency, amount in fees:
            if currency == self._market.base:
                base -= sign * amount
            elif currency == self._market.quote:
                quote += sign * amount
            elif self._strict:
                base /= 1 + rate
        if side is Side.BUY:
            self._add(base, quote)
        else:
            self._take(base)

    def _add(self, base: Decimal, quote: Decimal) -> None:
        before, cost = self._volumes or (_ZERO, _ZERO)
        if self._strict and self._volumes is not None:
            self._volumes = self._kept(float(before) + float(base), float(cost) + float(quote))
        else:
            self._volumes = self._kept(before + base, cost + quote)

    def _take(self, base: Decimal) -> None:
        if self._volumes is None:
            return  # sold without a known cost; Hummingbot raises an exception into the void
        before, cost = self._volumes
        if self._strict:
            try:
                quote = -(cost / before * base)
            except (DivisionByZero, InvalidOperation):
                return  # as above
            self._add(-base, quote)
        elif base >= before:
            self._volumes = _ZERO, _ZERO  # what is bought next sets the cost anew
        else:
            self._volumes = before - base, cost - cost * base / before

    def _kept(self, base: Decimal | float, quote: Decimal | float) -> Volumes:
        """As it is kept: exact, or as Hummingbot's database returns a number that it was given."""
        if self._strict:
            return Decimal(f"{float(base):.18f}"), Decimal(f"{float(quote):.18f}")
        return Decimal(base), Decimal(quote)
