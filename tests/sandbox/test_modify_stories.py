"""Changing an order that rests, story by story (reference 3.3)."""

from decimal import Decimal

import pytest
from kit.trading import Venue

from valr_maker.domain import Side
from valr_maker.sandbox import core
from valr_maker.sandbox.facts import Rejected
from valr_maker.sandbox.order import Kind, Order, Status, Tif
from valr_maker.sandbox.rules import DEFAULT, Rules

D = Decimal


def queue(venue: Venue, side: Side = Side.BUY) -> list[str]:
    """Who rests, first come first."""
    names = {account: name for name, account in venue.ids.items()}
    return [names.get(order.account, order.account) for order in venue.exchange.resting("DOGEUSDT", side)]


def filled_in_part(venue: Venue) -> Order:
    """alice buys 10 @ 0.16, and 4 of it are bought."""
    order = venue.place("alice", "buy 10 @ 0.16")
    venue.place("crowd-9", "sell 4 @ 0.16", tif=Tif.IOC)
    venue.heard()
    return order


def refusal(venue: Venue, order: Order, strategy: str = "RETAIN_ORIGINAL", **to: str) -> int | None:
    """The code with which a change is refused."""
    refused = venue.modify("alice", order, strategy, **to).refused
    return refused.code if refused else None


# ---- the place in the queue -----------------------------------------------------------------------------------------
def test_less_keeps_the_place_and_frees_its_reserve():
    venue = Venue()
    order = venue.place("alice", "buy 10 @ 0.16")
    venue.place("bob", "buy 10 @ 0.16")
    venue.heard()
    assert refusal(venue, order, remaining="4") is None
    assert venue.heard() == [
        "alice changed",
        "alice Order Modified",
        "alice open: buy 4 @ 0.16",
        "alice USDT 99.36 + 0.64",
        "bid 0.16 x 14",
    ]
    assert (queue(venue), order.quantity) == (["alice", "bob"], 4)


def test_more_goes_to_the_end_of_the_queue_and_reserves_more():
    venue = Venue()
    order = venue.place("alice", "buy 10 @ 0.16")
    venue.place("bob", "buy 10 @ 0.16")
    venue.heard()
    assert refusal(venue, order, remaining="11") is None
    assert (queue(venue), venue.held("alice", "USDT")) == (["bob", "alice"], (D("98.24"), D("1.76")))
    assert venue.heard()[-1] == "bid 0.16 x 21"


@pytest.mark.parametrize("price", ["0.15", "0.17"])
def test_another_price_goes_to_the_end_of_the_queue_there(price):
    venue = Venue()
    order = venue.place("alice", "buy 10 @ 0.16")
    venue.place("bob", f"buy 10 @ {price}")
    venue.heard()
    assert refusal(venue, order, price=price) is None
    assert queue(venue) == ["bob", "alice"]
    assert venue.heard()[-2:] == ["bid 0.16 x 0", f"bid {price} x 20"]
    assert venue.held("alice", "USDT")[1] == D(10) * D(price)


def test_less_at_another_price_loses_the_place_too():
    venue = Venue()
    order = venue.place("alice", "buy 10 @ 0.16")
    venue.place("bob", "buy 10 @ 0.15")
    assert refusal(venue, order, price="0.15", remaining="5") is None
    assert (queue(venue), order.remaining, order.price) == (["bob", "alice"], 5, D("0.15"))


# ---- quantities -----------------------------------------------------------------------------------------------------
def test_a_new_remaining_quantity_does_not_look_at_fills():
    venue = Venue()
    order = filled_in_part(venue)
    assert refusal(venue, order, remaining="10") is None
    assert (order.remaining, order.quantity, order.executed) == (10, 14, 4)


def test_a_new_total_quantity_counts_what_is_filled():
    venue = Venue()
    order = filled_in_part(venue)
    assert refusal(venue, order, total="12") is None
    assert (order.remaining, order.quantity, order.executed) == (8, 12, 4)


@pytest.mark.parametrize("total", ["3.9", "4"])
def test_a_total_that_is_filled_already_cancels_the_rest(total):
    venue = Venue()
    order = filled_in_part(venue)
    assert refusal(venue, order, total=total) is None
    assert (order.status, order.executed) == (Status.CANCELLED, 4)
    assert venue.heard()[:2] == ["alice changed", "alice Cancelled"]
    assert venue.held("alice", "USDT")[1] == 0


def test_digits_beyond_the_pairs_decimals_are_cut():
    venue = Venue()
    order = venue.place("alice", "buy 10 @ 0.16")
    assert refusal(venue, order, remaining="5.19") is None
    assert order.remaining == D("5.1")


def test_a_remaining_quantity_of_less_than_a_lot_is_too_small_and_does_not_cancel():
    venue = Venue()
    order = filled_in_part(venue)
    assert refusal(venue, order, remaining="0.01") == -12007
    assert order.status is Status.PARTIALLY_FILLED
    untouched = venue.place("alice", "buy 10 @ 0.15")
    assert refusal(venue, untouched, remaining="0.01") == -12007 == refusal(venue, untouched, total="0.01")
    assert untouched.status is Status.PLACED


