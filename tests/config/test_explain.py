"""Every key has a sentence, and money in it is right."""

import json
from decimal import Decimal
from pathlib import Path

from parity.scenario import scenario

from valr_maker.config.explain import WORDS, explain
from valr_maker.config.load import load
from valr_maker.config.schema import KEYS

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "conf_pure_mm_2.yml"
PRICE = Decimal("0.16")


def sentence(tmp_path, key, price=PRICE, **keys):
    text = EXAMPLE.read_text(encoding="utf-8").splitlines()
    lines = [f"{name}: {keys[name]}" if (name := line.partition(":")[0]) in keys else line for line in text]
    assert keys.keys() <= {line.partition(":")[0] for line in text}
    conf = tmp_path / "conf.yml"
    conf.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return next(row.effect for row in explain(load(conf), price, Decimal("0.0008")) if row.key == key)


def test_no_key_is_without_a_sentence():
    assert set(WORDS) == {key.name for key in KEYS}
    assert [row.key for row in explain(load(EXAMPLE), PRICE)] == [key.name for key in KEYS]
    assert all(row.effect for row in explain(load(EXAMPLE), None))


def test_money_is_the_keys_share_of_the_price(tmp_path):
    assert "0.0016 USDT below the price, at about 0.1584 USDT" in sentence(tmp_path, "bid_spread")
    assert sentence(tmp_path, "order_amount", order_amount="50") == "each order is of 50 DOGE, worth 8 USDT"
    assert sentence(tmp_path, "price_ceiling", price_ceiling="0.2").endswith("; now it is 0.04 USDT away")
    assert "0.000128 USDT" in sentence(tmp_path, "add_transaction_costs", add_transaction_costs="True")
    assert "0.0008 USDT of its new price" in sentence(
        tmp_path, "order_refresh_tolerance_pct", order_refresh_tolerance_pct="0.5"
    )


def test_off_is_off(tmp_path):
    assert sentence(tmp_path, "minimum_spread", minimum_spread="-100").startswith("off")
    assert sentence(tmp_path, "price_floor") == "off"
    assert sentence(tmp_path, "order_refresh_tolerance_pct", order_refresh_tolerance_pct="-1").startswith("off")


def test_a_key_that_does_nothing_says_so_and_why(tmp_path):
    assert sentence(tmp_path, "price_ceiling_pct") == "nothing, as moving_price_band_enabled is off"
    assert sentence(tmp_path, "order_level_spread") == "nothing with one level"
    assert sentence(tmp_path, "inventory_price") == "nothing, as price_type is mid_price"


def test_without_a_price_there_are_percentages(tmp_path):
    assert sentence(tmp_path, "ask_spread", price=None) == "the first ask stands 1 % above the price"


SPLIT = {
    "split_order_levels_enabled": "True",
    "bid_order_level_spreads": "0.5,1,2",
    "bid_order_level_amounts": "10,20",
    "ask_order_level_spreads": "5",
    "ask_order_level_amounts": "10,20,30",
}


def test_orders_that_are_listed_one_by_one_take_the_place_of_levels_and_spreads(tmp_path):
    assert sentence(tmp_path, "bid_order_level_spreads", **SPLIT) == (
        "the bids stand at 0.1592 USDT, 0.1584 USDT, 0.1568 USDT"
    )
    assert sentence(tmp_path, "ask_order_level_spreads", price=None, **SPLIT) == "the asks stand at 5 %"
    assert sentence(tmp_path, "bid_order_level_amounts", **SPLIT) == (
        "the bids are of 10, 20 DOGE, worth 4.8 USDT together"
    )
    assert sentence(tmp_path, "ask_order_level_amounts", **SPLIT).endswith("together; 2 left over")
    for key in ("bid_spread", "ask_spread", "order_amount", "order_levels", "order_level_spread"):
        assert sentence(tmp_path, key, **SPLIT) == "nothing: the orders are listed one by one"
    rows = "{a: [buy, 0.5, 40], b: [hold, 1, 1], c: [sell, 25, 30]}"
    assert sentence(tmp_path, "order_override", order_override=rows) == (
        "in place of levels and spreads: buy 40 at 0.1592 USDT, sell 30 at 0.2 USDT"
    )


def test_what_a_listed_file_still_reads_of_its_levels_says_for_what(tmp_path):
    """Hummingbot reckons the skew's range from the levels, and the optimisation's distances from the level spread."""
    skewed = SPLIT | {"inventory_skew_enabled": "True", "order_levels": "2"}
    for key in ("order_amount", "order_levels", "order_level_amount"):
        assert "inventory_range_multiplier alone" in sentence(tmp_path, key, **skewed)
    listed = {"order_override": "{a: [buy, 0.5, 40]}", "order_optimization_enabled": "True"}
    assert "each further order 0.0016 USDT farther" in sentence(tmp_path, "order_level_spread", **listed)


def test_the_range_of_the_skew_is_that_of_a_whole_round(tmp_path):
    """Three levels of 100, 120 and 140 on both sides, ten times over."""
    conf = {"inventory_skew_enabled": "True", "inventory_range_multiplier": "10", "order_levels": "3"}
    words = sentence(tmp_path, "inventory_range_multiplier", order_amount="100", order_level_amount="20", **conf)
    assert words.startswith("sizes lean fully to one side when the base is 7200 DOGE, worth 1152 USDT")


def test_which_way_a_number_points_is_said_in_words(tmp_path):
    band = {"moving_price_band_enabled": "True"}
    assert "is 0.0032 USDT above the price that" in sentence(
        tmp_path, "price_ceiling_pct", price_ceiling_pct="2", **band
    )
    assert "is 0.0032 USDT below the price that" in sentence(tmp_path, "price_floor_pct", price_floor_pct="-2", **band)
    assert sentence(tmp_path, "price_ceiling", price_ceiling="0.16") == (
        "no buys while the price is at 0.16 USDT or above; so it is now"
    )
    assert "0.0016 USDT on the wrong side" in sentence(tmp_path, "minimum_spread", minimum_spread="-1")
    smaller = {"order_levels": "2", "order_level_amount": "-1"}
    assert "has 1 DOGE less, worth 0.16 USDT" in sentence(tmp_path, "order_level_amount", **smaller)
    crossing = {"add_transaction_costs": "True", "take_if_crossed": "True"}
    assert "the taker fee" in sentence(tmp_path, "add_transaction_costs", **crossing)


def test_any_file_has_a_sentence_for_every_key_with_and_without_a_price(tmp_path):
    """The files of parity's random scenarios: every key, off and on, written in many ways."""
    conf = tmp_path / "conf.yml"
    lists = {key.name: "1" for key in KEYS if key.part_of == "split_order_levels_enabled"}
    for seed in range(150):
        keys = lists | scenario(seed, steps=1)["conf"]
        lines = (f"{key}: {json.dumps(value) if isinstance(value, dict) else value}" for key, value in keys.items())
        conf.write_text("\n".join(lines) + "\n", encoding="utf-8")
        for price in (None, PRICE):
            assert all(row.effect and "None" not in row.effect for row in explain(load(conf), price, Decimal("0.001")))
