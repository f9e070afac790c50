"""Scenarios: settings, a pair, a market that moves, answers that come late or never. All of it from one seed.

A scenario is plain JSON: a strategy file's keys as text, and the world around it (see `exchange.py` for the steps).
Weights and pools favour what is likely to part two strategies: timers that fall on the same second, prices on a tick's
edge, money that just suffices, cancels that never arrive.
"""

import random
from collections.abc import Callable, Collection
from typing import Any

from parity.exchange import Scenario
from parity.walk import GRIDS, Grid, Walk

START_S = 1_700_000_000.0


Pool = Callable[[random.Random, Grid], Any]


def _pick(*values: Any) -> Pool:
    return lambda chance, grid: chance.choice(values)


def _times(*shares: float) -> Pool:
    """A share of the usual order size, in base."""
    return lambda chance, grid: _text(float(grid.amount) * chance.choice(shares))


def _near(*percents: float) -> Pool:
    """The first price, moved by so many per cent."""

    def pick(chance: random.Random, grid: Grid) -> str:
        return _text(grid.price * (1 + chance.choice(percents) / 100))

    return pick


def _list(*values: str) -> Pool:
    return lambda chance, grid: ",".join(chance.choice(values) for _ in range(chance.randint(1, 4)))


def _amounts(chance: random.Random, grid: Grid) -> str:
    """Sizes of split levels; Hummingbot refuses 100 and more."""
    unit = min(float(grid.amount), 20.0)
    return ",".join(_text(unit * chance.choice((0.5, 1, 1.5, 0.37))) for _ in range(chance.randint(1, 4)))


def _override(chance: random.Random, grid: Grid) -> dict[str, list[Any]]:
    sides = ("buy", "sell", "buy", "sell", "hold")
    spreads: tuple[Any, ...] = (0.1, 0.25, "0.5", 1, 1.75, "2.125", 0, -0.1, 100)
    return {
        f"order_{number}": [chance.choice(sides), chance.choice(spreads), _text(float(grid.amount) * chance.choice((0.5, 1, 2)))]
        for number in range(1, chance.randint(2, 6))
    }  # fmt: skip


SPREADS = ("0.05", "0.1", "0.13", "0.2", "0.3", "0.5", "1", "1.5", "0.0375")
REQUIRED: dict[str, Pool] = {
    "bid_spread": _pick(*SPREADS, "2.5", "60"),
    "ask_spread": _pick(*SPREADS, "2.5", "60"),
    "order_refresh_time": _pick("3", "5", "7", "10", "15", "15", "30", "60", "5.5", "1", "0.5", "12.25"),
    "order_amount": lambda chance, grid: _text(
        float(grid.lot) * 0.7
        if _odds(chance, 0.03)
        else float(grid.amount) * chance.choice((1, 1, 1, 1, 0.5, 2.37, 0.0123456789))
    ),
}
OPTIONAL: dict[str, tuple[float, Pool]] = {
    "minimum_spread": (0.25, _pick("0.05", "0.1", "0.2", "0.5", "-0.1", "-100", "0", "-1", "100")),
    "max_order_age": (0.25, _pick("4", "6", "10", "20", "30", "45", "7.5", "1", "1800")),
    "order_refresh_tolerance_pct": (0.6, _pick("0.05", "0.1", "0.2", "0.5", "1", "0", "-1", "10")),
    "price_ceiling": (0.12, _near(0, 0.1, 0.3, -0.2, 1, 5)),
    "price_floor": (0.12, _near(0, -0.1, -0.3, 0.2, -1, -5)),
    "moving_price_band_enabled": (0.12, _pick("True", "yes", "False")),
    "price_ceiling_pct": (0.0, _pick("0.1", "0.3", "1", "0", "-0.1")),
    "price_floor_pct": (0.0, _pick("-0.1", "-0.3", "-1", "0", "0.1")),
    "price_band_refresh_time": (0.0, _pick("10", "30", "45.5", "86400", "1")),
    "ping_pong_enabled": (0.2, _pick("True", "True", "False")),
    "inventory_skew_enabled": (0.2, _pick("True", "True", "False")),
    "inventory_target_base_pct": (0.0, _pick("50", "0", "100", "30", "75", "49.5")),
    "inventory_range_multiplier": (0.0, _pick("1", "5", "50", "400", "0.5")),
    "inventory_price": (0.05, _pick("1", "0")),
    "order_levels": (0.55, _pick(*("1", "2", "2", "3", "3", "4", "5", "8") * 4, "0")),
    "order_level_amount": (
        0.0,
        lambda chance, grid: _text(float(grid.amount) * chance.choice((0.1, 0.5, -0.25, -0.5, 0))),
    ),
    "order_level_spread": (0.0, _pick("0.05", "0.1", "0.17", "0.5", "1", "30")),
    "filled_order_delay": (0.85, _pick("1", "2", "3", "5", "8", "10", "15", "20", "40", "60", "2.5")),
    "hanging_orders_enabled": (0.25, _pick("True", "True", "True", "False")),
    "hanging_orders_cancel_pct": (0.0, _pick("10", "0.2", "0.5", "1", "2", "5")),
    "order_optimization_enabled": (0.2, _pick("True", "True", "False")),
    "ask_order_optimization_depth": (0.0, _times(0, 0, 0, 0.2, 0.5, 1, 2.3, 20)),
    "bid_order_optimization_depth": (0.0, _times(0, 0, 0, 0.2, 0.5, 1, 2.3, 20)),
    "add_transaction_costs": (0.15, _pick("True", "False", "y")),
    "price_source": (0.1, _pick("external_market", "custom_api", "current_market")),
    "price_type": (
        0.35,
        _pick("mid_price", "last_price", "last_own_trade_price", "best_bid", "best_ask", "inventory_cost"),
    ),
    "custom_api_update_interval": (0.02, _pick("0.5", "7")),
    "take_if_crossed": (0.1, _pick("True", "True", "False")),
    "order_override": (0.08, _override),
    "split_order_levels_enabled": (0.1, _pick("True", "True", "False")),
    "bid_order_level_spreads": (0.0, _list(*SPREADS)),
    "ask_order_level_spreads": (0.0, _list(*SPREADS)),
    "bid_order_level_amounts": (0.0, _amounts),
    "ask_order_level_amounts": (0.0, _amounts),
    "should_wait_order_cancel_confirmation": (0.1, _pick("True", "False")),
}
PARTS = {
    "moving_price_band_enabled": ("price_ceiling_pct", "price_floor_pct", "price_band_refresh_time"),
    "inventory_skew_enabled": ("inventory_target_base_pct", "inventory_range_multiplier"),
    "order_levels": ("order_level_amount", "order_level_spread"),
    "hanging_orders_enabled": ("hanging_orders_cancel_pct",),
    "order_optimization_enabled": ("ask_order_optimization_depth", "bid_order_optimization_depth"),
    "split_order_levels_enabled": (
        "bid_order_level_spreads", "ask_order_level_spreads", "bid_order_level_amounts", "ask_order_level_amounts",
    ),
}  # fmt: skip
ALL_KEYS = frozenset(REQUIRED) | frozenset(OPTIONAL)


