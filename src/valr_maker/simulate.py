"""The real bot on the real sandbox in one thread and in virtual time: an hour takes seconds, a seed repeats it."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from valr_maker import virtual
from valr_maker.bot.bot import Bot, Outcome
from valr_maker.chance import Chance
from valr_maker.config.load import Loaded
from valr_maker.config.rules import rules_check
from valr_maker.engine.engine import Engine, Pace
from valr_maker.events import Note
from valr_maker.gateway.transport import Fetcher, Transport
from valr_maker.keys import ApiKey
from valr_maker.sandbox.inprocess import InProcessTransport
from valr_maker.sandbox.world import World

Cost = tuple[Decimal, Decimal]
"""Base, and the quote that it cost."""
BOT, SESSION = "abcdef", "0001"
"""Names of the bot and its session in client ids; constants, so that a seed gives the same bytes."""


@dataclass(frozen=True, slots=True)
class Simulated:
    """How a simulated run went."""

    outcome: Outcome
    digest: str
    """Of every frame and answer between bot and sandbox, in order."""


class Scene:
    """A world, its clock, and a bot in front of it, not yet started. Make it inside a virtual loop."""

    def __init__(  # noqa: PLR0913  # what a simulation consists of, each named
        self,
        loaded: Loaded,
        *,
        seed: int,
        world: World | None = None,
        pace: Pace = Pace.EVENT,
        strict_parity: bool = False,
        line: Callable[[Transport, virtual.VirtualClock], Transport] = lambda transport, _clock: transport,
        watch: Callable[[Note], None] = lambda _note: None,
        fetcher: Fetcher | None = None,
        seed_price: Decimal | None = None,
        seed_last: bool = False,
        cost: Cost | None = None,
        keep_cost: Callable[[Cost | None], None] = lambda _cost: None,
    ) -> None:
        """`line` may put something between the bot and the exchange, such as faults. `cost` is known from before."""
        self.world = World(seed) if world is None else world
        self.clock = virtual.VirtualClock()
        engine = Engine(
            loaded.settings,
            bot=BOT,
            session=SESSION,
            now_s=self.clock.monotonic_s(),
            check_rules=rules_check(loaded),
            pace=pace,
            strict_parity=strict_parity,
            seed_price=seed_price,
            seed_last=seed_last,
            cost=cost,
        )
        self._transport = line(InProcessTransport(self.world, self.clock), self.clock)
        key = ApiKey(self.world.key, self.world.secret)
        self.bot = Bot(
            engine, self._transport, self.clock, Chance(seed), key, venue="sandbox", watch=watch, fetcher=fetcher,
            after_fills=lambda: keep_cost(engine.strategy.inventory_cost.volumes),
        )  # fmt: skip

    async def run(self, duration_s: float | None = None) -> Simulated:
        """Quote for so many virtual seconds, or until the bot is told to stop; then take everything away."""
        outcome = await self.bot.run(duration_s)
        await self._transport.aclose()
        return Simulated(outcome, self.world.digest())


def simulate(loaded: Loaded, *, seed: int, duration_s: float, **scene: Any) -> Simulated:
    """Run a file on a fresh sandbox for so many virtual seconds."""

    async def run() -> Simulated:
        return await Scene(loaded, seed=seed, **scene).run(duration_s)

    return virtual.run(run())
