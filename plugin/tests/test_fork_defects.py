"""What earlier VALR connectors got wrong, each once: states, stale lists, unread events, lost fills, piles of orders."""

import json

import pytest
from hummingbot.core.data_type.common import OrderType, TradeType
from hummingbot.core.data_type.in_flight_order import InFlightOrder, OrderState
from stage import PAIR, SYMBOL, D, Stage, story

STATUS = f"GET /v1/orders/{SYMBOL}/customerorderid"


def order_of(stage, cid):
    return stage.exchange._order_tracker.all_orders[cid]


def status(stage, cid, word, remaining="10", **more):
    order = order_of(stage, cid)
    data = {
        "orderId": order.exchange_order_id, "orderStatusType": word, "currencyPair": SYMBOL, "originalPrice": "0.15",
        "remainingQuantity": remaining, "originalQuantity": "10", "orderSide": "buy", "orderType": "post-only limit",
        "failedReason": "", "orderUpdatedAt": "2026-01-02T03:04:05.683Z", "orderCreatedAt": "2026-01-02T03:04:05.680Z",
        "customerOrderId": cid, "timeInForce": "GTC",
    }  # fmt: skip
    hear(stage, {"type": "ORDER_STATUS_UPDATE", "data": data | more})


def hear(stage, frame):
    stage.exchange._user_stream_tracker.user_stream.put_nowait(json.dumps(frame))


# ---- orderStatusType ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("Placed", OrderState.OPEN),
        ("Active", OrderState.OPEN),
        ("Order Modified", OrderState.OPEN),
        ("Repriced Due To Slippage", OrderState.OPEN),
        ("Order price has been modified due to slippage limits", OrderState.OPEN),
        ("Partially Filled", OrderState.PARTIALLY_FILLED),
        ("Filled", OrderState.FILLED),
        ("Cancelled", OrderState.CANCELED),
        ("Partially Filled Due To Slippage", OrderState.CANCELED),
        ("Partially Filled and Cancelled Due To Slippage", OrderState.CANCELED),
        ("Expired", OrderState.CANCELED),
        ("Failed", OrderState.FAILED),
    ],
)
def test_every_status_of_valrs_is_read(word, state):
    @story
    async def play(stage: Stage):
        await stage.start()
        cid, _ = stage.quote()
        await stage.seconds(1)
        status(stage, cid, word)
        await stage.seconds(7)
        assert order_of(stage, cid).current_state is state

    play()


@story
async def test_a_status_that_nobody_knows_is_told_and_asked_about(stage: Stage):
    await stage.start()
    cid, _ = stage.quote()
    await stage.seconds(1)
    status(stage, cid, "Levitating")
    with stage.spied() as calls:
        await stage.seconds(6)
    assert stage.heard.about("WARNING", "'Levitating'")
    assert ("order status by customer id", None) in calls
    assert order_of(stage, cid).is_open and len(stage.resting) == 2


# ---- lists of open orders -------------------------------------------------------------------------------------------
@story
async def test_a_list_of_open_orders_older_than_the_newest_order_ends_nothing(stage: Stage):
    await stage.start()
    cid, _ = stage.quote()
    await stage.seconds(1)
    hear(stage, {"type": "OPEN_ORDERS_UPDATE", "data": []})
    await stage.seconds(10)
    assert order_of(stage, cid).current_state is OrderState.OPEN
    assert stage.count("failed") == 0 and len(stage.resting) == 2


# ---- ORDER_PROCESSED and the outcomes of a cancel ------------------------------------------------------------------
@story
async def test_an_order_that_the_engine_refuses_after_its_acknowledgement_has_failed(stage: Stage):
    """A post-only order that would take: received first, then ORDER_PROCESSED without success."""
    await stage.start()
    stage.quote()
    await stage.seconds(1)
    cid = stage.buy(10, "0.165")
    await stage.seconds(2)
    assert order_of(stage, cid).current_state is OrderState.FAILED
    assert cid not in stage.exchange.in_flight_orders and stage.count("failed") == 1
    assert len(stage.resting) == 2


