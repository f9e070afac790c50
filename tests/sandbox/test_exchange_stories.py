"""What the exchange says, story by story, in the order of reference section 5.5."""

from decimal import Decimal

import pytest
from kit.trading import DOGEUSDT, Venue, of

from valr_maker.chance import Chance
from valr_maker.domain import Side
from valr_maker.sandbox import core as venue_rules
from valr_maker.sandbox.exchange import Exchange
from valr_maker.sandbox.facts import Rejected
from valr_maker.sandbox.order import Status, Tif

D = Decimal


def test_an_order_that_rests_is_processed_reserved_and_listed():
    venue = Venue()
    order = venue.place("alice", "buy 10 @ 0.16", post_only=True)
    assert order.status is Status.PLACED
    assert venue.heard() == [
        "alice processed",
        "alice USDT 98.4 + 1.6",
        "alice open: buy 10 @ 0.16",
        "bid 0.16 x 10",
    ]


def test_an_accepted_order_can_be_queried_but_nothing_rests_yet():
    venue = Venue()
    order = venue.accept("alice", "buy 10 @ 0.16", customer_id="mm-1")
    alice = venue.id("alice")
    assert venue.heard() == []
    assert venue.exchange.order(alice, customer_id="mm-1") is order
    assert venue.exchange.open_orders(alice) == []
    assert venue.exchange.best("DOGEUSDT") == (None, None)
    assert venue.exchange.accounts.balance(alice, "USDT").reserved == 0


def test_a_resting_order_is_filled_in_part_and_then_wholly_at_its_own_price():
    venue = Venue()
    venue.place("alice", "buy 10 @ 0.16")
    venue.heard()
    venue.place("crowd-1", "sell 4 @ 0.15")
    assert venue.heard() == [
        "print 4 @ 0.16 sell",
        "alice maker buy 4 @ 0.16 fee 0.0032 DOGE",
        "alice Partially Filled 4 @ 0.16 fee 0.0032",
        "alice DOGE 103.9968 + 0",
        "alice USDT 98.4 + 0.96",
        "alice open: buy 6 @ 0.16",
        "bid 0.16 x 6",
    ]
    venue.place("crowd-1", "sell 8 @ 0.16")
    assert venue.heard() == [
        "print 6 @ 0.16 sell",
        "alice maker buy 6 @ 0.16 fee 0.0048 DOGE",
        "alice Filled 6 @ 0.16 fee 0.0048",
        "alice DOGE 109.992 + 0",
        "alice USDT 98.4 + 0",
        "alice open: none",
        "bid 0.16 x 0",
        "ask 0.16 x 2",
    ]


def test_a_taker_pays_the_makers_prices_and_gets_the_improvement_back():
    venue = Venue()
    venue.place("crowd-1", "sell 10 @ 0.16")
    venue.place("crowd-2", "sell 10 @ 0.17")
    venue.heard()
    venue.place("alice", "buy 30 @ 0.2")
    assert venue.heard() == [
        "alice processed",
        "print 10 @ 0.16 buy",
        "alice taker buy 10 @ 0.16 fee 0.01 DOGE",
        "alice Partially Filled 10 @ 0.16 fee 0.01",
        "alice DOGE 109.99 + 0",
        "alice USDT 94.4 + 4",
        "ask 0.16 x 0",
        "print 10 @ 0.17 buy",
        "alice taker buy 10 @ 0.17 fee 0.01 DOGE",
        "alice Partially Filled 10 @ 0.17 fee 0.01",
        "alice DOGE 119.98 + 0",
        "alice USDT 94.7 + 2",
        "ask 0.17 x 0",
        "alice open: buy 10 @ 0.2",
        "bid 0.2 x 10",
    ]


def test_both_sides_of_a_match_hear_of_it_the_maker_first():
    venue = Venue()
    venue.place("alice", "sell 10 @ 0.16")
    venue.heard()
    venue.place("bob", "buy 10 @ 0.16")
    lines = venue.heard()
    assert of(lines, "bob") == [
        "bob processed",
        "bob taker buy 10 @ 0.16 fee 0.01 DOGE",
        "bob Filled 10 @ 0.16 fee 0.01",
        "bob DOGE 109.99 + 0",
        "bob USDT 98.4 + 0",
        "bob open: none",
    ]
    assert of(lines, "alice") == [
        "alice maker sell 10 @ 0.16 fee 0.00128 USDT",
        "alice Filled 10 @ 0.16 fee 0.00128",
        "alice DOGE 90 + 0",
        "alice USDT 101.59872 + 0",
        "alice open: none",
    ]
    assert lines.index("alice open: none") < lines.index("bob taker buy 10 @ 0.16 fee 0.01 DOGE")


