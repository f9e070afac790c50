"""Sixty corners of Hummingbot's pure market making, each the smallest scenario that shows it.

`make parity-record` lets the real Hummingbot write down what it does in each; what it did lies in traces/cases.json,
and test_corner_cases.py holds our strategy to it without Hummingbot.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from parity.exchange import Scenario
from parity.shrink import CALM


class Case(NamedTuple):
    """One corner: its number in the list of corners (with a letter where one has several), and a sentence."""

    number: str
    sentence: str
    scenario: Scenario

    @property
    def name(self) -> str:
        """As pytest shows it."""
        return f"{self.number} {self.sentence}"


CONF = {
    "strategy": "pure_market_making",
    "exchange": "valr",
    "market": "BTC-ZAR",
    "bid_spread": "0.5",
    "ask_spread": "0.5",
    "order_refresh_time": "15",
    "order_amount": "0.01",
    "filled_order_delay": "10",
}
ALWAYS = {"order_refresh_tolerance_pct": "-1"}
"""Replaced at every refresh, however little the price has moved."""
BOOK = "book 999500 1000500 10 100 0.5"
"""The middle is 1,000,000; ten rows of 0.5, 1.5, 0.25, 1 and 2.5 a side, 100 apart."""
FUNDS = {"base": "5", "quote": "10000000", "base_held": "0", "quote_held": "0"}
FEES = {"maker": "0.0018", "taker": "0.0035"}
GRID = {"tick": "1", "lot": "0.00000001", "min_base": "0", "min_quote": "0"}


def market(middle: float, tick: int = 1) -> str:
    """A book around another middle."""
    return f"book {middle - 500 * tick:.10g} {middle + 500 * tick:.10g} 10 100 0.5"


def case(
    number: str,
    sentence: str,
    conf: Mapping[str, Any] | None = None,
    events: Mapping[int, Sequence[str] | str] | None = None,
    ticks: int = 20,
    **world: Any,
) -> Case:
    """A scenario from what is particular about it. `events` by tick; without a book of its own it begins with BOOK."""
    steps: list[list[str]] = [[] for _ in range(ticks)]
    for tick, what in (events or {}).items():
        steps[tick - 1] += [what] if isinstance(what, str) else what
    if not any(event.startswith("book") for event in steps[0]):
        steps[0].insert(0, BOOK)
    scenario = {**CALM, "funds": FUNDS, "fees": FEES, "grid": GRID, **world}
    for key in ("funds", "fees", "grid"):
        scenario[key] = {**{"funds": FUNDS, "fees": FEES, "grid": GRID}[key], **scenario[key]}
    scenario |= {"conf": {**CONF, **(conf or {})}, "steps": steps}
    return Case(number, sentence, scenario)


def cases() -> Iterator[Case]:
    """All of them."""
    yield from _reference()
    yield from _proposal()
    yield from _modifiers()
    yield from _budget_and_filter()
    yield from _timing()
    yield from _hanging()


def _reference() -> Iterator[Case]:
    yield case("1", "a middle on half a tick is not floored", {"bid_spread": "0.50004"},
               {1: "book 999500 1000501 10 100 0.5"}, 3)  # fmt: skip
    yield case("2", "a best ask off the grid is floored to the tick first", {"bid_spread": "0.50008"},
               {1: "book 999500 1000501.9 10 100 0.5"}, 3)  # fmt: skip
    for letter, kind in (("a", "best_bid"), ("b", "best_ask")):
        yield case(f"3{letter}", f"{kind} as the reference", {"price_type": kind}, {16: market(1_003_000)}, 20)
    yield case("4", "without bids nothing is quoted, and quoting begins when there are some", {},
               {1: "book - 1000500 10 100 0.5", 5: BOOK}, 8)  # fmt: skip
    yield case("5", "when the asks vanish every tick ends in an exception until the refresh has cancelled", {},
               {3: "book 999500 - 10 100 0.5", 20: BOOK}, 40)  # fmt: skip
    yield case("6", "a book that empties altogether", {}, {3: "book - - 10 100 0.5", 20: BOOK}, 40)
    yield case(
        "7", "last_price before any trade is the middle", {"price_type": "last_price"}, {18: "trade 1001000"}, 40
    )
    yield case("8", "last_price is the double's own expansion, not its text", {"price_type": "last_price", "bid_spread": "50"},
               {1: ["book 0.0000001 0.0000003 10 1 5", "trade 0.0000002"]}, 20,
               grid={"tick": "0.0000000001", "lot": "0.01"}, funds={"base": "1000", "quote": "1000"})  # fmt: skip
    yield case("9", "last_own_trade_price is the middle until the first complete fill", {"price_type": "last_own_trade_price"},
               {4: "fill S0 0.5", 6: "fill S0 1", 20: market(1_002_000)}, 50)  # fmt: skip
    yield case("10", "prices of an external market are cut to seven digits",
               {"price_source": "external_market", "price_source_exchange": "binance", "price_source_market": "BTC-ZAR"},
               {1: "other 999512.345678 1000587.987654"}, 20, grid={"tick": "0.001"})  # fmt: skip
    yield case("10b", "and to ten decimals", {"price_source": "external_market", "price_source_exchange": "binance",
               "price_source_market": "BTC-ZAR", "bid_spread": "50", "order_amount": "5"},
               {1: ["book 0.00001 0.00003 5 1 100", "other 0.0000213333399 0.0000213333399"]}, 3,
               grid={"tick": "0.00000000001", "lot": "1"}, funds={"base": "1000", "quote": "1000"})  # fmt: skip
    yield case("11", "a custom price of zero", {"price_source": "custom_api", "price_type": "custom",
               "price_source_custom_api": "http://prices.invalid"}, {4: "api 1000321.5", 25: "api down"}, 40)  # fmt: skip
    yield case(
        "12a",
        "inventory_cost without a record but with base: an exception every tick",
        {"price_type": "inventory_cost"},
        {},
        6,
    )
    yield case("12b", "inventory_cost without a record and without base quotes around the middle",
               {"price_type": "inventory_cost"}, {5: "fill B0 1"}, 30, funds={"base": "0"})  # fmt: skip
    yield case("13", "a cost above the middle lifts the sells alone", {"price_type": "inventory_cost"}, {4: "fill B0 1", 30: "fill S0 1"},
               60, cost=("2", "2020000"))  # fmt: skip
    yield case("13a", "a cost below the middle lifts nothing", {"price_type": "inventory_cost"}, {}, 20,
               cost=("2", "1980000"))  # fmt: skip
    for letter, coin in (("b", "BTC"), ("c", "ZAR"), ("d", "BNB")):
        yield case(f"13{letter}", f"what a fee in {coin} does to the cost", {"price_type": "inventory_cost"},
                   {4: "fill B0 1", 20: "fill B0 1", 36: "fill S0 0.5"}, 70, cost=("0.01", "10100"),
                   fill_fees=[(coin, "0.01")], fees={"maker": "0.02"})  # fmt: skip
    yield case("13e", "an inventory that is sold out has no cost, and without base none is needed", {**ALWAYS, "price_type": "inventory_cost"},
               {4: "fill S0 1"}, 30, cost=("0.01", "10100"), funds={"base": "0.01"})  # fmt: skip


def _proposal() -> Iterator[Case]:
    levels = {"order_levels": "3", "order_level_spread": "0.2"}
    yield case("14", "no levels, no orders", {"order_levels": "0"}, {}, 5)
    yield case(
        "15",
        "a negative level amount drops the levels that it takes to zero and below",
        {**levels, "order_levels": "4", "order_level_amount": "-0.005"},
        {},
        20,
    )
    yield case(
        "16",
        "bids at zero and below are sent",
        {"bid_spread": "99", "order_levels": "3", "order_level_spread": "1"},
        {},
        20,
    )
    override = {"a": ["buy", "0.5", "0.02"], "b": ["hold", 1, 1], "c": ["sell", "1.25", "0.03"], "d": ["Sell", 1, 1]}
    yield case(
        "17", "an override of another side than buy or sell is passed over", {"order_override": override}, {}, 20
    )
    override = {"a": ["buy", 0.5, 0.03], "b": ["buy", "0.75", "0.01"], "c": ["sell", 1, "0.030000000009"]}
    yield case("18", "overrides may be numbers or text", {"order_override": override}, {}, 20)
    split = {
        "split_order_levels_enabled": "True", "bid_order_level_spreads": "1,2,3", "bid_order_level_amounts": "0.01,0.02",
        "ask_order_level_spreads": "1", "ask_order_level_amounts": "0.03,0.04",
    }  # fmt: skip
    yield case("19", "of split levels the shorter list counts", split, {}, 20)
    yield case("20", "an amount below the lot is no order", {"order_amount": "0.04", "order_levels": "2", "order_level_amount": "0.07"},
               {}, 20, grid={"lot": "0.1"})  # fmt: skip
    yield case("21", "a price below the tick is zero, and sent", {"bid_spread": "60"}, {1: "book 0.9 1.9 5 1 100"}, 20,
               funds={"base": "1000", "quote": "1000"})  # fmt: skip


def _modifiers() -> Iterator[Case]:
    yield case(
        "22", "at the ceiling exactly there are no buys", {"price_ceiling": "1000000"}, {17: market(999_998)}, 40
    )
    yield case("23", "at the floor exactly there are no sells", {"price_floor": "1000000"}, {17: market(1_000_002)}, 40)
    yield case("24", "a ceiling cannot be compared with no price: an exception, and nothing is cancelled", {"price_ceiling": "1100000"},
               {3: "book 999500 - 10 100 0.5", 30: BOOK}, 40)  # fmt: skip
    band = {
        "moving_price_band_enabled": "True", "price_ceiling_pct": "1", "price_floor_pct": "-1",
        "price_band_refresh_time": "60", "order_refresh_time": "5",
    }  # fmt: skip
    yield case("25", "the moving band is set at the first proposal and again after its time, on ticks with a proposal alone", band,
               {2: market(1_012_000), 40: "fill S0 1", 90: market(1_000_000)}, 130)  # fmt: skip
    levels = {
        **ALWAYS,
        "ping_pong_enabled": "True",
        "order_levels": "3",
        "order_level_spread": "0.1",
        "filled_order_delay": "2",
    }
    yield case("26", "ping pong leaves out the level nearest the market", levels, {2: "fill B0 1"}, 25)
    yield case("27", "ping pong forgets when both sides have filled as often", levels,
               {2: "fill B0 1", 8: "fill S0 1", 14: "fill S1 1", 15: "fill S0 1"}, 40)  # fmt: skip
    best = {"order_optimization_enabled": "True"}
    yield case("28", "a book thinner than the depth: an exception every tick, nothing is quoted or cancelled",
               {**best, "bid_order_optimization_depth": "1000"}, {}, 10)  # fmt: skip
    for letter, depth, words in (
        ("a", "1.2", "all of them would move the orders, and the last does not"),
        ("b", "1.5", "the first or none would leave them, and the last does not"),
    ):
        yield case(f"29{letter}", f"the depth is deepened by the last own order alone: {words}",
                   {**best, "bid_spread": "0.01", "ask_spread": "0.01", "order_levels": "3", "order_level_spread": "0.1",
                    "order_level_amount": "0.3", "order_refresh_time": "5", "order_refresh_tolerance_pct": "0.005",
                    "bid_order_optimization_depth": depth, "ask_order_optimization_depth": depth}, {}, 30)  # fmt: skip
    yield case("30", "levels of the best price are not put on the grid, and are compared as they are",
               {**best, "order_levels": "3", "order_level_spread": "0.0137", "order_refresh_time": "5", "order_refresh_tolerance_pct": "0.00005"},
               {8: "book 999501 1000501 10 100 0.5"}, 30)  # fmt: skip
    yield case("26b", "ping pong counts the levels that are left after amounts below the lot",
               {**levels, "order_amount": "0.05", "order_level_amount": "0.1"}, {2: "fill B0 1"}, 30, grid={"lot": "0.1"},
               funds={"base": "50"})  # fmt: skip
    split = {
        **best, "split_order_levels_enabled": "True", "ping_pong_enabled": "True", "filled_order_delay": "2",
        "bid_order_level_spreads": "1,2,4", "bid_order_level_amounts": "0.01,0.02,0.03",
        "ask_order_level_spreads": "1,3,4", "ask_order_level_amounts": "0.01,0.02,0.03",
    }  # fmt: skip
    yield case(
        "31",
        "split levels keep the spreads of the full list after ping pong has left some out",
        split,
        {3: "fill B0 1"},
        20,
    )
    yield case("32", "a proposal inside the best prices jumps ahead of them no further than it wanted",
               {**best, "bid_spread": "0.01", "ask_spread": "0.01"}, {}, 20)  # fmt: skip
    yield case(
        "32b", "a proposal behind the best prices stays where it wanted to be", {**best, "ask_spread": "0.06"}, {}, 20
    )
    for letter, post_only in (("a", True), ("b", False)):
        yield case(f"33{letter}", f"transaction costs are a {'maker' if post_only else 'taker'}'s", {"add_transaction_costs": "True"}, {},
                   20, maker_type=post_only)  # fmt: skip
    skew = {"inventory_skew_enabled": "True", "inventory_range_multiplier": "400"}
    for letter, funds, more, words in (
        ("a", {"base": "10"}, {}, "at the target"),
        ("b", {"base": "2"}, {"inventory_range_multiplier": "200"}, "at its lower limit"),
        ("c", {"base": "18"}, {"inventory_range_multiplier": "200"}, "at its upper limit"),
        ("d", {"base": "0"}, {}, "without base"),
        ("e", {"quote": "0"}, {}, "without quote"),
        ("f", {}, {"inventory_target_base_pct": "0"}, "with target 0"),
        ("g", {"base": "10", "quote": "4000000"}, {"inventory_target_base_pct": "100"}, "with target 100"),
        ("h", {"base": "15"}, {"inventory_range_multiplier": "100000"}, "with a range beyond half of everything"),
        (
            "i",
            {"base": "7.123"},
            {"order_levels": "3", "order_level_amount": "0.007", "inventory_range_multiplier": "40"},
            "between",
        ),
    ):
        yield case(f"34{letter}", f"inventory skew {words}", {**skew, **more}, {}, 3, funds=funds)
    yield case("35", "inventory skew counts what hangs", {**skew, "hanging_orders_enabled": "True", "order_amount": "1",
               "inventory_range_multiplier": "3"}, {3: "fill B0 1"}, 40)  # fmt: skip


def _budget_and_filter() -> Iterator[Case]:
    need = {"base": "0.01", "quote": "9984.8250"}  # 995000 x 0.01 x 1.0035 is 9984.825
    yield case("36", "money that suffices exactly suffices", {}, {}, 3, funds=need)
    levels = {"order_levels": "2", "order_level_spread": "0.2"}
    yield case("37", "the second level gets what is left, and the third nothing", {**levels, "order_levels": "3"}, {}, 3,
               funds={"base": "0.0144", "quote": "12000"})  # fmt: skip
    yield case("38", "money below zero funds nothing", levels, {}, 5, funds={"base": "-1", "quote": "-5"})
    yield case("39", "after a partial fill the whole order counts as money again",
               {**levels, "order_refresh_tolerance_pct": "0.5"}, {4: ["fill S0 0.5", "fill S1 0.5"]}, 40,
               funds={"base": "0.02"})  # fmt: skip
    yield case("40", "a balance that comes later than the confirmed cancel funds nothing yet", ALWAYS, {}, 40,
               funds={"base": "0.01", "quote": "9990"}, balance_lag=2)  # fmt: skip
    yield case("41", "the budget of a post-only order pays a taker's fee", {}, {}, 3, funds={"quote": "9967"})
    yield case(
        "42", "orders below the pair's minimum are sent and refused every cycle", {}, {}, 60, grid={"min_base": "0.02"}
    )
    cross = {"price_source": "custom_api", "price_type": "custom", "price_source_custom_api": "http://prices.invalid"}
    yield case(
        "43",
        "a buy at the best ask is not sent, and one a tick below is",
        cross,
        {1: "api 1005528", 20: "api 1005527"},
        40,
    )
    yield case(
        "43a",
        "a sell at the best bid is not sent, and one a tick above is",
        cross,
        {1: "api 994528", 20: "api 994529"},
        40,
    )
    yield case("43b", "a price from elsewhere that crosses the book is left out", cross, {1: "api 1010000"}, 20)
    yield case("44", "take_if_crossed sends what crosses, as a plain limit order", {**cross, "take_if_crossed": "True"},
               {1: "api 1010000"}, 30, cross_fill="1", post_only=True)  # fmt: skip
    yield case("45", "an empty side filters nothing", cross, {1: ["api 1010000", "book 999500 - 10 100 0.5"]}, 20)


def _timing() -> Iterator[Case]:
    for letter, lag in (("a", 1), ("b", 2), ("c", 0)):
        yield case(
            f"46{letter}",
            f"refreshed after its time and the {lag} ticks that the cancel takes",
            ALWAYS,
            {},
            40,
            cancel_lag=[lag],
        )
    yield case("47", "a refresh time between two seconds", {**ALWAYS, "order_refresh_time": "5.5"}, {}, 30)
    for move, words in (
        (2000, "at the tolerance keeps"),
        (2001, "beyond the tolerance replaces"),
        (1999, "below the tolerance keeps"),
    ):
        yield case(f"48-{move}", f"a move {words}", {"order_refresh_tolerance_pct": "0.2", "order_refresh_time": "5"},
                   {3: market(1_000_000 + move), 14: market(1_003_000)}, 25)  # fmt: skip
    yield case("49", "another number of orders than planned is never within the tolerance",
               {"order_refresh_tolerance_pct": "5", "order_levels": "2", "order_level_spread": "0.1"}, {}, 40, refuse="0001")  # fmt: skip
    for letter, delay in (("a", "5"), ("b", "20")):
        yield case(f"50{letter}", f"a fill with {delay} s of delay and 9 s to the refresh", {"filled_order_delay": delay,
                   "order_refresh_tolerance_pct": "5"}, {7: "fill B0 1"}, 60)  # fmt: skip
    yield case("51", "every fill begins the delay anew", {"order_levels": "2", "order_level_spread": "0.1"},
               {3: "fill B0 1", 7: "fill B0 1"}, 40)  # fmt: skip
    yield case(
        "52",
        "a fill between two ticks happens at the time of the last",
        {"filled_order_delay": "0.5"},
        {3: "fill B0 1"},
        30,
    )
    yield case("53a", "one side refused: nothing new before the refresh of the other", {}, {}, 40, refuse="10")
    yield case("53b", "both sides refused: nothing new before the refresh time", {}, {}, 40, refuse="1100")
    yield case("54", "a lost cancel is asked for again after 61 s and blocks until then", ALWAYS, {}, 150, lose="10")
    yield case("54b", "cancels that are always lost", ALWAYS, {}, 150, lose="1")
    yield case("55", "an age limit below the refresh time leaves the book empty until the refresh",
               {"max_order_age": "5", "order_refresh_time": "30"}, {}, 70)  # fmt: skip
    yield case("56", "what the minimum spread took away stays away until the refresh", {"minimum_spread": "0.4"},
               {3: market(1_002_000)}, 40)  # fmt: skip
    yield case("56b", "when it took both sides the book is empty until the refresh", {"minimum_spread": "0.6"}, {}, 40)
    yield case("57", "a connector that is not ready is waited for once, and never again", {},
               {6: "ready 1", 10: "ready 0", 12: market(1_005_000)}, 40, ready=False)  # fmt: skip
    yield case("58", "two ticks a second", {"order_refresh_time": "3"}, {5: "fill B0 1"}, 60, tick_s=0.5)


def _hanging() -> Iterator[Case]:
    hang = {"hanging_orders_enabled": "True", "filled_order_delay": "3"}
    yield case("59a", "the unfilled half of a pair hangs from the refresh on, and is taken away far from the price",
               {**hang, "hanging_orders_cancel_pct": "1"}, {3: "fill B0 1", 12: market(990_000)}, 40)  # fmt: skip
    yield case("59b", "a hanging order beyond its age is renewed at its price", {**hang, "max_order_age": "20", "order_refresh_time": "8"},
               {3: "fill B0 1"}, 70)  # fmt: skip
    yield case("59c", "two that hang with one price and size are one", {**hang, "filled_order_delay": "2", "order_refresh_time": "6"},
               {3: "fill B0 1", 8: "fill B0 1"}, 40)  # fmt: skip
    yield case("59d", "when both sides fill, the next sells are put to the pairs of before", hang,
               {3: ["fill B0 1", "fill S0 1"], 10: "fill B0 1"}, 60)  # fmt: skip
    yield case("59e", "a level without a partner never hangs", {**hang, "order_levels": "2", "order_level_spread": "0.2"},
               {3: "fill B0 1", 4: "fill B0 1"}, 60, funds={"base": "0.01"})  # fmt: skip
    yield case("59k", "nor does an order of the other side without a partner there", {**hang, "order_levels": "2", "order_level_spread": "0.2"},
               {3: "fill B1 1", 20: "fill S0 1"}, 60, funds={"base": "0.01"})  # fmt: skip
    yield case("59l", "a hanging order exactly at its cancel distance stays", {**hang, "hanging_orders_cancel_pct": "0.5"},
               {3: "fill B0 1", 30: "book 999500 1000499 10 100 0.5"}, 40)  # fmt: skip
    for letter, first in (("f", "strategy"), ("g", "tracker")):
        yield case(f"59{letter}", f"a hanging order fills, and the {first} hears of it first", hang,
                   {3: "fill B0 1", 20: "fill S0 1"}, 60, first=first)  # fmt: skip
    yield case("59h", "orders from before the start hang at once", hang, {20: market(890_000)}, 40,
               restored=[(False, "1008000", "0.02", 100), (True, "990000", "0.01", 5)])  # fmt: skip
    yield case("59i", "a lost cancel of a hanging order blocks new orders for good", {**hang, "hanging_orders_cancel_pct": "1"},
               {3: "fill B0 1", 12: market(990_000)}, 150, lose="1")  # fmt: skip
    yield case("59j", "hanging orders with ping pong and levels", {**hang, "ping_pong_enabled": "True", "order_levels": "3",
               "order_level_spread": "0.1"}, {3: ["fill B0 1", "fill B0 1"], 15: "fill S1 1", 30: "fill S0 1"}, 90)  # fmt: skip
    yield case("60a", "cancels confirmed within the request", {"order_refresh_tolerance_pct": "0.1", "order_refresh_time": "5"},
               {12: market(1_004_000), 20: "fill B0 1"}, 50, cancel_lag=[0], create_lag=[0])  # fmt: skip
    yield case("60b", "renewed within the request a hanging order is gone, and its like later does not hang",
               {**hang, "max_order_age": "10", "order_refresh_time": "8"}, {3: "fill B0 1", 20: "fill B0 1"}, 60,
               cancel_lag=[0], create_lag=[0])  # fmt: skip
