"""Rules of a pair: read from the exchange's rows, and the grid they span."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kit.messages import message

from valr_maker.market.pair import PairRules, read_pairs
from valr_maker.wire import rest


def rows(*changes: dict[str, str]) -> list[rest.Pair]:
    (doge,) = message("rest_pairs")
    return rest.decode(json.dumps([{**doge, **change} for change in changes]).encode(), list[rest.Pair])


def doge() -> PairRules:
    return PairRules.from_wire(rows({})[0])


def test_a_row_becomes_rules_in_our_words() -> None:
    """Steps as steps: one decimal place of base is a lot of 0.1."""
    rules = doge()
    assert (rules.symbol, rules.base, rules.quote, rules.active) == ("DOGEUSDT", "DOGE", "USDT", True)
    assert (rules.tick, rules.lot) == (Decimal("0.00001"), Decimal("0.1"))
    bounds = (rules.min_base, rules.max_base, rules.min_quote, rules.max_quote)
    assert bounds == (Decimal(4), Decimal(680000), Decimal("0.5"), Decimal(54000))


prices = st.decimals(min_value=0, max_value=10**7, places=10, allow_nan=False, allow_infinity=False)
steps = st.sampled_from([Decimal(text) for text in ("1", "10", "0.1", "0.5", "0.00001", "0.00000001", "0.025")])


@given(prices, steps, st.integers(0, 8))
def test_flooring_lands_on_the_grid_just_below(amount: Decimal, tick: Decimal, decimals: int) -> None:
    """A price or quantity is never rounded up, and never moved by a whole step."""
    (row,) = rows({"tickSize": str(tick), "baseDecimalPlaces": str(decimals)})
    rules = PairRules.from_wire(row)
    for floored, step in ((rules.floor_price(amount), tick), (rules.floor_quantity(amount), rules.lot)):
        assert floored % step == 0
        assert floored <= amount < floored + step
    assert rules.floor_price(rules.floor_price(amount)) == rules.floor_price(amount)


@pytest.mark.parametrize(
    "bad",
    [
        {"tickSize": "0"},
        {"tickSize": "-0.1"},
        {"baseDecimalPlaces": "-1"},
        {"baseDecimalPlaces": "many"},
        {"baseDecimalPlaces": "19"},
        {"baseDecimalPlaces": "99999999999999999999"},
    ],
    ids=str,
)
def test_a_bad_row_is_told_and_spoils_no_other(bad: dict[str, str]) -> None:
    """The pair nobody could trade by is left out with a sentence; the rest is as usable as before."""
    rules, told = read_pairs(rows({"symbol": "BTCZAR"}, {"symbol": "BADZAR", **bad}, {}))
    assert list(rules) == ["BTCZAR", "DOGEUSDT"]
    (sentence,) = told
    assert sentence.startswith("rules of BADZAR cannot be used")


def test_a_row_that_is_no_pair_at_all_spoils_no_other() -> None:
    """A field gone missing or turned into something else: the answer as a whole is still read."""
    answer = json.dumps([*message("rest_pairs"), {"symbol": "HALFZAR"}, 17]).encode()
    rules, told = read_pairs(rest.decode(answer, list[rest.RawRow]))
    assert list(rules) == ["DOGEUSDT"]
    assert len(told) == 2
    assert "HALFZAR" in told[0]


def test_order_types_are_believed_in_until_they_are_known() -> None:
    """None means not asked yet; SIMPLE-only pairs look active but take no limit orders."""
    rules = doge()
    assert rules.takes_limit_orders
    assert rules.takes_post_only
    simple = rules.with_order_types(["SIMPLE"])
    assert not simple.takes_limit_orders
    assert not simple.takes_post_only
    new = rules.with_order_types(["LIMIT_POST_ONLY"])
    assert new.takes_limit_orders
    assert rules.takes_taking
    assert not new.takes_taking
    plain = rules.with_order_types(["LIMIT", "MARKET"])
    assert plain.takes_taking
    assert plain.takes_limit_orders
    assert not plain.takes_post_only
