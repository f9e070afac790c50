"""What a trader sees of a pair while a scenario goes on: every second its mid, spread, depth and trades."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from kit.market_days import BEGIN_S, Day

from valr_maker.domain import Side
from valr_maker.sandbox.crowd import Crowd
from valr_maker.sandbox.facts import Traded, TypesChange
from valr_maker.sandbox.profile import DEFAULT
from valr_maker.sandbox.scenario import cue_of
from valr_maker.sandbox.world import World

NEAR = 0.01
"""Depth is counted up to so far from mid."""


class Second(NamedTuple):
    """The market at one second, and what was traded in it."""

    at_s: float
    mid: float | None
    spread_bps: float | None
    bids_quote: float
    asks_quote: float
    trades: int
    buys: int


@dataclass
class BadDay(Day):
    """A day with scenarios, looked at once a second."""

    asked: tuple[str, ...] = ()
    seconds: list[Second] = field(default_factory=list)
    types: list[tuple[float, tuple[str, ...]]] = field(default_factory=list)

    def live(self, until_s: int) -> "BadDay":
        """Live through it."""
        self.crowd.prepare(self.profiles, [cue_of(text, self.exchange.pairs) for text in self.asked])
        self.watch()
        for second in range(until_s):
            trades = []
            self.crowd.advance(BEGIN_S + second)
            for fact in self.exchange.drain():
                if isinstance(fact, Traded) and fact.trade.pair == self.pair:
                    trades.append(fact.trade)
                elif isinstance(fact, TypesChange) and fact.pair == self.pair:
                    self.types.append((float(second), fact.types))
            self._look(float(second), len(trades), sum(trade.taker_side is Side.BUY for trade in trades))
        return self

    def _look(self, second: float, trades: int, buys: int) -> None:
        bid, ask = self.exchange.best(self.pair)
        mid = None if bid is None or ask is None else float(bid + ask) / 2
        depth = [0.0, 0.0]
        for number, side in enumerate(Side):
            for price, total, _ in self.exchange.levels(self.pair, side):
                if mid is not None and abs(float(price) / mid - 1) < NEAR:
                    depth[number] += float(price * total)
        spread = None if mid is None or bid is None or ask is None else float(ask - bid) / mid * 1e4
        self.seconds.append(Second(second, mid, spread, depth[0], depth[1], trades, buys))

    def between(self, begin_s: float, end_s: float) -> list[Second]:
        """Those seconds."""
        return [one for one in self.seconds if begin_s <= one.at_s < end_s]

    def path(self, begin_s: float, end_s: float) -> list[float]:
        """Mid of every second in which there was one."""
        return [one.mid for one in self.between(begin_s, end_s) if one.mid is not None]


def average(values: Sequence[float | None]) -> float:
    """Of those that are there."""
    there = [value for value in values if value is not None]
    return sum(there) / len(there)


def ask_for(world: World, *scenarios: str) -> Crowd:
    """The world's crowd, which will play these."""
    assert world.crowd is not None
    world.crowd.prepare(DEFAULT, [cue_of(text, world.exchange.pairs) for text in scenarios])
    return world.crowd
