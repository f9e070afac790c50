"""Steered time: stopped, faster, moved on; and the driver that wakes by it. All in virtual time."""

import asyncio
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kit.sandbox_kit import StandingClock, small_world, through

from valr_maker.clock import RealClock
from valr_maker.gateway.sockets import AiohttpTransport
from valr_maker.sandbox import snapshot
from valr_maker.sandbox.control import PREFIX, Control
from valr_maker.sandbox.driver import Driver
from valr_maker.sandbox.rules import Latency
from valr_maker.sandbox.server import STEERING_MAX_BYTES, SandboxServer
from valr_maker.sandbox.session import Line
from valr_maker.sandbox.steered import SteeredClock
from valr_maker.virtual import EPOCH_S, VirtualClock, run

JSON = {"content-type": "application/json"}


class Below:
    """The clock below, moved by hand."""

    def __init__(self) -> None:
        self.now_s = EPOCH_S

    def wall_s(self) -> float:
        return self.now_s

    monotonic_s = wall_s

    async def sleep(self, seconds: float) -> None:
        """Nobody waits here."""


@given(st.lists(st.tuples(st.sampled_from(["pause", "resume", "run_at", "jump"]), st.floats(0.01, 100)), max_size=12))
def test_time_never_goes_back_and_passes_by_its_speed(steps):
    below = Below()
    clock = SteeredClock(below)
    for name, amount in steps:
        before_s = clock.wall_s()
        getattr(clock, name)(*([amount] if name in ("run_at", "jump") else []))
        assert clock.wall_s() - before_s == pytest.approx(amount if name == "jump" else 0, abs=1e-5)
        before_s = clock.wall_s()
        below.now_s += 2
        assert clock.wall_s() - before_s == pytest.approx(0 if clock.is_paused else 2 * clock.speed, abs=1e-4)


def test_unsteered_it_shows_the_clock_below_to_the_last_digit():
    below = Below()
    clock = SteeredClock(below)
    below.now_s = 1_700_000_000.123456789
    assert clock.wall_s() == below.now_s


@pytest.mark.parametrize("speed", [0, -1, float("nan"), 1_001, float("inf")])
def test_a_speed_that_is_none_is_refused(speed):
    with pytest.raises(ValueError, match="a speed must be above 0"):
        SteeredClock(Below()).run_at(speed)


@contextmanager
def watched(driver: Driver) -> Iterator[list[tuple[float, str]]]:
    """What a socket hears of mark prices, which come every 3 s of the sandbox's time, and when the loop heard it."""
    heard: list[tuple[float, str]] = []

    def hear(frame: bytes) -> None:
        heard.append((round(asyncio.get_running_loop().time(), 3), json.loads(frame)["type"]))

    session = driver.open("/ws/trade", {}, Line(hear, lambda code, reason: None))
    wanted = {"type": "SUBSCRIBE", "subscriptions": [{"event": "MARK_PRICE_UPDATE", "pairs": ["DOGEUSDT"]}]}
    driver.receive(session, json.dumps(wanted))
    heard.clear()
    yield heard
    driver.stop()


def marks(heard: list[tuple[float, str]]) -> list[float]:
    return [at_s for at_s, kind in heard if kind == "MARK_PRICE_UPDATE"]


def test_the_driver_wakes_by_steered_time():
    async def main() -> None:
        driver = Driver(small_world(), VirtualClock())
        with watched(driver) as heard:
            await asyncio.sleep(6.5)
            assert marks(heard) == [3.0, 6.0]
            heard.clear()
            driver.steer(SteeredClock.pause)
            await asyncio.sleep(20)
            assert marks(heard) == []
            driver.steer(lambda clock: clock.run_at(10))
            await asyncio.sleep(20)
            assert marks(heard) == []  # faster than not at all
            driver.steer(SteeredClock.resume)
            await asyncio.sleep(1.0)
            assert marks(heard) == [46.75, 47.05, 47.35]
            heard.clear()
            driver.steer(lambda clock: clock.jump(9))
            assert marks(heard) == [47.5] * 3  # lived through at once

    run(main())


def test_what_the_operator_does_is_followed_by_what_it_causes_without_anybody_asking():
    async def main() -> None:
        driver = Driver(small_world(), VirtualClock())
        control = Control(driver, int)
        kinds: list[str] = []
        line = Line(lambda frame: kinds.append(json.loads(frame)["type"]), lambda code, reason: None)
        session = driver.open("/ws/trade", {}, line)
        wanted = {"event": "AGGREGATED_ORDERBOOK_UPDATE", "pairs": ["DOGEUSDT"]}
        driver.receive(session, json.dumps({"type": "SUBSCRIBE", "subscriptions": [wanted]}))
        kinds.clear()
        for price in ("0.15", "0.16"):
            body = {"pair": "DOGEUSDT", "side": "buy", "price": price, "quantity": "100"}
            assert control.handle("POST", PREFIX + "crowd/orders", JSON, json.dumps(body).encode()).status == 201
        await asyncio.sleep(1.0)  # the second image is due half a second after the first
        assert kinds == ["AGGREGATED_ORDERBOOK_UPDATE"] * 2
        driver.stop()

    run(main())


def test_who_waits_for_an_answer_of_a_world_that_is_gone_is_cut_off():
    async def main() -> None:
        driver = Driver(small_world(latency=Latency(5.0, 5.0)), VirtualClock())
        kept = snapshot.keep(driver.world)
        asking = asyncio.create_task(driver.request("GET", "/v1/public/pairs", {}, b""))
        await asyncio.sleep(1)
        driver.swap(snapshot.restore(kept))
        with pytest.raises(ConnectionError, match="snapshot"):
            await asking
        reply = await driver.request("GET", "/v1/public/pairs", {}, b"")
        assert reply.status == 200
        driver.stop()

    run(main())


def test_over_the_wire_too_a_restore_cuts_off_and_takes_more_than_a_clients_megabyte(monkeypatch):
    async def main() -> None:
        world, arrived = small_world(latency=Latency(5.0, 5.0)), asyncio.Event()
        server = SandboxServer(world, RealClock())
        await server.start()
        transport = AiohttpTransport(server.rest_url, server.ws_url)
        try:
            kept = (await transport.request("GET", PREFIX + "snapshot", {}, b"")).body
            asked = world.request

            def noticed(*given: Any) -> None:
                asked(*given)
                arrived.set()

            monkeypatch.setattr(world, "request", noticed)
            asking = asyncio.create_task(transport.request("POST", "/v2/orders/limit", JSON, b"{}"))  # not repeated
            await arrived.wait()
            bytes_type = {"Content-Type": "application/octet-stream"}
            damaged = await transport.request("POST", PREFIX + "restore", bytes_type, kept + os.urandom(3 * 2**20))
            assert (damaged.status, b"damaged" in damaged.body) == (400, True)
            assert (await transport.request("POST", PREFIX + "restore", bytes_type, kept)).status == 200
            with pytest.raises(ConnectionError):
                await asking
        finally:
            await transport.aclose()
            await server.stop()

    asyncio.run(main())


def test_a_body_without_end_is_refused(monkeypatch):
    monkeypatch.setattr("valr_maker.sandbox.server.STEERING_MAX_BYTES", 1000)
    assert STEERING_MAX_BYTES > 2**20

    async def main() -> None:
        async with through("over sockets", small_world(), StandingClock()) as transport:
            reply = await transport.request("POST", PREFIX + "restore", JSON, b"x" * 1001)
            assert reply.status == 413
            assert json.loads(reply.body)["remedy"]

    asyncio.run(main())
