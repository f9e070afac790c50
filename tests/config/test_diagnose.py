"""Each diagnostic: a file that earns it, and the example file, which does not."""

import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from valr_maker.config.diagnose import diagnose
from valr_maker.config.diagnostic import TITLES, Facts, Severity, of_problems
from valr_maker.config.fix import FOR_A_FIRST_RUN, MENDED, repairs, rewritten
from valr_maker.config.load import load
from valr_maker.config.problems import FileProblems
from valr_maker.config.schema import KEYS, Kind
from valr_maker.market.pair import PairRules

ROOT = Path(__file__).parent.parent.parent
EXAMPLE = ROOT / "examples" / "conf_pure_mm_2.yml"
BROKEN = ROOT / "examples" / "broken_conf_pure_mm_2.yml"
DOGE = PairRules(
    "DOGEUSDT", "DOGE", "USDT", True, Decimal("0.00001"), Decimal("0.1"), Decimal(4), Decimal(680000),
    Decimal("0.5"), Decimal(54000), frozenset({"LIMIT", "LIMIT_POST_ONLY"}),
)  # fmt: skip
FACTS = Facts(
    DOGE, ("DOGE-USDT", "BTC-ZAR"), Decimal("0.16"), Decimal("0.0008"), {"DOGE": Decimal(100), "USDT": Decimal(100)}
)
ELSEWHERE = "price_source: external_market\nprice_source_exchange: nowhere\nprice_source_market: DOGE-USDT"
EARNED = {
    "PMM001": ("strategy: pure_market_making", "strategy: ["),
    "PMM002": ("max_order_age:", "max_ordr_age:"),
    "PMM003": ("ask_spread: 1.0\n", ""),
    "PMM004": ("bid_spread: 1.0", "bid_spread: 1.0\nbid_spread: 2.0"),
    "PMM005": ("bid_spread: 1.0", "bid_spread: wide"),
    "PMM006": ("price_source: current_market", ELSEWHERE),
    "PMM010": ("market: DOGE-USDT", "market: DOGEX-USDT"),
    "PMM020": ("order_amount: 4.0", "order_amount: 1.0"),
    "PMM021": ("order_amount: 4.0", "order_amount: 5.0"),
    "PMM030": ("bid_spread: 1.0\nask_spread: 1.0", "bid_spread: 0.12\nask_spread: 0.04"),
    "PMM031": ("minimum_spread: 0.1", "minimum_spread: 1.0"),
    "PMM032": ("minimum_spread: 0.1", "minimum_spread: -100.0"),
    "PMM033": ("bid_spread: 1.0", "bid_spread: 20.0"),
    "PMM034": ("bid_spread: 1.0", "bid_spread: 0.001"),
    "PMM035": ("minimum_spread: 0.1", "minimum_spread: -0.5"),
    "PMM036": ("price_ceiling: -1.0", "price_ceiling: 0.16"),
    "PMM037": ("order_override:", "order_override: {a: [buy, -0.5, 4]}"),
    "PMM040": ("order_refresh_time: 15.0", "order_refresh_time: 0.01"),
    "PMM041": ("order_refresh_time: 15.0", "order_refresh_time: 0.5"),
    "PMM042": ("max_order_age: 1800.0", "max_order_age: 10.0"),
    "PMM050": ("order_amount: 4.0", "order_amount: 5000.0"),
    "PMM070": ("order_level_amount: 0.0", "order_level_amount: 2.0"),
    "PMM071": ("order_levels: 1", "order_levels: 0"),
    "PMM080": ("template_version: 24", "template_version: 12"),
}


def codes_of(path: Path) -> dict[str, Severity]:
    try:
        found = diagnose(
            load(path), FACTS if "DOGEX" not in path.read_text(encoding="utf-8") else Facts(None, FACTS.listed)
        )
    except FileProblems as problems:
        found = of_problems(problems.problems)
    for one in found:
        assert one.message
        assert one.help
    return {one.code: one.severity for one in found}


def test_the_example_file_is_clean():
    assert codes_of(EXAMPLE) == {}


