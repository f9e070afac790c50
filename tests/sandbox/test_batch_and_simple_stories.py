"""Batches, simple orders, changes and cancels as a client sends them, story by story (reference 3.2 to 3.4)."""

import json
from decimal import Decimal
from typing import Any

import pytest
from kit.sandbox_kit import Visitor, limit, signed

from valr_maker.sandbox import market
from valr_maker.sandbox.calls import Reply
from valr_maker.sandbox.order import Status
from valr_maker.sandbox.rules import Latency, Rules

D = Decimal
NOBODYS = "0190aaaa-0000-7000-8000-000000000001"
KEEP: dict[str, object] = {"pair": "DOGEUSDT", "modifyMatchStrategy": "RETAIN_ORIGINAL"}


def said(reply: Reply) -> tuple[int, Any]:
    """Status and JSON."""
    return reply.status, json.loads(reply.body)


def batch(me: Visitor, *requests: tuple[str, dict[str, object]]) -> list[dict[str, Any]]:
    """The outcomes of a batch."""
    body = {"requests": [{"type": kind, "data": data} for kind, data in requests]}
    status, answer = said(me.ask("POST", "/v1/batch/orders", body))
    assert status == 200
    return list(answer["outcomes"])


def open_ids(me: Visitor) -> list[str]:
    """The ids of what is open, oldest first."""
    return [order["orderId"] for order in me.get("/v1/orders/open")]


# ---- batches --------------------------------------------------------------------------------------------------------
def test_a_batch_is_done_in_its_order_and_one_refusal_spoils_no_other():
    me = Visitor()
    first = me.place("BUY", "10", "0.14")
    body = {
        "customerBatchId": "b-1",
        "requests": [
            {"type": "PLACE_LIMIT", "data": limit("BUY", "10", "0.15", customerOrderId="mm-1")},
            {"type": "CANCEL_ORDER", "data": {"pair": "DOGEUSDT", "orderId": first}},
            {"type": "PLACE_LIMIT", "data": limit("BUY", "1", "0.15")},
            {"type": "cancel_order", "data": {"pair": "DOGEUSDT", "customerOrderId": "mm-1"}},
            {"type": "PLACE_MARKET", "data": {"pair": "DOGEUSDT", "side": "BUY", "baseAmount": "10"}},
            {"type": "PLACE_STOP_LIMIT", "data": limit("BUY", "5", "0.2", stopPrice="0.19", type="STOP_LOSS_LIMIT")},
            {"type": "SELL_EVERYTHING", "data": {}},
        ],
    }
    status, answer = said(me.ask("POST", "/v1/batch/orders", body))
    assert (status, answer.keys(), answer["batchId"] > 2**53) == (200, {"outcomes", "batchId"}, True)
    outcomes = answer["outcomes"]
    assert [outcome["accepted"] for outcome in outcomes] == [True, True, False, True, True, True, False]
    assert (outcomes[0]["customerOrderId"], outcomes[0]["requestType"]) == ("mm-1", "PLACE_LIMIT")
    assert outcomes[1]["orderId"] == first
    assert outcomes[2]["error"]["code"] == -12007
    assert outcomes[2].keys() == outcomes[6].keys() == {"accepted", "error"}
    assert outcomes[6]["error"]["validationErrors"]["errors"][0]["field"] == "type"
    assert open_ids(me) == [outcomes[5]["orderId"]], "placed and cancelled again; the market order found nobody"


def test_accepted_means_queued_the_engine_may_still_fail_it():
    me = Visitor()
    (outcome,) = batch(me, ("PLACE_LIMIT", limit("BUY", "100000", "0.15")))
    assert outcome["accepted"] is True
    order = me.get(f"/v1/orders/DOGEUSDT/orderid/{outcome['orderId']}")
    assert (order["orderStatusType"], order["failedReason"]) == ("Failed", "Insufficient Balance")


