"""Market orders and post-only orders that move their price, story by story (reference 3.2)."""

from decimal import Decimal

import pytest
from kit.trading import Venue, of

from valr_maker.sandbox import core, market
from valr_maker.sandbox.facts import Rejected
from valr_maker.sandbox.order import Status
from valr_maker.sandbox.rules import DEFAULT, Rules

D = Decimal


def shop(rules: Rules = DEFAULT, /, **funds: Decimal) -> Venue:
    """The crowd sells 10 @ 0.16, 10 @ 0.165 and, beyond five per cent, 10 @ 0.17; and buys 10 @ 0.15."""
    venue = Venue(1, rules, **funds)
    for number, what in enumerate(("sell 10 @ 0.16", "sell 10 @ 0.165", "sell 10 @ 0.17", "buy 10 @ 0.15")):
        venue.place(f"crowd-{number}", what)
    venue.heard()
    return venue


# ---- market orders --------------------------------------------------------------------------------------------------
def test_a_market_order_in_base_takes_the_best_prices_and_reserves_nothing_more_than_it_pays():
    venue = shop()
    order = venue.market("alice", "buy 15 DOGE")
    assert (order.status, order.executed_quote, order.price) == (Status.FILLED, D("2.425"), 0)
    assert venue.heard() == [
        "alice processed",
        "print 10 @ 0.16 buy",
        "alice taker buy 10 @ 0.16 fee 0.01 DOGE",
        "alice Partially Filled 10 @ 0.16 fee 0.01",
        "alice DOGE 109.99 + 0",
        "alice USDT 97.575 + 0.825",
        "ask 0.16 x 0",
        "print 5 @ 0.165 buy",
        "alice taker buy 5 @ 0.165 fee 0.005 DOGE",
        "alice Filled 5 @ 0.165 fee 0.005",
        "alice DOGE 114.985 + 0",
        "alice USDT 97.575 + 0",
        "ask 0.165 x 5",
        "alice open: none",
    ]


def test_a_market_order_in_quote_spends_whole_lots_and_leaves_what_is_too_little_for_one():
    venue = shop()
    order = venue.market("alice", "buy 2 USDT")  # 10 @ 0.16 cost 1.6, the other 0.4 buy 2.4 @ 0.165
    assert (order.status, order.quantity, order.executed_quote) == (Status.FILLED, D("12.4"), D("1.996"))
    assert venue.held("alice", "USDT") == (D("98.004"), 0)


def test_a_market_sale_in_quote_sells_as_much_as_brings_that_amount():
    venue = shop()
    order = venue.market("alice", "sell 1.2 USDT")
    assert (order.status, order.executed, order.executed_quote) == (Status.FILLED, 8, D("1.2"))
    assert venue.held("alice", "USDT") == (D("101.2") - D("0.0012"), 0)


def test_a_market_sale_in_quote_never_brings_more_than_was_asked():
    """What is left at the best price is too little for a lot there; at a worse price it would be one."""
    venue = Venue()
    venue.place("crowd-1", "buy 10 @ 2.93", pair="DOGEZAR")
    venue.place("crowd-2", "buy 10 @ 2.79", pair="DOGEZAR")
    order = venue.market("alice", "sell 11.7143 ZAR", pair="DOGEZAR")
    assert (order.status, order.quantity, order.executed_quote) == (Status.FILLED, D("3.9"), D("11.427"))


def test_a_market_order_stops_at_the_edge_of_the_slippage_band():
    venue = shop()
    order = venue.market("alice", "buy 25 DOGE")  # 0.16 and five per cent: 0.168
    assert (order.status, order.executed, order.remaining) == (Status.SLIPPED, 20, 5)
    lines = of(venue.heard(), "alice")
    assert lines[-3:] == ["alice Partially Filled Due To Slippage", "alice USDT 96.75 + 0", "alice open: none"]
    assert venue.exchange.best("DOGEUSDT") == (D("0.15"), D("0.17"))


def test_the_band_is_a_setting():
    venue = shop(Rules(slippage_band_pct=D(7)))
    assert venue.market("alice", "buy 25 DOGE").status is Status.FILLED


def test_what_a_book_does_not_have_is_cancelled():
    venue = shop()
    order = venue.market("alice", "sell 15 DOGE")
    assert (order.status, order.executed, order.failed_reason) == (Status.CANCELLED, 10, "")
    assert venue.held("alice", "DOGE") == (90, 0)


def test_an_empty_book_fails_a_market_order():
    venue = Venue()
    order = venue.market("alice", "buy 10 DOGE")
    assert (order.status, order.failed_reason) == (Status.FAILED, market.NO_LIQUIDITY)
    assert venue.heard() == [f"alice refused: {market.NO_LIQUIDITY}", f"alice Failed: {market.NO_LIQUIDITY}"]


def test_too_little_for_one_lot_at_the_price_that_is_there_fails():
    venue = Venue(USDT=D(1000), DOGE=D(1000))
    venue.place("crowd-1", "sell 10 @ 10")
    order = venue.market("alice", "buy 0.9 USDT")  # a lot costs 1
    assert (order.status, order.failed_reason) == (Status.FAILED, market.NO_LIQUIDITY)


