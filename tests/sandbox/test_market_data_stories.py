"""Candles, summaries, marks, book feeds, the front end and maintenance, story by story (reference 2, 3.7, 5.2, 8.15)."""

import json
from decimal import Decimal
from typing import Any

import pytest
from kit.sandbox_kit import Heard, Visitor, limit, small_world
from kit.trading import wish
from kit.watchers import BookWatcher

from valr_maker.sandbox import core
from valr_maker.sandbox.edge import KEPT_MAX
from valr_maker.sandbox.rules import Latency, Rules

D = Decimal
MINUTE_S, DAY_S = 60.0, 86_400.0
NOON = 1_700_000_040
"""A whole minute; the clock of a Visitor stands forty seconds before it."""


def public(me: Visitor, target: str) -> Any:
    """The JSON of an unsigned read that works."""
    reply = me.send("GET", target, {})[0]
    assert reply.status == 200, reply
    return json.loads(reply.body)


def free(**more: Any) -> Visitor:
    """A client that may ask as often as it likes."""
    return Visitor(rules=Rules(latency=Latency(0, 0), limits_enforced=False, **more))


def trade(me: Visitor, price: str, quantity: str = "10") -> None:
    """Two of the crowd trade at this price, now."""
    exchange = me.world.exchange
    for who, side in (("crowd-1", "sell"), ("crowd-2", "buy")):
        order = exchange.accept(who, wish(f"{side} {quantity} @ {price}"), me.now_s)
        exchange.execute(order.id, me.now_s)
    me.world.floor.settle(me.now_s)


def hear(me: Visitor, event: str, pairs: tuple[str, ...] = ("DOGEUSDT",)) -> Heard:
    """A socket with one subscription, its acknowledgement read."""
    socket = me.open("/ws/trade", {})
    socket.say({"type": "SUBSCRIBE", "subscriptions": [{"event": event, "pairs": list(pairs)}]})
    assert json.loads(socket.frames.pop(0))["type"] == "SUBSCRIBED"
    return socket


# ---- candles --------------------------------------------------------------------------------------------------------
def three_minutes() -> Visitor:
    """0.16 and 0.17 in the first minute, nothing in the second, 0.15 in the third."""
    me = free()
    me.wait(NOON - me.now_s)
    trade(me, "0.16")
    trade(me, "0.17", "5")
    me.wait(120.0)
    trade(me, "0.15")
    return me


def test_candles_are_newest_first_and_leave_out_what_is_empty():
    me = three_minutes()
    last, first = public(me, "/v1/public/DOGEUSDT/buckets")
    assert first == {
        "currencyPairSymbol": "DOGEUSDT", "bucketPeriodInSeconds": 60, "startTime": "2023-11-14T22:14:00Z",
        "open": "0.16", "high": "0.17", "low": "0.16", "close": "0.17", "volume": "15", "quoteVolume": "2.45",
    }  # fmt: skip
    assert (last["startTime"], last["close"]) == ("2023-11-14T22:16:00Z", "0.15")


def test_empty_candles_carry_the_last_price():
    me = three_minutes()
    query = f"includeEmpty=true&startTime={NOON - 60}&endTime={NOON + 120}"
    closes = [(row["open"], row["close"], row["volume"]) for row in public(me, f"/v1/public/DOGEUSDT/buckets?{query}")]
    assert closes == [("0.15", "0.15", "10"), ("0.17", "0.17", "0"), ("0.16", "0.17", "15"), ("0.161", "0.161", "0")]


@pytest.mark.parametrize(
    ("period_s", "candles"), [(60, 2), (300, 2), (900, 2), (1800, 1), (3600, 1), (21_600, 1), (86_400, 1)]
)
def test_longer_candles_join_shorter_ones(period_s, candles):
    me = three_minutes()
    found = public(me, f"/v1/public/DOGEUSDT/buckets?periodSeconds={period_s}")
    assert len(found) == candles
    assert sum(D(row["volume"]) for row in found) == 25
    assert (found[-1]["open"], found[0]["close"]) == ("0.16", "0.15")
    assert all(row["bucketPeriodInSeconds"] == period_s for row in found)


