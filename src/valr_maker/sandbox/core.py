"""What the engine's parts share: books, records, matching, and how an order rests, ends or fails.

Room rule: a pure state machine. Time is handed in, ids come from Chance. exchange.py is the way in and says in which
order the facts come.
"""

from collections.abc import Sequence
from decimal import Decimal

from valr_maker.chance import Chance
from valr_maker.domain import Side
from valr_maker.sandbox import fees
from valr_maker.sandbox.accounts import Accounts, is_crowd
from valr_maker.sandbox.book import Book, Half, Level, sweep
from valr_maker.sandbox.facts import (
    AccountTrade,
    BalanceChange,
    Fact,
    LevelChange,
    Movement,
    OpenOrdersChange,
    OwnTrade,
    PairSpec,
    Processed,
    Recorded,
    Trade,
    Traded,
)
from valr_maker.sandbox.money import add, subtract
from valr_maker.sandbox.order import ZERO, Kind, Order, Status, StatusChange, Tif
from valr_maker.sandbox.records import EVENTS_KEPT, Record
from valr_maker.sandbox.rules import DEFAULT, Rules
from valr_maker.sandbox.settle import needs, pays, settle, settle_crowd
from valr_maker.sandbox.tape import Tape
from valr_maker.sandbox.universe import worths
from valr_maker.sandbox.volumes import Volumes
from valr_maker.wire import codes

INSUFFICIENT_BALANCE = codes.INSUFFICIENT_BALANCE.message
POST_ONLY_MATCHED = codes.POST_ONLY_FAILED
SELF_TRADE = codes.SELF_TRADE.message
TYPE_NOT_ALLOWED = codes.ORDER_TYPE_NOT_ALLOWED.message
PAIR_INACTIVE = codes.PAIR_INACTIVE.message
CUSTOMER_ID_IN_USE = "Customer order id is already in use by an open order"
"""Our words: no source has VALR's."""
FOK_UNFILLED = "Fill or kill order could not be filled completely"
"""Our words: no source has VALR's."""

FIRST_SEQUENCE = 1_370_000_000_000_000_000
"""VALR's trade sequence is of this size: too large for a double, as clients should notice (reference 0.3)."""
FIRST_BATCH = 1_400_000_000_000_000_000
FIRST_TRANSFER = 600_000
ORDER_TYPES = ("LIMIT_POST_ONLY", "LIMIT", "MARKET", "SIMPLE", "STOP_LOSS_LIMIT", "TAKE_PROFIT_LIMIT")
"""What an active pair takes, unless it was told otherwise."""


