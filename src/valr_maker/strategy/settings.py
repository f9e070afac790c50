"""What a strategy file means, in the units of the arithmetic. `config` reads a file into it."""

from dataclasses import dataclass
from decimal import Decimal

from valr_maker.domain import Market


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
