"""The PyPI client valr-python, unmodified but for its base_url, finds VALR here, with all its quirks (reference 10).

It signs the path without the query, sends JSON numbers, turns every 202 into a warning, and raises on the empty body of
a v1 cancel.
"""

import time
from decimal import Decimal, localcontext

import pytest
from kit.sandbox_kit import PURSE
from kit.serving import Serving

with localcontext():  # importing it cuts every Decimal of the thread to eight digits
    valr_python = pytest.importorskip("valr_python")
    from valr_python.exceptions import APIError, IncompleteOrderWarning, RESTAPIException

PAIR = "DOGEUSDT"


@pytest.fixture(scope="module")
def serving():
    thread = Serving()
    thread.start()
    assert thread.ready.wait(20)
    yield thread
    thread.end()


@pytest.fixture
def client(serving):
    made = valr_python.Client(api_key=serving.world.key, api_secret=serving.world.secret, base_url=serving.url)
    yield made
    made._session.close()


def place(client, price, **more):
    """A v1 order; the client warns of every 202 and its warning carries the answer."""
    with pytest.warns(IncompleteOrderWarning) as warned:
        client.post_limit_order(side="BUY", quantity=Decimal(50), price=price, pair=PAIR, **more)
    warning = warned[0].message
    assert isinstance(warning, IncompleteOrderWarning)
    return warning.data["id"]


def wait_until(true):
    """The client knows no socket here: it can only ask again."""
    for _ in range(200):
        if true():
            return
        time.sleep(0.01)  # a blocking client of a real server has no virtual time
    pytest.fail("it never came true")


def test_public_reads(client):
    assert len(client.get_currency_pairs()) == 346
    assert "LIMIT" in client.get_order_types(PAIR)
    assert client.get_order_book_public(PAIR)["Bids"]
    assert client.get_order_book_full_public(PAIR)["Asks"][0]["positionAtPrice"] == 1
    assert isinstance(client.get_trade_history_public(PAIR, limit=5), list)
    assert abs(client.get_server_time()["epochTime"] - time.time()) < 5
    assert client.get_valr_status() == {"status": "online"}


def test_private_reads(client):
    assert client.get_current_api_key_info()["permissions"] == ["View access", "Trade"]
    assert {row["currency"] for row in client.get_balances()} >= set(PURSE)
    assert client.get_order_book(PAIR)["Asks"]
    assert client.get_order_book_full(PAIR)["Bids"]
    assert isinstance(client.get_trade_history_marketdata(PAIR), list)
    assert client.get_trade_history(PAIR) == []


def test_a_limit_order_from_202_to_its_place_in_the_history(client):
    order = place(client, 0.1, customer_order_id="from-valr-python")
    wait_until(lambda: [row["orderId"] for row in client.get_all_open_orders()] == [order])
    assert client.get_order_status(PAIR, order_id=order)["orderStatusType"] == "Placed"
    with pytest.raises(RESTAPIException, match="202"):
        client.delete_order(PAIR, customer_order_id="from-valr-python")
    wait_until(lambda: client.get_all_open_orders() == [])
    by_ours = client.get_order_status(PAIR, customer_order_id="from-valr-python")
    assert (by_ours["orderId"], by_ours["orderStatusType"]) == (order, "Cancelled")
    taken = place(client, Decimal("0.3"))
    wait_until(lambda: taken in {row["orderId"] for row in client.get_order_history()})
    assert client.get_trade_history(PAIR)[0]["orderId"] == taken


def test_a_query_it_does_not_sign_is_refused_as_by_valr(client):
    with pytest.raises(APIError) as problem:
        client.get_order_history(skip=0, limit=5)
    assert (problem.value.code, problem.value.message) == (-11252, "Request has an invalid signature")


def test_valrs_refusals_arrive_as_its_api_errors(client):
    with pytest.raises(APIError) as problem:
        client.get_order_book_public("NOPE")
    assert problem.value.code == -21
    with pytest.raises(APIError) as problem:
        client.post_limit_order(side="BUY", quantity=1, price=0.1, pair=PAIR)
    assert problem.value.code == -12007
