"""Every setting of rules.py, by what a client sees of it: with the default, and with another value."""

import json
from collections.abc import Callable
from dataclasses import fields
from decimal import Decimal
from typing import Any, NamedTuple

import pytest
from kit.sandbox_kit import AT_ONCE, Visitor, limit, signed

from valr_maker.sandbox.rules import Latency, Rules
from valr_maker.wire import endpoints

D = Decimal
MANAGER = ("View access", "Trade", "Internal Transfer")
BOOK = "/v1/public/DOGEUSDT/orderbook"


class Setting(NamedTuple):
    """A value that is not the default, what a client looks at, and what it sees then and else."""

    value: object
    look: Callable[[Visitor], object]
    by_default: object
    then: object


def public(me: Visitor, target: str) -> Any:
    """An unsigned read."""
    return me.send("GET", target, {})[0]


def statuses(me: Visitor, *targets: str) -> list[int]:
    """Of unsigned reads."""
    return [public(me, target).status for target in targets]


def how_far_off(me: Visitor) -> int:
    headers = signed(me.account, me.now_s - 20, "GET", "/v1/orders/open")
    return me.send("GET", "/v1/orders/open", headers)[0].status


def wrongly_signed(me: Visitor) -> int:
    headers = signed(me.account, me.now_s, "GET", "/v1/account/balances")
    return me.send("GET", "/v1/orders/open", headers)[0].status


def thirty_one_reads(me: Visitor) -> int:
    return statuses(me, *[BOOK] * 31)[-1]


def two_budgets(me: Visitor) -> list[int]:
    return [*set(statuses(me, *[BOOK] * 30)), *statuses(me, "/v1/public/pairs")]


