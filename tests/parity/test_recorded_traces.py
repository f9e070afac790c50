"""What the real Hummingbot did in random scenarios, against ours (no Hummingbot needed)."""

from pathlib import Path

import pytest
from parity import ours
from parity.recorded import FILE, head, read, read_cases
from parity.run import difference
from parity.scenario import ALL_KEYS

RECORDED = list(read())
SIZE_MAX = 800_000
GROUPS = 10


@pytest.mark.parametrize("group", range(GROUPS))
def test_asks_for_what_hummingbot_asked_for(group: int):
    pairs = ((one, difference(one.run, ours.run(one.scenario))) for one in RECORDED[group::GROUPS])
    apart = [f"scenario {one.name}: {found}" for one, found in pairs if found]
    assert not apart, "\n".join(apart)


def test_the_file_is_small_and_says_who_made_it():
    assert FILE.stat().st_size < SIZE_MAX
    assert head()["made by"].startswith("hummingbot 2026")
    assert head()["remade by"].startswith("make parity-record ")
    assert head()["scenarios"] == len(RECORDED) >= 200


def test_the_page_says_how_much_is_replayed():
    (ticks,) = {len(one.scenario["steps"]) for one in RECORDED}
    said = f"{len(read_cases())} named corners and {len(RECORDED)} random scenarios of {ticks} ticks"
    assert said in (Path(__file__).parents[2] / "docs" / "parity.md").read_text(encoding="utf-8")


def test_every_key_is_set_in_some_recorded_scenario():
    assert {key for one in RECORDED for key in one.scenario["conf"]} >= ALL_KEYS
