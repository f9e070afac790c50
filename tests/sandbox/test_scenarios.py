"""Bad days: what a trader sees of each scenario, and that it disturbs nothing else."""

from dataclasses import fields
from decimal import Decimal

import pytest
from kit.bad_days import BadDay, ask_for, average
from kit.market_days import BEGIN_S
from kit.sandbox_kit import Visitor, limit
from kit.trading import DOGEUSDT, DOGEZAR

from valr_maker.domain import Side
from valr_maker.errors import UsageProblem
from valr_maker.sandbox.core import ORDER_TYPES
from valr_maker.sandbox.facts import LevelChange
from valr_maker.sandbox.order import NewOrder
from valr_maker.sandbox.rules import Latency
from valr_maker.sandbox.scenario import SCENARIOS, OneSidedRun, cue_of
from valr_maker.sandbox.snapshot import keep, restore
from valr_maker.sandbox.world import World

D = Decimal
PAIRS = {"DOGEUSDT": DOGEUSDT, "DOGEZAR": DOGEZAR}
SEEDS = [1, 2, 3]


def calm_and(asked: str, until_s: int, seed: int) -> tuple[BadDay, BadDay]:
    """The same day without and with it."""
    return BadDay(seed).live(until_s), BadDay(seed, asked=(asked,)).live(until_s)


def depth(day: BadDay, begin_s: float, end_s: float) -> float:
    return average([one.bids_quote + one.asks_quote for one in day.between(begin_s, end_s)])


def spread(day: BadDay, begin_s: float, end_s: float) -> float:
    return average([one.spread_bps for one in day.between(begin_s, end_s)])


def trades(day: BadDay, begin_s: float, end_s: float) -> int:
    return sum(one.trades for one in day.between(begin_s, end_s))


# ---- what a trader sees ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("seed", SEEDS)
def test_a_flash_crash_falls_through_an_empty_book_and_comes_back(seed):
    """Default numbers: 900 bp down in 12 s, 10 s at the bottom, 85 % of it made up for within two minutes."""
    calm, day = calm_and("flash-crash@60", 330, seed)
    assert day.path(0, 60) == calm.path(0, 60), "nothing shows beforehand"
    before = day.path(55, 60)[-1]
    low = min(day.path(60, 90)) / before
    assert 0.85 < low < 0.94, "the fall"
    assert min(day.path(60, 66)) / before > low + 0.02, "it takes some seconds"
    after = average(day.path(204, 210)) / before
    assert 0.94 < after < 1.04, "the way back"
    fall, rest = day.between(60, 72), day.between(0, 60)
    sold, taken = sum(one.trades - one.buys for one in fall), sum(one.trades for one in fall)
    assert sold > 0.8 * taken and taken / 12 > 3 * sum(one.trades for one in rest) / 60, "nearly everybody sells"
    assert spread(day, 66, 82) > 5 * spread(day, 0, 60)
    assert average([one.bids_quote for one in day.between(66, 82)]) < 0.2 * average([one.bids_quote for one in rest])
    assert spread(day, 260, 330) < 3 * spread(day, 0, 60) and depth(day, 260, 330) > 0.4 * depth(day, 0, 60)


@pytest.mark.parametrize(("side", "way"), [("buy", 1), ("sell", -1)])
def test_a_one_sided_run_goes_on_for_long_and_fills_one_side_of_whoever_quotes_both(side, way):
    asked = f"one-sided-run@60,side={side},lasts_s=600"
    both = [calm_and(asked, 660, seed) for seed in range(1, 7)]
    ends, halves = (
        [
            (average(day.path(at_s - 20, at_s)) / average(calm.path(at_s - 20, at_s)) - 1) * 1e4 * way
            for calm, day in both
        ]
        for at_s in (660, 370)
    )
    assert 300 < average(ends) < 500, "400 bp beside where the price would have been, on average"
    assert 120 < average(halves) < 300, "evenly"
    for calm, day in both:
        run = day.between(60, 660)
        share = sum(one.buys for one in run) / sum(one.trades for one in run)
        assert share > 0.75 if side == "buy" else share < 0.25
        assert trades(day, 60, 660) > 1.5 * trades(calm, 60, 660)
        assert spread(day, 60, 660) < 2 * spread(calm, 60, 660), "there is always somebody to trade with"


@pytest.mark.parametrize("seed", SEEDS)
def test_in_an_illiquid_hour_the_book_is_bare_and_hardly_anybody_trades(seed):
    calm, day = calm_and("illiquid-hour@120,lasts_s=600", 900, seed)
    assert spread(day, 130, 720) > 2.5 * spread(calm, 130, 720)
    assert depth(day, 130, 720) < 0.25 * depth(calm, 130, 720)
    assert trades(day, 130, 720) < 0.4 * trades(calm, 130, 720)
    assert all(one.mid is not None for one in day.seconds), "but the book is never empty"
    assert depth(day, 740, 900) > 0.5 * depth(calm, 740, 900), "afterwards they come back"


