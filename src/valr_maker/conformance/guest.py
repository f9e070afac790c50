"""A client of the exchange that reads whatever comes: it knows signing and the rate windows, and no message types.

A guest of a foreign address reads only: it refuses to send anything that could place, change or cancel an order.
"""

import asyncio
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from valr_maker.clock import Clock
from valr_maker.conformance.expect import Mismatch, same, shown
from valr_maker.gateway.rate import RateBudget, limits_of
from valr_maker.gateway.transport import Socket, Transport
from valr_maker.keys import ApiKey
from valr_maker.wire import endpoints, every_endpoint, sign
from valr_maker.wire.closed import SocketClosed
from valr_maker.wire.endpoints import Limit

PATIENCE_S = 10.0
FRAME_S = 5.0
"""How long a frame may take that must come."""
LIMITED = 429
HARMLESS = ("PING", "SUBSCRIBE", "UNSUBSCRIBE")
"""What may be said over the socket of a foreign address."""


class Answer(NamedTuple):
    """One HTTP answer, and what was asked."""

    asked: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body. Raises Mismatch when it is no JSON."""
        try:
            return json.loads(self.body)
        except ValueError as problem:
            raise Mismatch(f"{self.asked}: not JSON but {shown(self.body)}") from problem

    def good(self, status: int = 200) -> Any:
        """The JSON of an answer with this status. Raises Mismatch."""
        if self.status != status:
            raise Mismatch(f"{self.asked}: wanted {status}, found {self.status} {shown(self.body)}")
        return self.json

    def refused(self, status: int, code: int, message: str | None = None) -> Any:
        """The JSON of a refusal with this status, code and text. Raises Mismatch."""
        body = self.good(status)
        same(body.get("code"), code, f"{self.asked}: code")
        if message is not None:
            same(body.get("message"), message, f"{self.asked}: message")
        return body

    def invalid(self, field: str) -> Any:
        """A refusal with -11 that names this field. Raises Mismatch."""
        body = self.refused(400, -11, "Invalid Request, please check your request and try again")
        named = [error["field"] for error in body.get("validationErrors", {}).get("errors", ())]
        same(named, [field], f"{self.asked}: fields of validationErrors")
        return body


class Ear:
    """One socket."""

    def __init__(self, socket: Socket, *, read_only: bool) -> None:
        self._socket, self._read_only = socket, read_only

    async def say(self, message: object) -> None:
        """An object as JSON, bytes as they are."""
        if isinstance(message, bytes):
            await self._socket.send(message)
            return
        kind = message.get("type") if isinstance(message, dict) else None
        assert not self._read_only or kind in HARMLESS, f"{kind} is not for a foreign address"
        await self._socket.send(json.dumps(message).encode())

    async def subscribe(self, event: str, *pairs: str) -> None:
        """Listen to the event of these pairs, and of no other."""
        await self.say({"type": "SUBSCRIBE", "subscriptions": [{"event": event, "pairs": list(pairs)}]})

    async def next(self, within_s: float = FRAME_S) -> Any:
        """The next frame. Raises Mismatch when none comes, or the end instead."""
        try:
            async with asyncio.timeout(within_s):
                raw = await self._socket.receive()
        except TimeoutError as problem:
            raise Mismatch(f"no frame within {within_s:g} s") from problem
        except SocketClosed as end:
            raise Mismatch(f"the socket was closed: {end.code} {end.reason}".rstrip()) from end
        try:
            return json.loads(raw)
        except ValueError as problem:
            raise Mismatch(f"a frame that is not JSON: {shown(raw)}") from problem

    async def until(self, kind: str, within_s: float = FRAME_S) -> Any:
        """The next frame of this type; what comes before is let go. Raises Mismatch."""
        try:
            async with asyncio.timeout(within_s):
                while True:
                    frame = await self.next(within_s + 1)
                    if frame.get("type") == kind:
                        return frame
        except TimeoutError as problem:
            raise Mismatch(f"no {kind} within {within_s:g} s") from problem

    async def heard(self, for_s: float = 0.1) -> list[Any]:
        """Everything that comes in this time."""
        frames: list[Any] = []
        try:
            async with asyncio.timeout(for_s):
                while True:
                    frames.append(await self.next(for_s + 1))
        except TimeoutError:
            return frames

    async def kinds(self, for_s: float = 0.1) -> list[str]:
        """Only the types of it."""
        return [frame["type"] for frame in await self.heard(for_s)]

    async def end(self, within_s: float) -> tuple[int, str]:
        """Code and reason with which the exchange hangs up; frames before are let go. Raises Mismatch."""
        try:
            async with asyncio.timeout(within_s):
                while True:
                    await self._socket.receive()
        except SocketClosed as end:
            return end.code, end.reason
        except TimeoutError as problem:
            raise Mismatch(f"still open after {within_s:g} s") from problem

    async def close(self) -> None:
        """Say goodbye."""
        await self._socket.close()


class Guest:
    """A client. `budget` None is for a sandbox of its own, where nobody has to be spared."""

    def __init__(
        self, transport: Transport, clock: Clock, key: ApiKey | None, budget: RateBudget | None = None
    ) -> None:
        self._transport, self._clock, self.key, self._budget = transport, clock, key, budget
        self._sub_account = ""
        self._remembered: dict[str, Answer] = {}
        self.ahead_s = 0.0
        """How far the exchange's clock is ahead of ours."""

    def acting_for(self, sub_account: str) -> "Guest":
        """The same key, for a sub-account."""
        other = Guest(self._transport, self._clock, self.key, self._budget)
        other._sub_account = sub_account  # it is one of us
        return other

    @property
    def now_s(self) -> float:
        """The exchange's wall time."""
        return self._clock.wall_s() + self.ahead_s

    def headers(self, verb: str, target: str, body: bytes = b"", now_s: float | None = None) -> dict[str, str]:
        """The headers of a well-behaved client."""
        assert self.key is not None, "a case without a key signs nothing"
        stamp_ms = int((self.now_s if now_s is None else now_s) * 1000)
        signed = dict(sign.headers(self.key.key, self.key.secret, stamp_ms, verb, target, body, self._sub_account))
        return signed | ({"Content-Type": "application/json"} if body or verb in ("POST", "PUT") else {})

    async def ask(
        self, verb: str, target: str, body: object = None, *, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """One call, signed unless its path is public or headers are given. A body of bytes goes as it is."""
        assert self._budget is None or verb == "GET", f"{verb} is not for a foreign address"
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        for_all = "/public/" in target or target.startswith("/v2/healthz")
        answer = await self._once(verb, target, raw, headers, signed=not for_all)
        if answer.status == LIMITED and self._budget is not None:
            limits = _limits(verb, target)
            await self._clock.sleep(self._budget.refused(limits, self.now_s, None))
            answer = await self._once(verb, target, raw, headers, signed=not for_all)
        return answer

    async def get(self, target: str) -> Answer:
        """A read."""
        return await self.ask("GET", target)

    async def look(self, target: str) -> Answer:
        """A read whose answer several cases share: thirty public reads a minute are not many."""
        if target not in self._remembered:
            self._remembered[target] = await self.get(target)
        return self._remembered[target]

    async def open(self, path: str, headers: Mapping[str, str] | None = None) -> Ear:
        """A socket: an account socket is signed, a trade socket is not, unless headers are given."""
        if headers is None:
            headers = self.headers("GET", path) if path == sign.ACCOUNT_PATH else {}
        await self._pace((endpoints.CONNECT,))
        socket = await self._transport.connect(path, headers)
        return Ear(socket, read_only=self._budget is not None)

    async def wait(self, seconds: float) -> None:
        """Let time pass."""
        await self._clock.sleep(seconds)

    async def wait_for_window(self, window_s: int) -> None:
        """Until a rate window has just begun."""
        await self._clock.sleep(window_s - self.now_s % window_s + 0.001)

    # ---- orders; only on a sandbox of its own -------------------------------------------------------------------
    async def place(self, side: str, quantity: str, price: str, pair: str = "DOGEUSDT", **more: object) -> str:
        """A limit order that is taken; its id. Raises Mismatch."""
        body = {"side": side, "quantity": quantity, "price": price, "pair": pair, **more}
        answer = await self.ask("POST", "/v2/orders/limit", body)
        return str(answer.good(201)["id"])

    async def status(self, order_id: str, pair: str = "DOGEUSDT") -> Any:
        """An order as its status has it now. Raises Mismatch."""
        return (await self.get(f"/v1/orders/{pair}/orderid/{order_id}")).good()

    async def balance(self, currency: str) -> tuple[str, str]:
        """Available and reserved."""
        for row in (await self.get("/v1/account/balances")).good():
            if row["currency"] == currency:
                return row["available"], row["reserved"]
        raise Mismatch(f"no balance of {currency}")

    async def _once(
        self, verb: str, target: str, raw: bytes, headers: Mapping[str, str] | None, *, signed: bool
    ) -> Answer:
        await self._pace(_limits(verb, target))
        if headers is None:
            headers = self.headers(verb, target, raw) if signed else {}
        async with asyncio.timeout(PATIENCE_S):
            reply = await self._transport.request(verb, target, headers, raw)
        return Answer(f"{verb} {target}", reply.status, reply.headers, reply.body)

    async def _pace(self, limits: tuple[Limit, ...]) -> None:
        if self._budget is None:
            return
        while (wait_s := self._budget.wait_s(limits, self.now_s)) > 0:
            await self._clock.sleep(wait_s)
        self._budget.spend(limits, self.now_s)


def _limits(verb: str, target: str) -> tuple[Limit, ...]:
    """What a call costs; of a path that does not exist, the strictest."""
    parts = target.partition("?")[0].split("/")
    for row in every_endpoint.EVERY:
        shape = row.path.split("/")
        if row.verb != verb or len(shape) != len(parts):
            continue
        if all(name == part or name.startswith("{") for name, part in zip(shape, parts, strict=True)):
            return limits_of(row)
    return (endpoints.PUBLIC,)
