"""Every key as people may write it: what Hummingbot's own reader made of each text, against ours (no Hummingbot needed)."""

import json
from pathlib import Path

from parity import config_values
from parity.scenario import ALL_KEYS

PAGE = (Path(__file__).parents[2] / "docs" / "parity.md").read_text(encoding="utf-8")


def test_every_key_is_read_as_hummingbot_reads_it_or_refused_for_a_reason_on_the_page(tmp_path: Path):
    apart, reasons = {}, set()
    for key, text, wanted in config_values.read():
        found = config_values.ours(key, text, tmp_path / "conf.yml")
        why = config_values.differs(key, text, wanted, found)
        if why == "":
            apart[key, text] = (wanted, found)
        elif why is not None:
            reasons.add(why)
    assert not apart
    assert reasons == set(config_values.REASONS)
    assert [reason for reason in reasons if reason not in PAGE] == []
    assert f"{len(config_values.WRITTEN)} ways to write a value, for each of {len(ALL_KEYS)} keys" in PAGE


def test_a_reader_that_means_something_else_is_caught():
    """Another value is never meant, whatever the reason to refuse would have been."""
    assert config_values.differs("order_levels", "5.5", 5.0, 5.0) is None
    assert config_values.differs("order_levels", "5.5", 5.0, config_values.REFUSED) == config_values.FRACTION
    assert config_values.differs("order_levels", "5.5", 5.0, 6.0) == ""
    assert config_values.differs("bid_spread", "5.5", 5.5, config_values.REFUSED) == ""
    assert config_values.differs("bid_spread", "100", config_values.REFUSED, 100.0) == ""


def test_the_file_says_who_made_it_and_how_it_is_remade():
    head = json.loads(config_values.FILE.read_text(encoding="utf-8"))
    assert head["made by"].startswith("hummingbot 2026")
    assert head["remade by"].startswith("make parity-record ")
    assert set(head["values"]) == set(ALL_KEYS)