@pytest.mark.parametrize(("how_many", "status"), [(0, 400), (1, 200), (20, 200), (21, 400)])
def test_a_batch_has_one_to_twenty_requests(how_many, status):
    cancel = {"type": "CANCEL_ORDER", "data": {"pair": "DOGEUSDT", "orderId": NOBODYS}}
    assert Visitor().ask("POST", "/v1/batch/orders", {"requests": [cancel] * how_many}).status == status


def test_a_modify_beside_a_place_is_refused_and_the_place_is_not():
    me = Visitor()
    mine = me.place("BUY", "10", "0.14")
    change: dict[str, object] = KEEP | {"orderId": mine, "newPrice": "0.13"}
    cancel: dict[str, object] = {"pair": "DOGEUSDT", "orderId": NOBODYS}
    modified, placed = batch(me, ("MODIFY_ORDER", change), ("PLACE_LIMIT", limit("BUY", "10", "0.12")))
    assert (modified["error"]["code"], placed["accepted"]) == (-21311, True)
    modified, cancelled = batch(me, ("MODIFY_ORDER", change), ("CANCEL_ORDER", cancel))
    assert (modified["accepted"], cancelled["accepted"]) == (True, True)
    assert me.get(f"/v1/orders/DOGEUSDT/orderid/{mine}")["originalPrice"] == "0.13"


def test_batches_are_numbered():
    me, cancel = Visitor(), {"type": "CANCEL_ORDER", "data": {"pair": "DOGEUSDT", "orderId": NOBODYS}}
    first, second = (said(me.ask("POST", "/v1/batch/orders", {"requests": [cancel]}))[1]["batchId"] for _ in "12")
    assert second == first + 1


def test_a_batch_over_the_socket_knows_no_stop_orders():
    me = Visitor()
    socket = me.open("/ws/account")
    socket.heard()
    requests = [
        {"type": "PLACE_LIMIT", "data": limit("BUY", "10", "0.15")},
        {"type": "PLACE_STOP_LIMIT", "data": limit("BUY", "5", "0.2", stopPrice="0.19", type="STOP_LOSS_LIMIT")},
    ]
    socket.say({"type": "BATCH_ORDERS", "clientMsgId": "7", "payload": {"requests": requests}})
    (reply,) = [frame for frame in socket.heard() if frame["type"] == "BATCH_ORDERS_WS_RESPONSE"]
    assert reply["clientMsgId"] == "7"
    assert [outcome["accepted"] for outcome in reply["data"]["outcomes"]] == [True, False]


# ---- modify ---------------------------------------------------------------------------------------------------------
def test_modify_answers_202_on_v1_and_201_on_v2_and_the_order_keeps_its_id():
    me = Visitor()
    mine = me.place("BUY", "10", "0.14", customerOrderId="mm-1")
    status, v1 = said(me.ask("PUT", "/v1/orders/modify", KEEP | {"orderId": mine, "newPrice": "0.13"}))
    assert (status, set(v1)) == (202, {"id"})
    change = KEEP | {"pair": "dogeusdt", "customerOrderId": "mm-1", "newTotalQuantity": 9}
    status, v2 = said(me.ask("PUT", "/v2/orders/modify", change))
    assert (status, set(v2)) == (201, {"id"})
    order = me.get("/v1/orders/open")[0]
    assert {
        "orderId": mine,
        "status": "Order Modified",
        "price": "0.13",
        "remainingQuantity": "9",
    }.items() <= order.items()
    assert mine not in (v1["id"], v2["id"])


