"""Each fault does what it says, is counted, and ends; without one the wrapper cannot be noticed."""

import asyncio
import json
from collections import deque

import pytest

from valr_maker.sandbox.faults import MALFORMED_PAGE, FakeReply, Faults, FaultyTransport
from valr_maker.virtual import VirtualClock, run
from valr_maker.wire.closed import SocketClosed

CLOCK = VirtualClock()
TRADE, ACCOUNT = "/ws/trade", "/ws/account"


class Line:
    """The far end of a socket: frames to come, frames that came."""

    def __init__(self):
        self.coming: deque[object] = deque()
        self.sent, self.closed = [], False
        self.news = asyncio.Event()

    def say(self, *frames):
        self.coming.extend(frames)
        self.news.set()

    async def send(self, frame):
        self.sent.append(frame)

    async def receive(self):
        while not self.coming:
            self.news.clear()
            await self.news.wait()
        if isinstance(self.coming[0], SocketClosed):
            raise self.coming[0]
        return self.coming.popleft()

    async def close(self):
        self.closed = True


class Exchange:
    """Answers 200 to all and remembers what it was asked."""

    def __init__(self):
        self.asked, self.lines, self.gone = [], {}, False

    async def request(self, verb, target, headers, body):
        self.asked.append(f"{verb} {target}")
        return FakeReply(200, {}, b"well")

    async def connect(self, path, headers):
        self.lines[path] = Line()
        return self.lines[path]

    async def aclose(self):
        self.gone = True


class Scene:
    def __init__(self):
        self.exchange, self.faults = Exchange(), Faults()
        self.transport = FaultyTransport(self.exchange, CLOCK, self.faults)

    async def ask(self, verb, target):
        try:
            return (await self.transport.request(verb, target, {}, b"")).status
        except (ConnectionError, TimeoutError) as problem:
            return type(problem).__name__

    async def open(self, path=TRADE):
        socket = await self.transport.connect(path, {})
        return socket, self.exchange.lines[path]


def frame(kind, **more):
    return json.dumps({"type": kind, **more}).encode()


async def heard(socket, patience_s=1.0):
    """Every frame that can be read until none has come for a while, and how it ended."""
    got = []
    try:
        while True:
            async with asyncio.timeout(patience_s):
                got.append(await socket.receive())
    except TimeoutError:
        return got
    except SocketClosed as end:
        return [*got, end.code]


def in_virtual_time(story):
    """Tell a story of a Scene in virtual time."""

    def test():
        async def main():
            scene = Scene()
            await story(scene)
            await scene.transport.aclose()
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()

        run(main())

    test.__name__, test.__doc__ = story.__name__, story.__doc__
    return test


@in_virtual_time
async def test_without_a_fault_nothing_is_changed(scene):
    assert await scene.ask("GET", "/v1/public/pairs") == 200
    socket, line = await scene.open()
    line.say(frame("AUTHENTICATED"), '{"type":"PONG"}')
    await socket.send(b"hello")
    line.say(SocketClosed(1012, "restart"))
    assert await heard(socket) == [frame("AUTHENTICATED"), b'{"type":"PONG"}', 1012]
    await socket.close()
    await scene.transport.aclose()
    assert line.sent == [b"hello"] and line.closed and scene.exchange.gone


@in_virtual_time
async def test_the_rules_fail_twice_and_only_they(scene):
    fault = scene.faults.fail("GET /v1/public/pairs", times=2)
    assert await scene.ask("GET", "/v1/account/balances") == 200
    assert [await scene.ask("GET", "/v1/public/pairs") for _ in range(3)] == [500, 500, 200]
    assert fault.happened == 2 and not fault.active
    assert scene.exchange.asked == ["GET /v1/account/balances", "GET /v1/public/pairs"]


@in_virtual_time
async def test_a_failure_lasts_until_it_is_lifted(scene):
    fault = scene.faults.fail("balances", status=503, body=b"{}")
    assert [await scene.ask("GET", "/v1/account/balances") for _ in range(5)] == [503] * 5
    fault.lift()
    assert await scene.ask("GET", "/v1/account/balances") == 200
    assert fault.happened == 5


