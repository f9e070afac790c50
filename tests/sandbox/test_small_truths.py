"""Details of the wire that the conformance suite has found, as a client meets them (reference 0.3, 2, 3.1, 5.4)."""

import re
from decimal import Decimal

from kit.sandbox_kit import Visitor

NANOSECONDS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z")


def test_the_servers_time_has_nanoseconds_and_a_keys_age_microseconds():
    me = Visitor()
    assert NANOSECONDS.fullmatch(me.get("/v1/public/time")["time"])
    assert me.get("/v1/account/api-keys/current")["addedAt"] == "2023-01-01T00:00:00.000000Z"


def test_an_end_time_is_meant_with_all_of_its_millisecond():
    """A trade is printed to the millisecond; asking up to that very time must show it."""
    me = Visitor()
    friend = me.friend()
    me.wait(0.0006)  # the trade comes within a millisecond, not at its beginning
    friend.place("SELL", "10", "0.16")
    me.now_s = friend.now_s = friend.now_s + 0.0006
    me.place("BUY", "10", "0.16")
    at = me.get("/v1/account/tradehistory")[0]["tradedAt"]
    assert len(me.get(f"/v1/account/tradehistory?startTime={at}&endTime={at}")) == 1
    assert me.get("/v1/account/tradehistory?endTime=2023-11-14T22:13:19.999Z") == []


def test_the_outcome_of_a_change_names_the_order_by_its_own_id_whichever_was_given():
    me = Visitor()
    order = me.place("BUY", "10", "0.15", customerOrderId="mine")
    ear = me.open("/ws/account")
    ear.heard()
    me.ask(
        "PUT",
        "/v1/orders/modify",
        {"customerOrderId": "mine", "pair": "DOGEUSDT", "newPrice": "0.14", "modifyMatchStrategy": "REPRICE"},
    )
    outcome = next(frame["data"] for frame in ear.heard() if frame["type"] == "MODIFY_ORDER_OUTCOME")
    assert (outcome["success"], outcome["orderId"], outcome["customerOrderId"]) == (True, order, "mine")


def test_every_public_reply_says_how_long_the_exchange_took():
    me = Visitor()
    for target in ("/v1/public/time", "/v1/public/status", "/v1/public/pairs", "/v1/public/NOPE/orderbook"):
        assert me.ask("GET", target).headers["x-valr-upstream-service-time"].isdigit()
    assert "x-valr-upstream-service-time" not in me.ask("GET", "/v1/orders/open").headers


def test_the_summary_of_all_pairs_shows_their_markets_and_lets_them_sleep_again():
    """A client that looks for prices there must not be told that nobody trades anything."""
    me = Visitor(crowd=True)
    rows = {row["currencyPair"]: row for row in me.get("/v1/public/marketsummary")}
    assert set(rows) == {"DOGEUSDT", "DOGEZAR"}
    assert all(Decimal(0) < Decimal(row["bidPrice"]) < Decimal(row["askPrice"]) for row in rows.values())
    me.wait(121)
    assert me.world.floor.watched() == ()
