"""Accounts of one family, keys, fee tiers and histories as a client sees them, story by story (reference 1.5, 3.1, 3.5, 7.4)."""

import json
from decimal import Decimal
from typing import Any

import pytest
from kit.sandbox_kit import PURSE, Visitor, limit, signed, small_world

from valr_maker.sandbox import volumes
from valr_maker.sandbox.accounts import Key
from valr_maker.sandbox.calls import Reply, Request
from valr_maker.wire import sign

D = Decimal
MANAGER = ("View access", "Trade", "Internal Transfer")


def said(reply: Reply) -> tuple[int, Any]:
    """Status and JSON, None for an empty body."""
    return reply.status, json.loads(reply.body or b"null")


def manager() -> Visitor:
    """A client whose key may move money between its accounts."""
    world = small_world()
    return Visitor(world, world.create_account("manager", PURSE, MANAGER))


def new_sub(me: Visitor, label: str = "desk one") -> str:
    """A sub-account; its id."""
    status, body = said(me.ask("POST", "/v1/account/subaccount", {"label": label}))
    assert status == 200
    me.wait(1.0)  # one a second may be made
    return str(body["id"])


def as_sub(me: Visitor, sub: str, verb: str, target: str, body: object = None) -> Reply:
    """The primary key acts for a sub-account."""
    raw = b"" if body is None else json.dumps(body).encode()
    key, secret, now_ms = me.account.key, me.account.secret, int(me.now_s * 1000)
    headers = dict(sign.headers(key, secret, now_ms, verb, target, raw, sub)) | {"Content-Type": "application/json"}
    return me.send(verb, target, headers, raw)[0]


def transfer(me: Visitor, giver: object, taker: object, amount: object, currency: str = "USDT") -> Reply:
    """Money from one of the family to another."""
    body = {"fromId": giver, "toId": taker, "currencyCode": currency, "amount": amount}
    return me.ask("POST", "/v1/account/subaccounts/transfer", body)


def remove(me: Visitor, sub: str) -> Reply:
    """A sub-account shall go."""
    return me.ask("DELETE", "/v1/account/subaccount", {"id": sub})


def purse(me: Visitor, sub: str) -> dict[str, str]:
    """What a sub-account has in all."""
    held = said(as_sub(me, sub, "GET", "/v1/account/balances?excludeZeroBalances=true"))[1]
    return {row["currency"]: row["total"] for row in held}


# ---- sub-accounts ---------------------------------------------------------------------------------------------------
def test_a_sub_account_is_made_listed_renamed_and_removed():
    me = manager()
    first, second = new_sub(me), new_sub(me, "desk two")
    assert first.isdigit()
    primary = {"label": "Primary", "id": "0"}
    assert me.get("/v1/account/subaccounts") == [
        {"label": "desk two", "id": second},
        {"label": "desk one", "id": first},
        primary,
    ]
    renamed = me.ask("PUT", "/v1/account/subaccount", {"id": int(first), "label": "desk zero"})
    assert (renamed.status, renamed.body) == (202, b"")
    assert me.ask("PUT", "/v1/account/subaccount", {"id": second, "label": "desk two"}).status == 202, "its own label"
    assert me.get(f"/v1/account/subaccount/{first}") == {"label": "desk zero", "id": first}
    assert me.get("/v1/account/subaccount/0") == primary
    removed = remove(me, first)
    assert (removed.status, removed.body) == (204, b"")
    assert me.get("/v1/account/subaccounts") == [{"label": "desk two", "id": second}, primary]
    assert me.ask("GET", f"/v1/account/subaccount/{first}").status == 404
    assert as_sub(me, first, "GET", "/v1/account/balances").status == 400
    assert new_sub(me, "desk zero") != first, "its label is free again"


def test_labels_are_unique_and_not_empty():
    me = manager()
    new_sub(me)
    other = new_sub(me, "desk two")
    taken = {"code": -11132, "message": "A subaccount with that label already exists"}
    assert said(me.ask("POST", "/v1/account/subaccount", {"label": "desk one"})) == (403, taken)
    assert said(me.ask("PUT", "/v1/account/subaccount", {"id": other, "label": "desk one"})) == (403, taken)
    for label in ("", "  ", "x" * 65):
        me.wait(1.0)
        assert said(me.ask("POST", "/v1/account/subaccount", {"label": label}))[1]["code"] == -11


