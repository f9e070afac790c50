"""Sandboxes that are served, and the published Python clients that find them, wholly unmodified.

valr-python and valr-py take another REST address; without one they ask https://api.valr.com, and their sockets know
nothing else. For that the name is pointed here inside this process, as a line in the hosts file does it for a machine,
and the sandbox's CA is trusted by the environment; certificates are checked as ever.
"""

import importlib
import socket
import time
from decimal import localcontext

import pytest
from kit.serving import served

from valr_maker.sandbox.tls import certificate

VALR = "api.valr.com"


@pytest.fixture(scope="module")
def plain():
    """Over http."""
    with served() as thread:
        yield thread


@pytest.fixture(scope="module")
def sealed(tmp_path_factory):
    """Over TLS."""
    with served(certificate(tmp_path_factory.mktemp("tls"), (), time.time())) as thread:
        yield thread


@pytest.fixture
def valr_is_here(sealed, monkeypatch):
    """api.valr.com:443 is the sealed sandbox, for this process."""
    real, port = socket.getaddrinfo, int(sealed.url.rpartition(":")[2])

    def pointed(host, wanted_port, *more, **named):
        return real("127.0.0.1", port, *more, **named) if host == VALR else real(host, wanted_port, *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", pointed)
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
        monkeypatch.setenv(name, str(sealed.certificate.ca))
    return sealed


@pytest.fixture(params=["valr_python", "valr_py"])
def library(request):
    """valr-python 0.2.7 and its descendant valr-py 0.3.1."""
    with localcontext():  # importing it cuts every Decimal of the thread to eight digits
        return importlib.import_module(request.param)
