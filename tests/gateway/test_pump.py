"""The pump in virtual time: it keeps one stream connected, whatever ends a connection, inside the cap."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Coroutine
from decimal import Decimal
from typing import Any

import pytest
from kit.fake_transport import FakeSocket, FakeTransport

from valr_maker import virtual
from valr_maker.chance import Chance
from valr_maker.domain import Side
from valr_maker.gateway.client import NoAnswer, RestClient
from valr_maker.gateway.order_entry import OrderEntry, cancel_order, limit_order
from valr_maker.gateway.pump import Pump
from valr_maker.gateway.rate import RateBudget
from valr_maker.gateway.session import Session
from valr_maker.keys import ApiKey
from valr_maker.virtual import EPOCH_S, VirtualClock
from valr_maker.wire import sign
from valr_maker.wire.codes import WireError
from valr_maker.wire.endpoints import ACCOUNT_CANCEL, ACCOUNT_PLACE
from valr_maker.wire.sign import Stream

KEY = ApiKey("k" * 64, "s" * 64)
LOGIN = b'{"type":"AUTHENTICATED"}'
PROOF = b'{"type":"SUBSCRIBED","message":"OB_L1_DIFF:DOGEUSDT"}'
PONG = b'{"type":"PONG"}'
BALANCE = b'{"type":"MARGIN_INFO"}'


class Diary:
    """Listens, and writes down what it was told and when."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.times: list[float] = []
        self.then: Callable[[Pump, str], Coroutine[Any, Any, None]] | None = None

    async def _note(self, pump: Pump, line: str) -> None:
        self.lines.append(line)
        self.times.append(asyncio.get_running_loop().time())
        if self.then is not None:
            await self.then(pump, line)

    async def up(self, pump: Pump) -> None:
        await self._note(pump, "up")

    async def down(self, pump: Pump, why: str) -> None:
        await self._note(pump, f"down: {why}")

    async def frame(self, pump: Pump, message: Any) -> None:
        await self._note(pump, type(message).__name__)

    async def malformed(self, pump: Pump, problem: WireError) -> None:
        await self._note(pump, f"malformed: {str(problem)[:14]}")


def live(
    transport: FakeTransport,
    seconds: float,
    *,
    which: Stream = Stream.ACCOUNT,
    story: Callable[[Pump], Coroutine[Any, Any, None]] | None = None,
    diary: Diary | None = None,
) -> Diary:
    """Let a pump run so long over the transport, with a story beside it."""
    diary = diary or Diary()

    async def main() -> None:
        clock = VirtualClock()
        subscriptions = {} if which is Stream.ACCOUNT else {"OB_L1_DIFF": ["DOGEUSDT"]}
        session = Session(which, subscriptions, Chance(1))
        key = KEY if which is Stream.ACCOUNT else None
        pump = Pump(session, transport, clock, RateBudget(), diary, key=key, wall_s=clock.wall_s)
        running = asyncio.create_task(pump.run())
        if story is not None:
            await story(pump)
        await asyncio.sleep(seconds)
        assert not running.done()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert not pump.usable

    virtual.run(main())
    return diary


def echo(*frames: bytes | str) -> FakeSocket:
    """A socket that answers each PING with a PONG."""
    socket = FakeSocket(*frames)
    socket.on_send = lambda frame: socket.says(PONG) if frame["type"] == "PING" else None
    return socket


# ---- connecting -----------------------------------------------------------------------------------------------------
def test_the_account_stream_signs_its_upgrade_and_is_up_when_logged_in() -> None:
    """Verb GET, the bare path, the exchange's time."""
    transport = FakeTransport(sockets=[echo(LOGIN, BALANCE)])
    diary = live(transport, 1)
    assert diary.lines == ["up", "Authenticated", "MarginInfo"]
    ((_, path, headers),) = transport.connects
    assert path == "/ws/account"
    stamp = str(int(EPOCH_S * 1000))
    assert headers["X-VALR-TIMESTAMP"] == stamp
    assert headers["X-VALR-SIGNATURE"] == sign.signature(KEY.secret, stamp, "GET", "/ws/account")


def test_the_trade_stream_subscribes_at_once_and_is_up_when_that_is_proved() -> None:
    """Unsigned; one frame."""
    socket = FakeSocket()
    socket.on_send = lambda frame: socket.says(PROOF if frame["type"] == "SUBSCRIBE" else PONG)
    transport = FakeTransport(sockets=[socket])
    assert live(transport, 1, which=Stream.TRADE).lines == ["up", "Subscribed"]
    assert transport.connects[0][1:] == ("/ws/trade", {})
    subscriptions = [{"event": "OB_L1_DIFF", "pairs": ["DOGEUSDT"]}]
    assert socket.sent == [(0.0, {"type": "SUBSCRIBE", "subscriptions": subscriptions})]


