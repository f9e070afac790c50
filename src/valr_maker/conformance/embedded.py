"""The suite against a fresh sandbox in this process, in virtual time: minutes of waiting take no time."""

from collections.abc import Callable, Iterable

from valr_maker import virtual
from valr_maker.conformance.case import Case
from valr_maker.conformance.guest import Guest
from valr_maker.conformance.stage import Stage
from valr_maker.conformance.suite import Outcome, run_all
from valr_maker.gateway.rate import RateBudget
from valr_maker.keys import ApiKey
from valr_maker.sandbox.inprocess import InProcessTransport
from valr_maker.sandbox.world import World

ENDLESS_S = float("inf")
WARM_UP_S, LOOK_S = 300, 30
"""So long the market trades before the first case, looked at so often that it stays awake."""


Told = Callable[[Outcome], None]


def _nobody(_outcome: Outcome) -> None:
    """Nobody is told."""


async def embedded(cases: Iterable[Case], seed: int = 1, told: Told = _nobody) -> list[Outcome]:
    """Inside a running virtual loop. Reads go to a market with a crowd, the rest to quiet sandboxes of their own."""
    outcomes: list[Outcome] = []
    clock = virtual.VirtualClock()
    world = World(seed)
    transport = InProcessTransport(world, clock)
    guest = Guest(transport, clock, ApiKey(world.key, world.secret, "sandbox key"), RateBudget())
    stage = Stage(transport, clock, guest, strict=True)
    try:
        for _ in range(WARM_UP_S // LOOK_S):
            await guest.get(f"/v1/marketdata/{await stage.pair()}/orderbook")
            await clock.sleep(LOOK_S)
        async for outcome in run_all(cases, stage, has_key=True, wait_s=ENDLESS_S):
            outcomes.append(outcome)
            told(outcome)
        return outcomes
    finally:
        await transport.aclose()


def run_embedded(cases: Iterable[Case], seed: int = 1, told: Told = _nobody) -> list[Outcome]:
    """The same from outside; `told` hears each outcome as it comes."""
    return virtual.run(embedded(cases, seed, told))