def orders_beyond_the_minute(me: Visitor) -> int:
    target, late = "/v2/orders/order", {"pair": "DOGEUSDT", "orderId": "nobody's"}
    for _ in range(endpoints.IP_MINUTE.calls // 400):
        for _ in range(400):
            me.ask("DELETE", target, late)
        me.wait(1.0)
    return me.ask("DELETE", target, late).status


def limited_page(me: Visitor) -> str:
    for _ in range(30):
        public(me, BOOK)
    return str(public(me, BOOK).headers["content-type"])


def retry_after(me: Visitor) -> str | None:
    for _ in range(30):
        public(me, BOOK)
    found: str | None = public(me, BOOK).headers.get("retry-after")
    return found


def third_socket(me: Visitor) -> list[str]:
    me.open("/ws/trade", {})
    me.open("/ws/trade", {})
    return me.open("/ws/trade", {}).kinds()


def second_socket_of_a_key(me: Visitor) -> tuple[int, str] | None:
    me.open("/ws/account")
    return me.open("/ws/account").ended


def three_pairs(me: Visitor) -> list[str]:
    socket = me.open("/ws/trade", {})
    socket.say({"type": "SUBSCRIBE", "subscriptions": [{"event": "NEW_TRADE", "pairs": ["DOGEUSDT", "DOGEZAR"]}]})
    return socket.kinds()


def a_book_a_second_later(me: Visitor) -> int:
    public(me, BOOK)
    me.place("BUY", "10", "0.1")
    me.wait(1.0)
    return len(json.loads(public(me, BOOK).body)["Bids"])


def an_order_behind_the_front_end(me: Visitor) -> tuple[int, int]:
    reply = me.ask("POST", "/v2/orders/limit", limit("BUY", "10", "0.1"))
    return reply.status, len(me.get("/v1/orders/open"))


def refused_on_the_socket(me: Visitor) -> list[str]:
    socket = me.open("/ws/account")
    socket.heard()
    socket.say({"type": "PLACE_LIMIT_ORDER", "payload": limit("BUY", "1", "0.1")})
    socket.say({"type": "CANCEL_LIMIT_ORDER", "payload": {"pair": "NOPE", "orderId": "x"}})
    socket.say({"type": "MODIFY_ORDER", "payload": {"pair": "NOPE", "orderId": "x"}})
    return socket.kinds()


def unheard_of(me: Visitor) -> list[str]:
    socket = me.open("/ws/trade", {})
    socket.say({"type": "SING"})
    return socket.kinds()


def unsigned_trade_socket(me: Visitor) -> list[str]:
    return me.open("/ws/trade", {}).kinds()


def resting_quietly(me: Visitor) -> list[str]:
    socket = me.open("/ws/account")
    socket.heard()
    me.place("BUY", "10", "0.1")
    return [kind for kind in socket.kinds() if kind == "ORDER_STATUS_UPDATE"]


def first_of_an_order(me: Visitor) -> str:
    socket = me.open("/ws/account")
    socket.heard()
    socket.say({"type": "PLACE_LIMIT_ORDER", "payload": limit("BUY", "10", "0.1")})
    return socket.kinds()[0]


def what_histories_show(me: Visitor) -> list[int]:
    """Lines of the founding of the account, and a print, of long ago."""
    friend = me.friend()
    friend.place("SELL", "10", "0.16")
    me.place("BUY", "10", "0.16")
    me.wait(3 * 86_400.0)
    asked = [f"&startTime=2022-01-01T00:00:00Z{end}" for end in ("", "&endTime=2030-01-01T00:00:00Z")]
    targets = ("/v1/account/transactionhistory?", "/v1/account/tradehistory?", "/v1/orders/history?")
    shown = [len(me.get(target)) for target in (*targets, "/v1/marketdata/DOGEUSDT/tradehistory")]
    assert [len(me.get(target + more)) for target in targets for more in asked] == [4, 4, 1, 1, 1, 1], "if asked for"
    return shown


def lower_case_side(me: Visitor) -> list[int]:
    socket = me.open("/ws/account")
    socket.heard()
    socket.say({"type": "PLACE_LIMIT_ORDER", "payload": limit("buy", "10", "0.1")})
    socket.say({"type": "PLACE_MARKET_ORDER", "payload": {"pair": "DOGEUSDT", "side": "buy", "baseAmount": "10"}})
    refused = sum("error" in frame for frame in socket.heard())
    stop = limit("sell", "10", "0.1", stopPrice="0.12", type="STOP_LOSS_LIMIT")
    batch = {"requests": [{"type": "PLACE_LIMIT", "data": limit("sell", "10", "0.3")}]}
    accepted = json.loads(me.ask("POST", "/v1/batch/orders", batch).body)["outcomes"][0]["accepted"]
    placed = [me.ask("POST", f"/v2/orders/{kind}", body).status for kind, body in (
        ("limit", limit("Buy", "10", "0.1")), ("stop/limit", stop),
    )]  # fmt: skip
    return [refused, int(accepted), *placed]


def market_in_a_wide_book(me: Visitor) -> str:
    friend = me.friend()
    friend.place("SELL", "10", "0.16")
    friend.place("SELL", "10", "0.17")
    body = {"pair": "DOGEUSDT", "side": "BUY", "baseAmount": "20"}
    placed = json.loads(me.ask("POST", "/v2/orders/market", body).body)["id"]
    return str(me.get(f"/v1/orders/DOGEUSDT/orderid/{placed}")["orderStatusType"])


def limit_in_a_wide_book(me: Visitor) -> tuple[str, str]:
    me.friend().place("SELL", "10", "0.16")
    me.place("BUY", "20", "0.3")
    (order,) = me.get("/v1/orders/open")
    return order["price"], order["remainingQuantity"]


def code_of(**wish: object) -> Callable[[Visitor], int]:
    """The code with which v2 refuses an order, beside one sale @ 0.16 and an open order `mine`."""

    def look(me: Visitor) -> int:
        me.friend().place("SELL", "10", "0.16")
        me.place("BUY", "10", "0.1", customerOrderId="mine")
        body = json.loads(me.ask("POST", "/v2/orders/limit", limit("BUY", "20", "0.16", **wish)).body)
        assert body["orderId"]
        return int(body["code"])

    return look


def end_of(tif: str) -> Callable[[Visitor], str]:
    """How an order ends that found nobody."""

    def look(me: Visitor) -> str:
        body = limit("BUY", "10", "0.1", timeInForce=tif)
        (order,) = [json.loads(me.ask("POST", "/v1/orders/limit", body).body)]
        return str(me.get(f"/v1/orders/DOGEUSDT/orderid/{order['id']}")["orderStatusType"])

    return look


def an_id_again(me: Visitor) -> list[int]:
    wish = limit("BUY", "10", "0.1", timeInForce="IOC", customerOrderId="again")
    codes = [me.ask("POST", "/v2/orders/limit", wish).status for _ in range(2)]
    me.wait(11.0)
    return [*codes, me.ask("POST", "/v2/orders/limit", wish).status]


def simple_fee(me: Visitor) -> tuple[str, str]:
    me.friend().place("SELL", "100", "0.16")
    body = {"payInCurrency": "USDT", "payAmount": "1.6", "side": "BUY"}
    quote = json.loads(me.ask("POST", "/v1/simple/DOGEUSDT/quote", body).body)
    (row,) = [row for row in me.get("/v1/account/fees/trade") if row["currencyPair"] == "DOGEUSDT"]
    return quote["fee"], row["simplePercentage"]


def answered_at_once(me: Visitor) -> tuple[int, int]:
    headers = signed(me.account, me.now_s, "GET", "/v1/orders/open")
    replies = me.send("GET", "/v1/orders/open", headers)
    at_once = len(replies)
    me.wait(0.5)
    return at_once, len(replies)


def a_transfer(me: Visitor) -> bytes:
    manager = Visitor(me.world, me.world.create_account("manager", {"USDT": D(5)}, MANAGER))
    sub = json.loads(manager.ask("POST", "/v1/account/subaccount", {"label": "desk"}).body)["id"]
    body = {"fromId": 0, "toId": int(sub), "currencyCode": "USDT", "amount": "1", "allowBorrow": False}
    reply = manager.ask("POST", "/v1/account/subaccounts/transfer", body)
    assert reply.status == 202
    return reply.body


def behind_a_firewall(me: Visitor) -> tuple[int, str, int]:
    target, late = "/v2/orders/limit", limit("BUY", "10", "0.1")
    reply = me.ask("POST", target, late)
    return reply.status, reply.headers["content-type"], len(me.world.exchange.open_orders(me.account.id))


def what_money_is_worth(me: Visitor) -> set[Any]:
    held = {row["currency"]: row for row in me.get("/v1/account/balances")}["USDT"]
    told = [frame["data"] for frame in me.open("/ws/account").heard() if frame["type"] == "BALANCE_UPDATE"]
    return {one.get("referenceCurrency") for one in (held, *told)}


SETTINGS = {
    "latency": Setting(Latency(0.5, 0.5), answered_at_once, (1, 1), (0, 1)),
    "timestamp_window_s": Setting(10.0, how_far_off, 200, 401),
    "bad_signature_status": Setting(403, wrongly_signed, 401, 403),
    "limits_enforced": Setting(False, thirty_one_reads, 429, 200),
    "public_budget_shared": Setting(False, two_budgets, [200, 429], [200, 200]),
    "v2_spares_minutes": Setting(False, orders_beyond_the_minute, 400, 429),
    "html_when_limited": Setting(True, limited_page, "application/json", "text/html"),
    "retry_after_s": Setting(7, retry_after, None, "7"),
    "connections_per_minute": Setting(2, third_socket, [], ["RATE_LIMIT_EXCEEDED"]),
    "sockets_per_key": Setting(1, second_socket_of_a_key, None, (1013, "")),
    "pairs_per_subscription": Setting(1, three_pairs, ["SUBSCRIBED"] * 2, ["ERROR"]),
    "edge_cache": Setting(True, a_book_a_second_later, 1, 0),
    "html_400_chance": Setting(1.0, an_order_behind_the_front_end, (201, 1), (400, 1)),
    "invalid_frames": Setting(
        True,
        refused_on_the_socket,
        ["PLACE_LIMIT_WS_RESPONSE", "CANCEL_ORDER_WS_RESPONSE", "MODIFY_ORDER_WS_RESPONSE"],
        ["INVALID_PLACE_LIMIT_REQUEST", "INVALID_CANCEL_ORDER_REQUEST", "INVALID_MODIFY_WS_REQUEST"],
    ),
    "unknown_frame_is_error": Setting(True, unheard_of, ["UNSUPPORTED"], ["ERROR"]),
    "unsigned_trade_authenticated": Setting(True, unsigned_trade_socket, [], ["AUTHENTICATED"]),
    "placed_frame": Setting(True, resting_quietly, [], ["ORDER_STATUS_UPDATE"]),
    "ack_after_events": Setting(True, first_of_an_order, "PLACE_LIMIT_WS_RESPONSE", "ORDER_PROCESSED"),
    "html_403_chance": Setting(1.0, behind_a_firewall, (201, "application/json", 1), (403, "text/html", 0)),
    "reference_totals": Setting(False, what_money_is_worth, {"USDC"}, {None}),
    "transfer_answers_id": Setting(True, a_transfer, b"", b'{"id":"600001"}'),
    "history_window_days": Setting(2, what_histories_show, [4, 1, 1, 1], [0, 0, 0, 0]),
    "upper_case_only": Setting(True, lower_case_side, [0, 1, 201, 201], [2, 0, 400, 400]),
    "slippage_band_pct": Setting(D(10), market_in_a_wide_book, "Partially Filled Due To Slippage", "Filled"),
    "limits_repriced": Setting(True, limit_in_a_wide_book, ("0.3", "10"), ("0.168", "10")),
    "post_only_code": Setting(-91, code_of(postOnly=True), -11, -91),
    "duplicate_id_code": Setting(-92, code_of(customerOrderId="mine"), -11, -92),
    "unfilled_code": Setting(-93, code_of(timeInForce="FOK"), -11, -93),
    "fok_status": Setting("Cancelled", end_of("FOK"), "Failed", "Cancelled"),
    "ioc_empty_status": Setting("Failed", end_of("IOC"), "Cancelled", "Failed"),
    "customer_id_burnt_s": Setting(10.0, an_id_again, [201, 201, 201], [201, 400, 201]),
    "simple_pct": Setting(D(5), simple_fee, ("0.16", "1.6"), ("0.5", "5")),
}


def test_there_is_a_story_of_every_setting():
    assert SETTINGS.keys() == {field.name for field in fields(Rules)}


@pytest.mark.parametrize("name", SETTINGS)
def test_a_setting_is_seen_by_a_client(name):
    setting = SETTINGS[name]
    assert setting.look(Visitor(rules=Rules(latency=AT_ONCE))) == setting.by_default
    rules = {"latency": AT_ONCE, name: setting.value}
    me = Visitor(rules=Rules(**rules), latency=rules["latency"])  # type: ignore[arg-type]  # one of its own fields
    assert setting.look(me) == setting.then
    assert setting.by_default != setting.then
