"""Both sockets as their clients hear them (reference 5)."""

import pytest
from kit.sandbox_kit import Visitor, limit, signed
from kit.trading import DOGEUSDT

from valr_maker.sandbox.rules import Latency, Rules
from valr_maker.wire.text import l1_checksum

SIGNED = "/ws/account"
PUBLIC = "/ws/trade"


def subscribe(**events):
    return {"type": "SUBSCRIBE", "subscriptions": [{"event": name, "pairs": pairs} for name, pairs in events.items()]}


def place(side="BUY", quantity="50", price="0.16", **more):
    return {"type": "PLACE_LIMIT_ORDER", "clientMsgId": "m-1", "payload": limit(side, quantity, price, **more)}


# ---- getting in -----------------------------------------------------------------------------------------------------
def test_an_account_socket_tells_all_there_is_at_once():
    me = Visitor()
    me.place("BUY", "50", "0.16")
    heard = me.open(SIGNED).heard()
    assert [frame["type"] for frame in heard] == [
        "AUTHENTICATED", "BALANCE_UPDATE", "BALANCE_UPDATE", "BALANCE_UPDATE", "OPEN_ORDERS_UPDATE",
    ]  # fmt: skip
    rand = next(frame["data"]["currency"] for frame in heard[1:4] if frame["data"]["currency"]["shortName"] == "ZAR")
    assert rand["symbol"] == "R"
    assert [order["quantity"] for order in heard[-1]["data"]] == ["50"]


def test_an_empty_account_hears_of_no_balance():
    me = Visitor(funds={})
    assert me.open(SIGNED).kinds() == ["AUTHENTICATED", "OPEN_ORDERS_UPDATE"]


@pytest.mark.parametrize("path", [SIGNED, PUBLIC])
def test_a_bad_signature_is_let_in_and_then_closed_with_1007(path):
    me = Visitor()
    headers = signed(me.account, me.now_s, "GET", "/ws/other")
    socket = me.open(path, headers)
    assert socket.frames == []
    assert socket.ended == (1007, "Request has an invalid signature")


def test_an_account_socket_needs_a_signature_and_a_trade_socket_none():
    me = Visitor()
    assert me.open(SIGNED, {}).ended == (1007, "Request has an invalid signature")
    public = me.open(PUBLIC, {})
    assert (public.ended, public.frames) == (None, [])
    assert me.open(PUBLIC).kinds() == ["AUTHENTICATED"]


def test_a_path_without_a_socket_is_no_connection():
    with pytest.raises(ConnectionError, match="404"):
        Visitor().open("/ws/nope")


def test_the_sixty_first_connection_of_a_clock_minute_is_refused():
    me = Visitor()
    sockets = [me.open(PUBLIC, {}) for _ in range(61)]
    assert all(socket.ended is None for socket in sockets[:60])
    assert sockets[60].kinds() == ["RATE_LIMIT_EXCEEDED"]
    assert sockets[60].ended is not None


# ---- staying --------------------------------------------------------------------------------------------------------
def test_pong_says_when_nothing_is_subscribed():
    me = Visitor()
    public, account = me.open(PUBLIC, {}), me.open(SIGNED)
    account.frames.clear()
    for socket in (public, account):
        socket.say({"type": "PING"})
    assert public.heard() == [{"type": "PONG", "message": "NO_SUBSCRIPTIONS"}]
    assert account.heard() == [{"type": "PONG"}]
    public.say(subscribe(NEW_TRADE=["DOGEUSDT"]))
    public.frames.clear()
    public.say({"type": "PING"})
    assert public.heard() == [{"type": "PONG"}]


def test_silence_without_a_subscription_ends_after_sixty_seconds_without_a_close_frame():
    me = Visitor()
    silent, pinging, listening = me.open(PUBLIC), me.open(SIGNED), me.open(PUBLIC)
    listening.say(subscribe(NEW_TRADE=["DOGEUSDT"]))
    me.wait(30)
    pinging.say({"type": "PING"})
    me.wait(29.9)
    assert silent.ended is None
    me.wait(0.1)
    assert silent.ended == (1006, "")
    me.wait(29.8)
    assert pinging.ended is None
    me.wait(0.2)
    assert pinging.ended == (1006, "")
    me.wait(600)
    assert listening.ended is None, "a live subscription keeps a signed socket open"


def test_a_protocol_ping_is_a_sign_of_life():
    me = Visitor()
    socket = me.open(SIGNED)
    for _ in range(5):
        me.wait(40)
        me.world.touch(socket.session, me.now_s)
    assert socket.ended is None