@story
async def test_order_processed_alone_opens_an_order(stage: Stage):
    await stage.start()
    stage.faults.freeze("/ws/account", types=("PLACE_LIMIT_WS_RESPONSE", "OPEN_ORDERS_UPDATE", "ORDER_STATUS_UPDATE"))
    stage.quote()
    await stage.seconds(1)
    assert (stage.count("created buy"), stage.count("created sell")) == (1, 1)


@story
async def test_a_cancel_that_came_too_late_ends_as_a_fill(stage: Stage):
    await stage.start()
    cid, _ = stage.quote()
    await stage.seconds(1)
    stage.stranger("SELL", 400, "0.15")  # through the stranger's own bid and ours
    stage.exchange.cancel(PAIR, cid)
    await stage.seconds(8)
    assert order_of(stage, cid).current_state is OrderState.FILLED
    assert stage.count("completed buy") == 1 and stage.count("cancelled") == 0 and stage.count("failed") == 0


@story
async def test_a_failed_cancel_is_asked_about_and_made_by_the_other_road(stage: Stage):
    await stage.start()
    cid, _ = stage.quote()
    await stage.seconds(1)
    stage.faults.freeze("/ws/account", types=("ORDER_STATUS_UPDATE", "OPEN_ORDERS_UPDATE"))
    stage.faults.mute("/ws/account", times=1)
    stage.exchange.cancel(PAIR, cid)
    await stage.seconds(1)
    hear(
        stage, {"type": "FAILED_CANCEL_ORDER", "data": {"orderId": "?", "customerOrderId": cid, "message": "An error"}}
    )
    await stage.seconds(3)
    assert order_of(stage, cid).current_state is OrderState.CANCELED and len(stage.resting) == 1


@story
async def test_a_cancel_of_an_order_that_valr_does_not_find_asks_what_became_of_it(stage: Stage):
    await stage.start()
    cid, _ = stage.quote()
    await stage.seconds(1)
    stage.faults.freeze("/ws/account", types=("ORDER_STATUS_UPDATE", "OPEN_ORDERS_UPDATE", "NEW_ACCOUNT_TRADE"))
    stage.stranger("SELL", 400, "0.15")
    await stage.seconds(1)
    stage.exchange.cancel(PAIR, cid)
    await stage.seconds(12)
    assert order_of(stage, cid).current_state is OrderState.FILLED
    assert order_of(stage, cid).executed_amount_base == 10


# ---- fills ----------------------------------------------------------------------------------------------------------
@story
async def test_fills_that_the_socket_does_not_bring_are_recovered_once_each(stage: Stage):
    await stage.start()
    cid, _ = stage.quote()
    await stage.seconds(1)
    lost = stage.faults.freeze("/ws/account", types=("NEW_ACCOUNT_TRADE",), hold=True)
    stage.stranger("SELL", 104, "0.15")  # four of our ten
    await stage.seconds(5)
    assert order_of(stage, cid).executed_amount_base == 4 and stage.count("filled") == 1
    lost.lift()  # the frame comes after all
    await stage.seconds(5)
    assert order_of(stage, cid).executed_amount_base == 4 and stage.count("filled") == 1


@story
async def test_fills_while_there_was_no_socket_are_recovered(stage: Stage):
    await stage.start()
    cid, _ = stage.quote()
    await stage.seconds(1)
    stage.faults.refuse_connect("/ws/account")
    stage.faults.kill("/ws/account")
    stage.stranger("SELL", 400, "0.15")
    await stage.seconds(15)
    assert order_of(stage, cid).current_state is OrderState.FILLED and stage.count("completed buy") == 1
    assert order_of(stage, cid).executed_amount_base == 10


@story
async def test_the_fee_of_a_fill_is_what_valr_took(stage: Stage):
    await stage.start()
    stage.quote()
    await stage.seconds(1)
    stage.stranger("SELL", 104, "0.15")
    await stage.seconds(2)
    (fill,) = stage.events["filled"].event_log
    (fee,) = fill.trade_fee.flat_fees
    assert fee.token == "DOGE" and 0 < fee.amount < D("0.01")