def test_it_reconnects_after_the_exchange_hangs_up() -> None:
    """Told with code and reason; the next socket is proved anew."""
    first = echo(LOGIN)
    first.hangs_up(1012, "service restart")
    transport = FakeTransport(sockets=[first, echo(LOGIN)])
    diary = live(transport, 60)
    assert diary.lines[:4] == ["up", "Authenticated", "down: closed with 1012 (service restart)", "up"]
    assert 0.25 <= diary.times[3] - diary.times[2] <= 0.5


def test_a_socket_that_is_closed_before_its_login_cannot_connect() -> None:
    """How VALR refuses a signature."""
    refused = FakeSocket()
    refused.hangs_up(1007, "Request has an invalid signature")
    diary = live(FakeTransport(sockets=[refused, echo(LOGIN)]), 5)
    assert diary.lines[0] == "down: cannot connect: closed with 1007 (Request has an invalid signature)"
    assert diary.lines[1] == "up"


def test_an_upgrade_that_hangs_is_given_up_after_ten_seconds() -> None:
    """And tried again."""
    diary = live(FakeTransport(sockets=[500.0, echo(LOGIN)]), 20)
    assert diary.lines[:2] == ["down: cannot connect: no connection within 10 s", "up"]
    assert diary.times[0] == 10.0