def test_one_sub_account_a_second_and_2000_in_all(monkeypatch):
    me = manager()
    assert [me.ask("POST", "/v1/account/subaccount", {"label": label}).status for label in "ab"] == [200, 429]
    monkeypatch.setattr("valr_maker.sandbox.accounts.SUB_ACCOUNTS_MAX", 1)
    me.wait(1.0)
    assert said(me.ask("POST", "/v1/account/subaccount", {"label": "b"}))[1]["code"] == -11136


def test_only_an_empty_sub_account_can_be_removed():
    me = manager()
    sub = new_sub(me)
    transfer(me, "0", sub, "10")
    order = limit("BUY", "10", "0.1")
    as_sub(me, sub, "POST", "/v2/orders/limit", order)
    held = {"code": -11163, "message": "Cannot disable sub account with balances"}
    assert said(remove(me, sub)) == (400, held)
    as_sub(me, sub, "DELETE", "/v1/orders")
    transfer(me, sub, "0", "10")
    assert remove(me, sub).status == 204


def test_a_socket_of_a_removed_sub_account_gets_answers_and_no_orders():
    me = manager()
    sub = new_sub(me)
    headers = sign.headers(me.account.key, me.account.secret, int(me.now_s * 1000), "GET", "/ws/account", b"", sub)
    socket = me.open("/ws/account", headers)
    remove(me, sub)
    socket.heard()
    socket.say({"type": "PLACE_LIMIT_ORDER", "payload": limit("BUY", "10", "0.1")})
    assert socket.heard()[-1]["data"]["failedReason"] == "Insufficient Balance"


def test_money_moves_between_the_accounts_of_a_family_and_both_histories_say_so():
    me = manager()
    sub = new_sub(me)
    socket = me.open("/ws/account")
    socket.heard()
    assert said(transfer(me, "0", sub, "12.5")) == (202, None)
    assert [frame["type"] for frame in socket.heard()] == ["BALANCE_UPDATE", "NEW_ACCOUNT_HISTORY_RECORD"]
    assert purse(me, sub) == {"USDT": "12.5"}
    out = me.get("/v1/account/transactionhistory?transactionTypes=INTERNAL_TRANSFER")[0]
    came = said(as_sub(me, sub, "GET", "/v1/account/transactionhistory"))[1][0]
    assert (out["debitCurrency"], out["debitValue"], came["creditValue"]) == ("USDT", "12.5", "12.5")
    assert transfer(me, sub, 0, 2.5).status == 202, "numbers will do"
    assert purse(me, sub) == {"USDT": "10"}
    rows = {row["account"]["label"]: row["balances"] for row in me.get("/v1/account/balances/all")}
    assert [row["total"] for row in rows["Primary"] if row["currency"] == "USDT"] == ["990"]
    assert [row["total"] for row in rows["desk one"]] == ["10"]


@pytest.mark.parametrize(
    ("giver", "taker", "amount", "currency", "code"),
    [
        ("0", "sub", "1000.01", "USDT", -6),
        ("sub", "0", "0.01", "USDT", -6),
        ("0", "0", "1", "USDT", -11133),
        ("0", "777", "1", "USDT", -11133),
        ("0", "stranger", "1", "USDT", -11133),
        ("0", "sub", "1", "NOPE", -11),
        ("0", "sub", "0", "USDT", -11),
        ("0", "sub", "-1", "USDT", -11),
        ("0", "sub", "NaN", "USDT", -11),
    ],
)
def test_a_transfer_that_cannot_be_moves_nothing(giver, taker, amount, currency, code):
    me = manager()
    names = {"sub": new_sub(me), "stranger": me.friend().account.id}
    before = me.get("/v1/account/balances/all")
    status, body = said(transfer(me, names.get(giver, giver), names.get(taker, taker), amount, currency))
    assert (status, body["code"]) == (400, code)
    assert me.get("/v1/account/balances/all") == before


def test_a_transfer_needs_a_permission_of_its_own():
    me = Visitor()
    sub = new_sub(me)
    status, body = said(transfer(me, "0", sub, "1"))
    assert (status, body["message"]) == (403, "Internal transfer not permitted for this key")


