"""REST: one method for every endpoint, inside the budgets, signed with the exchange's time."""

import asyncio
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from valr_maker.clock import Clock
from valr_maker.errors import ValrMakerError
from valr_maker.gateway.rate import RateBudget, limits_of
from valr_maker.gateway.transport import Reply, Transport
from valr_maker.keys import ApiKey
from valr_maker.wire import endpoints, rest, sign
from valr_maker.wire.codes import WireError
from valr_maker.wire.endpoints import Endpoint
from valr_maker.wire.text import seconds_of

LAST_GOOD, TOO_MANY, SERVER_FAULT = 299, 429, 500
PATIENCE_S = 10.0
RETRY_AFTER_MAX_S = 600.0
"""Longer than any window of VALR's; a front end that says more is asked again after this."""


class Refused(ValrMakerError):
    """The exchange answered no: its code, its words, the HTTP status, and the order's id when it had got one."""

    def __init__(self, endpoint: Endpoint, status: int, failure: rest.Failure) -> None:
        self.why = f"{failure.message.strip()} (code {failure.code}, HTTP {status})"
        super().__init__(f"{endpoint.name}: {self.why}")
        self.status, self.code, self.order_id = status, failure.code, failure.order_id


class NoAnswer(ValrMakerError):
    """It is not known whether the call was carried out: a time-out, a broken line, HTML, 5xx. Look before repeating."""

    def __init__(self, endpoint: Endpoint, why: str) -> None:
        self.why = why
        super().__init__(f"{endpoint.name}: {why}")


class NotSent(ValrMakerError):
    """The call was not carried out for certain: 429, or no connection was ever made."""

    def __init__(self, endpoint: Endpoint, why: str) -> None:
        self.why = why
        super().__init__(f"{endpoint.name}: {why}")


@dataclass(slots=True)
class TimeOffset:
    """How far the exchange's clock is ahead of ours, in seconds."""

    seconds: float = 0.0
    known: bool = False


class RestClient:
    """Calls endpoints of wire/endpoints.py over a Transport. A method an endpoint would only repeat the table."""

    def __init__(self, transport: Transport, clock: Clock, key: ApiKey | None, budget: RateBudget) -> None:
        self._transport, self._clock, self._key = transport, clock, key
        self.budget = budget
        self.offset = TimeOffset()

    def wall_s(self) -> float:
        """The exchange's wall time, as far as we know it."""
        return self._clock.wall_s() + self.offset.seconds

    async def call(
        self,
        endpoint: Endpoint,
        *,
        parts: dict[str, str] | None = None,
        query: dict[str, str] | None = None,
        body: rest.Body | None = None,
    ) -> Any:
        """The typed answer; None where the table says so. Waits for the budget. Raises Refused, NoAnswer, NotSent, WireError.

        A WireError on a call that changes something is raised as NoAnswer: it may have been carried out.
        """
        target = endpoint.target(**(parts or {})) + (f"?{urlencode(query)}" if query else "")
        content = rest.encode(body) if body is not None else b""
        await self._within_budget(endpoint)
        headers = self._headers(endpoint, target, content)
        try:
            async with asyncio.timeout(PATIENCE_S):
                reply = await self._transport.request(endpoint.verb, target, headers, content)
        except TimeoutError as problem:
            raise NoAnswer(endpoint, f"no answer within {PATIENCE_S:.0f} s") from problem
        except ConnectionError as problem:
            raise NoAnswer(endpoint, f"connection failed: {problem}") from problem
        return self._read(endpoint, reply)

    async def synchronise(self) -> float:
        """Learn the exchange's clock (`/v1/public/time`, ns precision). Returns the offset in seconds."""
        before_s = self._clock.wall_s()
        answer: rest.ServerTime = await self.call(endpoints.SERVER_TIME)
        after_s = self._clock.wall_s()
        try:
            theirs_s = seconds_of(answer.time)
        except ValueError:
            theirs_s = float(answer.epoch_time)
        self.offset = TimeOffset(theirs_s - (before_s + after_s) / 2, known=True)
        return self.offset.seconds

    async def _within_budget(self, endpoint: Endpoint) -> None:
        limits, urgent = limits_of(endpoint), endpoint.verb == "DELETE"
        while (wait_s := self.budget.wait_s(limits, self.wall_s(), urgent=urgent)) > 0:
            await self._clock.sleep(wait_s)
        self.budget.spend(limits, self.wall_s())

    def _headers(self, endpoint: Endpoint, target: str, content: bytes) -> dict[str, str]:
        headers = {"Accept": "application/json"}
        if content:
            headers["Content-Type"] = "application/json"
        if endpoint.signed and self._key is not None:
            stamp_ms = int(self.wall_s() * 1000)
            headers |= sign.headers(self._key.key, self._key.secret, stamp_ms, endpoint.verb, target, content)
        return headers

    def _read(self, endpoint: Endpoint, reply: Reply) -> Any:
        if reply.status <= LAST_GOOD:
            if endpoint.answer is None:
                return None
            try:
                return rest.decode(reply.body, endpoint.answer)
            except WireError as problem:
                if endpoint.verb == "GET":
                    raise
                raise NoAnswer(endpoint, str(problem)) from problem
        if reply.status == TOO_MANY:
            wait_s = self.budget.refused(limits_of(endpoint), self.wall_s(), _retry_after_s(reply))
            raise NotSent(endpoint, f"the exchange limits us (429); not before {wait_s:.1f} s from now")
        try:
            failure = rest.decode(reply.body, rest.Failure)
        except WireError as problem:
            raise NoAnswer(endpoint, f"HTTP {reply.status} without an error of VALR's: {problem}") from problem
        if reply.status >= SERVER_FAULT:
            raise NoAnswer(endpoint, f"HTTP {reply.status}: {failure.message}")
        raise Refused(endpoint, reply.status, failure)


def _retry_after_s(reply: Reply) -> float | None:
    text = reply.headers.get("retry-after", "")
    return min(float(text), RETRY_AFTER_MAX_S) if text.isascii() and text.isdigit() else None
