"""Percentiles, histograms, and when a figure has really changed."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from valr_maker.bench.samples import (
    BINS,
    Verdict,
    _exact,
    _normal,
    change,
    effect_of,
    histogram,
    p_value_of,
    summary,
    time_words,
)

TIMES = st.lists(st.floats(0.5, 1e7), min_size=1, max_size=200)


def around(middle: float, count: int, seed: int) -> list[float]:
    """Times as they are measured: a floor, a middle, and a long tail."""
    chance = random.Random(seed)
    return [middle * chance.lognormvariate(0.0, 0.2) for _ in range(count)]


def test_percentiles_are_those_of_the_ranked_times():
    assert summary([float(n) for n in range(1, 101)]) == (100, 50.0, 90.0, 99.0, 100.0)
    assert summary([7.0]) == (1, 7.0, 7.0, 7.0, 7.0)


@given(TIMES)
def test_percentiles_are_measured_times_in_order(values):
    found = summary(values)
    assert found.size == len(values)
    assert found.p50 <= found.p90 <= found.p99 <= found.worst == max(values)
    assert {found.p50, found.p90, found.p99} <= set(values)


@given(TIMES)
def test_a_histogram_holds_every_time_and_fits_eighty_columns(values):
    rows = histogram(values)
    assert sum(int(row.split()[-1]) for row in rows) == len(values)
    assert len(rows) in (1, BINS)
    assert max(map(len, rows)) <= 78


def test_the_exact_distribution_is_the_one_in_the_tables():
    """3 against 3, all apart: 2 of 20 orders. 4 against 4: 2 of 70. 5 against 5 with U = 2: 8 of 252."""
    assert p_value_of([1, 2, 3], [4, 5, 6]) == pytest.approx(2 / 20)
    assert p_value_of([1, 2, 3, 4], [5, 6, 7, 8]) == pytest.approx(2 / 70)
    assert p_value_of([1, 2, 3, 4, 7], [5, 6, 8, 9, 10]) == pytest.approx(8 / 252)


def test_with_ties_or_many_samples_it_is_the_normal_approximation():
    """Five below five: U is 0, its mean 12.5, its deviation sqrt(25 * 11 / 12); less 1/2 for continuity."""
    assert _normal(5, 5, 0, 0) == pytest.approx(0.012186, abs=1e-6)
    assert p_value_of([1.0] * 9, [1.0] * 9) == 1.0
    for u in range(100, 201, 10):
        assert _normal(20, 20, u, 0) == pytest.approx(_exact(20, 20, u), abs=0.006)


def test_tortoises_and_hares():
    """In the order T H H H H H T T T T T H the hares win 11 pairs fewer of 36 than all: a draw, by chance 31 times in 100."""
    tortoises, hares = [1, 7, 8, 9, 10, 11], [2, 3, 4, 5, 6, 12]
    assert effect_of(tortoises, hares) == pytest.approx(2 * 11 / 36 - 1)
    assert p_value_of(tortoises, hares) == pytest.approx(0.3095, abs=1e-4)


def test_of_one_distribution_p_is_below_a_twentieth_as_rarely_as_is_said():
    """500 pairs of runs: 25 expected, four deviations either way."""
    pairs = [(around(100.0, 60, n), around(100.0, 60, n + 10_000)) for n in range(500)]
    assert 10 <= sum(p_value_of(*pair) < 0.05 for pair in pairs) <= 42


def test_the_effect_is_one_when_all_are_slower_and_turns_round_with_the_runs():
    assert effect_of([1.0, 2.0], [3.0, 4.0]) == 1.0
    assert effect_of([3.0, 4.0], [1.0, 2.0]) == -1.0
    assert effect_of([1.0, 2.0], [1.0, 2.0]) == 0.0


def test_each_of_many_figures_must_be_surer_than_one_alone():
    """A fifth slower in forty samples: seen alone, and not when it is the worst of a thousand looks."""
    then, now = around(100.0, 40, 3), around(122.0, 40, 4)
    alone = change(then, now)
    assert alone.verdict is Verdict.SLOWER
    assert change(then, now, figures=1000).verdict is Verdict.NOISE
    assert change(then, now, figures=1000).p_value == alone.p_value


@given(st.lists(st.integers(1, 40), min_size=8, max_size=60), st.lists(st.integers(1, 40), min_size=8, max_size=60))
def test_it_does_not_matter_which_is_first(first, second):
    assert p_value_of(first, second) == pytest.approx(p_value_of(second, first))
    assert 0.0 <= p_value_of(first, second) <= 1.0


def test_twice_as_slow_is_slower_and_back_is_faster():
    quick, slow = around(100.0, 50, 1), around(200.0, 50, 2)
    assert change(quick, slow).verdict is Verdict.SLOWER
    assert change(slow, quick).verdict is Verdict.FASTER


def test_the_same_machine_twice_is_noise_in_nearly_every_case():
    verdicts = [change(around(100.0, 50, n), around(100.0, 50, n + 1000)).verdict for n in range(300)]
    assert verdicts.count(Verdict.NOISE) >= 294, "one in a hundred may be wrong; fewer are also moved by 5 %"


def test_a_sure_but_tiny_shift_is_noise():
    before = [100.0 + n * 0.001 for n in range(500)]
    after = [value * 1.02 for value in before]
    assert p_value_of(before, after) < 1e-6
    assert change(before, after).verdict is Verdict.NOISE


def test_few_samples_decide_nothing():
    assert change([1.0] * 7, [9.0] * 50).verdict is Verdict.TOO_FEW


def test_times_are_told_with_three_digits():
    assert [time_words(value) for value in (0.123, 12.34, 999.4, 1_000.0, 2_345_678.0)] == [
        "0.123 us", "12.3 us", "999 us", "1 ms", "2.35 s",
    ]  # fmt: skip
