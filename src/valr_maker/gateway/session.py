"""One stream's life without its socket: login, subscriptions and their proof, heartbeat, silence, backoff.

Plain values in, plain values out; `now_s` is monotonic. The pump (pump.py) does what this says.
"""

from typing import Any, NamedTuple

from valr_maker.chance import Chance
from valr_maker.wire.frames import Authenticated, Frame, Ping, Subscribe, Subscribed, Subscription
from valr_maker.wire.sign import Stream

PING_EVERY_S = 20.0
PROBE_AFTER_S = 5.0
"""A socket that has been silent this long is asked for a PONG, whenever the last PING was."""
SILENT_MAX_S = 12.0
"""Nothing heard for this long, probe included: the connection is dead, whatever the operating system thinks."""
PROOF_WITHIN_S = 8.0
"""Login and every subscription must be acknowledged within this."""
BACKOFF_FIRST_S, BACKOFF_MAX_S = 0.5, 30.0
DOUBLINGS_MAX = 16
"""Far past the ceiling already; a night of failures must not end in a number too large to compute."""
STEADY_AFTER_S = 30.0
"""A connection that lived this long starts the backoff anew."""


class Verdict(NamedTuple):
    """What the moment asks for: frames to send, or the end of the connection and why."""

    send: tuple[Frame, ...] = ()
    dead: str = ""


class Session:
    """Call `opened`, then `received` for each message and `due` at least every second, then `closed`."""

    def __init__(self, stream: Stream, subscriptions: dict[str, list[str]], chance: Chance) -> None:
        self.stream = stream
        self._subscriptions = subscriptions
        self._chance = chance
        self._failures = 0
        self._opened_s = self._heard_s = self._pinged_s = 0.0
        self._unproved: set[str] = set()
        self._authenticated = False
        self.proved = False
        """Logged in where that is needed, and every subscription acknowledged."""

    def opened(self, now_s: float) -> list[Frame]:
        """The socket is open. One SUBSCRIBE frame with all pairs: another would replace it (V)."""
        self._opened_s = self._heard_s = self._pinged_s = now_s
        self._authenticated = self.stream is Stream.TRADE
        self._unproved = {f"{event}:{pair}" for event, pairs in self._subscriptions.items() for pair in pairs}
        self.proved = False
        if not self._subscriptions:
            return []
        return [Subscribe(subscriptions=[Subscription(event=e, pairs=p) for e, p in self._subscriptions.items()])]

    def received(self, message: Any, now_s: float) -> bool:
        """Note a message. True at the moment when the connection is proved."""
        self._heard_s = now_s
        if isinstance(message, Authenticated):
            self._authenticated = True
        elif isinstance(message, Subscribed):
            self._unproved.discard(message.message)
        if self.proved or not self._authenticated or self._unproved:
            return False
        self.proved = True
        return True

    def due(self, now_s: float) -> Verdict:
        """What time alone asks for."""
        if not self.proved and now_s - self._opened_s > PROOF_WITHIN_S:
            missing = ", ".join(sorted(self._unproved)) or "AUTHENTICATED"
            return Verdict(dead=f"no answer to {missing} within {PROOF_WITHIN_S:.0f} s")
        silent_s = now_s - self._heard_s
        if silent_s > SILENT_MAX_S:
            return Verdict(dead=f"silent for {silent_s:.0f} s")
        waited_s = now_s - self._pinged_s
        if waited_s >= PING_EVERY_S or (silent_s >= PROBE_AFTER_S and waited_s >= PROBE_AFTER_S):
            self._pinged_s = now_s
            return Verdict(send=(Ping(),))
        return Verdict()

    def closed(self, now_s: float) -> float:
        """The connection is gone, or was never made. Returns how long to wait before the next try, with jitter."""
        lived_s = now_s - self._opened_s if self.proved else 0.0
        self._failures = 0 if lived_s > STEADY_AFTER_S else self._failures + 1
        self.proved = False
        doublings = min(max(self._failures - 1, 0), DOUBLINGS_MAX)
        ceiling_s = min(BACKOFF_MAX_S, BACKOFF_FIRST_S * 2.0**doublings)
        return ceiling_s * self._chance.uniform(0.5, 1.0)
