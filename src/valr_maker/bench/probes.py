"""What is measured of a venue, one probe after the other. Each gives times in microseconds.

Orders are placed on a sandbox, and on live only when asked for: post-only, the smallest the pair takes, at half the
mid, and each is cancelled before the next.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import NamedTuple

from valr_maker.bot.dry import DryBot
from valr_maker.doctor.order_trip import FAR, smallest
from valr_maker.doctor.patient import Patient, until
from valr_maker.domain import Side
from valr_maker.engine.engine import Engine
from valr_maker.errors import ConfigProblem, ExchangeUnreachable, KeyProblem, OrdersUnresolved, ValrMakerError
from valr_maker.gateway.client import NotSent
from valr_maker.gateway.order_entry import cancel_order, limit_order
from valr_maker.gateway.rate import limits_of
from valr_maker.gateway.transport import Socket
from valr_maker.market.feed import BookFeed
from valr_maker.market.pair import PairRules
from valr_maker.strategy.pipeline import Strategy
from valr_maker.strategy.settings import Settings
from valr_maker.strategy.view import View
from valr_maker.wire import endpoints, stream
from valr_maker.wire.account_frames import OpenOrdersUpdate, OrderProcessed, OrderStatusUpdate
from valr_maker.wire.endpoints import Endpoint
from valr_maker.wire.frames import Ping, Pong, Subscribe, Subscription
from valr_maker.wire.market_frames import L1Diff, L1Snapshot
from valr_maker.wire.order_frames import CancelLimit, PlaceLimit
from valr_maker.wire.sign import Stream

US = 1e6
FRAMES_MAX, FRAMES_PATIENCE_S = 200, 6.0
READY_PATIENCE_S = 20.0
READY_ROUNDS_MAX = 5
"""Each start costs two of VALR's 30 public requests a minute."""
REFUSALS_MAX = 20
DECIDE_STEP_S = 1000.0


class Measured(NamedTuple):
    """The times of one figure, in microseconds."""

    name: str
    values: list[float]


class Probe(NamedTuple):
    """One thing to measure."""

    title: str
    run: Callable[["Bench"], Awaitable[list[Measured]]]
    orders: bool = False
    """Whether it places orders."""


class Bench:
    """A venue to measure: the doctor's patient, and how to make a bot that only looks."""

    def __init__(self, patient: Patient, settings: Settings, make: Callable[[], DryBot], rounds: int) -> None:
        self.patient, self.settings, self.make, self.rounds = patient, settings, make, rounds
        self.engine: Engine | None = None

    async def timed(self, work: Callable[[], Awaitable[object]]) -> float:
        """How long it takes, in microseconds."""
        clock = self.patient.clock
        start_s = clock.monotonic_s()
        await work()
        return (clock.monotonic_s() - start_s) * US

    async def run(self, probes: Sequence[Probe]) -> AsyncGenerator[tuple[Probe, list[Measured] | ValrMakerError]]:
        """Each in turn. One that fails does not keep the others from being taken, but a pair that is none does."""
        for probe in probes:
            try:
                yield probe, await probe.run(self)
            except (ConfigProblem, KeyProblem) as problem:
                yield probe, problem
                return
            except ValrMakerError as problem:
                yield probe, problem


async def readiness(bench: Bench) -> list[Measured]:
    """From starting to each component being usable, under Hummingbot's names."""
    found: dict[str, list[float]] = {}
    for _ in range(min(bench.rounds, READY_ROUNDS_MAX)):
        engine = bench.engine = await bench.make().look(READY_PATIENCE_S)
        for component in engine.readiness.components.values():
            if component.ready_after_s is not None:
                found.setdefault(component.name, []).append(component.ready_after_s * US)
    return [Measured(f"ready: {name}", values) for name, values in found.items()]


async def rest_trips(bench: Bench) -> list[Measured]:
    """A public and a signed question."""
    return [
        Measured("REST: public", await _rest_trips(bench, endpoints.SERVER_TIME)),
        Measured("REST: signed", await _rest_trips(bench, endpoints.BALANCES)),
    ]


async def _rest_trips(bench: Bench, endpoint: Endpoint) -> list[float]:
    """Only the trips: a wait for the rate budget is no latency, and an answer of 429 is asked again when it may be."""
    client, limits, values, refusals = bench.patient.client, limits_of(endpoint), list[float](), 0
    while len(values) <= bench.rounds:
        if (wait_s := client.budget.wait_s(limits, client.wall_s())) > 0:
            await bench.patient.clock.sleep(wait_s)
            continue
        try:
            values.append(await bench.timed(partial(client.call, endpoint, patient=False)))
        except NotSent:  # others of this address have spent what this client thought was left
            refusals += 1
            if refusals > REFUSALS_MAX:
                raise
    return values[1:]  # the first may have had to connect


async def socket_trips(bench: Bench) -> list[Measured]:
    """PING to PONG on the account socket."""
    socket = await _account(bench.patient)
    ping = stream.write(Ping())

    async def trip() -> None:
        await socket.send(ping)
        await until(socket, lambda message: isinstance(message, Pong), "PONG")

    try:
        return [Measured("socket: ping", [await bench.timed(trip) for _ in range(bench.rounds)])]
    finally:
        await socket.close()


async def book_updates(bench: Bench) -> list[Measured]:
    """Bytes to message, applied, checksum compared: frames of this market, taken again and again."""
    symbol, clock = bench.settings.market.symbol, bench.patient.clock
    frames = await _frames(bench.patient, symbol)
    reader = stream.Reader(stream.Incoming)
    values: list[float] = []
    while len(values) < max(bench.rounds, len(frames)):
        feed = BookFeed(symbol)
        for frame in frames:
            start_s = clock.monotonic_s()
            message = reader.read(frame)
            assert isinstance(message, L1Snapshot | L1Diff)
            good = feed.receive(message, start_s)
            values.append((clock.monotonic_s() - start_s) * US)
            if not good:
                raise ExchangeUnreachable(f"the book does not hold: {feed.reason}")
    return [Measured("book: verified update", values)]


