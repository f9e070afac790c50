"""The PyPI clients valr-python and valr-py find VALR here, with all their quirks (reference 10): REST by either door.

Over http they are told the address; over TLS they ask https://api.valr.com, as they were written. Both send JSON
numbers and warn of every 202. valr-python signs the path without the query and raises on the empty body of a v1
cancel; valr-py has mended both.
"""

import time
import warnings
from decimal import Decimal

import pytest
from kit.sandbox_kit import PURSE

PAIR = "DOGEUSDT"


@pytest.fixture(params=["http", "tls"])
def serving(request):
    return request.getfixturevalue("plain" if request.param == "http" else "valr_is_here")


@pytest.fixture
def client(library, serving):
    told = {} if serving.certificate else {"base_url": serving.url}
    made = library.Client(api_key=serving.world.key, api_secret=serving.world.secret, **told)
    yield made
    made._session.close()


def signs_queries(client):
    return type(client).__module__.startswith("valr_py.")


def answered(write, **wanted):
    """What a write was answered: both clients warn of every 202, and the warning carries it."""
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        answer = write(**wanted)
    (warning,) = [one.message for one in warned]
    assert type(warning).__name__ == "IncompleteOrderWarning"
    assert getattr(warning, "data", None) == answer
    return answer


def place(client, price, **more):
    wanted = {"side": "BUY", "quantity": Decimal(50), "price": price, "pair": PAIR, **more}
    return answered(client.post_limit_order, **wanted)["id"]


def cancel(client, customer_id):
    """A v1 cancel succeeds with an empty body, which is no JSON."""
    named = {"currency_pair": PAIR, "customer_order_id": customer_id}
    if signs_queries(client):
        assert answered(client.delete_order, **named) == {}
    else:
        with pytest.raises(Exception, match="202"):
            client.delete_order(**named)


def wait_until(true):
    """The client knows no socket here: it can only ask again."""
    for _ in range(200):
        if true():
            return
        time.sleep(0.01)  # a blocking client of a real server has no virtual time
    pytest.fail("it never came true")


def open_ids(client):
    return [row["orderId"] for row in client.get_all_open_orders()]


def fresh(name, client, serving):
    """A customer id that no other of these tests has used."""
    tls = "tls" if serving.certificate else "http"
    return f"{name}-{tls}-{type(client).__module__.partition('.')[0].replace('_', '-')}"


def test_public_reads(client):
    assert len(client.get_currency_pairs()) == 346
    assert "LIMIT" in client.get_order_types(PAIR)
    assert {row["shortName"] for row in client.get_currencies()} >= set(PURSE)
    assert client.get_order_book_public(PAIR)["Bids"]
    assert client.get_order_book_full_public(PAIR)["Asks"][0]["positionAtPrice"] == 1
    assert client.get_market_summary(PAIR)["currencyPair"] == PAIR
    assert isinstance(client.get_trade_history_public(PAIR, limit=5), list)
    assert abs(client.get_server_time()["epochTime"] - time.time()) < 5
    assert client.get_valr_status() == {"status": "online"}


def test_private_reads(client):
    assert client.get_current_api_key_info()["permissions"] == ["View access", "Trade"]
    assert {row["currency"] for row in client.get_balances()} >= set(PURSE)
    assert client.get_order_book(PAIR)["Asks"]
    assert client.get_order_book_full(PAIR)["Bids"]
    assert isinstance(client.get_trade_history_marketdata(PAIR), list)


def test_a_limit_order_from_202_to_its_place_in_the_history(client, serving):
    name = fresh("rests", client, serving)
    order = place(client, 0.1, customer_order_id=name)
    wait_until(lambda: order in open_ids(client))
    assert client.get_order_status(PAIR, order_id=order)["orderStatusType"] == "Placed"
    cancel(client, name)
    wait_until(lambda: order not in open_ids(client))
    by_ours = client.get_order_status(PAIR, customer_order_id=name)
    assert (by_ours["orderId"], by_ours["orderStatusType"]) == (order, "Cancelled")
    assert [row["orderStatusType"] for row in client.get_order_history_detail(order_id=order)] == [
        "Cancelled",
        "Placed",
    ]
    taken = place(client, Decimal("0.3"))
    wait_until(lambda: taken in {row["orderId"] for row in client.get_order_history()})
    assert client.get_trade_history(PAIR)[0]["orderId"] == taken
    assert client.get_transaction_history()[0]["additionalInfo"]["orderId"] == taken


