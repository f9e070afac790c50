"""A crowd on its own exchange, and the simplest maker who could try his luck with it."""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from kit.trading import DOGEUSDT

from valr_maker.chance import Chance
from valr_maker.domain import Side
from valr_maker.sandbox.crowd import Crowd
from valr_maker.sandbox.exchange import Exchange
from valr_maker.sandbox.facts import AccountTrade, Fact, PairSpec
from valr_maker.sandbox.order import NewOrder
from valr_maker.sandbox.profile import DEFAULT, Profiles

BEGIN_S = 1_700_000_000.0


class Fill(NamedTuple):
    """When, since the beginning, on which side, and the mid just before."""

    at_s: float
    side: Side
    mid: float


@dataclass
class Day:
    """Seconds count from the beginning. `mids` has an entry for every event of the crowd."""

    seed: int
    specs: tuple[PairSpec, ...] = (DOGEUSDT,)
    profiles: Profiles = DEFAULT
    times: list[float] = field(default_factory=list)
    mids: list[float] = field(default_factory=list)
    fills: list[Fill] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.exchange = Exchange(self.specs, Chance(f"{self.seed} exchange"))
        self.crowd = Crowd(self.exchange, Chance(f"{self.seed} crowd"), self.profiles)
        self.pair = self.specs[0].symbol

    def watch(self, pair: str = "", at_s: float = 0.0) -> list[Fact]:
        """Bring a pair, or the only one, to life."""
        self.crowd.watch(pair or self.pair, BEGIN_S + at_s)
        return self.exchange.drain()

    def events(self, until_s: float) -> Iterator[tuple[float, list[Fact]]]:
        """Each event of the crowd with what it caused."""
        while (due_s := self.crowd.next_due_s()) is not None and due_s <= BEGIN_S + until_s:
            self.crowd.advance(due_s)
            yield due_s - BEGIN_S, self.exchange.drain()

    def mid(self, pair: str = "") -> Decimal:
        """Between the best bid and the best ask; both must be there."""
        bid, ask = self.exchange.best(pair or self.pair)
        assert bid is not None and ask is not None
        return (bid + ask) / 2

    def mid_at(self, at_s: float) -> float:
        """The last mid not after that second."""
        return self.mids[max(bisect_left(self.times, at_s) - 1, 0)]

    def quote(self, away: str, hold_s: float, size: str = "4") -> None:
        """Rest a bid and an ask so far from mid for `hold_s`, re-placed every 15 to 17 s; note every fill."""
        purse = {"DOGE": Decimal(10**6), "USDT": Decimal(10**6)}
        me, chance = self.exchange.accounts.create("maker", purse).id, Chance(f"{self.seed} maker")
        at_s = 0.0
        self.watch()
        while at_s < hold_s:
            self.exchange.cancel_all(me, None, BEGIN_S + at_s)
            for side, sign in ((Side.BUY, -1), (Side.SELL, 1)):
                price = self.mid() * (1 + sign * Decimal(away)) // self.specs[0].tick * self.specs[0].tick
                new = self.exchange.check(me, NewOrder(self.pair, side, price, Decimal(size), post_only=True))
                self.exchange.execute(self.exchange.accept(me, new, BEGIN_S + at_s).id, BEGIN_S + at_s)
            before = float(self.mid())
            at_s += chance.uniform(15, 17)
            for now_s, facts in self.events(at_s):
                own = [fact.own for fact in facts if isinstance(fact, AccountTrade)]
                self.fills += [Fill(now_s, trade.side, before) for trade in own if trade.account == me]
                before = float(self.mid())
                self.times.append(now_s)
                self.mids.append(before)

    def markouts_bps(self, after_s: float) -> list[float]:
        """How far mid has moved against the maker, `after_s` after each fill, from where it stood before."""
        known = [fill for fill in self.fills if fill.at_s + after_s < self.times[-1]]
        moves = [(self.mid_at(fill.at_s + after_s) / fill.mid - 1) * 1e4 for fill in known]
        return [-move if fill.side is Side.BUY else move for fill, move in zip(known, moves, strict=True)]
