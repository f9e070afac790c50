"""How much the sandbox carries: orders over both doors, every pair live with many listeners, the crowd alone, a long day.

    .venv/bin/python -m benchmarks.sandbox [--quick] [--json FILE]

The server runs in a process of its own, the clients in another: figures of CPU are the server's alone. It is one thread,
so that a share of 1.0 would be a whole core; whether it keeps up is said by the age of its frames at the listeners.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import resource
import statistics
import sys
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

import aiohttp
import uvloop

from benchmarks.listener import Heard, listen
from benchmarks.whole import memory_mb, round_trips
from valr_maker.clock import RealClock
from valr_maker.sandbox import board
from valr_maker.sandbox.exchange import Exchange
from valr_maker.sandbox.facts import Fact, LevelChange
from valr_maker.sandbox.rules import Latency, Rules
from valr_maker.sandbox.server import SandboxServer
from valr_maker.sandbox.world import World
from valr_maker.wire import sign

START_S = 1_700_000_000.0
SUBSCRIBERS = 20
LEVELS_AND_TRADES = ("OB_L1_DIFF", "NEW_TRADE")
MINUTE_S, HOUR_S = 60, 3600
DAY_PAIRS = ("DOGEUSDT", "BTCZAR", "BTCUSDT", "ETHZAR", "XRPUSDT")


class Served(NamedTuple):
    """What the server's process tells: where it listens, and how to get in."""

    rest_url: str
    ws_url: str
    key: str
    secret: str
    pid: int


def serve(pipe: Connection) -> None:
    """A sandbox that answers at once and enforces no limits, until the process is ended."""

    async def serve_for_ever() -> None:
        world = World(1, rules=Rules(latency=Latency(0.0, 0.0), limits_enforced=False))
        server = SandboxServer(world, RealClock())
        await server.start()
        pipe.send((server.rest_url, server.ws_url, world.key, world.secret, os.getpid()))
        while True:
            await asyncio.sleep(0.2)
            if pipe.poll():
                pipe.recv()
                late_s = time.time() - (world.next_due_s() or time.time())
                pipe.send((time.process_time(), late_s, len(world.floor.watched())))

    uvloop.run(serve_for_ever())


class Busy(NamedTuple):
    """Every active pair live, and everybody listening to all of them."""

    pairs: int
    events: int
    """Of each pair, that everybody listens to."""
    frames_per_s: float
    cpu_share: float
    """Of one core."""
    age_p50_ms: float
    """From a change of a book to the frame that tells it, received by a listener."""
    age_p99_ms: float
    age_max_ms: float
    worst_late_s: float
    """What the server should have done already, looked at once a second."""
    cut_off: int
    """Listeners that could not keep up, or a server that could not: then the other figures say little."""
    memory_mb: float


async def _crowded(pipe: Connection, served: Served, events: Sequence[str], seconds: float) -> Busy:
    async with aiohttp.ClientSession() as session, session.get(served.rest_url + "/v1/public/pairs") as answer:
        pairs = [row["symbol"] for row in await answer.json() if row["active"]]
    heard = Heard()
    connections = [await listen(served.ws_url, heard, events, pairs) for _ in range(SUBSCRIBERS)]
    await asyncio.sleep(10)  # all snapshots are out
    cpu_s, _, live = await _ask(pipe)
    begun_s, frames = time.perf_counter(), heard.frames
    heard.ages_ms.clear()
    late_s = []
    while time.perf_counter() - begun_s < seconds:
        await asyncio.sleep(1)
        late_s.append((await _ask(pipe))[1])
    taken_s = time.perf_counter() - begun_s
    used_s = (await _ask(pipe))[0] - cpu_s
    lost = heard.lost
    for connection in connections:
        connection.close()
    rate, ages = (heard.frames - frames) / taken_s, statistics.quantiles(heard.ages_ms, n=100)
    return Busy(
        live,
        len(events),
        round(rate),
        round(used_s / taken_s, 2),
        round(ages[49], 1),
        round(ages[98], 1),
        round(max(heard.ages_ms), 1),
        round(max(0.0, *late_s), 3),
        lost,
        memory_mb(served.pid),
    )


async def _ask(pipe: Connection) -> tuple[float, float, int]:
    pipe.send("how")
    while not pipe.poll():
        await asyncio.sleep(0.01)
    cpu_s, late_s, live = pipe.recv()
    return cpu_s, late_s, live


