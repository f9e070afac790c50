"""A crowd on DOGEUSDT: alive, thin, fair enough to be filled by, and the same again for the same seed."""

from dataclasses import replace
from decimal import Decimal
from statistics import mean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kit.market_days import BEGIN_S, Day
from kit.trading import ASLEEP, DOGEUSDT, DOGEZAR

from valr_maker.domain import Side
from valr_maker.sandbox.facts import LevelChange, Traded
from valr_maker.sandbox.order import NewOrder
from valr_maker.sandbox.profile import ALT, CLASSES, DEFAULT, Profiles
from valr_maker.sandbox.universe import load_universe

D = Decimal
SEEDS = range(1, 21)


@pytest.fixture(scope="module")
def demonstrations():
    """The user's own case: 1 % on either side, re-placed every 15 s or so, for three minutes, with twenty seeds."""
    days = [Day(seed) for seed in SEEDS]
    for day in days:
        day.quote("0.01", hold_s=180)
    return days


def test_one_per_cent_from_mid_the_first_fill_always_comes_in_time(demonstrations):
    first = {day.seed: day.fills[0].at_s if day.fills else None for day in demonstrations}
    assert all(at_s is not None and at_s <= 150 for at_s in first.values()), first


def test_three_minutes_bring_a_few_fills_on_both_sides(demonstrations):
    counts = sorted(len(day.fills) for day in demonstrations)
    assert counts[2] >= 2 and counts[-3] <= 8, counts
    both = [day for day in demonstrations if {fill.side for fill in day.fills} == set(Side)]
    assert len(both) >= len(SEEDS) * 3 // 4


def test_nearer_to_mid_there_are_more_fills(demonstrations):
    near = Day(1)
    near.quote("0.001", hold_s=600)
    assert len(near.fills) / 600 > 1.5 * mean(len(day.fills) for day in demonstrations) / 180


def test_whoever_fills_a_resting_order_knows_something(demonstrations):
    """Ten seconds after a fill the mid has, on average, moved against the maker; not so where nobody is informed."""
    assert mean(cost for day in demonstrations for cost in day.markouts_bps(10)) > 5

    blind = replace(ALT, sweep_informed_chance=0.0, informed_quote=0.0, news_bps=1e-6)
    innocent = Day(1, profiles=Profiles(dict.fromkeys(CLASSES, blind), {}))
    innocent.quote("0.01", hold_s=1800)
    assert abs(mean(innocent.markouts_bps(10))) < 5


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_an_hour_of_a_thin_market(seed):
    """Spread of tens of basis points, one to three updates a second, never one-sided, never absurd."""
    day, updates, trades, spreads, last_s = Day(seed), 0, 0, 0.0, 0.0
    day.watch()
    low = high = start = day.mid()
    for at_s, facts in day.events(3600):
        bid, ask = day.exchange.best(day.pair)
        assert bid is not None and ask is not None and bid < ask, at_s
        low, high = min(low, day.mid()), max(high, day.mid())
        spreads += float((ask - bid) / day.mid()) * 1e4 * (at_s - last_s)
        updates += any(isinstance(fact, LevelChange) for fact in facts)
        trades += sum(isinstance(fact, Traded) for fact in facts)
        last_s = at_s
    assert D("0.80") < low / start and high / start < D("1.25")
    assert 10 < spreads / last_s < 40
    assert 1 < updates / 3600 < 3
    assert 0.2 < trades / 3600 < 2
    assert all(10 <= len(day.exchange.levels(day.pair, side)) <= 40 for side in Side)


def test_watching_a_pair_fills_its_book_at_once_around_its_reference_price():
    day = Day(1)
    assert day.crowd.next_due_s() is None
    day.watch()
    assert abs(day.mid() / DOGEUSDT.reference_price - 1) < D("0.002")
    assert all(len(day.exchange.levels(day.pair, side)) > 10 for side in Side)
    assert day.watch() == []  # it is watched already


def test_an_unwatched_pair_costs_nothing_and_comes_back_where_it_would_be():
    day = Day(1)
    day.watch()
    list(day.events(60))
    before = day.mid()
    day.crowd.unwatch(day.pair, BEGIN_S + 60)
    assert day.crowd.next_due_s() is None and day.exchange.best(day.pair) == (None, None)
    day.watch(at_s=600)
    assert before != day.mid() and abs(day.mid() / before - 1) < D("0.05")
    assert len(list(day.events(660))) > 60


