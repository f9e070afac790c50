"""What the crowd's flow is like: bursts, who knows something and who does not, spreads by class, the whale, its cost."""

import pickle
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from statistics import mean, pvariance
from typing import Any

import pytest
from kit.market_days import BEGIN_S, Day
from kit.trading import DOGEUSDT

from valr_maker.chance import Chance
from valr_maker.domain import Side
from valr_maker.sandbox.crowd import Crowd
from valr_maker.sandbox.exchange import Exchange
from valr_maker.sandbox.facts import LevelChange, PairSpec
from valr_maker.sandbox.order import NewOrder, Order, Tif
from valr_maker.sandbox.profile import ALT, CLASSES, Profiles, class_of
from valr_maker.sandbox.universe import load_universe
from valr_maker.sandbox.walk import Bursts

PAIRS = {spec.symbol: spec for spec in load_universe()}


class Overheard(Exchange):
    """Remembers whose orders the engine has looked at."""

    def __init__(self, pairs: Sequence[PairSpec], chance: Chance) -> None:
        super().__init__(pairs, chance)
        self.heard: list[tuple[float, Order]] = []

    def execute(self, order_id: str, now_s: float) -> Order:
        order = super().execute(order_id, now_s)
        self.heard.append((now_s, order))
        return order


@dataclass
class Studied(Day):
    """A day on one pair: every event's mid and spread, and every order of a taker with its trader's name."""

    spreads: list[float] = field(default_factory=list)
    taken: list[tuple[float, str, Order]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.exchange = exchange = Overheard(self.specs, Chance(f"{self.seed} exchange"))
        self.crowd = Crowd(exchange, Chance(f"{self.seed} crowd"), self.profiles)
        self.heard = exchange.heard

    def study(self, until_s: float) -> "Studied":
        self.watch()
        last_s = 0.0
        for at_s, _ in self.events(until_s):
            for now_s, order in self.heard:
                if order.tif is Tif.IOC and order.executed:
                    self.taken.append((now_s - BEGIN_S, order.account.rpartition("-")[2], order))
            self.heard.clear()
            self.times.append(at_s)
            self.mids.append(float(self.mid()))
            if at_s - last_s > 5:
                last_s = at_s
                bid, ask = self.exchange.best(self.pair)
                assert bid is not None and ask is not None
                self.spreads.append(float((ask - bid) / self.mid()) * 1e4)
        return self

    def after(self, at_s: float) -> float:
        """The last mid up to and including that second."""
        return self.mids[max(bisect_right(self.times, at_s) - 1, 0)]

    def gains_bps(self, after_s: float) -> dict[str, float]:
        """By trader: how far the mid has gone his way, so long after his trades, from just before them; the mean."""
        found = defaultdict(list)
        for at_s, who, order in self.taken:
            if at_s + after_s < self.times[-1]:
                way = 1 if order.side is Side.BUY else -1
                found[who].append(way * (self.after(at_s + after_s) / self.after(at_s - 1e-6) - 1) * 1e4)
        return {who: mean(values) for who, values in found.items()}


def typical(label: str) -> PairSpec:
    """A pair of that class whose tick is not much money."""
    fine = [spec for spec in PAIRS.values() if spec.active and class_of(spec) == label]
    return min(fine, key=lambda spec: spec.tick / spec.reference_price)


@pytest.fixture(scope="module")
def days() -> list[Studied]:
    """Four times an hour and a half."""
    return [Studied(seed).study(5400) for seed in range(1, 5)]


# ---- bursts ----------------------------------------------------------------------------------------------------------
def counts(times: list[float], window_s: float, until_s: float) -> list[int]:
    """How many of them fall into each window."""
    found = [0] * int(until_s // window_s)
    for at_s in times:
        if at_s < window_s * len(found):
            found[int(at_s // window_s)] += 1
    return found


def arrivals(excitement: float, seed: int, until_s: float) -> list[float]:
    """Of the process alone."""
    bursts = Bursts(replace(ALT, excitement=excitement), Chance(seed), 0.0)
    times = [bursts.next_s(0.0)]
    while times[-1] < until_s:
        bursts.came(times[-1])
        times.append(bursts.next_s(times[-1]))
    return times


@pytest.mark.parametrize("excitement", [0.0, 0.3, 0.6])
def test_takers_come_in_bursts_of_the_size_that_theory_says(excitement):
    """Mean 1 / (gap (1 - n)) a second; variance over mean, in long windows, 1 / (1 - n)^2: 1 for a Poisson process."""
    until_s = 400_000.0
    times = arrivals(excitement, 1, until_s)
    expected = until_s / (ALT.calm_gap_s * (1 - excitement))
    assert len(times) == pytest.approx(expected, rel=0.05)
    found = counts(times, 60.0, until_s)
    assert pvariance(found) / mean(found) == pytest.approx(1 / (1 - excitement) ** 2, rel=0.15)


def test_more_takers_come_while_a_scenario_asks_for_more():
    bursts = Bursts(ALT, Chance(1), 0.0)
    gaps = [mean(bursts.next_s(0.0, factor) for _ in range(2000)) for factor in (1.0, 10.0)]
    assert gaps[0] == pytest.approx(10 * gaps[1], rel=0.1)


def test_the_trades_of_noise_takers_come_in_bursts_too(days):
    for day in days:
        found = counts([at_s for at_s, who, _ in day.taken if who == "noise"], 10.0, 5400.0)
        assert pvariance(found) / mean(found) > 2


# ---- who knows something ---------------------------------------------------------------------------------------------
def test_the_informed_gain_what_makers_lose_and_noise_gains_nothing(days):
    """The mid ten seconds after a trade: it has gone the informed taker's way, and nowhere for the others."""
    outs = [day.gains_bps(10.0) for day in days]
    assert min(out["informed"] for out in outs) > 10
    assert abs(mean(out["noise"] for out in outs)) < 3
    assert mean(out["informed"] for out in outs) > 5 * abs(mean(out["noise"] for out in outs))


def test_where_nobody_knows_anything_nobody_gains():
    blind = replace(ALT, news_bps=1e-6, informed_quote=0.0, sweep_gap_s=(1e6, 2e6), whale_gap_s=1e9)
    day = Studied(1, profiles=Profiles(dict.fromkeys(CLASSES, blind), {})).study(5400)
    assert abs(day.gains_bps(10.0)["noise"]) < 3


# ---- spread, depth, activity by class --------------------------------------------------------------------------------
def test_classes_differ_in_spread_depth_and_activity_as_the_manual_says():
    found = {label: Studied(1, (typical(label),)).study(1800) for label in CLASSES}
    spreads = {label: mean(day.spreads) for label, day in found.items()}
    limits = {
        "alt": (10, 30), "major": (3, 12), "dollars": (2, 12), "coin": (8, 40), "rand-thin": (20, 70),
        "rand-major": (3, 15), "rand-dollar": (6, 25),
    }  # fmt: skip
    assert all(low < spreads[label] < high for label, (low, high) in limits.items()), spreads
    takers = {label: sum(who == "noise" for _, who, _ in day.taken) / 30 for label, day in found.items()}
    assert takers["rand-thin"] < 0.6 * takers["alt"] < takers["major"], takers
    levels = {label: len(day.exchange.levels(day.pair, Side.BUY)) for label, day in found.items()}
    assert levels["rand-thin"] < levels["alt"], levels


def test_providers_differ_in_distance_size_and_haste():
    day = Studied(1)
    day.watch()
    placed: dict[str, int] = defaultdict(int)
    nearest: dict[str, list[float]] = defaultdict(list)
    sizes: dict[str, list[float]] = defaultdict(list)
    for _ in day.events(1800):
        for _, order in day.heard:
            who = order.account.rpartition("-")[2]
            if order.post_only and who.isdigit():
                placed[who] += 1
        day.heard.clear()
    for number in range(200):
        list(day.events(1800 + 5 * number))
        mid = day.mid()
        mine: dict[str, list[Order]] = defaultdict(list)
        for order in day.exchange.resting(day.pair, Side.BUY):
            mine[order.account.rpartition("-")[2]].append(order)
        for who, orders in mine.items():
            nearest[who].append(float(1 - orders[0].price / mid))
            sizes[who].append(float(mean(order.quantity for order in orders)))
    assert placed["0"] > placed["1"] > placed["2"]
    assert mean(nearest["0"]) < mean(nearest["1"]) < mean(nearest["2"])
    assert mean(sizes["0"]) < mean(sizes["1"]) < mean(sizes["2"])


# ---- the whale -------------------------------------------------------------------------------------------------------
def whales(seed: int, **numbers: Any) -> Studied:
    """A pair that he visits all the time."""
    settings: dict[str, Any] = {"whale_gap_s": 20.0, "whale_stay_s": (60.0, 60.0)} | numbers
    often = replace(ALT, **settings)
    return Studied(seed, profiles=Profiles(dict.fromkeys(CLASSES, often), {}))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_whale_that_takes_goes_through_the_book_and_the_price_gives_way(seed):
    day = whales(seed, whale_rests_chance=0.0).study(900)
    bites = [(at_s, order) for at_s, who, order in day.taken if who == "whale"]
    biggest = max(order.executed * order.price for _, order in bites)
    usual = mean(order.executed * order.price for _, who, order in day.taken if who == "noise")
    assert len(bites) > 20 and biggest > 10 * usual
    assert day.gains_bps(30.0)["whale"] > 10


def test_an_iceberg_holds_a_level_although_only_a_slice_of_it_is_to_be_seen():
    day = whales(4, whale_rests_chance=1.0, whale_look_s=0.5, whale_gap_s=5.0)
    day.watch()
    me = day.exchange.accounts.create("me", {"DOGE": Decimal(10**7), "USDT": Decimal(10**7)}).id
    for at_s, _ in day.events(600):  # noqa: B007  # the second at which he is seen
        ice = [order for order in day.exchange.crowd_open.values() if order.account.endswith("whale")]
        if ice:
            break
    (seen,) = ice
    gone, back = Decimal(0), 0
    for second in range(int(at_s) + 1, int(at_s) + 10):
        list(day.events(second))
        here = [order for order in day.exchange.crowd_open.values() if order.account.endswith("whale")]
        back += sum((order.side, order.price) == (seen.side, seen.price) for order in here)
        taking = NewOrder(day.pair, seen.side.opposite, seen.price, Decimal(10**5), tif=Tif.IOC)
        before = sum(order.remaining for order in here)
        day.exchange.execute(day.exchange.accept(me, taking, BEGIN_S + second).id, BEGIN_S + second)
        gone += before - sum(order.remaining for order in here)
    assert back > 3, "it comes back where it was"
    assert gone > 3 * seen.quantity, "far more than was ever to be seen"


def test_a_whale_does_not_come_into_a_pair_that_sleeps_and_leaves_nothing_behind():
    day = whales(4, whale_rests_chance=1.0)
    day.watch()
    list(day.events(300))
    day.crowd.unwatch(day.pair, BEGIN_S + 300)
    assert day.exchange.crowd_open == {} and day.exchange.best(day.pair) == (None, None)


# ---- what it costs ---------------------------------------------------------------------------------------------------
def kept(day: Day) -> int:
    """Everything that is remembered of crowd and exchange, in bytes."""
    return len(pickle.dumps((day.crowd, day.exchange)))


def test_hours_later_no_more_is_remembered():
    """Prints and candles have their own bounds (the tape's), so what they hold is taken away first."""
    hurried = {label: replace(one, wake_gap_s=0.2, calm_gap_s=1.0) for label, one in CLASSES.items()}
    specs = (DOGEUSDT, PAIRS["BTCZAR"])
    day = Day(1, specs, Profiles(hurried, {}))
    for spec in specs:
        day.crowd.watch(spec.symbol, BEGIN_S)
    sizes, changes = [], 0
    for until_s in (300, 900, 2700):
        for _, facts in day.events(until_s):
            changes += sum(isinstance(fact, LevelChange) for fact in facts)
        day.exchange.tape._tapes.clear()
        sizes.append(kept(day))
    assert changes > 80_000
    assert sizes[2] < 1.1 * sizes[0], sizes
    assert len(day.exchange.accepted) == 0 and len(day.exchange.crowd_open) < 200