def test_an_hour_of_refusals_stays_inside_the_cap_of_connections() -> None:
    """Never more than sixty in a clock minute, and it never gives up: the waits grow to thirty seconds."""
    transport = FakeTransport()
    diary = live(transport, 3600)
    minutes = Counter(int((EPOCH_S + at_s) // 60) for at_s, _, _ in transport.connects)
    assert max(minutes.values()) <= 60
    assert set(diary.lines) == {"down: cannot connect: refused"}
    assert 120 <= len(transport.connects) <= 260
    gaps = [later - earlier for earlier, later in zip(diary.times, diary.times[1:], strict=False)]
    assert max(gaps) <= 30.0
    assert min(minutes[minute] for minute in sorted(minutes)[1:-1]) >= 1


def test_a_socket_that_opens_and_closes_for_ever_stays_inside_the_cap_too() -> None:
    """Even if the waits did not: the budget of connections holds on its own."""
    sockets: list[Any] = []
    for _ in range(500):
        socket = echo(LOGIN)
        socket.hangs_up()
        sockets.append(socket)
    transport = FakeTransport(sockets=sockets)

    async def impatient(pump: Pump) -> None:
        pump.session.closed = lambda now_s: 0.0  # type: ignore[method-assign]

    diary = live(transport, 300, story=impatient)
    minutes = Counter(int((EPOCH_S + at_s) // 60) for at_s, _, _ in transport.connects)
    assert set(list(minutes.values())[:-1]) == {60}
    assert not any("no connection within" in line for line in diary.lines)


# ---- staying connected ----------------------------------------------------------------------------------------------
def test_a_quiet_connection_is_probed_and_lives() -> None:
    """An hour without news: PINGs and PONGs, one connection."""
    socket = echo(LOGIN)
    transport = FakeTransport(sockets=[socket])
    diary = live(transport, 3600)
    assert len(transport.connects) == 1
    assert set(socket.types()) == {"PING"}
    assert not any(line.startswith("down") for line in diary.lines)


def test_a_dead_connection_is_found_out_and_replaced() -> None:
    """No PONG: given up after twelve seconds, whatever the operating system thinks."""
    dead = FakeSocket(LOGIN)
    diary = live(FakeTransport(sockets=[dead, echo(LOGIN)]), 20)
    assert diary.lines[2:4] == ["down: silent for 12 s", "up"]
    assert diary.times[2] == 12.5
    assert dead.closed_by_us >= 1


def test_a_malformed_frame_ends_nothing() -> None:
    """It is told, and the next frame is read; an empty frame is passed over."""
    diary = live(FakeTransport(sockets=[echo(LOGIN, b"{", "", b"", BALANCE)]), 1)
    assert diary.lines == ["up", "Authenticated", "malformed: malformed fram", "MarginInfo"]


def test_a_reconnect_that_was_asked_for_reports_its_reason() -> None:
    """And not the close that it caused; the next end has its own reason."""
    second = echo(LOGIN)
    transport = FakeTransport(sockets=[echo(LOGIN), second, echo(LOGIN)])

    async def story(pump: Pump) -> None:
        await asyncio.sleep(1)
        await pump.reconnect("checksum 1, the exchange says 2")
        await asyncio.sleep(5)
        second.hangs_up()

    diary = live(transport, 5, story=story)
    assert [line for line in diary.lines if line.startswith("down")] == [
        "down: checksum 1, the exchange says 2",
        "down: closed with 1006",
    ]


def test_a_reconnect_may_be_asked_for_by_the_listener_itself() -> None:
    """From inside the frame that broke the book."""
    diary = Diary()

    async def then(pump: Pump, line: str) -> None:
        if line == "MarginInfo":
            await pump.reconnect("broken")

    diary.then = then
    live(FakeTransport(sockets=[echo(LOGIN, BALANCE), echo(LOGIN)]), 5, diary=diary)
    assert diary.lines == ["up", "Authenticated", "MarginInfo", "down: broken", "up", "Authenticated"]


def test_asking_for_a_reconnect_without_a_connection_changes_nothing() -> None:
    """It is on its way anyway."""

    async def story(pump: Pump) -> None:
        await pump.reconnect("now")
        assert not pump.usable

    assert live(FakeTransport(sockets=[echo(LOGIN)]), 1, story=story).lines[0] == "up"


# ---- order entry over it --------------------------------------------------------------------------------------------
def entry(pump: Pump) -> OrderEntry:
    transport = FakeTransport()
    return OrderEntry(RestClient(transport, VirtualClock(), KEY, RateBudget()), pump)


def test_orders_leave_on_the_socket_under_their_client_id() -> None:
    """Upper-case side, plain figures, one id in a cancel."""
    socket = echo(LOGIN)

    async def story(pump: Pump) -> None:
        orders = entry(pump)
        assert not orders.on_socket(ACCOUNT_PLACE)
        await asyncio.sleep(1)
        assert orders.on_socket(ACCOUNT_PLACE)
        body = limit_order("DOGEUSDT", Side.SELL, Decimal("1E-5"), Decimal("40.0"), "vm-b-s-s0-1", post_only=False)
        await orders.place_on_socket(body)
        await orders.cancel_on_socket(cancel_order("DOGEUSDT", "vm-b-s-s0-1", "x-1"), "c.1")
        await orders.cancel_on_socket(cancel_order("DOGEUSDT", "", "x-1"), "c.2")

    live(FakeTransport(sockets=[socket]), 1, story=story)
    place, by_client, by_exchange = (frame for _, frame in socket.sent)
    assert place == {
        "type": "PLACE_LIMIT_ORDER", "clientMsgId": "vm-b-s-s0-1",
        "payload": {
            "side": "SELL", "quantity": "40", "price": "0.00001", "pair": "DOGEUSDT", "postOnly": False,
            "customerOrderId": "vm-b-s-s0-1", "timeInForce": "GTC",
        },
    }  # fmt: skip
    assert (by_client["type"], by_client["clientMsgId"]) == ("CANCEL_LIMIT_ORDER", "c.1")
    assert by_client["payload"] == {"pair": "DOGEUSDT", "customerOrderId": "vm-b-s-s0-1"}
    assert by_exchange["payload"] == {"pair": "DOGEUSDT", "orderId": "x-1"}


def test_a_full_budget_sends_orders_the_other_way() -> None:
    """400 orders a second on the socket; cancels have their own."""

    async def story(pump: Pump) -> None:
        orders = entry(pump)
        await asyncio.sleep(0.1)
        body = limit_order("DOGEUSDT", Side.BUY, Decimal(1), Decimal(4), "o", post_only=True)
        for _ in range(400):
            await orders.place_on_socket(body)
        assert not orders.on_socket(ACCOUNT_PLACE)
        assert orders.on_socket(ACCOUNT_CANCEL)
        await asyncio.sleep(1)
        assert orders.on_socket(ACCOUNT_PLACE)

    live(FakeTransport(sockets=[echo(LOGIN)]), 1, story=story)


def test_a_socket_that_breaks_under_an_order_leaves_it_unclear() -> None:
    """Nobody knows whether it arrived."""
    socket = echo(LOGIN)

    async def story(pump: Pump) -> None:
        await asyncio.sleep(0.1)
        orders = entry(pump)
        socket.hangs_up()
        await asyncio.sleep(0.1)
        with pytest.raises(NoAnswer, match="the account socket broke"):
            await orders.cancel_on_socket(cancel_order("DOGEUSDT", "o", None), "c.o")

    live(FakeTransport(sockets=[socket]), 0.05, story=story)


def test_placing_over_rest_returns_the_exchanges_id() -> None:
    """The synchronous road, v2."""
    from kit.fake_transport import FakeReply

    transport = FakeTransport(FakeReply(201, json.dumps({"id": "x-1"}).encode()), FakeReply(200, b'{"id":"o"}'))

    async def main() -> str:
        orders = OrderEntry(RestClient(transport, VirtualClock(), KEY, RateBudget()), pump=None)  # type: ignore[arg-type]
        placed = await orders.place_by_rest(
            limit_order("DOGEUSDT", Side.BUY, Decimal(1), Decimal(4), "o", post_only=True)
        )
        await orders.cancel_by_rest(cancel_order("DOGEUSDT", "o", None))
        return placed

    assert virtual.run(main()) == "x-1"
    assert [(sent.verb, sent.target) for sent in transport.requests] == [
        ("POST", "/v2/orders/limit"),
        ("DELETE", "/v2/orders/order"),
    ]
