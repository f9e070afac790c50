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
"""A comparison in which chance would make a difference anywhere more often than this calls it noise."""
LEAST_EFFECT = 0.33
"""Of Cliff's delta; "medium" in the usual reading (0.147 small, 0.474 large). The more samples, the surer is a trifle."""
EXACT_PAIRS_MAX = 400
"""Up to so many pairs, and without ties, the distribution of U is counted out and not taken for normal."""
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
    TOO_FEW = "too few"


class Change(NamedTuple):
    """One figure then and now."""

    verdict: Verdict
    before_us: float
    after_us: float
    p_value: float
    """How often chance alone would make such a difference; 1 when it was not asked."""
    effect: float
    """Cliff's delta: 1 when each time of now is above each of then, -1 when each is below, 0 when neither is."""


def change(before: Sequence[float], after: Sequence[float], *, figures: int = 1) -> Change:
    """Faster, slower or noise, by the Mann-Whitney U test (two-sided), Cliff's delta and the shift of the median.

    The test looks at ranks alone: one slow outlier or a skewed spread of times does not deceive it. When many figures
    are compared at once, each must be that much surer (Bonferroni). It cannot know that the machine was busier in one
    of two runs: that is a difference too.
    Source: H. B. Mann and D. R. Whitney, Annals of Mathematical Statistics 18 (1947); N. Cliff, Psychological Bulletin
    114 (1993).
    """
    if min(len(before), len(after)) < LEAST_SAMPLES:
        return Change(Verdict.TOO_FEW, median(before or [0.0]), median(after or [0.0]), 1.0, 0.0)
    was, now = median(before), median(after)
    p_value, effect = p_value_of(before, after), effect_of(before, after)
    shift = (now - was) / was if was else 0.0
    sure = p_value < ALPHA / figures and shift * effect > 0
    if not sure or abs(shift) < LEAST_SHIFT or abs(effect) < LEAST_EFFECT:
        return Change(Verdict.NOISE, was, now, p_value, effect)
    return Change(Verdict.FASTER if now < was else Verdict.SLOWER, was, now, p_value, effect)


def effect_of(before: Sequence[float], after: Sequence[float]) -> float:
    """Cliff's delta: of all pairs of a then and a now, the share in which now is larger, less that in which it is smaller."""
    ranks, _ = _ranks([*before, *after])
    u = sum(ranks[len(before) :]) - len(after) * (len(after) + 1) / 2
    return 2 * u / (len(before) * len(after)) - 1


def p_value_of(first: Sequence[float], second: Sequence[float]) -> float:
    """Of the Mann-Whitney U test, two-sided: counted out for few samples, else normal, for ties and continuity corrected."""
    ranks, ties = _ranks([*first, *second])
    size, other = len(first), len(second)
    u = sum(ranks[:size]) - size * (size + 1) / 2
    if not ties and size * other <= EXACT_PAIRS_MAX:
        return _exact(size, other, round(u))
    return _normal(size, other, u, ties)


def _normal(size: int, other: int, u: float, ties: float) -> float:
    total = size + other
    spread = size * other / 12 * (total + 1 - ties / (total * (total - 1)))
    if spread <= 0:
        return 1.0  # every value is the same
    distance = max(abs(u - size * other / 2) - 0.5, 0.0)
    return erfc(distance / sqrt(spread) / sqrt(2))


def _exact(size: int, other: int, u: int) -> float:
    """Of all orders in which the samples could have come, the share that is at least as lopsided.

    The ways to each U are the coefficients of Gauss's binomial: times (1 - q^(other + k)), by (1 - q^k), for each k.
    """
    ways = [1] + [0] * (size * other)
    for k in range(1, size + 1):
        for at in range(size * other, other + k - 1, -1):
            ways[at] -= ways[at - other - k]
        for at in range(k, size * other + 1):
            ways[at] += ways[at - k]
    return min(2 * sum(ways[: min(u, size * other - u) + 1]) / sum(ways), 1.0)


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
    both = [name for name in after if name in before]
    return {name: change(before[name], after[name], figures=len(both)) for name in both}
