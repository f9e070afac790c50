"""Bytes that are almost HTTP, to a served sandbox: VALR's error shape or its front end's page, no 500, nothing changed, no log.

One for every two hundred requests of test_fuzz.py: each has a connection of its own.
"""

import asyncio
import json
import random
from collections.abc import Callable
from typing import NamedTuple

import pytest
from kit.fuzzing import REQUESTS, STATUSES, scene
from kit.ground_truth import everything
from kit.malformed import CHARGE, Junk
from kit.sandbox_kit import StandingClock, Visitor

from valr_maker.sandbox.calls import Request
from valr_maker.sandbox.edge import MALFORMED
from valr_maker.sandbox.server import SandboxServer

CONNECTIONS = REQUESTS // 200
SHAPES = {"code", "message", "validationErrors", "orderId", "modifyOrderId"}
PATIENCE_S = 0.05
BARE = {
    "no HTTP": b"hello\r\n\r\n",
    "bytes": b"\x00\xff\x01 nonsense\r\n\r\n",
    "a TLS greeting": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x07" * 200 + b"\r\n\r\n",
    "a header that is none": b"GET /v1/public/time HTTP/1.1\r\nno header\r\n\r\n",
    "another HTTP": b"GET /v1/public/time HTTP/9.9\r\n\r\n",
    "a length that is none": b"POST /v2/orders/limit HTTP/1.1\r\nContent-Length: abc\r\n\r\n",
    "a length below zero": b"POST /v2/orders/limit HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
    "two lengths": b"POST /v2/orders/limit HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    "a broken chunk": b"POST /v2/orders/limit HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\nabc\r\n",
    "no gzip": b"POST /v2/orders/limit HTTP/1.1\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello",
    "a header without end": b"GET /v1/public/time HTTP/1.1\r\nX: " + b"a" * 20_000 + b"\r\n\r\n",
    "a path without end": b"GET /v1/public/" + b"a" * 20_000 + b" HTTP/1.1\r\n\r\n",
    "a verb in lower case": b"get /v1/public/time HTTP/1.1\r\n\r\n",
    "a star": b"OPTIONS * HTTP/1.1\r\n\r\n",
    "a socket of another age": b"GET /ws/trade HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: a\r\n"
    b"Sec-WebSocket-Version: 7\r\n\r\n",
    "a socket without a key": b"GET /ws/account HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
    "a socket elsewhere": b"GET /ws/other HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
}


class Said(NamedTuple):
    """What a connection was answered; status 0 when it was not."""

    status: int
    kind: str
    body: bytes


def as_bytes(request: Request) -> bytes:
    """A request as it goes over the wire."""
    lines = [f"{request.verb} {request.target} HTTP/1.1", "Host: x", f"Content-Length: {len(request.body)}"]
    lines += [f"{name}: {value}" for name, value in request.headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape") + request.body


def damaged(draw: random.Random, raw: bytes) -> bytes:
    """The same with something wrong, most of the time somewhere before the body."""
    for _ in range(draw.choice((0, 1, 1, 2, 5))):
        place = draw.randrange(min(len(raw), draw.choice((40, 200, 2_000))))
        chance = draw.random()
        if chance < 0.3:
            raw = raw[:place] + draw.choice(CHARGE) + raw[place + draw.choice((0, 1)) :]
        elif chance < 0.6:
            raw = raw[:place] + raw[place + draw.randint(1, 30) :]
        elif chance < 0.8:
            raw = raw[:place] + draw.choice((b"\r\n", b"\r\n\r\n", b" ", b": ", b"\t")) + raw[place:]
        else:
            raw = raw[:place]
        raw = raw or b"\r\n"
    return raw


async def asked(port: int, raw: bytes) -> Said:
    """Send these bytes and read the first answer; when none comes, the sandbox waits for the rest of them."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(raw)
        async with asyncio.timeout(PATIENCE_S):
            head = await reader.readuntil(b"\r\n\r\n")
            first, *lines = head.decode("latin-1").strip().split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
            status, length = int(first.split()[1]), int(headers.get("content-length", "0"))
            is_head = raw[:5] == b"HEAD "
            return Said(status, headers.get("content-type", ""), b"" if is_head else await reader.readexactly(length))
    except (TimeoutError, ConnectionError, asyncio.IncompleteReadError):
        return Said(0, "", b"")
    finally:
        writer.close()


def expect_valrs(said: Said) -> None:
    """A good answer, the page of the front end, or an error in VALR's shape."""
    if said.status in (0, 101, 204) or not said.body or said.body == MALFORMED:
        assert said.status < 500
        return
    assert said.status in {*STATUSES, 413, 426}, said
    if said.status < 400:
        return
    assert said.kind == "application/json", said
    found = json.loads(said.body)
    assert found.keys() <= SHAPES and found["code"] < 0 and found["message"], said


async def with_a_server(me: Visitor, sent: list[bytes], each: Callable[[bytes, Said], object]) -> None:
    server = SandboxServer(me.world, StandingClock())
    await server.start()
    port = int(server.rest_url.rpartition(":")[2])
    try:
        for raw in sent:
            said = await asked(port, raw)
            each(raw, said)
        assert (await asked(port, b"GET /v1/public/status HTTP/1.1\r\n\r\n")).body == b'{"status":"online"}'
    finally:
        await server.stop()


@pytest.mark.parametrize("name", BARE)
def test_what_is_no_http_is_refused_and_logged_nowhere(name: str, caplog: pytest.LogCaptureFixture):
    me, _ = scene(1)
    before = everything(me.world.exchange)
    heard: list[Said] = []
    asyncio.run(with_a_server(me, [BARE[name]], lambda _raw, said: heard.append(said)))
    (said,) = heard
    expect_valrs(said)
    assert 400 <= said.status < 500
    assert everything(me.world.exchange) == before
    assert caplog.records == []


def test_damaged_connections_are_answered_as_valr_would_and_a_refusal_changes_nothing(caplog: pytest.LogCaptureFixture):
    draw = random.Random(5)
    me, junk = scene(5)
    sent = [damaged(draw, as_bytes(_a_request(junk, me))) for _ in range(CONNECTIONS)]
    statuses: dict[int, int] = {}
    state = everything(me.world.exchange)

    def each(raw: bytes, said: Said) -> None:
        nonlocal state
        try:
            expect_valrs(said)
            now = everything(me.world.exchange)
            if said.status >= 400 and not json_has_an_order(said.body):
                assert now == state
        except Exception as problem:
            problem.add_note(repr(raw[:600]))
            raise
        state = now
        statuses[said.status] = statuses.get(said.status, 0) + 1

    asyncio.run(with_a_server(me, sent, each))
    assert statuses[200] and statuses[400] and statuses[401], statuses
    assert sum(count for status, count in statuses.items() if status) > CONNECTIONS * 0.8, statuses
    assert [record for record in caplog.records if record.levelname in ("ERROR", "CRITICAL")] == []


def json_has_an_order(body: bytes) -> bool:
    """Whether the engine has looked at it, so that it stands in the history."""
    return b'"orderId"' in body or b'"modifyOrderId"' in body


def _a_request(junk: Junk, me: Visitor) -> Request:
    while True:
        request, _why = junk.request(me.now_s)
        if request.verb.isascii() and request.verb and len(request.body) < 5_000:
            return request
