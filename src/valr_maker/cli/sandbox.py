"""`valr-maker sandbox serve`: the local VALR as a server of its own."""

import asyncio
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from valr_maker.cli.crowd import prepare
from valr_maker.cli.loop import on_signals, run
from valr_maker.clock import RealClock
from valr_maker.errors import Exit
from valr_maker.sandbox import tls
from valr_maker.sandbox.server import SandboxServer
from valr_maker.sandbox.settings import settings
from valr_maker.sandbox.tls import Certificate
from valr_maker.sandbox.world import World


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """What the command line asked for."""

    port: int
    seed: int
    as_json: bool
    tls: bool = False
    tls_dir: Path | None = None
    tls_hosts: tuple[str, ...] = ()
    crowd: Path | None = None
    scenarios: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()


def serve_command(options: ServeOptions) -> Exit:
    """Serve until Ctrl-C. Raises UsageProblem for a port or a certificate that cannot be had."""
    run(_serve(options))
    return Exit.OK


async def _serve(options: ServeOptions) -> None:
    world, clock, certificate = World(options.seed, rules=settings(options.settings)), RealClock(), None
    prepare(world, options.crowd, options.scenarios)
    if options.tls:
        folder = options.tls_dir or tls.folder_of(os.environ)
        certificate = tls.certificate(folder, options.tls_hosts, clock.wall_s())
    server = SandboxServer(world, clock, port=options.port, certificate=certificate)
    await server.start()
    try:
        ready = {
            "rest_url": server.rest_url,
            "ws_url": server.ws_url,
            "api_key": world.key,
            "api_secret": world.secret,
        }
        if certificate is not None:
            ready["ca_file"] = str(certificate.ca)
        sys.stdout.write((json.dumps(ready) if options.as_json else _as_text(ready, options.seed, certificate)) + "\n")
        sys.stdout.flush()
        stopped = asyncio.Event()
        on_signals(lambda _name: stopped.set())
        await stopped.wait()
    finally:
        await server.stop()


def _as_text(ready: dict[str, str], seed: int, certificate: Certificate | None) -> str:
    lines = [
        f"A local VALR is ready (seed {seed}, play money). Ctrl-C ends it.",
        f"  REST        {ready['rest_url']}",
        f"  WebSocket   {ready['ws_url']}/ws/trade and /ws/account",
        f"  API key     {ready['api_key']}",
        f"  API secret  {ready['api_secret']}",
    ]
    if certificate is not None:
        lines += [
            f"  Trust       {certificate.ca}",
            "              in your client alone: SSL_CERT_FILE, REQUESTS_CA_BUNDLE or NODE_EXTRA_CA_CERTS name it;",
            "              docs/sandbox.md says how a client with a fixed address finds it",
        ]
    return "\n".join(lines)
