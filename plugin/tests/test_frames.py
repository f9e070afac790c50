"""Frames as VALR sends them (its documents and captures; ids and amounts invented), through the connector's own doors."""

import json

import pytest
from hummingbot.connector.exchange.valr.valr_auth import ValrAuth
from hummingbot.core.data_type.order_book_message import OrderBookMessageType
from hummingbot.core.web_assistant.connections.data_types import RESTMethod, RESTRequest
from stage import PAIR, D, Stage, story

from valr_maker.keys import ApiKey
from valr_maker.wire import sign, stream
from valr_maker.wire.stream import Unknown

CURRENCY = {
    "symbol": "R", "decimalPlaces": 2, "isActive": True, "shortName": "ZAR", "longName": "Rand",
    "supportedWithdrawDecimalPlaces": 2, "collateral": True, "collateralWeight": "1",
}  # fmt: skip
STATUS = {
    "orderId": "0199c0de-1111-7abc-8def-000000000001", "orderStatusType": "Failed", "currencyPair": "DOGEUSDT",
    "originalPrice": "0.17", "remainingQuantity": "50", "originalQuantity": "50", "orderSide": "buy",
    "orderType": "post-only limit", "failedReason": "Post only cancelled as it would have matched",
    "orderUpdatedAt": "2026-01-02T03:04:05.683Z", "orderCreatedAt": "2026-01-02T03:04:05.680Z",
    "customerOrderId": "mm-1-a", "timeInForce": "GTC",
}  # fmt: skip
OPEN = {
    "orderId": "0199c0de-1111-7abc-8def-000000000001", "side": "buy", "quantity": "50", "price": "0.1612",
    "currencyPair": "DOGEUSDT", "createdAt": "2026-01-02T03:04:05.680Z", "originalQuantity": "50",
    "filledPercentage": "0.00", "customerOrderId": "mm-1-a", "type": "post-only limit", "status": "Placed",
    "updatedAt": "2026-01-02T03:04:05.680Z", "timeInForce": "GTC", "allowMargin": False,
}  # fmt: skip
TRADE = {
    "price": "0.1612", "quantity": "50", "currencyPair": "DOGEUSDT", "tradedAt": "2026-01-02T03:04:05.680Z",
    "side": "buy", "orderId": "0199c0de-1111-7abc-8def-000000000001", "id": "0199c0de-4444-7abc-8def-000000000004",
    "fee": "0.04", "feeCurrency": "DOGE",
}  # fmt: skip
MONEY = {
    "currency": CURRENCY, "available": "310.44", "reserved": "16.12", "total": "326.56",
    "updatedAt": "2026-01-02T03:04:05.678Z", "lendReserved": "0", "borrowCollateralReserved": "0",
    "borrowedAmount": "0", "totalInReference": "19.5", "totalInReferenceWeighted": "19.5", "referenceCurrency": "USDC",
}  # fmt: skip
RECORD = {
    "transactionType": {"type": "LIMIT_BUY", "description": "Limit Buy"}, "debitCurrency": CURRENCY, "debitValue": "8",
    "creditCurrency": CURRENCY, "creditValue": "49.96", "eventAt": "2026-01-02T03:04:05.680Z", "id": "r1",
    "additionalInfo": {
        "costPerCoin": 0.1612, "costPerCoinSymbol": "R", "currencyPairSymbol": "DOGEZAR", "orderId": "o1",
    },
}  # fmt: skip
ACCOUNT = [
    {"type": "AUTHENTICATED"},
    {"type": "PONG"},
    {"type": "BALANCE_UPDATE", "data": MONEY},
    {"type": "OPEN_ORDERS_UPDATE", "data": [OPEN]},
    {"type": "OPEN_ORDERS_UPDATE", "data": []},
    {"type": "ORDER_PROCESSED", "data": {"orderId": "o1", "success": True, "failureReason": ""}},
    {"type": "ORDER_PROCESSED", "data": {"orderId": "o1", "success": False, "failureReason": "Insufficient Balance"}},
    {"type": "ORDER_STATUS_UPDATE", "data": STATUS},
    {
        "type": "ORDER_STATUS_UPDATE",
        "data": STATUS | {"executedPrice": "0", "executedQuantity": "0", "executedFee": "0"},
    },
    {"type": "NEW_ACCOUNT_TRADE", "currencyPairSymbol": "DOGEUSDT", "data": TRADE},
    {"type": "NEW_ACCOUNT_HISTORY_RECORD", "data": RECORD},
    {
        "type": "FAILED_CANCEL_ORDER",
        "data": {"orderId": "o1", "message": "An error occurred while cancelling your order."},
    },
    {"type": "FAILED_ORDER", "data": {"orderId": "o1", "message": "failed"}},
    {"type": "MODIFY_ORDER_OUTCOME", "data": {"success": True, "orderId": "o1", "modifyRequestId": "m1"}},
    {"type": "CANCEL_ON_DISCONNECT_UPDATE", "data": {"cancelOnDisconnect": "true"}},
    {"type": "PLACE_LIMIT_WS_RESPONSE", "data": {"orderId": "o1", "customerOrderId": "mm-1-a"}, "clientMsgId": "m-17"},
    {"type": "PLACE_LIMIT_WS_RESPONSE", "clientMsgId": "m-17", "error": {"message": "no"}},
    {"type": "CANCEL_ORDER_WS_RESPONSE", "data": {"requested": True, "orderId": "o1"}, "clientMsgId": "c.m-17"},
    {"type": "INVALID_PLACE_LIMIT_REQUEST", "clientMsgId": "m-17", "message": "no"},
    {"type": "INVALID_CANCEL_ORDER_REQUEST", "clientMsgId": "c.m-17", "message": "no"},
    {"type": "RATE_LIMIT_EXCEEDED", "data": {"requestType": "PLACE_LIMIT_ORDER"}, "clientMsgId": "m-17"},
    {"type": "RATE_LIMIT_EXCEEDED"},
    {"type": "UNSUPPORTED", "message": "?"},
    {"type": "ERROR", "message": "Invalid message - Invalid JSON"},
    {"type": "INSTANT_ORDER_COMPLETED", "data": {"anything": 1}},
    {"type": "MARGIN_INFO", "data": {}},
]
SNAPSHOT = (
    '{"type":"OB_L1_SNAPSHOT","ps":"DOGEUSDT","d":{"lc":1767323045678,"a":[["0.16141","55"]],'
    '"b":[["0.1612","160.5"],["0.1611","7.1"]],"sq":5001,"cs":3426897163}}'
)
DIFF = (
    '{"type":"OB_L1_DIFF","ps":"DOGEUSDT","d":{"lc":1767323046001,"a":[["0.16141","0"],["0.16145","300"]],'
    '"b":[],"sq":5002,"cs":4092396660}}'
)
NEW_TRADE = {
    "type": "NEW_TRADE", "currencyPairSymbol": "DOGEUSDT",
    "data": {
        "price": "0.1612", "quantity": "120.5", "currencyPair": "DOGEUSDT", "tradedAt": "2026-01-02T03:04:05.678Z",
        "takerSide": "sell", "id": "0199c0de-5555-7abc-8def-000000000005",
    },
}  # fmt: skip


