"""Every key of a file in words: its value, where it was written, its unit, and what it does at the present price."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from valr_maker.config.load import Loaded
from valr_maker.config.meaning import override_of
from valr_maker.config.schema import KEYS, Key
from valr_maker.domain import Side

DEFAULT = "Hummingbot's default"
_HUNDRED = Decimal(100)
_OFF = "off"
DIGITS = 6
"""Significant digits of an amount of money in a sentence."""


class Explained(NamedTuple):
    """One key."""

    key: str
    value: str
    origin: str
    """`line 12`, or that it is Hummingbot's default."""
    unit: str
    effect: str


class Market(NamedTuple):
    """What the sentences are measured by. `price` None: nobody has said what it is."""

    base: str
    quote: str
    price: Decimal | None
    maker_fee: Decimal | None
    """A fraction: 0.0008 for 0.08 %."""


Words = Callable[[Any, Mapping[str, Any], Market], str]


def explain(loaded: Loaded, price: Decimal | None, maker_fee: Decimal | None = None) -> list[Explained]:
    """All keys in the order of Hummingbot's template."""
    traded = loaded.settings.market
    market = Market(traded.base, traded.quote, price, maker_fee)
    return [_one(key, loaded, market) for key in KEYS]


def _one(key: Key, loaded: Loaded, market: Market) -> Explained:
    value, line = loaded.values[key.name], loaded.lines.get(key.name)
    text = loaded.texts.get(key.name) or _shown(value)
    unit = "" if value is None else {"base": market.base, "quote": market.quote}.get(key.unit, key.unit)
    effect = _idle(key, loaded.values) or WORDS[key.name](value, loaded.values, market)
    return Explained(key.name, text, DEFAULT if line is None else f"line {line}", unit, effect)


def _shown(value: object) -> str:
    return "-" if value is None else str(value)


def _idle(key: Key, values: Mapping[str, Any]) -> str:
    """Why a key that belongs to another does nothing; empty when it does something."""
    if key.supported != "with":
        return ""
    parent = values[key.part_of]
    if key.part_of == "price_type":
        return "" if parent == "inventory_cost" else f"nothing, as price_type is {parent}"
    if key.part_of == "price_source":
        wanted = "custom_api" if "custom_api" in key.name else "external_market"
        return "" if parent == wanted else f"nothing, as price_source is {parent}"
    return "" if parent else f"nothing, as {key.part_of} is off"


# ---- numbers in sentences -------------------------------------------------------------------------------------------
def _number(value: Decimal) -> str:
    """Six significant digits, plainly."""
    digits = max(DIGITS - 1 - value.adjusted(), 0) if value else 0
    text = f"{value:.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _money(value: Decimal, market: Market) -> str:
    return f"{_number(value)} {market.quote}"


def _part(percent: Decimal, market: Market) -> str:
    """A percentage of the price as money; the percentage alone when the price is not known."""
    if market.price is None:
        return f"{_number(percent)} %"
    return _money(market.price * percent / _HUNDRED, market)


def _price(percent: Decimal, market: Market) -> str:
    """The price so far from the present one; the distance alone when that is not known."""
    if market.price is None:
        return f"{_number(percent)} %"
    return _money(market.price * (1 + percent / _HUNDRED), market)


def _worth(amount: Decimal, market: Market) -> str:
    return "" if market.price is None else f", worth {_money(amount * market.price, market)}"


def _at(percent: Decimal, market: Market) -> str:
    return "" if market.price is None else f", at about {_money(market.price * (1 + percent / _HUNDRED), market)}"


# ---- one sentence a key ---------------------------------------------------------------------------------------------
_LISTED = "nothing: the orders are listed one by one"


def _are_listed(get: Mapping[str, Any]) -> bool:
    return bool(get["split_order_levels_enabled"] or get["order_override"])


def _spread(word: str, sign: int) -> Words:
    def words(value: Decimal, get: Mapping[str, Any], market: Market) -> str:
        if _are_listed(get):
            return _LISTED
        return f"the first {word} stands {_part(value, market)} {'below' if sign < 0 else 'above'} the price{_at(sign * value, market)}"

    return words


def _minimum_spread(value: Decimal, get: Mapping[str, Any], market: Market) -> str:
    if value <= -_HUNDRED:
        return f"{_OFF}: no order is cancelled because the price has come near"
    if value < 0:
        return f"an order is cancelled once it stands {_part(-value, market)} on the wrong side of the price"
    return f"an order that is nearer to the price than {_part(value, market)} is cancelled"


def _tolerance(value: Decimal, get: Mapping[str, Any], market: Market) -> str:
    if value < 0:
        return f"{_OFF}: every refresh renews every order"
    if not value:
        return "orders stay at a refresh only where their new price is the old one"
    return f"orders stay at a refresh while each is within {_part(value, market)} of its new price"


