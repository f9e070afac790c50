"""The seam: request and connect. Real (sockets.py), in the sandbox's process, or wrapped in faults: all alike above."""

from collections.abc import Mapping
from typing import Protocol


class TlsFailed(ConnectionError):
    """Somebody answers, but not with a certificate for this address that this machine trusts, or not with TLS at all."""


class NameUnknown(ConnectionError):
    """No name server knows the host, or none can be asked."""


class NotListening(ConnectionError):
    """The machine is there, and nobody listens at that port of it."""


class Reply(Protocol):
    """One HTTP answer. Header names are lower-case."""

    @property
    def status(self) -> int:
        """HTTP status."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Header names in lower case."""

    @property
    def body(self) -> bytes:
        """As received."""


class Socket(Protocol):
    """One WebSocket. `send` and `receive` raise `wire.closed.SocketClosed` once it is gone."""

    async def send(self, frame: bytes) -> None:
        """Send one text frame."""

    async def receive(self) -> bytes | str:
        """The next text frame."""

    async def close(self) -> None:
        """Say goodbye and let go."""


class Transport(Protocol):
    """Both ways to VALR. Raises ConnectionError (TlsFailed, NameUnknown) or TimeoutError when the network does not carry."""

    async def request(self, verb: str, target: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """One HTTP exchange; `target` is path and query exactly as signed."""

    async def connect(self, path: str, headers: Mapping[str, str]) -> Socket:
        """Open the socket at `path` with these headers on the upgrade."""

    async def aclose(self) -> None:
        """Let go of everything."""


class Fetcher(Protocol):
    """One address anywhere, asked without a key: for prices of other markets. Raises as Transport does."""

    async def fetch(self, url: str) -> Reply:
        """GET it. A body that is absurdly long is cut."""

    async def aclose(self) -> None:
        """Let go of everything."""
