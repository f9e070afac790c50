"""Every route as its client sees it: status, body, and what it says when it refuses (reference 2, 3)."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from kit.sandbox_kit import Visitor, limit, signed
from kit.trading import DOGEUSDT

from valr_maker.sandbox.routes import ROOMS
from valr_maker.sandbox.rules import Latency, Rules
from valr_maker.sandbox.table import TABLE
from valr_maker.wire import endpoints, every_endpoint, rest

UNKNOWN_PAIR = {"code": -21, "message": "Unsupported Currency Pair"}


def said(reply):
    return reply.status, json.loads(reply.body)


def test_every_endpoint_of_the_table_has_one_route():
    assert ROOMS  # importing them has filled the table
    served = sorted(row.name for row, _ in TABLE)
    assert served == sorted(row.name for row in every_endpoint.EVERY)


def test_every_read_answers_with_the_type_the_table_promises():
    me = Visitor()
    friend = me.friend()
    me.place("SELL", "50", "0.17", customerOrderId="mm-1")
    friend.place("BUY", "10", "0.17")
    order = me.get("/v1/orders/open")[0]["orderId"]
    for row in endpoints.ALL:
        if row.verb != "GET":
            continue
        named = "mm-1" if row is endpoints.ORDER_BY_CUSTOMER_ID else order
        reply = me.ask("GET", row.target(pair="DOGEUSDT", id=named))
        assert reply.status == 200, row
        answer = rest.decode(reply.body, row.answer)
        assert answer or row is endpoints.ORDER_HISTORY, row
        assert b"null" not in reply.body, f"{row.name}: absent fields are omitted, never null"


# ---- who may ask ----------------------------------------------------------------------------------------------------
def test_a_request_without_a_key_is_400_and_one_with_a_wrong_signature_401():
    me = Visitor()
    headers = signed(me.account, me.now_s, "GET", "/v1/account/balances")
    assert said(me.send("GET", "/v1/account/balances", {})[0]) == (
        400,
        {"code": -11268, "message": "API key header missing: X-VALR-API-KEY"},
    )
    wrong = {"code": -11252, "message": "Request has an invalid signature"}
    for name in ("X-VALR-API-KEY", "X-VALR-SIGNATURE", "X-VALR-TIMESTAMP"):
        for value in ("1", "", "\u20ac"):
            if (name, value) == ("X-VALR-API-KEY", ""):
                continue
            assert said(me.send("GET", "/v1/account/balances", headers | {name: value})[0]) == (401, wrong)


@pytest.mark.parametrize(("drift_s", "status"), [(-31, 401), (-29, 200), (29, 200), (31, 401)])
def test_a_timestamp_may_be_thirty_seconds_off(drift_s, status):
    me = Visitor()
    headers = signed(me.account, me.now_s + drift_s, "GET", "/v1/account/balances")
    assert me.send("GET", "/v1/account/balances", headers)[0].status == status


def test_the_signature_covers_the_query_as_it_was_sent():
    me = Visitor()
    target = "/v1/account/balances?excludeZeroBalances=true&x=%2C,"
    assert me.ask("GET", target).status == 200
    path_only = signed(me.account, me.now_s, "GET", "/v1/account/balances")
    assert me.send("GET", target, path_only)[0].status == 401


def test_header_names_have_no_case_and_an_empty_sub_account_is_none():
    me = Visitor()
    headers = {name.upper(): value for name, value in signed(me.account, me.now_s, "GET", "/v1/orders/open").items()}
    assert me.send("GET", "/v1/orders/open", headers | {"X-Valr-Sub-Account-Id": ""})[0].status == 200


def test_a_sub_account_nobody_has_is_refused_by_name():
    me = Visitor()
    from valr_maker.wire import sign

    headers = sign.headers(
        me.account.key, me.account.secret, int(me.now_s * 1000), "GET", "/v1/orders/open", sub_account="12"
    )
    status, body = said(me.send("GET", "/v1/orders/open", headers)[0])
    assert (status, body["validationErrors"]["errors"][0]["field"]) == (400, "X-VALR-SUB-ACCOUNT-ID")


def test_a_key_that_may_only_look_cannot_trade():
    me = Visitor()
    looker = Visitor(me.world, me.world.create_account("looker", {}, ("View access",)))
    assert looker.ask("GET", "/v1/orders/open").status == 200
    status, body = said(looker.ask("POST", "/v2/orders/limit", limit("BUY", "10", "0.1")))
    assert (status, body["message"]) == (403, "The API key does not have the permission Trade")


def test_a_body_without_a_content_type_is_403():
    me = Visitor()
    raw = json.dumps(limit("BUY", "10", "0.1")).encode()
    headers = signed(me.account, me.now_s, "POST", "/v2/orders/limit", raw)
    del headers["Content-Type"]
    assert me.send("POST", "/v2/orders/limit", headers, raw)[0].status == 403
    assert me.ask("DELETE", "/v1/orders").status == 200, "without a body there is nothing to declare"


# ---- how often ------------------------------------------------------------------------------------------------------
def test_the_thirty_first_public_read_of_a_clock_minute_is_429():
    me = Visitor(Visitor().world)
    replies = [me.send("GET", "/v1/public/DOGEUSDT/orderbook", {})[0] for _ in range(31)]
    assert [reply.status for reply in replies] == [200] * 30 + [429]
    assert replies[-1].headers["x-valr-ratelimited"] == "true"
    assert json.loads(replies[-1].body)["code"] < 0
    assert me.send("GET", "/v1/public/time", {})[0].status == 200, "time has a budget of its own"
    me.wait(60 - me.now_s % 60)
    assert me.send("GET", "/v1/public/DOGEUSDT/orderbook", {})[0].status == 200


def test_placing_has_a_budget_per_second_that_spares_the_minute():
    me = Visitor()
    statuses = [me.ask("POST", "/v2/orders/limit", limit("BUY", "4", "0.1")).status for _ in range(401)]
    assert statuses.count(429) == 1
    assert statuses[-1] == 429
    assert me.ask("GET", "/v1/orders/open").status == 200
    me.wait(1)
    assert me.ask("POST", "/v2/orders/limit", limit("BUY", "4", "0.1")).status != 429


def test_a_429_can_be_a_web_page():
    me = Visitor(rules=Rules(html_when_limited=True))
    for _ in range(31):
        (reply,) = me.send("GET", "/v1/public/pairs", {})
    assert (reply.status, reply.headers["content-type"]) == (429, "text/html")
    assert reply.body.startswith(b"<html>")


def test_limits_can_be_switched_off():
    me = Visitor(rules=Rules(limits_enforced=False, latency=Latency(0, 0)))
    assert {me.send("GET", "/v1/public/pairs", {})[0].status for _ in range(100)} == {200}


def test_read_only_mode_answers_503_to_all_but_reads():
    me = Visitor()
    me.world.desk.read_only = True
    assert me.get("/v1/public/status") == {"status": "read-only"}
    assert me.ask("POST", "/v2/orders/limit", limit("BUY", "10", "0.1")).status == 503
    assert me.ask("DELETE", "/v1/orders").status == 503
    me.world.desk.read_only = False
    assert me.get("/v1/public/status") == {"status": "online"}


# ---- public ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("verb", ["GET", "POST", "DELETE", "PATCH", "OPTIONS"])
@pytest.mark.parametrize(
    "path", ["/", "", "/v1/nope", "/v1/orders/open/", "//v1/orders/open", "/v1/public//orderbook/x"]
)
def test_an_unknown_path_is_404(verb, path):
    status, body = said(Visitor().ask(verb, path))
    assert (status, sorted(body)) == (404, ["code", "message"])


@pytest.mark.parametrize(
    "target",
    ["/v1/public/NOPE/orderbook", "/v1/marketdata/NOPE/orderbook/full", "/v1/account/NOPE/tradehistory",
     "/v1/orders/NOPE/orderid/x", "/v1/public/%E2%82%AC/trades", "/v1/public/NOPE/ordertypes"],
)  # fmt: skip
def test_an_unknown_pair_in_the_path_is_minus_21(target):
    assert said(Visitor().ask("GET", target)) == (400, UNKNOWN_PAIR)


def test_an_inactive_pair_has_an_empty_book_and_no_order_types():
    me = Visitor()
    book = me.get("/v1/public/ADAUSDT/orderbook")
    assert (book["Asks"], book["Bids"]) == ([], [])
    assert me.get("/v1/public/ADAUSDT/ordertypes") == []
    assert "LIMIT_POST_ONLY" in me.get("/v1/public/dogeusdt/ordertypes")
    assert [row["currencyPair"] for row in me.get("/v1/public/ordertypes?includeInactivePairs=false")] == [
        "DOGEUSDT",
        "DOGEZAR",
    ]


def test_pairs_come_as_the_reference_has_them():
    pair = Visitor().get("/v1/public/pairs")[0]
    assert pair == {
        "symbol": "DOGEUSDT", "baseCurrency": "DOGE", "quoteCurrency": "USDT", "shortName": "DOGE/USDT", "active": True,
        "minBaseAmount": "4", "maxBaseAmount": "680000", "minQuoteAmount": "0.5", "maxQuoteAmount": "54000",
        "tickSize": "0.00001", "baseDecimalPlaces": "1", "marginTradingAllowed": False, "currencyPairType": "SPOT",
    }  # fmt: skip


def test_pairs_of_a_type():
    me = Visitor()
    assert len(me.get("/v1/public/pairs/SPOT")) == 3
    assert me.get("/v1/public/pairs/future") == []
    assert said(me.ask("GET", "/v1/public/pairs/NOPE"))[1]["code"] == -11


def test_the_book_counts_orders_and_the_full_book_lists_them():
    me = Visitor()
    first, second = me.place("BUY", "10", "0.16"), me.place("BUY", "5.5", "0.16")
    me.place("BUY", "7", "0.15")
    book = me.get("/v1/marketdata/DOGEUSDT/orderbook")
    assert [(row["price"], row["quantity"], row["orderCount"]) for row in book["Bids"]] == [
        ("0.16", "15.5", 2),
        ("0.15", "7", 1),
    ]
    full = me.get("/v1/marketdata/DOGEUSDT/orderbook/full")
    assert [(row["id"], row["positionAtPrice"]) for row in full["Bids"]][:2] == [(first, 1), (second, 2)]
    assert full["Bids"][2]["positionAtPrice"] == 1


def test_prints_are_newest_first_and_can_be_paged():
    me = Visitor()
    friend = me.friend()
    for price in ("0.15", "0.16", "0.17"):
        me.place("SELL", "10", price)
        friend.place("BUY", "10", price)
        me.wait(1)
    trades = me.get("/v1/public/DOGEUSDT/trades")
    assert [(trade["price"], trade["takerSide"], trade["quoteVolume"]) for trade in trades] == [
        ("0.17", "buy", "1.7"), ("0.16", "buy", "1.6"), ("0.15", "buy", "1.5"),
    ]  # fmt: skip
    assert trades[0]["sequenceId"] > 2**53
    assert me.get("/v1/public/DOGEUSDT/trades?skip=1&limit=1") == trades[1:2]
    assert me.get(f"/v1/public/DOGEUSDT/trades?beforeId={trades[0]['id']}") == trades[1:]
    assert me.get(f"/v1/public/DOGEUSDT/trades?startTime={trades[1]['tradedAt']}") == trades[:2]


@pytest.mark.parametrize(
    "query", ["skip=-1", "limit=x", "limit=\u00b2", "startTime=yesterday", "limit=1e3", "skip=" + "9" * 400]
)
def test_a_query_that_makes_no_sense_is_minus_11_with_the_field(query):
    status, body = said(Visitor().ask("GET", f"/v1/public/DOGEUSDT/trades?{query}"))
    assert (status, body["code"]) == (400, -11)
    assert body["validationErrors"]["errors"][0]["field"] == query.partition("=")[0]


# ---- account --------------------------------------------------------------------------------------------------------
def test_balances_show_what_is_reserved_and_can_hide_zeros():
    me = Visitor()
    me.place("BUY", "100", "0.16")
    rows = {row["currency"]: row for row in me.get("/v1/account/balances")}
    assert (rows["USDT"]["available"], rows["USDT"]["reserved"], rows["USDT"]["total"]) == ("984", "16", "1000")
    assert rows["ADA"]["total"] == "0"
    assert "updatedAt" not in rows["ADA"]
    shown = me.get("/v1/account/balances?excludeZeroBalances=true")
    assert {row["currency"] for row in shown} == {"DOGE", "USDT", "ZAR"}


def test_fees_and_key_info():
    me = Visitor()
    fees = {row["currencyPair"]: row for row in me.get("/v1/account/fees/trade")}
    assert fees["DOGEUSDT"] == {
        "currencyPair": "DOGEUSDT",
        "makerPercentage": "0.08",
        "takerPercentage": "0.1",
        "simplePercentage": "1.6",
    }
    assert fees["DOGEZAR"]["makerPercentage"] == "0.18"
    info = me.get("/v1/account/api-keys/current")
    assert (info["permissions"], info["isSubAccount"]) == (["View access", "Trade"], False)


def test_own_trades_carry_fee_and_order_but_no_customer_id():
    me = Visitor()
    friend = me.friend()
    order = me.place("SELL", "50", "0.17", customerOrderId="mm-1")
    friend.place("BUY", "20", "0.17")
    (trade,) = me.get("/v1/account/DOGEUSDT/tradehistory")
    assert (trade["side"], trade["orderId"], trade["fee"], trade["feeCurrency"]) == ("sell", order, "0.00272", "USDT")
    assert "customerOrderId" not in trade
    assert me.get("/v1/account/tradehistory") == [trade]
    assert me.get("/v1/account/DOGEZAR/tradehistory") == []
    assert friend.get("/v1/account/tradehistory")[0]["fee"] == "0.02"


# ---- orders ---------------------------------------------------------------------------------------------------------
def test_v1_says_received_and_the_engine_comes_later():
    me = Visitor(latency=Latency(ack_s=0.003, outcome_s=0.008))
    raw = json.dumps(limit("BUY", "50", "0.16", customerOrderId="mm-1")).encode()
    replies = me.send("POST", "/v1/orders/limit", signed(me.account, me.now_s, "POST", "/v1/orders/limit", raw), raw)
    assert replies == []
    me.wait(0.004)
    ((status, body),) = [said(reply) for reply in replies]
    assert (status, body["customerOrderId"]) == (202, "mm-1")
    assert me.world.exchange.open_orders(me.account.id) == [], "202 means received, not resting"
    me.wait(0.005)
    assert [order.id for order in me.world.exchange.open_orders(me.account.id)] == [body["id"]]


def test_v2_answers_when_the_engine_has_spoken():
    me = Visitor(latency=Latency(ack_s=0.003, outcome_s=0.008))
    raw = json.dumps(limit("BUY", "50", "0.16")).encode()
    replies = me.send("POST", "/v2/orders/limit", signed(me.account, me.now_s, "POST", "/v2/orders/limit", raw), raw)
    me.wait(0.0079)
    assert (replies, me.world.exchange.open_orders(me.account.id)) == ([], [])
    me.wait(0.0002)
    assert [(reply.status, sorted(json.loads(reply.body))) for reply in replies] == [(201, ["id"])]


@pytest.mark.parametrize(
    ("wish", "code", "message"),
    [
        (limit("BUY", "100000", "0.16"), -6, "Insufficient Balance"),
        (limit("BUY", "10", "0.2", postOnly=True), -11, "Post only cancelled as it would have matched"),
    ],
)
def test_v2_says_with_the_order_id_why_the_engine_refused(wish, code, message):
    me = Visitor()
    me.friend().place("SELL", "10", "0.17")
    status, body = said(me.ask("POST", "/v2/orders/limit", wish))
    assert (status, body["code"], body["message"]) == (400, code, message)
    assert me.get(f"/v1/orders/DOGEUSDT/orderid/{body['orderId']}")["failedReason"] == message


@pytest.mark.parametrize("version", ["v1", "v2"])
@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"pair": "NOPE"}, -21, None),
        ({"pair": "ADAUSDT"}, -32, None),
        ({"quantity": "1"}, -12007, None),
        ({"side": "LONG"}, -11, "side"),
        ({"side": 7}, -11, "side"),
        ({"side": None}, -11, "side"),
        ({"price": "dear"}, -11, "price"),
        ({"price": "NaN"}, -11, "price"),
        ({"price": "-1"}, -11, "price"),
        ({"price": "0.160001"}, -11, "price"),
        ({"quantity": "1e999999"}, -11, "quantity"),
        ({"timeInForce": "DAY"}, -11, "timeInForce"),
        ({"postOnly": "perhaps"}, -11, "postOnly"),
        ({"customerOrderId": "under_score"}, -11, "customerOrderId"),
        ({"customerOrderId": "x" * 51}, -11, "customerOrderId"),
    ],
)
def test_what_the_door_refuses_has_no_order_id(version, change, code, field):
    me = Visitor()
    status, body = said(me.ask("POST", f"/{version}/orders/limit", limit("BUY", "50", "0.16") | change))
    assert (status, body["code"]) == (400, code)
    assert "orderId" not in body
    fields = [error["field"] for error in body.get("validationErrors", {}).get("errors", [])]
    assert fields == ([field] if field else [])


def test_a_missing_field_is_named():
    me = Visitor()
    wish = limit("BUY", "50", "0.16")
    del wish["price"]
    body = said(me.ask("POST", "/v2/orders/limit", wish))[1]
    assert body["validationErrors"]["errors"] == [{"field": "price", "message": "Object missing required field price"}]


def test_lenient_spelling_is_understood():
    me = Visitor()
    wish = {
        "side": "buy", "quantity": 50, "price": 0.16, "pair": "dogeusdt", "postOnly": "true", "customerOrderId": None,
        "timeInForce": None, "clientOrderId": "what is this", "allowMargin": False,
    }  # fmt: skip
    assert me.ask("POST", "/v2/orders/limit", wish).status == 201
    (order,) = me.get("/v1/orders/open")
    assert (order["price"], order["originalQuantity"], order["type"]) == ("0.16", "50", "post-only limit")
    assert "customerOrderId" not in order


def test_open_orders_ignore_filters():
    me = Visitor()
    me.place("BUY", "50", "0.16", customerOrderId="mm-1", timeInForce="GTC")
    (order,) = me.get("/v1/orders/open?currencyPair=DOGEZAR")
    assert {name: order[name] for name in ("side", "remainingQuantity", "filledPercentage", "status", "allowMargin")} == {
        "side": "buy", "remainingQuantity": "50", "filledPercentage": "0.00", "status": "Placed", "allowMargin": False,
    }  # fmt: skip


def test_v1_cancel_is_an_empty_202_and_happens_later():
    me = Visitor()
    order = me.place("BUY", "50", "0.16")
    reply = me.ask("DELETE", "/v1/orders/order", {"orderId": order, "pair": "DOGEUSDT"})
    assert (reply.status, reply.body) == (202, b"")
    assert me.get("/v1/orders/open") == []


def test_v2_cancel_echoes_the_id_it_was_given():
    me = Visitor()
    order = me.place("BUY", "50", "0.16", customerOrderId="mm-1")
    by_ours = {"customerOrderId": "mm-1", "pair": "dogeusdt", "orderId": None}
    assert said(me.ask("DELETE", "/v2/orders/order", by_ours)) == (200, {"id": "mm-1"})
    gone = said(me.ask("DELETE", "/v2/orders/order", {"orderId": order, "pair": "DOGEUSDT"}))
    assert gone == (400, {"code": -16, "message": "Could not find the order to cancel"})


@pytest.mark.parametrize("ids", [{}, {"orderId": "a", "customerOrderId": "b"}, {"orderId": ""}])
def test_a_cancel_needs_exactly_one_id(ids):
    status, body = said(Visitor().ask("DELETE", "/v2/orders/order", {"pair": "DOGEUSDT", **ids}))
    assert (status, body["code"]) == (400, -11)


def test_cancel_all_lists_what_it_cancelled():
    me = Visitor()
    doge = me.place("BUY", "50", "0.16")
    rand = me.place("BUY", "50", "2", pair="DOGEZAR")
    assert said(me.ask("DELETE", "/v1/orders/DOGEZAR")) == (200, [{"orderId": rand}])
    assert said(me.ask("DELETE", "/v1/orders")) == (200, [{"orderId": doge}])
    assert said(me.ask("DELETE", "/v1/orders")) == (200, [])


def test_an_order_can_be_asked_for_by_either_id_dead_or_alive():
    me = Visitor()
    order = me.place("BUY", "50", "0.16", customerOrderId="mm-1")
    assert me.get(f"/v1/orders/DOGEUSDT/orderid/{order}")["orderStatusType"] == "Placed"
    me.ask("DELETE", "/v1/orders")
    assert me.get("/v1/orders/dogeusdt/customerorderid/mm-1")["orderStatusType"] == "Cancelled"
    missing = (400, {"code": -1, "message": "Invalid Order. "})
    assert said(me.ask("GET", "/v1/orders/DOGEUSDT/customerorderid/mm-2")) == missing
    assert said(me.ask("GET", f"/v1/orders/DOGEZAR/orderid/{order}")) == missing
    assert said(me.friend().ask("GET", f"/v1/orders/DOGEUSDT/orderid/{order}")) == missing, "not one's own"


def test_history_hides_cancels_without_a_fill_unless_asked():
    me = Visitor()
    friend = me.friend()
    filled = me.place("SELL", "20", "0.17")
    friend.place("BUY", "20", "0.17")
    cancelled = me.place("SELL", "20", "0.18")
    me.ask("DELETE", "/v1/orders")
    failed = said(me.ask("POST", "/v2/orders/limit", limit("BUY", "100000", "0.1")))[1]["orderId"]

    def ids(query=""):
        return [row["orderId"] for row in me.get(f"/v1/orders/history{query}")]

    assert ids() == [failed, filled]
    assert ids("?showZeroVolumeCancels=true") == [failed, cancelled, filled]
    assert ids("?excludeFailures=true") == [filled]
    assert ids("?statuses=FILLED,PARTIALLY_FILLED") == [filled]
    assert ids("?currencyPair=DOGEZAR,BTCZAR") == []
    assert ids("?limit=1") == [failed]
    assert ids("?skip=1&limit=1") == [filled]
    row = me.get("/v1/orders/history?statuses=FILLED")[0]
    figures = {
        name: row[name] for name in ("averagePrice", "total", "totalExecutedQuantity", "totalFee", "feeCurrency")
    }
    assert figures == {
        "averagePrice": "0.17", "total": "3.4", "totalExecutedQuantity": "20", "totalFee": "0.00272",
        "feeCurrency": "USDT",
    }  # fmt: skip


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"\xff", b'{"side":"BUY"', b'{"side":"\\ud800"}', b'{"x":' + b"[" * 100_000]
)
def test_broken_json_is_minus_113(raw):
    me = Visitor()
    headers = signed(me.account, me.now_s, "POST", "/v2/orders/limit", raw) | {"Content-Type": "application/json"}
    assert said(me.send("POST", "/v2/orders/limit", headers, raw)[0]) == (
        400,
        {"code": -113, "message": "Invalid JSON payload"},
    )


def test_amounts_of_many_digits_are_printed_exactly():
    """Price x quantity x fee needs more digits than Decimal keeps by default."""
    much = Decimal(10**9)
    pair = replace(DOGEUSDT, base_decimals=8, max_base=much, max_quote=much, tick=Decimal("0.00000001"))
    me = Visitor(universe=(pair,), funds={"DOGE": much, "USDT": much})
    friend = Visitor(me.world, me.world.create_account("friend", {"USDT": much}))
    socket = me.open("/ws/account")
    me.place("SELL", "123456789.12345678", "0.12345679")
    friend.place("BUY", "123456789.12345678", "1")
    (trade,) = me.get("/v1/account/tradehistory")
    (row,) = me.get("/v1/orders/history")
    assert (row["averagePrice"], row["total"]) == ("0.12345679", "15241578.8888888877625362")
    assert trade["fee"] == "12193.26311111111021002896"
    usdt = next(row for row in me.get("/v1/account/balances") if row["currency"] == "USDT")
    assert usdt["total"] == usdt["available"] == "1015229385.62577777665232617104"
    (record,) = [frame for frame in socket.heard() if frame["type"] == "NEW_ACCOUNT_HISTORY_RECORD"]
    assert record["data"]["creditValue"] == "15229385.62577777665232617104"
