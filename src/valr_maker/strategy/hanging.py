"""Hanging orders: when one order of a pair has filled, the other may stay where it is, outside of the rounds.

A round's orders are paired by their place, first buy with first sell. At the next refresh the unfilled order of a pair
whose other one filled begins to hang: it is left out of refresh, age limit, minimum spread and budget. It goes when it
is further from the reference than hanging_orders_cancel_pct; beyond max_order_age it is cancelled and sent again at its
price.

Differs from Hummingbot, to be safe, unless strict parity is asked for:
- pairs of earlier rounds are forgotten when a new round is created. Hummingbot keeps those whose orders both filled,
  and puts the next sells to them, so that nothing of that round can hang;
- two orders of one price and size are two. Hummingbot takes them for one, never cancels the second, and finds every
  later comparison of prices out of tolerance;
- an order that is gone is forgotten, and a lost cancel is asked for again;
- a partly filled order is renewed with what remains of it, not with what it once was.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from valr_maker.domain import Intent, Side, Slot
from valr_maker.strategy.view import OwnView


@dataclass(slots=True)
class Leg:
    """One order of a pair; its key is known once it has been sent."""

    key: str | None = None


@dataclass(slots=True)
class Pair:
    """A buy and a sell of one round and place."""

    buy: Leg
    sell: Leg
    filled_buy: bool = False
    filled_sell: bool = False

    def unfilled(self) -> str | None:
        """The key of the order that is left when exactly one has filled."""
        if self.filled_buy == self.filled_sell:
            return None
        return self.sell.key if self.filled_buy else self.buy.key


class Held(NamedTuple):
    """An order that hangs or is about to. `created_s` is on the clock of `View.now_s`."""

    key: str
    slot: Slot
    price: Decimal
    quantity: Decimal
    created_s: float


Same = str | tuple[Side, Decimal, Decimal]
"""What makes two hanging orders the same: the key; in strict parity side, price and size, as in Hummingbot."""


class Hanging:
    """Everything that is known of pairs and hanging orders. Without the feature it stays empty."""

    def __init__(self, distance: Decimal | None, max_age_s: float, *, strict: bool) -> None:
        self.on = distance is not None
        self._distance, self._max_age_s, self._strict = distance or Decimal(1), max_age_s, strict
        self._pairs: list[Pair] = []
        self._sent: dict[Slot, Leg] = {}
        self._wanted: dict[str, Held] = {}
        self._hanging: dict[Same, Held] = {}
        self._renewing: dict[Same, Held] = {}
        self._asked: set[str] = set()
        self._restored: set[str] = set()
        self._moved: list[tuple[str, Slot]] = []

    # ---- who hangs --------------------------------------------------------------------------------------------------
    @property
    def keys(self) -> frozenset[str]:
        """The keys of the orders that hang."""
        return frozenset([held.key for held in self._hanging.values()])

    def outside(self, key: str) -> bool:
        """Whether this order no longer keeps a new round from being created."""
        return key in self._wanted and key not in self._restored

    def candidates(self, own: Mapping[str, OwnView]) -> Iterator[str]:
        """The orders that will hang from the next refresh on."""
        for pair in self._pairs:
            key = pair.unfilled()
            if key is not None and key in own and (self._strict or not own[key].cancelling):
                yield key

    def moved(self) -> tuple[tuple[str, Slot], ...]:
        """The orders that have begun to hang since this was last asked, with their new slots."""
        moved, self._moved = self._moved, []
        return tuple(moved)

    # ---- what happens to orders -------------------------------------------------------------------------------------
    def round_sent(self, buys: Iterable[Slot], sells: Iterable[Slot]) -> None:
        """A round is about to be sent: pair its orders by their places."""
        if not self.on:
            return
        if not self._strict:
            self._pairs.clear()
        self._sent = {}
        both = list(zip(buys, sells, strict=False))
        begin = len(self._pairs)
        for buy, _ in both:
            self._sent[buy] = Leg()
            self._pairs.append(Pair(self._sent[buy], Leg()))
        first = 0 if self._strict else begin  # in Hummingbot sells count from the first pair that it remembers
        for index, (_, sell) in enumerate(both, first):
            self._sent[sell] = self._pairs[index].sell = Leg()

    def placed(self, key: str, intent: Intent, now_s: float) -> None:
        """An order was sent under this key."""
        if intent.slot.hanging:
            held = Held(key, intent.slot, intent.price, intent.quantity, now_s)
            self._hanging.setdefault(self._same(held), held)
            self._wanted[key] = held
        elif leg := self._sent.pop(intent.slot, None):
            leg.key = key

    def filled(self, key: str, side: Side) -> None:
        """An order was filled completely."""
        for same, held in self._hanging.items():
            if held.key == key:
                del self._hanging[same]
                self._wanted.pop(key, None)
                return
        for pair in self._pairs:
            if key in {pair.buy.key, pair.sell.key}:
                pair.filled_buy = pair.filled_buy or side is Side.BUY
                pair.filled_sell = pair.filled_sell or side is Side.SELL

    def cancelled(self, key: str, remaining: Decimal | None) -> Intent | None:
        """An order is gone by its cancel. What is to be sent in its place, if it was cancelled to be renewed."""
        again: Intent | None = None
        same = next((same for same, held in self._renewing.items() if held.key == key), None)
        if same is not None:
            if self._strict and same not in self._hanging:
                return None  # here Hummingbot raises an exception and forgets nothing
            self._hanging.pop(same, None)
            held = self._renewing.pop(same)
            quantity = held.quantity if self._strict or remaining is None else min(remaining, held.quantity)
            again = Intent(held.slot, held.price, quantity) if quantity > 0 else None
        self._asked.discard(key)
        self._forget(key)
        return again

    def gone(self, key: str) -> None:
        """An order was refused or has expired, which Hummingbot's tracker does not hear of."""
        if not self._strict:
            self._forget(key)
            self._renewing.pop(key, None)

    def restore(self, order: OwnView) -> None:
        """An order from before the start hangs from now on."""
        held = self._held(order)
        self._hanging.setdefault(self._same(held), held)
        self._wanted[order.key] = held
        self._restored.add(order.key)

    # ---- what a tick asks -------------------------------------------------------------------------------------------
    def sync(self, own: Mapping[str, OwnView]) -> None:
        """Forget what no longer exists."""
        if self._strict or not (self._wanted or self._renewing):
            return
        for key in [key for key in self._wanted if key not in own]:
            self._forget(key)
            self._renewing.pop(key, None)

    def far(self, reference: Decimal) -> list[str]:
        """The orders that are too far from the reference."""
        return [
            key
            for key, held in self._wanted.items()
            if key not in self._asked and abs(held.price - reference) / reference > self._distance
        ]

    def old(self, now_s: float) -> list[Held]:
        """The hanging orders that are past their age; in strict parity those whose renewal was never asked for."""
        return [
            held
            for same, held in self._hanging.items()
            if now_s - held.created_s > self._max_age_s and not (self._strict and same in self._renewing)
        ]

    def old_from_s(self) -> list[float]:
        """After which moments an order becomes too old."""
        return [held.created_s + self._max_age_s for same, held in self._hanging.items() if same not in self._renewing]

    def asked(self, key: str) -> None:
        """A cancel of this hanging order was asked for."""
        if self._strict:
            self._asked.add(key)

    def renew(self, orders: Iterable[Held]) -> None:
        """These are being cancelled to be sent again."""
        for held in orders:
            self._renewing.setdefault(self._same(held), held)

    def begin(self, own: Mapping[str, OwnView]) -> tuple[list[str], dict[Same, Held]]:
        """A refresh: candidates begin to hang. Which orders must go for it, and what is to hang from then on."""
        for key in list(self.candidates(own)):
            if key not in self._wanted:
                self._wanted[key] = held = self._held(own[key])
                self._moved.append((key, held.slot))
        self._pairs.clear()
        whole: dict[Same, Held] = {}
        for held in self._wanted.values():
            whole.setdefault(self._same(held), held)
        surplus = [held.key for same, held in self._hanging.items() if same not in whole]
        return surplus, {same: held for same, held in whole.items() if same not in self._hanging}

    def hang(self, orders: Mapping[Same, Held]) -> None:
        """These hang from now on."""
        for same, held in orders.items():
            self._hanging.setdefault(same, held)

    # ---- helpers ----------------------------------------------------------------------------------------------------
    def _forget(self, key: str) -> None:
        same = next((same for same, held in self._hanging.items() if held.key == key), None)
        if same is not None:
            del self._hanging[same]
        self._wanted.pop(key, None)

    def _held(self, order: OwnView) -> Held:
        taken = {held.slot for held in self._wanted.values()}
        level = next(n for n in range(len(taken) + 1) if Slot(order.side, n, hanging=True) not in taken)
        # in strict parity the moment goes through Hummingbot's microseconds and back
        created_s = int(order.created_s * 1e6) * 1e-6 if self._strict else order.created_s
        return Held(order.key, Slot(order.side, level, hanging=True), order.price, order.quantity, created_s)

    def _same(self, held: Held) -> Same:
        return (held.slot.side, held.price, held.quantity) if self._strict else held.key
