"""Stop-limit orders and pairs that open and close, story by story (reference 3.2)."""

from decimal import Decimal

import pytest
from kit.trading import Venue, of

from valr_maker.domain import Side
from valr_maker.sandbox import core, stops
from valr_maker.sandbox.facts import Rejected
from valr_maker.sandbox.order import Kind, Status, Tif
from valr_maker.sandbox.rules import Rules

D = Decimal
LOSS, PROFIT = Kind.STOP_LOSS, Kind.TAKE_PROFIT


def trade_at(venue: Venue, price: str) -> None:
    """The crowd trades among itself, so that this is the last price."""
    venue.place("crowd-1", f"sell 5 @ {price}")
    venue.place("crowd-2", f"buy 5 @ {price}")


def market_at(price: str, **funds: Decimal) -> Venue:
    """A market that traded last at this price."""
    venue = Venue(**funds)
    trade_at(venue, price)
    venue.heard()
    return venue


def test_a_stop_order_waits_active_with_its_money_set_aside():
    venue = market_at("0.16")
    order = venue.stop("alice", LOSS, "sell 10 @ 0.15 when 0.155")
    assert venue.heard() == ["alice processed", "alice DOGE 90 + 10", "alice open: sell 10 @ 0.15"]
    assert (order.status, order.kind) == (Status.ACTIVE, "stop-loss-limit")
    assert venue.exchange.best("DOGEUSDT") == (None, None), "it is in no book"


@pytest.mark.parametrize(
    ("kind", "what", "not_yet", "then"),
    [
        (LOSS, "sell 10 @ 0.15 when 0.155", "0.15501", "0.155"),
        (LOSS, "buy 10 @ 0.17 when 0.165", "0.16499", "0.165"),
        (PROFIT, "sell 10 @ 0.17 when 0.165", "0.16499", "0.165"),
        (PROFIT, "buy 10 @ 0.15 when 0.155", "0.15501", "0.155"),
    ],
)
def test_it_springs_when_a_trade_reaches_its_price(kind, what, not_yet, then):
    venue = market_at("0.16")
    order = venue.stop("alice", kind, what)
    trade_at(venue, not_yet)
    assert order.status is Status.ACTIVE
    venue.heard()
    trade_at(venue, then)
    assert order.status is Status.PLACED
    assert of(venue.heard(), "alice")[0] == "alice Placed", "told under the same id"
    assert [resting.id for resting in venue.exchange.resting("DOGEUSDT", order.side)] == [order.id]
    assert [event.order.status for event in order.events] == [Status.ACTIVE, Status.PLACED]


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        (LOSS, "sell 10 @ 0.15 when 0.16"),
        (LOSS, "sell 10 @ 0.15 when 0.17"),
        (LOSS, "buy 10 @ 0.17 when 0.16"),
        (PROFIT, "sell 10 @ 0.17 when 0.15"),
        (PROFIT, "buy 10 @ 0.15 when 0.16"),
    ],
)
def test_one_that_would_spring_at_once_fails(kind, what):
    venue = market_at("0.16")
    order = venue.stop("alice", kind, what)
    assert (order.status, order.failed_reason) == (Status.FAILED, stops.IMMEDIATELY)
    assert venue.heard() == [f"alice refused: {stops.IMMEDIATELY}", f"alice Failed: {stops.IMMEDIATELY}"]
    assert venue.held("alice", "DOGE") == (100, 0)


def test_before_the_first_trade_the_reference_price_counts():
    assert Venue().stop("alice", LOSS, "sell 10 @ 0.15 when 0.161").failed_reason == stops.IMMEDIATELY
    assert Venue().stop("alice", LOSS, "sell 10 @ 0.15 when 0.16").status is Status.ACTIVE


def test_a_waiting_order_can_be_cancelled_and_then_never_springs():
    venue = market_at("0.16")
    order = venue.stop("alice", LOSS, "sell 10 @ 0.15 when 0.155")
    venue.heard()
    assert venue.cancel("alice", order) is order
    assert venue.heard() == ["alice Cancelled", "alice DOGE 100 + 0", "alice open: none"]
    trade_at(venue, "0.15")
    assert order.status is Status.CANCELLED


def test_cancel_all_takes_waiting_orders_too():
    venue = market_at("0.16")
    waiting, resting = venue.stop("alice", LOSS, "sell 10 @ 0.15 when 0.155"), venue.place("alice", "buy 10 @ 0.15")
    assert venue.exchange.cancel_all(venue.id("alice"), "DOGEUSDT", venue.now_s) == [waiting.id, resting.id]


