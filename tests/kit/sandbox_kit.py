"""A sandbox to talk to: one client's calls, signed, against the pure world or through either door.

desk = Visitor()                                    # no crowd, no latency: every answer comes at once
reply = desk.ask("POST", "/v2/orders/limit", {"side": "BUY", ...})
socket = desk.open("/ws/account")
socket.say({"type": "PING"}); assert socket.kinds() == ["PONG"]
"""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

from kit.trading import ASLEEP, DOGEUSDT, DOGEZAR

from valr_maker.sandbox.accounts import Account
from valr_maker.sandbox.calls import Reply, Request
from valr_maker.sandbox.inprocess import InProcessTransport
from valr_maker.sandbox.rules import Latency
from valr_maker.sandbox.server import SandboxServer
from valr_maker.sandbox.session import Line
from valr_maker.sandbox.world import World
from valr_maker.wire import sign

D = Decimal
PURSE = {"USDT": D(1000), "DOGE": D(1000), "ZAR": D(10_000)}
AT_ONCE = Latency(0.0, 0.0)


def small_world(**more: Any) -> World:
    """Three pairs, a small purse, nobody else there, and answers without delay, unless told."""
    defaults: dict[str, Any] = {
        "universe": (DOGEUSDT, DOGEZAR, ASLEEP),
        "funds": PURSE,
        "latency": AT_ONCE,
        "crowd": False,
    }
    return World(1, **(defaults | more))


def signed(account: Account, now_s: float, verb: str, target: str, body: bytes = b"") -> dict[str, str]:
    """The headers of a well-behaved client."""
    headers = dict(sign.headers(account.key, account.secret, int(now_s * 1000), verb, target, body))
    return headers | ({"Content-Type": "application/json"} if body else {})


def limit(side: str, quantity: object, price: object, **more: object) -> dict[str, object]:
    """The body of a limit order on DOGEUSDT."""
    return {"side": side, "quantity": quantity, "price": price, "pair": "DOGEUSDT", **more}


class Visitor:
    """A client of a pure world, and the hand that moves its time."""

    def __init__(self, world: World | None = None, account: Account | None = None, **more: Any) -> None:
        self.world = world or small_world(**more)
        self.account = account or self.world.account
        self.now_s = 1_700_000_000.0

    def friend(self, label: str = "friend") -> "Visitor":
        """Somebody else in the same world."""
        return Visitor(self.world, self.world.create_account(label, PURSE))

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.now_s += seconds
        self.world.advance(self.now_s)

    def send(self, verb: str, target: str, headers: Mapping[str, str], body: bytes = b"") -> list[Reply]:
        """Exactly this request. The list fills when the answer comes."""
        replies: list[Reply] = []
        self.world.request(Request(verb, target, headers, body), self.now_s, replies.append)
        return replies

    def ask(self, verb: str, target: str, body: object = None) -> Reply:
        """A signed request, and its answer; needs a world without latency."""
        raw = b"" if body is None else json.dumps(body).encode()
        (reply,) = self.send(verb, target, signed(self.account, self.now_s, verb, target, raw), raw)
        return reply

    def get(self, target: str) -> Any:
        """The JSON of a signed read that works."""
        reply = self.ask("GET", target)
        assert reply.status == 200, reply
        return json.loads(reply.body)

    def place(self, side: str, quantity: str, price: str, **more: object) -> str:
        """A limit order on DOGEUSDT that is placed; its id."""
        reply = self.ask("POST", "/v2/orders/limit", limit(side, quantity, price, **more))
        assert reply.status == 201, reply
        return str(json.loads(reply.body)["id"])

    def open(self, path: str, headers: Mapping[str, str] | None = None) -> "Heard":
        """A socket; signed unless headers are given."""
        given = signed(self.account, self.now_s, "GET", path) if headers is None else headers
        return Heard(self, path, given)


class Heard:
    """One socket and all it was told."""

    def __init__(self, visitor: Visitor, path: str, headers: Mapping[str, str]) -> None:
        self._visitor = visitor
        self.frames: list[bytes] = []
        self.ended: tuple[int, str] | None = None
        line = Line(self.frames.append, lambda code, reason: setattr(self, "ended", (code, reason)))
        self.session = visitor.world.open(path, headers, visitor.now_s, line)

    def say(self, message: object) -> None:
        """A frame from the client: bytes as they are, anything else as JSON."""
        raw = message if isinstance(message, bytes) else json.dumps(message).encode()
        self._visitor.world.receive(self.session, raw, self._visitor.now_s)

    def heard(self) -> list[dict[str, Any]]:
        """What came since the last time."""
        frames = [json.loads(frame) for frame in self.frames]
        self.frames.clear()
        return frames

    def kinds(self) -> list[str]:
        """Only the types of it."""
        return [frame["type"] for frame in self.heard()]

    def leave(self) -> None:
        """The connection drops."""
        self._visitor.world.closed(self.session, self._visitor.now_s)


class StandingClock:
    """A clock at one moment: what passes through a real socket can then be compared to the byte."""

    def wall_s(self) -> float:
        """Always the same."""
        return 1_700_000_000.0

    def monotonic_s(self) -> float:
        """Always the same."""
        return 100.0

    async def sleep(self, seconds: float) -> None:
        """Nothing to wait for."""


@asynccontextmanager
async def through(door: str, world: World, clock: Any) -> AsyncIterator[Any]:
    """A Transport to the world: "in process" or "over sockets"."""
    if door == "in process":
        transport: Any = InProcessTransport(world, clock)
        yield transport
        await transport.aclose()
        return
    from valr_maker.gateway.sockets import AiohttpTransport

    server = SandboxServer(world, clock)
    await server.start()
    transport = AiohttpTransport(server.rest_url, server.ws_url)
    try:
        yield transport
    finally:
        await transport.aclose()
        await server.stop()
