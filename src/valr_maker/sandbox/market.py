"""Orders without a price: market orders and simple ones (reference 3.2).

Room rule: pure. What such an order will take is planned first: how much it needs is then known to the last digit, and
nothing has happened yet if it cannot be done.

Our choices where no source knows:
* An amount in quote is turned into whole lots: what is too little for one more lot is not spent.
* Beyond the slippage band nothing is taken. An order that would take nothing at all has Failed, one that took a part
  is Partially Filled Due To Slippage. A book that is empty within the band leaves the rest Cancelled.
* A simple order is all or nothing: without enough in the band it is Instant Order Reversed.
"""

from dataclasses import dataclass, field
from decimal import Decimal

from valr_maker.domain import Side
from valr_maker.sandbox.book import Half
from valr_maker.sandbox.core import INSUFFICIENT_BALANCE, SELF_TRADE, TYPE_NOT_ALLOWED, Core
from valr_maker.sandbox.facts import Instant, InstantDone, OpenOrdersChange, PairSpec
from valr_maker.sandbox.money import GRID, add, multiply, subtract
from valr_maker.sandbox.order import ZERO, Kind, Order, Status
from valr_maker.sandbox.records import Record
from valr_maker.sandbox.settle import pays

SLIPPAGE = "Order cancelled as it would have matched outside of slippage price band"
NO_LIQUIDITY = "Order cancelled as there is nothing to match with"
"""Our words: no source has VALR's."""
_HUNDRED = Decimal(100)


@dataclass(slots=True)
class Plan:
    """What an order would take if it came now."""

    account: str
    base_left: Decimal | None
    """Still wanted, when the amount is in base; exactly one of the two is set."""
    quote_left: Decimal | None
    lot: Decimal
    edge: Decimal = ZERO
    """The worst price of the band."""
    quantity: Decimal = ZERO
    total: Decimal = ZERO
    parts: list[tuple[Decimal, Decimal]] = field(default_factory=list)
    """Price and quantity of each match."""
    beyond: bool = False
    """Whether there is more behind the edge."""
    meets_itself: bool = False

    @property
    def complete(self) -> bool:
        """Whether all that was wanted can be had."""
        return self._wants(self.parts[-1][0] if self.parts else self.edge) == 0

    def walk(self, half: Half) -> None:
        """Take from the best price to the edge."""
        for level in half.best_first():
            if level.price > self.edge if half.side is Side.SELL else level.price < self.edge:
                self.beyond = True
                return
            for maker in level.orders.values():
                take = min(maker.remaining, self._wants(level.price))
                if not take:
                    return
                if maker.account == self.account:
                    self.meets_itself = True
                    return
                self._take(level.price, take)
                if take < maker.remaining:
                    return  # what is left of a quote amount may make a lot at a worse price, but nothing goes there

    def _wants(self, price: Decimal) -> Decimal:
        if self.base_left is not None:
            return self.base_left
        assert self.quote_left is not None, "an amount is in base or in quote"
        return (
            GRID.multiply(GRID.divide_int(GRID.divide(self.quote_left, price), self.lot), self.lot) if price else ZERO
        )

    def _take(self, price: Decimal, quantity: Decimal) -> None:
        total = multiply(price, quantity)
        self.quantity, self.total = add(self.quantity, quantity), add(self.total, total)
        if self.base_left is not None:
            self.base_left = subtract(self.base_left, quantity)
        else:
            assert self.quote_left is not None, "as above"
            self.quote_left = subtract(self.quote_left, total)
        self.parts.append((price, quantity))

    def rest(self) -> Decimal:
        """In base, what is still wanted at the last price that was met."""
        return self._wants(self.parts[-1][0])


def plan(core: Core, order: Order) -> Plan:
    """What this order would take now. Changes nothing."""
    spec = core.pairs[order.pair]
    by_quote = order.quote_amount is not None
    made = Plan(order.account, None if by_quote else order.quantity, order.quote_amount, spec.lot)
    half = core.book_of(order.pair).opposite(order.side)
    best = half.best
    if best is not None:
        made.edge = edge_of(best, order.side, core.rules.slippage_band_pct)
        made.walk(half)
    return made


def edge_of(best: Decimal, side: Side, band_pct: Decimal) -> Decimal:
    """The worst price at which an order of this side may trade when the best is this."""
    away = GRID.divide(GRID.multiply(best, band_pct), _HUNDRED)
    return best + away if side is Side.BUY else max(best - away, ZERO)


def take(core: Core, order: Order, record: Record | None, now_s: float) -> None:
    """The engine gets to a market or simple order."""
    made = plan(core, order)
    if order.quote_amount is not None:
        rest = made.rest() if made.parts else ZERO
        order.quantity = order.remaining = add(made.quantity, rest)
    spec, simple = core.pairs[order.pair], order.sort is Kind.SIMPLE
    if reason := core.cannot_be_here(order, record, now_s) or _obstacle(core, order, made):
        poor = reason == INSUFFICIENT_BALANCE
        failed = (Status.INSTANT_RESERVE_FAILED if poor else Status.INSTANT_REVERSED) if simple else Status.FAILED
        core.fail(order, record, reason, failed)
    else:
        core.admit(order, record, made.total if order.side is Side.BUY else made.quantity, now_s)
        if simple:
            order.status = Status.INSTANT_RESERVED
            core.tell_status(order)
        core.match(order, record, made.edge, now_s)
        if order.remaining:
            core.close(order, record, Status.SLIPPED if made.beyond else Status.CANCELLED, now_s)
        elif record is not None:
            core.facts.append(OpenOrdersChange(order.account, record.views()))
    if simple:
        if not order.failed_reason:
            order.status = Status.INSTANT_COMPLETED
            core.tell_status(order)
            order.status = Status.FILLED  # as an order that is all it is (D)
        core.facts.append(InstantDone(result_of(order, spec)))


def _obstacle(core: Core, order: Order, made: Plan) -> str:
    """Why the engine will not take it; empty when it will."""
    needed = order.quote_amount if order.side is Side.BUY and order.quote_amount is not None else made.total
    if order.side is Side.SELL:
        needed = order.quantity
    if core.accounts.available(order.account, pays(order, core.pairs[order.pair])) < needed:
        return INSUFFICIENT_BALANCE
    if order.sort.name not in core.types_of(order.pair):
        return TYPE_NOT_ALLOWED
    if made.meets_itself:
        return SELF_TRADE
    if not made.quantity or (order.sort is Kind.SIMPLE and not made.complete):
        return SLIPPAGE if made.beyond else NO_LIQUIDITY
    return ""


def result_of(order: Order, spec: PairSpec) -> Instant:
    """What a simple order paid and received, as far as it has got."""
    paid, received = order.executed_quote, order.executed
    paid_in, received_in = spec.quote, spec.base
    if order.side is Side.SELL:
        (paid, paid_in), (received, received_in) = (received, received_in), (paid, paid_in)
    return Instant(
        order.view(),
        order.status is Status.FILLED,
        paid,
        paid_in,
        subtract(received, order.fee) if received else ZERO,
        received_in,
    )
