"""Open a venue: the embedded sandbox over real sockets, a served one, or VALR itself."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from valr_maker.cli.keys import live_key
from valr_maker.cli.options import Venue
from valr_maker.clock import RealClock
from valr_maker.errors import UsageProblem
from valr_maker.gateway.sockets import AiohttpTransport
from valr_maker.keys import KEY_VARIABLE, SECRET_VARIABLE, ApiKey, from_environment

HOSTS = ("127.0.0.1", "localhost", "::1")
SCHEMES = {"http": "ws", "https": "wss"}
SERVED_REMEDY = f"Export {KEY_VARIABLE} and {SECRET_VARIABLE} as `valr-maker sandbox serve` printed them"


@dataclass(frozen=True, slots=True)
class OpenVenue:
    """A place to trade, with the key for it."""

    name: str
    transport: AiohttpTransport
    key: ApiKey | None


def key_of(venue: Venue) -> ApiKey:
    """The key for live trading, or that of a sandbox which somebody else serves. Raises KeyProblem."""
    if venue is Venue.LIVE:
        return live_key(os.environ)
    return from_environment(os.environ, purpose="that sandbox", remedy=SERVED_REMEDY)


@asynccontextmanager
async def open_venue(
    venue: Venue, *, seed: int = 1, address: str | None = None, needs_key: bool = True
) -> AsyncIterator[OpenVenue]:
    """Open it, and close it at the end. Raises KeyProblem for live without a key, UsageProblem for a bad address."""
    if venue is Venue.LIVE:
        if address is not None:
            raise UsageProblem("--address is for a sandbox", remedy="Leave it out with --venue live")
        key = key_of(venue) if needs_key else None
        async with _closing(OpenVenue("live", AiohttpTransport(), key)) as opened:
            yield opened
    elif address is not None:
        rest_url, ws_url = addresses(address, "--address")
        key = key_of(venue) if needs_key else None
        async with _closing(OpenVenue("sandbox", AiohttpTransport(rest_url, ws_url), key)) as opened:
            yield opened
    else:
        async with _embedded(seed) as opened:
            yield opened


@asynccontextmanager
async def _embedded(seed: int) -> AsyncIterator[OpenVenue]:
    from valr_maker.sandbox.server import SandboxServer
    from valr_maker.sandbox.world import World

    world = World(seed)
    server = SandboxServer(world, RealClock(), port=0)
    await server.start()
    try:
        transport = AiohttpTransport(server.rest_url, server.ws_url)
        key = ApiKey(world.key, world.secret, "sandbox key")
        async with _closing(OpenVenue("sandbox", transport, key)) as opened:
            yield opened
    finally:
        await server.stop()


@asynccontextmanager
async def _closing(opened: OpenVenue) -> AsyncIterator[OpenVenue]:
    try:
        yield opened
    finally:
        await opened.transport.aclose()


def addresses(address: str, option: str) -> tuple[str, str]:
    """REST and WebSocket address of a sandbox on this machine. Raises UsageProblem for any other place."""
    try:
        parts = urlsplit(address)
        ours = parts.scheme in SCHEMES and parts.hostname in HOSTS and parts.path in ("", "/") and parts.port != 0
    except ValueError:  # a port beyond all ports, half an IPv6 address
        ours = False
    if not ours:
        raise UsageProblem(
            f"{option} {address} is not a sandbox on this machine",
            remedy="Give the rest_url that `valr-maker sandbox serve` printed, such as http://127.0.0.1:8080",
        )
    return f"{parts.scheme}://{parts.netloc}", f"{SCHEMES[parts.scheme]}://{parts.netloc}"