@pytest.mark.parametrize("seed", SEEDS)
def test_a_halt_empties_the_book_and_the_pair_comes_back_post_only_and_then_as_ever(seed):
    calm, day = calm_and("halt@60,closed_s=45,post_only_s=30,move_bps=-200", 240, seed)
    assert {one.mid for one in day.between(61, 105)} == {None} and trades(day, 61, 106) == 0
    assert day.types[0] == (60.0, ()) and day.types[-2][0] == 105.0 and day.types[-1] == (135.0, ORDER_TYPES)
    assert "LIMIT" not in day.types[-2][1] and "LIMIT_POST_ONLY" in day.types[-2][1]
    assert all(one.mid is not None for one in day.between(106, 240)) and trades(day, 105, 135) == 0
    gap = average(day.path(106, 110)) / day.path(50, 60)[-1] - average(calm.path(106, 110)) / calm.path(50, 60)[-1]
    assert -0.03 < gap < -0.01, "it opens 200 bp lower than it would have been"
    assert trades(day, 135, 240) > 5


def test_a_client_lives_through_a_halt():
    """Its order ends as Cancelled, the door refuses new ones, then takes resting ones alone, then all."""
    me = Visitor(crowd=True)
    ask_for(me.world, "halt@20,closed_s=40,post_only_s=40")
    own = me.open("/ws/account")
    me.place("BUY", "50", "0.15")
    own.heard()
    me.wait(30)
    said = {message["type"]: message for message in own.heard()}
    own.say({"type": "PING"})
    assert said["ORDER_STATUS_UPDATE"]["data"]["orderStatusType"] == "Cancelled"
    assert [row["active"] for row in me.get("/v1/public/pairs") if row["symbol"] == "DOGEUSDT"] == [False]
    assert me.ask("POST", "/v2/orders/limit", limit("BUY", "50", "0.15")).status == 400
    me.wait(40)
    own.say({"type": "PING"})
    assert me.ask("POST", "/v2/orders/limit", limit("BUY", "50", "0.15")).status == 400
    assert me.ask("POST", "/v2/orders/limit", limit("BUY", "50", "0.15", postOnly=True)).status == 201
    me.wait(40)
    me.place("BUY", "50", "0.25")
    assert "NEW_ACCOUNT_TRADE" in own.kinds(), "and there is a market again"


# ---- what it leaves alone --------------------------------------------------------------------------------------------
def test_a_scenario_of_one_pair_is_none_of_another():
    changes = []
    for asked in ((), ("flash-crash@30,pair=DOGE-ZAR", "halt@200,pair=DOGEZAR")):
        day = BadDay(5, (DOGEUSDT, DOGEZAR))
        day.crowd.prepare(day.profiles, [cue_of(text, PAIRS) for text in asked])
        facts = [*day.watch(), *day.watch("DOGEZAR")]
        facts += [fact for _, some in day.events(300) for fact in some]
        changes.append([fact for fact in facts if isinstance(fact, LevelChange) and fact.pair == "DOGEUSDT"])
    assert changes[0] == changes[1] and len(changes[0]) > 300


def test_when_the_crowd_acts_in_a_scenario_does_not_depend_on_who_trades_with_it():
    times: list[list[float]] = []
    for meddles in (False, True):
        day = BadDay(3)
        day.crowd.prepare(day.profiles, [cue_of("flash-crash@20", PAIRS), cue_of("halt@90,closed_s=10", PAIRS)])
        day.watch()
        me = day.exchange.accounts.create("me", {"DOGE": D(10**6), "USDT": D(10**6)}).id
        times.append([])
        for at_s, _ in day.events(150):
            times[-1].append(at_s)
            if meddles and len(times[-1]) % 10 == 0:
                order = day.exchange.accept(me, NewOrder(day.pair, Side.BUY, D("0.162"), D(500)), BEGIN_S + at_s)
                day.exchange.execute(order.id, BEGIN_S + at_s)
    assert times[0] == times[1]


def test_a_later_scenario_ends_the_one_before():
    day = BadDay(1, asked=("halt@30,closed_s=600", "illiquid-hour@60")).live(120)
    assert [one.mid for one in day.between(40, 60)] == [None] * 20
    assert all(one.mid is not None for one in day.between(61, 120)) and day.crowd.scenes() == {
        "DOGEUSDT": "illiquid-hour"
    }
    assert day.types[-1] == (60.0, ORDER_TYPES)


