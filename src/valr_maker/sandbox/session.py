"""One socket: what it subscribed to, what it asks, what it hears, when it is closed (reference 5).

Room rule: pure; `deliver` and `close` are the door's, time is handed in. A new message type is one row in a table.
"""

from collections.abc import Callable
from dataclasses import dataclass

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from valr_maker.sandbox import bodies, login, render
from valr_maker.sandbox.accounts import Account
from valr_maker.sandbox.calls import known_pair
from valr_maker.sandbox.facts import Rejected
from valr_maker.sandbox.floor import PAIR_EVENTS, Floor
from valr_maker.sandbox.limits import Windows
from valr_maker.sandbox.refusals import failure
from valr_maker.wire import account_frames, frames, order_frames
from valr_maker.wire.endpoints import ACCOUNT_CANCEL, ACCOUNT_PLACE
from valr_maker.wire.frames import Frame, Subscription
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


class Message(Struct, rename="camel"):
    """Anything a client says; the rest is read when its type is known."""

    type: str
    client_msg_id: str | int | None = None
    payload: Raw | UnsetType = UNSET
    subscriptions: list[Subscription] | None = None
    requests: list[Subscription] | None = None

    @property
    def client_id(self) -> str | None:
        """What the answer echoes."""
        return None if self.client_msg_id is None else str(self.client_msg_id)

    @property
    def body(self) -> Raw:
        """The payload; an absent one reads as an empty object, so that the missing fields are named."""
        return Raw(b"{}") if self.payload is UNSET else self.payload


_messages = msgspec.json.Decoder(Message)
_switches = msgspec.json.Decoder(order_frames.CancelOnDisconnectPayload)


@dataclass(frozen=True, slots=True)
class Line:
    """The door's side of a socket: how to send a frame and how to hang up."""

    deliver: Callable[[bytes], None]
    close: Callable[[int, str], None]


