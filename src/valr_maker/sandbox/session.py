"""One socket: what it subscribed to, what it asks, what it hears, when it is closed (reference 5).

Room rule: pure; `deliver` and `close` are the door's, time is handed in. A new message type is one row in a table.
"""

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from valr_maker.sandbox import board, bodies, render
from valr_maker.sandbox.facts import Rejected
from valr_maker.sandbox.floor import Floor
from valr_maker.sandbox.limits import Windows
from valr_maker.sandbox.login import Login
from valr_maker.sandbox.order_messages import ROWS, Message, OrderEntry, messages
from valr_maker.wire import account_frames, frames, order_frames
from valr_maker.wire.frames import Frame
from valr_maker.wire.sign import ACCOUNT_PATH
from valr_maker.wire.stream import write

IDLE_S = 60.0
"""A socket that sends nothing and listens to nothing is dropped after this (V)."""
UNSIGNED_S = 15 * 60.0
"""An unsigned socket is dropped after this, whatever it does (D)."""
ABNORMAL = 1006
"""Not a code on the wire: the connection goes without a close frame."""
INVALID_JSON = "Invalid message - Invalid JSON"
NO_SUBSCRIPTIONS = "NO_SUBSCRIPTIONS"


_switches = msgspec.json.Decoder(order_frames.CancelOnDisconnectPayload)
UNSUBSCRIBABLE = ("BALANCE_UPDATE", "OPEN_ORDERS_UPDATE", "MARGIN_INFO")
"""What an account socket may ask not to hear (D)."""


@dataclass(frozen=True, slots=True)
class Line:
    """The door's side of a socket: how to send a frame and how to hang up."""

    deliver: Callable[[bytes], None]
    close: Callable[[int, str], None]


