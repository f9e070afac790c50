"""A sandbox that is served from a thread, for clients that block."""

import asyncio
import threading

from valr_maker.clock import RealClock
from valr_maker.sandbox.server import SandboxServer
from valr_maker.sandbox.tls import Certificate
from valr_maker.sandbox.world import World


class Serving(threading.Thread):
    """A sandbox on a loop of its own, since the client blocks."""

    def __init__(self, certificate: Certificate | None = None) -> None:
        super().__init__(daemon=True)
        self.certificate = certificate
        self.loop = asyncio.new_event_loop()
        self.world = World(1)
        self.ready = threading.Event()
        self.url = ""

    def run(self) -> None:
        """Serve until `end`."""
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(self._serve())
        self.loop.close()

    async def _serve(self) -> None:
        self.stopped = asyncio.Event()
        server = SandboxServer(self.world, RealClock(), certificate=self.certificate)
        await server.start()
        self.url = server.rest_url
        self.ready.set()
        await self.stopped.wait()
        await server.stop()

    def end(self) -> None:
        """Stop, and wait for it."""
        self.loop.call_soon_threadsafe(self.stopped.set)
        self.join(20)