def test_a_change_that_would_change_nothing_is_minus_21303_with_both_ids():
    me = Visitor()
    mine = me.place("BUY", "10", "0.14")
    status, body = said(me.ask("PUT", "/v2/orders/modify", KEEP | {"orderId": mine, "newPrice": "0.140"}))
    assert (status, body["code"], body["orderId"]) == (400, -21303, mine)
    assert body["modifyOrderId"] not in ("", mine)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"newPrice": "0.130001"}, "newPrice"),
        ({"newRemainingQuantity": "0"}, "newRemainingQuantity"),
        ({"newTotalQuantity": "-1"}, "newTotalQuantity"),
        ({"newRemainingQuantity": "5", "newTotalQuantity": "5"}, "newTotalQuantity"),
        ({"modifyMatchStrategy": "HOPE"}, "modifyMatchStrategy"),
        ({"orderId": None}, "orderId"),
        ({"modifyMatchStrategy": None}, "modifyMatchStrategy"),
        ({"newPrice": None}, "newPrice"),
        ({"customerOrderId": "no_good"}, "customerOrderId"),
    ],
)
@pytest.mark.parametrize("version", ["v1", "v2"])
def test_what_is_wrong_whatever_the_order_looks_like_is_refused_at_the_door(version, change, field):
    me = Visitor()
    body = KEEP | {"orderId": me.place("BUY", "10", "0.14"), "newPrice": "0.13"} | change
    status, answer = said(me.ask("PUT", f"/{version}/orders/modify", body))
    assert (status, answer["code"], answer["validationErrors"]["errors"][0]["field"]) == (400, -11, field)


def test_a_change_may_give_the_order_another_customer_id_that_nobody_has():
    me = Visitor()
    mine = me.place("BUY", "10", "0.14", customerOrderId="old")
    me.place("BUY", "10", "0.12", customerOrderId="taken")
    target, by_name = "/v2/orders/modify", "/v1/orders/DOGEUSDT/customerorderid/"
    change = KEEP | {"orderId": mine, "newPrice": "0.13", "customerOrderId": "new"}
    assert said(me.ask("PUT", target, change | {"customerOrderId": "taken"}))[1]["code"] == -11
    poor = change | {"newRemainingQuantity": "100000"}
    assert said(me.ask("PUT", target, poor))[1]["code"] == -6
    assert me.get(by_name + "old")["originalPrice"] == "0.14", "a change that fails changes no name"
    assert me.ask("PUT", target, change).status == 201
    assert (me.get(by_name + "new")["orderId"], me.get(by_name + "new")["originalPrice"]) == (mine, "0.13")
    assert said(me.ask("GET", by_name + "old"))[1]["code"] == -1
    me.place("BUY", "10", "0.11", customerOrderId="old")
    body = {"pair": "DOGEUSDT", "customerOrderId": "new"}
    assert said(me.ask("DELETE", "/v2/orders/order", body)) == (200, {"id": "new"})
    assert me.ask("PUT", target, change | {"orderId": None, "customerOrderId": "old"}).status == 201, (
        "by that name alone"
    )


def test_the_socket_hears_the_answer_the_outcome_and_then_what_it_did():
    me = Visitor()
    mine = me.place("BUY", "10", "0.14")
    socket = me.open("/ws/account")
    socket.heard()
    socket.say({"type": "MODIFY_ORDER", "payload": KEEP | {"orderId": mine, "newPrice": "0.13"}})
    frames = socket.heard()
    assert [frame["type"] for frame in frames] == [
        "MODIFY_ORDER_WS_RESPONSE",
        "MODIFY_ORDER_OUTCOME",
        "ORDER_STATUS_UPDATE",
        "OPEN_ORDERS_UPDATE",
        "BALANCE_UPDATE",
    ]
    assert frames[0]["data"]["modifyRequestId"] == frames[1]["data"]["modifyRequestId"]
    assert frames[1]["data"]["success"] is True
    socket.say({"type": "MODIFY_ORDER", "payload": KEEP | {"orderId": mine, "newPrice": "0.13"}})
    assert [frame["data"].get("success") for frame in socket.heard()] == [None, False]


# ---- cancel ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("named", ["orderId", "customerOrderId"])
def test_an_order_can_be_cancelled_by_either_id(named):
    me = Visitor()
    ids = {"orderId": me.place("BUY", "10", "0.14", customerOrderId="mm-1"), "customerOrderId": "mm-1"}
    assert said(me.ask("DELETE", "/v2/orders/order", {"pair": "DOGEUSDT", named: ids[named]})) == (
        200,
        {"id": ids[named]},
    )
    assert said(me.ask("DELETE", "/v2/orders/order", {"pair": "DOGEUSDT", named: ids[named]})) == (
        400,
        {"code": -16, "message": "Could not find the order to cancel"},
    )


