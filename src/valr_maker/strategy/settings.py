"""What a strategy file means, in the units of the arithmetic. `config` reads a file into it."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from valr_maker.domain import Market, Side

OWN_VENUE = ("valr", "valr_sandbox")
"""Names of the exchange that is traded on; where it is, the venue says."""


class PriceSource(StrEnum):
    """Where the reference price comes from, under Hummingbot's names."""

    CURRENT_MARKET = "current_market"
    EXTERNAL_MARKET = "external_market"
    CUSTOM_API = "custom_api"


class PriceType(StrEnum):
    """Which price of the source it is, under Hummingbot's names. A custom API has only one, whatever this says."""

    MID = "mid_price"
    LAST = "last_price"
    LAST_OWN_TRADE = "last_own_trade_price"
    BEST_BID = "best_bid"
    BEST_ASK = "best_ask"
    INVENTORY_COST = "inventory_cost"
    CUSTOM = "custom"


@dataclass(frozen=True, slots=True)
class Reference:
    """The keys that begin with price_source, and price_type."""

    source: PriceSource = PriceSource.CURRENT_MARKET
    type: PriceType = PriceType.MID
    exchange: str | None = None
    """Of the external market."""
    market: Market | None = None
    """The external market itself."""
    url: str | None = None
    """Answers with a bare number."""
    interval_s: float = 5.0
    """How often the custom API is asked."""


@dataclass(frozen=True, slots=True)
class MovingBand:
    """A band around the reference price of the moment it was last set. Fractions of that price; below 0: below it."""

    ceiling: Decimal = Decimal("0.01")
    floor: Decimal = Decimal("-0.01")
    refresh_s: float = 86400.0


@dataclass(frozen=True, slots=True)
class Skew:
    """Inventory skew: sizes lean towards a share of base in everything the strategy may use."""

    target: Decimal = Decimal("0.5")
    """The share of base by value, 0 to 1."""
    range_multiplier: Decimal = Decimal(1)
    """The range, in sizes of a whole round of both sides."""


@dataclass(frozen=True, slots=True)
class Optimization:
    """Order optimisation: how much may rest in front of the nearest order, in base."""

    bid_depth: Decimal = Decimal(0)
    ask_depth: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Override:
    """One order that the file describes by itself. `spread` is a fraction of the price, `amount` is in base."""

    side: Side
    spread: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Split:
    """The spreads of split levels, whole lists, as fractions. Their orders are in `Settings.overrides`."""

    bid_spreads: tuple[Decimal, ...] = ()
    ask_spreads: tuple[Decimal, ...] = ()

    def spreads(self, side: Side) -> tuple[Decimal, ...]:
        """The list of one side."""
        return self.bid_spreads if side is Side.BUY else self.ask_spreads


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the stages ask for. Spreads are fractions of the price (0.01 for 1 %), "off" is None."""

    exchange: str
    market: Market
    bid_spread: Decimal
    ask_spread: Decimal
    order_amount: Decimal
    """In base, before flooring to the lot."""
    order_refresh_s: float
    order_levels: int = 1
    order_level_amount: Decimal = Decimal(0)
    """In base; added once a level beyond the first. May be negative."""
    order_level_spread: Decimal = Decimal("0.01")
    """Added once a level beyond the first."""
    minimum_spread: Decimal | None = None
    refresh_tolerance: Decimal | None = Decimal(0)
    """Orders whose price would move by no more than this fraction are kept at a refresh. None: always replaced."""
    max_order_age_s: float = 1800.0
    filled_order_delay_s: float = 60.0
    price_ceiling: Decimal | None = None
    """In quote: at and above it there are no buys."""
    price_floor: Decimal | None = None
    """In quote: at and below it there are no sells."""
    moving_band: MovingBand | None = None
    ping_pong: bool = False
    skew: Skew | None = None
    inventory_price: Decimal | None = None
    """In quote: what the base at hand is taken to have cost, with price_type inventory_cost, until a cost is known."""
    hanging_cancel_distance: Decimal | None = None
    """Hanging orders are on; one further from the reference than this fraction is cancelled."""
    optimization: Optimization | None = None
    add_transaction_costs: bool = False
    reference: Reference = Reference()
    take_if_crossed: bool = False
    overrides: tuple[Override, ...] | None = None
    """Instead of levels; () is on, and quotes nothing."""
    split: Split | None = None