@pytest.mark.parametrize("code", EARNED)
def test_each_code_is_earned_by_one_change_of_the_example(tmp_path, code):
    old, new = EARNED[code]
    text = EXAMPLE.read_text(encoding="utf-8")
    assert old in text
    conf = tmp_path / "conf.yml"
    text = text.replace(old, new)
    if new == ELSEWHERE:  # the template has both keys, blank
        text = text.replace("\nprice_source_exchange:\n", "\n").replace("\nprice_source_market:\n", "\n")
    conf.write_text(text, encoding="utf-8")
    assert code in codes_of(conf)


def spans(cell: str) -> list[str]:
    """The `key: value` of a cell of the manual's table."""
    return [span for span in re.findall(r"`([^`]+)`", cell) if re.match(r"\w+:", span)]


def changed(text: str, pairs: list[str]) -> str:
    """The example with these lines instead of its own; a key that it lacks comes to the end."""
    lines = text.splitlines()
    for pair in pairs:
        key = pair.partition(":")[0]
        found = [at for at, line in enumerate(lines) if line.startswith(f"{key}:")]
        if found:
            lines[found[0]] = pair
        else:
            lines.append(pair)
    return "\n".join(lines) + "\n"


MANUAL = (ROOT / "docs" / "diagnostics.md").read_text(encoding="utf-8")
ROWS = [line.strip("| ").split(" | ") for line in MANUAL.splitlines() if line.startswith("| PMM")]


@pytest.mark.parametrize(("code", "severity", "_says", "earned", "passes"), ROWS, ids=[row[0] for row in ROWS])
def test_the_manuals_examples_do_what_it_says(tmp_path, code, severity, _says, earned, passes):
    """Each failing example earns its code with that severity, each passing one does not."""
    text, conf = EXAMPLE.read_text(encoding="utf-8"), tmp_path / "conf.yml"
    if not spans(earned):
        assert code in {"PMM003", "PMM004"}, "a line that is missing, a line that is there twice: see EARNED"
        return
    conf.write_text(changed(text, spans(earned)), encoding="utf-8")
    assert codes_of(conf).get(code) == severity
    conf.write_text(changed(text, spans(passes)), encoding="utf-8")
    assert code not in codes_of(conf)


def test_no_code_is_left_out_here_or_in_the_manual():
    assert set(EARNED) == set(TITLES)
    manual = (ROOT / "docs" / "diagnostics.md").read_text(encoding="utf-8")
    for code in TITLES:
        assert manual.count(f"| {code} |") == 1


def test_the_users_broken_file_is_told_the_truth():
    """-100 is off and what that risks; 0.01 s cannot be kept; 5 is above the minimum of 4. None is called another."""
    found = {one.key: one for one in diagnose(load(BROKEN), FACTS)}
    assert set(found) == {"minimum_spread", "order_refresh_time", "order_amount"}
    assert 'Hummingbot\'s "off"' in found["minimum_spread"].message
    assert found["minimum_spread"].severity is Severity.WARNING
    assert "24,000 order messages a minute" in found["order_refresh_time"].message
    assert found["order_refresh_time"].severity is Severity.ERROR
    assert "above the pair's smallest order, 4 DOGE" in found["order_amount"].message
    assert found["order_amount"].severity is Severity.NOTE


def test_the_users_broken_file_becomes_the_good_one_byte_for_byte(tmp_path):
    """Three values change; every comment, blank and line end stays."""
    before = BROKEN.read_bytes().decode()
    loaded = load(BROKEN)
    changes = repairs(loaded, FACTS, diagnose(loaded, FACTS), conservative=True)
    after = rewritten(before, changes)
    changed = {(old, new) for old, new in zip(before.splitlines(), after.splitlines(), strict=True) if old != new}
    assert {new for _, new in changed} == {
        "minimum_spread: 0.1   # as copied from a forum", "order_refresh_time: 15.0", "order_amount: 4.0",
    }  # fmt: skip
    mended = tmp_path / "conf_pure_mm_2.yml"
    mended.write_bytes(after.encode())
    assert codes_of(mended) == {}
    again = load(mended)
    assert repairs(again, FACTS, diagnose(again, FACTS), conservative=True) == []


