"""How things stand on one pair: calm, or some way through a scenario, and how far that has moved the price.

Room rule: pure. What it says depends on the time and on what was started, never on the book or on chance.
"""

from enum import StrEnum
from math import exp, inf, log
from typing import NamedTuple

BPS = 1e-4


class State(StrEnum):
    """What may be done on a pair."""

    OPEN = "open"
    POST_ONLY = "post-only"
    """Orders may come to rest; nobody can take."""
    INACTIVE = "inactive"
    """Nothing; every order has ended as Cancelled."""


class Phase(NamedTuple):
    """A stretch of a scenario: what is different from a calm market. Factors multiply what the profile says."""

    lasts_s: float
    move_bps: float = 0.0
    """Where the fair price is at the end of the phase, from where the scenario found it; it goes there evenly."""
    state: State = State.OPEN
    makers: float = 1.0
    """Part of the liquidity providers that quotes; the others take their orders away."""
    spread: float = 1.0
    """Their distances from the price, times this."""
    depth: float = 1.0
    """Their sizes, times this."""
    takers: float = 1.0
    """Rate of noise takers, times this; below 1 the other takers are as much rarer, at 0 there are none."""
    taker_size: float = 1.0
    """What each taker spends, times this."""
    lean: float = 0.0
    """-1: every taker sells, +1: every taker buys, 0: as ever."""


CALM = Phase(inf)


class Scene:
    """One pair's present phase. `start` a list of phases, then call `turn` at the second that it returned."""

    def __init__(self, pull_half_life_s: float) -> None:
        self.phase = CALM
        self.name = ""
        """Of the scenario that goes on; empty when all is calm."""
        self.number = 0
        """Rises with every change of phase, so that whoever planned for another one can see it."""
        self._rest: tuple[Phase, ...] = ()
        self._pull = log(2) / pull_half_life_s
        self._moved = False
        self._origin = self._from = self._to = 0.0  # logarithms
        self._begin_s = self._end_s = 0.0

    @property
    def words(self) -> str:
        """What goes on, for people; empty when all is calm."""
        return self.name if self.phase.state is State.OPEN else f"{self.name}, {self.phase.state.value}"

    def start(self, name: str, phases: tuple[Phase, ...], now_s: float) -> float | None:
        """Begin a scenario, in place of whatever goes on. Returns when to `turn`."""
        self.name = name
        self._origin = self._to = self.shift(now_s)
        self._rest = phases
        return self.turn(now_s)

    def turn(self, now_s: float) -> float | None:
        """The present phase is over. Returns when the next one is; None when all is calm again."""
        self.number += 1
        self._from, self._begin_s = self._to, now_s
        if not self._rest:
            self.name, self.phase, self._end_s = "", CALM, now_s
            return None
        self.phase, *rest = self._rest
        self._rest = tuple(rest)
        self._to = self._origin + self.phase.move_bps * BPS
        self._moved = self._moved or self._to != 0.0
        self._end_s = now_s + self.phase.lasts_s
        return self._end_s

    def shift(self, now_s: float) -> float:
        """How far scenarios hold the price away from its own way, as a logarithm; forgotten when all is calm."""
        if not self._moved:
            return 0.0
        if not self.name:
            return self._to * exp(-self._pull * (now_s - self._end_s))
        done = min((now_s - self._begin_s) / self.phase.lasts_s, 1.0) if self.phase.lasts_s else 1.0
        return self._from + (self._to - self._from) * done