def test_a_range_is_of_seconds_and_at_most_300_candles():
    me = three_minutes()
    target = "/v1/public/DOGEUSDT/buckets"
    assert len(public(me, f"{target}?startTime={NOON}&endTime={NOON + 60}")) == 1
    assert public(me, f"{target}?endTime={NOON - 60}") == []
    assert len(public(me, f"{target}?includeEmpty=true&startTime={NOON - 299 * 60}&endTime={NOON}")) == 300
    reply = me.send("GET", f"{target}?startTime={NOON - 300 * 60}&endTime={NOON}", {})[0]
    assert (reply.status, json.loads(reply.body)["code"]) == (400, -11)


def test_candles_can_be_paged():
    me = three_minutes()
    whole = public(me, "/v1/public/DOGEUSDT/buckets?includeEmpty=true")
    assert public(me, "/v1/public/DOGEUSDT/buckets?includeEmpty=true&skip=1&limit=2") == whole[1:3]


@pytest.mark.parametrize("query", ["periodSeconds=61", "startTime=now", "includeEmpty=maybe", "skip=-1"])
def test_a_query_of_candles_that_makes_no_sense_is_refused(query):
    reply = free().send("GET", f"/v1/public/DOGEUSDT/buckets?{query}", {})[0]
    assert (reply.status, json.loads(reply.body)["code"]) == (400, -11)


def test_candles_of_the_mark_price_have_no_volumes_and_no_gaps():
    me = three_minutes()
    target = "/v1/public/DOGEUSDT/markprice/buckets"
    found = public(me, f"{target}?startTime=2023-11-14T22:13:00Z&endTime=2023-11-14T22:16:30Z")
    assert [row["close"] for row in found] == ["0.15", "0.17", "0.17", "0.161"]
    assert "volume" not in found[0] and "quoteVolume" not in found[0]
    assert len(public(me, target)) == 100
    assert public(me, f"{target}?endTime=0001-01-01T00:00:00Z")[0]["startTime"] == "1970-01-01T00:00:00Z"


def test_a_candle_is_told_when_its_minute_is_over_an_empty_one_too():
    me = free()
    socket = hear(me, "NEW_TRADE_BUCKET")
    assert socket.heard() == []
    me.wait(NOON + 1.0 - me.now_s)
    trade(me, "0.16")
    me.wait(120.0)
    told = [(frame["data"]["startTime"], frame["data"]["close"], frame["data"]["volume"]) for frame in socket.heard()]
    assert told == [
        ("2023-11-14T22:13:00Z", "0.161", "0"),
        ("2023-11-14T22:14:00Z", "0.16", "10"),
        ("2023-11-14T22:15:00Z", "0.16", "0"),
    ]


# ---- summaries and marks --------------------------------------------------------------------------------------------
def test_a_summary_is_of_the_last_day():
    me = free()
    trade(me, "0.16")
    me.wait(DAY_S)
    trade(me, "0.2", "5")
    me.place("BUY", "10", "0.15")
    me.place("SELL", "10", "0.21")
    assert public(me, "/v1/public/DOGEUSDT/marketsummary") == {
        "currencyPair": "DOGEUSDT", "askPrice": "0.21", "bidPrice": "0.15", "lastTradedPrice": "0.2",
        "previousClosePrice": "0.16", "baseVolume": "5", "quoteVolume": "1", "highPrice": "0.2", "lowPrice": "0.2",
        "created": "2023-11-15T22:13:20.000Z", "changeFromPrevious": "25", "markPrice": "0.2",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("last", "change"), [("0.16001", "0"), ("0.1619", "1.18"), ("0.1581", "-1.18"), ("0.24", "50")]
)
def test_the_change_is_cut_to_two_decimals_towards_zero(last, change):
    me = free()
    trade(me, "0.16")
    me.wait(DAY_S)
    trade(me, last)
    assert public(me, "/v1/public/DOGEUSDT/marketsummary")["changeFromPrevious"] == change


