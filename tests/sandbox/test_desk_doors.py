"""Two doors, one desk: in process and over real sockets, the same calls give the same bytes."""

import asyncio
import io
import json

import aiohttp
import pytest
from kit.sandbox_kit import StandingClock, Visitor, limit, signed, small_world, through

from valr_maker import virtual
from valr_maker.clock import RealClock
from valr_maker.errors import UsageProblem
from valr_maker.sandbox.rules import Latency, Rules
from valr_maker.sandbox.server import UNSENT_MAX, SandboxServer
from valr_maker.sandbox.world import World
from valr_maker.wire.closed import SocketClosed

DOORS = ("in process", "over sockets")


@pytest.fixture(params=DOORS)
def door(request):
    return request.param


class Caller:
    """A client behind a Transport."""

    def __init__(self, world, transport, clock):
        self.world, self.transport, self.clock = world, transport, clock

    async def ask(self, verb, target, body=None, **headers):
        raw = b"" if body is None else json.dumps(body).encode()
        given = signed(self.world.account, self.clock.wall_s(), verb, target, raw) | headers
        return await self.transport.request(verb, target, given, raw)

    async def open(self, path, **headers):
        given = signed(self.world.account, self.clock.wall_s(), "GET", path) | headers
        return await self.transport.connect(path, given)


async def until(socket, kind):
    """Frames up to and including one of this type."""
    frames: list[dict[str, object]] = []
    while not frames or frames[-1]["type"] != kind:
        frames.append(json.loads(await asyncio.wait_for(socket.receive(), 20)))
    return frames


async def send_on(socket):
    """Until it is noticed that the other side has gone."""
    while True:
        await socket.send(b'{"type":"PING"}')
        await asyncio.sleep(0)


def play(door, story, **more):
    """Run a story behind a door, in a world without latency at a clock that stands still."""

    async def main():
        world, clock = small_world(**more), StandingClock()
        async with through(door, world, clock) as transport:
            return await story(Caller(world, transport, clock)), world.digest()

    return asyncio.run(main())


async def a_bit_of_everything(me):
    replies = [
        await me.ask("GET", "/v1/public/pairs"),
        await me.ask("GET", "/v1/account/balances?excludeZeroBalances=true&note=%2C+%20x"),
        await me.ask("GET", "/v1/nope"),
        await me.ask("GET", "/v1/orders/open", **{"X-VALR-SIGNATURE": "00"}),
    ]
    public, account = await me.open("/ws/trade"), await me.open("/ws/account")
    subscriptions = [{"event": event, "pairs": ["dogeusdt", "NOPE"]} for event in ("OB_L1_DIFF", "NEW_TRADE")]
    await public.send(json.dumps({"type": "SUBSCRIBE", "subscriptions": subscriptions}).encode())
    frames = await until(public, "OB_L1_SNAPSHOT")
    await until(public, "ERROR")
    frames += await until(account, "OPEN_ORDERS_UPDATE")
    replies += [
        await me.ask("POST", "/v1/orders/limit", limit("BUY", 50, 0.16, customerOrderId="mm-1")),
        await me.ask("POST", "/v2/orders/limit", limit("SELL", "10", "0.17")),
        await me.ask("POST", "/v2/orders/limit", limit("SELL", "10", "0.16")),
        await me.ask("DELETE", "/v1/orders/order", {"customerOrderId": "mm-1", "pair": "DOGEUSDT"}),
        await me.ask("GET", "/v1/orders/open"),
        await me.ask("DELETE", "/v1/orders"),
    ]
    place = {"type": "PLACE_LIMIT_ORDER", "clientMsgId": "7", "payload": limit("BUY", "9", "0.15")}
    await account.send(json.dumps(place).encode())
    await account.send(b'{"type":"PING"}')
    frames += await until(account, "PONG")
    await public.send(b"nonsense")
    frames += await until(public, "ERROR")
    await account.close()
    await public.close()
    return [(reply.status, reply.body) for reply in replies], frames


def test_both_doors_give_the_same_bytes():
    (inside, digest), (outside, other_digest) = (play(door, a_bit_of_everything) for door in DOORS)
    assert inside == outside
    assert digest == other_digest
    assert [status for status, _ in inside[0]] == [200, 200, 404, 401, 202, 201, 400, 202, 200, 200]