def _amount(value: Decimal, get: Mapping[str, Any], market: Market) -> str:
    if _are_listed(get):
        return _for_skew(get)
    more = get["order_levels"] > 1 and get["order_level_amount"]
    return f"{'the first' if more else 'each'} order is of {_number(value)} {market.base}{_worth(value, market)}"


def _for_skew(get: Mapping[str, Any]) -> str:
    """Hummingbot reckons the range of the skew from the levels, even where others are quoted."""
    if not get["inventory_skew_enabled"]:
        return _LISTED
    return "it counts for inventory_range_multiplier alone: the orders are listed one by one"


def _bound(way: str, side: str) -> Words:
    def words(value: Decimal, get: Mapping[str, Any], market: Market) -> str:
        if value == -1:
            return _OFF
        now = ""
        if market.price is not None:
            reached = market.price >= value if way == "above" else market.price <= value
            now = "; so it is now" if reached else f"; now it is {_money(abs(value - market.price), market)} away"
        return f"no {side} while the price is at {_money(value, market)} or {way}{now}"

    return words


def _band(side: str, way: str) -> Words:
    def words(value: Decimal, get: Mapping[str, Any], market: Market) -> str:
        place = f"{_part(abs(value), market)} {'below' if value < 0 else 'above'} the price that the band was set at"
        return f"no {side} while the price is {place if value else 'where the band was set'}, or {way}"

    return words


def _switch(on: str, off: str = _OFF) -> Words:
    return lambda value, get, market: on if value else off


def _levels(value: int, get: Mapping[str, Any], market: Market) -> str:
    if _are_listed(get):
        return _for_skew(get)
    return f"{value} order{'s' if value != 1 else ''} on each side"


def _level_amount(value: Decimal, get: Mapping[str, Any], market: Market) -> str:
    if get["order_levels"] <= 1:
        return "nothing with one level"
    if _are_listed(get):
        return _for_skew(get)
    if not value:
        return "every level has the same amount"
    size = abs(value)
    return f"each level farther out has {_number(size)} {market.base} {'more' if value > 0 else 'less'}{_worth(size, market)}"


def _level_spread(value: Decimal, get: Mapping[str, Any], market: Market) -> str:
    if _are_listed(get):
        if get["split_order_levels_enabled"] or not get["order_optimization_enabled"]:
            return _LISTED
        return f"order_optimization_enabled puts each further order {_part(value, market)} farther from the price"
    if get["order_levels"] <= 1:
        return "nothing with one level"
    return f"each level farther out stands {_part(value, market)} farther from the price"


def _hanging_pct(value: Decimal, get: Mapping[str, Any], market: Market) -> str:
    return f"a hanging order goes when it is {_part(value, market)} from the price"


def _costs(value: bool, get: Mapping[str, Any], market: Market) -> str:  # noqa: FBT001  # a value of the file
    if not value:
        return _OFF
    if get["take_if_crossed"]:
        return "every price is moved out by the taker fee, as an order may take"
    if market.maker_fee is None:
        return "every price is moved out by the maker fee"
    return f"every price is moved out by the maker fee, {_part(market.maker_fee * _HUNDRED, market)}"


def _depth(side: str) -> Words:
    return lambda value, get, market: (
        f"the first {side} stands a tick before the {side} behind which {_number(value)} {market.base} rest"
        if value
        else f"the first {side} stands a tick before the best {side} of others"
    )


def _range(value: Decimal, get: Mapping[str, Any], market: Market) -> str:
    levels = get["order_levels"]
    a_side = levels * get["order_amount"] + levels * (levels - 1) * get["order_level_amount"] / 2
    width = value * a_side * 2
    return f"sizes lean fully to one side when the base is {_number(width)} {market.base}{_worth(width, market)}, or half of everything, off the target"


def _inventory_price(value: Decimal, get: Mapping[str, Any], market: Market) -> str:
    return f"the base at hand is taken to have cost {_money(value, market)} each, until fills tell more"


def _source(value: str, get: Mapping[str, Any], market: Market) -> str:
    if value == "external_market":
        return f"spreads are measured from {get['price_source_market']} at {get['price_source_exchange']}"
    if value == "custom_api":
        return f"spreads are measured from what {get['price_source_custom_api']} says"
    return "spreads are measured from the market that is traded"


def _type(value: str, get: Mapping[str, Any], market: Market) -> str:
    names = {
        "mid_price": "half way between best bid and best ask",
        "last_price": "the last trade of anybody",
        "last_own_trade_price": "the last order of this bot that filled",
        "best_bid": "the best bid",
        "best_ask": "the best ask",
        "inventory_cost": "the mid, but sells never below what the base has cost",
        "custom": "what the custom API says",
    }
    return f"the price is {names[value]}"