def test_a_cancel_frees_the_reserve():
    venue = Venue()
    order = venue.place("alice", "sell 10 @ 0.17")
    venue.heard()
    assert venue.cancel("alice", order) is order
    assert venue.heard() == ["alice Cancelled", "alice DOGE 100 + 0", "alice open: none", "ask 0.17 x 0"]


def test_a_second_cancel_finds_nothing():
    venue = Venue()
    order = venue.place("alice", "sell 10 @ 0.17")
    venue.cancel("alice", order)
    venue.heard()
    assert venue.cancel("alice", order) is None
    assert venue.heard() == [f"alice cannot cancel {order.id}"]


@pytest.mark.parametrize(("who", "pair"), [("bob", "DOGEUSDT"), ("alice", "DOGEZAR")])
def test_an_order_of_another_account_or_pair_cannot_be_cancelled(who, pair):
    venue = Venue()
    order = venue.place("alice", "sell 10 @ 0.17")
    gone = venue.exchange.cancel(venue.id(who), order_id=order.id, customer_id=None, pair=pair, now_s=venue.now_s)
    assert gone is None
    assert order.status.open and venue.exchange.best("DOGEUSDT") == (None, D("0.17"))


def test_a_cancel_that_overtakes_the_engine_finds_nothing():
    venue = Venue()
    order = venue.accept("alice", "sell 10 @ 0.17")
    assert venue.cancel("alice", order) is None
    assert venue.exchange.execute(order.id, venue.now_s).status is Status.PLACED
    assert len(venue.exchange.open_orders(venue.id("alice"))) == 1


def test_cancel_all_may_be_confined_to_a_pair():
    venue = Venue()
    here = venue.place("alice", "sell 10 @ 0.17")
    there = venue.place("alice", "sell 10 @ 3", pair="DOGEZAR")
    venue.place("bob", "sell 10 @ 0.18")
    alice = venue.id("alice")
    assert venue.exchange.cancel_all(alice, "DOGEZAR", venue.now_s) == [there.id]
    assert venue.exchange.cancel_all(alice, None, venue.now_s) == [here.id]
    assert venue.exchange.cancel_all(alice, None, venue.now_s) == []
    assert venue.exchange.best("DOGEUSDT") == (None, D("0.18"))
    assert venue.exchange.accounts.balance(alice, "DOGE").reserved == 0


@pytest.mark.parametrize(
    ("what", "more", "reason"),
    [
        ("buy 1000 @ 0.101", {}, "Insufficient Balance"),
        ("sell 100.1 @ 0.2", {}, "Insufficient Balance"),
        ("buy 10 @ 0.17", {"post_only": True}, "Post only cancelled as it would have matched"),
        (
            "sell 10 @ 0.15",
            {},
            "We did not execute this order since it would have matched with your own order on the Exchange",
        ),
        ("buy 10 @ 0.14", {"customer_id": "mine"}, venue_rules.CUSTOMER_ID_IN_USE),
        ("buy 20.1 @ 0.17", {"tif": Tif.FOK}, venue_rules.FOK_UNFILLED),
        ("buy 10 @ 0.14", {"tif": Tif.FOK}, venue_rules.FOK_UNFILLED),
    ],
)
def test_an_order_that_fails_says_why_and_changes_nothing_else(what, more, reason):
    venue = Venue()
    venue.place("alice", "buy 10 @ 0.15", customer_id="mine")
    venue.place("crowd", "sell 20 @ 0.17")
    alice = venue.id("alice")
    before = (venue.exchange.accounts.balances(alice), venue.exchange.open_orders(alice), _book(venue))
    venue.heard()
    order = venue.place("alice", what, **more)
    assert venue.heard() == [f"alice refused: {reason}", f"alice Failed: {reason}"]
    assert order.status is Status.FAILED and order.failed_reason == reason and order.executed == 0
    assert before == (venue.exchange.accounts.balances(alice), venue.exchange.open_orders(alice), _book(venue))
    assert venue.exchange.history(alice)[0].failed_reason == reason
    assert venue.exchange.reason_code(reason) < 0


def _book(venue: Venue) -> list[object]:
    return [venue.exchange.levels("DOGEUSDT", side) for side in Side]


def test_a_taker_that_would_reach_its_own_order_behind_others_fails_without_a_part_filled():
    venue = Venue()
    venue.place("bob", "sell 5 @ 0.16")
    venue.place("alice", "sell 5 @ 0.17")
    failed = venue.place("alice", "buy 6 @ 0.17")
    assert (failed.status, failed.executed) == (Status.FAILED, 0)
    filled = venue.place("alice", "buy 5 @ 0.17")  # bob's alone is enough: the own order is not reached
    assert filled.status is Status.FILLED