def test_a_primary_key_acts_for_a_sub_account_with_the_header_signed():
    me = manager()
    sub = new_sub(me)
    transfer(me, "0", sub, "10")
    assert as_sub(me, sub, "POST", "/v2/orders/limit", limit("BUY", "10", "0.1")).status == 201
    assert me.get("/v1/orders/open") == []
    assert len(said(as_sub(me, sub, "GET", "/v1/orders/open"))[1]) == 1
    for own in ("0", me.account.id):
        assert said(as_sub(me, own, "GET", "/v1/orders/open")) == (200, [])
    headers = signed(me.account, me.now_s, "GET", "/v1/orders/open") | {"X-VALR-SUB-ACCOUNT-ID": sub}
    assert said(me.send("GET", "/v1/orders/open", headers)[0])[1]["code"] == -11252, "not signed over"
    assert as_sub(me, me.friend().account.id, "GET", "/v1/orders/open").status == 400, "a stranger's"


def test_its_socket_hears_the_sub_account_alone():
    me = manager()
    sub = new_sub(me)
    transfer(me, "0", sub, "10")
    headers = sign.headers(me.account.key, me.account.secret, int(me.now_s * 1000), "GET", "/ws/account", b"", sub)
    theirs, mine = me.open("/ws/account", headers), me.open("/ws/account")
    assert [frame["data"]["total"] for frame in theirs.heard() if frame["type"] == "BALANCE_UPDATE"] == ["10"]
    mine.heard()
    theirs.say({"type": "PLACE_LIMIT_ORDER", "payload": limit("BUY", "10", "0.1")})
    assert "ORDER_PROCESSED" in theirs.kinds() and mine.heard() == []


def test_accounts_of_one_family_trade_with_each_other():
    me = manager()
    sub = new_sub(me)
    transfer(me, "0", sub, "10")
    me.place("SELL", "10", "0.16")
    assert as_sub(me, sub, "POST", "/v2/orders/limit", limit("BUY", "10", "0.16")).status == 201
    assert purse(me, sub) == {"DOGE": "9.99", "USDT": "8.4"}


@pytest.mark.parametrize(
    ("verb", "target", "body"),
    [
        ("GET", "/v1/account/balances/all", None),
        ("GET", "/v1/account/subaccounts", None),
        ("GET", "/v1/account/subaccount/1", None),
        ("POST", "/v1/account/subaccount", {"label": "x"}),
        ("PUT", "/v1/account/subaccount", {"label": "x", "id": "1"}),
        ("DELETE", "/v1/account/subaccount", {"id": "1"}),
        ("GET", "/v1/account/transactionhistory/subaccounts", None),
        (
            "POST",
            "/v1/account/subaccounts/transfer",
            {"fromId": "0", "toId": "1", "currencyCode": "USDT", "amount": "1"},
        ),
    ],
)
def test_the_calls_of_a_primary_account_are_401_for_a_sub_account(verb, target, body):
    me = manager()
    sub = new_sub(me)
    own_key = me.world.exchange.accounts.add_key(sub, "sub's own", MANAGER)
    raw = b"" if body is None else json.dumps(body).encode()
    headers = sign.headers(own_key.key, own_key.secret, int(me.now_s * 1000), verb, target, raw)
    for reply in (
        as_sub(me, sub, verb, target, body),
        me.send(verb, target, dict(headers) | {"Content-Type": "application/json"}, raw)[0],
    ):
        assert (reply.status, json.loads(reply.body)["message"]) == (401, "Only the primary account may do this")


# ---- keys -----------------------------------------------------------------------------------------------------------
def with_key(me: Visitor, key: Key, target: str, address: str = "127.0.0.1") -> tuple[int, Any]:
    """A read with another key, from some address."""
    headers = sign.headers(key.key, key.secret, int(me.now_s * 1000), "GET", target)
    replies: list[Reply] = []
    me.world.request(Request("GET", target, headers, b"", address), me.now_s, replies.append)
    return said(replies[0])


def test_a_key_says_what_it_may_do_and_from_where():
    me = manager()
    sub = new_sub(me)
    accounts = me.world.exchange.accounts
    key = accounts.add_key(sub, "office", ("View access",), ("10.0.0.0/8", "192.0.2.7"), me.now_s)
    assert with_key(me, key, "/v1/account/api-keys/current", "10.1.2.3") == (
        200,
        {
            "label": "office",
            "permissions": ["View access"],
            "addedAt": "2023-11-14T22:13:21.000000Z",
            "isSubAccount": True,
            "allowedIpAddressCidr": "10.0.0.0/8,192.0.2.7/32",
        },
    )
    assert "allowedIpAddressCidr" not in me.get("/v1/account/api-keys/current")


