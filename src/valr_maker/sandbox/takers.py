"""Who trades with resting orders: noise takers, the informed, and sweepers, each with timers and chance of their own.

Room rule: pure; time is handed in. When they come never depends on the book.
"""

from functools import partial
from math import exp

from valr_maker.chance import Chance
from valr_maker.domain import Side
from valr_maker.sandbox.pit import Pit
from valr_maker.sandbox.scene import BPS
from valr_maker.sandbox.walk import Bursts, sign


def either(chance: Chance) -> Side:
    """One side or the other."""
    return Side.BUY if chance.unit() < 1 / len(Side) else Side.SELL


class NoiseTakers:
    """Trade for reasons of their own, in bursts, and mostly in the direction of the one before."""

    def __init__(self, pit: Pit, bursts: Chance, chance: Chance, now_s: float) -> None:
        self._pit, self._chance = pit, chance
        self._bursts = Bursts(pit.profile, bursts, now_s)
        self._side = Side.BUY
        self._plan = 0

    def begin(self, now_s: float) -> None:
        """Plan the next arrival; whatever was planned before does not come."""
        self._plan += 1
        factor = self._pit.scene.phase.takers
        if factor > 0:
            self._pit.agenda.at(self._bursts.next_s(now_s, factor), partial(self._come, self._plan))

    def _come(self, plan: int, now_s: float) -> None:
        if plan != self._plan:
            return
        pit, profile, chance = self._pit, self._pit.profile, self._chance
        self._bursts.came(now_s)
        if chance.unit() >= profile.herding:
            self._side = self._side.opposite
        self._side = side = pit.leaning(self._side, chance)
        quote = profile.taker_quote * exp(chance.normal(0.0, profile.size_spread))
        if (best := pit.best_against(side)) is not None:
            pit.take("noise", side, best * (1 + sign(side) * profile.taker_reach_bps * BPS), quote, now_s)
        self.begin(now_s)


class InformedTakers:
    """Know where the price is about to go, and take what will have been cheap; the price follows them."""

    def __init__(self, pit: Pit, chance: Chance) -> None:
        self._pit, self._chance = pit, chance

    def begin(self, now_s: float) -> None:
        """Wait for the next piece of news."""
        self._pit.agenda.at(now_s + self._chance.wait_s(self._pit.profile.news_gap_s), self._news_leaks)

    def _news_leaks(self, now_s: float) -> None:
        pit, news, profile = self._pit, self._chance, self._pit.profile
        price = pit.fair(now_s)
        side = either(news)
        size_bps = news.wait_s(profile.news_bps)
        quote = profile.informed_quote * exp(news.normal(0.0, profile.size_spread))
        if not pit.keeps_out(news):
            limit = price * (1 + sign(side) * profile.informed_part * size_bps * BPS)
            pit.take("informed", side, limit, quote, now_s)
        known_s = now_s + news.uniform(*profile.news_lead_s)
        pit.agenda.at(known_s, partial(pit.walk.jump, side, size_bps))
        pit.agenda.at(known_s + news.wait_s(profile.news_gap_s), self._news_leaks)


class Sweepers:
    """Take the ladder from mid outwards, far; the price may follow."""

    def __init__(self, pit: Pit, chance: Chance) -> None:
        self._pit, self._chance = pit, chance
        self._side = Side.BUY

    def begin(self, now_s: float) -> None:
        """Wait for the next sweep."""
        self._pit.agenda.at(now_s + self._chance.uniform(*self._pit.profile.sweep_gap_s), self._sweep)

    def _sweep(self, now_s: float) -> None:
        pit, chance, profile = self._pit, self._chance, self._pit.profile
        price = pit.fair(now_s)
        if chance.unit() >= profile.sweep_repeat_chance:
            self._side = self._side.opposite
        side, reach_bps = pit.leaning(self._side, chance), chance.uniform(*profile.sweep_reach_bps)
        informed, move_bps = chance.unit() < profile.sweep_informed_chance, chance.uniform(*profile.sweep_move_bps)
        follows_s = now_s + chance.uniform(*profile.news_lead_s)
        if not pit.keeps_out(chance):
            bid, ask = pit.exchange.best(pit.symbol)
            middle = price if bid is None or ask is None else float(bid + ask) / 2
            pit.take("sweeper", side, middle * (1 + sign(side) * reach_bps * BPS), profile.sweep_quote, now_s)
            if informed and not pit.scene.phase.lean:  # a scenario says itself where the price goes
                pit.agenda.at(follows_s, partial(pit.walk.jump, side, move_bps))
        self.begin(now_s)