@pytest.mark.parametrize(
    ("funds", "customer_id", "reason"),
    [({"DOGE": D(9)}, None, core.INSUFFICIENT_BALANCE), ({}, "mine", core.CUSTOMER_ID_IN_USE)],
)
def test_a_stop_order_without_money_or_with_a_customer_id_in_use_fails_at_once(funds, customer_id, reason):
    venue = market_at("0.16", **({"USDT": D(100), "DOGE": D(100)} | funds))
    venue.place("alice", "buy 10 @ 0.1", customer_id="mine")
    order = venue.stop("alice", LOSS, "sell 10 @ 0.15 when 0.155", customer_id=customer_id)
    assert (order.status, order.failed_reason) == (Status.FAILED, reason)


def test_a_sprung_order_takes_what_is_there_and_rests_with_the_remainder():
    venue = market_at("0.16")
    order = venue.stop("alice", LOSS, "sell 10 @ 0.15 when 0.155")
    venue.place("crowd-3", "buy 4 @ 0.152")
    venue.heard()
    trade_at(venue, "0.155")
    assert of(venue.heard(), "alice") == [
        "alice Placed",
        "alice taker sell 4 @ 0.152 fee 0.000608 USDT",
        "alice Partially Filled 4 @ 0.152 fee 0.000608",
        "alice DOGE 90 + 6",
        "alice USDT 100.607392 + 0",
        "alice open: sell 6 @ 0.15",
    ]
    assert (order.status, order.remaining) == (Status.PARTIALLY_FILLED, 6)


def test_a_sprung_order_that_would_meet_its_own_fails_and_frees_its_money():
    venue = market_at("0.16")
    order = venue.stop("alice", LOSS, "sell 10 @ 0.15 when 0.155")
    venue.place("alice", "buy 5 @ 0.154")
    trade_at(venue, "0.155")
    assert (order.status, order.failed_reason) == (Status.FAILED, core.SELF_TRADE)
    assert venue.held("alice", "DOGE") == (100, 0)


def test_a_sprung_ioc_order_leaves_nothing_behind():
    venue = market_at("0.16")
    order = venue.stop("alice", LOSS, "sell 10 @ 0.15 when 0.155", tif=Tif.IOC)
    trade_at(venue, "0.155")
    assert (order.status, venue.held("alice", "DOGE")) == (Status.CANCELLED, (100, 0))


@pytest.mark.parametrize("wanted", [Status.FAILED, Status.CANCELLED])
def test_a_sprung_fok_order_that_cannot_be_filled_ends_as_any_other_fok_order(wanted):
    venue = Venue(1, Rules(fok_status=wanted))
    order = venue.stop("alice", Kind.STOP_LOSS, "sell 10 @ 0.15 when 0.155", tif=Tif.FOK)
    trade_at(venue, "0.155")
    assert (order.status, order.failed_reason) == (wanted, core.FOK_UNFILLED)
    assert venue.held("alice", "DOGE") == (100, 0)


def test_one_stop_order_can_set_off_another_and_they_spring_in_their_order():
    venue = market_at("0.16", USDT=D(1000), DOGE=D(1000))
    second = venue.stop("bob", LOSS, "sell 10 @ 0.14 when 0.151")
    first = venue.stop("alice", LOSS, "sell 10 @ 0.15 when 0.155")
    venue.place("crowd-3", "buy 4 @ 0.15")
    trade_at(venue, "0.155")  # sets off alice, who sells 4 @ 0.15, which sets off bob, who finds nobody left
    assert (first.executed, first.status) == (4, Status.PARTIALLY_FILLED)
    assert (second.executed, second.status) == (0, Status.PLACED)
    assert [order.id for order in venue.exchange.resting("DOGEUSDT", Side.SELL)] == [second.id, first.id]


def test_a_trade_through_several_prices_sets_off_all_it_passed():
    venue = market_at("0.16")
    order = venue.stop("alice", LOSS, "buy 10 @ 0.2 when 0.17")
    for price in ("0.165", "0.17", "0.175"):
        venue.place("crowd-3", f"sell 5 @ {price}")
    venue.place("crowd-4", "sell 20 @ 0.19")
    venue.place("crowd-5", "buy 12 @ 0.175", tif=Tif.IOC)
    assert (order.status, order.executed) == (Status.FILLED, 10)


def test_the_first_price_of_a_sweep_counts_as_much_as_the_last():
    venue = market_at("0.16")
    order = venue.stop("alice", LOSS, "sell 10 @ 0.1 when 0.155")
    for price in ("0.154", "0.158", "0.165"):
        venue.place("crowd-3", f"sell 5 @ {price}")
    venue.place("crowd-4", "buy 15 @ 0.165", tif=Tif.IOC)
    assert order.status is Status.PLACED, "it traded at 0.154 on the way up"