def test_an_unsigned_socket_is_dropped_after_fifteen_minutes_whatever_it_does():
    me = Visitor()
    socket = me.open(PUBLIC, {})
    socket.say(subscribe(NEW_TRADE=["DOGEUSDT"]))
    me.wait(899)
    assert socket.ended is None
    me.wait(1)
    assert socket.ended == (1006, "")


def test_a_closed_socket_neither_hears_nor_asks():
    me = Visitor()
    socket = me.open(PUBLIC)
    socket.say(subscribe(NEW_TRADE=["DOGEUSDT"]))
    socket.leave()
    socket.frames.clear()
    me.place("SELL", "10", "0.16")
    me.friend().place("BUY", "10", "0.16")
    socket.say({"type": "PING"})
    me.wait(1000)
    assert (socket.frames, socket.ended) == ([], None)


# ---- subscribing ----------------------------------------------------------------------------------------------------
def test_a_subscription_replaces_the_list_of_its_event():
    me = Visitor()
    socket = me.open(PUBLIC, {})
    socket.say(subscribe(NEW_TRADE=["dogeusdt", "DOGEUSDT", "DOGEZAR"]))
    assert [frame["message"] for frame in socket.heard()] == ["NEW_TRADE:DOGEUSDT", "NEW_TRADE:DOGEZAR"]
    socket.say(subscribe(NEW_TRADE=["DOGEZAR", "NOPE"]))
    assert socket.heard() == [
        {"type": "UNSUBSCRIBED", "message": "NEW_TRADE:DOGEUSDT"},
        {"type": "SUBSCRIBED", "message": "NEW_TRADE:DOGEZAR"},
        {"type": "ERROR", "message": "Channel NEW_TRADE, pair NOPE combination invalid"},
    ]
    me.place("SELL", "10", "0.16")
    me.friend().place("BUY", "10", "0.16")
    assert socket.frames == [], "DOGEUSDT was replaced"
    socket.say(subscribe(NEW_TRADE=[]))
    assert socket.heard() == [{"type": "UNSUBSCRIBED", "message": "NEW_TRADE:DOGEZAR"}]


@pytest.mark.parametrize(
    ("event", "pair"), [("NEW_TRADE", "NOPE"), ("NOPE", "DOGEUSDT"), ("NEW_TRADE", "ADAUSDT"), ("", "")]
)
def test_an_unknown_event_or_pair_or_a_sleeping_pair_is_an_error_and_the_rest_works(event, pair):
    socket = Visitor().open(PUBLIC, {})
    socket.say(
        {
            "type": "SUBSCRIBE",
            "subscriptions": [{"event": event, "pairs": [pair]}, {"event": "NEW_TRADE", "pairs": ["DOGEZAR"]}],
        }
    )
    assert socket.heard() == [
        {"type": "ERROR", "message": f"Channel {event}, pair {pair} combination invalid"},
        {"type": "SUBSCRIBED", "message": "NEW_TRADE:DOGEZAR"},
    ]


def test_on_the_account_socket_subscribing_is_tolerated_and_unsubscribing_mutes():
    me = Visitor()
    socket = me.open(SIGNED)
    socket.frames.clear()
    socket.say({"type": "SUBSCRIBE", "subscriptions": [{"event": "ORDER_STATUS_UPDATE"}]})
    socket.say({"type": "UNSUBSCRIBE", "requests": [{"event": "BALANCE_UPDATE"}]})
    assert socket.kinds() == ["SUBSCRIBED", "UNSUBSCRIBED"]
    me.place("BUY", "50", "0.16")
    assert socket.kinds() == ["ORDER_PROCESSED", "OPEN_ORDERS_UPDATE"]


@pytest.mark.parametrize("raw", [b"", b"{", b"hello", b"[]", b"{}", b'{"type":7}', b"\xff", b'{"type":"SUBSCRIBE"}',
                                 b'{"type":"SUBSCRIBE","subscriptions":"all"}', b'{"a":' + b"[" * 100_000])  # fmt: skip
def test_what_is_no_message_is_an_error_and_the_socket_stays_open(raw):
    socket = Visitor().open(PUBLIC, {})
    socket.say(raw)
    assert socket.heard() == [{"type": "ERROR", "message": "Invalid message - Invalid JSON"}]
    assert socket.ended is None


@pytest.mark.parametrize("kind", ["ping", "SUBSCRIBED", "PLACE_LIMIT_ORDER", "UNSUBSCRIBE"])
def test_an_unknown_type_is_unsupported(kind):
    socket = Visitor().open(PUBLIC, {})
    socket.say({"type": kind})
    assert socket.kinds() == ["UNSUPPORTED"]