class Session:
    """One socket's state. `account` is None on an unsigned trade socket."""

    def __init__(self, floor: Floor, windows: Windows, path: str, account: Account | None, line: Line) -> None:
        self.path, self.account = path, account
        self.is_closed = False
        self._floor, self._windows, self._line = floor, windows, line
        self._active_s = 0.0
        self._subscribed: dict[str, list[str]] = {}
        self._muted: set[str] = set()
        self._cancel_on_disconnect = False
        self._types: dict[str, Callable[[Message, float], None]] = {"PING": self._ping}
        if path == ACCOUNT_PATH:
            self._types |= {
                "SUBSCRIBE": self._unmute,
                "UNSUBSCRIBE": self._mute,
                "PLACE_LIMIT_ORDER": self._place,
                "CANCEL_LIMIT_ORDER": self._cancel,
                "CANCEL_ON_DISCONNECT": self._switch_cancel_on_disconnect,
            }
        else:
            self._types["SUBSCRIBE"] = self._subscribe

    def begin(self, now_s: float) -> None:
        """The first frames, and the timers. An account socket tells all there is: balances held, open orders (D)."""
        self._active_s = now_s
        self._floor.agenda.at(now_s + IDLE_S, self._drop_if_idle)
        if self.account is None:
            self._floor.agenda.at(now_s + UNSIGNED_S, self._drop)
            return
        self._say(frames.Authenticated())
        if self.path == ACCOUNT_PATH:
            self._floor.join(self.account.id, self)
            for held in self._floor.exchange.accounts.balances(self.account.id, exclude_zero=True):
                self._say(render.balance_update(held))
            self._say(render.open_orders_update(self._floor.exchange.open_orders(self.account.id)))

    def receive(self, text: bytes | str, now_s: float) -> None:
        """A frame of the client's. Whatever it is, the answer is a frame."""
        if self.is_closed:
            return
        self._active_s = now_s
        try:
            message = bodies.read(_messages, text)
        except Rejected:
            self._say(frames.ErrorFrame(message=INVALID_JSON))
            return
        handle = self._types.get(message.type)
        if handle is None:
            self._say(frames.Unsupported(message=f"Unsupported message type {message.type}"))
            return
        handle(message, now_s)
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
        for event, pairs in self._subscribed.items():
            for pair in pairs:
                self._floor.unsubscribe(event, pair, self)
        if self.account is not None:
            self._floor.leave(self.account.id, self)
            if self._cancel_on_disconnect:
                self._floor.exchange.cancel_all(self.account.id, None, now_s)
                self._floor.settle(now_s)

    def finish(self, code: int, reason: str, now_s: float) -> None:
        """The exchange ends it."""
        if not self.is_closed:
            self.closed(now_s)
            self._line.close(code, reason)

    def _say(self, frame: Frame) -> None:
        if not self.is_closed:
            self._line.deliver(write(frame))

    def _say_later(self, frame: Frame, now_s: float) -> None:
        self._floor.later(self._floor.latency.ack_s, now_s, lambda _due_s: self._say(frame))

    def _drop_if_idle(self, now_s: float) -> None:
        if self.is_closed:
            return
        due_s = now_s + IDLE_S if any(self._subscribed.values()) else self._active_s + IDLE_S
        if due_s <= now_s:
            self._drop(now_s)
        else:
            self._floor.agenda.at(due_s, self._drop_if_idle)

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
            for gone in [pair for pair in self._subscribed.pop(wanted.event, ()) if pair not in pairs]:
                self._floor.unsubscribe(wanted.event, gone, self)
                self._say(frames.Unsubscribed(message=f"{wanted.event}:{gone}"))
            for pair in pairs:
                self._subscribe_pair(wanted.event, pair, now_s)

    def _subscribe_pair(self, event: str, pair: str, now_s: float) -> None:
        spec = self._floor.exchange.pairs.get(pair)
        if event not in PAIR_EVENTS or spec is None or not spec.active:
            self._say(frames.ErrorFrame(message=f"Channel {event}, pair {pair} combination invalid"))
            return
        self._floor.watch(pair, now_s)
        self._floor.subscribe(event, pair, self)
        self._subscribed.setdefault(event, []).append(pair)
        self._say(frames.Subscribed(message=f"{event}:{pair}"))
        first = self._floor.first_frame(event, pair, now_s)
        if first is not None:
            self._say(first)

    def _unmute(self, message: Message, _now_s: float) -> None:
        """Account events come unasked; asking for one is harmless (C)."""
        for wanted in message.subscriptions or ():
            self._muted.discard(wanted.event)
            self._say(frames.Subscribed(message=wanted.event))

    def _mute(self, message: Message, _now_s: float) -> None:
        for unwanted in message.requests or message.subscriptions or ():
            self._muted.add(unwanted.event)
            self._say(frames.Unsubscribed(message=unwanted.event))

    def _place(self, message: Message, now_s: float) -> None:
        """The answer means received; what the engine made of it comes as events."""
        assert self.account is not None, "an account socket is signed"
        account, floor = self.account.id, self._floor
        if not self._windows.spend(ACCOUNT_PLACE, self.account.key, now_s):
            self._say(_limited(message))
            return
        try:
            login.demand(self.account, login.TRADE)
            new = floor.exchange.check(account, bodies.limit_order(message.body))
        except Rejected as rejected:
            self._say_later(
                order_frames.PlaceLimitReply(client_msg_id=message.client_id, error=_error(rejected)), now_s
            )
            return
        floor.watch(new.pair, now_s)
        order = floor.exchange.accept(account, new, now_s)
        placed = order_frames.PlacedData(order_id=order.id, customer_order_id=order.customer_id)
        self._say_later(order_frames.PlaceLimitReply(client_msg_id=message.client_id, data=placed), now_s)

        def engine(due_s: float) -> None:
            floor.exchange.execute(order.id, due_s)
            floor.settle(due_s)

        floor.later(floor.latency.outcome_s, now_s, engine)

    def _cancel(self, message: Message, now_s: float) -> None:
        """The answer means asked for; FAILED_CANCEL_ORDER follows if there is nothing to cancel."""
        assert self.account is not None, "an account socket is signed"
        account, floor = self.account.id, self._floor
        if not self._windows.spend(ACCOUNT_CANCEL, self.account.key, now_s):
            self._say(_limited(message))
            return
        try:
            login.demand(self.account, login.TRADE)
            asked = bodies.cancel(message.body)
            pair = known_pair(floor.exchange, asked.pair).symbol
        except Rejected as rejected:
            self._say_later(order_frames.CancelReply(client_msg_id=message.client_id, error=_error(rejected)), now_s)
            return
        order_id, customer_id = asked.order_id or None, asked.customer_order_id or None
        data = order_frames.CancelData(requested=True, order_id=order_id, customer_order_id=customer_id)
        self._say_later(order_frames.CancelReply(client_msg_id=message.client_id, data=data), now_s)

        def engine(due_s: float) -> None:
            floor.exchange.cancel(account, order_id=order_id, customer_id=customer_id, pair=pair, now_s=due_s)
            floor.settle(due_s)

        floor.later(floor.latency.outcome_s, now_s, engine)

    def _switch_cancel_on_disconnect(self, message: Message, _now_s: float) -> None:
        try:
            asked = bodies.read(_switches, message.body)
            self._cancel_on_disconnect = bodies.flag("cancelOnDisconnect", asked.cancel_on_disconnect)
        except Rejected as rejected:
            self._say(frames.ErrorFrame(message=rejected.message))
            return
        data = account_frames.CancelOnDisconnectData(cancel_on_disconnect=str(self._cancel_on_disconnect).lower())
        self._say(account_frames.CancelOnDisconnectUpdate(data=data))


def _error(rejected: Rejected) -> order_frames.ReplyError:
    body = failure(rejected)
    return order_frames.ReplyError(message=body.message, code=body.code, validation_errors=body.validation_errors)


def _limited(message: Message) -> frames.RateLimited:
    return frames.RateLimited(data={"requestType": message.type}, client_msg_id=message.client_id)