def test_empty_sides_are_zero_and_only_active_pairs_have_a_summary():
    me = free()
    rows = public(me, "/v1/public/marketsummary")
    assert [(row["currencyPair"], row["askPrice"], row["bidPrice"]) for row in rows] == [
        ("DOGEUSDT", "0", "0"),
        ("DOGEZAR", "0", "0"),
    ]
    reply = me.send("GET", "/v1/public/ADAUSDT/marketsummary", {})[0]
    assert (reply.status, json.loads(reply.body)) == (404, {"code": -111, "message": "Market summary not found"})


def test_a_summary_is_told_at_once_and_then_when_something_changed_at_most_once_a_second():
    me = free()
    socket = hear(me, "MARKET_SUMMARY_UPDATE")
    (first,) = socket.heard()
    assert first["data"]["currencyPairSymbol"] == "DOGEUSDT" == first["currencyPairSymbol"]
    for price in ("0.1", "0.11", "0.12"):
        me.place("BUY", "10", price)
    me.wait(1.0)
    assert [frame["data"]["bidPrice"] for frame in socket.heard()] == ["0.1", "0.12"]
    me.wait(30.0)
    assert socket.heard() == []


def test_the_mark_price_is_told_every_three_seconds_unchanged_too():
    me = free()
    me.place("BUY", "10", "0.15")
    me.place("SELL", "10", "0.17")
    socket = hear(me, "MARK_PRICE_UPDATE")
    me.wait(9.0)
    assert [frame["data"] for frame in socket.heard()] == [{"price": "0.161"}] * 4
    trade(me, "0.155")
    me.wait(3.0)
    assert [frame["data"] for frame in socket.heard()] == [{"price": "0.155"}]
    socket.leave()
    me.wait(9.0)
    assert socket.heard() == []


def test_a_pair_for_simple_orders_alone_has_no_mark_and_no_fee_of_a_maker():
    me = free()
    me.world.exchange.set_order_types("DOGEUSDT", ("SIMPLE",))
    assert public(me, "/v1/public/DOGEUSDT/marketsummary")["markPrice"] == "0"
    (row,) = [row for row in me.get("/v1/account/fees/trade") if row["currencyPair"] == "DOGEUSDT"]
    assert set(row) == {"currencyPair", "simplePercentage"}
    status = me.ask("POST", "/v2/orders/limit", limit("BUY", "10", "0.1"))
    assert json.loads(status.body)["code"] == -12005


# ---- order types, currencies, health --------------------------------------------------------------------------------
def test_what_a_pair_takes_is_listed_and_told_when_it_changes():
    me = free()
    socket = hear(me, "ALLOWED_ORDER_TYPES_UPDATED")
    exchange, floor = me.world.exchange, me.world.floor
    assert public(me, "/v1/public/DOGEUSDT/ordertypes") == list(core.ORDER_TYPES)
    exchange.set_order_types("DOGEUSDT", ("LIMIT_POST_ONLY",))
    floor.settle(me.now_s)
    assert public(me, "/v1/public/DOGEUSDT/ordertypes") == ["LIMIT_POST_ONLY"]
    exchange.set_active("DOGEUSDT", me.now_s, active=False)
    floor.settle(me.now_s)
    assert [frame["data"] for frame in socket.heard()] == [["LIMIT_POST_ONLY"], []]
    assert public(me, "/v1/public/DOGEUSDT/ordertypes") == []
    listed = public(me, "/v1/public/ordertypes?includeInactivePairs=false")
    assert [row["currencyPair"] for row in listed] == ["DOGEZAR"]
    assert len(public(me, "/v1/public/ordertypes")) == 3


def test_closing_a_pair_empties_its_book_for_all_who_watch():
    me = free()
    me.place("BUY", "10", "0.15")
    socket = hear(me, "OB_L1_DIFF")
    watcher = BookWatcher("DOGEUSDT")
    me.world.exchange.set_active("DOGEUSDT", me.now_s, active=False)
    me.world.floor.settle(me.now_s)
    for frame in socket.heard():
        watcher.take(frame)
    assert watcher.levels == {"a": {}, "b": {}}
    assert public(me, "/v1/public/DOGEUSDT/orderbook")["Bids"] == []
    assert me.ask("POST", "/v1/orders/limit", limit("BUY", "10", "0.1")).status == 400