def test_a_v1_cancel_of_what_is_not_there_fails_as_a_frame():
    me = Visitor()
    socket = me.open("/ws/account")
    socket.heard()
    assert me.ask("DELETE", "/v1/orders/order", {"pair": "DOGEUSDT", "orderId": NOBODYS}).status == 202
    (frame,) = socket.heard()
    assert (frame["type"], frame["data"]["orderId"]) == ("FAILED_CANCEL_ORDER", NOBODYS)


def test_a_stop_order_is_shown_active_with_its_stop_price_and_can_be_cancelled():
    me = Visitor()
    wish = limit("SELL", "10", "0.15", stopPrice="0.155", type="STOP_LOSS_LIMIT", customerOrderId="stop-1")
    status, body = said(me.ask("POST", "/v2/orders/stop/limit", wish))
    assert status == 201
    (order,) = me.get("/v1/orders/open")
    assert {
        "status": "Active",
        "stopPrice": "0.155",
        "type": "stop-loss-limit",
        "price": "0.15",
    }.items() <= order.items()
    assert me.ask("DELETE", "/v2/orders/order", {"pair": "DOGEUSDT", "orderId": body["id"]}).status == 200
    assert me.ask("POST", "/v1/orders/stop/limit", wish).status == 202, "its customer id is free again"


@pytest.mark.parametrize(("change", "code"), [({"type": "STOP"}, -11), ({"stopPrice": "0.155001"}, -11)])
def test_a_stop_order_that_makes_no_sense_is_refused(change, code):
    wish = limit("SELL", "10", "0.15", stopPrice="0.155", type="STOP_LOSS_LIMIT") | change
    status, body = said(Visitor().ask("POST", "/v2/orders/stop/limit", wish))
    assert (status, body["code"]) == (400, code)


# ---- market orders over REST ----------------------------------------------------------------------------------------
def test_a_market_order_shows_price_zero_and_what_it_took():
    me = Visitor()
    me.friend().place("SELL", "10", "0.16")
    status, body = said(me.ask("POST", "/v2/orders/market", {"pair": "DOGEUSDT", "side": "BUY", "quoteAmount": 1.6}))
    assert status == 201
    order = me.get(f"/v1/orders/history/summary/orderid/{body['id']}")
    assert {
        "orderType": "market", "originalPrice": "0", "originalQuantity": "10", "averagePrice": "0.16", "total": "1.6",
        "orderStatusType": "Filled", "timeInForce": "IOC",
    }.items() <= order.items()  # fmt: skip


@pytest.mark.parametrize("amounts", [{}, {"baseAmount": "5", "quoteAmount": "1"}])
def test_a_market_order_has_exactly_one_amount(amounts):
    status, body = said(Visitor().ask("POST", "/v2/orders/market", {"pair": "DOGEUSDT", "side": "BUY", **amounts}))
    assert (status, body["code"]) == (400, -11)


def test_a_market_order_on_v2_that_finds_nobody_is_400_with_its_id():
    me = Visitor()
    status, body = said(me.ask("POST", "/v2/orders/market", {"pair": "DOGEUSDT", "side": "BUY", "baseAmount": "10"}))
    assert (status, body["message"]) == (400, market.NO_LIQUIDITY)
    assert me.get(f"/v1/orders/DOGEUSDT/orderid/{body['orderId']}")["orderStatusType"] == "Failed"