@pytest.mark.parametrize("frame", ACCOUNT, ids=lambda frame: frame["type"])
def test_a_frame_of_the_account_socket_is_known_and_harms_nothing(frame):
    @story
    async def play(stage: Stage):
        assert not isinstance(stream.read(json.dumps(frame)), Unknown)
        await stage.start()
        cid, _ = stage.quote()
        await stage.seconds(1)
        stage.exchange._user_stream_tracker.user_stream.put_nowait(json.dumps(frame))
        await stage.seconds(5)
        assert cid in stage.exchange.in_flight_orders and len(stage.resting) == 2
        assert not stage.heard.about("ERROR")

    play()


@story
async def test_the_rand_comes_under_its_real_name(stage: Stage):
    stage.exchange.take(stream.read(json.dumps({"type": "BALANCE_UPDATE", "data": MONEY})))
    assert stage.exchange.get_all_balances() == {"ZAR": D("326.56")}
    assert stage.exchange.get_available_balance("ZAR") == D("310.44")


@story
async def test_a_frame_of_a_new_kind_is_told_once(stage: Stage):
    for _ in range(3):
        stage.exchange.take(stream.read('{"type":"NEWS","data":1}'))
    assert len(stage.heard.about("INFO", "VALR sends NEWS")) == 1


async def book_messages(stage, *frames):
    books = stage.exchange.books
    books.book_of(PAIR)
    for frame in frames:
        await books.frame(None, stream.read(frame))
    queue = books._message_queue[books._diff_messages_queue_key]
    return [queue.get_nowait() for _ in range(queue.qsize())]