def test_a_pair_that_nobody_watches_is_halted_too_and_lives_again_when_it_is_opened():
    day = BadDay(1, (DOGEUSDT, DOGEZAR))
    day.crowd.prepare(day.profiles, [cue_of("halt@10,pair=DOGEZAR,closed_s=50,post_only_s=0", PAIRS)])
    day.watch()
    list(day.events(20))
    assert not day.exchange.pairs["DOGEZAR"].active
    assert day.watch("DOGEZAR", at_s=20) == [] and day.exchange.best("DOGEZAR") == (None, None)
    list(day.events(61))
    assert day.exchange.pairs["DOGEZAR"].active and day.mid("DOGEZAR") > 0


def test_a_pair_that_its_operator_has_closed_is_not_opened_by_a_scenario():
    day = BadDay(1)
    day.watch()
    day.exchange.set_active("DOGEUSDT", BEGIN_S, active=False)
    for name in SCENARIOS:
        day.crowd.play(SCENARIOS[name], None, BEGIN_S + 1)
    list(day.events(700))
    assert not day.exchange.pairs["DOGEUSDT"].active


def test_a_crowd_goes_on_after_its_operator_has_closed_and_opened_its_pair():
    day = BadDay(1)
    day.watch()
    list(day.events(30))
    day.exchange.set_active("DOGEUSDT", BEGIN_S + 30, active=False)
    list(day.events(60))
    assert day.exchange.best("DOGEUSDT") == (None, None)
    day.exchange.set_active("DOGEUSDT", BEGIN_S + 60, active=True)
    list(day.events(75))
    assert all(len(day.exchange.levels("DOGEUSDT", side)) > 10 for side in Side)


def test_when_all_is_over_the_price_finds_its_way_back():
    """What a run has left is forgotten like any other distance from the centre: half of it within half an hour."""
    calm, day = BadDay(4), BadDay(4)
    day.crowd.prepare(day.profiles, [cue_of("one-sided-run@0,move_bps=500,lasts_s=60,takers=1,lean=0", PAIRS)])
    moved = []
    for one in (calm, day):
        one.watch()
        mids = []
        for until_s in (60, 1860, 1860 + 4 * 1800):
            list(one.events(until_s))
            mids.append(float(one.mid()))
        moved.append(mids)
    left = [(ran / stood - 1) * 1e4 for stood, ran in zip(*moved, strict=True)]
    assert 400 < left[0] < 600 and 180 < left[1] < 330 and abs(left[2]) < 80, left


# ---- kept and steered ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", SCENARIOS)
def test_a_world_kept_in_the_middle_of_a_scenario_goes_on_the_same_way(name):
    me = Visitor(World(3, latency=Latency(0.0, 0.0)))
    crowd = ask_for(me.world, f"{name}@20", "halt@200")
    me.get("/v1/public/DOGEUSDT/orderbook")
    me.wait(40)
    again = Visitor(restore(keep(me.world)))
    again.account, again.now_s = again.world.account, me.now_s
    assert again.world.crowd and again.world.crowd.scenes() == crowd.scenes() != {}
    for one in (me, again):
        for _ in range(8):
            one.wait(30)
            one.get("/v1/public/DOGEUSDT/orderbook")
    assert again.world.digest() == me.world.digest()
    assert again.world.exchange.public_trades("DOGEUSDT") == me.world.exchange.public_trades("DOGEUSDT")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("flesh-crash@3", "there is no scenario 'flesh-crash'"),
        ("halt@soon", "'soon' is no time"),
        ("halt@-1", "'-1' is no time"),
        ("halt@inf", "'inf' is no time"),
        ("halt@3,pair=NOSUCH", "there is no pair NOSUCH"),
        ("halt@3,closed", "'closed' is no key=value"),
        ("halt@3,closed_s=0", "closed_s: 0 is out of range"),
        ("halt@3,close_s=9", "close_s: there is no such key"),
        ("halt@3,closed_s=nan", "nan is no number"),
        ("flash-crash@3,fall_bps=20000", "out of range"),
        ("one-sided-run@3,side=up", "'up' is no side"),
    ],
)
def test_a_scenario_that_cannot_be_is_named_with_what_to_do(text, found):
    with pytest.raises(UsageProblem, match=found) as caught:
        cue_of(text, PAIRS)
    assert caught.value.remedy


def test_a_cue_has_a_time_a_pair_and_numbers():
    cue = cue_of("one-sided-run@90,pair=doge-zar,side=sell,move_bps=300", PAIRS)
    assert (cue.after_s, cue.pair, cue.scenario) == (90.0, "DOGEZAR", OneSidedRun("sell", 300.0))
    assert cue_of("halt", PAIRS).after_s == 0.0
    assert all(len(fields(one)) > 2 and one.phases() for one in SCENARIOS.values())
