"""Changes to the numbers of the crowd and of scenarios, as people write them: checked one by one.

Room rule: pure. A number that makes no sense is a `BadNumber`, which says what was found and what would be right; who
knows the file and the line adds them.
"""

from collections.abc import Mapping
from dataclasses import fields, replace
from difflib import get_close_matches
from math import inf, isfinite
from typing import Any, NamedTuple, TypeVar

from valr_maker.domain import Side


class BadNumber(Exception):
    """Key, what was found, and what to do."""

    def __init__(self, key: str, found: str, remedy: str) -> None:
        super().__init__(f"{key}: {found}")
        self.key, self.found, self.remedy = key, found, remedy


class Within(NamedTuple):
    """Smallest and largest sensible value."""

    low: float
    high: float = inf


POSITIVE = Within(1e-12)
ANY = Within(-5_000.0, 5_000.0)
FROM_ZERO, PART = Within(0.0), Within(0.0, 1.0)
TENTHS, FACTOR, BPS_OFF = Within(0.05), Within(0.001, 1_000.0), Within(0.0, 5_000.0)
LIMITS: dict[str, Within] = {
    # of a profile
    "volatility_bps": Within(0.0, 1_000.0), "pull_half_life_s": Within(1.0), "news_gap_s": TENTHS,
    "news_bps": Within(1e-9, 5_000.0), "news_lead_s": FROM_ZERO, "informed_part": FROM_ZERO, "informed_quote": FROM_ZERO,
    "makers": Within(0, 50), "levels": Within(1, 100), "nearest_bps": Within(0.01, 9_000.0),
    "farthest_bps": Within(0.01, 9_000.0), "maker_widening": Within(0.0, 100.0), "maker_growth": Within(0.0, 100.0),
    "maker_slowing": Within(0.0, 100.0), "level_growth": Within(0.1, 10.0), "wake_gap_s": TENTHS,
    "changes_per_wake": Within(1, 1_000), "patience": FROM_ZERO, "fidget_chance": PART, "arbitrage_bps": FROM_ZERO,
    "calm_gap_s": TENTHS, "excitement": Within(0.0, 0.95), "excitement_s": TENTHS, "herding": PART,
    "taker_reach_bps": BPS_OFF, "sweep_gap_s": TENTHS, "sweep_reach_bps": BPS_OFF, "sweep_informed_chance": PART,
    "sweep_move_bps": BPS_OFF, "sweep_repeat_chance": PART, "whale_gap_s": TENTHS, "whale_move_bps": BPS_OFF,
    "whale_bites": Within(1, 1_000), "whale_bite_gap_s": TENTHS, "whale_reach_bps": BPS_OFF, "whale_rests_chance": PART,
    "whale_shown": Within(0.001, 1.0), "whale_look_s": TENTHS, "whale_stay_s": FROM_ZERO, "size_spread": Within(0.0, 3.0),
    # of a scenario
    "fall_bps": Within(1.0, 9_000.0), "low_s": FROM_ZERO, "recovered": PART, "spread": FACTOR, "depth": FACTOR,
    "takers": Within(0.0, 1_000.0), "move_bps": ANY, "lean": PART, "post_only_s": FROM_ZERO,
}  # fmt: skip
"""By key; what is not listed must be above zero. `makers` is a number in a profile and a part in a scenario."""

Numbers = TypeVar("Numbers")


def changed(base: Numbers, changes: Mapping[str, object]) -> Numbers:
    """The same with some numbers changed. Raises BadNumber."""
    known = {field.name: getattr(base, field.name) for field in fields(base)}  # type: ignore[arg-type]
    made: dict[str, Any] = {}
    for key, value in changes.items():
        if key not in known:
            near = get_close_matches(key, known, 1)
            what = f"Did you mean {near[0]}?" if near else f"The keys are: {', '.join(known)}"
            raise BadNumber(key, "there is no such key", what)
        made[key] = _value(key, known[key], value)
    both = replace(base, **made)  # type: ignore[type-var]
    _expect_order(both)
    return both


def from_text(base: object, key: str, text: str) -> object:
    """What a text such as `40`, `0.5`, `[1, 2]` or `buy` stands for, where `base` has a value of that key."""
    if isinstance(getattr(base, key, None), str):
        return text
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError as problem:
        raise BadNumber(key, f"{text!r} is no number", "Give a number, such as 40 or 0.5") from problem


def _value(key: str, old: object, value: object) -> object:
    if isinstance(old, str):
        if value not in list(Side):
            raise BadNumber(key, f"{value!r} is no side", "Give buy or sell")
        return value
    limits = PART if key == "makers" and isinstance(old, float) else LIMITS.get(key, POSITIVE)
    if isinstance(old, tuple):
        if not isinstance(value, list | tuple) or len(value) != len(old):
            raise BadNumber(key, f"{value!r} is no range", f"Give two numbers, such as [{old[0]:g}, {old[1]:g}]")
        low, high = (_number(key, one, limits) for one in value)
        if low > high:
            raise BadNumber(key, f"{value!r} ends before it begins", "Give the smaller number first")
        return low, high
    number = _number(key, value, limits)
    if isinstance(old, int):
        if number != int(number):
            raise BadNumber(key, f"{value!r} is not whole", f"Give a whole number, such as {old}")
        return int(number)
    return number


def _number(key: str, value: object, limits: Within) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise BadNumber(key, f"{value!r} is no number", "Give a number, such as 40 or 0.5")
    if not limits.low <= value <= limits.high:
        high = "" if limits.high == inf else f" to {limits.high:g}"
        at_least = "more than 0" if limits is POSITIVE else f"{limits.low:g}{high or ' or more'}"
        raise BadNumber(key, f"{value:g} is out of range", f"Give {at_least}")
    return float(value)


def _expect_order(numbers: object) -> None:
    near, far = getattr(numbers, "nearest_bps", 0.0), getattr(numbers, "farthest_bps", 1.0)
    if near >= far:
        raise BadNumber("nearest_bps", f"{near:g} is not below farthest_bps ({far:g})", "Change one of the two")
    patience = getattr(numbers, "patience", (0.0, 2.0))
    if not patience[0] < 1 < patience[1]:
        raise BadNumber("patience", f"{list(patience)} does not hold 1", "Give a range around 1, such as [0.6, 1.5]")
