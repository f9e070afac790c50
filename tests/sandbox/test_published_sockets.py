"""The sockets of valr-python and valr-py, wholly unmodified. They know one address, wss://api.valr.com, and one way."""

import asyncio
import importlib
import time
import warnings
from typing import Any

import pytest
import websockets.exceptions
from kit.serving import served

from valr_maker.sandbox.tls import certificate

PAIR = "DOGEUSDT"

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # the older face of their WebSocket library


@pytest.fixture
def sealed(tmp_path):
    """One for each story, as one of them moves its time; and nobody there, so that they hear what they cause."""
    with served(certificate(tmp_path, (), time.time()), crowd=False) as thread:
        thread.steer("POST", "crowd/orders", sell("BTCZAR", "1000000", "1"))
        thread.steer("POST", "crowd/orders", sell(PAIR, "0.16", "1000"))
        yield thread


def sell(pair, price, quantity):
    """Somebody's offer."""
    return {"pair": pair, "side": "sell", "price": price, "quantity": quantity}


class Enough(Exception):
    """A hook has heard what it waited for."""


def listener(library, serving, kind, hook, **more):
    """One of its sockets, with this hook for all events that it knows."""
    enums = importlib.import_module(f"{library.__name__}.enum")
    names = enums.TradeEvent if kind == "TRADE" else enums.AccountEvent
    key = {"api_key": serving.world.key, "api_secret": serving.world.secret}
    hooks = {event.name: hook for event in names}
    return library.WebSocketClient(**(key | {"ws_type": kind, "hooks": hooks} | more))


def run(client):
    """Let it listen, until a hook has had enough."""

    async def story():
        async with asyncio.timeout(20):
            await client.run()

    asyncio.run(story())


def test_all_that_its_trade_socket_knows(library, valr_is_here):
    """The book and the summary at once; then somebody buys, and we hurry the minute to its end."""
    first: dict[str, dict[str, Any]] = {}

    def hook(event):
        first.setdefault(event["type"], event)
        if len(first) == 2 and "tradedAt" not in event["data"]:
            happen()
        if len(first) == 4:
            raise Enough

    def happen():
        bought = sell("BTCZAR", "1000000", "0.1") | {"side": "buy", "trader": "another"}
        valr_is_here.steer("POST", "crowd/orders", bought)
        valr_is_here.steer("POST", "time/advance", {"seconds": 61})

    with pytest.raises(Enough):
        run(listener(library, valr_is_here, "TRADE", hook, currency_pairs=["BTCZAR"]))
    assert {event["currencyPairSymbol"] for event in first.values()} == {"BTCZAR"}
    assert first["AGGREGATED_ORDERBOOK_UPDATE"]["data"]["Asks"][0]["price"] == "1000000"
    assert first["MARKET_SUMMARY_UPDATE"]["data"]["currencyPairSymbol"] == "BTCZAR"
    assert (first["NEW_TRADE"]["data"]["takerSide"], first["NEW_TRADE"]["data"]["quantity"]) == ("buy", "0.1")
    assert first["NEW_TRADE_BUCKET"]["data"]["bucketPeriodInSeconds"] == 60


def test_its_account_socket_hears_what_its_rest_side_does(library, valr_is_here):
    """A market order, a simple order and a cancel that comes too late: every kind of account event that it knows."""
    heard = []
    rest = library.Client(api_key=valr_is_here.world.key, api_secret=valr_is_here.world.secret)

    def hook(event):
        heard.append(event)
        if event["type"] == "OPEN_ORDERS_UPDATE" and not trades():
            act()
        if {event["type"] for event in heard} == WANTED and len(trades()) == 2:
            raise Enough

    def trades():
        return [event for event in heard if event["type"] == "NEW_ACCOUNT_TRADE"]

    def act():
        with warnings.catch_warnings(), rest._session:
            warnings.simplefilter("ignore")  # it warns of every 202
            order = rest.post_market_order(side="BUY", pair=PAIR, quote_amount="10")["id"]
            rest.post_simple_order("BTCZAR", "ZAR", "100", "BUY")
            rest.post_batch_orders([{"type": "CANCEL_ORDER", "data": {"pair": PAIR, "orderId": order}}])

    with pytest.raises(Enough):
        run(listener(library, valr_is_here, "ACCOUNT", hook))
    assert {event["currencyPairSymbol"] for event in trades()} == {PAIR, "BTCZAR"}


WANTED = {
    "BALANCE_UPDATE",
    "OPEN_ORDERS_UPDATE",
    "ORDER_PROCESSED",
    "ORDER_STATUS_UPDATE",
    "NEW_ACCOUNT_TRADE",
    "NEW_ACCOUNT_HISTORY_RECORD",
    "INSTANT_ORDER_COMPLETED",
    "FAILED_CANCEL_ORDER",
}


def test_a_wrong_secret_ends_its_socket_as_valr_ends_it(library, valr_is_here):
    with pytest.raises(websockets.exceptions.ConnectionClosedError) as ended:
        run(listener(library, valr_is_here, "ACCOUNT", print, api_secret="wrong"))
    close = ended.value.rcvd
    assert close is not None
    assert (close.code, close.reason) == (1007, "Request has an invalid signature")


def test_over_http_its_sockets_cannot_be_had(library, plain):
    """The address is a constant and TLS is asked for in `run`: http is for the REST side alone, whoever wishes else."""
    client = listener(library, plain, "TRADE", print)
    client._uri = plain.url.replace("http:", "ws:") + "/ws/trade"
    with pytest.raises(ValueError, match="ws://"):
        run(client)
