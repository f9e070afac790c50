"""Rules of one pair, and the only place where prices and quantities are put on its grid."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from valr_maker.wire import rest

LIMIT_TYPES = frozenset({"LIMIT", "LIMIT_POST_ONLY"})
DECIMALS_MAX = 18
"""No currency of VALR's is finer; past Decimal's 28 digits nothing could be put on the grid exactly."""


@dataclass(frozen=True, slots=True)
class PairRules:
    """Trading rules as the exchange gives them (reference 2.2). Amounts in base, notionals in quote."""

    symbol: str
    base: str
    quote: str
    active: bool
    tick: Decimal
    lot: Decimal
    min_base: Decimal
    max_base: Decimal
    min_quote: Decimal
    max_quote: Decimal
    order_types: frozenset[str] | None = None
    """None until they have been asked for."""

    @classmethod
    def from_wire(cls, pair: rest.Pair) -> "PairRules":
        """Rules from one row of `/v1/public/pairs`. Raises ValueError for a row nobody could trade by."""
        decimals = int(pair.base_decimal_places)
        if pair.tick_size <= 0 or not 0 <= decimals <= DECIMALS_MAX:
            raise ValueError(f"tickSize {pair.tick_size}, baseDecimalPlaces {decimals}")
        return cls(
            symbol=pair.symbol,
            base=pair.base_currency,
            quote=pair.quote_currency,
            active=pair.active,
            tick=pair.tick_size,
            lot=Decimal(1).scaleb(-decimals),
            min_base=pair.min_base_amount,
            max_base=pair.max_base_amount,
            min_quote=pair.min_quote_amount,
            max_quote=pair.max_quote_amount,
        )

    def with_order_types(self, types: Iterable[str]) -> "PairRules":
        """The same rules with the order types the pair takes."""
        return replace(self, order_types=frozenset(types))

    @property
    def takes_limit_orders(self) -> bool:
        """Whether limit orders are allowed, as far as we know (SIMPLE-only pairs look active but refuse them)."""
        return self.order_types is None or bool(LIMIT_TYPES & self.order_types)

    @property
    def takes_taking(self) -> bool:
        """Whether a limit order may trade at once. VALR opens a new pair post-only: orders rest until that ends."""
        return self.order_types is None or "LIMIT" in self.order_types

    @property
    def takes_post_only(self) -> bool:
        """Whether post-only orders are allowed, as far as we know."""
        return self.order_types is None or "LIMIT_POST_ONLY" in self.order_types

    def floor_price(self, price: Decimal) -> Decimal:
        """The price on the tick grid, toward zero (Hummingbot's c_quantize_order_price)."""
        return price // self.tick * self.tick

    def floor_quantity(self, quantity: Decimal) -> Decimal:
        """The quantity on the lot grid, toward zero; VALR truncates likewise."""
        return quantity // self.lot * self.lot


def read_pairs(rows: Iterable[rest.RawRow | rest.Pair]) -> tuple[dict[str, PairRules], list[str]]:
    """Rules by symbol, and a sentence for each row that could not be read: one bad row spoils no other."""
    rules = {}
    readable, bad = rest.pairs(rows)
    for row in readable:
        try:
            rules[row.symbol] = PairRules.from_wire(row)
        except ValueError as problem:
            bad.append(f"rules of {row.symbol} cannot be used: {problem}")
    return rules, bad
