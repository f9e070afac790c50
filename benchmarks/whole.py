"""Whole processes: order round trips against the served sandbox, cold start to two resting orders, resident memory."""

import asyncio
import json
import multiprocessing
import os
import statistics
import subprocess
import sys
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

import aiohttp
import msgspec
import uvloop

from valr_maker.clock import RealClock
from valr_maker.config.load import load
from valr_maker.sandbox.rules import Latency, Rules
from valr_maker.sandbox.server import SandboxServer
from valr_maker.sandbox.world import World
from valr_maker.simulate import simulate
from valr_maker.wire import sign

ROOT = Path(__file__).parent.parent
CONF = ROOT / "examples" / "conf_pure_mm_2.yml"
COMMAND = [sys.executable, "-m", "valr_maker.cli"]


class Served(NamedTuple):
    """A sandbox in a process of its own."""

    process: "subprocess.Popen[str]"
    rest_url: str
    ws_url: str
    key: str
    secret: str


class Address(NamedTuple):
    """Where to send orders, and as whom."""

    ws_url: str
    key: str
    secret: str


class RoundTrips(NamedTuple):
    """Place and cancel over the account socket: one after another, and many at a time."""

    sequential_p50_us: float
    per_second: float


def serve() -> Served:
    """Start `valr-maker sandbox serve` on a free port."""
    process = subprocess.Popen(
        [*COMMAND, "sandbox", "serve", "--port", "0", "--json"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    ready = json.loads(process.stdout.readline())
    return Served(process, ready["rest_url"], ready["ws_url"], ready["api_key"], ready["api_secret"])


def stop(process: "subprocess.Popen[str]") -> None:
    """Ctrl-C it and wait."""
    process.send_signal(2)
    process.wait(timeout=30)


def round_trips(count: int, at_once: int) -> RoundTrips:
    """Measure against a fresh sandbox that answers at once and enforces no rate limits, in a process of its own."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=_serve_unlimited, args=(theirs,), daemon=True)
    process.start()
    try:
        return uvloop.run(_round_trips(Address(*ours.recv()), count, at_once))
    finally:
        process.terminate()
        process.join()


def _serve_unlimited(pipe: Connection) -> None:
    async def serve_for_ever() -> None:
        world = World(1, rules=Rules(latency=Latency(0.0, 0.0), limits_enforced=False))
        server = SandboxServer(world, RealClock())
        await server.start()
        pipe.send((server.ws_url, world.key, world.secret))
        await asyncio.Event().wait()

    uvloop.run(serve_for_ever())


async def _round_trips(sandbox: Address, count: int, at_once: int) -> RoundTrips:
    headers = sign.headers(sandbox.key, sandbox.secret, int(time.time() * 1000), "GET", sign.ACCOUNT_PATH)
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(sandbox.ws_url + sign.ACCOUNT_PATH, headers=headers) as socket,
    ):
        taken = []
        for number in range(200):
            start_ns = time.perf_counter_ns()
            await _place(socket, f"seq-{number}")
            await _until(socket, "ORDER_PROCESSED")
            taken.append((time.perf_counter_ns() - start_ns) / 1000)
            await _cancel(socket, f"seq-{number}")
            await _until(socket, "ORDER_STATUS_UPDATE")
        start_s = time.perf_counter()
        done = 0
        for batch in range(count // at_once):
            names = [f"b{batch}-{number}" for number in range(at_once)]
            for name in names:
                await _place(socket, name)
            for _ in names:
                await _until(socket, "ORDER_PROCESSED")
            for name in names:
                await _cancel(socket, name)
            for _ in names:
                await _until(socket, "ORDER_STATUS_UPDATE")
            done += at_once
        return RoundTrips(round(statistics.median(taken), 1), round(done / (time.perf_counter() - start_s), 1))


async def _place(socket: aiohttp.ClientWebSocketResponse, cid: str) -> None:
    payload = {
        "side": "BUY", "quantity": "4", "price": "0.13", "pair": "DOGEUSDT", "postOnly": True, "customerOrderId": cid,
    }  # fmt: skip
    await socket.send_json({"type": "PLACE_LIMIT_ORDER", "clientMsgId": cid, "payload": payload})


async def _cancel(socket: aiohttp.ClientWebSocketResponse, cid: str) -> None:
    await socket.send_json({"type": "CANCEL_LIMIT_ORDER", "payload": {"pair": "DOGEUSDT", "customerOrderId": cid}})


async def _until(socket: aiohttp.ClientWebSocketResponse, kind: str) -> None:
    while True:
        frame = msgspec.json.decode((await socket.receive(timeout=20)).data)
        if frame["type"] == kind:
            return


class ColdStart(NamedTuple):
    """From starting the process to two orders in the exchange's own list, and what the process holds then."""

    seconds: float
    memory_mb: float


def cold_start() -> ColdStart:
    """Measure one start against a sandbox in another process."""
    sandbox = serve()
    environment = os.environ | {"VALR_API_KEY": sandbox.key, "VALR_API_SECRET": sandbox.secret}
    start_s = time.perf_counter()
    bot = subprocess.Popen(
        [*COMMAND, "run", str(CONF), "--headless", "--address", sandbox.rest_url],
        env=environment, stdout=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    try:
        uvloop.run(_until_two_rest(sandbox))
        seconds = time.perf_counter() - start_s
        time.sleep(2.0)  # settled
        return ColdStart(round(seconds, 2), memory_mb(bot.pid))
    finally:
        stop(bot)
        stop(sandbox.process)


async def _until_two_rest(sandbox: Served) -> None:
    target = "/v1/orders/open"
    async with aiohttp.ClientSession() as session:
        for _ in range(1500):
            headers = sign.headers(sandbox.key, sandbox.secret, int(time.time() * 1000), "GET", target)
            async with session.get(sandbox.rest_url + target, headers=headers) as reply:
                if len(await reply.json()) >= 2:  # one a side
                    return
            await asyncio.sleep(0.02)
    raise RuntimeError("two orders never rested")


def simulated_hour_s() -> float:
    """Bot, sandbox and crowd in one thread and virtual time."""
    start_s = time.perf_counter()
    simulate(load(CONF), seed=1, duration_s=3600.0)
    return round(time.perf_counter() - start_s, 2)


def embedded_memory_mb() -> float:
    """`valr-maker run` with the sandbox in the same process, as `make run` does."""
    process = subprocess.Popen([*COMMAND, "run", str(CONF), "--headless"], stdout=subprocess.DEVNULL, text=True)
    try:
        time.sleep(10.0)
        return memory_mb(process.pid)
    finally:
        stop(process)


def memory_mb(pid: int) -> float:
    """Resident memory of a process (Linux); 0 where the system does not tell."""
    try:
        text = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except OSError:
        return 0.0
    line = next((row for row in text.splitlines() if row.startswith("VmRSS:")), "VmRSS: 0 kB")
    return round(int(line.split()[1]) / 1024, 1)