# ---- books ----------------------------------------------------------------------------------------------------------
def test_l1_is_a_snapshot_and_then_a_diff_per_moment_with_sequence_and_checksum():
    me = Visitor()
    friend = me.friend()
    me.place("BUY", "50", "0.16")
    socket = me.open(PUBLIC, {})
    socket.say(subscribe(OB_L1_DIFF=["DOGEUSDT"]))
    _, snapshot = socket.heard()
    assert (snapshot["type"], snapshot["d"]["b"], snapshot["d"]["a"]) == ("OB_L1_SNAPSHOT", [["0.16", "50"]], [])
    assert snapshot["d"]["cs"] == l1_checksum([("0.16", "50")], [])
    friend.place("SELL", "60", "0.16")  # fills the bid, rests with what is left: one moment, one diff
    friend.place("SELL", "7.5", "0.17")
    first, second = [frame["d"] for frame in socket.heard()]
    assert (first["b"], first["a"], first["sq"]) == ([["0.16", "0"]], [["0.16", "10"]], snapshot["d"]["sq"] + 1)
    assert first["cs"] == l1_checksum([], [("0.16", "10")])
    assert (second["a"], second["sq"]) == ([["0.17", "7.5"]], first["sq"] + 1)
    assert second["cs"] == l1_checksum([], [("0.16", "10"), ("0.17", "7.5")])


def test_the_sequence_counts_on_while_nobody_listens():
    me = Visitor()
    socket = me.open(PUBLIC, {})
    socket.say(subscribe(OB_L1_DIFF=["DOGEUSDT"]))
    first = socket.heard()[1]["d"]["sq"]
    socket.say(subscribe(OB_L1_DIFF=[]))
    me.place("BUY", "50", "0.16")
    socket.say(subscribe(OB_L1_DIFF=["DOGEUSDT"]))
    assert socket.heard()[-1]["d"]["sq"] == first + 1


def test_images_are_conflated_to_two_a_second():
    me = Visitor()
    socket = me.open(PUBLIC, {})
    socket.say(subscribe(AGGREGATED_ORDERBOOK_UPDATE=["DOGEUSDT"]))
    assert socket.kinds() == ["SUBSCRIBED", "AGGREGATED_ORDERBOOK_UPDATE"]
    for number in range(10):
        me.place("BUY", "5", f"0.1{number}")
    assert [len(frame["data"]["Bids"]) for frame in socket.heard()] == [1], "the first change at once"
    me.wait(0.49)
    assert socket.frames == []
    me.wait(0.02)
    (image,) = socket.heard()
    assert [level["price"] for level in image["data"]["Bids"]][:2] == ["0.19", "0.18"]
    me.wait(5)
    assert socket.frames == [], "nothing changed, nothing is said"


def test_an_image_has_forty_levels_a_side():
    me = Visitor()
    for number in range(45):
        me.place("BUY", "4", f"0.13{number:02}")
    socket = me.open(PUBLIC, {})
    socket.say(subscribe(AGGREGATED_ORDERBOOK_UPDATE=["DOGEUSDT"], OB_L1_DIFF=["DOGEUSDT"]))
    image, snapshot = socket.heard()[1::2]
    assert (len(image["data"]["Bids"]), len(snapshot["d"]["b"])) == (40, 45)


def test_a_print_has_an_id():
    me = Visitor()
    socket = me.open(PUBLIC, {})
    socket.say(subscribe(NEW_TRADE=["DOGEUSDT"]))
    socket.frames.clear()
    me.place("SELL", "10", "0.16")
    me.friend().place("BUY", "10", "0.16")
    (frame,) = socket.heard()
    assert frame["currencyPairSymbol"] == "DOGEUSDT"
    assert frame["data"]["takerSide"] == "buy"
    assert frame["data"]["id"] == me.get("/v1/public/DOGEUSDT/trades")[0]["id"]


# ---- orders ---------------------------------------------------------------------------------------------------------
def fresh_account(me):
    socket = me.open(SIGNED)
    socket.frames.clear()
    return socket


def test_an_order_that_rests():
    me = Visitor()
    socket = fresh_account(me)
    socket.say(place(customerOrderId="mm-1"))
    answer, processed, balance, orders = socket.heard()
    assert answer == {
        "type": "PLACE_LIMIT_WS_RESPONSE",
        "clientMsgId": "m-1",
        "data": {"orderId": answer["data"]["orderId"], "customerOrderId": "mm-1"},
    }
    assert (processed["type"], processed["data"]["success"]) == ("ORDER_PROCESSED", True)
    assert (balance["data"]["reserved"], balance["data"]["available"]) == ("8", "992")
    assert [order["customerOrderId"] for order in orders["data"]] == ["mm-1"]


