"""Hummingbot's strategies look at a connector's readiness once. From then on the connector itself is careful."""

from hummingbot.core.data_type.in_flight_order import OrderState
from stage import PAIR, SYMBOL, Stage, story

BOOK = f"GET /v1/marketdata/{SYMBOL}/orderbook"
QUOTED = ["buy 10 @ 0.15", "sell 10 @ 0.17"]


async def quoting(stage: Stage):
    await stage.start()
    stage.quote()
    await stage.seconds(2)
    assert stage.resting == QUOTED


@story
async def test_a_silent_book_that_rest_confirms_is_a_quiet_market(stage: Stage):
    await quoting(stage)
    await stage.seconds(300)
    assert stage.resting == QUOTED
    assert not stage.heard.about("WARNING")


@story
async def test_a_book_that_nobody_confirms_takes_the_orders_away_and_refuses_new_ones(stage: Stage):
    await quoting(stage)
    silent = stage.faults.freeze("/ws/trade", types=("OB_L1_DIFF", "OB_L1_SNAPSHOT"))
    dead = stage.faults.fail(BOOK)
    await stage.seconds(40)
    assert stage.resting == [] and stage.count("cancelled") == 2
    assert stage.heard.about("WARNING", "no new orders, and 2 are taken away", "order book of DOGE-USDT")
    cid = stage.buy(10, "0.15")
    await stage.seconds(1)
    assert stage.resting == [] and stage.count("failed") == 1
    assert stage.heard.about("WARNING", "no orders for DOGE-USDT now")
    assert not stage.heard.about("ERROR"), "a reason is no accident"
    silent.lift()
    dead.lift()
    await stage.seconds(20)
    again = stage.buy(10, "0.15")
    await stage.seconds(1)
    assert stage.resting == ["buy 10 @ 0.15"] and cid != again
    assert stage.heard.about("INFO", "orders are sent again")


@story
async def test_a_frozen_feed_is_found_out_and_the_book_is_polled(stage: Stage):
    await quoting(stage)
    stage.faults.freeze("/ws/trade", types=("OB_L1_DIFF", "OB_L1_SNAPSHOT"))
    stage.stranger("BUY", 50, "0.161")  # REST shows it, the feed does not
    await stage.seconds(60)
    assert float(stage.exchange.get_price(PAIR, False)) == 0.161
    assert stage.resting == [], "nobody knew the book for a while"
    stage.quote("0.161")
    await stage.seconds(30)
    assert stage.resting == QUOTED, "a polled book is good enough"


@story
async def test_a_wrong_checksum_costs_one_resubscription_and_no_order(stage: Stage):
    await quoting(stage)
    stage.faults.corrupt_checksum("/ws/trade", 1, kind="OB_L1_DIFF")
    stage.stranger("BUY", 50, "0.161")
    await stage.seconds(5)
    assert stage.heard.about("WARNING", "book not trusted: checksum")
    assert stage.exchange.books.book_of(PAIR).watch.feed.state == "verified"
    assert float(stage.exchange.get_price(PAIR, False)) == 0.161
    assert stage.resting == QUOTED


@story
async def test_a_short_loss_of_both_sockets_costs_no_order(stage: Stage):
    await quoting(stage)
    stage.faults.kill("/ws")
    await stage.seconds(10)
    assert stage.resting == QUOTED and stage.count("cancelled") == 0
    assert stage.exchange.books.alive and stage.exchange.user_stream.alive


@story
async def test_while_the_account_cannot_be_seen_no_order_goes_out_and_none_stays(stage: Stage):
    await quoting(stage)
    stage.faults.refuse_connect("/ws/account")
    stage.faults.kill("/ws/account")
    stage.faults.fail("GET /v1/orders/open")
    await stage.seconds(30)
    assert stage.resting == []
    assert stage.heard.about("WARNING", "the account is not visible", "no account socket")
    stage.buy(10, "0.15")
    await stage.seconds(1)
    assert stage.resting == []


@story
async def test_without_its_socket_the_account_is_seen_by_polling_and_quoting_goes_on(stage: Stage):
    await quoting(stage)
    stage.faults.refuse_connect("/ws/account")
    stage.faults.kill("/ws/account")
    await stage.seconds(120)
    assert stage.resting == QUOTED and stage.count("cancelled") == 0


@story
async def test_polling_stays_within_valrs_budgets(stage: Stage):
    await stage.start()
    stage.quote()
    for n in range(40):
        stage.buy(10, f"0.14{n:02}")
    await stage.seconds(5)
    stage.faults.refuse_connect("/ws/account")
    stage.faults.kill("/ws/account")
    await stage.seconds(10)
    with stage.spied() as calls:
        await stage.seconds(60)
    assert len(calls) < 120, "42 orders, one list for all of them"
    assert stage.exchange.line.budget.refusals == 0
    assert len(stage.resting) == 42


