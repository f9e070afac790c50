"""A simulated VALR: exchange, desk, crowd and everything that is due, moved forward by whoever has a clock.

Room rule: pure. The same seed and the same calls at the same times give the same bytes; `digest` says whether they did.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from valr_maker.chance import Chance
from valr_maker.sandbox.accounts import TRADER, Account
from valr_maker.sandbox.agenda import Agenda
from valr_maker.sandbox.calls import Reply, Request
from valr_maker.sandbox.crowd import Crowd
from valr_maker.sandbox.desk import SOCKETS, Answer, Desk
from valr_maker.sandbox.event_log import Asked
from valr_maker.sandbox.exchange import Exchange
from valr_maker.sandbox.facts import PairSpec
from valr_maker.sandbox.floor import Floor
from valr_maker.sandbox.login import LOCAL
from valr_maker.sandbox.rules import Latency, Rules
from valr_maker.sandbox.session import Line, Session
from valr_maker.sandbox.universe import load_universe, worths

FOUNDED_S = 1_672_531_200.0
"""When the accounts were made: 2023-01-01, before any clock of a simulation starts."""
WEALTH = Decimal(100_000)
"""What the default account holds of every currency, in the value of WEALTH_IN."""
WEALTH_IN = "USDT"
DIGEST_BYTES = 16


class World:
    """Everything of one sandbox. `funds` None means plenty of every currency, {} an empty account."""

    def __init__(  # noqa: PLR0913  # each is a way to make a world different, all have defaults
        self,
        seed: int,
        *,
        universe: Sequence[PairSpec] | None = None,
        funds: Mapping[str, Decimal] | None = None,
        latency: Latency | None = None,
        crowd: bool = True,
        rules: Rules | None = None,
    ) -> None:
        rules = rules or Rules()
        if latency is not None:
            rules = replace(rules, latency=latency)
        pairs = load_universe() if universe is None else tuple(universe)
        chance = Chance(seed)
        self.exchange = Exchange(pairs, chance.fork("exchange"), rules)
        self.crowd = Crowd(self.exchange, chance.fork("crowd")) if crowd else None
        self.agenda = Agenda()
        self.floor = Floor(self.exchange, self.agenda, self.crowd, rules.latency, chance.fork("jitter"))
        self.desk = Desk(self.floor, rules, chance.fork("edge"))
        self.account = self.create_account("sandbox", plenty(pairs) if funds is None else funds)
        self._now_s = FOUNDED_S
        self._base = ""
        self._said = hashlib.blake2b(digest_size=DIGEST_BYTES)
        self._calls = 0

    @property
    def key(self) -> str:
        """API key of the default account."""
        return self.account.key

    @property
    def secret(self) -> str:
        """Its secret."""
        return self.account.secret

    def create_account(self, label: str, funds: Mapping[str, Decimal], permissions: Sequence[str] = TRADER) -> Account:
        """One more account with a key of its own."""
        account = self.exchange.accounts.create(label, {}, permissions, FOUNDED_S)
        self.exchange.fund(account, funds, FOUNDED_S)
        return account

    @property
    def now_s(self) -> float:
        """The second up to which everything has happened."""
        return self._now_s

    def next_due_s(self) -> float | None:
        """When something happens by itself next, in wall seconds; None if nothing does."""
        entry_s, crowd_s = self.agenda.next_due_s, self.crowd.next_due_s() if self.crowd else None
        if entry_s is None or crowd_s is None:
            return crowd_s if entry_s is None else entry_s
        return min(entry_s, crowd_s)

    def advance(self, now_s: float) -> float:
        """Let happen what is due up to now, each thing at its own second. Time never goes back: gives the time it is."""
        while (due_s := self.next_due_s()) is not None and due_s <= now_s:
            if due_s == self.agenda.next_due_s:
                self.agenda.run_next()
            else:
                assert self.crowd is not None
                self.crowd.advance(due_s)
            self.floor.settle(due_s)
        self._now_s = max(self._now_s, now_s)
        return self._now_s

    def doze(self, now_s: float) -> None:
        """The machine slept until now: do not live through it, start the watched pairs anew."""
        self.floor.doze(now_s)
        self.floor.settle(now_s)

    # ---- what the doors call ------------------------------------------------------------------------------------
    def request(self, request: Request, now_s: float, answer: Answer) -> None:
        """Serve one request; `answer` is called once, now or during a later `advance`."""
        now_s = self.advance(now_s)
        name = self._name()

        path = request.target.partition("?")[0]

        def recorded(reply: Reply) -> None:
            self.floor.log.take([Asked(request.verb, path, reply.status)], self._now_s)
            self._record(name, b"%d" % reply.status, reply.body)
            answer(reply)

        self.desk.request(request, now_s, recorded)

    def open(self, path: str, headers: Mapping[str, str], now_s: float, line: Line, address: str = LOCAL) -> Session:
        """Open a socket at one of the two paths. Raises ConnectionError for any other: VALR answers 404 there."""
        if path not in SOCKETS:
            raise ConnectionError(f"no socket at {path} (404)")
        now_s = self.advance(now_s)
        name = self._name()

        def say(frame: bytes) -> None:
            self._record(name, b"frame", frame)
            line.deliver(frame)

        def hang_up(code: int, reason: str) -> None:
            self._record(name, b"closed", b"%d %s" % (code, reason.encode()))
            line.close(code, reason)

        return self.desk.open(path, headers, now_s, Line(say, hang_up), address)

    def receive(self, session: Session, text: bytes | str, now_s: float) -> None:
        """A client's frame."""
        session.receive(text, self.advance(now_s))

    def touch(self, session: Session, now_s: float) -> None:
        """A ping or pong of the WebSocket protocol."""
        session.touch(self.advance(now_s))

    def closed(self, session: Session, now_s: float) -> None:
        """A connection is gone."""
        session.closed(self.advance(now_s))

    def digest(self) -> str:
        """Fingerprint of every answer and frame so far, in order."""
        return self._said.hexdigest()

    def rebase(self) -> None:
        """Begin the fingerprint anew from the present one, which a snapshot can hold as text."""
        self._base = self.digest()
        self._said = hashlib.blake2b(self._base.encode(), digest_size=DIGEST_BYTES)

    def __getstate__(self) -> dict[str, object]:
        """For a snapshot: what has been said since the last `rebase` is left out."""
        return {name: value for name, value in self.__dict__.items() if name != "_said"}

    def __setstate__(self, state: dict[str, object]) -> None:
        """From a snapshot. Every socket has dropped: who wanted its orders cancelled then has none any more."""
        self.__dict__ |= state
        self._said = hashlib.blake2b(self._base.encode(), digest_size=DIGEST_BYTES)
        self.floor.drop_all(self._now_s)

    def _name(self) -> bytes:
        self._calls += 1
        return b"%d" % self._calls

    def _record(self, *parts: bytes) -> None:
        self._said.update(b"\n".join((*parts, b"")))


def plenty(pairs: Sequence[PairSpec]) -> dict[str, Decimal]:
    """The same value of every currency that is traded, enough to quote any pair; two digits, so that it is easy to read."""
    return {currency: Decimal(f"{WEALTH / price:.1E}") for currency, price in worths(pairs, WEALTH_IN).items()}