def test_windows_line_ends_and_quotes_are_kept(tmp_path):
    conf = tmp_path / "conf.yml"
    text = EXAMPLE.read_text(encoding="utf-8").replace("order_refresh_time: 15.0", 'order_refresh_time: "0.01"  # fast')
    conf.write_bytes(text.replace("\n", "\r\n").encode())
    loaded = load(conf)
    after = rewritten(conf.read_bytes().decode(), repairs(loaded, FACTS, diagnose(loaded, FACTS), conservative=False))
    assert 'order_refresh_time: "15.0"  # fast\r\n' in after
    assert after.count("\r\n") == text.count("\n")


@pytest.mark.parametrize(
    ("pairs", "guard"),
    [
        (["bid_spread: 0.05", "minimum_spread: 0.1"], "0.025"),
        (["minimum_spread: 2"], "0.1"),
        (["order_override: {a: [sell, 0.1, 4]}", "order_amount: 1.0"], "0.05"),
    ],
)
def test_a_guard_that_cancels_everything_becomes_one_that_does_not(tmp_path, pairs, guard):
    """Below the nearest order, wherever that is; nothing else is touched."""
    conf = tmp_path / "conf.yml"
    conf.write_text(changed(EXAMPLE.read_text(encoding="utf-8"), pairs), encoding="utf-8")
    loaded = load(conf)
    assert "PMM031" in codes_of(conf)
    changes = repairs(loaded, FACTS, diagnose(loaded, FACTS), conservative=False)
    assert [(change.key, change.new) for change in changes] == [("minimum_spread", guard)]
    conf.write_text(rewritten(conf.read_text(encoding="utf-8"), changes), encoding="utf-8")
    assert "PMM031" not in codes_of(conf)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_guard_that_is_not_in_the_file_is_put_there(tmp_path, end):
    """Without the line Hummingbot's default counts, which is off; the last line of the file needs no end."""
    conf = tmp_path / "conf.yml"
    lines = ["strategy: pure_market_making", "exchange: valr", "market: DOGE-USDT", "bid_spread: 1.0",
             "order_amount: 4.0", "order_refresh_time: 15.0", "ask_spread: 0.5  # narrow"]  # fmt: skip
    conf.write_bytes(end.join(lines).encode())
    loaded = load(conf)
    changes = repairs(loaded, FACTS, diagnose(loaded, FACTS), conservative=True)
    assert {(change.key, change.old, change.new) for change in changes} == {
        ("minimum_spread", "", "0.1"), ("ask_spread", "0.5", "1.0"),
    }  # fmt: skip
    after = rewritten(conf.read_bytes().decode(), changes)
    wanted = [*lines[:-1], "ask_spread: 1.0  # narrow", "minimum_spread: 0.1"]
    assert after == end.join(wanted) + end
    mended = tmp_path / "mended.yml"
    mended.write_bytes(after.encode())
    assert "PMM032" not in codes_of(mended)


def test_without_conservative_only_what_is_wrong_is_touched():
    loaded = load(BROKEN)
    changes = repairs(loaded, FACTS, diagnose(loaded, FACTS), conservative=False)
    assert [change.key for change in changes] == ["order_refresh_time"]


def test_what_is_not_known_is_not_judged():
    """Offline: no pair, no price, no fees, no balances."""
    found = {one.code for one in diagnose(load(BROKEN), Facts())}
    assert found == {"PMM032", "PMM040"}


