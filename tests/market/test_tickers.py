"""What other exchanges answer, in the form of their documents, and what is none of their answers."""

import json
from decimal import Decimal

import pytest

from valr_maker.domain import Market
from valr_maker.market.tickers import TICKERS, NoPrice, Prices, read_number, read_ticker

D = Decimal
ANSWERS = {
    "binance": {"symbol": "DOGEUSDT", "bidPrice": "0.16", "askPrice": "0.17", "lastPrice": "0.165"},
    "binance_us": {"symbol": "DOGEUSDT", "bidPrice": "0.16", "askPrice": "0.17", "lastPrice": "0.165"},
    "mexc": {"symbol": "DOGEUSDT", "bidPrice": "0.16", "askPrice": "0.17", "lastPrice": "0.165"},
    "bitget": {"code": "00000", "data": [{"symbol": "DOGEUSDT", "bidPr": "0.16", "askPr": "0.17", "lastPr": "0.165"}]},
    "bybit": {
        "retCode": 0,
        "result": {"category": "spot", "list": [{"bid1Price": "0.16", "ask1Price": "0.17", "lastPrice": "0.165"}]},
    },
    "coinbase_advanced_trade": {"trade_id": 1, "bid": "0.16", "ask": "0.17", "price": "0.165"},
    "gate_io": [{"currency_pair": "DOGE_USDT", "highest_bid": "0.16", "lowest_ask": "0.17", "last": "0.165"}],
    "kraken": {"error": [], "result": {"XDGUSDT": {"a": ["0.17", "1"], "b": ["0.16", "1"], "c": ["0.165", "9"]}}},
    "kucoin": {"code": "200000", "data": {"price": "0.165", "bestBid": "0.16", "bestAsk": "0.17"}},
    "okx": {"code": "0", "data": [{"instId": "DOGE-USDT", "last": "0.165", "bidPx": "0.16", "askPx": "0.17"}]},
}
DOGE = Market("DOGE", "USDT")


@pytest.mark.parametrize("name", TICKERS)
def test_every_exchange_of_the_table_is_read(name):
    prices = read_ticker(TICKERS[name], json.dumps(ANSWERS[name]).encode())
    assert prices == Prices(D("0.16"), D("0.17"), D("0.165"))


@pytest.mark.parametrize(
    ("name", "ends"),
    [("binance", "DOGEUSDT"), ("okx", "DOGE-USDT"), ("gate_io", "DOGE_USDT"), ("kraken", "XDGUSDT")],
)
def test_each_is_asked_in_its_own_words(name, ends):
    address = TICKERS[name].address(DOGE)
    assert address.startswith("https://")
    assert address.endswith(ends)


def test_an_empty_side_is_no_price_but_the_rest_counts():
    prices = read_ticker(TICKERS["binance"], b'{"bidPrice": "0", "askPrice": "0.17", "lastPrice": "0.165"}')
    assert prices == Prices(None, D("0.17"), D("0.165"))


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"null", b"[]", b"3", b'"x"', b'{"code": -1121, "msg": "Invalid symbol."}', b"<html>", b"\xff\xfe",
     b'{"bidPrice": [], "askPrice": {}, "lastPrice": null}', b'{"bidPrice": "x", "lastPrice": "1e900"}'],
)  # fmt: skip
@pytest.mark.parametrize("name", ["binance", "okx", "kraken"])
def test_what_holds_no_price_is_said_to_hold_none(name, body):
    with pytest.raises(NoPrice):
        read_ticker(TICKERS[name], body)


@pytest.mark.parametrize(
    ("body", "number"), [(b"0.1612", "0.1612"), (b" 12\n", "12"), (b"1.5e-3", "0.0015"), (b"-1", "-1")]
)
def test_a_custom_api_answers_a_bare_number(body, number):
    assert read_number(body) == D(number)


@pytest.mark.parametrize("body", [b"", b"0.1 0.2", b"nan", b"1e400", b"{}", b"1" * 65, b"\xff"])
def test_anything_else_is_no_number(body):
    with pytest.raises(NoPrice):
        read_number(body)
