"""The oracle itself: a scenario is a value, a wrong strategy is caught, and what is printed is small (no Hummingbot needed)."""

import dataclasses
import json

import pytest
from parity import mutants, ours
from parity.cases import CONF, case
from parity.coverage import Coverage
from parity.run import Run, difference
from parity.scenario import ALL_KEYS, scenario
from parity.shrink import complete, line, shrink

from valr_maker.strategy.refresh import Timers

SCENARIOS = [scenario(seed, ALL_KEYS, 60) for seed in range(40)]


def _swapped_times(settings, one):
    times = {"order_refresh_s": settings.max_order_age_s, "max_order_age_s": settings.order_refresh_s}
    return ours.strict(dataclasses.replace(settings, **times), one)


def _swapped_spreads(settings, one):
    spreads = {"bid_spread": settings.ask_spread, "ask_spread": settings.bid_spread}
    return ours.strict(dataclasses.replace(settings, **spreads), one)


def _without_tolerance(settings, one):
    return ours.strict(dataclasses.replace(settings, refresh_tolerance=None), one)


def _without_delay(settings, one):
    return ours.strict(dataclasses.replace(settings, filled_order_delay_s=0.0), one)


def _one_second_late(settings, one):
    return ours.strict(dataclasses.replace(settings, order_refresh_s=settings.order_refresh_s + 1), one)


def _one_level_fewer(settings, one):
    return ours.strict(dataclasses.replace(settings, order_levels=max(1, settings.order_levels - 1)), one)


def _never_too_near(settings, one):
    return ours.strict(dataclasses.replace(settings, minimum_spread=None), one)


WRONG = [
    _swapped_times,
    _swapped_spreads,
    _without_tolerance,
    _without_delay,
    _one_second_late,
    _one_level_fewer,
    _never_too_near,
]


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_strategy_is_caught(wrong):
    found = [one for one in SCENARIOS if difference(ours.run(one), ours.run(one, wrong))]
    assert len(found) >= 2


def test_a_line_broken_in_the_middle_of_the_strategy_is_caught(monkeypatch):
    right = [ours.run(one) for one in SCENARIOS]

    def filled(self, now_s, settings):
        self.create_due_s = now_s + settings.filled_order_delay_s  # and forgets to pull the cancel

    monkeypatch.setattr(Timers, "filled", filled)
    assert any(difference(before, ours.run(one)) for before, one in zip(right, SCENARIOS, strict=True))


def test_what_is_printed_is_the_smallest_that_still_differs():
    big = next(one for one in SCENARIOS if _differs(one))
    small = shrink(big, _differs)
    assert _differs(small)
    assert len(small["steps"]) < 20
    assert sum(map(len, small["steps"])) <= 3
    assert len(line(small)) < 700
    assert _differs(complete(json.loads(line(small)))), "the printed line shows it too"


def _differs(one):
    return difference(ours.run(one), ours.run(one, _without_delay)) is not None


def test_the_difference_names_the_first_tick_and_both_sides():
    theirs = Run([(1, ["B1 9 x 1"]), (4, ["X1"])], [(4, "ValueError")], 5)
    found = difference(theirs, Run([(1, ["B1 9 x 1"]), (3, ["X1"])]))
    assert str(found) == "tick 3: Hummingbot asked nothing; ours asked X1"
    found = difference(theirs, Run([(1, ["B1 9 x 1"])]))
    assert str(found) == "tick 4: Hummingbot asked X1 (an exception ended its tick: ValueError); ours asked nothing"
    assert difference(theirs, theirs) is None


def test_a_tick_that_an_exception_ends_in_one_of_them_alone_is_a_difference():
    theirs = Run([(1, ["B1 9 x 1"])], [(4, "ValueError")], 5)
    found = difference(theirs, Run([(1, ["B1 9 x 1"])]))
    assert (
        str(found) == "tick 4: Hummingbot asked nothing (an exception ended its tick: ValueError); ours asked nothing"
    )
    found = difference(Run([(1, ["B1 9 x 1"])]), theirs)
    assert str(found) == "tick 4: Hummingbot asked nothing; ours asked nothing (ValueError)"
    assert difference(theirs, Run([(1, ["B1 9 x 1"])], [(4, "no price")], 5)) is None, "its name is for people"


def test_a_seed_says_everything():
    one = scenario(7)
    assert json.loads(json.dumps(one)) == json.loads(json.dumps(scenario(7))) != json.loads(json.dumps(scenario(8)))


def test_only_the_keys_asked_for_are_set():
    for seed in range(50):
        assert scenario(seed, ())["conf"].keys() <= CONF.keys() - {"filled_order_delay"}


def test_every_key_of_the_template_is_sampled():
    everything = {key for seed in range(2000) for key in scenario(seed, steps=1)["conf"]}
    assert everything >= ALL_KEYS
    assert everything - ALL_KEYS == {
        "strategy", "exchange", "market", "price_source_exchange", "price_source_market", "price_source_custom_api",
    }  # fmt: skip


def test_coverage_counts_a_key_only_when_it_changed_an_order():
    coverage = Coverage(["minimum_spread", "order_refresh_time", "max_order_age"], ours.run)
    one = case(
        "", "", {"minimum_spread": "0.4", "max_order_age": "900"}, {3: "book 1001500 1002500 10 100 0.5"}
    ).scenario
    coverage.look(one, ours.run(one), tries=3)
    assert coverage.changed["minimum_spread"] == 1
    assert coverage.missing() == ["max_order_age"]
    assert "max_order_age" in coverage.table()


def test_a_broken_line_kills_its_mutant_and_an_unbroken_one_lives(tmp_path):
    one = case("", "").scenario
    mutants.expect([(one, ours.run(one).asked)], tmp_path / "expected.jsonl")
    broken = next(mutant for mutant in mutants.mutants("levels.py") if "bid_spread" in mutant.before)
    assert str(broken).startswith(f"levels.py:{broken.line}  ")
    assert mutants.killed(broken, tmp_path / "expected.jsonl")
    whole = broken._replace(source=(mutants.STRATEGY / "levels.py").read_text(encoding="utf-8"))
    assert not mutants.killed(whole, tmp_path / "expected.jsonl")
