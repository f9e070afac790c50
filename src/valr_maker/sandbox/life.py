"""The crowd of one pair: providers, noise takers, the informed, sweepers and a whale, each with its own timer.

Room rule: pure. Times come from streams of chance of their own: no draw depends on the book.
"""

from valr_maker.chance import Chance
from valr_maker.sandbox.agenda import Agenda
from valr_maker.sandbox.exchange import Exchange
from valr_maker.sandbox.facts import PairSpec
from valr_maker.sandbox.ladder import Provider
from valr_maker.sandbox.pit import Pit
from valr_maker.sandbox.profile import Profile
from valr_maker.sandbox.scene import Scene
from valr_maker.sandbox.takers import InformedTakers, NoiseTakers, Sweepers
from valr_maker.sandbox.whale import Whale


class Life:
    """Everybody who trades one pair. `begin`, then `run_next` at `next_due_s`, again and again, until `end`."""

    def __init__(  # noqa: PLR0913, PLR0917  # what it is made of
        self, exchange: Exchange, spec: PairSpec, profile: Profile, chance: Chance, scene: Scene, now_s: float
    ) -> None:
        self._pit = pit = Pit(exchange, spec, profile, chance.fork("walk"), scene, now_s)
        self._providers = [
            Provider(pit, number, chance.fork(f"maker {number}"), chance.fork(f"wake {number}"))
            for number in range(profile.makers)
        ]
        self._noise = NoiseTakers(pit, chance.fork("bursts"), chance.fork("noise"), now_s)
        self._informed = InformedTakers(pit, chance.fork("news"))
        self._sweepers = Sweepers(pit, chance.fork("sweeps"))
        self._whale = Whale(pit, chance.fork("whale"))

    @property
    def next_due_s(self) -> float:
        """When something happens next."""
        due_s = self._pit.agenda.next_due_s
        assert due_s is not None, "between begin and end there is always a timer"  # our own mistake
        return due_s

    def begin(self, now_s: float) -> None:
        """Fill the book and start every timer."""
        pit = self._pit
        pit.take_stale(pit.fair(now_s), now_s)
        for provider in self._providers:
            provider.begin(now_s)
        self._noise.begin(now_s)
        self._informed.begin(now_s)
        self._sweepers.begin(now_s)
        self._whale.begin(now_s)

    def end(self, now_s: float) -> None:
        """Everybody goes home."""
        self._pit.agenda = Agenda()
        for provider in self._providers:
            provider.leave(now_s)
        self._whale.leave(now_s)

    def turn(self, now_s: float) -> None:
        """The scene has changed: whoever planned ahead by the old one plans anew. Providers see it when they look."""
        self._noise.begin(now_s)

    def run_next(self) -> None:
        """Do the next thing, at the second at which it was due."""
        self._pit.agenda.run_next()
