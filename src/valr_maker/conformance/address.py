"""The read-only part of the suite against an address, at the pace that its rate limits allow."""

from collections.abc import AsyncGenerator, Iterable

from valr_maker.clock import RealClock
from valr_maker.conformance.case import Case
from valr_maker.conformance.expect import Mismatch
from valr_maker.conformance.guest import Guest
from valr_maker.conformance.rawline import RawLine
from valr_maker.conformance.stage import Stage
from valr_maker.conformance.suite import Outcome, run_all
from valr_maker.errors import ExchangeUnreachable
from valr_maker.gateway.rate import RateBudget
from valr_maker.gateway.sockets import AiohttpTransport
from valr_maker.keys import ApiKey
from valr_maker.sandbox.server import SandboxServer
from valr_maker.sandbox.world import World
from valr_maker.wire.text import seconds_of

TIME = "/v1/public/time"
PATIENCE_S = 30.0
"""Cases that watch for longer are skipped unless asked for."""
ENDLESS_S = float("inf")
HURRY = 30
"""How fast time passes on a server of our own: nobody wants to see a minute of silence."""


async def over_address(
    cases: Iterable[Case], urls: tuple[str, str], key: ApiKey | None, *, slow: bool = False, pace: float = 1.0
) -> AsyncGenerator[Outcome, None]:
    """One by one; nothing is placed, changed or cancelled. `urls`: REST and sockets. Raises ExchangeUnreachable."""
    clock = RealClock()
    transport = AiohttpTransport(*urls)
    guest = Guest(transport, clock, key, RateBudget())
    stage = Stage(transport, clock, guest, strict=False, line=RawLine(urls[1]))
    stage.pace = pace
    try:
        await _synchronise(guest, urls[0])
        async for outcome in run_all(cases, stage, has_key=key is not None, wait_s=ENDLESS_S if slow else PATIENCE_S):
            yield outcome
    finally:
        await transport.aclose()


async def _synchronise(guest: Guest, url: str) -> None:
    """Sign with the address' time, not with this machine's."""
    try:
        guest.ahead_s = seconds_of((await guest.get(TIME)).good()["time"]) - guest.now_s
    except (ConnectionError, TimeoutError) as problem:
        why = str(problem) or "no answer in time"
        raise ExchangeUnreachable(
            f"{url} does not answer: {why}", remedy="Look at the address and the network"
        ) from problem
    except (Mismatch, KeyError, TypeError, ValueError) as problem:
        raise ExchangeUnreachable(
            f"{url} does not speak VALR's protocol: {problem}", remedy=f"Try {url}{TIME} in a browser"
        ) from problem


async def on_a_server(cases: Iterable[Case], seed: int = 1) -> AsyncGenerator[Outcome, None]:
    """The cases that need a real connection, on a server of our own whose time passes fast."""
    world = World(seed)
    server = SandboxServer(world, RealClock())
    await server.start()
    try:
        server.steer("PUT", "time/speed", {"content-type": "application/json"}, b'{"factor": %d}' % HURRY)
        async for outcome in over_address(cases, (server.rest_url, server.ws_url), None, slow=True, pace=HURRY):
            yield outcome
    finally:
        await server.stop()
