"""Reading a strategy file: what each line means, and the exact line for everything that can be wrong with one."""

from decimal import Decimal
from pathlib import Path

import pytest

from valr_maker.config.load import Loaded, load
from valr_maker.config.problems import FileProblems
from valr_maker.config.schema import KEYS
from valr_maker.domain import Market
from valr_maker.errors import ConfigProblem, Exit
from valr_maker.strategy.settings import Settings

EXAMPLE = Path(__file__).parents[2] / "examples" / "conf_pure_mm_2.yml"
GOOD = """\
template_version: 24
strategy: pure_market_making
exchange: valr
market: DOGE-USDT
bid_spread: 1.0
ask_spread: 1.0
order_refresh_time: 15.0
order_amount: 4.0
"""
COMPARE = "Compare it with examples/conf_pure_mm_2.yml."


class Files:
    """Writes `conf.yml` and reads it back, with its directory taken out of every line."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "conf.yml"

    def load(self, text: str) -> Loaded:
        self.path.write_text(text, encoding="utf-8")
        return load(self.path)

    def lines(self, text: str) -> list[str]:
        """The problems of a file with this text."""
        with pytest.raises(FileProblems) as caught:
            self.load(text)
        return self.clean(caught.value)

    def line_with(self, *changes: str) -> str:
        """The one problem of a good file in which these lines replace the lines of their keys, or follow them."""
        lines = GOOD.splitlines()
        for change in changes:
            key = change.partition(":")[0] + ":"
            places = [number for number, line in enumerate(lines) if line.startswith(key)]
            if places:
                lines[places[0]] = change
            else:
                lines.append(change)
        (line,) = self.lines("\n".join(lines) + "\n")
        return line

    def clean(self, error: FileProblems) -> list[str]:
        return [str(problem).replace(str(self.path.parent) + "/", "") for problem in error.problems]


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def test_the_users_own_file_means_what_hummingbot_takes_it_to_mean() -> None:
    """Percentages become fractions, "off" becomes None, seconds stay seconds."""
    loaded = load(EXAMPLE)
    assert loaded.settings == Settings(
        exchange="valr",
        market=Market("DOGE", "USDT"),
        bid_spread=Decimal("0.01"),
        ask_spread=Decimal("0.01"),
        minimum_spread=Decimal("0.001"),
        order_refresh_s=15.0,
        refresh_tolerance=Decimal(0),
        max_order_age_s=1800.0,
        order_amount=Decimal(4),
        order_levels=1,
        order_level_amount=Decimal(0),
        order_level_spread=Decimal("0.01"),
        filled_order_delay_s=60.0,
    )
    assert loaded.notes == ()


def test_the_example_has_every_key_of_the_template_in_its_order_at_its_default() -> None:
    """Only the keys of the user's case differ from the template."""
    loaded = load(EXAMPLE)
    assert list(loaded.texts) == [key.name for key in KEYS]
    changed = [key.name for key in KEYS if not key.required and loaded.values[key.name] != key.default]
    assert changed == ["minimum_spread"]


def test_the_template_has_46_keys() -> None:
    """template_version and strategy among them."""
    assert len(KEYS) == len({key.name for key in KEYS}) == 46


def test_a_short_file_gets_the_defaults_and_keeps_its_lines(files: Files) -> None:
    """Blank counts as absent; lines count from 1."""
    loaded = files.load(GOOD + "\n# a comment\nmax_order_age:\nminimum_spread: -100\norder_refresh_tolerance_pct: -1\n")
    assert loaded.settings.max_order_age_s == 1800.0
    assert loaded.settings.minimum_spread is None
    assert loaded.settings.refresh_tolerance is None
    assert loaded.lines["market"] == 4
    assert loaded.lines["max_order_age"] == 11
    assert loaded.texts["order_amount"] == "4.0"


