"""What goes wrong, at the start and in mid-run: the bot does not quote on what it cannot trust, says why, recovers."""

import asyncio
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path

import pytest

from valr_maker import virtual
from valr_maker.bot.bot import Bot
from valr_maker.chance import Chance
from valr_maker.cli.run import rules_check
from valr_maker.config.load import load
from valr_maker.engine.engine import Engine
from valr_maker.keys import ApiKey
from valr_maker.sandbox.faults import Faults, FaultyTransport
from valr_maker.sandbox.inprocess import InProcessTransport
from valr_maker.sandbox.world import World

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "conf_pure_mm_2.yml"
FORCED_WITHIN_S = 15.0 + 8.0
"""15 s, plus one round of questions with its backoff."""
Script = Callable[[Faults], object]


class Run:
    """A bot over a faulty line: `phases` holds second, state and reason, four times a second."""

    def __init__(
        self, at_start: Script | None, at_20: Script | None, funds: Mapping[str, Decimal] | None, duration_s: float
    ) -> None:
        self.phases: list[tuple[float, str, str]] = []
        self.notes: list[str] = []
        self.standings: dict[str, str] = {}
        virtual.run(self._go(at_start, at_20, funds, duration_s))

    async def _go(
        self, at_start: Script | None, at_20: Script | None, funds: Mapping[str, Decimal] | None, duration_s: float
    ) -> None:
        world, clock, loaded, faults = World(1, funds=funds), virtual.VirtualClock(), load(EXAMPLE), Faults()
        engine = Engine(
            loaded.settings, bot="abcdef", session="0001", now_s=clock.monotonic_s(), check_rules=rules_check(loaded)
        )
        transport = FaultyTransport(InProcessTransport(world, clock), clock, faults)
        key = ApiKey(world.key, world.secret)
        bot = Bot(
            engine, transport, clock, Chance(1), key, venue="sandbox", watch=lambda note: self.notes.append(note.text)
        )
        if at_start:
            at_start(faults)

        async def look() -> None:
            while True:
                if at_20 and clock.monotonic_s() == 20.0:
                    at_20(faults)
                status = bot.status()
                self.phases.append((clock.monotonic_s(), status.phase, status.why))
                self.standings = {part.name: part.standing for part in status.components}
                await clock.sleep(0.25)

        looking = asyncio.create_task(look())
        self.outcome = await bot.run(duration_s)
        looking.cancel()
        await transport.aclose()

    def quoting_from_s(self) -> float | None:
        return next((at for at, phase, _ in self.phases if phase == "quoting"), None)

    def quoting_again_after(self, moment_s: float) -> bool:
        """Whether it stopped quoting after a moment, and quoted again after that."""
        stopped_s = next((at for at, phase, _ in self.phases if at >= moment_s and phase == "not quoting"), None)
        return stopped_s is not None and any(at > stopped_s and phase == "quoting" for at, phase, _ in self.phases)


@pytest.mark.parametrize(
    "at_start",
    [
        pytest.param(lambda faults: faults.fail("/v1/public/pairs", times=2), id="rules request failing twice"),
        pytest.param(lambda faults: faults.freeze("/ws/trade"), id="book feed silent"),
        pytest.param(lambda faults: faults.refuse_connect("/ws/account"), id="account socket refused"),
        pytest.param(lambda faults: faults.fail("/v1/account/balances"), id="balances 500"),
    ],
)
def test_a_component_held_back_at_the_start_is_forced_or_degraded(at_start):
    run = Run(at_start, None, None, 60.0)
    begun_s = run.quoting_from_s()
    assert begun_s is not None
    assert begun_s <= FORCED_WITHIN_S
    assert run.outcome.open_orders == 0


def test_an_empty_account_is_refused_with_the_reason_on_the_screen():
    run = Run(None, None, {}, 30.0)
    assert run.outcome.orders_placed == 0
    assert any("USDT" in why or "DOGE" in why for _, _, why in run.phases)


@pytest.mark.parametrize(
    "at_20",
    [
        pytest.param(lambda faults: faults.kill("/ws/trade"), id="trade socket killed"),
        pytest.param(lambda faults: faults.kill("/ws/account"), id="account socket killed"),
        pytest.param(lambda faults: faults.drop_next("/ws/trade", 1, "OB_L1_DIFF"), id="sequence gap"),
        pytest.param(lambda faults: faults.corrupt_checksum("/ws/trade", 1), id="wrong checksum"),
        pytest.param(lambda faults: faults.malformed("/ws/trade"), id="malformed frame"),
    ],
)
def test_trouble_in_mid_run_is_told_and_the_bot_recovers(at_20):
    run = Run(None, at_20, None, 120.0)
    assert run.notes
    assert run.quoting_again_after(20.0)
    assert run.outcome.open_orders == 0