@pytest.mark.parametrize(
    ("to", "code"),
    [
        ({}, -21303),
        ({"price": "0.16"}, -21303),
        ({"remaining": "10"}, -21303),
        ({"total": "10.09", "price": "0.16"}, -21303),
        ({"remaining": "3.9"}, -12007),
        ({"price": "0.01"}, -12007),
        ({"total": "680000.1"}, -11),
        ({"remaining": "626"}, -6),
    ],
)
def test_a_change_that_cannot_be_says_why_and_leaves_the_order_as_it_is(to, code):
    venue = Venue()
    order = venue.place("alice", "buy 10 @ 0.16")
    was = (order.view(), venue.held("alice", "USDT"))
    venue.heard()
    assert refusal(venue, order, **to) == code
    assert (order.view(), venue.held("alice", "USDT")) == was
    assert venue.heard() == ["alice not changed"]


def test_the_whole_purse_may_go_into_a_change_and_not_a_lot_more():
    venue = Venue()
    order = venue.place("alice", "buy 10 @ 0.16")
    assert refusal(venue, order, remaining="625") is None
    assert venue.held("alice", "USDT") == (0, 100)
    assert refusal(venue, order, remaining="625.1") == -6


# ---- a price that would match ---------------------------------------------------------------------------------------
def crossed(strategy: str, price: str = "0.17", rules: Rules = DEFAULT) -> tuple[Venue, Order, int | None]:
    """alice buys 10 @ 0.16, the crowd sells 10 @ 0.165, and alice's order is to go up."""
    venue = Venue(1, rules)
    order = venue.place("alice", "buy 10 @ 0.16")
    venue.place("crowd-1", "sell 10 @ 0.165")
    venue.heard()
    return venue, order, refusal(venue, order, strategy, price=price)


def test_retain_original_leaves_the_order_alone():
    venue, order, code = crossed("RETAIN_ORIGINAL")
    assert (code, order.status, order.price) == (-11, Status.PLACED, D("0.16"))
    assert venue.heard() == ["alice not changed"]


def test_the_code_of_a_match_is_a_setting():
    assert crossed("RETAIN_ORIGINAL", rules=Rules(post_only_code=-999))[2] == -999


def test_cancel_original_ends_the_order():
    venue, order, code = crossed("CANCEL_ORIGINAL")
    assert (code, order.status) == (-11, Status.CANCELLED)
    assert venue.heard()[:2] == ["alice not changed", "alice Cancelled"]


def test_reprice_rests_one_tick_before_the_best_price():
    _, order, code = crossed("REPRICE")
    assert (code, order.status, order.price, order.executed) == (None, Status.ORDER_MODIFIED, D("0.16499"), 0)


def test_reprice_to_where_it_is_changes_nothing():
    venue = Venue()
    order = venue.place("alice", "buy 10 @ 0.16")
    venue.place("crowd-1", "sell 10 @ 0.16001")
    assert refusal(venue, order, "REPRICE", price="0.17") == -21303


def test_reprice_of_a_sale_goes_one_tick_above_the_best_bid():
    venue = Venue()
    order = venue.place("alice", "sell 10 @ 0.17")
    venue.place("crowd-1", "buy 10 @ 0.16")
    assert refusal(venue, order, "REPRICE", price="0.15") is None
    assert order.price == D("0.16001")


# ---- which orders ---------------------------------------------------------------------------------------------------
def test_a_modified_order_is_open_matches_and_says_so_until_the_next_event():
    venue = Venue()
    order = venue.place("alice", "buy 10 @ 0.16")
    venue.modify("alice", order, remaining="8")
    assert [view.status for view in venue.exchange.open_orders(venue.id("alice"))] == [Status.ORDER_MODIFIED]
    venue.place("crowd-1", "sell 4 @ 0.16", tif=Tif.IOC)
    assert order.status is Status.PARTIALLY_FILLED
    venue.modify("alice", order, remaining="3.9")
    assert (order.status, order.executed) == (Status.ORDER_MODIFIED, 4)
    venue.cancel("alice", order)
    assert (order.status, venue.held("alice", "USDT")[1]) == (Status.CANCELLED, 0)


def test_no_order_that_is_gone_or_waits_or_belongs_to_another_can_be_changed():
    venue = Venue()
    gone = venue.place("alice", "buy 10 @ 0.15")
    venue.cancel("alice", gone)
    waiting = venue.stop("alice", Kind.STOP_LOSS, "sell 10 @ 0.15 when 0.155")
    bobs = venue.place("bob", "buy 10 @ 0.15")
    for order in (gone, waiting, bobs):
        assert refusal(venue, order, remaining="5") == -1
    on_its_way = venue.accept("alice", "buy 10 @ 0.15")
    assert refusal(venue, on_its_way, remaining="5") == -1


def test_a_post_only_order_stays_post_only():
    venue = Venue()
    order = venue.place("alice", "buy 10 @ 0.15", post_only=True)
    assert refusal(venue, order, price="0.155") is None
    assert order.kind == "post-only limit"


def test_a_sprung_stop_order_rests_like_any_other_and_can_be_changed():
    venue = Venue()
    order = venue.stop("alice", Kind.STOP_LOSS, "sell 10 @ 0.15 when 0.155")
    venue.place("crowd-1", "sell 5 @ 0.155")
    venue.place("crowd-2", "buy 5 @ 0.155")
    assert refusal(venue, order, remaining="5") is None
    assert order.remaining == 5


def test_the_outcome_is_told_before_what_it_did():
    venue = Venue()
    order = filled_in_part(venue)
    venue.modify("alice", order, total="4")
    assert venue.heard()[0] == "alice changed"
    assert core.INSUFFICIENT_BALANCE not in order.failed_reason


def test_an_order_that_would_be_refused_at_the_door_raises_nothing_but_a_refusal():
    venue = Venue()
    order = venue.place("alice", "buy 10 @ 0.16")
    result = venue.modify("alice", order, remaining="680001")
    assert isinstance(result.refused, Rejected)
