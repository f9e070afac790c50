"""Slow answers, spent budgets, clocks that jump: the bot against the sandbox, looked at from the exchange's side."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from valr_maker import virtual
from valr_maker.bot.bot import Outcome
from valr_maker.chance import Chance
from valr_maker.config.load import load
from valr_maker.engine.engine import Pace
from valr_maker.engine.messages import Cancel, Place
from valr_maker.errors import Exit
from valr_maker.gateway.transport import Reply, Socket, Transport
from valr_maker.sandbox.faults import Faults, FaultyTransport
from valr_maker.simulate import Scene

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "conf_pure_mm_2.yml"


class SlowPosts:
    """The first two POSTs reach the exchange late, whether or not anybody still waits for them."""

    def __init__(self, inner: Transport, clock: virtual.VirtualClock, late_s: float) -> None:
        self._inner, self._clock, self._late_s, self._left = inner, clock, late_s, 2

    async def request(self, verb: str, target: str, headers: Mapping[str, str], body: bytes) -> Reply:
        if verb != "POST" or not self._left:
            return await self._inner.request(verb, target, headers, body)
        self._left -= 1

        async def travel() -> Reply:
            await self._clock.sleep(self._late_s)
            return await self._inner.request(verb, target, headers, body)

        return await asyncio.shield(asyncio.ensure_future(travel()))

    async def connect(self, path: str, headers: Mapping[str, str]) -> Socket:
        return await self._inner.connect(path, headers)

    async def aclose(self) -> None:
        await self._inner.aclose()


def scene(faults: Faults, conf: Path = EXAMPLE, *, slow_posts_s: float = 0.0, pace: Pace = Pace.EVENT) -> Scene:
    def line(inner: Transport, clock: virtual.VirtualClock) -> Transport:
        faulty = FaultyTransport(inner, clock, faults)
        return SlowPosts(faulty, clock, slow_posts_s) if slow_posts_s else faulty

    return Scene(load(conf), seed=1, line=line, pace=pace)


def resting(one: Scene) -> int:
    return len(one.world.exchange.open_orders(one.world.account.id))


def played(make: Callable[[], Scene], duration_s: float, *, after_s: float = 0.0) -> tuple[Outcome, int]:
    """How it went, and what rests on the exchange in truth, perhaps some time later."""

    async def play() -> tuple[Outcome, int]:
        one = make()
        outcome = await one.bot.run(duration_s)
        await one.clock.sleep(after_s)
        left = resting(one)
        await one.bot.client._transport.aclose()
        return outcome, left

    return virtual.run(play())


def test_an_order_that_arrives_late_is_not_left_behind_by_a_stop():
    """No account socket, a POST that travels for 8 s, and the end of the run in between."""
    faults = Faults()
    faults.refuse_connect("/ws/account")
    outcome, left = played(lambda: scene(faults, slow_posts_s=8.0), 20.0, after_s=20.0)
    assert outcome.exit_code is Exit.OK
    assert outcome.open_orders == left == 0


def test_orders_do_not_queue_up_behind_the_rate_budget():
    """A 429 for a minute: what waited would go out all at once, at old prices."""
    faults = Faults()
    faults.refuse_connect("/ws/account")
    faults.rate_limit("POST /v2/orders/limit", times=1, retry_after_s=60)
    most = [0]

    async def play() -> Outcome:
        one = scene(faults)

        async def look() -> None:
            while True:
                most[0] = max(most[0], resting(one))
                await one.clock.sleep(0.25)

        looking = asyncio.create_task(look())
        outcome = await one.bot.run(100.0)
        looking.cancel()
        await one.bot.client._transport.aclose()
        return outcome

    outcome = virtual.run(play())
    assert most[0] <= 2
    assert outcome.exit_code is Exit.OK
    assert outcome.open_orders == 0


@pytest.mark.parametrize("step_s", [60.0, -60.0])
def test_a_step_of_the_machines_clock_changes_nothing(step_s):
    """The account socket breaks after it, so that a new login and signed requests are needed."""

    class Stepping(virtual.VirtualClock):
        def wall_s(self) -> float:
            return super().wall_s() + (step_s if self.monotonic_s() > 10 else 0.0)

    async def play() -> tuple[Outcome, int]:
        faults = Faults()
        one = scene(faults)
        clock = Stepping()
        one.bot._clock = one.bot.client._clock = one.bot.trade._clock = one.bot.account._clock = clock
        running = asyncio.create_task(one.bot.run(60.0))
        await one.clock.sleep(14.0)
        faults.kill("/ws/account")
        outcome = await running
        left = resting(one)
        await one.bot.client._transport.aclose()
        return outcome, left

    outcome, left = virtual.run(play())
    assert outcome.exit_code is Exit.OK
    assert outcome.open_orders == left == 0


def test_only_a_person_hurries_the_end():
    """A stop, and then the end of the duration while it is stopping: the proof is waited for all the same."""

    async def play() -> Outcome:
        faults = Faults()
        one = scene(faults)
        running = asyncio.create_task(one.bot.run(10.0))
        await one.clock.sleep(9.0)
        faults.delay("/ws/account", 0.5)
        await one.clock.sleep(0.9)
        one.bot.told_to_stop("stopped by Ctrl-C")
        outcome = await running
        await one.bot.client._transport.aclose()
        return outcome

    outcome = virtual.run(play())
    assert (outcome.exit_code, outcome.open_orders, outcome.exit_reason) == (Exit.OK, 0, "stopped by Ctrl-C")


def test_a_second_word_leaves_without_the_proof():
    async def play() -> tuple[Outcome, float]:
        faults = Faults()
        one = scene(faults)
        running = asyncio.create_task(one.bot.run())
        await one.clock.sleep(5.0)
        faults.fail("")
        for _ in range(2):
            one.bot.told_to_stop("stopped by Ctrl-C")
        outcome = await running
        await one.bot.client._transport.aclose()
        return outcome, one.clock.monotonic_s()

    outcome, ended_s = virtual.run(play())
    assert outcome.exit_code is Exit.UNRESOLVED
    assert ended_s < 6.0


def test_at_the_clock_pace_a_late_waking_moves_no_refresh(tmp_path):
    """The event loop wakes some milliseconds late, always: 15 s stay 15 s, as in Hummingbot."""
    conf = tmp_path / "conf_pure_mm_2.yml"
    text = EXAMPLE.read_text(encoding="utf-8").replace(
        "order_refresh_tolerance_pct: 0.0", "order_refresh_tolerance_pct: -1"
    )
    conf.write_text(text.replace("_spread: 1.0", "_spread: 5.0"), encoding="utf-8")
    chance = Chance(3)

    class Late(virtual.VirtualClock):
        async def sleep(self, seconds: float) -> None:
            await super().sleep(max(seconds, 0.0) + chance.uniform(0.0, 0.003))

    async def play() -> tuple[list[int], list[int]]:
        one = scene(Faults(), conf, pace=Pace.CLOCK)
        one.bot._clock = one.bot.client._clock = Late()
        sent: dict[type, set[int]] = {Place: set(), Cancel: set()}
        handle = one.bot.engine.handle

        def noted(event, now_s):
            commands = handle(event, now_s)
            for command in commands:
                if type(command) in sent:
                    sent[type(command)].add(round(now_s))
            return commands

        one.bot.engine.handle = noted  # type: ignore[method-assign]  # listened in on
        await one.bot.run(100.0)
        await one.bot.client._transport.aclose()
        return sorted(sent[Place]), sorted(sent[Cancel])

    placed, cancelled = virtual.run(play())
    pairs = list(zip(placed, cancelled, strict=False))[:5]
    assert len(pairs) == 5
    assert [gone - made for made, gone in pairs] == [15] * 5


def test_a_feed_that_falls_behind_is_not_quoted_on():
    """Every frame comes, in order, with its checksum: 10 s late. The stamps tell."""

    async def play() -> list[tuple[float, str, str]]:
        faults = Faults()
        one = scene(faults)
        looks: list[tuple[float, str, str]] = []

        async def look() -> None:
            while True:
                status = one.bot.status()
                looks.append((one.clock.monotonic_s(), status.phase, status.why))
                if one.clock.monotonic_s() == 20.0:
                    faults.delay("/ws/trade", 10.0)
                await one.clock.sleep(0.25)

        looking = asyncio.create_task(look())
        await one.bot.run(60.0)
        looking.cancel()
        await one.bot.client._transport.aclose()
        return looks

    looks = virtual.run(play())
    assert any("s late" in why or "trade stream" in why for _, _, why in looks)
