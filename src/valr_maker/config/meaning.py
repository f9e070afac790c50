"""From the values of a file to the units of the strategy: percentages become fractions, "off" becomes None."""

from collections.abc import Collection, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from valr_maker.config.schema import Value
from valr_maker.domain import Market, Side
from valr_maker.strategy.settings import (
    MovingBand,
    Optimization,
    Override,
    PriceSource,
    PriceType,
    Reference,
    Settings,
    Skew,
    Split,
)

_PER_CENT = Decimal(100)
_MINIMUM_SPREAD_OFF = Decimal(-100)
_BOUND_OFF = Decimal(-1)
OVERRIDE_PARTS = 3


def settings_of(values: Mapping[str, Value], written: Collection[str] = ()) -> Settings:
    """Checked values of every key, in the units of the strategy's arithmetic.

    `written` are the keys of the file: an inventory_price that nobody wrote is not what the inventory has cost.
    """
    get = cast("Mapping[str, Any]", values)  # the schema has already proved each type
    minimum_spread, tolerance = get["minimum_spread"], get["order_refresh_tolerance_pct"]
    costs = get["price_type"] == PriceType.INVENTORY_COST
    return Settings(
        exchange=get["exchange"],
        market=Market.parse(get["market"]),
        bid_spread=get["bid_spread"] / _PER_CENT,
        ask_spread=get["ask_spread"] / _PER_CENT,
        minimum_spread=None if minimum_spread == _MINIMUM_SPREAD_OFF else minimum_spread / _PER_CENT,
        order_refresh_s=get["order_refresh_time"],
        refresh_tolerance=None if tolerance < 0 else tolerance / _PER_CENT,
        max_order_age_s=get["max_order_age"],
        order_amount=get["order_amount"],
        order_levels=get["order_levels"],
        order_level_amount=get["order_level_amount"],
        order_level_spread=get["order_level_spread"] / _PER_CENT,
        filled_order_delay_s=get["filled_order_delay"],
        price_ceiling=_bound(get["price_ceiling"]),
        price_floor=_bound(get["price_floor"]),
        moving_band=_moving_band(get) if get["moving_price_band_enabled"] else None,
        ping_pong=get["ping_pong_enabled"],
        skew=_skew(get) if get["inventory_skew_enabled"] else None,
        inventory_price=get["inventory_price"] if costs and "inventory_price" in written else None,
        hanging_cancel_distance=get["hanging_orders_cancel_pct"] / _PER_CENT if get["hanging_orders_enabled"] else None,
        optimization=_optimization(get) if get["order_optimization_enabled"] else None,
        add_transaction_costs=get["add_transaction_costs"],
        reference=_reference(get),
        take_if_crossed=bool(get["take_if_crossed"]),
        overrides=_overrides(get),
        split=_split(get) if get["split_order_levels_enabled"] else None,
    )


def override_of(row: Any) -> Override | None:
    """One row of order_override; None for a side that Hummingbot passes over. Raises ValueError if it is no row."""
    if not isinstance(row, (list, tuple)) or len(row) < OVERRIDE_PARTS:
        raise ValueError(row)
    side = row[0]
    try:
        spread, amount = (Decimal(str(number)) for number in row[1:OVERRIDE_PARTS])
    except InvalidOperation as error:
        raise ValueError(row) from error
    if not (spread.is_finite() and amount.is_finite()):
        raise ValueError(row)
    return Override(Side(side), spread / _PER_CENT, amount) if side in {"buy", "sell"} else None


def _bound(price: Decimal) -> Decimal | None:
    return None if price == _BOUND_OFF else price


def _moving_band(get: Mapping[str, Any]) -> MovingBand:
    ceiling, floor = get["price_ceiling_pct"] / _PER_CENT, get["price_floor_pct"] / _PER_CENT
    return MovingBand(ceiling, floor, get["price_band_refresh_time"])


def _skew(get: Mapping[str, Any]) -> Skew:
    return Skew(get["inventory_target_base_pct"] / _PER_CENT, get["inventory_range_multiplier"])


def _optimization(get: Mapping[str, Any]) -> Optimization:
    return Optimization(get["bid_order_optimization_depth"], get["ask_order_optimization_depth"])


def _reference(get: Mapping[str, Any]) -> Reference:
    market = get["price_source_market"]
    return Reference(
        source=PriceSource(get["price_source"]),
        type=PriceType(get["price_type"]),
        exchange=get["price_source_exchange"],
        market=Market.parse(market) if market else None,
        url=get["price_source_custom_api"],
        interval_s=get["custom_api_update_interval"],
    )


def _overrides(get: Mapping[str, Any]) -> tuple[Override, ...] | None:
    """The described orders; split levels take the place of order_override, and of two lists the shorter one counts."""
    if get["split_order_levels_enabled"]:
        rows = [
            Override(side, spread / _PER_CENT, amount)
            for side, name in ((Side.BUY, "bid"), (Side.SELL, "ask"))
            for spread, amount in zip(
                get[f"{name}_order_level_spreads"] or (), get[f"{name}_order_level_amounts"] or (), strict=False
            )
        ]
        return tuple(rows) or None
    written = get["order_override"]
    if not written:
        return None
    return tuple(row for row in map(override_of, written.values()) if row is not None)


def _split(get: Mapping[str, Any]) -> Split:
    lists = (get[f"{name}_order_level_spreads"] or () for name in ("bid", "ask"))
    bids, asks = (tuple(spread / _PER_CENT for spread in one) for one in lists)
    return Split(bids, asks)