async def _rest_trips(served: Served, count: int, at_once: int) -> tuple[float, float]:
    """(p50 in microseconds one after the other, orders placed and cancelled a second with so many at once)."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=at_once)) as session:

        async def call(verb: str, path: str, body: dict[str, object]) -> None:
            raw = json.dumps(body).encode()
            headers = sign.headers(served.key, served.secret, int(time.time() * 1000), verb, path, raw)
            given = dict(headers) | {"Content-Type": "application/json"}
            async with session.request(verb, served.rest_url + path, data=raw, headers=given) as answer:
                text = await answer.read()
                if answer.status not in (200, 201):
                    raise RuntimeError(f"{verb} {path} {answer.status} {text!r}")

        async def trip(name: str) -> None:
            ids: dict[str, object] = {"pair": "DOGEUSDT", "customerOrderId": name}
            order = {"side": "BUY", "quantity": "4", "price": "0.13", "postOnly": True}
            await call("POST", "/v2/orders/limit", order | ids)
            await call("DELETE", "/v2/orders/order", ids)

        taken = []
        for number in range(200):
            begun_ns = time.perf_counter_ns()
            await trip(f"one-{number}")
            taken.append((time.perf_counter_ns() - begun_ns) / 2000)
        begun_s = time.perf_counter()
        for batch in range(count // at_once):
            await asyncio.gather(*(trip(f"{batch}-{number}") for number in range(at_once)))
        per_s = count // at_once * at_once / (time.perf_counter() - begun_s)
        return round(statistics.median(taken), 1), round(per_s)


class CountingExchange(Exchange):
    """Counts what the crowd does, by levels that change: of an order that rests or goes one, of a taker one a level."""

    counted = 0

    def drain(self) -> list[Fact]:
        """As ever."""
        facts = super().drain()
        self.counted += sum(isinstance(fact, LevelChange) for fact in facts)
        return facts


class Alone(NamedTuple):
    """The crowd in this process."""

    pairs: int
    listeners: int
    events_per_minute: int
    virtual_minutes_per_minute: float


def crowd_alone(virtual_s: float, events: Sequence[str] = ()) -> Alone:
    """Every active pair live, as fast as it goes; frames of these events are made for one listener."""
    world = World(3)
    world.exchange.__class__ = CountingExchange
    exchange = world.exchange
    assert isinstance(exchange, CountingExchange)
    world.advance(START_S)
    pairs = [spec.symbol for spec in exchange.pairs.values() if spec.active]
    listener = _Nobody()
    for pair in pairs:
        world.floor.watch(pair, START_S)
        for event in ("ALLOWED_ORDER_TYPES_UPDATED", *events):  # the first hardly ever comes, and keeps the pair awake
            world.floor.board.subscribe(event, pair, listener, START_S)
    exchange.counted = 0
    begun_s = time.process_time()
    world.advance(START_S + virtual_s)
    taken_s = time.process_time() - begun_s
    return Alone(
        len(pairs), int(bool(events)), round(exchange.counted / taken_s * MINUTE_S), round(virtual_s / taken_s, 1)
    )


class _Nobody:
    def hear(self, event: str, frame: bytes) -> None:
        """Not listening."""


def long_day(hours: int) -> dict[int, float]:
    """Memory in MB after so many hours of virtual time on some busy pairs, with an account that trades all day."""
    world = World(5)
    world.advance(START_S)
    listener, held = _Nobody(), {}
    for pair in DAY_PAIRS:
        world.floor.watch(pair, START_S)
        for event in LEVELS_AND_TRADES:
            world.floor.board.subscribe(event, pair, listener, START_S)
    held[0] = round(_now_mb(), 1)
    for hour in range(1, hours + 1):
        for minute in range(60):
            now_s = START_S + (hour - 1) * HOUR_S + minute * MINUTE_S
            world.advance(now_s)
            _trade(world, now_s)
        world.advance(START_S + hour * HOUR_S)
        held[hour] = round(_now_mb(), 1)
        _progress(f"hour {hour}: {held[hour]} MB")
    return held


def _trade(world: World, now_s: float) -> None:
    """Renew a pair of quotes on each market, as a market maker does once a minute."""
    from decimal import Decimal

    from valr_maker.domain import Side
    from valr_maker.sandbox.order import NewOrder

    exchange, account = world.exchange, world.account.id
    exchange.cancel_all(account, None, now_s)
    for pair in DAY_PAIRS:
        spec, (bid, ask) = exchange.pairs[pair], exchange.best(pair)
        for side, price in ((Side.BUY, bid), (Side.SELL, ask)):
            if price is not None:
                quantity = max(spec.min_base, (spec.min_quote * 2 / price).quantize(spec.lot) + spec.lot)
                new = exchange.check(account, NewOrder(pair, side, price, Decimal(quantity)))
                exchange.execute(exchange.accept(account, new, now_s).id, now_s)
    world.floor.settle(now_s)


def _now_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="shorter: a look, not a result")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    wanted = parser.parse_args()
    count, seconds, hours = (390, 10.0, 2) if wanted.quick else (3900, 60.0, 24)
    figures: dict[str, object] = {}

    _progress("orders over the socket")
    figures["socket: place to processed, p50 us; placed and cancelled a second"] = list(round_trips(count, 30))
    pipe, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=serve, args=(theirs,), daemon=True)
    process.start()
    served = Served(*pipe.recv())
    try:
        _progress("orders over REST")
        figures["REST: one call, p50 us; placed and cancelled a second"] = list(
            uvloop.run(_rest_trips(served, count, 30))
        )
        for name, events in (("levels and trades", LEVELS_AND_TRADES), ("everything there is", board.EVENTS)):
            _progress(f"every pair live, {SUBSCRIBERS} subscribers to {name}")
            figures[f"every pair live, {name}"] = uvloop.run(_crowded(pipe, served, events, seconds))._asdict()
    finally:
        process.terminate()
        process.join()
    _progress("the crowd alone")
    virtual_s = MINUTE_S if wanted.quick else 5 * MINUTE_S
    figures["crowd, nobody told"] = crowd_alone(virtual_s)._asdict()
    figures["crowd, levels and trades told"] = crowd_alone(virtual_s, LEVELS_AND_TRADES)._asdict()
    _progress(f"{hours} hours of virtual time on {len(DAY_PAIRS)} pairs")
    with multiprocessing.get_context("spawn").Pool(1) as fresh:  # what was freed here would hide what it needs
        figures["memory in MB by virtual hour"] = fresh.apply(long_day, (hours,))
    print(json.dumps(figures, indent=2))
    if wanted.json:
        wanted.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def _progress(what: str) -> None:
    print(f"... {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
