"""An older file in today's template: every key there, every line of the person's kept, nothing else meant."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from valr_maker.config.load import Loaded, load
from valr_maker.config.read import read
from valr_maker.config.schema import KEYS, RETIRED
from valr_maker.config.upgrade import Upgraded, is_current, upgraded

EXAMPLE = (Path(__file__).parent.parent.parent / "examples" / "conf_pure_mm_2.yml").read_text(encoding="utf-8")
OLD = """\
# what I have learnt: do not touch the spreads
template_version: 12
strategy: pure_market_making   # pmm

exchange: valr
market: DOGE-USDT
bid_spread: 0.7
ask_spread: 0.8  # wide

# how long orders live
expiration_seconds: 1800
order_refresh_time: 20
order_amount: 5
order_override:
  order_1: [buy, 0.5, 100]
  # the second one
  order_2: [sell, 0.5, 100]

filled_order_delay: 30"""
OPTIONAL = sorted(key.name for key in KEYS if not key.required and key.name != "template_version")


def upgrade(folder: Path, text: str) -> tuple[Loaded, Upgraded, Loaded]:
    """The file before, what became of its text, and the file after."""
    conf, after = folder / "old.yml", folder / "new.yml"
    conf.write_text(text, encoding="utf-8", newline="")
    loaded = load(conf)
    found = upgraded(text, read(conf))
    after.write_text(found.text, encoding="utf-8", newline="")
    assert is_current(read(after))
    return loaded, found, load(after)


def test_an_old_file_gets_every_key_and_keeps_every_line(tmp_path):
    """The version changes, a key that is no more becomes a comment; all else is as it was, in its order."""
    before, found, after = upgrade(tmp_path, OLD)
    assert set(after.texts) == {key.name for key in KEYS}
    assert after.settings == before.settings
    assert found.dropped == ("expiration_seconds",)
    lines = iter(found.text.splitlines())
    for line in OLD.replace(": 12", ": 24").replace("\nexpiration", "\n# expiration").splitlines():
        assert line in lines, "in this order"


def test_new_keys_stand_where_the_template_has_them_with_its_comment(tmp_path):
    """A group that is new as a whole comes as a paragraph; a key that joins others stands beside them."""
    _, found, _ = upgrade(tmp_path, OLD.replace("order_amount: 5", "order_amount: 5\nprice_floor: 0.1"))
    assert "\n\n# Widen the prices by the trading fee.\nadd_transaction_costs: False\n" in found.text
    assert "price_floor: 0.1\n" in found.text
    assert found.text.index("price_ceiling: -1.0") < found.text.index("price_floor: 0.1")
    assert found.text.count("At or above the ceiling") == 0, "its owner has words of his own for that group"


@pytest.mark.parametrize(
    ("version", "missing"),
    [("template_version: 12\n", ""), ("", "template_version is missing"), ("template_version: '3'\n", "version 3")],
)
def test_whatever_the_file_says_of_its_version(tmp_path, version, missing):
    """Hummingbot takes a file without one for the oldest; so do we, and its retired keys are no mistakes."""
    before, found, after = upgrade(tmp_path, OLD.replace("template_version: 12\n", version))
    assert missing in " ".join(before.notes)
    assert after.settings == before.settings
    assert found.text.count("template_version: ") == 1


def test_windows_line_ends_and_a_missing_last_one(tmp_path):
    _, found, _ = upgrade(tmp_path, OLD.replace("\n", "\r\n"))
    assert found.text.count("\n") == found.text.count("\r\n")
    assert "filled_order_delay: 30\r\n" in found.text


def test_a_value_of_many_lines_that_is_no_more_is_a_comment_line_for_line(tmp_path):
    text = OLD.replace("expiration_seconds: 1800", "mode:\n  - single\n  - multiple")
    _, found, _ = upgrade(tmp_path, text)
    assert "# mode:\n#   - single\n#   - multiple\n" in found.text


def test_keys_that_share_a_line_are_not_touched(tmp_path):
    conf = tmp_path / "flow.yml"
    keys = "exchange: valr, market: DOGE-USDT, bid_spread: 1, ask_spread: 1, order_refresh_time: 15, order_amount: 4"
    conf.write_text(f"{{strategy: pure_market_making, {keys}}}\n", encoding="utf-8")
    load(conf)
    with pytest.raises(ValueError, match="two keys stand on one line"):
        upgraded(conf.read_text(encoding="utf-8"), read(conf))


def test_a_current_file_is_current(tmp_path):
    conf = tmp_path / "conf.yml"
    conf.write_text(EXAMPLE, encoding="utf-8")
    assert is_current(read(conf))


@given(
    gone=st.sets(st.sampled_from(OPTIONAL)),
    retired=st.dictionaries(st.sampled_from(sorted(RETIRED)), st.integers(0, 70), max_size=4),
    version=st.integers(1, 23),
    remark=st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=10),
)
def test_any_older_file_means_the_same_afterwards(tmp_path_factory, gone, retired, version, remark):
    """Whatever keys it lacks, wherever its retired ones stand, whatever is written beside them."""
    lines = [line for line in EXAMPLE.splitlines() if line.partition(":")[0] not in gone]
    for name, place in retired.items():
        lines.insert(place % len(lines), f"{name}: 1  # {remark}")
    text = "\n".join(lines).replace("template_version: 24", f"template_version: {version}")
    before, found, after = upgrade(tmp_path_factory.mktemp("up"), text)
    assert after.settings == before.settings
    assert set(after.texts) == {key.name for key in KEYS}
    assert set(found.added) == gone
    assert set(found.dropped) == set(retired)
    kept = iter(found.text.splitlines())
    for line in text.splitlines():
        key = line.partition(":")[0]
        wanted = f"# {line}" if key in RETIRED else "template_version: 24" if key == "template_version" else line
        assert wanted in kept