# ---- post-only that moves -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"postOnlyReprice": True, "postOnly": True}, "postOnlyReprice"),
        ({"postOnlyReprice": "true", "timeInForce": "IOC"}, "timeInForce"),
        ({"postOnlyReprice": True, "postOnlyRepriceTicks": 0}, "postOnlyRepriceTicks"),
        ({"postOnlyReprice": True, "postOnlyRepriceTicks": "51"}, "postOnlyRepriceTicks"),
        ({"postOnlyReprice": True, "postOnlyRepriceTicks": "1.5"}, "postOnlyRepriceTicks"),
    ],
)
def test_a_reprice_that_makes_no_sense_names_the_field(more, field):
    status, body = said(Visitor().ask("POST", "/v2/orders/limit", limit("BUY", "10", "0.15", **more)))
    assert (status, body["validationErrors"]["errors"][0]["field"]) == (400, field)


def test_a_reprice_over_rest_rests_one_tick_away_unless_told():
    me = Visitor()
    me.friend().place("SELL", "10", "0.16")
    me.place("BUY", "10", "0.2", postOnlyReprice=True)
    me.place("BUY", "10", "0.2", postOnlyReprice="true", postOnlyRepriceTicks="50")
    assert [(order["price"], order["type"]) for order in me.get("/v1/orders/open")] == [
        ("0.15999", "post-only limit"),
        ("0.1595", "post-only limit"),
    ]


# ---- simple orders --------------------------------------------------------------------------------------------------
def buy(amount: str, side: str = "BUY", currency: str = "USDT") -> dict[str, str]:
    """The body of a quote and of an order."""
    return {"payInCurrency": currency, "payAmount": amount, "side": side}


def test_a_quote_says_what_the_order_then_does():
    me = Visitor()
    me.friend().place("SELL", "100", "0.16")
    status, quote = said(me.ask("POST", "/v1/simple/DOGEUSDT/quote", buy("1.6")))
    assert status == 200
    shown = {
        "currencyPair": "DOGEUSDT",
        "payAmount": "1.6",
        "receiveAmount": "9.84",
        "fee": "0.16",
        "feeCurrency": "DOGE",
    }
    assert shown.items() <= quote.items()
    assert open_ids(me) == [] and me.get("/v1/orders/history?statuses=FILLED") == []
    status, placed = said(me.ask("POST", "/v1/simple/DOGEUSDT/order", buy("1.6")))
    assert (status, set(placed)) == (202, {"id"})
    for path in (f"/v1/simple/DOGEUSDT/order/{placed['id']}", f"/v1/simple/order/{placed['id']}"):
        result = me.get(path)
        done = {"success": True, "processing": False, "paidAmount": "1.6", "paidCurrency": "USDT"}
        got = {"receivedAmount": "9.84", "receivedCurrency": "DOGE", "feeAmount": "0.16", "feeCurrency": "DOGE"}
        assert (done | got).items() <= result.items()
    assert me.world.exchange.accounts.balance(me.account.id, "DOGE").total == D("1009.84")


def test_a_simple_sale_pays_in_base():
    me = Visitor()
    me.friend().place("BUY", "100", "0.16")
    placed = json.loads(me.ask("POST", "/v1/simple/DOGEUSDT/order", buy("10", "SELL", "DOGE")).body)
    result = me.get(f"/v1/simple/order/{placed['id']}")
    assert (result["paidAmount"], result["receivedAmount"], result["receivedCurrency"]) == ("10", "1.5744", "USDT")


def test_a_simple_order_is_all_or_nothing():
    me = Visitor()
    me.friend().place("SELL", "5", "0.16")
    socket = me.open("/ws/account")
    socket.heard()
    placed = json.loads(me.ask("POST", "/v1/simple/DOGEUSDT/order", buy("1.6")).body)
    frames = {frame["type"]: frame for frame in socket.heard()}
    assert frames["INSTANT_ORDER_COMPLETED"]["data"]["success"] is False
    assert frames["ORDER_STATUS_UPDATE"]["data"]["orderStatusType"] == Status.INSTANT_REVERSED.value
    result = me.get(f"/v1/simple/order/{placed['id']}")
    assert (result["success"], result["paidAmount"], result["receivedAmount"]) == (False, "0", "0")
    assert me.world.exchange.accounts.balance(me.account.id, "USDT").available == 1000