def test_decimals_are_exactly_what_is_written(files: Files) -> None:
    """No binary fraction on the way."""
    loaded = files.load(GOOD.replace("bid_spread: 1.0", "bid_spread: 0.1").replace("4.0", "1e-7"))
    assert loaded.settings.bid_spread == Decimal("0.001")
    assert loaded.settings.order_amount == Decimal("0.0000001")


@pytest.mark.parametrize("word", ["False", "false", "no", "No", "n", "N", "'false'", ""])
def test_truth_may_be_written_in_many_ways(files: Files, word: str) -> None:
    """As Hummingbot's own parser takes it."""
    assert files.load(f"{GOOD}ping_pong_enabled: {word}\n").values["ping_pong_enabled"] is False


def test_a_market_may_be_written_small_and_the_other_venue_name_is_fine(files: Files) -> None:
    """doge-usdt on valr_sandbox."""
    loaded = files.load(GOOD.replace("DOGE-USDT", "doge-usdt").replace("exchange: valr", "exchange: valr_sandbox"))
    assert (loaded.settings.market, loaded.settings.exchange) == (Market("DOGE", "USDT"), "valr_sandbox")


def test_settings_of_a_feature_that_is_off_are_accepted(files: Files) -> None:
    """They do nothing in Hummingbot either."""
    loaded = files.load(
        GOOD + "inventory_target_base_pct: 30\nhanging_orders_cancel_pct: 5\nprice_source_exchange: binance\n"
        "bid_order_level_spreads: 1,2\nask_order_level_amounts: 5\ntake_if_crossed: False\norder_override: {}\n"
    )
    assert loaded.values["inventory_target_base_pct"] == Decimal(30)
    assert loaded.values["bid_order_level_spreads"] == [Decimal(1), Decimal(2)]


def test_notes_tell_what_stops_nothing(files: Files) -> None:
    """An older template, the setting that Hummingbot never obeys, and no levels."""
    older = GOOD.replace("version: 24", "version: 20")
    loaded = files.load(older + "should_wait_order_cancel_confirmation: False\norder_levels: 0\n")
    assert loaded.notes == (
        "template_version 20 is read as 24: keys it lacks have their defaults",
        "should_wait_order_cancel_confirmation has no effect, as in Hummingbot: cancels are waited for",
        "order_levels is 0: nothing will be quoted",
    )


