"""All that a stage may see: one moment of the market and of our own orders."""

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple, Protocol

from valr_maker.domain import Side, Slot


class PairGrid(Protocol):
    """The pair's rules as the strategy needs them. `market.pair.PairRules` fits by shape."""

    @property
    def tick(self) -> Decimal:
        """Step of the price, in quote per base."""

    @property
    def lot(self) -> Decimal:
        """Step of the quantity, in base."""

    @property
    def min_base(self) -> Decimal:
        """Smallest quantity of an order, in base."""

    @property
    def min_quote(self) -> Decimal:
        """Smallest price x quantity of an order, in quote."""

    def floor_price(self, price: Decimal, /) -> Decimal:
        """The grid price at or nearest below, towards zero."""

    def floor_quantity(self, quantity: Decimal, /) -> Decimal:
        """The grid quantity at or nearest below, towards zero."""


class OwnView(NamedTuple):
    """One own order that may still be alive: on its way, resting, or being cancelled.

    `created_s` is on the clock of `View.now_s`. `cancelling` is true while a cancel is under way; when its owner
    gives the cancel up for lost, it sets this back to False and the strategy asks again.
    """

    key: str
    slot: Slot
    price: Decimal
    quantity: Decimal
    remaining: Decimal
    created_s: float
    cancelling: bool

    @property
    def side(self) -> Side:
        """The side of its slot."""
        return self.slot.side


Row = tuple[Decimal, Decimal]
"""One price of a book, in quote per base, and the base that rests there."""


class Quotes(NamedTuple):
    """What another market says. None: it does not."""

    best_bid: Decimal | None = None
    best_ask: Decimal | None = None
    last_trade: Decimal | None = None


class View(NamedTuple):
    """One moment. Prices are None when that side of the book is empty. Fees are fractions (0.001 for 0.1 %).

    `own` is in the order of creation. `base_available` and `quote_available` exclude what own orders reserve. What
    follows the fees is needed by some features only, and may stay at its default without them.
    """

    now_s: float
    rules: PairGrid
    best_bid: Decimal | None
    best_ask: Decimal | None
    base_available: Decimal
    quote_available: Decimal
    own: tuple[OwnView, ...]
    taker_fee: Decimal
    maker_fee: Decimal
    last_trade: Decimal | None = None
    """Of anybody, in this market; for price_type last_price."""
    base_total: Decimal = Decimal(0)
    """With what orders reserve; for price_type inventory_cost."""
    bids: Iterable[Row] = ()
    """The whole book, best first, own orders among it; for order optimisation. `asks` likewise."""
    asks: Iterable[Row] = ()
    other: Quotes = Quotes()
    """The external market; for price_source external_market."""
    custom_price: Decimal | None = None
    """What the custom API said last; None before its first answer."""
    seed_price: Decimal | None = None
    """A price to quote around while the market shows none. Not Hummingbot's; None is off."""
    post_only: bool = True
    """Whether the pair takes orders that may only rest, so that they pay the maker fee."""
