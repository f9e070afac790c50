"""The other traders of the sandbox: they keep the books of watched pairs alive and trade with whoever rests there.

Room rule: pure. Time is handed in, all randomness comes from Chance, nothing waits. `next_due_s` says when to call
`advance` again; each thing is done at the second at which it was due, however late or often `advance` is called.

Every pair has its own streams of chance, so pairs do not disturb one another. When things happen, and where the price
goes, depends on the seed, the moment of `watch` and the scenarios alone. What is traded depends on the book, so also on
the user.

Not modelled: the price does not react to the user's trades, providers have no inventory and never run out of money,
nobody looks at another pair (the same coin has different prices in USDT and in ZAR).
"""

from collections.abc import Iterable, Mapping
from functools import partial
from heapq import heapify, heappop, heappush

from valr_maker.chance import Chance
from valr_maker.sandbox.agenda import Agenda
from valr_maker.sandbox.core import ORDER_TYPES
from valr_maker.sandbox.exchange import Exchange
from valr_maker.sandbox.life import Life
from valr_maker.sandbox.profile import DEFAULT, Profiles
from valr_maker.sandbox.scenario import SCENARIOS, Cue, Scenario
from valr_maker.sandbox.scene import Scene, State

POST_ONLY = tuple(kind for kind in ORDER_TYPES if kind not in ("LIMIT", "MARKET", "SIMPLE"))
"""What a pair takes while nobody may take from its book."""