class Core:
    """Books, orders and money, and every step that more than one kind of order takes."""

    def __init__(self, pairs: Sequence[PairSpec], chance: Chance, rules: Rules = DEFAULT) -> None:
        self.rules = rules
        self.pairs = {spec.symbol: spec for spec in pairs}
        self.accounts = Accounts(
            (currency for spec in pairs for currency in (spec.base, spec.quote)), chance.fork("accounts")
        )
        self.volumes = Volumes(worths(pairs))
        self.tape = Tape(self.pairs)
        self.order_types: dict[str, tuple[str, ...]] = {}
        """Of the pairs that do not take all of `ORDER_TYPES`."""
        self.waiting: dict[str, dict[str, Order]] = {}
        """Stop orders that wait for their price, by pair and id, oldest first."""
        self.reached: dict[str, tuple[Decimal, Decimal]] = {}
        """Lowest and highest price since stop orders were looked at, of pairs that have some."""
        self.facts: list[Fact] = []
        self.chance, self.ids = chance, chance.fork("other ids")
        """Orders and trades draw from the first; whatever else needs an id, from the second."""
        self.crowd_open: dict[str, Order] = {}
        self.accepted: dict[str, Order] = {}
        self.records: dict[str, Record] = {}
        self.books: dict[str, Book] = {}
        self._sequence, self._batches, self._transfers = FIRST_SEQUENCE, FIRST_BATCH, FIRST_TRANSFER

    # Where things are
    def record_of(self, account: str) -> Record | None:
        """None for the crowd. Raises KeyError for an account that does not exist."""
        record = self.records.get(account)
        if record is None and not is_crowd(account):
            record = self.records[self.accounts.get(account).id] = Record()
        return record

    def book_of(self, pair: str) -> Book:
        """The pair's book, made when it is first needed."""
        book = self.books.get(pair)
        if book is None:
            book = self.books[pair] = Book()
        return book

    def types_of(self, pair: str) -> tuple[str, ...]:
        """The order types that a pair takes; none while it is inactive."""
        return self.order_types.get(pair, ORDER_TYPES) if self.pairs[pair].active else ()

    def fee_rates(self, account: str, pair: str, now_s: float | None = None) -> fees.Rates:
        """(maker, taker) in percent points for an account on a pair. The crowd pays nothing.

        The tier is the account's own or, if that is better and a time is given, the one its family's volume earns.
        """
        if is_crowd(account):
            return fees.Rates(ZERO, ZERO)
        one = self.accounts.get(account)
        earned = 1 if now_s is None else self.volumes.tier(self.accounts.family(account), now_s)
        return fees.rates(self.pairs[pair], max(one.tier, earned))

    def next_batch_id(self) -> int:
        """Rises by one a batch."""
        self._batches += 1
        return self._batches

    def next_transfer_id(self) -> str:
        """Likewise a transfer."""
        self._transfers += 1
        return str(self._transfers)

    # Why not
    def cannot_enter(self, order: Order, record: Record | None, now_s: float) -> str:
        """A pair that was closed on the way, a customer id in use, or not enough money; empty when none of them."""
        if reason := self.cannot_be_here(order, record, now_s):
            return reason
        if record is None:
            return ""
        currency, amount = needs(order, self.pairs[order.pair])
        return INSUFFICIENT_BALANCE if self.accounts.available(order.account, currency) < amount else ""

    def cannot_be_here(self, order: Order, record: Record | None, now_s: float) -> str:
        """A pair that was closed since the door let the order in, or a customer id in use; empty when neither."""
        if not self.pairs[order.pair].active:
            return PAIR_INACTIVE
        if record is None or order.customer_id is None:
            return ""
        taken = record.customer_id_taken(order.customer_id, now_s - self.rules.customer_id_burnt_s)
        return CUSTOMER_ID_IN_USE if taken else ""

    def cannot_match(self, order: Order, against: Half) -> str:
        """What the book has against a limit order; empty when nothing."""
        if order.pair in self.order_types and not self._type_taken(order):
            return TYPE_NOT_ALLOWED
        if not against.reached_by(order.price):
            return FOK_UNFILLED if order.tif is Tif.FOK else ""
        if order.post_only:
            return POST_ONLY_MATCHED
        there = ZERO
        for met in sweep(against, order.price, order.quantity):
            if met.account == order.account:
                return SELF_TRADE
            there = add(there, met.remaining)
        return FOK_UNFILLED if order.tif is Tif.FOK and there < order.quantity else ""

    def _type_taken(self, order: Order) -> bool:
        wanted = "LIMIT_POST_ONLY" if order.post_only else "LIMIT"
        return order.sort.stops or wanted in self.types_of(order.pair)

    def status_for(self, reason: str, status: Status = Status.FAILED) -> Status:
        """The status of an order that ended for this reason."""
        return Status(self.rules.fok_status) if reason == FOK_UNFILLED else status

    # What happens
    def fail(self, order: Order, record: Record | None, reason: str, status: Status = Status.FAILED) -> None:
        """The order ends without ever having rested or matched."""
        order.status, order.failed_reason = self.status_for(reason, status), reason
        if record is not None:
            self.facts.append(Processed(order.view(), False, reason))
            self.tell_status(order)
            record.finish(order)

    def admit(self, order: Order, record: Record | None, amount: Decimal, now_s: float) -> None:
        """The engine takes the order: so much is set aside for it."""
        if record is not None:
            order.reserved = amount
            self.accounts.reserve(order.account, pays(order, self.pairs[order.pair]), amount, now_s)
            if order.status in (Status.PLACED, Status.ACTIVE) and order.sort is not Kind.SIMPLE:
                order.events.append(StatusChange(order.view()))  # its history says so, no frame does
            self.facts.append(Processed(order.view(), True, ""))

    def match(self, taker: Order, record: Record | None, limit: Decimal, now_s: float) -> None:
        """Trade with whatever rests up to this price."""
        against = self.book_of(taker.pair).opposite(taker.side)
        while taker.remaining and against.reached_by(limit):
            self._match_level(taker, record, against, against.best_level, now_s)

    def _match_level(self, taker: Order, record: Record | None, half: Half, level: Level, now_s: float) -> None:
        """Match with one level until it is gone or the taker is satisfied."""
        spec = self.pairs[taker.pair]
        while taker.remaining and level.orders:
            maker = level.first
            quantity = min(maker.remaining, taker.remaining)
            trade = self._print(spec.symbol, level.price, quantity, taker.side, now_s)
            maker.remaining = subtract(maker.remaining, quantity)
            taker.remaining = subtract(taker.remaining, quantity)
            half.shrink(level, maker, quantity)
            maker_record = self.record_of(maker.account)
            self._fill(maker, maker_record, trade, spec, maker=True)
            self._fill(taker, record, trade, spec, maker=False)
            if (record is None) != (maker_record is None):  # among itself the crowd wins nothing and loses nothing
                settle_crowd(self.accounts, taker.side if record is None else maker.side, trade, spec)
        self.facts.append(LevelChange(spec.symbol, half.side, level.price, level.total, now_s))

    def _print(self, pair: str, price: Decimal, quantity: Decimal, taker_side: Side, now_s: float) -> Trade:
        self._sequence += 1
        trade = Trade(self.chance.uuid7(now_s), pair, price, quantity, taker_side, now_s, self._sequence)
        self.tape.take(trade)
        if self.waiting.get(pair):
            low, high = self.reached.get(pair, (price, price))
            self.reached[pair] = min(low, price), max(high, price)
        self.facts.append(Traded(trade))
        return trade

    def _fill(self, order: Order, record: Record | None, trade: Trade, spec: PairSpec, *, maker: bool) -> None:
        """One side of a match. `order.remaining` is already the new one."""
        order.updated_s = trade.at_s
        order.status = Status.PARTIALLY_FILLED if order.remaining else Status.FILLED
        if record is None:
            if not order.remaining:
                self.crowd_open.pop(order.id, None)
            return
        rates = self.fee_rates(order.account, order.pair, trade.at_s)
        if order.sort is Kind.SIMPLE:
            rates = fees.Rates(ZERO, self.rules.simple_pct)
        fee = settle(self.accounts, order, trade, spec, rates.maker_pct if maker else rates.taker_pct)
        own = OwnTrade(
            trade, order.account, order.side, order.id, order.customer_id, fee.amount, fee.currency, maker, order.sort
        )
        record.trade(own)
        self.volumes.count(self.accounts.family(order.account), spec.quote, trade.price * trade.quantity, trade.at_s)
        self.facts.append(AccountTrade(own))
        self.tell_status(order, trade.price, trade.quantity, fee.amount)
        self.tell_balances(order.account, spec.base, spec.quote)
        if fee.amount < 0:
            self.move("MAKER_REWARD", order.account, trade.at_s, credit=(fee.currency, -fee.amount))
        if not order.remaining:
            record.finish(order)
        if maker:
            self.facts.append(OpenOrdersChange(order.account, record.views()))

    def settle_remainder(self, order: Order, record: Record | None, now_s: float) -> None:
        """Rest what is left, or give it up (IOC); a taker hears about its open orders once, here."""
        if order.remaining and order.tif is Tif.GTC:
            total = self.book_of(order.pair).half(order.side).add(order)
            if record is None:
                self.crowd_open[order.id] = order
            else:
                record.rest(order)
                if order.status is not Status.PARTIALLY_FILLED:  # a match has told its balances already
                    if self.rules.placed_frame:
                        self.facts.append(StatusChange(order.view()))
                    self.tell_balances(order.account, pays(order, self.pairs[order.pair]))
                self.facts.append(OpenOrdersChange(order.account, record.views()))
            self.facts.append(LevelChange(order.pair, order.side, order.price, total, now_s))
        elif order.remaining:
            empty = order.remaining == order.quantity and not order.sort.priceless
            self.close(order, record, Status(self.rules.ioc_empty_status) if empty else Status.CANCELLED, now_s)
        elif record is not None:
            self.facts.append(OpenOrdersChange(order.account, record.views()))

    def take_out(self, order: Order, record: Record | None, now_s: float, status: Status = Status.CANCELLED) -> None:
        """An open order ends, wherever it rests or waits."""
        if order.status is Status.ACTIVE:
            del self.waiting[order.pair][order.id]
            self.close(order, record, status, now_s)
            return
        total = self.books[order.pair].half(order.side).remove(order)
        self.crowd_open.pop(order.id, None)
        self.close(order, record, status, now_s)
        self.facts.append(LevelChange(order.pair, order.side, order.price, total, now_s))

    def close(self, order: Order, record: Record | None, status: Status, now_s: float) -> None:
        """The order ends; what it still held is free again."""
        order.status, order.updated_s = status, now_s
        if record is None:
            return
        currency = pays(order, self.pairs[order.pair])
        self.accounts.reserve(order.account, currency, -order.reserved, now_s)
        order.reserved = ZERO
        record.finish(order)
        self.tell_status(order)
        self.tell_balances(order.account, currency)
        self.facts.append(OpenOrdersChange(order.account, record.views()))

    def move(  # noqa: PLR0913  # what stands in a line
        self,
        kind: str,
        account: str,
        now_s: float,
        *,
        debit: tuple[str, Decimal] | None = None,
        credit: tuple[str, Decimal] | None = None,
        about: tuple[str, str] | None = None,
    ) -> None:
        """Write a line into an account's history; the money itself has been moved already."""
        record = self.record_of(account)
        assert record is not None, "the crowd has no history"
        movement = Movement(kind, account, self.ids.uuid7(now_s), now_s, debit, credit, about)
        record.history.appendleft(movement)
        self.facts.append(Recorded(movement))

    # What is said
    def tell_status(self, order: Order, price: Decimal = ZERO, quantity: Decimal = ZERO, fee: Decimal = ZERO) -> None:
        """An event of the order's life. An order that is changed all day long forgets the oldest."""
        change = StatusChange(order.view(), price, quantity, fee)
        order.events.append(change)
        if len(order.events) > EVENTS_KEPT:
            del order.events[0]
        self.facts.append(change)

    def tell_balances(self, account: str, *currencies: str) -> None:
        """What the account has now."""
        for currency in currencies:
            self.facts.append(BalanceChange(account, self.accounts.balance(account, currency)))