def scenario(seed: int, keys: Collection[str] = ALL_KEYS, steps: int = 150) -> Scenario:
    """One scenario that sets none but `keys` (those that a file must have are always set)."""
    chance = random.Random(seed)
    grid = chance.choice(GRIDS)
    conf = _conf(chance, grid, keys)
    big = 10 * float(grid.amount)
    return {
        "conf": conf,
        "grid": {"tick": grid.tick, "lot": grid.lot, **_minimums(chance, grid)},
        "fees": dict(zip(("maker", "taker"), chance.choice((("0.0018", "0.0035"), ("0", "0.001"), ("-0.0001", "0.00075"), ("0", "0"))), strict=True)),
        "maker_type": _odds(chance, 0.85),
        "funds": _funds(chance, grid, conf, big),
        "start_s": START_S + chance.randrange(100_000) + chance.choice((0, 0, 0, 0.5)),
        "tick_s": chance.choice((1.0,) * 9 + (0.5,)),
        "ready": (ready := _odds(chance, 0.9)),
        "first": chance.choice(("strategy", "tracker")),
        "create_lag": _lags(chance),
        "cancel_lag": _lags(chance),
        "balance_lag": chance.choice((0, 0, 0, 0, 1, 3)),
        "lose": _pattern(chance, 0.12),
        "refuse": _pattern(chance, 0.15),
        "cross_fill": chance.choice(("1", "1", "0.5", "0.3", "0")),
        "fills_first": _odds(chance, 0.3),
        "post_only": _odds(chance, 0.7),
        "fill_fees": _fill_fees(chance, grid) if conf.get("price_type") == "inventory_cost" else [],
        "cost": _cost(chance, grid) if conf.get("price_type") == "inventory_cost" else None,
        "restored": _restored(chance, grid) if conf.get("hanging_orders_enabled") == "True" and _odds(chance, 0.15) else [],
        "steps": Walk(chance, grid, conf, ready=ready).steps(steps),
    }  # fmt: skip