def test_a_reward_is_a_fee_below_zero_and_the_rand_has_its_own_name():
    from hummingbot.connector.exchange.valr.orders import fee_of

    from valr_maker.wire import rest

    row = {"price": D(1), "quantity": D(1), "currency_pair": "BTCZAR", "traded_at": "", "side": "sell"}
    made = rest.OwnTrade(**row, order_id="o", id="t", maker_reward=D("0.1"), maker_reward_currency="R")
    assert fee_of(made) == (D("-0.1"), "ZAR")


# ---- piles of orders ------------------------------------------------------------------------------------------------
@story
async def test_status_errors_for_ten_minutes_never_lose_a_live_order(stage: Stage):
    """Hummingbot counts errors of any kind; the fourth would let the strategy place a second order beside the first."""
    await stage.start()
    cid, other = stage.quote()
    await stage.seconds(1)
    stage.faults.fail("GET /v1/orders")
    stage.faults.fail("GET /v1/account/DOGEUSDT/tradehistory")
    for second in range(600):
        if second % 5 == 0:
            stage.exchange._poll_notifier.set()
        await stage.seconds(1)
    assert set(stage.exchange.in_flight_orders) == {cid, other}
    assert stage.count("failed") == 0 and len(stage.resting) == 2


@story
async def test_an_order_whose_answer_was_lost_is_looked_for_and_found(stage: Stage):
    stage.faults.refuse_connect("/ws/account")
    await stage.start(within_s=20)
    stage.faults.lose_answer("POST /v2/orders/limit", times=2)
    cid, _ = stage.quote()
    await stage.seconds(4)
    assert order_of(stage, cid).current_state is OrderState.OPEN and stage.count("failed") == 0
    assert len(stage.resting) == 2


@story
async def test_an_order_that_never_arrived_is_given_up_only_on_the_exchanges_word(stage: Stage):
    await stage.start()
    lost = stage.faults.mute("/ws/account")
    cid, _ = stage.quote()
    await stage.seconds(1)
    lost.lift()
    await stage.seconds(7)
    assert order_of(stage, cid).is_open, "not on the first not-found"
    await stage.seconds(60)
    assert stage.exchange.in_flight_orders == {} and stage.count("failed") == 2 and stage.resting == []


@story
async def test_an_order_that_was_refused_without_a_word_and_rests_all_the_same_is_taken_away(stage: Stage):
    stage.faults.refuse_connect("/ws/account")
    await stage.start(within_s=20)
    stage.faults.fail("POST /v2/orders/limit", times=1, status=400, body=b"", carried_out=True)
    stage.buy(10, "0.15")
    await stage.seconds(2)
    assert stage.count("failed") == 1 and len(stage.resting) == 1
    await stage.seconds(20)
    assert stage.resting == []


@story
async def test_orders_of_a_crashed_run_are_taken_away_and_other_peoples_stay(stage: Stage):
    before = stage.connector()
    task = _keep_running(before)
    await stage.seconds(5)
    left = before.buy(PAIR, D(10), OrderType.LIMIT_MAKER, D("0.15"))
    await stage.seconds(1)
    task.cancel()  # killed: nothing is cancelled
    await before.books.stopped()
    assert left and len(stage.resting) == 1
    by_hand = stage.exchange.client_order_id_prefix.replace("HB", "XX")
    await stage.exchange.desk.place(_order(by_hand + "1"))
    await stage.start(within_s=10)
    assert stage.resting == ["buy 10 @ 0.14"]
    assert stage.heard.about("WARNING", "of an earlier run")


@story
async def test_restored_orders_of_a_crashed_run_are_taken_away_too(stage: Stage):
    """Hummingbot restores them, and never shows them to the strategy."""
    cid = stage.exchange.client_order_id_prefix + "BDEUT1"
    order_id = await stage.exchange.desk.place(_order(cid))
    order = InFlightOrder(
        cid, PAIR, OrderType.LIMIT_MAKER, TradeType.BUY, D(10), stage.clock.wall_s(), D("0.14"), order_id,
        initial_state=OrderState.OPEN,
    )  # fmt: skip
    stage.exchange.restore_tracking_states({cid: order.to_json()})
    await stage.start(within_s=10)
    assert stage.resting == [] and stage.count("cancelled") == 1


