"""How the crowd of one pair behaves: every number of its model, with its unit, in one place; and which pair has which.

The figures are chosen, not measured: the reference (7.5) has no activity data of VALR's thin pairs beyond "tens of
levels, seconds between updates, many ticks of spread", and 6 bp between bid and ask of BTCZAR. Sweeps are far more
frequent than in any real market, so that whoever tries a quote 1 % from mid for three minutes sees it filled.
A basis point (`bps`) is 0.01 % of the price. Floats drive the model; prices and sizes become Decimal at its edge.
docs/crowd.md lists every number; crowd_file.py reads changes of them from a file.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from valr_maker.sandbox.facts import PairSpec

STABLE = frozenset({"USDT", "USDC", "USDT0", "USDPC", "DAI", "PYUSD", "RLUSD"})
"""Dollars by other names: between two of them the price hardly moves."""
MAJORS = frozenset({"BTC", "ETH"})
"""Coins with many providers."""
RAND = "ZAR"


@dataclass(frozen=True, slots=True)
class Profile:
    """One pair's crowd. The defaults are those of a pair quoted in USDT or USDC."""

    # Where the price goes: a random walk around the pair's reference price, with jumps that some know beforehand.
    volatility_bps: float = 1.5
    """Deviation of the walk over one second; grows with the square root of time."""
    pull_half_life_s: float = 1_800.0
    """Half of the distance from the pair's reference price is forgotten in this time."""
    news_gap_s: float = 20.0
    """Mean time between two pieces of news."""
    news_bps: float = 18.0
    """Mean size of the jump it brings."""
    news_lead_s: tuple[float, float] = (0.4, 2.5)
    """How long before the jump the informed trade."""
    informed_part: float = 0.7
    """They take what is better than the present price plus this part of the jump to come."""
    informed_quote: float = 120.0
    """Median of what they spend at once, in quote."""

    # Liquidity providers: each keeps a ladder on both sides.
    makers: int = 3
    levels: int = 7
    """Orders of one provider on one side."""
    nearest_bps: float = 7.0
    """Distance of the innermost order from the price."""
    farthest_bps: float = 320.0
    """Distance of the outermost; the ones between grow by a constant factor."""
    maker_widening: float = 0.2
    """Each further provider stands this part (of the first one's distance) farther out than the one before."""
    maker_growth: float = 0.25
    """Each further provider's orders are larger by this part of the first one's."""
    maker_slowing: float = 0.25
    """Each further provider looks less often: the time between two looks is longer by this part of the first one's."""
    level_quote: float = 36.0
    """Median size of the innermost order, in quote."""
    level_growth: float = 1.3
    """Each order farther out is larger by this factor."""
    wake_gap_s: float = 1.3
    """Mean time between two looks of the first provider at the book."""
    changes_per_wake: int = 6
    """Orders that a provider places in one look."""
    patience: tuple[float, float] = (0.6, 1.5)
    """An order is left alone while its distance is within these multiples of the intended one."""
    fidget_chance: float = 0.5
    """Chance per look that a provider places one order anew without need."""
    arbitrage_bps: float = 3.0
    """A provider takes whatever rests this far on the wrong side of the price."""
    arbitrage_quote: float = 20_000.0
    """At most so much at once, in quote."""

    # Noise takers: bursts that excite themselves.
    calm_gap_s: float = 12.0
    """Mean time between takers whom no other taker has excited."""
    excitement: float = 0.6
    """Takers that one taker draws after him, on average; below 1."""
    excitement_s: float = 1.2
    """How long the excitement lasts, on average."""
    herding: float = 0.75
    """Chance that a taker trades in the direction of the one before."""
    taker_quote: float = 20.0
    """Median of what one spends, in quote."""
    taker_reach_bps: float = 15.0
    """How far beyond the best price one goes."""

    # Sweepers: take the ladder beyond 1 % of mid.
    sweep_gap_s: tuple[float, float] = (20.0, 50.0)
    sweep_reach_bps: tuple[float, float] = (115.0, 210.0)
    """How far from mid they go."""
    sweep_quote: float = 20_000.0
    """At most so much at once, in quote."""
    sweep_informed_chance: float = 0.6
    """Chance that the price follows them."""
    sweep_move_bps: tuple[float, float] = (10.0, 60.0)
    """By how much it follows."""
    sweep_repeat_chance: float = 0.35
    """Chance that a sweep goes in the direction of the one before."""

    # The whale: seldom, and more than the book holds.
    whale_gap_s: float = 3_600.0
    """Mean time between two visits."""
    whale_quote: float = 4_000.0
    """Median of what he wants in one visit, in quote."""
    whale_move_bps: tuple[float, float] = (20.0, 80.0)
    """By how much the price gives way when he takes."""
    whale_bites: int = 6
    """He takes in so many orders,"""
    whale_bite_gap_s: tuple[float, float] = (0.5, 3.0)
    """so long apart,"""
    whale_reach_bps: float = 60.0
    """each of them so far beyond the best price."""
    whale_rests_chance: float = 0.5
    """Chance that he rests an iceberg instead,"""
    whale_shown: float = 0.06
    """of which one slice is this part of the median,"""
    whale_look_s: float = 2.0
    """looks whether the slice is gone so often,"""
    whale_stay_s: tuple[float, float] = (120.0, 600.0)
    """and stays so long."""

    size_spread: float = 0.6
    """Spread of every size around its median: deviation of its logarithm."""


