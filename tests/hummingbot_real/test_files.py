"""Files that `config new` and `config upgrade` write, read by Hummingbot's own code: nothing rewritten, nothing meant otherwise."""

import asyncio
import warnings
from pathlib import Path

import hummingbot
import pytest

from valr_maker.config.load import load
from valr_maker.config.new import filled
from valr_maker.config.read import read
from valr_maker.config.schema import KEYS
from valr_maker.config.upgrade import upgraded

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # its connectors use what pydantic deprecates
    from hummingbot.client.config import config_helpers
    from hummingbot.strategy.pure_market_making.pure_market_making_config_map import (
        pure_market_making_config_map as theirs,
    )

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
TEMPLATE = Path(hummingbot.__file__).parent / "templates" / "conf_pure_market_making_strategy_TEMPLATE.yml"
ANSWERS = {
    "exchange": "valr", "market": "DOGE-USDT", "bid_spread": "0.7", "ask_spread": "0.8", "order_refresh_time": "20.0",
    "order_amount": "5.0", "ping_pong_enabled": "True",
}  # fmt: skip
OLD = """\
template_version: 12
strategy: pure_market_making
exchange: valr
market: DOGE-USDT
bid_spread: 0.7
ask_spread: 0.8  # wide
expiration_seconds: 1800
order_refresh_time: 20
order_amount: 5
order_override:
  order_1: [buy, 0.5, 100]
price_source: custom_api
price_source_custom_api: https://prices.example/doge
price_type: custom
"""


def read_by_hummingbot(conf: Path, monkeypatch) -> dict[str, object]:
    """Every value as Hummingbot has it once it has read the file."""
    monkeypatch.setattr(config_helpers, "save_to_yml", lambda *_: None)  # its own settings, not this file
    for variable in theirs.values():
        monkeypatch.setattr(variable, "value", None)
    asyncio.run(config_helpers.load_yml_into_cm_legacy(str(conf), str(TEMPLATE), theirs))
    return {key: variable.value for key, variable in theirs.items()}


def ours(conf: Path) -> dict[str, object]:
    return {key: value for key, value in load(conf).values.items() if key != "template_version"}


def test_our_keys_are_those_of_its_template_in_its_order_with_its_defaults():
    lines = TEMPLATE.read_text(encoding="utf-8").splitlines()
    assert [key.name for key in KEYS] == [line.partition(":")[0] for line in lines if line[:1].isalpha()]
    defaults = {key.name: key.default for key in KEYS if key.name in theirs and not key.required}
    assert defaults == {name: theirs[name].default for name in defaults}


def test_a_new_file_is_read_as_it_is_and_means_there_what_it_means_here(tmp_path, monkeypatch):
    conf = tmp_path / "conf_pure_mm_1.yml"
    conf.write_text(filled(ANSWERS), encoding="utf-8")
    before = conf.read_bytes()
    assert read_by_hummingbot(conf, monkeypatch) == ours(conf)
    assert conf.read_bytes() == before, "Hummingbot had nothing to migrate"


def test_our_upgrade_means_what_hummingbots_own_migration_makes_of_the_file(tmp_path, monkeypatch):
    """The same old file twice: once rewritten by Hummingbot, once by us."""
    theirs_file, ours_file = tmp_path / "theirs.yml", tmp_path / "ours.yml"
    for conf in (theirs_file, ours_file):
        conf.write_text(OLD, encoding="utf-8")
    migrated = read_by_hummingbot(theirs_file, monkeypatch)
    assert "template_version: 24" in theirs_file.read_text(encoding="utf-8"), "it has rewritten the file"
    ours_file.write_text(upgraded(OLD, read(ours_file)).text, encoding="utf-8")
    before = ours_file.read_bytes()
    assert read_by_hummingbot(ours_file, monkeypatch) == migrated
    assert ours_file.read_bytes() == before
    assert ours(ours_file) == migrated