def _conf(chance: random.Random, grid: Grid, keys: Collection[str]) -> dict[str, Any]:
    conf: dict[str, Any] = {"strategy": "pure_market_making", "exchange": "valr", "market": grid.pair}
    for key, pool in REQUIRED.items():
        conf[key] = pool(chance, grid)
    for key, (weight, pool) in OPTIONAL.items():
        if _odds(chance, weight) and key in keys:
            conf[key] = pool(chance, grid)
    for key, parts in PARTS.items():
        for part in parts:  # the parts of a feature matter with it, and must not matter without it
            if part in keys and _odds(chance, 0.8 if conf.get(key, "False") not in {"False", "0", "1"} else 0.04):
                conf[part] = OPTIONAL[part][1](chance, grid)
    return _consistent(conf, grid)


def _consistent(conf: dict[str, Any], grid: Grid) -> dict[str, Any]:
    """What Hummingbot would ask for or not start with is put right."""
    if conf.get("price_source") == "external_market":
        conf |= {"price_source_exchange": "binance", "price_source_market": grid.pair}
        if conf.get("price_type") == "inventory_cost":
            conf["price_type"] = "mid_price"
    if conf.get("price_source") == "custom_api":
        conf |= {"price_source_custom_api": "http://prices.invalid/now", "price_type": "custom"}
    ceiling, floor = (float(conf.get(f"price_{name}", -1)) for name in ("ceiling", "floor"))
    if 0 < ceiling < floor:
        conf["price_ceiling"], conf["price_floor"] = conf["price_floor"], conf["price_ceiling"]
    return conf


def _minimums(chance: random.Random, grid: Grid) -> dict[str, str]:
    if _odds(chance, 0.9):
        return {"min_base": "0", "min_quote": "0"}
    share = chance.choice((0.1, 0.9, 1, 1.1))
    return {
        "min_base": _text(float(grid.amount) * share),
        "min_quote": _text(float(grid.amount) * grid.price * share / 2),
    }


def _funds(chance: random.Random, grid: Grid, conf: dict[str, Any], big: float) -> dict[str, str]:
    exact = chance.choice((1, 1, 2, 3)) * float(conf["order_amount"])
    enough = (big,) * 12 + (100 * big,)
    base = chance.choice((*enough, exact, exact * 0.9, exact * 1.5, exact * 2.3, 0, -exact))
    quote = chance.choice((*enough, exact, exact * 0.999, exact * 1.002, exact * 2.3, 0, -exact)) * grid.price
    held = chance.choice((0, 0, 0, exact))
    return {
        "base": _text(base),
        "quote": _text(quote),
        "base_held": _text(held),
        "quote_held": _text(held * grid.price),
    }


def _lags(chance: random.Random) -> list[int]:
    kind = chance.random()
    if kind < 0.6:
        return [1]
    if kind < 0.7:
        return [0]
    return [chance.choice((1, 1, 1, 2, 3, 5)) for _ in range(chance.choice((1, 2, 3, 5)))]


def _pattern(chance: random.Random, weight: float) -> str:
    """Which of the requests meet the misfortune, in turn."""
    if not _odds(chance, weight):
        return "0"
    return chance.choice(("0001", "01", "1", "0000001", "00100", "110", "000000000000001"))


def _fill_fees(chance: random.Random, grid: Grid) -> list[tuple[str, str]]:
    base, quote = grid.pair.split("-")
    return chance.choice(
        ([], [], [(base, "0.001")], [(quote, "0.0018")], [("BNB", "0.0001")], [(base, "0.001"), (quote, "0.002")])
    )


def _cost(chance: random.Random, grid: Grid) -> tuple[str, str] | None:
    if _odds(chance, 0.12):
        return None
    base = float(grid.amount) * chance.choice((1, 1, 10, 3.7, 0))
    worth = base or chance.choice((0, float(grid.amount)))
    return _text(base), _text(worth * grid.price * chance.choice((1, 0.99, 1.01, 1.003, 0.5)))


def _restored(chance: random.Random, grid: Grid) -> list[tuple[bool, str, str, int]]:
    tick, lot = float(grid.tick), float(grid.lot)
    orders = []
    for _ in range(chance.randint(1, 3)):
        is_buy = _odds(chance, 0.5)
        price = grid.price * (1 + chance.choice((0.002, 0.01, 0.05)) * (-1 if is_buy else 1))
        size = float(grid.amount) * chance.choice((1, 0.5))
        orders.append((is_buy, _text(price // tick * tick), _text(size // lot * lot), chance.choice((0, 5, 100))))
    return orders


def _odds(chance: random.Random, weight: float) -> bool:
    return chance.random() < weight


def _text(number: float) -> str:
    """At most twelve digits, so that doubles and decimals mean the same."""
    text = format(number, ".12g")
    return format(float(text), ".12f").rstrip("0").rstrip(".") if "e" in text else text