def _crossed(value: bool | None, get: Mapping[str, Any], market: Market) -> str:  # noqa: FBT001  # likewise
    if value:
        return "an order that would trade at once is sent all the same, and pays the taker fee"
    return "an order that would trade at once is not sent"


def _override(value: Mapping[str, Any] | None, get: Mapping[str, Any], market: Market) -> str:
    if not value:
        return _OFF
    if get["split_order_levels_enabled"]:
        return "nothing: split_order_levels_enabled takes its place"
    rows = [row for row in map(override_of, value.values()) if row is not None]
    listed = ", ".join(
        f"{row.side} {_number(row.amount)} at {_price(row.spread * (-1 if row.side is Side.BUY else 1) * _HUNDRED, market)}"
        for row in rows
    )
    return f"in place of levels and spreads: {listed or 'no orders at all'}"


def _listed_spreads(side: str, sign: int) -> Words:
    return lambda value, get, market: f"the {side}s stand at {', '.join(_price(sign * one, market) for one in value)}"


def _listed_amounts(side: str, spreads: str) -> Words:
    def words(value: list[Decimal], get: Mapping[str, Any], market: Market) -> str:
        used = value[: len(get[spreads])]
        left = f"; {len(value) - len(used)} left over" if len(value) > len(used) else ""
        return f"the {side}s are of {', '.join(map(_number, used))} {market.base}{_worth(sum(used, Decimal(0)), market)} together{left}"

    return words


def _says(text: str) -> Words:
    return lambda value, get, market: text.format(value=value, base=market.base, quote=market.quote)


WORDS: Mapping[str, Words] = {
    "template_version": _says("the version of Hummingbot's template that the file was written for"),
    "strategy": _says("the strategy of Hummingbot that the file is for"),
    "exchange": _says("orders go where --venue says, whatever stands here"),
    "market": _says("{base} is bought and sold for {quote}"),
    "bid_spread": _spread("bid", -1),
    "ask_spread": _spread("ask", 1),
    "minimum_spread": _minimum_spread,
    "order_refresh_time": _says("orders are looked at again and renewed every {value:g} s"),
    "max_order_age": _says("no order rests longer than {value:g} s"),
    "order_refresh_tolerance_pct": _tolerance,
    "order_amount": _amount,
    "price_ceiling": _bound("above", "buys"),
    "price_floor": _bound("below", "sells"),
    "moving_price_band_enabled": _switch(
        "a band is set around the price, and set anew after its time; see the next three"
    ),
    "price_ceiling_pct": _band("buys", "above"),
    "price_floor_pct": _band("sells", "below"),
    "price_band_refresh_time": _says("the moving band is set anew every {value:g} s"),
    "ping_pong_enabled": _switch("after a fill only the other side is quoted, until it fills too"),
    "inventory_skew_enabled": _switch("sizes lean towards the target share of the base currency"),
    "inventory_target_base_pct": _says("{value} % of everything is to be held in {base}"),
    "inventory_range_multiplier": _range,
    "inventory_price": _inventory_price,
    "order_levels": _levels,
    "order_level_amount": _level_amount,
    "order_level_spread": _level_spread,
    "filled_order_delay": _says("after a fill nothing new is sent for {value:g} s"),
    "hanging_orders_enabled": _switch("when one order of a pair fills, the other stays where it is"),
    "hanging_orders_cancel_pct": _hanging_pct,
    "order_optimization_enabled": _switch("the first order of each side is moved to just before the best of others"),
    "ask_order_optimization_depth": _depth("ask"),
    "bid_order_optimization_depth": _depth("bid"),
    "add_transaction_costs": _costs,
    "price_source": _source,
    "price_type": _type,
    "price_source_exchange": _says("whose prices are asked"),
    "price_source_market": _says("which market is asked about there"),
    "price_source_custom_api": _says("where a bare number is asked for"),
    "custom_api_update_interval": _says("it is asked every {value:g} s"),
    "take_if_crossed": _crossed,
    "order_override": _override,
    "split_order_levels_enabled": _switch("each level has a spread and an amount of its own"),
    "bid_order_level_spreads": _listed_spreads("bid", -1),
    "ask_order_level_spreads": _listed_spreads("ask", 1),
    "bid_order_level_amounts": _listed_amounts("bid", "bid_order_level_spreads"),
    "ask_order_level_amounts": _listed_amounts("ask", "ask_order_level_spreads"),
    "should_wait_order_cancel_confirmation": _says("nothing, as in Hummingbot: cancels are always waited for"),
}
