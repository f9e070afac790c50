"""The crowd of one pair: providers, noise takers, the informed, and sweepers, each with its own timer.

Room rule: pure. Times come from streams of chance of their own: no draw depends on the book.
"""

from functools import partial
from math import exp

from valr_maker.chance import Chance
from valr_maker.domain import Side
from valr_maker.sandbox.agenda import Agenda
from valr_maker.sandbox.exchange import Exchange
from valr_maker.sandbox.facts import PairSpec
from valr_maker.sandbox.ladder import Grid, Ladder
from valr_maker.sandbox.order import NewOrder, Tif
from valr_maker.sandbox.profile import Profile
from valr_maker.sandbox.walk import BPS, Bursts, Walk, sign


class Life:
    """Everybody who trades one pair. `begin`, then `run_next` at `next_due_s`, again and again, until `end`."""

    def __init__(self, exchange: Exchange, spec: PairSpec, profile: Profile, chance: Chance, now_s: float) -> None:
        self._exchange, self._spec, self._profile = exchange, spec, profile
        self._grid = Grid(spec)
        centre = max(float(spec.reference_price), 2 * self._grid.tick)
        self._walk = Walk(centre, profile, chance.fork("walk"), now_s)
        self._ladders = [
            Ladder(exchange, self._grid, profile, number, chance.fork(f"maker {number}"))
            for number in range(profile.makers)
        ]
        self._wakes = [chance.fork(f"wake {number}") for number in range(profile.makers)]
        self._bursts = Bursts(profile, chance.fork("bursts"))
        self._noise, self._news, self._sweeps = chance.fork("noise"), chance.fork("news"), chance.fork("sweeps")
        self._noise_side = self._sweep_side = Side.BUY
        self._agenda = Agenda()

    @property
    def next_due_s(self) -> float:
        """When something happens next."""
        due_s = self._agenda.next_due_s
        assert due_s is not None, "between begin and end there is always a timer"  # our own mistake
        return due_s

    def begin(self, now_s: float) -> None:
        """Fill the book and start every timer."""
        price = self._walk.at(now_s)
        self._take_stale(price, now_s)
        for number, ladder in enumerate(self._ladders):
            ladder.fill_up(price, 2 * self._profile.levels, now_s)
            self._agenda.at(now_s + self._wakes[number].wait_s(self._profile.wake_gap_s), partial(self._wake, number))
        self._agenda.at(now_s + self._bursts.gap_s(), self._noise_comes)
        self._agenda.at(now_s + self._news.wait_s(self._profile.news_gap_s), self._news_leaks)
        self._agenda.at(now_s + self._sweeps.uniform(*self._profile.sweep_gap_s), self._sweep)

    def end(self, now_s: float) -> None:
        """Everybody goes home."""
        self._agenda = Agenda()
        for ladder in self._ladders:
            ladder.withdraw(now_s)

    def run_next(self) -> None:
        """Do the next thing, at the second at which it was due."""
        self._agenda.run_next()

    # Providers
    def _wake(self, number: int, now_s: float) -> None:
        """A provider looks at the book."""
        ladder, price = self._ladders[number], self._walk.at(now_s)
        ladder.withdraw_stale(price, now_s)
        self._take_stale(price, now_s)
        ladder.fill_up(price, self._profile.changes_per_wake, now_s)
        wait_s = self._wakes[number].wait_s(self._profile.wake_gap_s)
        self._agenda.at(now_s + wait_s, partial(self._wake, number))

    def _take_stale(self, price: float, now_s: float) -> None:
        """Whatever rests on the wrong side of the price finds a taker, be it a slow provider's or the user's."""
        bid, ask = self._exchange.best(self._spec.symbol)
        edge = price * self._profile.arbitrage_bps * BPS + self._grid.tick / 2
        if bid is not None and float(bid) > price + edge:
            self._take("arbitrage", Side.SELL, price + edge, self._profile.arbitrage_quote, now_s)
        if ask is not None and float(ask) < price - edge:
            self._take("arbitrage", Side.BUY, price - edge, self._profile.arbitrage_quote, now_s)

    # Takers
    def _noise_comes(self, now_s: float) -> None:
        if self._noise.unit() >= self._profile.herding:
            self._noise_side = self._noise_side.opposite
        side = self._noise_side
        quote = self._profile.taker_quote * exp(self._noise.normal(0.0, self._profile.size_spread))
        if (best := self._best_against(side)) is not None:
            limit = best * (1 + sign(side) * self._profile.taker_reach_bps * BPS)
            self._take("noise", side, limit, quote, now_s)
        self._agenda.at(now_s + self._bursts.gap_s(), self._noise_comes)

    def _news_leaks(self, now_s: float) -> None:
        """The informed trade first; the price follows them."""
        news, profile = self._news, self._profile
        price = self._walk.at(now_s)
        side = Side.BUY if news.unit() < 1 / len(Side) else Side.SELL
        size_bps = news.wait_s(profile.news_bps)
        quote = profile.informed_quote * exp(news.normal(0.0, profile.size_spread))
        limit = price * (1 + sign(side) * profile.informed_part * size_bps * BPS)
        self._take("informed", side, limit, quote, now_s)
        known_s = now_s + news.uniform(*profile.news_lead_s)
        self._agenda.at(known_s, partial(self._price_follows, side, size_bps))
        self._agenda.at(known_s + news.wait_s(profile.news_gap_s), self._news_leaks)

    def _price_follows(self, side: Side, size_bps: float, now_s: float) -> None:
        self._walk.at(now_s)
        self._walk.jump(side, size_bps)

    def _sweep(self, now_s: float) -> None:
        """Take the ladder from mid outwards; the price may follow."""
        sweeps, profile = self._sweeps, self._profile
        price = self._walk.at(now_s)
        if sweeps.unit() >= profile.sweep_repeat_chance:
            self._sweep_side = self._sweep_side.opposite
        side, reach_bps = self._sweep_side, sweeps.uniform(*profile.sweep_reach_bps)
        informed, move_bps = sweeps.unit() < profile.sweep_informed_chance, sweeps.uniform(*profile.sweep_move_bps)
        follows_s = now_s + sweeps.uniform(*profile.news_lead_s)
        bid, ask = self._exchange.best(self._spec.symbol)
        middle = price if bid is None or ask is None else float(bid + ask) / 2
        self._take("sweeper", side, middle * (1 + sign(side) * reach_bps * BPS), profile.sweep_quote, now_s)
        if informed:
            self._agenda.at(follows_s, partial(self._price_follows, side, move_bps))
        self._agenda.at(now_s + sweeps.uniform(*profile.sweep_gap_s), self._sweep)

    def _best_against(self, side: Side) -> float | None:
        bid, ask = self._exchange.best(self._spec.symbol)
        against = ask if side is Side.BUY else bid
        return None if against is None else float(against)

    def _take(self, who: str, side: Side, limit: float, quote: float, now_s: float) -> None:
        """Take what rests up to a limit, for at most so much quote; what is not there, is not taken (IOC)."""
        spec, quantity = self._spec, self._grid.quantity(quote, limit)
        new = NewOrder(spec.symbol, side, self._grid.price(side, limit), quantity, tif=Tif.IOC)
        self._exchange.execute(self._exchange.accept(f"crowd-{spec.symbol}-{who}", new, now_s).id, now_s)