def test_an_order_that_fails():
    me = Visitor()
    me.friend().place("SELL", "10", "0.16")
    socket = fresh_account(me)
    socket.say(place(postOnly=True))
    answer, processed, status = socket.heard()
    assert "error" not in answer
    assert (processed["data"]["success"], processed["data"]["failureReason"]) == (
        False,
        "Post only cancelled as it would have matched",
    )
    assert (status["data"]["orderStatusType"], status["data"]["failedReason"]) == (
        "Failed",
        "Post only cancelled as it would have matched",
    )


def test_a_fill_of_a_resting_order_is_told_in_the_order_of_the_reference():
    me = Visitor()
    order = me.place("SELL", "50", "0.16", customerOrderId="mm-1")
    socket = fresh_account(me)
    me.friend().place("BUY", "20", "0.16")
    heard = socket.heard()
    assert [frame["type"] for frame in heard] == [
        "NEW_ACCOUNT_TRADE", "ORDER_STATUS_UPDATE", "BALANCE_UPDATE", "BALANCE_UPDATE", "NEW_ACCOUNT_HISTORY_RECORD",
        "OPEN_ORDERS_UPDATE",
    ]  # fmt: skip
    trade, status, _, _, record, orders = (frame["data"] for frame in heard)
    assert (trade["orderId"], trade["customerOrderId"], trade["fee"], trade["feeCurrency"]) == (
        order, "mm-1", "0.00256", "USDT",
    )  # fmt: skip
    assert (status["orderStatusType"], status["executedQuantity"], status["remainingQuantity"]) == (
        "Partially Filled", "20", "30",
    )  # fmt: skip
    assert (record["debitValue"], record["creditValue"], record["feeValue"]) == ("20", "3.19744", "0.00256")
    assert record["additionalInfo"] == {
        "costPerCoin": 0.16, "costPerCoinSymbol": "USDT", "currencyPairSymbol": "DOGEUSDT", "orderId": order,
    }  # fmt: skip
    assert (orders[0]["quantity"], orders[0]["filledPercentage"]) == ("30", "40.00")


def test_a_taker_of_two_levels_hears_two_trades_each_with_its_record():
    me = Visitor()
    friend = me.friend()
    friend.place("SELL", "10", "0.15")
    friend.place("SELL", "10", "0.16")
    socket = fresh_account(me)
    socket.say(place(quantity="20"))
    assert socket.kinds() == [
        "PLACE_LIMIT_WS_RESPONSE", "ORDER_PROCESSED",
        "NEW_ACCOUNT_TRADE", "ORDER_STATUS_UPDATE", "BALANCE_UPDATE", "BALANCE_UPDATE", "NEW_ACCOUNT_HISTORY_RECORD",
        "NEW_ACCOUNT_TRADE", "ORDER_STATUS_UPDATE", "BALANCE_UPDATE", "BALANCE_UPDATE", "NEW_ACCOUNT_HISTORY_RECORD",
        "OPEN_ORDERS_UPDATE",
    ]  # fmt: skip


def test_a_cancel_is_first_received_and_then_done():
    me = Visitor(latency=Latency(0.003, 0.008))
    socket = me.open(SIGNED)
    socket.say(place(customerOrderId="mm-1"))
    me.wait(1)
    socket.frames.clear()
    cancel = {
        "type": "CANCEL_LIMIT_ORDER",
        "clientMsgId": "c",
        "payload": {"customerOrderId": "mm-1", "pair": "DOGEUSDT"},
    }
    socket.say(cancel)
    me.wait(0.004)
    assert socket.heard() == [{
        "type": "CANCEL_ORDER_WS_RESPONSE",
        "clientMsgId": "c",
        "data": {"requested": True, "customerOrderId": "mm-1"},
    }]  # fmt: skip
    me.wait(0.005)
    assert socket.kinds() == ["ORDER_STATUS_UPDATE", "BALANCE_UPDATE", "OPEN_ORDERS_UPDATE"]
    socket.say(cancel)
    me.wait(1)
    assert socket.kinds() == ["CANCEL_ORDER_WS_RESPONSE", "FAILED_CANCEL_ORDER"]


