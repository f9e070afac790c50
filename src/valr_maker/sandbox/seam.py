"""The seam that the sandbox's transports fit by shape: the gateway has the same one, and neither imports the other."""

from collections.abc import Mapping
from typing import Protocol


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
    """One WebSocket. `send` and `receive` raise SocketClosed once it is gone."""

    async def send(self, frame: bytes) -> None:
        """Send one text frame."""

    async def receive(self) -> bytes | str:
        """The next text frame."""

    async def close(self) -> None:
        """Say goodbye and let go."""


class Transport(Protocol):
    """Both ways to the exchange."""

    async def request(self, verb: str, target: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """One HTTP exchange."""

    async def connect(self, path: str, headers: Mapping[str, str]) -> Socket:
        """Open the socket at `path`."""

    async def aclose(self) -> None:
        """Let go of everything."""