@in_virtual_time
async def test_too_many_requests_look_as_they_do_at_valr(scene):
    scene.faults.rate_limit("POST", times=1, retry_after_s=3)
    reply = await scene.transport.request("POST", "/v2/orders/limit", {}, b"")
    assert reply.status == 429
    assert reply.headers == {"content-type": "text/html", "x-valr-ratelimited": "true", "retry-after": "3"}
    assert scene.exchange.asked == []


@in_virtual_time
async def test_an_answer_is_lost_though_the_order_went_through(scene):
    fault = scene.faults.lose_answer("POST /v2/orders", times=1)
    reply = await scene.transport.request("POST", "/v2/orders/limit", {}, b"")
    assert (reply.status, reply.body, reply.headers["content-type"]) == (400, MALFORMED_PAGE, "text/html")
    assert scene.exchange.asked == ["POST /v2/orders/limit"] and fault.happened == 1


@in_virtual_time
async def test_an_answer_never_comes(scene):
    fault = scene.faults.hang("GET", timeout_s=10)
    kept = scene.faults.hang("POST", times=1, carried_out=True)
    begin_s = CLOCK.monotonic_s()
    assert await scene.ask("GET", "/v1/public/time") == "TimeoutError"
    assert CLOCK.monotonic_s() - begin_s == 10
    assert await scene.ask("POST", "/v2/orders/limit") == "TimeoutError"
    assert scene.exchange.asked == ["POST /v2/orders/limit"]
    assert (fault.happened, kept.happened) == (1, 1)


@in_virtual_time
async def test_no_network_at_all(scene):
    fault = scene.faults.unreachable()
    assert await scene.ask("GET", "/v1/public/time") == "ConnectionError"
    with pytest.raises(ConnectionError):
        await scene.transport.connect(TRADE, {})
    assert fault.happened == 2
    scene.faults.lift_all()
    assert await scene.ask("GET", "/v1/public/time") == 200


@in_virtual_time
async def test_one_socket_is_refused_and_the_other_is_not(scene):
    fault = scene.faults.refuse_connect(ACCOUNT, times=2)
    await scene.open(TRADE)
    for _ in range(2):
        with pytest.raises(ConnectionError):
            await scene.transport.connect(ACCOUNT, {})
    await scene.open(ACCOUNT)
    assert await scene.ask("GET", "/v1/public/time") == 200
    assert fault.happened == 2


@in_virtual_time
async def test_a_socket_is_opened_too_slowly(scene):
    fault = scene.faults.hang(f"CONNECT {TRADE}", times=1, timeout_s=30)
    with pytest.raises(TimeoutError):
        await scene.transport.connect(TRADE, {})
    assert fault.happened == 1


@in_virtual_time
async def test_a_killed_socket_ends_at_once_for_who_reads_and_who_sends(scene):
    trade, line = await scene.open(TRADE)
    account, _ = await scene.open(ACCOUNT)
    reading = asyncio.create_task(heard(trade, patience_s=60))
    await CLOCK.sleep(1)
    fault = scene.faults.kill(TRADE)
    line.say(frame("PONG"))
    assert await reading == [1006]
    with pytest.raises(SocketClosed, match="1006"):
        await trade.send(b"too late")
    await account.send(b"still here")
    assert fault.happened == 1 and scene.faults.kill(TRADE).happened == 0


@in_virtual_time
async def test_a_frozen_feed_loses_frames_while_the_heartbeat_works(scene):
    socket, line = await scene.open()
    fault = scene.faults.freeze(TRADE, passing=("PONG",))
    line.say(frame("OB_L1_DIFF", n=1), frame("PONG"), frame("OB_L1_DIFF", n=2))
    assert await heard(socket) == [frame("PONG")]
    fault.lift()
    line.say(frame("OB_L1_DIFF", n=3))
    assert await heard(socket) == [frame("OB_L1_DIFF", n=3)]
    assert fault.happened == 2


@in_virtual_time
async def test_a_frozen_feed_may_come_back_with_all_it_held(scene):
    socket, line = await scene.open()
    fault = scene.faults.freeze(TRADE, hold=True)
    line.say(*(frame("OB_L1_DIFF", n=n) for n in range(3)))
    assert await heard(socket) == []
    fault.lift()
    assert await heard(socket) == [frame("OB_L1_DIFF", n=n) for n in range(3)]