def test_a_simple_order_says_reserved_and_completed_on_the_socket():
    me = Visitor()
    me.friend().place("SELL", "50", "0.16")
    socket = me.open("/ws/account")
    socket.heard()
    me.ask("POST", "/v1/simple/DOGEUSDT/order", buy("1.6"))
    frames = socket.heard()
    words = [frame["data"]["orderStatusType"] for frame in frames if frame["type"] == "ORDER_STATUS_UPDATE"]
    assert words == ["Instant Order Balance Reserved", "Filled", "Instant Order Completed"]
    assert frames[-1]["type"] == "INSTANT_ORDER_COMPLETED" and frames[-1]["data"]["success"] is True


def test_until_the_engine_gets_to_it_a_simple_order_is_processing():
    me = Visitor(rules=Rules(latency=Latency(0.0, 1.0)), latency=Latency(0.0, 1.0))
    placed = json.loads(me.ask("POST", "/v1/simple/DOGEUSDT/order", buy("1.6")).body)
    assert me.get(f"/v1/simple/order/{placed['id']}")["processing"] is True
    me.wait(1.0)
    result = me.get(f"/v1/simple/order/{placed['id']}")
    assert (result["processing"], result["success"]) == (False, False)


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("/v1/simple/NOPE/quote", buy("1"), -21),
        ("/v1/simple/ADAUSDT/quote", buy("1"), -32),
        ("/v1/simple/DOGEUSDT/quote", buy("0.49"), -38),
        ("/v1/simple/DOGEUSDT/quote", buy("54001"), -39),
        ("/v1/simple/DOGEUSDT/order", buy("3.9", "SELL", "DOGE"), -38),
        ("/v1/simple/DOGEUSDT/order", buy("680001", "SELL", "DOGE"), -39),
        ("/v1/simple/DOGEUSDT/order", buy("10", "SELL"), -11),
        ("/v1/simple/DOGEUSDT/order", buy("1", "BUY", "ZAR"), -11),
        ("/v1/simple/DOGEUSDT/order", buy("1", "HOLD"), -11),
        ("/v1/simple/DOGEUSDT/quote", buy("1"), -39),
    ],
)
def test_a_simple_order_that_cannot_be_is_refused(path, body, code):
    status, answer = said(Visitor().ask("POST", path, body))
    assert (status, answer["code"]) == (400, code)


def test_the_rand_may_be_called_r():
    me = Visitor()
    friend = me.friend()
    body = {"pair": "DOGEZAR", "side": "SELL", "price": "2.8", "quantity": "10"}
    assert friend.ask("POST", "/v2/orders/limit", body).status == 201
    for name in ("R", "ZAR", "zar"):
        assert me.ask("POST", "/v1/simple/DOGEZAR/quote", buy("14", "BUY", name)).status == 200


def test_an_order_that_is_not_simple_has_no_simple_status():
    me = Visitor()
    mine = me.place("BUY", "10", "0.14")
    for path in (f"/v1/simple/DOGEUSDT/order/{mine}", f"/v1/simple/order/{NOBODYS}"):
        assert said(me.ask("GET", path))[1]["code"] == -1
    me.friend().place("SELL", "50", "0.16")
    simple = json.loads(me.ask("POST", "/v1/simple/DOGEUSDT/order", buy("1.6")).body)["id"]
    assert me.ask("GET", f"/v1/simple/DOGEZAR/order/{simple}").status == 400, "of another pair"


def test_a_simple_order_needs_the_permission_to_trade():
    me = Visitor()
    looker = Visitor(me.world, me.world.create_account("looker", {}, ("View access",)))
    raw = json.dumps(buy("1.6")).encode()
    target = "/v1/simple/DOGEUSDT/order"
    headers = signed(looker.account, looker.now_s, "POST", target, raw)
    assert looker.send("POST", target, headers, raw)[0].status == 403
