"""`valr-maker sandbox serve`: the local VALR as a server of its own."""

import asyncio
import json
import sys

from valr_maker.cli.loop import on_signals, run
from valr_maker.clock import RealClock
from valr_maker.errors import Exit
from valr_maker.sandbox.server import SandboxServer
from valr_maker.sandbox.world import World


def serve_command(port: int, seed: int, *, as_json: bool) -> Exit:
    """Serve until Ctrl-C. Raises UsageProblem for a taken port."""
    run(_serve(port, seed, as_json=as_json))
    return Exit.OK


async def _serve(port: int, seed: int, *, as_json: bool) -> None:
    world = World(seed)
    server = SandboxServer(world, RealClock(), port=port)
    await server.start()
    try:
        ready = {
            "rest_url": server.rest_url,
            "ws_url": server.ws_url,
            "api_key": world.key,
            "api_secret": world.secret,
        }
        sys.stdout.write((json.dumps(ready) if as_json else _as_text(ready, seed)) + "\n")
        sys.stdout.flush()
        stopped = asyncio.Event()
        on_signals(lambda _name: stopped.set())
        await stopped.wait()
    finally:
        await server.stop()


def _as_text(ready: dict[str, str], seed: int) -> str:
    return "\n".join(
        (
            f"A local VALR is ready (seed {seed}, play money). Ctrl-C ends it.",
            f"  REST        {ready['rest_url']}",
            f"  WebSocket   {ready['ws_url']}/ws/trade and /ws/account",
            f"  API key     {ready['api_key']}",
            f"  API secret  {ready['api_secret']}",
        )
    )