@story
async def test_a_cancel_that_finds_no_road_is_made_when_there_is_one(stage: Stage):
    await quoting(stage)
    stage.faults.refuse_connect("/ws/account")
    stage.faults.kill("/ws/account")
    broken = stage.faults.fail("DELETE")
    cid = next(iter(stage.exchange.in_flight_orders))
    stage.exchange.cancel(PAIR, cid)
    await stage.seconds(10)
    assert len(stage.resting) == 2 and cid in stage.exchange.in_flight_orders
    broken.lift()
    await stage.seconds(10)
    assert len(stage.resting) == 1 and stage.count("cancelled") == 1


@story
async def test_when_the_network_is_stopped_the_orders_are_taken_away_first(stage: Stage):
    """Hummingbot stops a connector whose network check failed, and leaves its orders where they are."""
    await quoting(stage)
    stage._ticking.cancel()
    await stage.exchange.stop_network()
    await stage.seconds(15)
    assert stage.resting == []


@story
async def test_cancel_all_leaves_nothing(stage: Stage):
    await quoting(stage)
    results = await stage.exchange.cancel_all(10.0)
    assert [result.success for result in results] == [True, True]
    assert stage.resting == [] and stage.count("cancelled") == 2


@story
async def test_stopping_and_starting_again_is_as_good_as_new(stage: Stage):
    await quoting(stage)
    await stage.exchange.cancel_all(10.0)
    stage._ticking.cancel()
    await stage.exchange.stop_network()
    await stage.seconds(3)
    stage.begin()
    await stage.seconds(5)
    assert all(stage.exchange.status_dict.values())
    stage.buy(10, "0.15")
    await stage.seconds(1)
    assert stage.resting == ["buy 10 @ 0.15"]


@story
async def test_after_an_order_ends_the_balance_is_asked_for_when_the_socket_does_not_tell(stage: Stage):
    await quoting(stage)
    stage.faults.freeze("/ws/account", types=("BALANCE_UPDATE",))
    held = stage.exchange.get_available_balance("DOGE")
    await stage.exchange.cancel_all(10.0)
    await stage.seconds(4)
    assert stage.exchange.get_available_balance("DOGE") == held + 10


@story
async def test_orders_go_over_the_socket_while_it_is_up(stage: Stage):
    await stage.start()
    with stage.spied() as calls:
        cid, _ = stage.quote()
        await stage.seconds(1)
        stage.exchange.cancel(PAIR, cid)
        await stage.seconds(1)
    assert not {"place", "cancel"} & {name for name, _ in calls}
    assert stage.resting == ["sell 10 @ 0.17"]


@story
async def test_a_socket_that_falls_silent_under_a_cancel_is_helped_by_rest(stage: Stage):
    await quoting(stage)
    stage.faults.mute("/ws/account")
    cid = next(iter(stage.exchange.in_flight_orders))
    stage.exchange.cancel(PAIR, cid)
    await stage.seconds(5)
    assert cid not in stage.exchange.in_flight_orders and len(stage.resting) == 1


@story
async def test_fees_are_the_accounts_own(stage: Stage):
    from hummingbot.core.data_type.common import OrderType, TradeType
    from hummingbot.core.data_type.trade_fee import DeductedFromReturnsTradeFee

    await stage.start()
    from stage import D

    fee = stage.exchange.get_fee("DOGE", "USDT", OrderType.LIMIT_MAKER, TradeType.BUY, D(10), D("0.15"))
    assert isinstance(fee, DeductedFromReturnsTradeFee) and fee.percent == D("0.0008")
    taken = stage.exchange.get_fee("DOGE", "USDT", OrderType.LIMIT, TradeType.SELL, D(10), D("0.15"))
    assert taken.percent == D("0.001")


@story
async def test_an_order_below_valrs_minimum_is_refused_before_it_is_sent(stage: Stage):
    await stage.start()
    with stage.spied() as calls:
        stage.buy(1, "0.15")
        await stage.seconds(1)
    assert stage.count("failed") == 1 and not calls


@story
async def test_a_pending_order_is_not_opened_twice(stage: Stage):
    await stage.start()
    cid, _ = stage.quote()
    await stage.seconds(3)
    assert stage.count("created buy") == 1
    assert stage.exchange.in_flight_orders[cid].current_state is OrderState.OPEN