@in_virtual_time
async def test_only_the_book_is_silent(scene):
    fault = scene.faults.freeze(TRADE, types=("OB_L1_SNAPSHOT", "OB_L1_DIFF"))
    socket, line = await scene.open()
    line.say(frame("AUTHENTICATED"), frame("OB_L1_SNAPSHOT"), frame("NEW_TRADE"))
    assert await heard(socket) == [frame("AUTHENTICATED"), frame("NEW_TRADE")]
    assert fault.happened == 1


@in_virtual_time
async def test_a_half_open_connection_takes_what_is_sent_and_loses_it(scene):
    socket, line = await scene.open()
    fault = scene.faults.mute(TRADE)
    await socket.send(b"lost")
    fault.lift()
    await socket.send(b"kept")
    assert line.sent == [b"kept"] and fault.happened == 1


@in_virtual_time
async def test_frames_are_dropped_and_doubled_by_type(scene):
    socket, line = await scene.open()
    dropped = scene.faults.drop_next(TRADE, 1, "OB_L1_DIFF")
    doubled = scene.faults.duplicate_next(TRADE, "NEW_TRADE")
    line.say(frame("NEW_TRADE", n=1), frame("OB_L1_DIFF", n=2), frame("OB_L1_DIFF", n=3), frame("NEW_TRADE", n=4))
    assert await heard(socket) == [
        frame("NEW_TRADE", n=1),
        frame("NEW_TRADE", n=1),
        frame("OB_L1_DIFF", n=3),
        frame("NEW_TRADE", n=4),
    ]
    assert (dropped.happened, doubled.happened) == (1, 1)


@in_virtual_time
async def test_a_checksum_goes_wrong_and_nothing_else(scene):
    socket, line = await scene.open()
    fault = scene.faults.corrupt_checksum(TRADE, 2)
    frames = [
        frame("PONG"),
        frame("OB_L1_DIFF", d={"sq": 7, "cs": 12}),
        b'{"type":"FULL_ORDERBOOK_UPDATE","data":{"SequenceNumber":8,"Checksum":-3}}',
        frame("OB_L1_DIFF", d={"sq": 9, "cs": 12}),
    ]
    line.say(*frames)
    pong, first, second, third = (json.loads(got) for got in await heard(socket))
    assert pong == {"type": "PONG"} and first["d"]["sq"] == 7 and first["d"]["cs"] != 12
    assert second["data"]["SequenceNumber"] == 8 and second["data"]["Checksum"] != -3
    assert third["d"] == {"sq": 9, "cs": 12} and fault.happened == 2


@in_virtual_time
async def test_a_malformed_frame_comes_in_between(scene):
    socket, line = await scene.open()
    line.say(frame("NEW_TRADE", n=1))
    await CLOCK.sleep(0.1)
    fault = scene.faults.malformed(TRADE, b"\xff{")
    line.say(frame("NEW_TRADE", n=2))
    assert await heard(socket) == [frame("NEW_TRADE", n=1), b"\xff{", frame("NEW_TRADE", n=2)]
    assert fault.happened == 1


@in_virtual_time
async def test_frames_come_late_but_in_order(scene):
    socket, line = await scene.open()
    fault = scene.faults.delay(TRADE, 2.0)
    begin_s = CLOCK.monotonic_s()
    line.say(frame("NEW_TRADE", n=1))
    await CLOCK.sleep(0.5)
    line.say(frame("NEW_TRADE", n=2))
    times = []
    for n in (1, 2):
        assert await socket.receive() == frame("NEW_TRADE", n=n)
        times.append(CLOCK.monotonic_s() - begin_s)
    assert times == pytest.approx([2.0, 2.5])
    line.say(frame("NEW_TRADE", n=3))
    await CLOCK.sleep(0.1)
    fault.lift()
    line.say(frame("NEW_TRADE", n=4))
    assert [await socket.receive() for _ in range(2)] == [frame("NEW_TRADE", n=3), frame("NEW_TRADE", n=4)]
    assert fault.happened == 3


@in_virtual_time
async def test_the_fault_switched_on_first_acts_first(scene):
    scene.faults.fail("pairs", times=1, status=500)
    scene.faults.fail("pairs", times=1, status=503)
    assert [await scene.ask("GET", "/v1/public/pairs") for _ in range(3)] == [500, 503, 200]


@in_virtual_time
async def test_what_breaks_inside_is_not_swallowed(scene):
    socket, line = await scene.open()
    line.say(17)  # not a frame at all: a mistake of ours
    with pytest.raises(TypeError):
        await socket.receive()
