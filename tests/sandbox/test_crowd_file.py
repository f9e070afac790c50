"""The crowd file: what it changes, what it says of a mistake, and that the manual lists every number."""

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from kit.trading import DOGEUSDT

from valr_maker.cli.crowd import prepare
from valr_maker.errors import ConfigProblem
from valr_maker.sandbox.crowd_file import CrowdPlan, read_crowd
from valr_maker.sandbox.crowd_numbers import changed
from valr_maker.sandbox.profile import ALT, CLASSES, Profile, class_of
from valr_maker.sandbox.scenario import SCENARIOS, Cue, FlashCrash, IlliquidHour
from valr_maker.sandbox.universe import load_universe
from valr_maker.sandbox.world import World

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "crowd.md").read_text(encoding="utf-8")
PAIRS = {spec.symbol: spec for spec in load_universe()}


def read(text: str) -> CrowdPlan:
    return read_crowd(text, "mine.toml", tuple(PAIRS.values()))


def of(text: str, pair: str) -> Profile:
    return read(text).profiles.of(PAIRS[pair])


def test_what_is_said_nearer_to_a_pair_wins():
    text = "[all]\nmakers = 5\nlevels = 4\n[class.alt]\nmakers = 6\n[pair.DOGE-USDT]\nmakers = 7\n"
    assert [of(text, pair).makers for pair in ("DOGEUSDT", "XRPUSDT", "BTCZAR")] == [7, 6, 5]
    assert of(text, "DOGEUSDT").levels == 4 and of(text, "DOGEUSDT").wake_gap_s == ALT.wake_gap_s
    assert of("", "DOGEUSDT") == ALT and of("", "BTCZAR") == CLASSES["rand-major"]


def test_a_pair_can_be_of_another_class():
    assert of('[pair.DOGEZAR]\nclass = "major"\nherding = 0.5', "DOGEZAR") == changed(
        CLASSES["major"], {"herding": 0.5}
    )


def test_a_file_plays_scenarios_with_its_own_numbers():
    plan = read('play = ["flash-crash@5,pair=DOGEUSDT,low_s=3"]\n[scenario.flash-crash]\nfall_bps = 1500')
    assert plan.cues == (Cue(FlashCrash(fall_bps=1500.0, low_s=3.0), 5.0, "DOGEUSDT"),)
    assert plan.scenarios == SCENARIOS | {"flash-crash": FlashCrash(fall_bps=1500.0)}


@pytest.mark.parametrize(
    ("text", "line", "found", "remedy"),
    [
        ("makers = 3", 1, "makers: there is no such table", "play"),
        ("[all]\n\nmakeers = 3", 3, "all.makeers: there is no such key", "Did you mean makers?"),
        ("[class.alts]\nmakers = 3", 1, "class.alts: there is no class", "Did you mean alt?"),
        ("[pair.NOSUCHPAIR]\nmakers = 3", 1, "pair.NOSUCHPAIR: there is no pair", "There are: "),
        ("[pair.DOGE-USDT]\nmakers = 1.5", 2, "pair.DOGEUSDT.makers: 1.5 is not whole", "Give a whole number"),
        ("[all]\nmakers = -1", 2, "all.makers: -1 is out of range", "Give 0 to 50"),
        ("[all]\nmakers = true", 2, "all.makers: True is no number", "Give a number"),
        ("[all]\nmakers = '3'", 2, "all.makers: '3' is no number", "Give a number"),
        ("[all]\nherding = 1.5", 2, "all.herding: 1.5 is out of range", "Give 0 to 1"),
        ("[all]\nexcitement = 1.0", 2, "all.excitement: 1 is out of range", "Give 0 to 0.95"),
        ("[all]\nlevel_quote = 0", 2, "all.level_quote: 0 is out of range", "Give more than 0"),
        ("[all]\nvolatility_bps = nan", 2, "all.volatility_bps: nan is no number", "Give a number"),
        ("[all]\nnews_lead_s = 3", 2, "all.news_lead_s: 3 is no range", "Give two numbers, such as [0.4, 2.5]"),
        ("[all]\nnews_lead_s = [3, 1]", 2, "ends before it begins", "Give the smaller number first"),
        ("[all]\nnearest_bps = 400", 2, "all.nearest_bps: 400 is not below farthest_bps (320)", "Change one"),
        ("[all]\npatience = [1.1, 2]", 2, "does not hold 1", "Give a range around 1"),
        ("[pair.DOGEZAR]\nclass = 'thin'", 2, "pair.DOGEZAR.class: 'thin' is no class", "Did you mean rand-thin?"),
        ("[scenario.halt]\nclosed_s = 0", 2, "scenario.halt.closed_s: 0 is out of range", "Give more than 0"),
        ("[scenario.hault]\nclosed_s = 2", 1, "scenario.hault: there is no scenario", "Did you mean halt?"),
        ("play = 'halt@3'", 1, "play: 'halt@3' is no list of texts", "Write play = "),
        ("# mine\nplay = ['halt@x']", 2, "play: scenario 'halt@x': 'x' is no time", "NAME@SECONDS"),
        ("all = 3", 1, "all: 3 is no table", "Write [all]"),
        ("[class]\nalt = 3", 2, "class.alt: 3 is no table", "Write [class.alt]"),
    ],
)
def test_a_mistake_is_named_with_file_line_key_value_and_what_would_be_right(text, line, found, remedy):
    with pytest.raises(ConfigProblem) as caught:
        read(text)
    assert str(caught.value).startswith(f"mine.toml, line {line}: ") and found in str(caught.value)
    assert remedy in caught.value.remedy