SPREAD = "more than 0 and less than 100"


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ("bid_spread: 0", f"conf.yml:5: bid_spread: 0 is not {SPREAD}. Set it to {SPREAD}, such as 1.0."),
        ("ask_spread: 100", f"conf.yml:6: ask_spread: 100 is not {SPREAD}. Set it to {SPREAD}, such as 1.0."),
        ("bid_spread: wide", f"conf.yml:5: bid_spread: wide is not a number. Set it to {SPREAD}, such as 1.0."),
        ("bid_spread: .nan", f"conf.yml:5: bid_spread: .nan is not a number. Set it to {SPREAD}, such as 1.0."),
        ("bid_spread: nan", f"conf.yml:5: bid_spread: nan is not a number. Set it to {SPREAD}, such as 1.0."),
        ("order_amount: inf", "conf.yml:8: order_amount: inf is not a number. Set it to more than 0, such as 4.0."),
        ("bid_spread: [1]", f"conf.yml:5: bid_spread: [...] is not a number. Set it to {SPREAD}, such as 1.0."),
        ("bid_spread:", "conf.yml:5: bid_spread: has no value. Set it to a value such as 1.0."),
        (
            "order_refresh_time: soon",
            "conf.yml:7: order_refresh_time: soon is not a number of seconds. Set it to more than 0, such as 15.0.",
        ),
        ("order_amount: -4", "conf.yml:8: order_amount: -4 is not more than 0. Set it to more than 0, such as 4.0."),
        (
            "order_levels: 1.5",
            "conf.yml:9: order_levels: 1.5 is not a whole number. Set it to 0 or more, such as 1.",
        ),
        (
            "minimum_spread: -101",
            "conf.yml:9: minimum_spread: -101 is not -100 to 100 (-100 is off). "
            "Set it to -100 to 100 (-100 is off), such as -100.",
        ),
        (
            "ping_pong_enabled: perhaps",
            "conf.yml:9: ping_pong_enabled: perhaps is not True or False. Set it to False.",
        ),
        (
            "inventory_target_base_pct: 120",
            "conf.yml:9: inventory_target_base_pct: 120 is not 0 to 100. Set it to 50.",
        ),
        (
            "bid_order_level_spreads: 1,x",
            "conf.yml:9: bid_order_level_spreads: 1,x is not a list of numbers with commas between. Leave it blank.",
        ),
        (
            "strategy: avellaneda",
            "conf.yml:2: strategy: avellaneda is not pure_market_making. "
            "Set it to pure_market_making; nothing else is traded here.",
        ),
        (
            "exchange: binance",
            "conf.yml:3: exchange: binance is not valr or valr_sandbox. Set it to valr; nothing else is traded here.",
        ),
        (
            "exchange: valr_paper_trade",
            "conf.yml:3: exchange: valr_paper_trade is not valr or valr_sandbox. "
            "Set it to valr; orders go to the sandbox unless --venue live is given.",
        ),
        (
            "market: DOGEUSDT",
            "conf.yml:4: market: DOGEUSDT is not BASE-QUOTE. "
            "Write the two currencies with a hyphen between them, such as DOGE-USDT.",
        ),
        (
            "template_version: 25",
            "conf.yml:1: template_version: 25 is not 1 to 24. "
            "Set it to 24, the newest template that is understood, and check the keys it added.",
        ),
        (
            "order_refresh_tim: 15",
            "conf.yml:9: order_refresh_tim: is not a key of pure_market_making. Did you mean order_refresh_time?",
        ),
        ("colour: blue", "conf.yml:9: colour: is not a key of pure_market_making. Remove the line."),
        (
            "ping_pong_enabled: yes",
            "conf.yml:9: ping_pong_enabled: yes is not supported yet. Set it to False.",
        ),
        ("price_ceiling: 0.2", "conf.yml:9: price_ceiling: 0.2 is not supported yet. Set it to -1."),
        ("price_type: last_price", "conf.yml:9: price_type: last_price is not supported yet. Set it to mid_price."),
        ("take_if_crossed: True", "conf.yml:9: take_if_crossed: True is not supported yet. Leave it blank."),
        (
            "order_override: {one: [buy, 1, 4]}",
            "conf.yml:9: order_override: {...} is not supported yet. Leave it blank.",
        ),
    ],
)
def test_one_wrong_line_gives_one_exact_line(files: Files, change: str, line: str) -> None:
    """File, line, key, value, what is wrong, what to do."""
    assert files.line_with(change) == line


FEATURES = [
    ("price_floor", "0.1"),
    ("moving_price_band_enabled", "True"),
    ("inventory_skew_enabled", "True"),
    ("hanging_orders_enabled", "True"),
    ("order_optimization_enabled", "True"),
    ("add_transaction_costs", "True"),
    ("price_source", "external_market"),
    ("split_order_levels_enabled", "True"),
]


@pytest.mark.parametrize(("key", "value"), FEATURES)
def test_a_feature_that_is_not_there_yet_is_refused_rather_than_ignored(files: Files, key: str, value: str) -> None:
    """A file never trades otherwise than it says."""
    assert f"{key}: {value} is not supported yet" in files.line_with(f"{key}: {value}")


@pytest.mark.parametrize(("key", "value"), FEATURES)
def test_hummingbot_itself_may_be_asked_for_more_than_we_have(files: Files, key: str, value: str) -> None:
    """The same checks, but for what only Hummingbot does."""
    files.path.write_text(f"{GOOD}{key}: {value}\n", encoding="utf-8")
    assert load(files.path, for_hummingbot=True).texts[key] == value


