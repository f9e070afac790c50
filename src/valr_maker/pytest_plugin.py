"""The pytest fixture `valr_sandbox`: a local VALR for other people's tests. docs/sandbox-for-tests.md shows it.

pytest loads this file in every project that has valr-maker installed, so it imports nothing until the fixture is used.
"""

import asyncio
import json
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from valr_maker.sandbox.inprocess import InProcessTransport
    from valr_maker.sandbox.server import SandboxServer
    from valr_maker.sandbox.world import World

PATIENCE_S = 20.0
MARKER = (
    "valr_sandbox(server=True, **world): how the fixture's sandbox is made; `world` is what World takes, such as seed"
)


class ControlRefused(AssertionError):
    """The sandbox would not do what a test asked of its operator's door."""


class ValrSandbox:
    """One sandbox. With a server it has addresses; without one, a transport inside the test's own event loop."""

    def __init__(self, world: "World") -> None:
        self.world = world
        """Look at it from its own thread only: through `control`, or when there is no server."""
        self.rest_url = self.ws_url = ""
        self._server: SandboxServer | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def key(self) -> str:
        """API key of the account `sandbox`, which has plenty of everything unless `funds` was given."""
        return self.world.key

    @property
    def secret(self) -> str:
        """Its secret."""
        return self.world.secret

    def control(self, verb: str, path: str, body: object = None) -> Any:
        """Ask the operator's door (docs/sandbox-control.md): `control("POST", "time/advance", {"seconds": 60})`.

        Raises ControlRefused when it is not done, RuntimeError without a server.
        """
        if self._loop is None or self._server is None:
            raise RuntimeError("without a server there is no operator's door: use .world")
        raw = b"" if body is None else json.dumps(body).encode()
        asked = asyncio.run_coroutine_threadsafe(self._ask(verb, path, raw), self._loop)
        status, answer = asked.result(PATIENCE_S)
        if status >= 400:  # noqa: PLR2004  # HTTP's line between well and ill
            raise ControlRefused(answer.decode())
        return json.loads(answer)

    async def _ask(self, verb: str, path: str, body: bytes) -> tuple[int, bytes]:
        assert self._server is not None, "it serves"
        headers = {"content-type": "application/json"} if body else {}
        reply = self._server.steer(verb, path, headers, body)
        return reply.status, reply.body

    def transport(self) -> "InProcessTransport":
        """Requests and sockets without a wire. Inside a running loop only; close it with `await transport.aclose()`."""
        from valr_maker.clock import RealClock
        from valr_maker.sandbox.inprocess import InProcessTransport

        return InProcessTransport(self.world, RealClock())

    def serve(self, ready: threading.Event, stopped: threading.Event) -> None:
        """Serve until told to stop; runs in a thread of its own."""
        with asyncio.Runner() as runner:
            self._loop = runner.get_loop()
            runner.run(self._serve(ready, stopped))

    async def _serve(self, ready: threading.Event, stopped: threading.Event) -> None:
        from valr_maker.clock import RealClock
        from valr_maker.sandbox.server import SandboxServer

        server = self._server = SandboxServer(self.world, RealClock())
        await server.start()
        self.rest_url, self.ws_url = server.rest_url, server.ws_url
        ready.set()
        await asyncio.to_thread(stopped.wait)
        await server.stop()


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", MARKER)


@pytest.fixture
def valr_sandbox(request: pytest.FixtureRequest) -> Iterator[ValrSandbox]:
    """A local VALR: served on a free port of 127.0.0.1, or with `@pytest.mark.valr_sandbox(server=False)` in process."""
    from valr_maker.sandbox.world import World

    marker = request.node.get_closest_marker("valr_sandbox")
    options: dict[str, Any] = dict(marker.kwargs) if marker else {}
    served = options.pop("server", True)
    sandbox = ValrSandbox(World(options.pop("seed", 1), **options))
    if not served:
        yield sandbox
        return
    ready, stopped = threading.Event(), threading.Event()
    thread = threading.Thread(target=sandbox.serve, args=(ready, stopped), daemon=True)
    thread.start()
    if not ready.wait(PATIENCE_S):
        pytest.fail("the sandbox did not start")
    yield sandbox
    stopped.set()
    thread.join(PATIENCE_S)