def test_header_names_of_a_reply_are_lower_case(door):
    async def story(me):
        return (await me.ask("GET", "/v1/public/time")).headers["content-type"]

    assert play(door, story)[0].startswith("application/json")


def test_a_bad_login_opens_and_is_closed_with_1007(door):
    async def story(me):
        socket = await me.open("/ws/account", **{"X-VALR-SIGNATURE": "00"})
        with pytest.raises(SocketClosed) as closed:
            await socket.receive()
        with pytest.raises(SocketClosed):
            await send_on(socket)
        return closed.value.code, closed.value.reason

    assert play(door, story)[0] == (1007, "Request has an invalid signature")


def test_a_path_without_a_socket_is_a_connection_error(door):
    async def story(me):
        with pytest.raises(ConnectionError, match="404"):
            await me.open("/ws/nope")

    play(door, story)


def test_a_dropped_connection_cancels_if_it_was_told_to(door):
    async def story(me):
        socket, other = await me.open("/ws/account"), await me.open("/ws/account")
        await me.ask("POST", "/v2/orders/limit", limit("BUY", "50", "0.16"))
        await socket.send(b'{"type":"CANCEL_ON_DISCONNECT","payload":{"cancelOnDisconnect":true}}')
        await until(socket, "CANCEL_ON_DISCONNECT_UPDATE")
        await until(other, "ORDER_PROCESSED")
        await socket.close()
        return (await until(other, "ORDER_STATUS_UPDATE"))[-1]["data"]["orderStatusType"]

    assert play(door, story)[0] == "Cancelled"


def test_an_idle_socket_is_dropped_without_a_close_frame_and_time_flies():
    async def main():
        world, clock = small_world(latency=Latency()), virtual.VirtualClock()
        async with through("in process", world, clock) as transport:
            me = Caller(world, transport, clock)
            socket = await me.open("/ws/trade")
            await until(socket, "AUTHENTICATED")
            with pytest.raises(SocketClosed) as closed:
                await socket.receive()
            return closed.value.code, round(clock.monotonic_s(), 3)

    assert virtual.run(main()) == (1006, 60.003)


def test_latency_passes_in_virtual_time():
    async def main():
        world, clock = small_world(latency=Latency(0.003, 0.008)), virtual.VirtualClock()
        taken = []
        async with through("in process", world, clock) as transport:
            me = Caller(world, transport, clock)
            for call in (
                me.ask("GET", "/v1/orders/open"),
                me.ask("POST", "/v2/orders/limit", limit("BUY", "50", "0.1")),
            ):
                before_s = clock.monotonic_s()
                await call
                taken.append(round(clock.monotonic_s() - before_s, 4))
        return taken

    assert virtual.run(main()) == [0.003, 0.008]


def test_a_virtual_hour_with_the_crowd_is_the_same_hour_twice():
    async def main():
        world, clock = World(5), virtual.VirtualClock()
        async with through("in process", world, clock) as transport:
            me = Caller(world, transport, clock)
            socket = await me.open("/ws/trade")
            await socket.send(b'{"type":"SUBSCRIBE","subscriptions":[{"event":"OB_L1_DIFF","pairs":["DOGEUSDT"]}]}')
            ends_s, heard = clock.monotonic_s() + 3600, 0
            while clock.monotonic_s() < ends_s:
                await socket.receive()
                heard += 1
        return heard, world.digest()

    first = virtual.run(main())
    assert first[0] > 500
    assert virtual.run(main()) == first


# ---- the wire -------------------------------------------------------------------------------------------------------
def served(story, **more):
    """Run a story against a real server on the real clock."""

    async def main():
        world = small_world(**more)
        server = SandboxServer(world, RealClock())
        await server.start()
        try:
            async with aiohttp.ClientSession() as session:
                return await story(server, session, world)
        finally:
            await server.stop()

    return asyncio.run(main())


def test_a_taken_port_is_named_with_the_remedy():
    async def story(server, _session, world):
        port = int(server.rest_url.rpartition(":")[2])
        with pytest.raises(UsageProblem, match=f"port {port} is in use") as problem:
            await SandboxServer(world, RealClock(), port=port).start()
        return problem.value.remedy

    assert "--port" in served(story)


def test_it_listens_on_this_machine_alone():
    async def story(server, _session, _world):
        return {address[0] for address in server._runner.addresses}

    assert served(story) == {"127.0.0.1"}