def test_one_dollar_short_is_short_and_exactly_enough_is_enough():
    venue = Venue(USDT=D(100))
    assert venue.place("alice", "buy 625.1 @ 0.16").failed_reason == "Insufficient Balance"
    assert venue.place("alice", "buy 625 @ 0.16").status is Status.PLACED
    assert venue.exchange.accounts.available(venue.id("alice"), "USDT") == 0


def test_a_customer_id_is_free_again_once_its_order_is_no_longer_open():
    venue = Venue()
    first = venue.place("alice", "buy 10 @ 0.15", customer_id="again")
    assert venue.place("bob", "buy 10 @ 0.15", customer_id="again").status is Status.PLACED
    venue.cancel("alice", first)
    second = venue.place("alice", "buy 10 @ 0.15", customer_id="again")
    assert second.status is Status.PLACED
    assert venue.exchange.order(venue.id("alice"), customer_id="again") is second
    assert venue.exchange.order(venue.id("alice"), order_id=first.id) is first


def test_the_open_order_keeps_its_customer_id_when_a_duplicate_fails():
    venue = Venue()
    first = venue.accept("alice", "buy 10 @ 0.15", customer_id="twin")
    twin = venue.accept("alice", "buy 10 @ 0.14", customer_id="twin")
    venue.exchange.execute(first.id, venue.now_s)
    venue.exchange.execute(twin.id, venue.now_s)
    assert twin.failed_reason == venue_rules.CUSTOMER_ID_IN_USE
    assert venue.exchange.order(venue.id("alice"), customer_id="twin") is first


@pytest.mark.parametrize(("there", "filled"), [("", D(0)), ("sell 4 @ 0.16", D(4))])
def test_what_an_ioc_order_leaves_is_cancelled(there, filled):
    venue = Venue()
    if there:
        venue.place("crowd", there)
    venue.heard()
    order = venue.place("alice", "buy 10 @ 0.16", tif=Tif.IOC)
    assert (order.status, order.executed, order.reserved) == (Status.CANCELLED, filled, 0)
    lines = of(venue.heard(), "alice")
    assert lines[0] == "alice processed" and "alice Cancelled" in lines and lines[-1] == "alice open: none"
    assert venue.exchange.accounts.balance(venue.id("alice"), "USDT").reserved == 0


def test_a_fok_order_takes_all_of_several_levels():
    venue = Venue()
    venue.place("crowd-1", "sell 4 @ 0.16")
    venue.place("crowd-2", "sell 6 @ 0.17")
    order = venue.place("alice", "buy 10 @ 0.17", tif=Tif.FOK)
    assert (order.status, order.executed_quote) == (Status.FILLED, D("1.66"))


def test_first_come_first_served_at_one_price():
    venue = Venue()
    first, second = venue.place("alice", "sell 5 @ 0.16"), venue.place("bob", "sell 5 @ 0.16")
    venue.place("crowd", "buy 7 @ 0.16", tif=Tif.IOC)
    assert (first.remaining, second.remaining) == (0, 3)
    assert venue.exchange.resting("DOGEUSDT", Side.SELL) == [second]


def test_a_reward_for_making_is_paid_by_the_venue_in_what_the_maker_pays():
    venue = Venue()
    venue.exchange.accounts.get(venue.id("alice")).tier = 7
    order = venue.place("alice", "buy 10 @ 2.5", pair="DOGEZAR")
    venue.place("bob", "sell 10 @ 2.5", pair="DOGEZAR")
    (own,) = venue.exchange.trades(venue.id("alice"))
    assert (own.fee, own.fee_currency) == (D("-0.0025"), "ZAR")
    assert venue.exchange.accounts.balance(venue.id("alice"), "ZAR").total == D("975.0025")
    assert venue.exchange.accounts.balance(venue.id("alice"), "DOGE").total == D(110)
    assert venue.exchange.accounts.balance("venue", "ZAR").total == D("-0.0025") + D("0.0875")
    assert order.fee == 0


def test_an_orders_life_is_kept_event_by_event():
    venue = Venue()
    order = venue.place("alice", "buy 10 @ 0.16")
    venue.place("crowd", "sell 4 @ 0.16", tif=Tif.IOC)
    venue.cancel("alice", order)
    assert [(event.order.status, event.order.remaining, event.executed_quantity) for event in order.events] == [
        (Status.PLACED, 10, 0),
        (Status.PARTIALLY_FILLED, 6, 4),
        (Status.CANCELLED, 6, 0),
    ]