@pytest.mark.parametrize(
    ("address", "status"), [("10.1.2.3", 200), ("192.0.2.7", 200), ("192.0.2.8", 401), ("127.0.0.1", 401), ("?", 401)]
)
def test_a_confined_key_works_from_its_networks_alone(address, status):
    me = Visitor()
    key = me.world.exchange.accounts.add_key(me.account.id, "office", MANAGER, ("10.0.0.0/8", "192.0.2.7"))
    got, body = with_key(me, key, "/v1/account/balances", address)
    assert got == status
    if status == 401:
        assert body == {"code": -11272, "message": "The originating IP Address has not been whitelisted."}


def test_a_confined_keys_socket_is_closed_elsewhere():
    me = Visitor()
    key = me.world.exchange.accounts.add_key(me.account.id, "office", MANAGER, ("10.0.0.0/8",))
    headers = sign.headers(key.key, key.secret, int(me.now_s * 1000), "GET", "/ws/account")
    assert me.open("/ws/account", headers).ended is not None


def test_a_key_without_view_access_reads_nothing_and_a_forgotten_one_is_unknown():
    me = Visitor()
    accounts = me.world.exchange.accounts
    key = accounts.add_key(me.account.id, "blind", ("Trade",))
    assert with_key(me, key, "/v1/orders/open")[0] == 403
    accounts.forget_key(key.key)
    assert with_key(me, key, "/v1/orders/open")[1]["code"] == -11252


# ---- fee tiers ------------------------------------------------------------------------------------------------------
def fee_of(me: Visitor, pair: str) -> tuple[str, str]:
    """Maker and taker in percent."""
    (row,) = [row for row in me.get("/v1/account/fees/trade") if row["currencyPair"] == pair]
    return row["makerPercentage"], row["takerPercentage"]


def test_volume_lowers_the_fees_from_the_next_day_on_for_thirty_days():
    world = small_world(funds={"USDT": D(1_000_000), "DOGE": D(1_000_000)})
    me = Visitor(world)
    friend = Visitor(world, world.create_account("rich", {"USDT": D(1_000_000), "DOGE": D(1_000_000)}))
    friend.place("SELL", "320000", "0.16")
    for part in ("200000", "120000"):
        me.place("BUY", part, "0.16")  # 51 200 USDT for each of them, neither part enough by itself
    assert fee_of(me, "DOGEUSDT") == ("0.08", "0.1")
    me.wait(volumes.DAY_S)
    assert fee_of(me, "DOGEUSDT") == ("0.07", "0.09") and fee_of(me, "DOGEZAR") == ("0.1", "0.25")
    me.wait(29 * volumes.DAY_S)
    assert fee_of(me, "DOGEUSDT") == ("0.07", "0.09")
    me.wait(volumes.DAY_S)
    assert fee_of(me, "DOGEUSDT") == ("0.08", "0.1"), "the day has left the window"


def test_the_lower_fee_is_what_is_paid():
    world = small_world(funds={"USDT": D(1_000_000)})
    me, friend = Visitor(world), Visitor(world, world.create_account("rich", {"DOGE": D(1_000_000)}))
    friend.place("SELL", "330000", "0.16")
    me.place("BUY", "320000", "0.16")
    me.wait(volumes.DAY_S)
    friend.now_s = me.now_s
    me.place("BUY", "10000", "0.16")
    newest, oldest = me.get("/v1/account/tradehistory")
    assert (oldest["fee"], newest["fee"]) == ("320", "9")


def test_a_family_counts_together_and_rand_count_at_their_worth():
    me = manager()
    sub, exchange = new_sub(me), me.world.exchange
    exchange.volumes.count(me.account.id, "ZAR", D(900_000), me.now_s)  # a dollar is some 17.3 rand here
    assert exchange.fee_rates(sub, "DOGEUSDT", me.now_s + volumes.DAY_S).taker_pct == D("0.09")
    assert exchange.fee_rates(me.friend().account.id, "DOGEUSDT", me.now_s + volumes.DAY_S).taker_pct == D("0.10")


def test_a_tier_that_was_set_holds_unless_the_volume_earns_a_better_one():
    me = Visitor()
    me.account.tier = 5
    assert fee_of(me, "DOGEUSDT") == ("0.04", "0.06")
    me.world.exchange.volumes.count(me.account.id, "USDT", D(300_000_000), me.now_s)
    me.wait(volumes.DAY_S)
    assert fee_of(me, "DOGEUSDT") == ("0", "0.035")


