"""Every key has a sentence, and money in it is right."""

from decimal import Decimal
from pathlib import Path

from valr_maker.config.explain import WORDS, explain
from valr_maker.config.load import load
from valr_maker.config.schema import KEYS

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "conf_pure_mm_2.yml"
PRICE = Decimal("0.16")


def sentence(tmp_path, key, price=PRICE, **keys):
    text = EXAMPLE.read_text(encoding="utf-8").splitlines()
    lines = [f"{name}: {keys[name]}" if (name := line.partition(":")[0]) in keys else line for line in text]
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
