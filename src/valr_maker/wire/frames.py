"""What every frame of a socket has in common, and the frames that manage a connection (reference 5.1)."""

from typing import Any

from msgspec import Struct

from valr_maker.wire.rest import Body


class Frame(Struct, rename="camel", omit_defaults=True, kw_only=True, tag_field="type"):
    """What every frame has in common. A default means "may be absent" and is always None: it is not written."""


class Authenticated(Frame, tag="AUTHENTICATED"):
    """First frame after a signed connect (C)."""


class Pong(Frame, tag="PONG"):
    """Answer to PING; `message` is NO_SUBSCRIPTIONS on a trade socket without any (D, V)."""

    message: str | None = None


class Subscribed(Frame, tag="SUBSCRIBED"):
    """One per event and pair: `OB_L1_DIFF:DOGEUSDT` (V)."""

    message: str


class Unsubscribed(Frame, tag="UNSUBSCRIBED"):
    """One per pair that left an event's list (V)."""

    message: str


class ErrorFrame(Frame, tag="ERROR"):
    """A request could not be served; the socket stays open (V)."""

    message: str | None = None

    def __str__(self) -> str:
        return self.message or "an error without a word"


class Unsupported(Frame, tag="UNSUPPORTED"):
    """A message type VALR does not know (C; when it is sent is inferred)."""

    message: str | None = None

    def __str__(self) -> str:
        return self.message or "it does not know what we said"


class RateLimited(Frame, tag="RATE_LIMIT_EXCEEDED"):
    """Too many requests of a kind (D)."""

    data: dict[str, Any] | None = None
    client_msg_id: str | None = None

    def __str__(self) -> str:
        return f"too many requests ({self.data})" if self.data else "too many requests"


class Ping(Frame, tag="PING"):
    """Every 20 to 30 s (D)."""


class Subscription(Body):
    """An event and its pairs. It replaces the event's whole list on the socket; an empty list ends it (V)."""

    event: str
    pairs: list[str] | None = None


class Subscribe(Frame, tag="SUBSCRIBE"):
    """Several events in one frame are allowed (V)."""

    subscriptions: list[Subscription]


class Unsubscribe(Frame, tag="UNSUBSCRIBE"):
    """Account socket only (D); one client sends `subscriptions` instead of `requests` (C)."""

    requests: list[Subscription] | None = None
    subscriptions: list[Subscription] | None = None
