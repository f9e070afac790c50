"""The other traders of the sandbox: they keep the books of watched pairs alive and trade with whoever rests there.

Room rule: pure. Time is handed in, all randomness comes from Chance, nothing waits. `next_due_s` says when to call
`advance` again; each thing is done at the second at which it was due, however late or often `advance` is called.

Every pair has its own streams of chance, so pairs do not disturb one another. When things happen, and where the price
goes, depends on the seed and the moment of `watch` alone. What is traded depends on the book, so also on the user.

Not modelled: the price does not react to the user's trades, providers have no inventory and never run out of money,
nobody looks at another pair (the same coin has different prices in USDT and in ZAR).
"""

from heapq import heapify, heappop, heappush

from valr_maker.chance import Chance
from valr_maker.sandbox.exchange import Exchange
from valr_maker.sandbox.life import Life
from valr_maker.sandbox.profile import DEFAULT, Profiles


class Crowd:
    """Everybody else, on every pair that somebody watches."""

    def __init__(self, exchange: Exchange, chance: Chance, profiles: Profiles = DEFAULT) -> None:
        self._exchange, self._chance, self._profiles = exchange, chance, profiles
        self._lives: dict[str, Life] = {}
        self._watched: set[str] = set()
        self._due: list[tuple[float, str]] = []  # a heap with one entry for each watched pair

    def watch(self, pair: str, now_s: float) -> None:
        """Bring a pair to life: when this returns its book is full. Nothing happens to a pair that is watched already.

        An inactive pair stays dead, as nobody can trade there. Raises KeyError for a pair that does not exist.
        """
        spec = self._exchange.pairs[pair]
        if pair in self._watched or not spec.active:
            return
        life = self._lives.get(pair)
        if life is None:
            life = Life(self._exchange, spec, self._profiles.of(spec), self._chance.fork(pair), now_s)
            self._lives[pair] = life
        life.begin(now_s)
        self._watched.add(pair)
        heappush(self._due, (life.next_due_s, pair))

    def unwatch(self, pair: str, now_s: float) -> None:
        """Let a pair sleep: the crowd takes its orders away, so that nobody trades with stale ones, and costs nothing.

        Orders of others stay. Watched again, the price has wandered as far as it would have in the meantime.
        """
        if pair not in self._watched:
            return
        self._watched.remove(pair)
        self._due = [entry for entry in self._due if entry[1] != pair]
        heapify(self._due)
        self._lives[pair].end(now_s)

    def next_due_s(self) -> float | None:
        """When something happens next; None while nothing is watched."""
        return self._due[0][0] if self._due else None

    def advance(self, now_s: float) -> None:
        """Do everything due up to and including now, in time order, each at its own due time."""
        while self._due and self._due[0][0] <= now_s:
            _, pair = heappop(self._due)
            life = self._lives[pair]
            life.run_next()
            heappush(self._due, (life.next_due_s, pair))
