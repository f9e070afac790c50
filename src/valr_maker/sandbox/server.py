"""The door with a wire: an HTTP and WebSocket server on this machine alone.

Signatures are checked over the request target as it came. Frames go out in order; a reader that cannot keep up is cut
off, so nothing grows without bound.
"""

import asyncio
import errno
import ssl
from collections import deque
from collections.abc import Awaitable, Mapping

from aiohttp import WSMsgType, web

from valr_maker.clock import Clock
from valr_maker.errors import UsageProblem
from valr_maker.sandbox.calls import Reply, refused
from valr_maker.sandbox.control import PREFIX, Control, too_large
from valr_maker.sandbox.desk import SOCKETS
from valr_maker.sandbox.driver import Driver
from valr_maker.sandbox.edge import VIA
from valr_maker.sandbox.front import Front
from valr_maker.sandbox.refusals import BAD_REQUEST, no
from valr_maker.sandbox.session import ABNORMAL, Line, Session
from valr_maker.sandbox.tls import Certificate
from valr_maker.sandbox.world import World
from valr_maker.wire import codes

HOST = "127.0.0.1"
UNSENT_MAX = 10_000
"""Frames that wait for a slow reader. To subscribe to everything there is brings some 4,200 at once."""
CLOSE_WAIT_S = 1.0
STEERING_MAX_BYTES = 256 * 2**20
"""A snapshot on its way back; clients of VALR get 1 MiB."""
RESTARTED = 1012
"""Seen on VALR's sockets (C)."""
SHUTDOWN_S = 0.5
_FRAME_TYPES = (WSMsgType.TEXT, WSMsgType.BINARY)
_SIGNS_OF_LIFE = (WSMsgType.PING, WSMsgType.PONG)


class SandboxServer:
    """Serves one world. `port` 0 takes any free one."""

    def __init__(self, world: World, clock: Clock, *, port: int = 0, certificate: Certificate | None = None) -> None:
        """With a certificate it speaks TLS, and nothing else."""
        self._world, self._clock, self._port = world, clock, port
        self._certificate = certificate
        self._driver: Driver | None = None
        self._runner: web.ServerRunner | None = None
        self._web = Front(self._handle)
        self._sockets: set[_ServedSocket] = set()

    @property
    def rest_url(self) -> str:
        """Base of REST addresses."""
        return f"{'https' if self._certificate else 'http'}://{HOST}:{self._port}"

    @property
    def ws_url(self) -> str:
        """Base of socket addresses."""
        return f"{'wss' if self._certificate else 'ws'}://{HOST}:{self._port}"

    async def start(self) -> None:
        """Listen. Raises UsageProblem for a port that cannot be had."""
        self._driver = Driver(self._world, self._clock)
        self._control = Control(self._driver, self._drop_sockets)
        runner = web.ServerRunner(self._web, shutdown_timeout=SHUTDOWN_S)
        await runner.setup()
        try:
            await web.TCPSite(runner, HOST, self._port, ssl_context=_tls(self._certificate)).start()
        except (OSError, OverflowError) as problem:
            await runner.cleanup()
            raise _no_port(self._port, problem) from problem
        self._runner = runner
        self._port = runner.addresses[0][1]

    def steer(self, verb: str, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Ask the operator's door from inside the server's own loop; `path` as in docs/sandbox-control.md."""
        return self._control.handle(verb, PREFIX + path, headers, body)

    async def stop(self) -> None:
        """Cut every connection and let go of the port."""
        for socket in tuple(self._sockets):
            socket.abort()
        if self._runner is not None:
            lines = [connection.transport for connection in self._web.connections]
            await self._runner.cleanup()
            for line in lines:
                if line is not None:
                    line.abort()  # a TLS one would wait half a minute for the client's goodbye
            await self._clock.sleep(0)  # they are let go of at the loop's next turn
            self._runner = None
        if self._driver is not None:
            self._driver.stop()

    def _drop_sockets(self) -> int:
        """Every connection ends with 1012, as when VALR restarts."""
        dropped = tuple(self._sockets)
        for socket in dropped:
            socket.hang_up(RESTARTED, "")
        return len(dropped)

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        assert self._driver is not None, "requests come after start"
        target = request.raw_path
        if request.headers.get("Upgrade", "").lower() == "websocket" and target.partition("?")[0] in SOCKETS:
            return await self._serve_socket(request)
        try:
            if target.startswith(PREFIX):
                status, headers, answer = await self._steered(request)
            else:
                body = await request.read() if request.can_read_body else b""
                status, headers, answer = await self._driver.request(request.method, target, request.headers, body)
        except web.HTTPRequestEntityTooLarge as problem:
            return _refusal(problem.status)
        except web.RequestPayloadError:  # the body ended before its time, or badly
            return _refusal(BAD_REQUEST)
        except ConnectionError:  # the world was swapped before it could answer
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        return web.Response(status=status, headers=headers, body=answer)

    async def _steered(self, request: web.BaseRequest) -> Reply:
        body = bytearray()
        async for chunk in request.content.iter_any():
            body += chunk
            if len(body) > STEERING_MAX_BYTES:
                return too_large(STEERING_MAX_BYTES)
        return self._control.handle(request.method, request.raw_path, request.headers, bytes(body))

    async def _serve_socket(self, request: web.BaseRequest) -> web.StreamResponse:
        assert self._driver is not None, "sockets come after start"
        response = web.WebSocketResponse(autoping=False, timeout=CLOSE_WAIT_S)
        try:
            await response.prepare(request)
        except web.HTTPException as problem:  # no handshake
            return _refusal(problem.status)
        socket = _ServedSocket(response, request.transport)
        self._sockets.add(socket)
        writer = asyncio.create_task(socket.write_on())
        path = request.raw_path.partition("?")[0]
        session = self._driver.open(path, request.headers, Line(socket.deliver, socket.hang_up))
        try:
            await socket.read_on(self._driver, session)
        finally:
            self._sockets.discard(socket)
            writer.cancel()
            self._driver.closed(session)
        return response


def _refusal(status: int) -> web.Response:
    """In VALR's shape, of what never came as far as the desk."""
    reply = refused(no(codes.INVALID_REQUEST, status))
    return web.Response(status=status, headers={**reply.headers, **VIA}, body=reply.body)


def _tls(certificate: Certificate | None) -> ssl.SSLContext | None:
    if certificate is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.chain, certificate.key)
    return context