@pytest.mark.parametrize("code", sorted(MENDED | FOR_A_FIRST_RUN))
def test_what_is_called_mended_is_mended(tmp_path, code):
    """Each by the form of `config fix` that is named for it; what only the profile changes stays without it."""
    old, new = EARNED[code]
    conf = tmp_path / "conf.yml"
    conf.write_text(EXAMPLE.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    loaded = load(conf)
    assert code in codes_of(conf)
    plainly, for_a_first_run = (
        repairs(loaded, FACTS, diagnose(loaded, FACTS), conservative=conservative) for conservative in (False, True)
    )
    assert bool(plainly) == (code in MENDED)
    conf.write_text(rewritten(conf.read_text(encoding="utf-8"), plainly or for_a_first_run), encoding="utf-8")
    assert code not in codes_of(conf)


# ---- price bands ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("pairs", "says"),
    [
        (["price_ceiling: 0.16"], "price_ceiling 0.16 is not above the price, 0.16: nothing is bought"),
        (["price_ceiling: 0.1601"], None),
        (["price_floor: 0.16"], "price_floor 0.16 is not below the price, 0.16: nothing is sold"),
        (["price_floor: 0.1599"], None),
        (["price_ceiling: 0.1", "price_source: custom_api", "price_source_custom_api: http://prices.example/doge",
          "price_type: custom"], None),
        (["moving_price_band_enabled: True"], None),
        (["moving_price_band_enabled: True", "price_ceiling_pct: 0"], "price_ceiling_pct 0 % sets the ceiling"),
        (["moving_price_band_enabled: True", "price_floor_pct: 1"], "price_floor_pct 1 % sets the floor"),
        (["price_floor_pct: 1"], None),
    ],
)  # fmt: skip
def test_a_band_that_the_price_is_outside_of_is_told_with_the_side_that_is_not_quoted(tmp_path, pairs, says):
    """At the bound is outside, as for Hummingbot. A price from elsewhere is not known here, and not judged."""
    conf = tmp_path / "conf.yml"
    conf.write_text(changed(EXAMPLE.read_text(encoding="utf-8"), pairs), encoding="utf-8")
    found = [one.message for one in diagnose(load(conf), FACTS) if one.code == "PMM036"]
    assert len(found) == (says is not None)
    assert not says or says in found[0]


# ---- keys that do nothing -------------------------------------------------------------------------------------------
def noted(tmp_path: Path, text: str) -> dict[str, str]:
    conf = tmp_path / "conf.yml"
    conf.write_text(text, encoding="utf-8")
    return {one.key: one.message for one in diagnose(load(conf), FACTS) if one.code == "PMM070"}


VALUES = {
    Kind.DECIMAL: "7.5", Kind.FLOAT: "77.0", Kind.BOOL: "True", Kind.NUMBERS: "3,4", Kind.TEXT: "DOGE-ZAR",
}  # fmt: skip
PARTS = [key for key in KEYS if key.part_of]


@pytest.mark.parametrize("key", PARTS, ids=[key.name for key in PARTS])
def test_a_key_of_a_feature_that_is_off_does_nothing_and_at_its_default_nobody_minds(tmp_path, key):
    example = EXAMPLE.read_text(encoding="utf-8")
    found = noted(tmp_path, changed(example, [f"{key.name}: {VALUES[key.kind]}"]))
    assert set(found) == {key.name}
    assert f"while {key.part_of} is " in found[key.name]
    default = "" if key.default is None else str(key.default)
    assert noted(tmp_path, changed(example, [f"{key.name}: {default}"])) == {}


@pytest.mark.parametrize(
    ("pairs", "idle"),
    [
        (["inventory_skew_enabled: True", "inventory_target_base_pct: 30"], set()),
        (["price_type: inventory_cost", "inventory_price: 0.2"], set()),
        (["price_source: external_market", "price_source_exchange: binance", "price_source_market: DOGE-USDT",
          "custom_api_update_interval: 9"], {"custom_api_update_interval"}),
        (["order_level_spread: 2.0"], {"order_level_spread"}),
        (["order_level_spread: 2.0", "order_levels: 2"], set()),
        (["should_wait_order_cancel_confirmation: False"], {"should_wait_order_cancel_confirmation"}),
        (["order_override: {a: [buy, 1, 5]}"], set()),
    ],
)  # fmt: skip
def test_what_is_read_is_not_called_idle(tmp_path, pairs, idle):
    assert set(noted(tmp_path, changed(EXAMPLE.read_text(encoding="utf-8"), pairs))) == idle


# ---- orders of one's own making -------------------------------------------------------------------------------------
def test_described_orders_count_instead_of_levels(tmp_path):
    """Five buys of 100 DOGE: 80 USDT and no DOGE are needed, five orders a refresh are sent, and something is quoted."""
    rows = ", ".join(f"o{number}: [buy, {number}, 100]" for number in range(1, 6))
    pairs = [f"order_override: {{{rows}}}", "order_levels: 0", "order_refresh_time: 0.25"]
    conf = tmp_path / "conf.yml"
    conf.write_text(changed(EXAMPLE.read_text(encoding="utf-8"), pairs), encoding="utf-8")
    poor = replace(FACTS, available={"DOGE": Decimal(0), "USDT": Decimal(79)})
    found = {one.code: one.message for one in diagnose(load(conf), poor)}
    assert "PMM071" not in found
    assert "79 USDT free; one round of buy orders needs 80" in found["PMM050"]
    assert "2,400 order messages a minute" in found["PMM040"]