def test_what_is_no_toml_is_named_with_its_line():
    with pytest.raises(ConfigProblem, match=r"mine.toml is not TOML: .*line 2"):
        read("[all]\nmakers 3\n")


def test_a_key_that_is_hidden_in_another_way_of_toml_is_named_without_a_line():
    with pytest.raises(ConfigProblem, match=r"^mine.toml: pair.DOGEUSDT.makers: -1 is out of range"):
        read("pair = {DOGEUSDT = {makers = -1}}")


def test_the_example_can_be_used_and_a_missing_file_says_so(tmp_path):
    world = World(1)
    prepare(world, ROOT / "examples" / "crowd.toml", ["flash-crash@60,pair=DOGEUSDT"])
    crowd, crash = world.crowd, FlashCrash(fall_bps=1500.0, recovered=0.6)
    assert crowd is not None and crowd.scenarios["flash-crash"] == crash
    assert crowd._cues == [
        Cue(IlliquidHour(lasts_s=1800.0), 3600.0, "DOGEZAR"),
        Cue(crash, 60.0, "DOGEUSDT"),  # a scenario of the command line has the file's numbers
    ]
    for path in (tmp_path / "none.toml", tmp_path):
        with pytest.raises(ConfigProblem, match="cannot read the crowd file") as caught:
            prepare(world, path, [])
        assert "examples/crowd.toml" in caught.value.remedy


# ---- the manual ------------------------------------------------------------------------------------------------------
def rows(text: str) -> dict[str, str]:
    """Key and default of every row of the tables there."""
    return dict(re.findall(r"^\| `(\w+)` \| [^|]* \| `([^`]*)` \|", text, re.MULTILINE))


def written(value: object) -> str:
    if isinstance(value, tuple):
        return f"[{value[0]:g}, {value[1]:g}]"
    return value if isinstance(value, str) else f"{value:.9g}"


def defaults(numbers: Any) -> dict[str, str]:
    return {field.name: written(getattr(numbers, field.name)) for field in fields(numbers)}


def test_the_manual_has_every_key_with_its_default():
    assert rows(PAGE.partition("## Scenarios")[0]) == defaults(ALT)
    for name, scenario in SCENARIOS.items():
        section = PAGE.partition(f"\n### {name}\n")[2].partition("\n### ")[0]
        assert rows(section) == defaults(scenario), name


def test_the_manual_says_in_what_each_class_differs():
    table = PAGE.partition("### Where classes differ")[2].partition("\n## ")[0]
    said = {
        label: dict(re.findall(r"`(\w+)` (\[[^\]]*\]|[\d.]+)", row))
        for label, row in re.findall(r"^\| `([\w-]+)` \| (.*) \|$", table, re.MULTILINE)
    }
    plain = defaults(ALT)
    assert said == {
        label: {key: value for key, value in defaults(profile).items() if value != plain[key]}
        for label, profile in CLASSES.items()
        if label != "alt"
    }


def test_every_pair_has_a_class_by_what_is_traded_in_it():
    assert {class_of(spec) for spec in PAIRS.values() if spec.active} == set(CLASSES)
    expected = {
        "DOGEUSDT": "alt", "BTCUSDC": "major", "USDTUSDC": "dollars", "ETHBTC": "coin", "DOGEZAR": "rand-thin",
        "BTCZAR": "rand-major", "USDTZAR": "rand-dollar",
    }  # fmt: skip
    assert {pair: class_of(PAIRS[pair]) for pair in expected} == expected
    assert class_of(DOGEUSDT) == "alt"