@story
async def test_a_snapshot_and_a_diff_are_verified_and_handed_on_in_order(stage: Stage):
    snapshot, diff = await book_messages(stage, SNAPSHOT, DIFF)
    assert snapshot.type is OrderBookMessageType.SNAPSHOT and diff.type is OrderBookMessageType.DIFF
    assert snapshot.update_id < diff.update_id and snapshot.trading_pair == diff.trading_pair == PAIR
    assert [(row.price, row.amount) for row in snapshot.bids] == [(0.1612, 160.5), (0.1611, 7.1)]
    assert [(row.price, row.amount) for row in diff.asks] == [(0.16141, 0.0), (0.16145, 300.0)]


@pytest.mark.parametrize(
    ("frame", "why"),
    [
        (DIFF.replace('"sq":5002', '"sq":5003'), "sequence gap"),
        (DIFF.replace("4092396660", "4092396661"), "checksum"),
        (DIFF.replace('"0.16145"', '"x"'), "no number"),
        (DIFF.replace('"a":[["0.16141","0"],["0.16145","300"]]', '"a":[["0.1","1"]]'), "checksum"),
    ],
)
def test_what_does_not_verify_is_never_handed_on(frame, why):
    @story
    async def play(stage: Stage):
        (only,) = await book_messages(stage, SNAPSHOT, frame)
        assert only.type is OrderBookMessageType.SNAPSHOT
        assert why in stage.exchange.books.problem(PAIR)
        assert stage.heard.about("WARNING", "book not trusted", why)

    play()


@story
async def test_a_diff_before_any_snapshot_is_not_taken(stage: Stage):
    assert await book_messages(stage, DIFF) == []


@story
async def test_a_trade_reaches_hummingbot_with_the_takers_side(stage: Stage):
    import asyncio

    books, out = stage.exchange.books, asyncio.Queue()
    books.book_of(PAIR)
    await books._parse_trade_message(stream.read(json.dumps(NEW_TRADE)), out)
    message = out.get_nowait()
    assert message.trading_pair == PAIR and message.trade_id == NEW_TRADE["data"]["id"]
    assert (message.content["price"], message.content["amount"], message.content["trade_type"]) == (
        "0.1612",
        "120.5",
        2.0,
    )


@story
async def test_prints_become_the_books_last_price(stage: Stage):
    await stage.start()
    stage.stranger("BUY", 10, "0.161")
    stage.stranger("SELL", 10, "0.161")
    await stage.seconds(1)
    assert stage.exchange.get_order_book(PAIR).last_trade_price == 0.161


# ---- Hummingbot's own road for requests -----------------------------------------------------------------------------
@story
async def test_valrs_published_signature_is_made_by_the_authenticator(stage: Stage):
    secret = "4961b74efac86b25cce8fbe4c9811c4c7a787b7a5996660afcc2e287ad864363"
    auth = ValrAuth(ApiKey("key", secret), lambda: 1558014486.185)
    url = "https://api.valr.com/v1/account/balances"
    signed = await auth.rest_authenticate(RESTRequest(RESTMethod.GET, url=url))
    assert signed.headers[sign.SIGNATURE_HEADER].startswith("9d52c181ed69460b49307b7891f04658e938b21181173844b501")
    with_query = RESTRequest(RESTMethod.GET, url=url, params={"excludeZeroBalances": "true"})
    signed = await auth.rest_authenticate(with_query)
    assert signed.headers[sign.SIGNATURE_HEADER].startswith("b252adbf9ebb62f1a9043d15bee8a0f66fc77f139ca5a406c08a")
    assert signed.url.endswith("?excludeZeroBalances=true") and signed.params is None