def test_an_inactive_pair_stays_dead_and_an_unknown_one_is_a_mistake():
    day = Day(1, (ASLEEP,))
    assert day.watch() == [] and day.crowd.next_due_s() is None
    with pytest.raises(KeyError):
        day.watch("NOSUCHPAIR")


@settings(max_examples=15, deadline=None)
@given(st.integers(), st.lists(st.floats(0.001, 30), max_size=20))
def test_one_great_step_or_many_small_ones_give_the_same_facts(seed, steps_s):
    """What happens, and when, does not depend on how often anybody looks."""
    whole, parts = Day(seed, (DOGEUSDT, DOGEZAR)), Day(seed, (DOGEUSDT, DOGEZAR))
    for day in (whole, parts):
        day.watch()
        day.watch("DOGEZAR")
    at_s, facts = BEGIN_S, []
    for step_s in steps_s:
        at_s += step_s
        parts.crowd.advance(at_s)
        facts += parts.exchange.drain()
    whole.crowd.advance(at_s)
    assert whole.exchange.drain() == facts
    assert whole.crowd.next_due_s() == parts.crowd.next_due_s()


def test_one_pair_does_not_disturb_another():
    """The same book changes at the same moments, whether or not somebody watches the neighbour."""
    alone, together = Day(5, (DOGEUSDT, DOGEZAR)), Day(5, (DOGEUSDT, DOGEZAR))
    together.watch("DOGEZAR")
    changes = []
    for day in (alone, together):
        facts = day.watch() + [fact for _, some in day.events(300) for fact in some]
        changes.append([fact for fact in facts if isinstance(fact, LevelChange) and fact.pair == "DOGEUSDT"])
    assert changes[0] == changes[1] and len(changes[0]) > 300


def test_trading_with_the_crowd_does_not_change_when_it_acts():
    left_alone, disturbed = Day(3), Day(3)
    left_alone.watch()
    disturbed.watch()
    purse = {"DOGE": D(10**6), "USDT": D(10**6)}
    whale = disturbed.exchange.accounts.create("whale", purse).id
    times: list[list[float]] = []
    for day in (left_alone, disturbed):
        times.append([])
        for at_s, _ in day.events(120):
            times[-1].append(at_s)
            if day is disturbed and len(times[-1]) % 10 == 0:
                order = day.exchange.accept(whale, NewOrder(day.pair, Side.BUY, D("0.162"), D(500)), BEGIN_S + at_s)
                day.exchange.execute(order.id, BEGIN_S + at_s)
    assert times[0] == times[1]


def test_an_order_left_on_the_wrong_side_of_the_price_is_taken():
    """Nobody holds the market up: a bid far above what everybody would pay is gone within seconds."""
    day = Day(2)
    day.watch()
    me = day.exchange.accounts.create("late", {"USDT": D(10**5)}).id
    order = day.exchange.accept(me, NewOrder(day.pair, Side.BUY, D("0.175"), D(30_000)), BEGIN_S)
    day.exchange.execute(order.id, BEGIN_S)
    assert order.remaining  # it took every ask below, and the rest of it rests on top
    list(day.events(10))
    assert not order.remaining
    assert abs(day.mid() / DOGEUSDT.reference_price - 1) < D("0.02")


@pytest.mark.parametrize("quote", ["USDT", "USDC", "ZAR", "BTC"])
def test_every_active_pair_comes_to_life_on_its_own_grid(quote):
    for spec in load_universe():
        if not spec.active or spec.quote != quote:
            continue
        day = Day(1, (spec,))
        day.watch()
        list(day.events(20))
        for side in Side:
            resting = day.exchange.resting(spec.symbol, side)
            assert resting, spec
            for order in resting:
                assert order.price > 0 and order.price % spec.tick == 0, (spec, order)
                assert order.quantity % spec.lot == 0 and spec.min_base <= order.quantity <= spec.max_base, (
                    spec,
                    order,
                )


def test_rand_markets_are_thinner_and_two_dollars_stay_together():
    usdt, zar = DEFAULT.of(DOGEUSDT), DEFAULT.of(DOGEZAR)
    assert zar.makers * zar.levels < usdt.makers * usdt.levels and zar.nearest_bps > usdt.nearest_bps
    dollars = replace(DOGEUSDT, symbol="USDTUSDC", base="USDT", quote="USDC", reference_price=D(1))
    assert DEFAULT.of(dollars).volatility_bps < usdt.volatility_bps
    assert Profiles(CLASSES, {"DOGEUSDT": zar}).of(DOGEUSDT) is zar