class _ServedSocket:
    """Frames of one connection on their way out, and its end.

    What an incoming frame causes is written by its reader, without a hop; what comes by itself, by `write_on`.
    """

    def __init__(self, response: web.WebSocketResponse, transport: asyncio.Transport | None) -> None:
        self._response, self._transport = response, transport
        self._unsent: deque[bytes] = deque()
        self._wake = asyncio.Event()
        self._reader_writes = False
        self._is_flushing = False
        self._end: tuple[int, str] | None = None

    def deliver(self, frame: bytes) -> None:
        """A frame from the exchange."""
        if len(self._unsent) >= UNSENT_MAX:
            self.abort()
            return
        self._unsent.append(frame)
        if not self._reader_writes:
            self._wake.set()

    def hang_up(self, code: int, reason: str) -> None:
        """The exchange ends it, after what was said before."""
        self._end = (code, reason)
        self._wake.set()

    def abort(self) -> None:
        """Gone, without a close frame."""
        self._unsent.clear()
        if self._transport is not None:
            self._transport.abort()

    async def read_on(self, driver: Driver, session: Session) -> None:
        """Take frames until the connection ends."""
        while True:
            message = await self._response.receive()
            if message.type in _FRAME_TYPES:
                self._reader_writes = True
                try:
                    driver.receive(session, message.data)
                finally:
                    self._reader_writes = False
                await self._flush()
            elif message.type in _SIGNS_OF_LIFE:
                driver.touch(session)
                if message.type is WSMsgType.PING:
                    await self._try(self._response.pong(message.data))
            else:
                return

    async def write_on(self) -> None:
        """Send what comes by itself."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            await self._flush()
            if self._end is not None and not self._unsent:
                code, reason = self._end
                if code == ABNORMAL:
                    self.abort()
                else:
                    await self._response.close(code=code, message=reason.encode())
                return

    async def _flush(self) -> None:
        if self._is_flushing:
            return  # whoever is at it takes ours along
        self._is_flushing = True
        try:
            while self._unsent:
                await self._try(self._response.send_frame(self._unsent.popleft(), WSMsgType.TEXT))
        finally:
            self._is_flushing = False

    async def _try(self, sending: Awaitable[None]) -> None:
        try:
            await sending
        except (ConnectionError, RuntimeError):  # aiohttp: the peer is gone, or the socket is closing
            self._unsent.clear()


def _no_port(port: int, problem: Exception) -> UsageProblem:
    if isinstance(problem, OSError) and problem.errno == errno.EADDRINUSE:
        return UsageProblem(
            f"port {port} is in use", remedy=f"Take another, such as --port {port + 1}, or --port 0 for any free one"
        )
    if isinstance(problem, PermissionError):
        return UsageProblem(
            f"port {port} needs the rights of an administrator",
            remedy="Take one of 1024 or more; or, on Linux, allow it once: sudo sysctl net.ipv4.ip_unprivileged_port_start=443",
        )
    return UsageProblem(f"port {port} cannot be had ({problem})", remedy="Take one of 1024 to 65535, or 0 for any")