def test_a_makers_reward_stands_in_the_trade_in_place_of_a_fee_and_as_a_line_of_its_own():
    me = Visitor()
    me.account.tier = 7
    friend = me.friend()
    socket = me.open("/ws/account")
    me.ask("POST", "/v2/orders/limit", limit("BUY", "10", "2.5") | {"pair": "DOGEZAR"})
    socket.heard()
    friend.ask("POST", "/v2/orders/limit", limit("SELL", "10", "2.5") | {"pair": "DOGEZAR"})
    (trade,) = me.get("/v1/account/tradehistory")
    assert (trade["makerReward"], trade["makerRewardCurrency"]) == ("0.0025", "ZAR") and "fee" not in trade
    reward, bought = me.get("/v1/account/transactionhistory?limit=2")
    assert (reward["transactionType"]["type"], reward["creditCurrency"], reward["creditValue"]) == (
        "MAKER_REWARD", "ZAR", "0.0025",
    )  # fmt: skip
    assert (bought["creditValue"], bought["debitValue"]) == ("10", "25") and "feeValue" not in bought
    frames = socket.heard()
    kinds = [f["data"]["transactionType"]["type"] for f in frames if f["type"] == "NEW_ACCOUNT_HISTORY_RECORD"]
    assert sorted(kinds) == ["LIMIT_BUY", "MAKER_REWARD"]


# ---- the history of transactions ------------------------------------------------------------------------------------
def traded() -> Visitor:
    """A client that got money, bought ten and sold five, an hour apart."""
    me = Visitor()
    friend = me.friend()
    friend.place("SELL", "10", "0.16")
    me.place("BUY", "10", "0.16")
    me.wait(3600.0)
    friend.now_s = me.now_s
    friend.place("BUY", "5", "0.15")
    me.ask("POST", "/v2/orders/market", {"pair": "DOGEUSDT", "side": "SELL", "baseAmount": "5"})
    return me


def test_a_bought_amount_is_net_of_the_fee_and_what_was_paid_is_exact():
    bought = traded().get("/v1/account/transactionhistory?transactionTypes=LIMIT_BUY")[0]
    assert {
        "debitCurrency": "USDT", "debitValue": "1.6", "creditCurrency": "DOGE", "creditValue": "9.99",
        "feeCurrency": "DOGE", "feeValue": "0.01",
    }.items() <= bought.items()  # fmt: skip
    info = bought["additionalInfo"]
    assert (info["costPerCoin"], info["costPerCoinSymbol"], info["currencyPairSymbol"]) == (0.16, "USDT", "DOGEUSDT")


def types_of(me: Visitor, query: str) -> list[str]:
    """The types of what a query finds, newest first."""
    return [row["transactionType"]["type"] for row in me.get(f"/v1/account/transactionhistory?{query}")]


@pytest.mark.parametrize(
    ("query", "types"),
    [
        ("limit=3", ["MARKET_SELL", "LIMIT_BUY", "FIAT_DEPOSIT"]),
        ("skip=1&limit=1", ["LIMIT_BUY"]),
        ("transactionTypes=LIMIT_BUY,market_sell", ["MARKET_SELL", "LIMIT_BUY"]),
        ("currency=ZAR", ["FIAT_DEPOSIT"]),
        ("currency=usdt", ["MARKET_SELL", "LIMIT_BUY", "BLOCKCHAIN_RECEIVE"]),
        ("startTime=2023-11-14T23:00:00Z", ["MARKET_SELL"]),
        ("startTime=2023-11-01T00:00:00Z&endTime=2023-11-14T23:00:00Z", ["LIMIT_BUY"]),
        ("transactionTypes=NOPE", []),
    ],
)
def test_transactions_can_be_filtered_and_paged(query, types):
    assert types_of(traded(), query) == types


def test_transactions_go_on_before_an_id_that_was_seen():
    me = traded()
    newest = me.get("/v1/account/transactionhistory?limit=1")[0]["id"]
    assert types_of(me, f"beforeId={newest}&limit=1") == ["LIMIT_BUY"]
    assert types_of(me, "limit=1000") == types_of(me, "")


def test_every_currencys_transactions_add_up_to_its_balance():
    me = traded()
    sums: dict[str, Decimal] = {}
    for row in me.get("/v1/account/transactionhistory"):
        for name, sign_ in (("debit", -1), ("credit", 1)):
            if f"{name}Value" in row:
                currency = row[f"{name}Currency"]
                sums[currency] = sums.get(currency, D(0)) + sign_ * D(row[f"{name}Value"])
    totals = {row["currency"]: D(row["total"]) for row in me.get("/v1/account/balances?excludeZeroBalances=true")}
    assert sums == totals