def test_a_market_order_and_its_summary(client):
    wanted = {"side": "SELL", "pair": PAIR, "base_amount": Decimal("20.09")}
    order = answered(client.post_market_order, **wanted)["id"]
    wait_until(lambda: client.get_order_status(PAIR, order_id=order)["orderStatusType"] == "Filled")
    told = client.get_order_history_summary(order_id=order)
    assert (told["orderType"], told["totalExecutedQuantity"]) == ("market", "20"), "DOGE has one decimal place"


def test_a_stop_order_waits_and_is_cancelled(client, serving):
    name = fresh("waits", client, serving)
    stop = {"stop_price": "0.1", "stop_limit_type": "STOP_LOSS_LIMIT"}
    wanted = {"side": "SELL", "quantity": 30, "limit_price": "0.09", "pair": PAIR, "customer_order_id": name}
    order = answered(client.post_stop_limit_order, **wanted, **stop)["id"]
    wait_until(lambda: client.get_order_status(PAIR, order_id=order)["orderStatusType"] == "Active")
    cancel(client, name)
    wait_until(lambda: client.get_order_status(PAIR, order_id=order)["orderStatusType"] == "Cancelled")


@pytest.mark.filterwarnings("ignore:POST Batch Orders")  # alpha when they were written
def test_a_batch_places_and_cancels(client, serving):
    name = fresh("batched", client, serving)
    order = {"pair": PAIR, "side": "BUY", "quantity": "40", "price": "0.1", "customerOrderId": name}
    placed = {"type": "PLACE_LIMIT", "data": order}
    cancelled = {"type": "CANCEL_ORDER", "data": {"pair": PAIR, "customerOrderId": name}}
    told = client.post_batch_orders([placed, cancelled])
    assert [row["accepted"] for row in told["outcomes"]] == [True, True]
    wait_until(lambda: client.get_order_status(PAIR, customer_order_id=name)["orderStatusType"] == "Cancelled")


def test_a_simple_order(client):
    wanted = {"currency_pair": "BTCZAR", "pay_in_currency": "ZAR", "pay_amount": Decimal(100), "side": "BUY"}
    assert client.post_simple_quote(**wanted)["feeCurrency"] == "BTC"
    order = answered(client.post_simple_order, **wanted)["id"]
    wait_until(lambda: client.get_simple_order_status("BTCZAR", order_id=order)["success"])


def test_a_sub_account_is_acted_for(client, serving):
    label = fresh("sub", client, serving)
    sub = serving.steer("POST", "accounts", {"label": label, "parent": "sandbox", "funds": {"USDT": "5"}})["id"]
    assert {"label": label, "id": sub} in client.get_subaccounts()
    held = {row["currency"]: row["total"] for row in client.get_balances(subaccount_id=sub)}
    assert {currency: total for currency, total in held.items() if total != "0"} == {"USDT": "5"}


def test_a_query_is_good_only_if_it_was_signed_as_by_valr(client, library):
    kinds = {"transaction_types": ["LIMIT_BUY", "MARKET_BUY"], "limit": 5}  # the comma travels as %2C
    if signs_queries(client):
        assert isinstance(client.get_transaction_history(**kinds), list)
        return
    with pytest.raises(library.exceptions.APIError) as problem:
        client.get_transaction_history(**kinds)
    assert (problem.value.code, problem.value.message) == (-11252, "Request has an invalid signature")


def test_valrs_refusals_arrive_as_its_api_errors(client, library):
    with pytest.raises(library.exceptions.APIError) as problem:
        client.get_order_book_public("NOPE")
    assert problem.value.code == -21
    with pytest.raises(library.exceptions.APIError) as problem:
        client.post_limit_order(side="BUY", quantity=1, price=0.1, pair=PAIR)
    assert problem.value.code == -12007
