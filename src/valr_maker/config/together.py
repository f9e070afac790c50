"""What must hold between several keys of a file: Hummingbot asks for what is missing, or fails when it starts."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from valr_maker.config.meaning import override_of
from valr_maker.config.problems import Problem
from valr_maker.config.read import Entry
from valr_maker.config.schema import BY_NAME, Value

_NEEDED = {
    ("price_source", "external_market"): {"price_source_exchange": "binance", "price_source_market": "DOGE-USDT"},
    ("price_source", "custom_api"): {"price_source_custom_api": "https://prices.example/now"},
    ("split_order_levels_enabled", True): {
        "bid_order_level_spreads": "1,2",
        "bid_order_level_amounts": "4,8",
        "ask_order_level_spreads": "1,2",
        "ask_order_level_amounts": "4,8",
    },
}
"""The keys that a feature cannot do without, with an example of each."""


def problems_between(values: Mapping[str, Value], seen: Mapping[str, Entry], path: Path) -> Iterator[Problem]:
    """Everything that is wrong though each value for itself is right."""
    get = cast("Mapping[str, Any]", values)  # the schema has already proved each type
    yield from _lacking(get, path)
    for key, found, remedy in (*_prices(get, seen), *_overrides(get)):
        entry = seen.get(key)
        line, text = (entry.line, entry.text) if entry else (None, None)
        yield Problem(path, found, remedy, line, key, text)


def _lacking(get: Mapping[str, Any], path: Path) -> Iterator[Problem]:
    for (key, value), needed in _NEEDED.items():
        for name, example in needed.items():
            if get[key] == value and get[name] is None:
                unit = f" ({BY_NAME[name].unit})" if BY_NAME[name].unit else ""
                remedy = f"Add a line such as `{name}: {example}`{unit}, or leave {key} out."
                yield Problem(path, f"is missing, and {key} is {value}", remedy, key=name)


def _prices(get: Mapping[str, Any], seen: Mapping[str, Entry]) -> Iterator[tuple[str, str, str]]:
    if get["price_ceiling"] != -1 and get["price_ceiling"] < get["price_floor"]:
        remedy = "Raise the ceiling or lower the floor; -1 turns either off."
        yield "price_ceiling", f"is below price_floor {get['price_floor']}", remedy
    custom = get["price_source"] == "custom_api"
    written = "price_type" in seen and bool(seen["price_type"].value)
    if custom and written and get["price_type"] != "custom":
        yield "price_type", "is not a price that a custom API has", "Set it to custom."
    if get["price_type"] == "custom" and not custom:
        yield "price_type", "needs price_source custom_api", "Set it to mid_price."
    if get["price_source"] == "external_market" and get["price_source_exchange"] == get["exchange"]:
        yield "price_source_exchange", "is the exchange that is traded on", "Leave price_source out."


def _overrides(get: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for name, row in (get["order_override"] or {}).items():
        try:
            override_of(row)
        except ValueError:
            found = f"has a row {name!r} that is not [buy or sell, spread in %, amount]"
            yield "order_override", found, "Write a row such as `order_1: [buy, 0.5, 100]`."