def test_own_trades_can_be_paged_by_id_and_by_time():
    me = traded()
    newest, oldest = me.get("/v1/account/tradehistory")
    assert me.get(f"/v1/account/tradehistory?beforeId={newest['id']}") == [oldest]
    assert me.get("/v1/account/tradehistory?endTime=2023-11-14T23:00:00Z") == [oldest]
    assert me.get("/v1/account/tradehistory?limit=1") == [newest]
    assert me.get("/v1/account/DOGEUSDT/tradehistory?skip=1") == [oldest]
    assert me.get("/v1/account/DOGEZAR/tradehistory") == []


# ---- the history of orders ------------------------------------------------------------------------------------------
def busy() -> Visitor:
    """One order of each end: filled, cancelled in part, cancelled untouched, failed, and one that is open."""
    me = Visitor()
    friend = me.friend()
    friend.place("SELL", "10", "0.16")
    me.place("BUY", "10", "0.16", customerOrderId="filled")
    friend.place("SELL", "5", "0.16")
    me.place("BUY", "10", "0.16", timeInForce="IOC", customerOrderId="part")
    me.place("BUY", "10", "0.15", timeInForce="IOC", customerOrderId="untouched")
    me.ask("POST", "/v2/orders/limit", limit("BUY", "100000", "0.15", customerOrderId="failed"))
    me.wait(3600.0)
    other = limit("SELL", "10", "3", customerOrderId="rand", timeInForce="IOC") | {"pair": "DOGEZAR"}
    me.ask("POST", "/v2/orders/limit", other)
    me.place("BUY", "10", "0.15", customerOrderId="open")
    return me


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["failed", "part", "filled"]),
        ("showZeroVolumeCancels=true", ["rand", "failed", "untouched", "part", "filled"]),
        ("excludeFailures=true", ["part", "filled"]),
        ("statuses=FILLED", ["filled"]),
        ("statuses=filled,CANCELLED", ["part", "filled"]),
        ("statuses=PLACED", ["open"]),
        ("currencyPair=DOGEZAR&showZeroVolumeCancels=true", ["rand"]),
        ("currencyPair=DOGEZAR,dogeusdt", ["failed", "part", "filled"]),
        ("skip=1&limit=1", ["part"]),
        ("startTime=2023-11-14T23:00:00Z&showZeroVolumeCancels=true", ["rand"]),
        ("endTime=2023-11-14T23:00:00Z", ["failed", "part", "filled"]),
    ],
)
def test_the_order_history_can_be_filtered(query, names):
    found = busy().get(f"/v1/orders/history?{query}")
    assert [order["customerOrderId"] for order in found] == names


def test_a_finished_order_adds_up_its_fills():
    me = busy()
    (order,) = me.get("/v1/orders/history?statuses=CANCELLED")
    assert {
        "averagePrice": "0.16", "total": "0.8", "totalExecutedQuantity": "5", "totalFee": "0.005", "feeCurrency": "DOGE",
        "remainingQuantity": "5", "originalQuantity": "10", "orderStatusType": "Cancelled", "failedReason": "",
    }.items() <= order.items()  # fmt: skip
    assert me.get("/v1/orders/history/summary/customerorderid/part") == order
    assert me.get(f"/v1/orders/history/summary/orderid/{order['orderId']}") == order


def test_a_summary_is_of_finished_orders_alone():
    me = busy()
    for named in ("open", "nobody"):
        assert me.ask("GET", f"/v1/orders/history/summary/customerorderid/{named}").status == 404


def test_the_events_of_an_order_are_newest_first_and_an_unknown_order_has_none():
    me = busy()
    events = me.get("/v1/orders/history/detail/customerorderid/part")
    assert [(event["orderStatusType"], event["executedQuantity"]) for event in events] == [
        ("Cancelled", "0"),
        ("Partially Filled", "5"),
        ("Placed", "0"),
    ]
    by_id = me.get(f"/v1/orders/history/detail/orderid/{events[0]['orderId']}")
    assert by_id == events
    assert [event["orderStatusType"] for event in me.get("/v1/orders/history/detail/customerorderid/open")] == [
        "Placed"
    ]
    assert me.get("/v1/orders/history/detail/customerorderid/nobody") == []
