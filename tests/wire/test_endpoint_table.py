"""The endpoint table, row by row as the reference has it (sections 2, 3, 4.1)."""

import pytest

from valr_maker.wire import codes, endpoints

TABLE = """
    PAIRS                 GET     /v1/public/pairs                           -       public 30/60
    ORDER_TYPES           GET     /v1/public/ordertypes                      -       public 30/60
    PAIR_ORDER_TYPES      GET     /v1/public/DOGEUSDT/ordertypes             -       public 30/60
    SERVER_TIME           GET     /v1/public/time                            -       time and status 20/1
    STATUS                GET     /v1/public/status                          -       time and status 20/1
    PUBLIC_BOOK           GET     /v1/public/DOGEUSDT/orderbook              -       public 30/60
    PUBLIC_FULL_BOOK      GET     /v1/public/DOGEUSDT/orderbook/full         -       public 30/60
    PUBLIC_TRADES         GET     /v1/public/DOGEUSDT/trades                 -       public 30/60
    BOOK                  GET     /v1/marketdata/DOGEUSDT/orderbook          signed  key 2000/60
    FULL_BOOK             GET     /v1/marketdata/DOGEUSDT/orderbook/full     signed  key 2000/60
    MARKET_TRADES         GET     /v1/marketdata/DOGEUSDT/tradehistory       signed  key 2000/60
    BALANCES              GET     /v1/account/balances                       signed  key 2000/60
    FEES                  GET     /v1/account/fees/trade                     signed  key 2000/60
    KEY_INFO              GET     /v1/account/api-keys/current               signed  key 2000/60
    PLACE_LIMIT_V1        POST    /v1/orders/limit                           signed  place 400/1
    PLACE_LIMIT           POST    /v2/orders/limit                           signed  place 400/1
    CANCEL_ORDER_V1       DELETE  /v1/orders/order                           signed  cancel 450/1
    CANCEL_ORDER          DELETE  /v2/orders/order                           signed  cancel 450/1
    CANCEL_ALL            DELETE  /v1/orders                                 signed  cancel 450/1
    CANCEL_PAIR           DELETE  /v1/orders/DOGEUSDT                        signed  cancel 450/1
    OPEN_ORDERS           GET     /v1/orders/open                            signed  key 2000/60
    ORDER_BY_ID           GET     /v1/orders/DOGEUSDT/orderid/x-1            signed  key 2000/60
    ORDER_BY_CUSTOMER_ID  GET     /v1/orders/DOGEUSDT/customerorderid/x-1    signed  key 2000/60
    ORDER_HISTORY         GET     /v1/orders/history                         signed  key 2000/60
    TRADE_HISTORY         GET     /v1/account/tradehistory                   signed  key 2000/60
    PAIR_TRADE_HISTORY    GET     /v1/account/DOGEUSDT/tradehistory          signed  key 2000/60
"""
ROWS = [line.split(maxsplit=4) for line in TABLE.strip().splitlines()]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_row_of_the_table(row: list[str]) -> None:
    """Verb, path with its parts filled in, signed or not, and the budget it spends."""
    name, verb, target, signed, budget = row
    endpoint: endpoints.Endpoint = getattr(endpoints, name)
    limit = endpoint.limit
    assert (endpoint.verb, endpoint.target(pair="DOGEUSDT", id="x-1")) == (verb, target)
    assert endpoint.signed is (signed == "signed")
    assert f"{limit.budget} {limit.calls}/{limit.window_s}" == budget
    assert endpoint.repeat_safe is (verb != "POST")


def test_no_row_is_left_out() -> None:
    """The table above is the whole table."""
    assert {getattr(endpoints, row[0]) for row in ROWS} == set(endpoints.ALL)
    assert len(endpoints.ALL) == len(ROWS)


def test_every_limit_of_the_reference() -> None:
    """Address, connections and the socket's own budgets too."""
    assert {(limit.budget, limit.calls, limit.window_s) for limit in endpoints.LIMITS} == {
        ("public", 30, 60), ("time and status", 20, 1), ("key", 2000, 60), ("address", 1200, 60), ("place", 400, 1),
        ("cancel", 450, 1), ("connect", 60, 60), ("socket place", 400, 1), ("socket cancel", 450, 1),
    }  # fmt: skip


def test_only_two_codes_prove_that_an_order_is_gone() -> None:
    """-1 to a question and -16 to a cancel; nothing else may free a slot."""
    assert {-1, -16} == codes.GONE
    assert all(codes.CATALOGUE[number].fault is codes.Fault.ORDER_GONE for number in codes.GONE)


@pytest.mark.parametrize(
    ("number", "words"),
    [(-6, "Insufficient Balance"), (-1, "Invalid Order."), (-99999, "code -99999 is not in the catalogue")],
)
def test_a_code_is_told_in_valrs_words(number: int, words: str) -> None:
    """Or said to be new."""
    assert codes.meaning(number) == words