@pytest.mark.parametrize(
    ("rows", "code", "says"),
    [
        ("a: [buy, 1, 4], b: [sell, 0, 4]", "PMM037", "the spread of described order 2 (sell), 0 % puts it at the price"),
        ("a: [buy, 1, 3]", "PMM020", "described order 1 (buy), 3 DOGE, is below the smallest order of this pair, 4 DOGE"),
        ("a: [buy, 1, 700000]", "PMM020", "above the largest order of this pair, 680000 DOGE"),
        ("a: [buy, 0.05, 4], b: [sell, 0.1, 4]", "PMM030", "both spreads together, 0.15 %, do not pay"),
        ("a: [buy, 0.05, 4]", "PMM031", "is not below the spread of described order 1 (buy), 0.05 %"),
    ],
)  # fmt: skip
def test_described_orders_are_judged_as_levels_are(tmp_path, rows, code, says):
    conf = tmp_path / "conf.yml"
    text = changed(EXAMPLE.read_text(encoding="utf-8"), [f"order_override: {{{rows}}}", "order_amount: 1.0"])
    conf.write_text(text, encoding="utf-8")
    found = {one.code: one.message for one in diagnose(load(conf), FACTS)}
    assert says in found[code]
    assert "order_amount" not in found.get("PMM020", ""), "which nothing is made of here"


def test_a_further_level_that_the_pair_does_not_take_is_told_once(tmp_path):
    """Each level is for 1.5 DOGE less: from the second on too little, though the file as a whole can run."""
    conf = tmp_path / "conf.yml"
    pairs = ["order_amount: 5.0", "order_level_amount: -1.5", "order_levels: 3"]
    conf.write_text(changed(EXAMPLE.read_text(encoding="utf-8"), pairs), encoding="utf-8")
    (found,) = [one for one in diagnose(load(conf), FACTS) if one.code == "PMM020"]
    assert found.message.startswith("buy level 2, 3.5 DOGE, is below the smallest order")
    assert (found.severity, found.key) == (Severity.WARNING, "order_level_amount")


def test_spreads_to_which_the_fees_are_added_pay_them(tmp_path):
    conf = tmp_path / "conf.yml"
    pairs = ["bid_spread: 0.05", "ask_spread: 0.05", "minimum_spread: -100", "add_transaction_costs: True"]
    conf.write_text(changed(EXAMPLE.read_text(encoding="utf-8"), pairs), encoding="utf-8")
    assert "PMM030" not in codes_of(conf)


def test_an_account_that_holds_nothing_is_not_one_whose_balances_are_unknown():
    empty, unknown = replace(FACTS, available={}), replace(FACTS, available=None)
    assert [one.message.partition(";")[0] for one in diagnose(load(EXAMPLE), empty)] == [
        "the account has 0 DOGE free", "the account has 0 USDT free",
    ]  # fmt: skip
    assert diagnose(load(EXAMPLE), unknown) == []


def test_costs_are_in_the_currency_of_the_pair():
    found = {one.code: one.cost for one in diagnose(load(BROKEN), FACTS)}
    assert found["PMM032"].startswith("0.008 USDT is the whole spread")
    assert found["PMM021"] == "each order is worth 0.8 USDT"


def test_a_key_of_an_older_template_is_told_with_the_way_out(tmp_path):
    text = EXAMPLE.read_text(encoding="utf-8").replace("template_version: 24", "template_version: 12")
    conf = tmp_path / "conf.yml"
    conf.write_text(text + "expiration_seconds: 60\n", encoding="utf-8")
    found = [one for one in diagnose(load(conf), FACTS) if one.code == "PMM080"]
    assert [one.message.partition(" ")[0] for one in found] == ["template_version", "expiration_seconds"]
    assert all("config upgrade" in one.help for one in found)
