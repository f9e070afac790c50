"""A sandbox that is served from a thread, for clients that block."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from valr_maker.clock import RealClock
from valr_maker.sandbox.server import SandboxServer
from valr_maker.sandbox.tls import Certificate
from valr_maker.sandbox.world import World


class Serving(threading.Thread):
    """A sandbox on a loop of its own, since the client blocks."""

    def __init__(self, certificate: Certificate | None = None, *, crowd: bool = True) -> None:
        super().__init__(daemon=True)
        self.certificate = certificate
        self.loop = asyncio.new_event_loop()
        self.world = World(1, crowd=crowd)
        self.ready = threading.Event()
        self.url = ""

    def run(self) -> None:
        """Serve until `end`."""
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(self._serve())
        self.loop.close()

    async def _serve(self) -> None:
        self.stopped = asyncio.Event()
        self._server = SandboxServer(self.world, RealClock(), certificate=self.certificate)
        await self._server.start()
        self.url = self._server.rest_url
        self.ready.set()
        await self.stopped.wait()
        await self._server.stop()

    def steer(self, verb: str, path: str, body: object) -> Any:
        """Ask the operator's door, from any other thread (docs/sandbox-control.md)."""
        return asyncio.run_coroutine_threadsafe(self._steer(verb, path, body), self.loop).result(20)

    async def _steer(self, verb: str, path: str, body: object) -> Any:
        reply = self._server.steer(verb, path, {"content-type": "application/json"}, json.dumps(body).encode())
        assert reply.status < 300, reply.body
        return json.loads(reply.body)

    def end(self) -> None:
        """Stop, and wait for it."""
        self.loop.call_soon_threadsafe(self.stopped.set)
        self.join(20)


@contextmanager
def served(sealed_with: Certificate | None = None, *, crowd: bool = True) -> Iterator[Serving]:
    """One that ends with the block."""
    thread = Serving(sealed_with, crowd=crowd)
    thread.start()
    assert thread.ready.wait(20)
    yield thread
    thread.end()
