"""Clients whose address is fixed to https://api.valr.com, wholly unmodified: the name points here, the CA is trusted.

The published valr-python and valr-py. The name is pointed here inside the process, as a hosts file does it for the
machine; certificates are checked as ever.
"""

import asyncio
import importlib
import json
import socket
import ssl
import time
import urllib.request
import warnings
from decimal import localcontext
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from kit.serving import Serving

from valr_maker.errors import UsageProblem
from valr_maker.sandbox import tls
from valr_maker.sandbox.tls import certificate

HOST = "api.valr.com"
PAIR = "DOGEUSDT"


@pytest.fixture(scope="module")
def serving(tmp_path_factory):
    thread = Serving(certificate(tmp_path_factory.mktemp("tls"), (), time.time()))
    thread.start()
    assert thread.ready.wait(20)
    yield thread
    thread.end()


@pytest.fixture
def valr_is_here(serving, monkeypatch):
    """api.valr.com:443 is the sandbox's port, and its CA is trusted, for this process."""
    real, port = socket.getaddrinfo, int(serving.url.rpartition(":")[2])

    def pointed(host, wanted_port, *more, **named):
        return real("127.0.0.1", port, *more, **named) if host == HOST else real(host, wanted_port, *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", pointed)
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
        monkeypatch.setenv(name, str(serving.certificate.ca))


@pytest.fixture(params=["valr_python", "valr_py"])
def client_library(request):
    with localcontext():  # importing it cuts every Decimal of the thread to eight digits
        return importlib.import_module(request.param)


def test_rest_reads_orders_and_cancels(client_library, valr_is_here, serving):
    with localcontext():
        client = client_library.Client(api_key=serving.world.key, api_secret=serving.world.secret)
        assert len(client.get_currency_pairs()) == 346
        assert client.get_balances()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns of every 202
            client.post_limit_order(side="BUY", quantity=50, price=0.1, pair=PAIR, customer_order_id="over-tls")
        for _ in range(200):
            if found := client.get_all_open_orders():
                break
            time.sleep(0.01)  # a blocking client of a real server has no virtual time
        assert [row["customerOrderId"] for row in found] == ["over-tls"]
        client._session.close()
    serving.world.exchange.cancel_all(serving.world.account.id, None, time.time())


def heard(library, serving, kind, wanted, **more):
    """The first events that one of its sockets hands to a hook."""
    module = importlib.import_module(library.__name__)
    events: list[dict[str, Any]] = []

    class Enough(Exception):
        """The hook has heard what it waited for."""

    def hook(event):
        events.append(event)
        if event["type"] == wanted:
            raise Enough

    enums = importlib.import_module(f"{library.__name__}.enum")
    names = enums.TradeEvent if kind == "TRADE" else enums.AccountEvent
    client = module.WebSocketClient(
        api_key=serving.world.key, api_secret=serving.world.secret, ws_type=kind,
        hooks={event.name: hook for event in names}, **more,
    )  # fmt: skip

    async def run():
        async with asyncio.timeout(20):
            await client.run()

    with pytest.raises(Enough):
        asyncio.run(run())
    return events


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # it uses the older face of its own WebSocket library
def test_the_trade_socket(client_library, valr_is_here, serving):
    more = {"currency_pairs": ["BTCZAR"], "trade_subscriptions": ["AGGREGATED_ORDERBOOK_UPDATE"]}
    (event,) = heard(client_library, serving, "TRADE", "AGGREGATED_ORDERBOOK_UPDATE", **more)
    assert event["currencyPairSymbol"] == "BTCZAR"
    assert event["data"]["Asks"][0]["side"] == "sell"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_account_socket(client_library, valr_is_here, serving):
    events = heard(client_library, serving, "ACCOUNT", "OPEN_ORDERS_UPDATE")
    assert {event["type"] for event in events} == {"BALANCE_UPDATE", "OPEN_ORDERS_UPDATE"}


# ---- the certificate ------------------------------------------------------------------------------------------------
def read(url: str, ca: Path | None) -> Any:
    context = ssl.create_default_context(cafile=None if ca is None else str(ca))
    with urllib.request.urlopen(url, context=context, timeout=10) as answer:
        return json.loads(answer.read())


def test_it_is_good_for_this_machine_by_every_name(serving):
    for host in ("127.0.0.1", "localhost"):
        url = serving.url.replace("127.0.0.1", host) + "/v1/public/status"
        assert read(url, serving.certificate.ca) == {"status": "online"}


def test_who_does_not_trust_the_ca_does_not_come_in(serving):
    with pytest.raises(OSError, match="CERTIFICATE_VERIFY_FAILED"):
        read(serving.url + "/v1/public/status", None)


def names_of(path: Path) -> set[str]:
    known = x509.load_pem_x509_certificate(path.read_bytes())
    return {str(name.value) for name in known.extensions.get_extension_for_class(x509.SubjectAlternativeName).value}


def test_it_is_kept_until_it_is_nearly_over_and_made_anew_for_another_name(tmp_path):
    now_s = 1_800_000_000.0
    first = certificate(tmp_path, (), now_s)
    before = first.ca.read_bytes(), first.chain.read_bytes()
    again = certificate(tmp_path, (), now_s + 70 * 86_400)
    assert (again.ca.read_bytes(), again.chain.read_bytes()) == before
    assert certificate(tmp_path, (), now_s + 80 * 86_400).chain.read_bytes() != before[1]
    more = certificate(tmp_path, ("valr.example", "10.0.0.7"), now_s)
    assert names_of(more.chain) == {*tls.HOSTS, "valr.example", "10.0.0.7"}
    assert more.ca.read_bytes() == before[0], "who trusts the CA need not be told"


def test_keys_are_for_their_owner_alone(tmp_path):
    made = certificate(tmp_path, (), 1_800_000_000.0)
    for path in (made.key, tmp_path / "ca.key"):
        assert path.stat().st_mode & 0o777 == 0o600


def test_a_folder_that_cannot_be_used_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(UsageProblem, match="file"):
        certificate(tmp_path / "file", (), 1_800_000_000.0)
    (tmp_path / "ca.pem").write_text("rubbish", encoding="utf-8")
    (tmp_path / "ca.key").write_text("rubbish", encoding="utf-8")
    with pytest.raises(UsageProblem, match=r"no certificate can be kept"):
        certificate(tmp_path, (), 1_800_000_000.0)