@story
async def test_leftovers_stay_when_they_are_to_be_kept(stage: Stage, monkeypatch):
    monkeypatch.setenv("VALR_KEEP_ORDERS", "1")
    await stage.exchange.desk.place(_order(stage.exchange.client_order_id_prefix + "BDEUT1"))
    await stage.start(within_s=10)
    assert stage.resting == ["buy 10 @ 0.14"]


def _order(cid):
    from valr_maker.domain import Side
    from valr_maker.gateway.order_entry import limit_order

    return limit_order(SYMBOL, Side.BUY, D("0.14"), D(10), cid, post_only=True)


def _keep_running(connector):
    import asyncio

    async def tick():
        await connector.start_network()
        try:
            await asyncio.Event().wait()
        finally:
            connector.keeper._looking.cancel()
            for name in ("_user_stream_tracker_task", "_user_stream_event_listener_task", "_status_polling_task"):
                getattr(connector, name).cancel()
            connector.order_book_tracker.stop()
            await connector._user_stream_tracker.stop()

    return asyncio.create_task(tick())


# ---- odds and ends --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("order_type", "post_only"), [(OrderType.LIMIT_MAKER, True), (OrderType.LIMIT, False)])
def test_limit_maker_is_post_only_and_limit_is_not(order_type, post_only):
    @story
    async def play(stage: Stage):
        stage.faults.refuse_connect("/ws/account")
        await stage.start(within_s=20)
        with stage.spied() as calls:
            stage.buy(10, "0.15", order_type)
            await stage.seconds(1)
        ((_, body),) = [call for call in calls if call[0] == "place"]
        assert body.post_only is post_only and body.quantity == 10 and body.price == D("0.15")

    play()


@story(pairs=(PAIR, "DOGE-ZAR"))
async def test_the_rand_is_called_zar(stage: Stage):
    await stage.start()
    assert stage.exchange.get_balance("ZAR") == 10_000 and "R" not in stage.exchange.get_all_balances()


@story
async def test_the_last_price_is_asked_for_the_pair(stage: Stage):
    await stage.start()
    stage.stranger("BUY", 10, "0.161")
    stage.stranger("SELL", 10, "0.161")
    await stage.seconds(1)
    assert await stage.exchange.get_last_traded_prices([PAIR]) == {PAIR: 0.161}


@story(crowd=True)
async def test_hummingbots_book_is_the_sandboxes_after_minutes_of_trading(stage: Stage):
    """No ghost level, none missing, whatever was lost on the way."""
    await stage.start()
    for trouble in ("drop", "corrupt", "kill", "none"):
        if trouble == "drop":
            stage.faults.drop_next("/ws/trade", 3)
        elif trouble == "corrupt":
            stage.faults.corrupt_checksum("/ws/trade", 2)
        elif trouble == "kill":
            stage.faults.kill("/ws/trade")
        await stage.seconds(60)
    ours = stage.exchange.get_order_book(PAIR)
    truth = stage.exchange.books.book_of(PAIR).watch.feed
    assert truth.state == "verified" and len(truth.book.bids) > 5
    for mine, theirs in ((ours.bid_entries(), truth.book.bids), (ours.ask_entries(), truth.book.asks)):
        assert [(entry.price, entry.amount) for entry in mine] == [
            (float(price), float(amount)) for price, amount in theirs.top(len(theirs))
        ]


@story
async def test_client_ids_are_within_valrs_rules(stage: Stage):
    await stage.start()
    ids = {stage.buy(10, f"0.14{n:02}") for n in range(50)}
    await stage.seconds(1)
    assert len(ids) == 50 == len(stage.resting)
    assert all(len(cid) <= 50 and cid.isalnum() and cid.isascii() for cid in ids)
    assert all(cid.startswith(stage.exchange.client_order_id_prefix) for cid in ids)