@pytest.mark.parametrize(
    ("purse", "what"),
    [
        ({"USDT": D("2.4")}, "buy 15 DOGE"),
        ({"USDT": D("1.9")}, "buy 2 USDT"),
        ({"DOGE": D("9.9")}, "sell 10 DOGE"),
        ({"DOGE": D("7.9")}, "sell 1.2 USDT"),
    ],
)
def test_a_market_order_beyond_the_purse_fails_and_takes_nothing(purse, what):
    venue = shop(**purse)
    order = venue.market("alice", what)
    assert (order.status, order.failed_reason, order.executed) == (Status.FAILED, core.INSUFFICIENT_BALANCE, 0)
    assert {line.split()[0] for line in venue.heard()} == {"alice"}, "nothing traded"


def test_a_market_order_that_would_meet_an_own_order_fails_as_a_whole():
    venue = shop()
    venue.place("alice", "sell 5 @ 0.161")
    failed = venue.market("alice", "buy 12 DOGE")
    assert (failed.status, failed.failed_reason, failed.executed) == (Status.FAILED, core.SELF_TRADE, 0)
    assert venue.market("alice", "buy 10 DOGE").status is Status.FILLED, "the own order is not reached"


def test_a_market_order_may_not_use_the_customer_id_of_an_open_order():
    venue = shop()
    first = venue.place("alice", "buy 10 @ 0.14", customer_id="mine")
    order = venue.market("alice", "buy 10 DOGE", customer_id="mine")
    assert (order.status, order.failed_reason) == (Status.FAILED, core.CUSTOMER_ID_IN_USE)
    assert venue.exchange.order(venue.id("alice"), customer_id="mine") is first


@pytest.mark.parametrize(
    ("what", "code"),
    [("buy 3.9 DOGE", -12007), ("buy 0.49 USDT", -12007), ("buy 680001 DOGE", -11), ("sell 54001 USDT", -11)],
)
def test_the_pairs_bounds_hold_for_whichever_amount_is_given(what, code):
    with pytest.raises(Rejected) as refused:
        shop().market("alice", what)
    assert refused.value.code == code


def test_an_amount_in_base_is_cut_to_the_pairs_decimals():
    order = shop().market("alice", "buy 5.19 DOGE")
    assert (order.quantity, order.status) == (D("5.1"), Status.FILLED)


# ---- post-only orders that move instead of matching -----------------------------------------------------------------
@pytest.mark.parametrize(
    ("what", "ticks", "rests_at"),
    [
        ("buy 10 @ 0.16", 1, "0.15999"),
        ("buy 10 @ 0.3", 50, "0.1595"),
        ("sell 10 @ 0.15", 1, "0.15001"),
        ("sell 10 @ 0.1", 50, "0.1505"),
        ("buy 10 @ 0.15998", 1, "0.15998"),
    ],
)
def test_a_price_that_would_match_moves_so_many_ticks_to_the_passive_side(what, ticks, rests_at):
    venue = shop()
    order = venue.place("alice", what, post_only=True, reprice_ticks=ticks)
    assert (order.status, order.price, order.executed) == (Status.PLACED, D(rests_at), 0)
    assert order.kind == "post-only limit"


def test_the_reserve_is_of_the_price_it_moved_to():
    venue = shop(USDT=D("1.5999"))
    assert venue.place("alice", "buy 10 @ 0.3", post_only=True, reprice_ticks=1).status is Status.PLACED
    assert venue.held("alice", "USDT") == (0, D("1.5999"))


def test_without_room_below_the_best_it_fails_as_any_post_only_order():
    venue = Venue(USDT=D(1000), DOGE=D(100_000))
    venue.place("crowd-1", "sell 50000 @ 0.00001")
    order = venue.place("alice", "buy 50000 @ 0.00001", post_only=True, reprice_ticks=1)
    assert (order.status, order.failed_reason) == (Status.FAILED, core.POST_ONLY_MATCHED)
    assert venue.held("alice", "USDT") == (1000, 0)


# ---- limit orders beyond the band, as a setting ---------------------------------------------------------------------
@pytest.mark.parametrize(
    ("what", "moved_to"), [("buy 30 @ 0.2", "0.168"), ("sell 30 @ 0.1", "0.1425"), ("buy 30 @ 0.168", None)]
)
def test_a_limit_order_beyond_the_band_can_be_moved_to_its_edge(what, moved_to):
    for rules in (Rules(), Rules(limits_repriced=True)):
        venue = shop(rules)
        order = venue.place("alice", what)
        words = [line for line in of(venue.heard(), "alice") if "Repriced" in line]
        if moved_to and rules.limits_repriced:
            assert order.price == D(moved_to) and words == ["alice Repriced Due To Slippage"]
        else:
            assert order.price == D(what.split()[-1]) and words == []


def test_an_order_that_was_moved_and_met_nobody_stays_repriced():
    venue = shop(Rules(limits_repriced=True, slippage_band_pct=D(0)))
    order = venue.place("alice", "sell 30 @ 0.1")
    assert (order.price, order.executed) == (D("0.15"), 10), "the band of nothing is the best price itself"