def test_a_stop_price_off_the_tick_is_refused_at_the_door():
    with pytest.raises(Rejected) as refused:
        Venue().stop("alice", LOSS, "sell 10 @ 0.15 when 0.155001")
    assert refused.value.code == -11


# ---- pairs that open and close --------------------------------------------------------------------------------------
def test_closing_a_pair_cancels_whatever_rests_or_waits_there_and_opening_it_brings_nothing_back():
    venue = market_at("0.16")
    resting, waiting = venue.place("alice", "buy 10 @ 0.15"), venue.stop("bob", LOSS, "sell 10 @ 0.15 when 0.155")
    crowds = venue.place("crowd-1", "sell 10 @ 0.17")
    venue.heard()
    venue.exchange.set_active("DOGEUSDT", venue.now_s, active=False)
    assert {resting.status, waiting.status, crowds.status} == {Status.CANCELLED}
    lines = venue.heard()
    assert lines[-1] == "DOGEUSDT takes nothing" and "alice USDT 100 + 0" in lines and "bob DOGE 100 + 0" in lines
    with pytest.raises(Rejected) as refused:
        venue.place("alice", "buy 10 @ 0.15")
    assert refused.value.code == -32
    venue.exchange.set_active("DOGEUSDT", venue.now_s, active=True)
    assert venue.heard() == [f"DOGEUSDT takes {', '.join(core.ORDER_TYPES)}"]
    assert venue.exchange.open_orders(venue.id("alice")) == [] == venue.exchange.open_orders(venue.id("bob"))


@pytest.mark.parametrize("sort", [Kind.LIMIT, Kind.STOP_LOSS])
def test_an_order_that_was_on_its_way_when_the_pair_closed_fails(sort):
    venue = market_at("0.16")
    order = venue.accept("alice", "sell 10 @ 0.15", sort=sort, stop_price=D("0.155") if sort.stops else None)
    venue.exchange.set_active("DOGEUSDT", venue.now_s, active=False)
    venue.exchange.execute(order.id, venue.now_s)
    assert (order.status, order.failed_reason) == (Status.FAILED, core.PAIR_INACTIVE)
    assert venue.exchange.best("DOGEUSDT") == (None, None)


def test_the_crowd_too_finds_a_closed_pair_closed():
    venue = Venue()
    order = venue.accept("crowd-1", "sell 10 @ 0.15")
    venue.exchange.set_active("DOGEUSDT", venue.now_s, active=False)
    assert venue.exchange.execute(order.id, venue.now_s).status is Status.FAILED


@pytest.mark.parametrize(
    ("what", "more", "taken"),
    [
        ("buy 10 @ 0.15", {"post_only": True}, True),
        ("buy 10 @ 0.15", {}, False),
        ("sell 10 @ 0.15", {"sort": LOSS, "stop_price": D("0.155")}, False),
    ],
)
def test_a_pair_in_post_only_takes_nothing_else(what, more, taken):
    venue = market_at("0.16")
    venue.exchange.set_order_types("DOGEUSDT", ("LIMIT_POST_ONLY",))
    assert venue.heard() == ["DOGEUSDT takes LIMIT_POST_ONLY"]
    if taken:
        assert venue.place("alice", what, **more).status is Status.PLACED
        return
    with pytest.raises(Rejected) as refused:
        venue.place("alice", what, **more)
    assert refused.value.code == -12005


def test_a_market_order_is_refused_in_post_only_and_one_on_its_way_fails():
    venue = market_at("0.16")
    venue.place("crowd-1", "sell 10 @ 0.16")
    on_its_way = venue.accept("alice", "buy 10 @ 0.16")
    venue.exchange.set_order_types("DOGEUSDT", ("LIMIT_POST_ONLY",))
    assert venue.exchange.execute(on_its_way.id, venue.now_s).failed_reason == core.TYPE_NOT_ALLOWED
    with pytest.raises(Rejected) as refused:
        venue.market("alice", "buy 10 DOGE")
    assert refused.value.code == -12005
    venue.exchange.set_order_types("DOGEUSDT", None)
    assert venue.market("alice", "buy 10 DOGE").status is Status.FILLED


def test_what_rests_stays_when_the_order_types_change():
    venue = market_at("0.16")
    order, taker = venue.place("alice", "buy 10 @ 0.15"), venue.accept("crowd-1", "sell 10 @ 0.14", tif=Tif.IOC)
    venue.exchange.set_order_types("DOGEUSDT", ("LIMIT_POST_ONLY",))
    assert venue.exchange.execute(taker.id, venue.now_s).executed == 0, "nothing can take it now"
    assert order.status is Status.PLACED
