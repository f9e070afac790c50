"""The two random processes behind a pair's crowd: where its price goes, and when its takers come.

Room rule: pure; floats, because they are a model and no money. What they draw depends on the times they are asked for
and on their own chance, never on the book: who trades with the crowd does not change the weather.
"""

from math import exp, log, sqrt

from valr_maker.chance import Chance
from valr_maker.domain import Side
from valr_maker.sandbox.profile import Profile

BPS = 1e-4


def sign(side: Side) -> int:
    """+1 for a buy, -1 for a sell: the way it pushes the price."""
    return 1 if side is Side.BUY else -1


class Walk:
    """The price that everybody would agree on, in quote per base: mean-reverting in its logarithm, with jumps."""

    def __init__(self, centre: float, profile: Profile, chance: Chance, now_s: float) -> None:
        self._centre = log(centre)
        self._pull = log(2) / profile.pull_half_life_s
        self._deviation = profile.volatility_bps * BPS
        self._chance = chance
        self._away = 0.0  # logarithm of price / centre
        self._at_s = now_s

    def at(self, now_s: float) -> float:
        """The price now. Times must not go back."""
        gap_s = now_s - self._at_s
        if gap_s > 0:
            kept = exp(-self._pull * gap_s)
            spread = self._deviation * sqrt((1 - kept * kept) / (2 * self._pull))
            self._away = self._away * kept + self._chance.normal(0.0, spread)
            self._at_s = now_s
        return exp(self._centre + self._away)

    def jump(self, side: Side, size_bps: float) -> None:
        """Move at once, up for a buy."""
        self._away += sign(side) * size_bps * BPS


class Bursts:
    """When the next noise taker comes: a self-exciting (Hawkes) process with an exponential memory, by thinning."""

    def __init__(self, profile: Profile, chance: Chance) -> None:
        self._calm = 1 / profile.calm_gap_s
        self._decay = 1 / profile.excitement_s
        self._kick = profile.excitement / profile.excitement_s
        self._chance = chance
        self._excited = 0.0  # rate above the calm one, per second

    def gap_s(self) -> float:
        """Seconds from the last taker to the next."""
        gap_s = 0.0
        while True:
            bound = self._calm + self._excited
            step_s = self._chance.wait_s(1 / bound)
            gap_s += step_s
            self._excited *= exp(-self._decay * step_s)
            if self._chance.unit() * bound <= self._calm + self._excited:
                self._excited += self._kick
                return gap_s
