"""Scenarios: what a market does on a bad day, as a few phases with numbers that can be changed.

Room rule: pure. A scenario is a value; scene.py lives through its phases, crowd.py says when. docs/crowd.md lists them.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import isfinite
from typing import ClassVar, NamedTuple

from valr_maker.domain import Side
from valr_maker.errors import UsageProblem
from valr_maker.sandbox.crowd_numbers import BadNumber, changed, from_text
from valr_maker.sandbox.scene import Phase, State

REMEDY = "Write it as NAME@SECONDS, such as flash-crash@120 or flash-crash@120,pair=DOGEUSDT,fall_bps=500"


@dataclass(frozen=True, slots=True)
class FlashCrash:
    """Nearly all bids go, everybody sells, the price falls through; then buyers come back, and most of the fall goes."""

    name: ClassVar[str] = "flash-crash"
    fall_bps: float = 900.0
    """How far the price falls."""
    fall_s: float = 12.0
    """In what time."""
    low_s: float = 10.0
    """How long it stays there."""
    recover_s: float = 120.0
    """How long the way back takes."""
    recovered: float = 0.85
    """What part of the fall is made up for."""
    makers: float = 0.34
    """Part of the providers that stays,"""
    spread: float = 5.0
    """so many times as far from the price,"""
    depth: float = 0.2
    """with so many times their usual sizes."""
    takers: float = 25.0
    """So many times as many noise takers come, and nearly all of them sell."""

    def phases(self) -> tuple[Phase, ...]:
        """Fall, bottom, way back."""
        bare = Phase(
            self.fall_s, -self.fall_bps, makers=self.makers, spread=self.spread, depth=self.depth,
            takers=self.takers, lean=-0.95,
        )  # fmt: skip
        low = bare._replace(lasts_s=self.low_s, takers=self.takers / 4, lean=-0.3)
        back = Phase(self.recover_s, -self.fall_bps * (1 - self.recovered), spread=2.0, depth=0.5, takers=3.0, lean=0.5)
        return bare, low, back


@dataclass(frozen=True, slots=True)
class OneSidedRun:
    """The price goes one way for long, and the takers with it: whoever quotes both sides gathers what falls."""

    name: ClassVar[str] = "one-sided-run"
    side: str = "buy"
    """Who has the upper hand: with `buy` the price rises."""
    move_bps: float = 400.0
    """How far it goes."""
    lasts_s: float = 1_200.0
    """In what time."""
    takers: float = 4.0
    """So many times as many noise takers come,"""
    lean: float = 0.85
    """and this part of all takers is on that side; the rest as ever."""

    def phases(self) -> tuple[Phase, ...]:
        """One long one."""
        up = 1 if Side(self.side) is Side.BUY else -1
        return (Phase(self.lasts_s, up * self.move_bps, takers=self.takers, lean=up * self.lean),)


@dataclass(frozen=True, slots=True)
class IlliquidHour:
    """Most providers go home, the others keep away from the price, and hardly anybody trades."""

    name: ClassVar[str] = "illiquid-hour"
    lasts_s: float = 3_600.0
    makers: float = 0.34
    """Part of the providers that stays,"""
    spread: float = 4.0
    """so many times as far from the price,"""
    depth: float = 0.25
    """with so many times their usual sizes."""
    takers: float = 0.15
    """So many times as many takers, of every kind."""

    def phases(self) -> tuple[Phase, ...]:
        """One long one."""
        return (Phase(self.lasts_s, makers=self.makers, spread=self.spread, depth=self.depth, takers=self.takers),)


@dataclass(frozen=True, slots=True)
class Halt:
    """The pair is closed: every order ends as Cancelled. It comes back post-only, and then as ever."""

    name: ClassVar[str] = "halt"
    closed_s: float = 60.0
    """How long nothing can be done."""
    post_only_s: float = 30.0
    """How long orders can only rest, then; 0 opens it at once."""
    move_bps: float = 0.0
    """How far the price has gone when the pair comes back; below zero it has fallen."""

    def phases(self) -> tuple[Phase, ...]:
        """Closed, post-only."""
        closed = Phase(self.closed_s, self.move_bps, State.INACTIVE, takers=0.0)
        reopening = Phase(self.post_only_s, self.move_bps, State.POST_ONLY, takers=0.0)
        return (closed, reopening) if self.post_only_s else (closed,)


Scenario = FlashCrash | OneSidedRun | IlliquidHour | Halt
SCENARIOS: dict[str, Scenario] = {one.name: one for one in (FlashCrash(), OneSidedRun(), IlliquidHour(), Halt())}
"""By name, with the numbers that they have unless somebody changes them."""


class Cue(NamedTuple):
    """A scenario that is asked for beforehand."""

    scenario: Scenario
    after_s: float
    """Seconds after the first pair has come to life."""
    pair: str | None = None
    """VALR's symbol; None for every pair."""


def cue_of(text: str, pairs: Mapping[str, object], known: Mapping[str, Scenario] | None = None) -> Cue:
    """`NAME@SECONDS`, then `,key=value` as often as wanted; `pair` is one of the keys. Raises UsageProblem."""
    what, _, changes = text.partition(",")
    name, at, after = what.partition("@")
    scenario = named(name.strip(), known)
    try:
        after_s = float(after) if at else 0.0
    except ValueError:
        after_s = -1.0
    if not (isfinite(after_s) and after_s >= 0):
        raise UsageProblem(f"scenario {text!r}: {after!r} is no time", remedy=REMEDY)
    given: dict[str, str] = {}
    for one in changes.split(",") if changes else ():
        key, equals, value = one.partition("=")
        if not equals:
            raise UsageProblem(f"scenario {text!r}: {one!r} is no key=value", remedy=REMEDY)
        given[key.strip()] = value.strip()
    pair = given.pop("pair", None)
    return Cue(adjusted(scenario, given), after_s, None if pair is None else _symbol(pair, pairs))


def named(name: str, known: Mapping[str, Scenario] | None = None) -> Scenario:
    """The scenario of this name. Raises UsageProblem."""
    known = SCENARIOS if known is None else known
    if name not in known:
        raise UsageProblem(f"there is no scenario {name!r}", remedy=f"The scenarios are: {', '.join(known)}")
    return known[name]


def adjusted(scenario: Scenario, given: Mapping[str, object]) -> Scenario:
    """With some of its numbers changed, given as numbers or as text. Raises UsageProblem."""
    try:
        read = {key: from_text(scenario, key, one) if isinstance(one, str) else one for key, one in given.items()}
        return changed(scenario, read)
    except BadNumber as problem:
        raise UsageProblem(f"scenario {scenario.name}: {problem}", remedy=problem.remedy) from problem


def numbers_of(scenario: Scenario) -> dict[str, float | str]:
    """Its numbers by name."""
    return asdict(scenario)


def _symbol(pair: str, pairs: Mapping[str, object]) -> str:
    symbol = pair.replace("-", "").upper()
    if symbol not in pairs:
        raise UsageProblem(f"there is no pair {pair}", remedy="valr-maker pairs lists them")
    return symbol