async def _frames(patient: Patient, symbol: str) -> list[bytes | str]:
    """A snapshot and what follows it."""
    socket = await patient.connect(Stream.TRADE)
    wanted = Subscribe(subscriptions=[Subscription(event="OB_L1_DIFF", pairs=[symbol])])
    reader = stream.Reader(stream.Incoming)
    frames: list[bytes | str] = []
    try:
        await socket.send(stream.write(wanted))
        async with asyncio.timeout(FRAMES_PATIENCE_S):
            while len(frames) < FRAMES_MAX:
                frame = await socket.receive()
                if isinstance(reader.read(frame), L1Snapshot | L1Diff):
                    frames.append(frame)
    except TimeoutError:
        pass  # a quiet market: what came will do
    finally:
        await socket.close()
    if not frames:
        raise ExchangeUnreachable("no book came", remedy="valr-maker doctor looks at every step from here to there")
    return frames


async def decisions(bench: Bench) -> list[Measured]:
    """One look at this market, with nothing resting: from the moment to the orders that are wanted."""
    if bench.engine is None:
        raise ExchangeUnreachable("no decision can be made: nothing was ready")
    view, clock, values = _view(bench.engine), bench.patient.clock, list[float]()
    rules = bench.engine.market.rules
    assert rules is not None, "it was ready"
    amount = smallest(rules, view.best_bid or Decimal(1))
    strategy = Strategy(replace(bench.settings, order_amount=amount))
    for number in range(bench.rounds):
        moment = view._replace(now_s=view.now_s + number * DECIDE_STEP_S)
        start_s = clock.monotonic_s()
        strategy.tick(moment)
        values.append((clock.monotonic_s() - start_s) * US)
    return [Measured("decision", values)]


def _view(engine: Engine) -> View:
    market, account, pair = engine.market, engine.account, engine.settings.market
    assert market.rules is not None, "it was ready"
    return View(
        now_s=0.0,
        rules=market.rules,
        best_bid=market.feed.book.best_bid,
        best_ask=market.feed.book.best_ask,
        base_available=account.balances[pair.base].available,
        quote_available=account.balances[pair.quote].available,
        own=(),
        taker_fee=market.taker_fee,
        maker_fee=market.maker_fee,
    )


async def order_trips(bench: Bench) -> list[Measured]:
    """An order from sending to ORDER_PROCESSED, and its cancel from sending to the word that it is done."""
    patient = bench.patient
    assert bench.engine is not None, "readiness comes first"
    market = bench.engine.market
    if market.rules is None or market.mid is None:
        raise ExchangeUnreachable("there is no mid price to stay away from")
    rules, mid, socket = market.rules, market.mid, await _account(patient)
    placed: list[float] = []
    cancelled: list[float] = []
    try:
        for _ in range(bench.rounds):
            cid = f"bench-{patient.chance.token(10)}"
            try:
                placed.append(await bench.timed(partial(_place, socket, rules, mid, cid)))
            finally:
                cancelled.append(await bench.timed(partial(_cancel, patient, socket, cid)))
    finally:
        await socket.close()
    return [Measured("order: placed", placed), Measured("order: cancelled", cancelled)]


async def _place(socket: Socket, rules: PairRules, mid: Decimal, cid: str) -> None:
    price = rules.floor_price(mid * FAR)
    order = limit_order(rules.symbol, Side.BUY, price, smallest(rules, price), cid, post_only=rules.takes_post_only)
    await socket.send(stream.write(PlaceLimit(client_msg_id=cid, payload=order)))
    said = await until(
        socket, lambda one: isinstance(one, OrderProcessed) and one.data.customer_order_id == cid, "ORDER_PROCESSED"
    )
    if not said.data.success:
        raise ExchangeUnreachable(f"the exchange did not take the test order: {said.data.failure_reason}")


async def _cancel(patient: Patient, socket: Socket, cid: str) -> None:
    """Whatever happens, an order that may rest is asked to go, and is named if that is not confirmed."""
    cancel = cancel_order(patient.market.symbol, cid, None)
    try:
        await socket.send(stream.write(CancelLimit(client_msg_id=f"x-{cid}", payload=cancel)))
        await until(
            socket,
            lambda one: (
                isinstance(one, OrderStatusUpdate)
                and one.data.customer_order_id == cid
                and one.data.order_status_type in ("Cancelled", "Failed")
            ),
            "word of the cancel",
        )
    except (ExchangeUnreachable, asyncio.CancelledError) as problem:
        try:
            await asyncio.shield(patient.ask(endpoints.CANCEL_ORDER, body=cancel))
        except ValrMakerError as lost:
            raise OrdersUnresolved(
                f"the test order {cid} may still rest: its cancel failed ({lost})",
                remedy="Look at the open orders on VALR and cancel it",
            ) from problem
        raise


async def _account(patient: Patient) -> Socket:
    socket = await patient.connect(Stream.ACCOUNT)
    await until(socket, lambda message: isinstance(message, OpenOrdersUpdate), "the account's state")
    return socket


def probes(*, orders: bool) -> list[Probe]:
    """All of them, or all that place no orders."""
    return [probe for probe in PROBES if orders or not probe.orders]


PROBES = (
    Probe("readiness", readiness),
    Probe("REST round trips", rest_trips),
    Probe("socket round trips", socket_trips),
    Probe("book updates", book_updates),
    Probe("decisions", decisions),
    Probe("orders and cancels", order_trips, orders=True),
)