def test_an_order_that_is_changed_all_day_forgets_the_oldest_events(monkeypatch):
    monkeypatch.setattr("valr_maker.sandbox.core.EVENTS_KEPT", 3)
    venue = Venue()
    order = venue.place("alice", "buy 20 @ 0.16")
    for remaining in range(19, 14, -1):
        venue.modify("alice", order, remaining=str(remaining))
    assert [event.order.remaining for event in order.events] == [17, 16, 15]


def test_a_deposit_arrives_and_is_told():
    venue = Venue()
    venue.exchange.deposit(venue.id("alice"), "USDT", D("0.5"), venue.now_s)
    assert venue.heard() == ["alice USDT 100.5 + 0", "alice BLOCKCHAIN_RECEIVE 0.5 USDT in"]


def test_nothing_goes_over_to_a_stranger_or_to_oneself():
    venue = Venue()
    for taker in ("bob", "alice"):
        with pytest.raises(Rejected) as no:
            venue.exchange.transfer(venue.id("alice"), venue.id(taker), ("USDT", D(1)), venue.now_s)
        assert no.value.code == -11133
    assert venue.heard() == []


def test_public_trades_are_newest_first_and_numbered():
    venue = Venue()
    for price in ("0.16", "0.17"):
        venue.place("crowd-1", f"sell 4 @ {price}")
        venue.place("crowd-2", f"buy 4 @ {price}")
    newest, older = venue.exchange.public_trades("DOGEUSDT")
    assert (newest.price, older.price, newest.sequence - older.sequence) == (D("0.17"), D("0.16"), 1)
    assert venue.exchange.public_trades("DOGEZAR") == ()


def test_the_crowd_leaves_nothing_behind_but_levels_and_prints():
    venue = Venue()
    for _ in range(50):
        resting = venue.place("crowd-1", "sell 40 @ 0.16")
        venue.place("crowd-2", "buy 4 @ 0.16")
        venue.exchange.cancel("crowd-1", order_id=resting.id, customer_id=None, pair=None, now_s=venue.now_s)
    assert {line.split()[0] for line in venue.heard()} == {"ask", "print"}
    assert venue.exchange.history("crowd-1") == [] == venue.exchange.trades("crowd-2")
    assert venue.exchange.open_orders("crowd-1") == [] and venue.exchange.order("crowd-1", order_id=resting.id) is None
    assert venue.exchange.accounts.balances("crowd", exclude_zero=True) == []


def test_one_of_the_crowd_cannot_cancel_anothers_order():
    venue = Venue()
    order = venue.place("crowd-1", "sell 40 @ 0.16")
    assert venue.cancel("crowd-2", order) is None and venue.heard() == ["ask 0.16 x 40"]
    assert venue.exchange.cancel_all("crowd-1", None, venue.now_s) == [order.id]


def test_the_oldest_finished_orders_are_forgotten(monkeypatch):
    monkeypatch.setattr("valr_maker.sandbox.records.KEPT", 3)
    venue = Venue()
    orders = [venue.place("alice", "buy 10 @ 0.15", tif=Tif.IOC, customer_id=f"o-{n}") for n in range(5)]
    alice = venue.id("alice")
    assert [view.id for view in venue.exchange.history(alice)] == [order.id for order in reversed(orders[2:])]
    assert venue.exchange.order(alice, order_id=orders[1].id) is None
    assert venue.exchange.order(alice, customer_id="o-1") is None
    assert venue.exchange.order(alice, customer_id="o-2") is orders[2]


def test_levels_are_best_first_and_may_be_cut():
    venue = Venue()
    for what in ("buy 5 @ 0.14", "buy 5 @ 0.15", "buy 7 @ 0.15", "sell 5 @ 0.17", "sell 5 @ 0.16"):
        venue.place("crowd", what)
    levels = venue.exchange.levels
    assert levels("DOGEUSDT", Side.BUY) == [(D("0.15"), 12, 2), (D("0.14"), 5, 1)]
    assert levels("DOGEUSDT", Side.SELL, 1) == [(D("0.16"), 5, 1)]
    assert levels("DOGEZAR", Side.SELL) == []
    assert venue.exchange.best("DOGEUSDT") == (D("0.15"), D("0.16"))


def test_the_same_seed_gives_the_same_facts():
    def run(seed: int) -> list[object]:
        venue = Venue(seed)
        venue.place("alice", "buy 10 @ 0.16")
        venue.place("bob", "sell 6 @ 0.16")
        return [*venue.exchange.drain(), venue.exchange.accounts.get(venue.id("alice")).key]

    assert run(5) == run(5) != run(6)


def test_an_account_that_does_not_exist_is_the_callers_mistake():
    exchange = Exchange((DOGEUSDT,), Chance(1))
    with pytest.raises(KeyError):
        exchange.open_orders("nobody")
    with pytest.raises(KeyError):
        exchange.execute("no such order", 0.0)
