"""The market of a scenario: a walk with jumps and silences, sides that empty, trades, and what befalls own orders."""

import random
from decimal import Decimal
from typing import Any, NamedTuple


class Grid(NamedTuple):
    """A kind of pair: a price to begin at, the steps of price and size, and a usual order size in base."""

    pair: str
    price: float
    tick: str
    lot: str
    amount: str


GRIDS = (
    Grid("BTC-ZAR", 1_204_350.0, "1", "0.00000001", "0.01"),
    Grid("DOGE-USDT", 0.19127, "0.00001", "0.01", "120"),
    Grid("XRP-ZAR", 41.37, "0.01", "0.0001", "25"),
    Grid("SHIB-ZAR", 0.00023415, "0.00000001", "1", "900000"),
    Grid("ETH-USDC", 2481.6, "0.1", "0.00000001", "0.25"),
    Grid("SOL-ZAR", 2750.0, "5", "0.001", "1.5"),  # a coarse tick: most levels fall on the same few prices
    Grid("USDT-ZAR", 18.42, "0.0005", "0.01", "300"),
)


class Walk:
    """Steps in the language of `exchange.py`."""

    def __init__(self, chance: random.Random, grid: Grid, conf: dict[str, Any], *, ready: bool) -> None:
        self._chance, self._grid, self._conf, self._ready = chance, grid, conf, ready
        self._tick = Decimal(grid.tick)
        self._ticks = grid.price / float(grid.tick)
        self._volatility = chance.choice((0, 0.0001, 0.0003, 0.001, 0.003))
        self._half_spread = max(1, round(self._ticks * chance.choice((0, 0.0002, 0.0005, 0.002, 0.006))))
        self._off_grid = chance.choice((0, 0, 0, 0.5, 0.37))
        self._rows, self._gap = chance.choice(((1, 1), (3, 1), (5, 2), (10, 1), (4, 7)))
        self._size = float(grid.amount) * chance.choice((0.3, 1, 1.7, 10))
        self._silence = chance.choice((0.0, 0.3, 0.8))
        self._fills = chance.choice((0, 0.02, 0.05, 0.15, 0.4))
        self._missing = {"bid": 0, "ask": 0}
        """How many ticks a side of the book stays empty yet."""
        self._odd = _odds(chance, 0.3)

    def steps(self, count: int) -> list[list[str]]:
        """The events of every tick."""
        chance = self._chance
        ready_at = 0 if self._ready else chance.randint(1, 12)
        steps = []
        for number in range(count):
            self._move()
            events = []
            if number == 0 or chance.random() > self._silence:
                events = self._book(first=number == 0)
            if chance.random() < self._fills:
                share = chance.choice(("1", "1", "1", "0.5", "0.25", "0.0001"))
                events.append(f"fill {chance.choice('BS')}{chance.choice((0, 0, 0, 1, 2, 5))} {share}")
            if not self._ready and number == ready_at:
                events.append("ready 1")
            if self._odd and _odds(chance, 0.02):
                events.append(self._other_event())
            steps.append(events)
        return steps

    def _move(self) -> None:
        chance = self._chance
        step = chance.gauss(0, 1) * self._volatility
        if self._volatility and _odds(chance, 0.01):
            step = chance.choice((-0.03, -0.01, 0.01, 0.03))
        self._ticks = max(20.0, self._ticks * (1 + step))

    def _book(self, *, first: bool) -> list[str]:
        chance, half = self._chance, self._half_spread
        middle = round(self._ticks)
        bid, ask = self._price(middle - half), self._price(middle + half - chance.choice((0, 0, 1)) * (half > 1))
        for side in self._missing:
            if self._odd and _odds(chance, 0.012):
                self._missing[side] = chance.randint(1, 25)
            self._missing[side] -= self._missing[side] > 0
        shown = [price if not self._missing[side] else "-" for side, price in (("bid", bid), ("ask", ask))]
        events = [f"book {shown[0]} {shown[1]} {self._rows} {self._gap} {self._size:.8g}"]
        if self._conf.get("price_type") == "last_price" and _odds(chance, 0.4) and not (first and _odds(chance, 0.5)):
            events.append(f"trade {chance.choice((bid, ask, self._price(middle)))}")
        if self._conf.get("price_source") == "custom_api" and (first or _odds(chance, 0.3)):
            events.append("api down" if _odds(chance, 0.1) else f"api {float(self._price(middle)) * 1.0003:.10g}")
        if self._conf.get("price_source") == "external_market":
            prices = [f"{float(price) * 1.00021:.{chance.choice((6, 9, 12))}g}" for price in (bid, ask)]
            events.append(f"other {prices[0]} {'-' if _odds(chance, 0.01) else prices[1]}")
            if _odds(chance, 0.3):
                events.append(f"trade {self._price(middle)}")
        return events

    def _other_event(self) -> str:
        amount = float(self._grid.amount) * self._chance.choice((1, -1, 3, 9))
        kind = self._chance.choice(("hold", "hold", "ready"))
        if kind == "ready":
            return "ready 0" if self._ready else "ready 1"
        return f"hold {amount:.8g} 0" if _odds(self._chance, 0.5) else f"hold 0 {amount * self._grid.price:.8g}"

    def _price(self, ticks: int) -> str:
        return format((ticks + Decimal(str(self._off_grid))) * self._tick, "f")


def _odds(chance: random.Random, weight: float) -> bool:
    return chance.random() < weight
