"""Ways of other people's clients that were seen when they were tried here, told in our own words (reference 10)."""

import json

from kit.sandbox_kit import Visitor, limit, signed


def sent(me, verb, target, body, **headers):
    """Exactly these bytes, signed as they are."""
    given = signed(me.account, me.now_s, verb, target, body) | headers
    (reply,) = me.send(verb, target, given, body)
    return reply


def test_a_line_feed_behind_the_body_is_signed_with_it():
    """Go's encoder writes one, and a charset may stand behind the content type."""
    me = Visitor()
    body = json.dumps(limit("BUY", 50, 0.16)).encode() + b"\n"
    reply = sent(me, "POST", "/v2/orders/limit", body, **{"Content-Type": "application/json;charset=utf-8"})
    assert reply.status == 201


def test_an_empty_customer_id_is_none_and_may_be_given_to_many():
    me = Visitor()
    orders = {me.place("BUY", "50", "0.16", customerOrderId="") for _ in range(2)}
    rows = me.get("/v1/orders/open")
    assert {row["orderId"] for row in rows} == orders
    assert not any("customerOrderId" in row for row in rows)


def test_a_number_may_have_an_exponent():
    """As floats are written once they are small or large."""
    me = Visitor()
    body = b'{"side": "buy", "pair": "DOGEUSDT", "quantity": 5e+01, "price": 1.6e-1, "postOnly": false}'
    assert sent(me, "POST", "/v2/orders/limit", body).status == 201
    (row,) = me.get("/v1/orders/open")
    assert (row["price"], row["originalQuantity"]) == ("0.16", "50")


def test_a_cancel_may_name_both_ids_if_one_of_them_is_null():
    me = Visitor()
    order = me.place("BUY", "50", "0.16")
    reply = me.ask("DELETE", "/v1/orders/order", {"pair": "DOGEUSDT", "orderId": order, "customerOrderId": None})
    assert (reply.status, reply.body) == (202, b"")
    assert me.get("/v1/orders/open") == []


def test_an_unsubscribe_on_the_trade_socket_is_not_known_there_and_takes_nothing_away():
    me = Visitor()
    socket = me.open("/ws/trade")
    socket.say({"type": "SUBSCRIBE", "subscriptions": [{"event": "NEW_TRADE", "pairs": ["DOGEUSDT"]}]})
    socket.say({"type": "UNSUBSCRIBE", "subscriptions": [{"event": "NEW_TRADE", "pairs": ["DOGEUSDT"]}]})
    assert socket.kinds() == ["AUTHENTICATED", "SUBSCRIBED", "UNSUPPORTED"]
    me.friend().place("SELL", "50", "0.16")
    me.place("BUY", "50", "0.16")
    assert socket.kinds() == ["NEW_TRADE"]


def test_an_account_socket_may_ask_for_what_it_hears_anyway():
    """One client asks for nine events as soon as the socket is open, without pairs."""
    me = Visitor()
    socket = me.open("/ws/account")
    wanted = ["INSTANT_ORDER_COMPLETED", "ORDER_PROCESSED", "BALANCE_UPDATE", "SEND_STATUS_UPDATE"]
    socket.say({"type": "SUBSCRIBE", "subscriptions": [{"event": event} for event in wanted]})
    told = [frame for frame in socket.heard() if frame["type"] == "SUBSCRIBED"]
    assert [frame["message"] for frame in told] == wanted
