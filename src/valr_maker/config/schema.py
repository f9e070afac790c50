"""Every key of Hummingbot's pure market making template, version 24, in the template's order. One row a key.

Source: Hummingbot 2.18's template `conf_pure_market_making_strategy_TEMPLATE.yml` and its config map.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, Literal

from valr_maker.domain import Market

TEMPLATE_VERSION: Final = 24

Value = str | Decimal | float | int | bool | None | list[Any] | dict[Any, Any]
"""What a key can hold once read; lists and mappings only where the kind is MAPPING."""


class Kind(StrEnum):
    """How a value is read. The text completes the words "is not"."""

    TEXT = "text"
    DECIMAL = "a number"
    FLOAT = "a number of seconds"
    INT = "a whole number"
    BOOL = "True or False"
    MAPPING = "a mapping"
    NUMBERS = "a list of numbers with commas between"


@dataclass(frozen=True, slots=True)
class Valid:
    """A range in words that complete "is not ..." and the same as a test. The test is not asked about None."""

    words: str
    holds: Callable[[Any], bool]


def _one_of(*names: str) -> Valid:
    return Valid(" or ".join(names), lambda value: value in names)


def _is_market(text: str) -> bool:
    try:
        Market.parse(text)
    except ValueError:
        return False
    return True


_ANY = Valid("anything", lambda _: True)
_ABOVE_0 = Valid("more than 0", lambda value: value > 0)
_FROM_0 = Valid("0 or more", lambda value: value >= 0)
_SPREAD = Valid("more than 0 and less than 100", lambda value: 0 < value < 100)  # noqa: PLR2004 - per cent
_PERCENT = Valid("0 to 100", lambda value: 0 <= value <= 100)  # noqa: PLR2004
_MINIMUM = Valid("-100 to 100 (-100 is off)", lambda value: -100 <= value <= 100)  # noqa: PLR2004
_TOLERANCE = Valid("-10 to 10 (below 0 is off)", lambda value: -10 <= value <= 10)  # noqa: PLR2004
_BOUND = Valid("more than 0, or -1 for off", lambda value: value == -1 or value > 0)
_VERSION = Valid(f"1 to {TEMPLATE_VERSION}", lambda value: 1 <= value <= TEMPLATE_VERSION)
_INTERVAL = Valid("0.5 or more", lambda value: value >= 0.5)  # noqa: PLR2004
_SPREADS = Valid("numbers more than 0 and less than 100", lambda values: all(0 < one < 100 for one in values))  # noqa: PLR2004
_STRATEGY = _one_of("pure_market_making")
_EXCHANGE = _one_of("valr", "valr_sandbox")
_MARKET = Valid("BASE-QUOTE", _is_market)
_SOURCE = _one_of("current_market", "external_market", "custom_api")
_TYPE = _one_of("mid_price", "last_price", "last_own_trade_price", "best_bid", "best_ask", "inventory_cost", "custom")


@dataclass(frozen=True, slots=True)
class Key:
    """One row. `default` None with `required` False means the key may stay blank.

    `supported` is "always", or "with" another key named in `part_of`, without which the value does nothing.
    """

    name: str
    kind: Kind
    default: Value
    valid: Valid
    unit: str = ""
    supported: Literal["always", "with"] = "always"
    part_of: str = ""
    example: str = ""
    """What a remedy suggests."""
    required: bool = False


def _needed(name: str, kind: Kind, valid: Valid, example: str, unit: str = "") -> Key:
    return Key(name, kind, None, valid, unit, example=example, required=True)


def _part(name: str, kind: Kind, default: Value, valid: Valid, part_of: str, unit: str = "") -> Key:  # noqa: PLR0913, PLR0917 - a row
    return Key(name, kind, default, valid, unit, "with", part_of)


_NUM, _SEC, _INT, _BOOL, _TEXT = Kind.DECIMAL, Kind.FLOAT, Kind.INT, Kind.BOOL, Kind.TEXT
_ZERO, _ONE, _OFF = Decimal(0), Decimal(1), Decimal(-1)

KEYS: Final[tuple[Key, ...]] = (
    Key("template_version", _INT, TEMPLATE_VERSION, _VERSION, example=str(TEMPLATE_VERSION)),
    _needed("strategy", _TEXT, _STRATEGY, "pure_market_making"),
    _needed("exchange", _TEXT, _EXCHANGE, "valr"),
    _needed("market", _TEXT, _MARKET, "DOGE-USDT"),
    _needed("bid_spread", _NUM, _SPREAD, "1.0", "%"),
    _needed("ask_spread", _NUM, _SPREAD, "1.0", "%"),
    Key("minimum_spread", _NUM, Decimal(-100), _MINIMUM, "%", example="-100"),
    _needed("order_refresh_time", _SEC, _ABOVE_0, "15.0", "s"),
    Key("max_order_age", _SEC, 1800.0, _ABOVE_0, "s", example="1800.0"),
    Key("order_refresh_tolerance_pct", _NUM, _ZERO, _TOLERANCE, "%", example="0"),
    _needed("order_amount", _NUM, _ABOVE_0, "4.0", "base"),
    Key("price_ceiling", _NUM, _OFF, _BOUND, "quote"),
    Key("price_floor", _NUM, _OFF, _BOUND, "quote"),
    Key("moving_price_band_enabled", _BOOL, default=False, valid=_ANY),
    _part("price_ceiling_pct", _NUM, _ONE, _ANY, "moving_price_band_enabled", "%"),
    _part("price_floor_pct", _NUM, _OFF, _ANY, "moving_price_band_enabled", "%"),
    _part("price_band_refresh_time", _SEC, 86400.0, _ANY, "moving_price_band_enabled", "s"),
    Key("ping_pong_enabled", _BOOL, default=False, valid=_ANY),
    Key("inventory_skew_enabled", _BOOL, default=False, valid=_ANY),
    _part("inventory_target_base_pct", _NUM, Decimal(50), _PERCENT, "inventory_skew_enabled", "%"),
    _part("inventory_range_multiplier", _NUM, _ONE, _ABOVE_0, "inventory_skew_enabled", "x"),
    _part("inventory_price", _NUM, _ONE, _FROM_0, "price_type", "quote"),
    Key("order_levels", _INT, 1, _FROM_0, "levels", example="1"),
    Key("order_level_amount", _NUM, _ZERO, _ANY, "base", example="0"),
    Key("order_level_spread", _NUM, _ONE, _SPREAD, "%", example="1.0"),
    Key("filled_order_delay", _SEC, 60.0, _ABOVE_0, "s", example="60.0"),
    Key("hanging_orders_enabled", _BOOL, default=False, valid=_ANY),
    _part("hanging_orders_cancel_pct", _NUM, Decimal(10), _SPREAD, "hanging_orders_enabled", "%"),
    Key("order_optimization_enabled", _BOOL, default=False, valid=_ANY),
    _part("ask_order_optimization_depth", _NUM, _ZERO, _FROM_0, "order_optimization_enabled", "base"),
    _part("bid_order_optimization_depth", _NUM, _ZERO, _FROM_0, "order_optimization_enabled", "base"),
    Key("add_transaction_costs", _BOOL, default=False, valid=_ANY),
    Key("price_source", _TEXT, "current_market", _SOURCE),
    Key("price_type", _TEXT, "mid_price", _TYPE),
    _part("price_source_exchange", _TEXT, None, _ANY, "price_source"),
    _part("price_source_market", _TEXT, None, _MARKET, "price_source"),
    _part("price_source_custom_api", _TEXT, None, _ANY, "price_source"),
    _part("custom_api_update_interval", _SEC, 5.0, _INTERVAL, "price_source", "s"),
    Key("take_if_crossed", _BOOL, default=None, valid=_ANY),
    Key("order_override", Kind.MAPPING, None, _ANY),
    Key("split_order_levels_enabled", _BOOL, default=False, valid=_ANY),
    _part("bid_order_level_spreads", Kind.NUMBERS, None, _SPREADS, "split_order_levels_enabled", "%"),
    _part("ask_order_level_spreads", Kind.NUMBERS, None, _SPREADS, "split_order_levels_enabled", "%"),
    _part("bid_order_level_amounts", Kind.NUMBERS, None, _SPREADS, "split_order_levels_enabled", "base"),
    _part("ask_order_level_amounts", Kind.NUMBERS, None, _SPREADS, "split_order_levels_enabled", "base"),
    # Hummingbot asks for this one and never obeys it: it always waits for the confirmation. So do we.
    Key("should_wait_order_cancel_confirmation", _BOOL, default=True, valid=_ANY),
)

BY_NAME: Final = {key.name: key for key in KEYS}

RETIRED: Final = {
    "expiration_seconds": "",
    "cancel_order_wait_time": "order_refresh_time",
    "mode": "order_levels",
    "number_of_orders": "order_levels",
    "order_start_size": "order_amount",
    "order_step_size": "order_level_amount",
    "order_interval_percent": "order_level_spread",
    "inventory_target_base_percent": "inventory_target_base_pct",
    "filled_order_replenish_wait_time": "filled_order_delay",
    "enable_order_filled_stop_cancellation": "hanging_orders_enabled",
    "hanging_orders_aggregation_type": "",
    "best_bid_ask_jump_mode": "order_optimization_enabled",
    "best_bid_ask_jump_orders_depth": "bid_order_optimization_depth",
    "order_optimization_depth": "bid_order_optimization_depth",
    "external_pricing_source": "price_source",
    "external_price_source_type": "price_source",
    "external_price_source_exchange": "price_source_exchange",
    "external_price_source_feed_base_asset": "price_source_market",
    "external_price_source_feed_quote_asset": "price_source_market",
}
"""Keys of older templates, and the key of today that says the same. Hummingbot drops them with their values."""
