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
from valr_maker.wire.codes import BAD_SIGNATURE, WireError
from valr_maker.wire.endpoints import Endpoint
from valr_maker.wire.text import seconds_of

LAST_GOOD, TOO_MANY, SERVER_FAULT = 299, 429, 500
TIME_OFF_S = 1.0
TIME_TRIES, TIME_LIMITED_MAX_S = 4, 2.0
"""The exchange's time has a window of one second that all programs of an address share: a full one is soon over."""
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

    def __init__(self, endpoint: Endpoint, why: str, *, status: int | None = None) -> None:
        self.why, self.status = why, status
        super().__init__(f"{endpoint.name}: {why}")


class NotSent(ValrMakerError):
    """The call was not carried out for certain: 429, or no connection was ever made."""

    def __init__(self, endpoint: Endpoint, why: str, *, wait_s: float | None = None) -> None:
        self.why, self.wait_s = why, wait_s
        super().__init__(f"{endpoint.name}: {why}")


UNANSWERED = (Refused, NoAnswer, NotSent, WireError)
"""Every way in which a call comes to nothing."""


@dataclass(slots=True)
class TimeOffset:
    """How far the exchange's clock is ahead of ours, in seconds: of the wall clock, and of the monotonic one."""

    seconds: float = 0.0
    since_start_s: float = 0.0
    known: bool = False


class RestClient:
    """Calls endpoints of wire/endpoints.py over a Transport. A method an endpoint would only repeat the table."""

    def __init__(self, transport: Transport, clock: Clock, key: ApiKey | None, budget: RateBudget) -> None:
        self._transport, self._clock, self._key = transport, clock, key
        self.budget = budget
        self.offset = TimeOffset()

    def wall_s(self) -> float:
        """The exchange's wall time, as far as we know it. Once learnt, a step of this machine's clock moves nothing."""
        if self.offset.known:
            return self._clock.monotonic_s() + self.offset.since_start_s
        return self._clock.wall_s()

    async def call(
        self,
        endpoint: Endpoint,
        *,
        parts: dict[str, str] | None = None,
        query: dict[str, str] | None = None,
        body: rest.Body | None = None,
        patient: bool = True,
    ) -> Any:
        """The typed answer; None where the table says so. Raises Refused, NoAnswer, NotSent, WireError.

        Waits for the budget unless `patient` is False: then NotSent. A WireError on a call that changes something is
        raised as NoAnswer: it may have been carried out. A signature that is refused is made once more with the
        exchange's time fetched anew: the machine may have slept.
        """
        target = endpoint.target(**(parts or {})) + (f"?{urlencode(query)}" if query else "")
        content = rest.encode(body) if body is not None else b""
        await self._within_budget(endpoint, patient=patient)
        try:
            return await self._once(endpoint, target, content)
        except Refused as problem:
            if problem.code != BAD_SIGNATURE.number or endpoint is endpoints.SERVER_TIME:
                raise
            if not await self.time_was_wrong():
                raise
        await self._within_budget(endpoint, patient=patient)
        return await self._once(endpoint, target, content)

    async def time_was_wrong(self) -> bool:
        """Fetch the exchange's time. Whether ours was off by enough to spoil a signature."""
        before_s = self.wall_s() - self._clock.monotonic_s()
        try:
            await self.synchronise()
        except UNANSWERED:
            return False
        return abs(self.wall_s() - self._clock.monotonic_s() - before_s) > TIME_OFF_S

    async def _once(self, endpoint: Endpoint, target: str, content: bytes) -> Any:
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
        """Learn the exchange's clock (`/v1/public/time`, ns precision). Returns the offset in seconds.

        A 429 that is over in a moment is waited for: without the time, a good key looks like a bad one.
        """
        for _ in range(TIME_TRIES - 1):
            try:
                return await self._ask_time()
            except NotSent as problem:
                if problem.wait_s is None or problem.wait_s > TIME_LIMITED_MAX_S:
                    raise
        return await self._ask_time()

    async def _ask_time(self) -> float:
        endpoint = endpoints.SERVER_TIME
        await self._within_budget(endpoint, patient=True)
        before_s, started_s = self._clock.wall_s(), self._clock.monotonic_s()
        answer: rest.ServerTime = await self._once(endpoint, endpoint.target(), b"")
        after_s = self._clock.wall_s()
        try:
            theirs_s = seconds_of(answer.time)
        except ValueError:
            theirs_s = float(answer.epoch_time)
        since_start_s = theirs_s - (started_s + self._clock.monotonic_s()) / 2
        self.offset = TimeOffset(theirs_s - (before_s + after_s) / 2, since_start_s, known=True)
        return self.offset.seconds

    async def _within_budget(self, endpoint: Endpoint, *, patient: bool) -> None:
        limits, urgent = limits_of(endpoint), endpoint.verb == "DELETE"
        while (wait_s := self.budget.wait_s(limits, self.wall_s(), urgent=urgent)) > 0:
            if not patient:
                raise NotSent(endpoint, f"the rate budget is spent for {wait_s:.1f} s")
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
            why = f"the exchange limits us (429); not before {wait_s:.1f} s from now"
            raise NotSent(endpoint, why, wait_s=wait_s)
        try:
            failure = rest.decode(reply.body, rest.Failure)
        except WireError as problem:
            why = f"HTTP {reply.status} without an error of VALR's: {problem}"
            raise NoAnswer(endpoint, why, status=reply.status) from problem
        if reply.status >= SERVER_FAULT:
            raise NoAnswer(endpoint, f"HTTP {reply.status}: {failure.message}", status=reply.status)
        raise Refused(endpoint, reply.status, failure)


def _retry_after_s(reply: Reply) -> float | None:
    text = reply.headers.get("retry-after", "")
    return min(float(text), RETRY_AFTER_MAX_S) if text.isascii() and text.isdigit() else None