@pytest.mark.parametrize("deflate", [0, 15])
def test_compression_is_used_when_it_is_offered(deflate):
    async def story(server, session, _world):
        async with session.ws_connect(server.ws_url + "/ws/trade", compress=deflate) as socket:
            await socket.send_str('{"type":"PING"}')
            assert await socket.receive_json() == {"type": "PONG", "message": "NO_SUBSCRIPTIONS"}
            await socket.ping()
            await socket.send_bytes(b'{"type":"PING"}')
            assert (await socket.receive_json())["type"] == "PONG"
            return socket.compress

    assert served(story) == deflate


def test_outcomes_come_by_themselves_on_the_real_clock():
    async def story(server, session, world):
        headers = signed(world.account, RealClock().wall_s(), "GET", "/ws/account")
        async with session.ws_connect(server.ws_url + "/ws/account", headers=headers) as socket:
            await socket.send_json({"type": "PLACE_LIMIT_ORDER", "payload": limit("BUY", "50", "0.16")})
            kinds: list[str] = []
            while not kinds or kinds[-2:] != ["BALANCE_UPDATE", "OPEN_ORDERS_UPDATE"] or "ORDER_PROCESSED" not in kinds:
                kinds.append((await socket.receive_json(timeout=20))["type"])
            return kinds[-4:]

    assert served(story, latency=Latency(0.001, 0.002)) == [
        "PLACE_LIMIT_WS_RESPONSE", "ORDER_PROCESSED", "BALANCE_UPDATE", "OPEN_ORDERS_UPDATE",
    ]  # fmt: skip


def test_a_reader_that_never_reads_is_cut_off_and_memory_stays_bounded():
    async def story(server, session, world):
        socket = await session.ws_connect(server.ws_url + "/ws/trade", max_msg_size=0)
        await socket.send_json({"type": "SUBSCRIBE", "subscriptions": [{"event": "OB_L1_DIFF", "pairs": ["DOGEUSDT"]}]})
        await socket.receive()
        socket._conn.transport.pause_reading()
        me = Visitor(world)
        me.now_s = RealClock().wall_s()
        (door,) = server._sockets
        most = 0
        for number in range(400_000):
            me.place("BUY", "4", "0.14")
            me.ask("DELETE", "/v1/orders")
            most = max(most, len(door._unsent))
            if number % 50 == 0:
                await asyncio.sleep(0)
            if not server._sockets:
                break
        return most, len(server._sockets)

    most, left = served(story, rules=Rules(latency=Latency(0, 0), limits_enforced=False))
    assert most <= UNSENT_MAX
    assert left == 0


def test_a_body_that_is_too_large_is_413_and_the_server_lives():
    async def story(server, session, _world):
        url = server.rest_url + "/v2/orders/limit"
        async with session.post(url, data=io.BytesIO(b"x" * 2_000_000)) as reply:
            status, said = reply.status, await reply.json()
        async with session.get(server.rest_url + "/v1/public/status") as reply:
            return status, said["code"], await reply.json()

    assert served(story) == (413, -11, {"status": "online"})


def test_a_machine_that_slept_wakes_to_a_fresh_market_instead_of_living_through_the_night():
    class Alarm(StandingClock):
        now_s = 1_700_000_000.0

        def wall_s(self):
            return self.now_s

    async def main():
        world, clock = small_world(crowd=True), Alarm()
        async with through("in process", world, clock) as transport:
            me = Caller(world, transport, clock)
            socket = await me.open("/ws/trade")
            await socket.send(b'{"type":"SUBSCRIBE","subscriptions":[{"event":"OB_L1_DIFF","pairs":["DOGEUSDT"]}]}')
            sequence = (await until(socket, "OB_L1_SNAPSHOT"))[-1]["d"]["sq"]
            clock.now_s += 8 * 3600
            book = json.loads((await me.ask("GET", "/v1/public/DOGEUSDT/orderbook")).body)
            diffs = [json.loads(frame) for frame in socket._unread]
        return sequence, [frame["d"]["sq"] for frame in diffs], len(book["Bids"])

    sequence, sequences, bids = asyncio.run(main())
    assert sequences == list(range(sequence + 1, sequence + 1 + len(sequences))), "without a gap"
    assert 0 < len(sequences) < 10
    assert bids > 3