def test_currencies_are_those_that_are_traded_with_decimals_as_text():
    rows = {row["shortName"]: row for row in public(free(), "/v1/public/currencies")}
    assert rows.keys() == {"DOGE", "USDT", "ZAR", "ADA"}
    assert (rows["ZAR"]["symbol"], rows["ZAR"]["isActive"]) == ("R", True)
    assert isinstance(rows["ZAR"]["decimalPlaces"], str)


def test_health_says_nothing_but_that_it_is_well():
    assert free().send("GET", "/v2/healthz", {})[0].status == 200


# ---- feeds of the book ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("depth", [1, 5, 10, 20, 40, 80])
def test_an_image_of_n_levels_comes_when_they_change_and_has_no_sequence(depth):
    me = free()
    for number in range(depth):
        me.place("BUY", "4", f"0.14{50 - number // 2:02}{9 - 5 * (number % 2)}")
    socket = hear(me, f"OB_L1_D{depth}_SNAPSHOT")
    (first,) = socket.heard()
    assert len(first["d"]["b"]) == depth and set(first["d"]) == {"lc", "a", "b"}
    me.place("BUY", "4", "0.13")  # behind the last level that is shown
    assert socket.heard() == []
    me.place("SELL", "4", "0.2")
    assert [frame["d"]["a"] for frame in socket.heard()] == [[["0.2", "4"]]]


def test_the_book_by_orders_counts_each_order_it_lists():
    me, watcher = free(), BookWatcher("DOGEUSDT")
    first = me.place("BUY", "10", "0.15")
    me.place("BUY", "20", "0.15")
    socket = hear(me, "FULL_ORDERBOOK_UPDATE")
    (snapshot,) = socket.heard()
    assert [order["quantity"] for order in snapshot["data"]["Bids"][0]["Orders"]] == ["10", "20"]
    watcher.take(snapshot)
    body = {"pair": "DOGEUSDT", "orderId": first, "newRemainingQuantity": "15", "modifyMatchStrategy": "REPRICE"}
    assert me.ask("PUT", "/v2/orders/modify", body).status == 201
    (update,) = socket.heard()
    assert [order["quantity"] for order in update["data"]["Bids"][0]["Orders"]] == ["0", "15"], (
        "to the end of the queue"
    )
    assert update["data"]["SequenceNumber"] == snapshot["data"]["SequenceNumber"] + 2
    watcher.take(update)
    assert [order_id for order_id, _ in watcher.orders("Bids")][-1] == first


def test_a_socket_that_comes_later_reads_on_from_its_own_snapshot():
    me = free()
    early, watcher = hear(me, "FULL_ORDERBOOK_UPDATE"), BookWatcher("DOGEUSDT")
    me.place("BUY", "10", "0.15")
    late = hear(me, "FULL_ORDERBOOK_UPDATE")
    me.place("BUY", "10", "0.14")
    for frame in late.heard():
        watcher.take(frame)
    assert len(watcher.orders("Bids")) == 2 and len(early.heard()) == 3


# ---- the front end --------------------------------------------------------------------------------------------------
def test_public_answers_say_how_long_they_may_be_kept():
    me = free()
    ages = {
        "/v1/public/DOGEUSDT/orderbook": "max-age=30,public",
        "/v1/public/DOGEUSDT/trades": "max-age=30,public",
        "/v1/public/pairs": "max-age=60,public",
        "/v1/public/currencies": "max-age=60,public",
        "/v1/public/marketsummary": "max-age=5,public",
        "/v1/public/NOPE/orderbook": "max-age=30,public",
    }
    for target, said in ages.items():
        reply = me.send("GET", target, {})[0]
        assert (reply.headers["cache-control"], reply.headers["age"]) == (said, "0"), target
        assert "x-valr-upstream-service-time" in reply.headers
    assert me.ask("GET", "/v1/marketdata/DOGEUSDT/orderbook").headers["cache-control"] == "max-age=1,private"
    for target in ("/v1/public/time", "/v1/public/status", "/v1/account/balances"):
        assert "cache-control" not in me.ask("GET", target).headers