@pytest.mark.parametrize(
    ("message", "reply", "code"),
    [
        (place(pair="NOPE"), "PLACE_LIMIT_WS_RESPONSE", -21),
        (place(quantity="1"), "PLACE_LIMIT_WS_RESPONSE", -12007),
        (place(price="cheap"), "PLACE_LIMIT_WS_RESPONSE", -11),
        ({"type": "PLACE_LIMIT_ORDER", "clientMsgId": "m-1"}, "PLACE_LIMIT_WS_RESPONSE", -11),
        ({"type": "CANCEL_LIMIT_ORDER", "clientMsgId": "m-1", "payload": {"pair": "DOGEUSDT"}},
         "CANCEL_ORDER_WS_RESPONSE", -11),
        ({"type": "CANCEL_LIMIT_ORDER", "clientMsgId": "m-1", "payload": {"pair": "NOPE", "orderId": "x"}},
         "CANCEL_ORDER_WS_RESPONSE", -21),
    ],
)  # fmt: skip
def test_a_refused_order_message_echoes_its_id_and_says_why(message, reply, code):
    me = Visitor()
    socket = fresh_account(me)
    socket.say(message)
    (frame,) = socket.heard()
    assert (frame["type"], frame["clientMsgId"], frame["error"]["code"]) == (reply, "m-1", code)
    assert ("validationErrors" in frame["error"]) == (code == -11)


def test_a_key_that_may_only_look_hears_so():
    me = Visitor()
    looker = Visitor(me.world, me.world.create_account("looker", {}, ("View access",)))
    socket = fresh_account(looker)
    socket.say(place())
    (frame,) = socket.heard()
    assert "permission Trade" in frame["error"]["message"]


def test_four_hundred_placements_a_second_and_no_more():
    me = Visitor()
    socket = fresh_account(me)
    for _ in range(401):
        socket.say(place(quantity="4", price="0.13"))
    heard = socket.heard()
    assert heard[-1] == {
        "type": "RATE_LIMIT_EXCEEDED",
        "data": {"requestType": "PLACE_LIMIT_ORDER"},
        "clientMsgId": "m-1",
    }
    assert sum(frame["type"] == "RATE_LIMIT_EXCEEDED" for frame in heard) == 1


def test_cancel_on_disconnect_cancels_everything_when_the_socket_drops():
    me = Visitor()
    watcher, socket = fresh_account(me), fresh_account(me)
    me.place("BUY", "50", "0.16")
    me.place("BUY", "50", "2", pair="DOGEZAR")
    for wanted, answer in (("true", "true"), (False, "false"), (True, "true")):
        socket.frames.clear()
        socket.say({"type": "CANCEL_ON_DISCONNECT", "payload": {"cancelOnDisconnect": wanted}})
        assert socket.heard() == [{"type": "CANCEL_ON_DISCONNECT_UPDATE", "data": {"cancelOnDisconnect": answer}}]
    watcher.frames.clear()
    socket.leave()
    assert me.get("/v1/orders/open") == []
    assert watcher.kinds().count("ORDER_STATUS_UPDATE") == 2


def test_what_one_account_does_another_does_not_hear():
    me = Visitor()
    socket = fresh_account(me.friend())
    me.place("BUY", "50", "0.16")
    assert socket.frames == []


# ---- pairs that live only while somebody cares ----------------------------------------------------------------------
def test_the_crowd_fills_a_book_before_the_first_snapshot_and_sleeps_when_nobody_cares():
    me = Visitor(crowd=True, rules=Rules(latency=Latency(0, 0)))
    assert me.world.exchange.best(DOGEUSDT.symbol) == (None, None)
    socket = me.open(PUBLIC)
    socket.say(subscribe(OB_L1_DIFF=["DOGEUSDT"]))
    assert len(socket.heard()[-1]["d"]["b"]) > 3
    me.wait(120)
    assert {frame["type"] for frame in socket.heard()} == {"OB_L1_DIFF"}, "it lives"
    socket.leave()
    me.wait(121)
    assert me.world.crowd is not None
    assert me.world.crowd.next_due_s() is None
    assert me.world.exchange.best("DOGEUSDT") == (None, None), "the crowd took its orders away"
    assert me.get("/v1/public/DOGEUSDT/orderbook")["Bids"] != []


def test_a_pair_stays_awake_for_an_order_that_rests_there():
    me = Visitor(crowd=True, rules=Rules(latency=Latency(0, 0)))
    me.place("BUY", "50", "0.01")
    me.wait(1000)
    assert me.world.crowd is not None
    assert me.world.crowd.next_due_s() is not None
    me.ask("DELETE", "/v1/orders")
    me.wait(200)
    assert me.world.crowd is not None
    assert me.world.crowd.next_due_s() is None
