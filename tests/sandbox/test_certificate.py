"""The certificate authority that `--tls` makes, what its certificate is good for, and how a sealed server ends."""

import asyncio
import json
import socket
import ssl
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from kit.sandbox_kit import small_world

from valr_maker.clock import RealClock
from valr_maker.errors import UsageProblem
from valr_maker.sandbox import tls
from valr_maker.sandbox.server import SandboxServer
from valr_maker.sandbox.tls import certificate


def read(url: str, ca: Path | None) -> Any:
    context = ssl.create_default_context(cafile=None if ca is None else str(ca))
    with urllib.request.urlopen(url, context=context, timeout=10) as answer:
        return json.loads(answer.read())


def test_it_is_good_for_this_machine_by_every_name(sealed):
    for host in ("127.0.0.1", "localhost"):
        url = sealed.url.replace("127.0.0.1", host) + "/v1/public/status"
        assert read(url, sealed.certificate.ca) == {"status": "online"}


def test_who_does_not_trust_the_ca_does_not_come_in(sealed):
    with pytest.raises(OSError, match="CERTIFICATE_VERIFY_FAILED"):
        read(sealed.url + "/v1/public/status", None)


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


def test_a_stopped_server_leaves_no_connection_open_not_even_a_sealed_one(tmp_path):
    made = certificate(tmp_path, (), time.time())

    def visited(url: str) -> ssl.SSLSocket:
        context = ssl.create_default_context(cafile=str(made.ca))
        line = socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), 10)
        sealed_line = context.wrap_socket(line, server_hostname="localhost")
        sealed_line.sendall(b"GET /v1/public/status HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert sealed_line.recv(12) == b"HTTP/1.1 200"
        return sealed_line

    def insist(line: ssl.SSLSocket) -> None:
        for _ in range(3):  # what nobody takes is first accepted, then refused
            line.sendall(b"anybody there?")

    async def story():
        server = SandboxServer(small_world(), RealClock(), certificate=made)
        await server.start()
        with await asyncio.to_thread(visited, server.rest_url) as line:
            await server.stop()
            with pytest.raises(OSError, match=r"EOF|reset|pipe"):
                insist(line)

    asyncio.run(story())