def cached() -> Visitor:
    """A client behind an edge that keeps what it has seen."""
    return free(edge_cache=True)


def test_behind_the_cache_a_public_book_is_as_old_as_thirty_seconds_and_says_so():
    me = cached()
    target = "/v1/public/DOGEUSDT/orderbook"
    public(me, target)
    me.place("BUY", "10", "0.15")
    me.wait(29.5)
    stale = me.send("GET", target, {})[0]
    assert (stale.headers["age"], json.loads(stale.body)["Bids"]) == ("29", [])
    assert public(me, f"{target}?x=1")["Bids"], "another target is another answer"
    assert me.get("/v1/marketdata/DOGEUSDT/orderbook")["Bids"], "signed market data are fresh"
    me.wait(0.5)
    assert public(me, target)["Bids"]


def test_errors_are_kept_like_answers_but_a_429_is_not():
    me = Visitor(rules=Rules(latency=Latency(0, 0), edge_cache=True))
    first = me.send("GET", "/v1/public/NOPE/orderbook", {})[0]
    me.wait(2.0)
    again = me.send("GET", "/v1/public/NOPE/orderbook", {})[0]
    assert (first.status, again.status, again.headers["age"]) == (400, 400, "2")
    for number in range(30):
        me.send("GET", f"/v1/public/DOGEUSDT/orderbook?n={number}", {})
    assert me.send("GET", "/v1/public/pairs", {})[0].status == 429
    assert me.send("GET", "/v1/public/DOGEUSDT/orderbook?n=1", {})[0].status == 200, "what is kept costs nothing"
    me.wait(60.0 - me.now_s % 60)
    assert me.send("GET", "/v1/public/pairs", {})[0].status == 200


def test_the_cache_is_bounded():
    me = cached()
    for number in range(KEPT_MAX + 10):
        me.send("GET", f"/v1/public/pairs?n={number}", {})
    assert len(me.world.desk._edge._kept) == KEPT_MAX


def test_a_page_of_html_may_come_although_the_order_went_through_and_it_can_be_looked_up():
    me = free(html_400_chance=1.0)
    reply = me.ask("POST", "/v1/orders/limit", limit("BUY", "10", "0.1", customerOrderId="mm-1"))
    assert (reply.status, reply.headers["content-type"], reply.body[:6]) == (400, "text/html", b"<html>")
    (event,) = me.get("/v1/orders/history/detail/customerorderid/mm-1")
    assert event["orderStatusType"] == "Placed"
    refused = me.ask("POST", "/v1/orders/limit", limit("BUY", "1", "0.1"))
    assert json.loads(refused.body)["code"] == -12007, "what is refused is refused in JSON"


def test_half_of_the_writes_may_end_so():
    me = free(html_400_chance=0.5)
    pages = sum(me.ask("DELETE", "/v1/orders").headers.get("content-type") == "text/html" for _ in range(200))
    assert 60 < pages < 140


# ---- maintenance ----------------------------------------------------------------------------------------------------
def test_in_read_only_nothing_is_changed_and_everything_can_be_read():
    me = free()
    mine = me.place("BUY", "10", "0.15")
    me.world.desk.read_only = True
    assert public(me, "/v1/public/status") == {"status": "read-only"}
    answers = [
        me.ask("POST", "/v1/orders/limit", limit("BUY", "10", "0.1")),
        me.ask("DELETE", "/v2/orders/order", {"pair": "DOGEUSDT", "orderId": mine}),
        me.ask("PUT", "/v1/orders/modify", {"pair": "DOGEUSDT", "orderId": mine, "newPrice": "0.1"}),
    ]
    assert [reply.status for reply in answers] == [503] * 3
    assert all(json.loads(reply.body)["code"] < 0 for reply in answers)
    assert [order["orderId"] for order in me.get("/v1/orders/open")] == [mine]
    me.world.desk.read_only = False
    assert me.ask("DELETE", "/v1/orders").status == 200


def test_a_world_without_a_purse_is_an_account_without_money():
    me = Visitor(small_world(funds={}))
    assert me.get("/v1/account/balances?excludeZeroBalances=true") == []
    assert me.get("/v1/account/transactionhistory") == []
