"""The two random processes behind a pair's crowd: where its price goes, and when its takers come.

Room rule: pure; floats, because they are a model and no money. What they draw depends on the times they are asked for
and on their own chance, never on the book: who trades with the crowd does not change the weather.

The price. The logarithm of price / centre, x, is an Ornstein-Uhlenbeck process, exact over any step t:

    x(s + t) = x(s) e^(-kt) + N(0, v^2 (1 - e^(-2kt)) / 2k)         k = ln 2 / half-life, v = volatility of one second

(G. E. Uhlenbeck, L. S. Ornstein: On the theory of the Brownian motion, Physical Review 36, 1930), and news jumps on top.

The takers. Their rate is that of A. G. Hawkes (Spectra of some self-exciting and mutually exciting point processes,
Biometrika 58, 1971), with an exponential memory:

    rate(t) = calm + sum over the takers before t of (n / m) e^(-(t - t_i) / m)

where each taker draws n others after him, on average, within m seconds or so. Over long times calm / (1 - n) come per
second, and the variance of their number is 1 / (1 - n)^2 times its mean: bursts, where a Poisson process has 1. The next
arrival is found by thinning (Y. Ogata: On Lewis' simulation method for point processes, IEEE Transactions on
Information Theory 27, 1981): between arrivals the rate only falls, so that the present one is a bound.
"""

from math import exp, log, sqrt

from valr_maker.chance import Chance
from valr_maker.domain import Side
from valr_maker.sandbox.profile import Profile
from valr_maker.sandbox.scene import BPS


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

    def at(self, now_s: float, shift: float = 0.0) -> float:
        """The price now, and so much beside it in its logarithm. Times must not go back."""
        gap_s = now_s - self._at_s
        if gap_s > 0:
            kept = exp(-self._pull * gap_s)
            spread = self._deviation * sqrt((1 - kept * kept) / (2 * self._pull))
            self._away = self._away * kept + self._chance.normal(0.0, spread)
            self._at_s = now_s
        return exp(self._centre + self._away + shift)

    def jump(self, side: Side, size_bps: float, now_s: float) -> None:
        """Move at once, up for a buy."""
        self.at(now_s)
        self._away += sign(side) * size_bps * BPS


class Bursts:
    """When the next noise taker comes: a self-exciting process with an exponential memory, by thinning."""

    def __init__(self, profile: Profile, chance: Chance, now_s: float) -> None:
        self._calm = 1 / profile.calm_gap_s
        self._decay = 1 / profile.excitement_s
        self._kick = profile.excitement / profile.excitement_s
        self._chance = chance
        self._excited = 0.0  # rate above the calm one, per second
        self._at_s = now_s

    def came(self, now_s: float) -> None:
        """A taker came, and draws others after him."""
        self._excited = self._excitement(now_s) + self._kick
        self._at_s = now_s

    def next_s(self, now_s: float, factor: float = 1.0) -> float:
        """When the next one comes, if none came since; the calm rate is multiplied by `factor`, which is above 0."""
        calm, excited = self._calm * factor, self._excitement(now_s)
        while True:
            bound = calm + excited
            step_s = self._chance.wait_s(1 / bound)
            now_s += step_s
            excited *= exp(-self._decay * step_s)
            if self._chance.unit() * bound <= calm + excited:
                return now_s

    def _excitement(self, now_s: float) -> float:
        return self._excited * exp(-self._decay * (now_s - self._at_s))
