"""Percentiles, histograms, and when a figure has really changed."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from valr_maker.bench.samples import BINS, Verdict, change, histogram, p_value_of, summary, time_words

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


def test_the_test_gives_the_figures_of_its_definition():
    """Five below five: U is 0, its mean 12.5, its deviation sqrt(25 * 11 / 12); less 1/2 for continuity."""
    assert p_value_of([1, 2, 3, 4, 5], [6, 7, 8, 9, 10]) == pytest.approx(0.012186, abs=1e-6)
    assert p_value_of([1.0] * 9, [1.0] * 9) == 1.0


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