class Session:
    """One socket's state. `signer` is None on an unsigned trade socket."""

    def __init__(self, floor: Floor, windows: Windows, path: str, signer: Login | None, line: Line) -> None:
        self.path, self.signer = path, signer
        self.is_closed = False
        self.when_closed: Callable[[], None] | None = None
        """Told once, at the end."""
        self._floor, self._line = floor, line
        self._active_s = 0.0
        self._subscribed: dict[str, list[str]] = {}
        self._muted: set[str] = set()
        self._types: dict[str, Callable[[Message, float], None]] = {"PING": self._ping}
        self._entry = OrderEntry(floor, windows, signer, self._say) if signer and path == ACCOUNT_PATH else None
        if path == ACCOUNT_PATH:
            self._types |= {
                "SUBSCRIBE": self._unmute,
                "UNSUBSCRIBE": self._mute,
                "CANCEL_ON_DISCONNECT": self._switch_cancel_on_disconnect,
            }
        else:
            self._types["SUBSCRIBE"] = self._subscribe

    def begin(self, now_s: float) -> None:
        """The first frames, and the timers. An account socket tells all there is: balances held, open orders (D)."""
        self._active_s = now_s
        floor = self._floor
        floor.agenda.at(now_s + IDLE_S, self._drop_if_idle, fleeting=True)
        if self.signer is None:
            floor.agenda.at(now_s + UNSIGNED_S, self._drop, fleeting=True)
        if self.signer is not None or floor.exchange.rules.unsigned_trade_authenticated:
            self._say(frames.Authenticated())
        if self._entry is not None and self.signer is not None:
            account = self.signer.account.id
            floor.join(account, self)
            for held in floor.exchange.accounts.balances(account, exclude_zero=True):
                self._say(render.balance_update(held, floor.reckoning.worth(held)))
            self._say(render.open_orders_update(floor.exchange.open_orders(account)))

    def receive(self, text: bytes | str, now_s: float) -> None:
        """A frame of the client's. Whatever it is, the answer is a frame."""
        if self.is_closed:
            return
        self._active_s = now_s
        try:
            message = bodies.read(messages, text)
        except Rejected:
            self._say(frames.ErrorFrame(message=INVALID_JSON))
            return
        if self._entry is not None and message.type in ROWS:
            self._entry.receive(message, now_s)
        elif (handle := self._types.get(message.type)) is not None:
            handle(message, now_s)
        else:
            said = f"Unsupported message type {message.type}"
            is_error = self._floor.exchange.rules.unknown_frame_is_error
            self._say(frames.ErrorFrame(message=said) if is_error else frames.Unsupported(message=said))
        self._floor.settle(now_s)

    def touch(self, now_s: float) -> None:
        """A ping or pong of the WebSocket protocol: it counts as a sign of life (C)."""
        self._active_s = now_s

    def hear(self, event: str, frame: bytes) -> None:
        """A frame from the floor."""
        if event not in self._muted and not self.is_closed:
            self._line.deliver(frame)

    def closed(self, now_s: float) -> None:
        """The connection is gone, whoever ended it."""
        if self.is_closed:
            return
        self.is_closed = True
        if self.when_closed is not None:
            self.when_closed()
        for event, pairs in self._subscribed.items():
            for pair in pairs:
                self._floor.board.unsubscribe(event, pair, self)
        if self.signer is not None:
            self._floor.leave(self.signer.account.id, self)
            self._floor.drop(self, now_s)

    def finish(self, code: int, reason: str, now_s: float) -> None:
        """The exchange ends it."""
        if not self.is_closed:
            self.closed(now_s)
            self._line.close(code, reason)

    def _say(self, frame: Frame) -> None:
        if not self.is_closed:
            self._line.deliver(write(frame))

    def _drop_if_idle(self, now_s: float) -> None:
        if self.is_closed:
            return
        due_s = now_s + IDLE_S if any(self._subscribed.values()) else self._active_s + IDLE_S
        if due_s <= now_s:
            self._drop(now_s)
        else:
            self._floor.agenda.at(due_s, self._drop_if_idle, fleeting=True)

    def _drop(self, now_s: float) -> None:
        self.finish(ABNORMAL, "", now_s)

    # ---- what a client can say ----------------------------------------------------------------------------------
    def _ping(self, _message: Message, _now_s: float) -> None:
        lonely = self.path != ACCOUNT_PATH and not any(self._subscribed.values())
        self._say(frames.Pong(message=NO_SUBSCRIPTIONS if lonely else None))

    def _subscribe(self, message: Message, now_s: float) -> None:
        """Each event's list replaces the one before: first what left it, then each pair of the new one (V)."""
        if message.subscriptions is None:
            self._say(frames.ErrorFrame(message=INVALID_JSON))
            return
        for wanted in message.subscriptions:
            pairs = list(dict.fromkeys(pair.upper() for pair in wanted.pairs or ()))
            most = self._floor.exchange.rules.pairs_per_subscription
            if most is not None and len(pairs) > most:
                self._say(frames.ErrorFrame(message=f"Channel {wanted.event} takes at most {most} pairs"))
                continue
            for gone in [pair for pair in self._subscribed.pop(wanted.event, ()) if pair not in pairs]:
                self._floor.board.unsubscribe(wanted.event, gone, self)
                self._say(frames.Unsubscribed(message=f"{wanted.event}:{gone}"))
            for pair in pairs:
                self._subscribe_pair(wanted.event, pair, now_s)

    def _subscribe_pair(self, event: str, pair: str, now_s: float) -> None:
        spec = self._floor.exchange.pairs.get(pair)
        if event not in board.EVENTS or spec is None or not spec.active:
            self._say(frames.ErrorFrame(message=f"Channel {event}, pair {pair} combination invalid"))
            return
        self._floor.watch(pair, now_s)
        self._floor.board.subscribe(event, pair, self, now_s)
        self._subscribed.setdefault(event, []).append(pair)
        self._say(frames.Subscribed(message=f"{event}:{pair}"))
        first = self._floor.board.first_frame(event, pair, now_s)
        if first is not None:
            self._say(first)

    def _unmute(self, message: Message, _now_s: float) -> None:
        """Account events come unasked; asking for one is harmless (C)."""
        for wanted in message.subscriptions or ():
            self._muted.discard(wanted.event)
            self._say(frames.Subscribed(message=wanted.event))

    def _mute(self, message: Message, _now_s: float) -> None:
        for unwanted in message.requests or message.subscriptions or ():
            if unwanted.event in UNSUBSCRIBABLE:
                self._muted.add(unwanted.event)
                self._say(frames.Unsubscribed(message=unwanted.event))
            else:
                self._say(frames.ErrorFrame(message=f"Channel {unwanted.event} cannot be unsubscribed from"))

    def _switch_cancel_on_disconnect(self, message: Message, _now_s: float) -> None:
        try:
            asked = bodies.read(_switches, message.body)
            tied = bodies.flag("cancelOnDisconnect", asked.cancel_on_disconnect)
        except Rejected as rejected:
            self._say(frames.ErrorFrame(message=rejected.message))
            return
        assert self.signer is not None, "an account socket is signed"
        self._floor.tie(self.signer.account.id, self, tied=tied)
        data = account_frames.CancelOnDisconnectData(cancel_on_disconnect=str(tied).lower())
        self._say(account_frames.CancelOnDisconnectUpdate(data=data, client_msg_id=message.client_id))