class Crowd:
    """Everybody else, on every pair that somebody watches."""

    def __init__(
        self, exchange: Exchange, chance: Chance, profiles: Profiles = DEFAULT, cues: Iterable[Cue] = ()
    ) -> None:
        self._exchange, self._chance, self._profiles = exchange, chance, profiles
        self.scenarios = dict(SCENARIOS)
        """By name, for whoever asks for one."""
        self._lives: dict[str, Life] = {}
        self._watched: set[str] = set()
        self._due: list[tuple[float, str]] = []  # a heap with one entry for each watched pair
        self._scenes: dict[str, Scene] = {}
        self._script = Agenda()
        self._cues = list(cues)
        self._closed: dict[str, None] = {}  # pairs that a scenario has closed, of those that are wanted

    def prepare(
        self, profiles: Profiles, cues: Iterable[Cue] = (), scenarios: Mapping[str, Scenario] | None = None
    ) -> None:
        """Be other people, play these scenarios, and know them by these numbers. Only before a pair is watched."""
        assert not self._lives, "the crowd has begun already"
        self._profiles, self._cues = profiles, list(cues)
        if scenarios is not None:
            self.scenarios = dict(scenarios)

    def watch(self, pair: str, now_s: float) -> None:
        """Bring a pair to life: when this returns its book is full. Nothing happens to a pair that is watched already.

        An inactive pair stays dead, as nobody can trade there. Raises KeyError for a pair that does not exist.
        """
        spec = self._exchange.pairs[pair]
        self._begin_cues(now_s)
        if pair in self._watched:
            return
        if not spec.active:
            if self._scene(pair).phase.state is State.INACTIVE:
                self._closed[pair] = None
            return
        life = self._lives.get(pair)
        if life is None:
            scene, profile = self._scene(pair), self._profiles.of(spec)
            life = Life(self._exchange, spec, profile, self._chance.fork(pair), scene, now_s)
            self._lives[pair] = life
        life.begin(now_s)
        self._watched.add(pair)
        heappush(self._due, (life.next_due_s, pair))

    def unwatch(self, pair: str, now_s: float) -> None:
        """Let a pair sleep: the crowd takes its orders away, so that nobody trades with stale ones, and costs nothing.

        Orders of others stay. Watched again, the price has wandered as far as it would have in the meantime.
        """
        self._closed.pop(pair, None)
        if pair not in self._watched:
            return
        self._watched.remove(pair)
        self._due = [entry for entry in self._due if entry[1] != pair]
        heapify(self._due)
        self._lives[pair].end(now_s)

    def next_due_s(self) -> float | None:
        """When something happens next; None while nothing is watched and no scenario is to come."""
        script_s = self._script.next_due_s
        if not self._due:
            return script_s
        due_s = self._due[0][0]
        return due_s if script_s is None or due_s < script_s else script_s

    def advance(self, now_s: float) -> None:
        """Do everything due up to and including now, in time order, each at its own due time."""
        due, script = self._due, self._script
        while True:
            script_s = script.next_due_s
            if script_s is not None and script_s <= now_s and (not due or script_s <= due[0][0]):
                script.run_next()
                due = self._due
            elif due and due[0][0] <= now_s:
                _, pair = heappop(due)
                life = self._lives[pair]
                life.run_next()
                heappush(due, (life.next_due_s, pair))
            else:
                return

    # ---- scenarios --------------------------------------------------------------------------------------------------
    def play(self, scenario: Scenario, pair: str | None, at_s: float) -> None:
        """Let it happen then, on one pair or on all; it ends whatever scenario goes on there. KeyError for no pair."""
        if pair is not None and pair not in self._exchange.pairs:
            raise KeyError(pair)
        self._script.at(at_s, partial(self._start, scenario, pair))

    def scenes(self) -> dict[str, str]:
        """What goes on, by pair; calm ones are left out."""
        return {pair: scene.words for pair, scene in self._scenes.items() if scene.name}

    def _begin_cues(self, now_s: float) -> None:
        """The time of scenarios that were asked for beforehand begins when the first pair is watched."""
        cues, self._cues = self._cues, []
        for cue in cues:
            self.play(cue.scenario, cue.pair, now_s + cue.after_s)

    def _scene(self, pair: str) -> Scene:
        scene = self._scenes.get(pair)
        if scene is None:
            spec = self._exchange.pairs[pair]
            scene = self._scenes[pair] = Scene(self._profiles.of(spec).pull_half_life_s)
        return scene

    def _start(self, scenario: Scenario, pair: str | None, now_s: float) -> None:
        for symbol in list(self._exchange.pairs) if pair is None else [pair]:
            before = self._scenes[symbol].phase.state if symbol in self._scenes else State.OPEN
            if self._exchange.pairs[symbol].active or before is State.INACTIVE:  # else others have closed it
                next_s = self._scene(symbol).start(scenario.name, scenario.phases(), now_s)
                self._turned(symbol, before, next_s, now_s)

    def _turn(self, pair: str, number: int, now_s: float) -> None:
        scene = self._scenes[pair]
        if scene.number == number:  # else another scenario has begun since
            before = scene.phase.state
            self._turned(pair, before, scene.turn(now_s), now_s)

    def _turned(self, pair: str, before: State, next_s: float | None, now_s: float) -> None:
        """A phase has begun: what it asks of the exchange, what it tells the crowd, and when the next one begins."""
        scene = self._scenes[pair]
        state = scene.phase.state
        if next_s is not None:
            self._script.at(next_s, partial(self._turn, pair, scene.number))
        if state is not before:
            if State.POST_ONLY in (state, before):
                self._exchange.set_order_types(pair, POST_ONLY if state is State.POST_ONLY else None)
            if State.INACTIVE in (state, before):
                self._exchange.set_active(pair, now_s, active=state is not State.INACTIVE)
        if state is State.INACTIVE and pair in self._watched:
            self.unwatch(pair, now_s)
            self._closed[pair] = None
        elif pair in self._watched:
            self._lives[pair].turn(now_s)
            self._due = [entry for entry in self._due if entry[1] != pair]
            self._due.append((self._lives[pair].next_due_s, pair))
            heapify(self._due)
        elif pair in self._closed and state is not State.INACTIVE:
            del self._closed[pair]
            self.watch(pair, now_s)
