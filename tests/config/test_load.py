"""Reading a strategy file: what each line means, and the exact line for everything that can be wrong with one."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from valr_maker.config.load import Loaded, load
from valr_maker.config.problems import FileProblems
from valr_maker.config.schema import KEYS
from valr_maker.domain import Market, Side
from valr_maker.errors import ConfigProblem, Exit
from valr_maker.strategy.settings import (
    MovingBand,
    Optimization,
    Override,
    PriceSource,
    PriceType,
    Reference,
    Settings,
    Skew,
    Split,
)

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
            "price_type: vwap",
            "conf.yml:9: price_type: vwap is not mid_price or last_price or last_own_trade_price or best_bid or "
            "best_ask or inventory_cost or custom. Set it to mid_price.",
        ),
        (
            "price_type: custom",
            "conf.yml:9: price_type: custom needs price_source custom_api. Set it to mid_price.",
        ),
        (
            "price_source: custom_api",
            "conf.yml: price_source_custom_api: is missing, and price_source is custom_api. Add a line such as "
            "`price_source_custom_api: https://prices.example/now`, or leave price_source out.",
        ),
        (
            "price_ceiling: 0",
            "conf.yml:9: price_ceiling: 0 is not more than 0, or -1 for off. Set it to -1.",
        ),
        (
            "order_override: {one: [buy, 1]}",
            "conf.yml:9: order_override: {...} has a row 'one' that is not [buy or sell, spread in %, amount]. "
            "Write a row such as `order_1: [buy, 0.5, 100]`.",
        ),
        (
            "order_override: [buy, 1, 4]",
            "conf.yml:9: order_override: [...] is not a mapping. Leave it blank.",
        ),
        (
            "number_of_orders: 3",
            "conf.yml:9: number_of_orders: is not a key of pure_market_making. Did you mean order_levels?",
        ),
    ],
)
def test_one_wrong_line_gives_one_exact_line(files: Files, change: str, line: str) -> None:
    """File, line, key, value, what is wrong, what to do."""
    assert files.line_with(change) == line


FEATURES: list[tuple[str, dict[str, Any]]] = [
    ("price_ceiling: 0.2\nprice_floor: 0.1", {"price_ceiling": Decimal("0.2"), "price_floor": Decimal("0.1")}),
    ("price_ceiling: -1\nprice_floor: -1", {"price_ceiling": None, "price_floor": None}),
    (
        "moving_price_band_enabled: yes\nprice_ceiling_pct: 2\nprice_floor_pct: -3\nprice_band_refresh_time: 60",
        {"moving_band": MovingBand(Decimal("0.02"), Decimal("-0.03"), 60.0)},
    ),
    ("price_ceiling_pct: 2", {"moving_band": None}),
    ("ping_pong_enabled: True", {"ping_pong": True}),
    (
        "inventory_skew_enabled: True\ninventory_target_base_pct: 30\ninventory_range_multiplier: 2.5",
        {"skew": Skew(Decimal("0.3"), Decimal("2.5"))},
    ),
    ("inventory_skew_enabled: True", {"skew": Skew(Decimal("0.5"), Decimal(1))}),
    ("hanging_orders_enabled: True", {"hanging_cancel_distance": Decimal("0.1")}),
    ("hanging_orders_cancel_pct: 5", {"hanging_cancel_distance": None}),
    (
        "order_optimization_enabled: True\nask_order_optimization_depth: 3",
        {"optimization": Optimization(Decimal(0), Decimal(3))},
    ),
    ("add_transaction_costs: True", {"add_transaction_costs": True}),
    ("price_type: last_price", {"reference": Reference(type=PriceType.LAST)}),
    (
        "price_source: external_market\nprice_source_exchange: binance\nprice_source_market: doge-usdt",
        {"reference": Reference(PriceSource.EXTERNAL_MARKET, exchange="binance", market=Market("DOGE", "USDT"))},
    ),
    (
        "price_source: custom_api\nprice_source_custom_api: http://a/b\ncustom_api_update_interval: 2",
        {"reference": Reference(PriceSource.CUSTOM_API, url="http://a/b", interval_s=2.0)},
    ),
    ("take_if_crossed: True", {"take_if_crossed": True}),
    (
        "order_override: {a: [buy, 0.5, 100], b: [hold, 1, 1], c: [sell, '1', 2.5, more]}",
        {
            "overrides": (
                Override(Side.BUY, Decimal("0.005"), Decimal(100)),
                Override(Side.SELL, Decimal("0.01"), Decimal("2.5")),
            )
        },
    ),
    ("order_override: {b: [hold, 1, 1]}", {"overrides": ()}),
    ("order_override: {}", {"overrides": None}),
    (
        "split_order_levels_enabled: True\nbid_order_level_spreads: 1,2\nbid_order_level_amounts: 4\n"
        "ask_order_level_spreads: 3\nask_order_level_amounts: 5,6\norder_override: {a: [buy, 9, 9]}",
        {
            "overrides": (
                Override(Side.BUY, Decimal("0.01"), Decimal(4)),
                Override(Side.SELL, Decimal("0.03"), Decimal(5)),
            ),
            "split": Split((Decimal("0.01"), Decimal("0.02")), (Decimal("0.03"),)),
        },
    ),
    ("price_type: inventory_cost\ninventory_price: 0.2", {"inventory_price": Decimal("0.2")}),
    ("inventory_price: 0.2", {"inventory_price": None}),
    ("price_type: inventory_cost", {"inventory_price": None}),
]


@pytest.mark.parametrize(("text", "fields"), FEATURES)
def test_every_feature_is_read_into_the_units_of_the_strategy(files: Files, text: str, fields: dict[str, Any]) -> None:
    """Percentages are fractions, "off" is None, and the parts of a feature that is off do nothing."""
    settings = files.load(GOOD + text + "\n").settings
    assert {name: getattr(settings, name) for name in fields} == fields


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("price_ceiling: 1\nprice_floor: 2\n", "conf.yml:9: price_ceiling: 1 is below price_floor 2. "
         "Raise the ceiling or lower the floor; -1 turns either off."),
        ("price_source: custom_api\nprice_source_custom_api: x\nprice_type: mid_price\n",
         "conf.yml:11: price_type: mid_price is not a price that a custom API has. Set it to custom."),
        ("price_source: external_market\nprice_source_exchange: valr\nprice_source_market: A-B\n",
         "conf.yml:10: price_source_exchange: valr is the exchange that is traded on. Leave price_source out."),
    ],
)  # fmt: skip
def test_keys_that_do_not_go_together_give_one_exact_line(files: Files, text: str, line: str) -> None:
    """Hummingbot asks again, or does not start."""
    assert files.lines(GOOD + text) == [line]


def test_split_levels_ask_for_their_four_lists(files: Files) -> None:
    """Each with an example."""
    lines = files.lines(GOOD + "split_order_levels_enabled: True\nbid_order_level_spreads: 1\n")
    assert lines == [
        f"conf.yml: {key}: is missing, and split_order_levels_enabled is True. "
        f"Add a line such as `{key}: {example}` ({unit}), or leave split_order_levels_enabled out."
        for key, example, unit in (
            ("bid_order_level_amounts", "4,8", "base"),
            ("ask_order_level_spreads", "1,2", "%"),
            ("ask_order_level_amounts", "4,8", "base"),
        )
    ]


def test_keys_of_older_templates_are_dropped_as_hummingbot_drops_them(files: Files) -> None:
    """Their values are not carried over: there too the default counts. A misspelt key is refused all the same."""
    older = GOOD.replace("version: 24", "version: 9")
    loaded = files.load(older + "number_of_orders: 3\nexpiration_seconds: 130\n")
    assert loaded.settings.order_levels == 1
    assert loaded.notes[1:] == (
        "number_of_orders (line 9) is a key of older templates and dropped, as Hummingbot drops it; "
        "today it is order_levels",
        "expiration_seconds (line 10) is a key of older templates and dropped, as Hummingbot drops it",
    )
    (line,) = files.lines(older + "order_level: 3\n")
    assert line == "conf.yml:9: order_level: is not a key of pure_market_making. Did you mean order_levels?"


def test_notes_tell_what_an_override_leaves_out(files: Files) -> None:
    """Hummingbot says nothing."""
    loaded = files.load(GOOD + "order_override: {a: [Buy, 1, 4], b: [sell, 1, 4]}\n")
    assert loaded.notes == ("order_override: a is neither buy nor sell and passed over, as in Hummingbot",)


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
