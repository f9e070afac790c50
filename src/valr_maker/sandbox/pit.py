"""The pit of one pair: what all its traders share. Where the model's floats become the pair's Decimal numbers.

Room rule: pure; time is handed in.
"""

from decimal import Decimal
from math import ceil, floor

from valr_maker.chance import Chance
from valr_maker.domain import Side
from valr_maker.sandbox.agenda import Agenda
from valr_maker.sandbox.exchange import Exchange
from valr_maker.sandbox.facts import PairSpec
from valr_maker.sandbox.money import multiply
from valr_maker.sandbox.order import NewOrder, Order, Status, Tif
from valr_maker.sandbox.profile import Profile
from valr_maker.sandbox.scene import BPS, Scene, State
from valr_maker.sandbox.walk import Walk


class Grid:
    """The edge between the model's floats and the pair's Decimal prices and quantities."""

    def __init__(self, spec: PairSpec) -> None:
        self.spec = spec
        self.tick, self.lot = float(spec.tick), float(spec.lot)
        self._step, self._unit = spec.tick, spec.lot
        self._min_lots, self._max_lots = ceil(spec.min_base / spec.lot), floor(spec.max_base / spec.lot)
        self._min_quote = float(spec.min_quote)

    def price(self, side: Side, wanted: float) -> Decimal:
        """The nearest price not beyond the wanted one: to buy it rounds down, to sell up, and never to zero."""
        ticks = floor(wanted / self.tick) if side is Side.BUY else ceil(wanted / self.tick)
        return multiply(Decimal(max(ticks, 1)), self._step)

    def quantity(self, quote: float, price: float) -> Decimal:
        """Whole lots worth this much quote, at least the pair's minimum and at most its maximum."""
        lots = max(self._min_lots, ceil(self._min_quote / price / self.lot), round(quote / price / self.lot))
        return multiply(Decimal(min(lots, self._max_lots)), self._unit)


class Pit:
    """Exchange, grid, fair price, timers and how things stand, for all who trade one pair."""

    def __init__(  # noqa: PLR0913, PLR0917  # what they share
        self, exchange: Exchange, spec: PairSpec, profile: Profile, chance: Chance, scene: Scene, now_s: float
    ) -> None:
        self.exchange, self.symbol, self.tick_size = exchange, spec.symbol, spec.tick
        self.profile, self.scene, self.agenda = profile, scene, Agenda()
        self.grid = Grid(spec)
        centre = max(float(spec.reference_price), 2 * self.grid.tick)
        self.walk = Walk(centre, profile, chance, now_s)

    def fair(self, now_s: float) -> float:
        """The price that everybody would agree on."""
        return self.walk.at(now_s, self.scene.shift(now_s))

    @property
    def is_open(self) -> bool:
        """Whether orders may come at all; an operator can close a pair too."""
        return self.exchange.pairs[self.symbol].active

    def best_against(self, side: Side) -> float | None:
        """The price that an order of this side would meet first."""
        bid, ask = self.exchange.best(self.symbol)
        against = ask if side is Side.BUY else bid
        return None if against is None else float(against)

    def keeps_out(self, chance: Chance) -> bool:
        """Whether a taker stays away because there are fewer now."""
        takers = self.scene.phase.takers
        return takers < 1 and chance.unit() >= takers

    def leaning(self, side: Side, chance: Chance) -> Side:
        """The side that a taker is on, in a market that leans to one of them."""
        lean = self.scene.phase.lean
        if not lean or chance.unit() >= abs(lean):
            return side
        return Side.BUY if lean > 0 else Side.SELL

    def take(self, who: str, side: Side, limit: float, quote: float, now_s: float) -> Order | None:
        """Take what rests up to a limit, for at most so much quote; what is not there, is not taken (IOC)."""
        if self.scene.phase.state is not State.OPEN or not self.is_open:
            return None
        quantity = self.grid.quantity(quote * self.scene.phase.taker_size, limit)
        new = NewOrder(self.symbol, side, self.grid.price(side, limit), quantity, tif=Tif.IOC)
        return self.exchange.execute(self.exchange.accept(f"crowd-{self.symbol}-{who}", new, now_s).id, now_s)

    def take_stale(self, price: float, now_s: float) -> None:
        """Whatever rests on the wrong side of the price finds a taker, be it a slow provider's or the user's."""
        bid, ask = self.exchange.best(self.symbol)
        edge = price * self.profile.arbitrage_bps * BPS + self.grid.tick / 2
        if bid is not None and float(bid) > price + edge:
            self.take("arbitrage", Side.SELL, price + edge, self.profile.arbitrage_quote, now_s)
        if ask is not None and float(ask) < price - edge:
            self.take("arbitrage", Side.BUY, price - edge, self.profile.arbitrage_quote, now_s)

    def rest(self, who: str, side: Side, wanted: float, quote: float, now_s: float) -> Order | None:
        """Place a post-only order at a price, or one tick short of whoever it would meet. None if it does not rest."""
        exchange, tick = self.exchange, self.tick_size
        bid, ask = exchange.best(self.symbol)
        at = self.grid.price(side, wanted)
        if side is Side.BUY:
            if ask is not None and at >= ask:
                at = ask - tick
        elif bid is not None and at <= bid:
            at = bid + tick
        if at <= 0:
            return None
        new = NewOrder(self.symbol, side, at, self.grid.quantity(quote, wanted), post_only=True, tif=Tif.GTC)
        order = exchange.execute(exchange.accept(who, new, now_s).id, now_s)
        return order if order.status is Status.PLACED else None

    def withdraw(self, order: Order, now_s: float) -> None:
        """Take an order of the crowd out of the book, if it is there."""
        if order.remaining:
            self.exchange.cancel(order.account, order_id=order.id, customer_id=None, pair=order.pair, now_s=now_s)