def test_a_missing_required_key_shows_the_line_to_add(files: Files) -> None:
    """It has no line of its own."""
    (line,) = files.lines(GOOD.replace("order_refresh_time: 15.0\n", ""))
    assert line == "conf.yml: order_refresh_time: is missing. Add a line such as `order_refresh_time: 15.0` (s)."


def test_a_key_written_twice_is_refused_naming_both_lines(files: Files) -> None:
    """YAML readers disagree on which one counts."""
    (line,) = files.lines(GOOD + "bid_spread: 2.0\n")
    assert line == (
        "conf.yml:9: bid_spread: 2.0 is a second value; line 5 says 1.0. Keep one of the two lines."
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "strategy: pure_market_making\n  exchange: valr\n",
            f"conf.yml:2: not YAML: mapping values are not allowed here. Mend that line. {COMPARE}",
        ),
        (
            "strategy: 'pure\n",
            f"conf.yml:2: not YAML: found unexpected end of stream. Mend that line. {COMPARE}",
        ),
        ("", f"conf.yml: the file is empty. {COMPARE}"),
        ("# only a comment\n", f"conf.yml: the file is empty. {COMPARE}"),
        ("- a\n- b\n", f"conf.yml: the file holds a list, not lines of `key: value`. {COMPARE}"),
        ("bid_spread 1.0\n", f"conf.yml: the file holds plain text, not lines of `key: value`. {COMPARE}"),
    ],
)
def test_a_file_that_is_no_yaml_mapping_gives_one_exact_line(files: Files, text: str, line: str) -> None:
    """With YAML's own line where it knows one."""
    assert files.lines(text) == [line]


def test_characters_that_yaml_forbids_are_reported(files: Files) -> None:
    """A stray control character, as from a broken copy."""
    (line,) = files.lines("strategy: \x07\n")
    assert line.startswith("conf.yml: not YAML: unacceptable character")


REMEDY = "Give the path of a Hummingbot strategy file, such as examples/conf_pure_mm_2.yml."


def test_a_path_that_is_no_readable_file_gives_one_exact_line(files: Files) -> None:
    """Missing, a directory, or not text."""
    with pytest.raises(FileProblems) as missing:
        load(files.path)
    assert files.clean(missing.value) == [f"conf.yml: there is no such file. {REMEDY}"]
    files.path.write_bytes(b"ab\xff")
    with pytest.raises(FileProblems) as binary:
        load(files.path)
    assert files.clean(binary.value) == [f"conf.yml: not a text file (byte 2 is not UTF-8). {REMEDY}"]
    files.path.unlink()
    files.path.mkdir()
    with pytest.raises(FileProblems) as folder:
        load(files.path)
    assert files.clean(folder.value) == [f"conf.yml: this is a directory, not a file. {REMEDY}"]


def test_several_problems_are_one_error_that_names_the_first_and_counts_them(files: Files) -> None:
    """The command prints `problems` line by line; whoever prints only the error still sees where to begin."""
    text = GOOD.replace("bid_spread: 1.0", "bid_spread: 0").replace("order_amount: 4.0\n", "colour: blue\n")
    with pytest.raises(ConfigProblem) as caught:
        files.load(text)
    error = caught.value
    assert isinstance(error, FileProblems)
    assert [problem.key for problem in error.problems] == ["bid_spread", "colour", "order_amount"]
    assert str(error).endswith(f"conf.yml:5: bid_spread: 0 is not {SPREAD} (the first of 3 problems)")
    assert error.exit_code is Exit.CONFIG


def test_a_file_for_another_strategy_is_told_only_that(files: Files) -> None:
    """Its other keys mean nothing here."""
    lines = files.lines("colour: blue\nstrategy: cross_exchange_market_making\nmaker_market: binance\n")
    assert len(lines) == 1
    assert "conf.yml:2: strategy: cross_exchange_market_making" in lines[0]
