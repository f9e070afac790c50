"""The real Transport, on aiohttp. Foreign exceptions end here: out come ConnectionError, TimeoutError, SocketClosed."""

from collections.abc import Mapping
from io import BytesIO
from typing import NamedTuple

import aiohttp
from yarl import URL

from valr_maker.gateway.transport import NameUnknown, NotListening, TlsFailed
from valr_maker.wire.closed import SocketClosed

ABNORMAL = 1006
LIVE_REST = "https://api.valr.com"
LIVE_WS = "wss://api.valr.com"
TIMEOUT_S = 10.0
CLOSE_PATIENCE_S = 2.0
FETCH_TIMEOUT_S = 5.0
FETCHED_MAX_BYTES = 64 * 2**10
MESSAGE_MAX_BYTES = 16 * 2**20
AT_ONCE_MAX_BYTES = 2**20


class HttpReply(NamedTuple):
    """One HTTP answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class AiohttpSocket:
    """One WebSocket of aiohttp."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket

    async def send(self, frame: bytes) -> None:
        """Send one text frame. Raises SocketClosed."""
        try:
            await self._socket.send_frame(frame, aiohttp.WSMsgType.TEXT)
        except (ConnectionError, aiohttp.ClientError) as problem:
            raise SocketClosed(ABNORMAL, str(problem)) from problem

    async def receive(self) -> bytes | str:
        """Wait for the next text or binary frame. Raises SocketClosed."""
        message = await self._socket.receive()
        if message.type in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY):
            data: bytes | str = message.data
            return data
        if message.type is aiohttp.WSMsgType.ERROR:
            raise SocketClosed(ABNORMAL, str(message.data))
        code = message.data if message.type is aiohttp.WSMsgType.CLOSE else self._socket.close_code
        reason = message.extra if message.type is aiohttp.WSMsgType.CLOSE and message.extra else ""
        raise SocketClosed(int(code or ABNORMAL), str(reason))

    async def close(self) -> None:
        """Say goodbye and let go."""
        await self._socket.close()


class AiohttpTransport:
    """REST and WebSocket on one connection pool. Make it inside a running loop."""

    def __init__(self, rest_url: str = LIVE_REST, ws_url: str = LIVE_WS) -> None:
        self.rest_url, self.ws_url = rest_url, ws_url
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT_S, connect=TIMEOUT_S / 2))

    async def request(self, verb: str, target: str, headers: Mapping[str, str], body: bytes) -> HttpReply:
        """One HTTP exchange. Raises ConnectionError or TimeoutError."""
        url = URL(self.rest_url + target, encoded=True)  # the signature covers these very bytes
        try:
            async with self._session.request(
                verb, url, headers=headers, data=_payload(body), allow_redirects=False
            ) as reply:
                received = {name.lower(): value for name, value in reply.headers.items()}
                return HttpReply(reply.status, received, await reply.read())
        except TimeoutError:
            raise
        except (aiohttp.ClientError, OSError) as problem:
            raise _as_ours(problem) from problem

    async def connect(self, path: str, headers: Mapping[str, str]) -> AiohttpSocket:
        """Open a socket. Raises ConnectionError or TimeoutError."""
        try:
            socket = await self._session.ws_connect(
                self.ws_url + path,
                headers=headers,
                max_msg_size=MESSAGE_MAX_BYTES,
                timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_PATIENCE_S),
            )
        except TimeoutError:
            raise
        except (aiohttp.ClientError, OSError) as problem:
            raise _as_ours(problem) from problem
        return AiohttpSocket(socket)

    async def aclose(self) -> None:
        """Let go of every connection."""
        await self._session.close()


class AiohttpFetcher:
    """Public addresses of others. Make it inside a running loop."""

    def __init__(self) -> None:
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=FETCH_TIMEOUT_S))

    async def fetch(self, url: str) -> HttpReply:
        """GET it, at most FETCHED_MAX_BYTES of it. Raises ConnectionError or TimeoutError."""
        try:
            async with self._session.get(url) as reply:
                received = {name.lower(): value for name, value in reply.headers.items()}
                body = bytearray()
                async for chunk in reply.content.iter_any():
                    body += chunk
                    if len(body) >= FETCHED_MAX_BYTES:
                        break
                return HttpReply(reply.status, received, bytes(body[:FETCHED_MAX_BYTES]))
        except TimeoutError:
            raise
        except (aiohttp.ClientError, OSError, ValueError) as problem:
            raise _as_ours(problem) from problem

    async def aclose(self) -> None:
        """Let go of every connection."""
        await self._session.close()


def _payload(body: bytes) -> bytes | BytesIO | None:
    """A long body (a snapshot) goes out piece by piece: aiohttp warns of one that would hold up the loop."""
    return BytesIO(body) if len(body) > AT_ONCE_MAX_BYTES else body or None


def _as_ours(problem: BaseException) -> ConnectionError:
    match problem:
        case aiohttp.ClientConnectorCertificateError(certificate_error=error):
            why = getattr(error, "verify_message", "") or str(error)
            return TlsFailed(f"the certificate of {problem.host}:{problem.port} is not to be trusted: {why}")
        case aiohttp.ClientConnectorSSLError(os_error=error):
            why = str(getattr(error, "reason", None) or error).replace("_", " ").lower()
            return TlsFailed(f"{problem.host}:{problem.port} does not speak TLS as it should: {why}")
        case aiohttp.ClientConnectorDNSError(os_error=error):
            return NameUnknown(f"the name {problem.host} is not known: {(error.strerror or str(error)).lower()}")
        case aiohttp.ClientConnectorError(os_error=ConnectionRefusedError()):
            return NotListening(f"nobody listens at {problem.host}:{problem.port}: connection refused")
    return ConnectionError(_cause(problem))


def _cause(problem: BaseException) -> str:
    return str(problem).replace(" ssl:default", "") or type(problem).__name__
