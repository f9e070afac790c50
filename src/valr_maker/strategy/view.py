"""All that a stage may see: one moment of the market and of our own orders."""

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


class View(NamedTuple):
    """One moment. Prices are None when that side of the book is empty. Fees are fractions (0.001 for 0.1 %).

    `own` is in the order of creation. `base_available` and `quote_available` exclude what own orders reserve.
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