# ---- classes of pairs -------------------------------------------------------------------------------------------------
ALT = Profile()
MAJOR = replace(
    ALT, makers=4, nearest_bps=2.5, farthest_bps=280.0, volatility_bps=1.0, news_bps=10.0, level_quote=300.0,
    wake_gap_s=1.0, calm_gap_s=5.0, taker_quote=120.0, informed_quote=700.0, arbitrage_quote=150_000.0,
    sweep_quote=150_000.0, whale_quote=40_000.0,
)  # fmt: skip
DOLLARS = replace(
    ALT, volatility_bps=0.1, news_bps=1.0, nearest_bps=2.0, farthest_bps=150.0, level_quote=45.0,
    sweep_reach_bps=(10.0, 60.0), sweep_move_bps=(0.0, 2.0), whale_reach_bps=10.0, whale_move_bps=(0.0, 4.0),
)  # fmt: skip
COIN = replace(
    ALT, level_quote=0.0004, taker_quote=0.0002, informed_quote=0.0012, arbitrage_quote=0.2, sweep_quote=0.2,
    whale_quote=0.05,
)  # fmt: skip
RAND_THIN = replace(
    ALT, makers=2, levels=6, nearest_bps=14.0, maker_widening=0.4, wake_gap_s=2.2, changes_per_wake=4, news_gap_s=35.0,
    calm_gap_s=35.0, level_quote=450.0, taker_quote=200.0, informed_quote=1_000.0, arbitrage_quote=200_000.0,
    sweep_quote=200_000.0, sweep_gap_s=(40.0, 100.0), whale_gap_s=7_200.0, whale_quote=30_000.0,
)  # fmt: skip
RAND_MAJOR = replace(
    RAND_THIN, makers=3, levels=7, nearest_bps=2.5, maker_widening=0.25, volatility_bps=1.0, news_gap_s=20.0,
    news_bps=10.0, calm_gap_s=10.0, wake_gap_s=1.3, changes_per_wake=6, level_quote=2_500.0, taker_quote=900.0,
    informed_quote=5_000.0, arbitrage_quote=1_000_000.0, sweep_quote=1_000_000.0, sweep_gap_s=(20.0, 50.0),
    whale_gap_s=3_600.0, whale_quote=300_000.0,
)  # fmt: skip
RAND_DOLLAR = replace(
    RAND_MAJOR, volatility_bps=0.35, news_bps=3.0, nearest_bps=4.0, sweep_move_bps=(0.0, 15.0),
    whale_move_bps=(2.0, 15.0),
)  # fmt: skip
CLASSES: dict[str, Profile] = {
    "alt": ALT,
    "major": MAJOR,
    "dollars": DOLLARS,
    "coin": COIN,
    "rand-thin": RAND_THIN,
    "rand-major": RAND_MAJOR,
    "rand-dollar": RAND_DOLLAR,
}


def class_of(spec: PairSpec) -> str:
    """The class of a pair, by what is traded in it."""
    if spec.quote == RAND:
        return "rand-dollar" if spec.base in STABLE else "rand-major" if spec.base in MAJORS else "rand-thin"
    if spec.quote not in STABLE:
        return "coin"
    return "dollars" if spec.base in STABLE else "major" if spec.base in MAJORS else "alt"


@dataclass(frozen=True, slots=True)
class Profiles:
    """Which profile a pair has."""

    by_class: Mapping[str, Profile]
    """One for each of CLASSES."""
    by_pair: Mapping[str, Profile]
    """Exceptions, by VALR's symbol."""

    def of(self, spec: PairSpec) -> Profile:
        """The pair's own, else that of its class."""
        return self.by_pair.get(spec.symbol) or self.by_class[class_of(spec)]


DEFAULT = Profiles(CLASSES, {})
