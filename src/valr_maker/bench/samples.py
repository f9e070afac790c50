"""Measured times: percentiles, a histogram of plain letters, and whether two sets of them differ.

Room rule: numbers in, numbers and words out. Times are microseconds.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from math import ceil, erfc, log10, sqrt
from statistics import median
from typing import NamedTuple

PERCENTILES = (50, 90, 99)
ALPHA = 0.01
"""A difference that chance would make more often than this is noise."""
LEAST_SHIFT = 0.05
"""A median that moved by less than this part is noise too, however sure it is."""
LEAST_SAMPLES = 8
BINS, BAR = 8, 40
LEAST_US = 1e-3
MILLI, SECOND = 1e3, 1e6


class Summary(NamedTuple):
    """A set of times, in microseconds."""

    size: int
    p50: float
    p90: float
    p99: float
    worst: float


def summary(values: Sequence[float]) -> Summary:
    """The percentiles by nearest rank. Raises ValueError for no values."""
    if not values:
        raise ValueError("nothing was measured")
    ranked = sorted(values)
    p50, p90, p99 = (ranked[ceil(len(ranked) * percent / 100) - 1] for percent in PERCENTILES)
    return Summary(len(ranked), p50, p90, p99, ranked[-1])


def time_words(us: float) -> str:
    """A time with three digits in the unit that suits it.

    >>> time_words(12.34), time_words(12_340.0), time_words(1_234_000.0)
    ('12.3 us', '12.3 ms', '1.23 s')
    """
    if us < MILLI:
        return f"{us:.3g} us"
    return f"{us / MILLI:.3g} ms" if us < SECOND else f"{us / SECOND:.3g} s"


def histogram(values: Sequence[float]) -> list[str]:
    """One line a bin, bins of equal ratio from the least to the largest; a bar is as long as the bin is full."""
    low, high = max(min(values), LEAST_US), max(*values, LEAST_US)
    if high / low < 1 + 1e-9:
        return [f"{time_words(low):>9}            {'#' * BAR} {len(values)}"]
    step = log10(high / low) / BINS
    counts = [0] * BINS
    for value in values:
        counts[min(int(log10(max(value, low) / low) / step), BINS - 1)] += 1
    most = max(counts)
    edges = [low * 10 ** (step * index) for index in range(BINS + 1)]
    return [
        f"{time_words(edges[index]):>9} - {time_words(edges[index + 1]):>9} {'#' * ceil(BAR * count / most)} {count}"
        for index, count in enumerate(counts)
    ]


class Verdict(StrEnum):
    """What became of a figure."""

    FASTER = "faster"
    SLOWER = "slower"
    NOISE = "noise"
    TOO_FEW = "too few samples"


class Change(NamedTuple):
    """One figure then and now."""

    verdict: Verdict
    before_us: float
    after_us: float
    p_value: float
    """How often chance alone would make such a difference; 1 when it was not asked."""


def change(before: Sequence[float], after: Sequence[float]) -> Change:
    """Faster, slower or noise, by the Mann-Whitney U test (two-sided) and the shift of the median.

    The test looks at ranks alone: one slow outlier or a skewed spread of times does not deceive it.
    Source: H. B. Mann and D. R. Whitney, Annals of Mathematical Statistics 18 (1947); normal approximation with
    correction for ties and continuity.
    """
    if min(len(before), len(after)) < LEAST_SAMPLES:
        return Change(Verdict.TOO_FEW, median(before or [0.0]), median(after or [0.0]), 1.0)
    was, now, p_value = median(before), median(after), p_value_of(before, after)
    shift = abs(now - was) / was if was else 0.0
    if p_value >= ALPHA or shift < LEAST_SHIFT:
        return Change(Verdict.NOISE, was, now, p_value)
    return Change(Verdict.FASTER if now < was else Verdict.SLOWER, was, now, p_value)


def p_value_of(first: Sequence[float], second: Sequence[float]) -> float:
    """Of the Mann-Whitney U test, two-sided."""
    ranks, ties = _ranks([*first, *second])
    size, other = len(first), len(second)
    total = size + other
    u = sum(ranks[:size]) - size * (size + 1) / 2
    spread = size * other / 12 * (total + 1 - ties / (total * (total - 1)))
    if spread <= 0:
        return 1.0  # every value is the same
    distance = max(abs(u - size * other / 2) - 0.5, 0.0)
    return erfc(distance / sqrt(spread) / sqrt(2))


def _ranks(values: Sequence[float]) -> tuple[list[float], float]:
    """The rank of each value, equal ones sharing theirs; and the sum of t^3 - t over groups of equals."""
    order = sorted(range(len(values)), key=values.__getitem__)
    ranks, ties, begin = [0.0] * len(values), 0.0, 0
    while begin < len(order):
        end = begin
        while end < len(order) and values[order[end]] == values[order[begin]]:
            end += 1
        for index in order[begin:end]:
            ranks[index] = (begin + 1 + end) / 2
        ties += (end - begin) ** 3 - (end - begin)
        begin = end
    return ranks, ties


def compared(before: Mapping[str, Sequence[float]], after: Mapping[str, Sequence[float]]) -> dict[str, Change]:
    """Every figure that both have."""
    return {name: change(before[name], values) for name, values in after.items() if name in before}
