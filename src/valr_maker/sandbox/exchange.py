"""The exchange: takes orders, matches them in price-time priority, and says what happened as facts.

Room rule: a pure state machine. Time is handed in, ids come from Chance, nothing waits and nothing is written.

An order's way: `check` (refused at the door, no id), `accept` (has an id, can be queried, nothing rests: VALR's 202),
`execute` (the engine gets to it). The caller decides how much time lies between the last two.

Order of facts, after reference 5.5:
    rest     Processed(true), BalanceChange, OpenOrdersChange
    fail     Processed(false), StatusChange(Failed)
    a match  Traded; of the maker, then of the taker: AccountTrade, StatusChange, BalanceChange x2;
             and OpenOrdersChange, of the maker at once, of the taker when all its matches are done
    taker    Processed(true), its matches, then what becomes of the remainder
    cancel   StatusChange(Cancelled), BalanceChange, OpenOrdersChange
LevelChange follows once for every level that changed. Merely resting gives no StatusChange.

Our choices where no source knows:
* A taker that would meet an order of its own account fails as a whole, with no part filled.
* What an IOC order leaves is Cancelled, filled in part or not at all; a FOK order that cannot fill has Failed.
* Obstacles are looked for in this order: customer id in use, balance, post-only, self-trade, FOK.
* A cancel that overtakes `execute` finds nothing to cancel.
"""

from collections import deque
from collections.abc import Sequence
from decimal import Decimal
from itertools import islice

from valr_maker.chance import Chance
from valr_maker.domain import Side
from valr_maker.sandbox import door, fees
from valr_maker.sandbox.accounts import Accounts, is_crowd
from valr_maker.sandbox.book import Book, Half, Level, sweep
from valr_maker.sandbox.facts import (
    ZERO,
    AccountTrade,
    Balance,
    BalanceChange,
    CancelFailed,
    Fact,
    LevelChange,
    NewOrder,
    OpenOrdersChange,
    Order,
    OrderView,
    OwnTrade,
    PairSpec,
    Processed,
    Status,
    StatusChange,
    Tif,
    Trade,
    Traded,
)
from valr_maker.sandbox.money import add, subtract
from valr_maker.sandbox.records import Record
from valr_maker.sandbox.settle import needs, settle, settle_crowd
from valr_maker.wire import codes

INSUFFICIENT_BALANCE = codes.INSUFFICIENT_BALANCE.message
POST_ONLY_MATCHED = codes.POST_ONLY_FAILED
SELF_TRADE = codes.SELF_TRADE.message
CUSTOMER_ID_IN_USE = "Customer order id is already in use by an open order"
"""Our words: no source has VALR's."""
FOK_UNFILLED = "Fill or kill order could not be filled completely"
"""Our words: no source has VALR's."""
REASON_CODES = {
    INSUFFICIENT_BALANCE: codes.INSUFFICIENT_BALANCE.number,
    SELF_TRADE: codes.SELF_TRADE.number,
    POST_ONLY_MATCHED: codes.INVALID_REQUEST.number,
    CUSTOMER_ID_IN_USE: codes.INVALID_REQUEST.number,
    FOK_UNFILLED: codes.INVALID_REQUEST.number,
}
"""The code of the v2 answer for every reason an order can fail; the last three codes are unknown, hence the general."""

FIRST_SEQUENCE = 1_370_000_000_000_000_000
"""VALR's trade sequence is of this size: too large for a double, as clients should notice (reference 0.3)."""
PUBLIC_TRADES_KEPT = 1_000


class Exchange:
    """Every pair, book, account and order. Unknown account ids are the caller's mistake and raise KeyError."""

    def __init__(self, pairs: Sequence[PairSpec], chance: Chance) -> None:
        self.pairs = {spec.symbol: spec for spec in pairs}
        self.accounts = Accounts(
            (currency for spec in pairs for currency in (spec.base, spec.quote)), chance.fork("accounts")
        )
        self._chance = chance
        self._books: dict[str, Book] = {}
        self._records: dict[str, Record] = {}
        self._accepted: dict[str, Order] = {}
        self._crowd_open: dict[str, Order] = {}
        self._prints: dict[str, deque[Trade]] = {}
        self._sequence = FIRST_SEQUENCE
        self._facts: list[Fact] = []

    # An order's life
    def check(self, account: str, new: NewOrder) -> NewOrder:
        """The order as the engine will take it, quantity truncated. Raises Rejected; door.py has the rules."""
        if not is_crowd(account):
            self.accounts.get(account)
        return door.check(self.pairs, new)

    def accept(self, account: str, new: NewOrder, now_s: float) -> Order:
        """Give a checked order its id. It can be queried; nothing is reserved and nothing rests."""
        order = Order(
            self._chance.uuid7(now_s),
            account,
            new.pair,
            new.side,
            new.price,
            new.quantity,
            new.post_only,
            new.tif,
            new.customer_id,
            now_s,
            now_s,
            new.quantity,
        )
        self._accepted[order.id] = order
        record = self._record(account)
        if record is not None:
            spec = self.pairs[new.pair]
            order.fee_currency = spec.base if new.side is Side.BUY else spec.quote
            order.events.append(StatusChange(order.view()))
            record.accept(order)
        return order

    def execute(self, order_id: str, now_s: float) -> Order:
        """The engine gets to an accepted order. Raises KeyError for an id that does not wait."""
        order = self._accepted.pop(order_id)
        record = self._record(order.account)
        book = self._book(order.pair)
        order.updated_s = now_s
        if reason := self._obstacle(order, record, book):
            self._fail(order, record, reason)
            return order
        if record is not None:
            spec = self.pairs[order.pair]
            currency, order.reserved = needs(order, spec)
            self.accounts.reserve(order.account, currency, order.reserved, now_s)
            self._facts.append(Processed(order.view(), True, ""))
        against = book.opposite(order.side)
        while order.remaining and against.reached_by(order.price):
            self._match_level(order, record, against, against.best_level, now_s)
        self._settle_remainder(order, record, book, now_s)
        return order

    def cancel(
        self, account: str, *, order_id: str | None, customer_id: str | None, pair: str | None, now_s: float
    ) -> Order | None:
        """Take an open order out of the book. None, and a CancelFailed, when it is not there."""
        record = self._record(account)
        if record is None:
            order = self._crowd_open.get(order_id or "")
            is_open = order is not None and order.account == account
        else:
            order = record.find(order_id, customer_id)
            is_open = order is not None and order.id in record.open
        if order is None or not is_open or pair not in (None, order.pair):
            if record is not None:
                self._facts.append(CancelFailed(account, order_id, customer_id))
            return None
        self._cancel_resting(order, record, now_s)
        return order

    def cancel_all(self, account: str, pair: str | None, now_s: float) -> list[str]:
        """Cancel every open order of the account, or of one pair. Returns their ids."""
        going = [order for order in self._open_of(account) if pair in (None, order.pair)]
        for order in going:
            self._cancel_resting(order, self._record(account), now_s)
        return [order.id for order in going]

    def deposit(self, account: str, currency: str, delta: Decimal, now_s: float) -> Balance:
        """Money from outside, below zero to the outside. Raises Rejected (-6) if it is not available."""
        balance = self.accounts.adjust(account, currency, delta, now_s)
        self._facts.append(BalanceChange(account, balance))
        return balance

    # Questions
    def order(self, account: str, *, order_id: str | None = None, customer_id: str | None = None) -> Order | None:
        """One order of the account in whatever state, by either id."""
        record = self._record(account)
        if record is not None:
            return record.find(order_id, customer_id)
        order = self._crowd_open.get(order_id or "")
        return order if order is not None and order.account == account else None

    def open_orders(self, account: str) -> list[OrderView]:
        """What rests, oldest first."""
        return [order.view() for order in self._open_of(account)]

    def history(self, account: str) -> list[OrderView]:
        """Finished orders, also failed ones, newest first. The oldest are forgotten (records.KEPT)."""
        record = self._record(account)
        return [] if record is None else [order.view() for order in reversed(record.finished)]

    def trades(self, account: str, pair: str | None = None) -> list[OwnTrade]:
        """The account's own trades, newest first. The oldest are forgotten (records.KEPT)."""
        record = self._record(account)
        return [] if record is None else [own for own in record.trades if pair in (None, own.trade.pair)]

    def public_trades(self, pair: str) -> Sequence[Trade]:
        """The last prints of a pair, newest first, at most PUBLIC_TRADES_KEPT."""
        return self._prints.get(pair, ())

    def levels(self, pair: str, side: Side, limit: int | None = None) -> list[tuple[Decimal, Decimal, int]]:
        """(price, total quantity, number of orders) of the best levels, best first."""
        if pair not in self._books:
            return []
        found = self._books[pair].half(side).best_first()
        return [(level.price, level.total, len(level.orders)) for level in islice(found, limit)]

    def resting(self, pair: str, side: Side) -> list[Order]:
        """Every resting order of one side in price-time priority. To look at, not to change."""
        if pair not in self._books:
            return []
        return [order for level in self._books[pair].half(side).best_first() for order in level.orders.values()]

    def best(self, pair: str) -> tuple[Decimal | None, Decimal | None]:
        """Best bid and best ask; None for an empty side."""
        book = self._books.get(pair)
        return (None, None) if book is None else (book.bids.best, book.asks.best)

    def fee_rates(self, account: str, pair: str) -> fees.Rates:
        """(maker, taker) in percent points for an account on a pair. The crowd pays nothing."""
        if is_crowd(account):
            return fees.Rates(ZERO, ZERO)
        return fees.rates(self.pairs[pair], self.accounts.get(account).tier)

    def drain(self) -> list[Fact]:
        """The facts since the last drain, in the order in which they happened."""
        facts, self._facts = self._facts, []
        return facts

    # How it is done
    def _record(self, account: str) -> Record | None:
        """None for the crowd. Raises KeyError for an account that does not exist."""
        record = self._records.get(account)
        if record is None and not is_crowd(account):
            record = self._records[self.accounts.get(account).id] = Record()
        return record

    def _book(self, pair: str) -> Book:
        book = self._books.get(pair)
        if book is None:
            book = self._books[pair] = Book()
        return book

    def _open_of(self, account: str) -> list[Order]:
        record = self._record(account)
        if record is not None:
            return list(record.open.values())
        return [order for order in self._crowd_open.values() if order.account == account]

    def _obstacle(self, order: Order, record: Record | None, book: Book) -> str:
        """Why the engine will not take the order; empty when it will."""
        if record is not None:
            if order.customer_id is not None and record.customer_id_open(order.customer_id):
                return CUSTOMER_ID_IN_USE
            currency, amount = needs(order, self.pairs[order.pair])
            if self.accounts.available(order.account, currency) < amount:
                return INSUFFICIENT_BALANCE
        against = book.opposite(order.side)
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

    def _fail(self, order: Order, record: Record | None, reason: str) -> None:
        order.status, order.failed_reason = Status.FAILED, reason
        if record is not None:
            self._facts.append(Processed(order.view(), False, reason))
            self._tell_status(order)
            record.finish(order)

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
            maker_record = self._record(maker.account)
            self._fill(maker, maker_record, trade, spec, maker=True)
            self._fill(taker, record, trade, spec, maker=False)
            if (record is None) != (maker_record is None):  # among itself the crowd wins nothing and loses nothing
                settle_crowd(self.accounts, taker.side if record is None else maker.side, trade, spec)
        self._facts.append(LevelChange(spec.symbol, half.side, level.price, level.total, now_s))

    def _print(self, pair: str, price: Decimal, quantity: Decimal, taker_side: Side, now_s: float) -> Trade:
        self._sequence += 1
        trade = Trade(self._chance.uuid7(now_s), pair, price, quantity, taker_side, now_s, self._sequence)
        prints = self._prints.get(pair)
        if prints is None:
            prints = self._prints[pair] = deque(maxlen=PUBLIC_TRADES_KEPT)
        prints.appendleft(trade)
        self._facts.append(Traded(trade))
        return trade

    def _fill(self, order: Order, record: Record | None, trade: Trade, spec: PairSpec, *, maker: bool) -> None:
        """One side of a match. `order.remaining` is already the new one."""
        order.updated_s = trade.at_s
        order.status = Status.PARTIALLY_FILLED if order.remaining else Status.FILLED
        if record is None:
            if not order.remaining:
                self._crowd_open.pop(order.id, None)
            return
        rates = self.fee_rates(order.account, order.pair)
        fee = settle(self.accounts, order, trade, spec, rates.maker_pct if maker else rates.taker_pct)
        own = OwnTrade(trade, order.account, order.side, order.id, order.customer_id, fee.amount, fee.currency, maker)
        record.trades.appendleft(own)
        self._facts.append(AccountTrade(own))
        self._tell_status(order, trade.price, trade.quantity, fee.amount)
        self._tell_balances(order.account, spec.base, spec.quote)
        if not order.remaining:
            record.finish(order)
        if maker:
            self._facts.append(OpenOrdersChange(order.account, record.views()))

    def _settle_remainder(self, order: Order, record: Record | None, book: Book, now_s: float) -> None:
        """Rest what is left, or give it up (IOC); a taker hears about its open orders once, here."""
        if order.remaining and order.tif is Tif.GTC:
            total = book.half(order.side).add(order)
            if record is None:
                self._crowd_open[order.id] = order
            else:
                record.rest(order)
                if order.status is Status.PLACED:  # a match has told its balances already
                    self._tell_balances(order.account, needs(order, self.pairs[order.pair])[0])
                self._facts.append(OpenOrdersChange(order.account, record.views()))
            self._facts.append(LevelChange(order.pair, order.side, order.price, total, now_s))
        elif order.remaining:
            self._close(order, record, now_s)
        elif record is not None:
            self._facts.append(OpenOrdersChange(order.account, record.views()))

    def _cancel_resting(self, order: Order, record: Record | None, now_s: float) -> None:
        total = self._books[order.pair].half(order.side).remove(order)
        self._crowd_open.pop(order.id, None)
        self._close(order, record, now_s)
        self._facts.append(LevelChange(order.pair, order.side, order.price, total, now_s))

    def _close(self, order: Order, record: Record | None, now_s: float) -> None:
        """The order ends as Cancelled; what it still held is free again."""
        order.status, order.updated_s = Status.CANCELLED, now_s
        if record is None:
            return
        currency, _ = needs(order, self.pairs[order.pair])
        self.accounts.reserve(order.account, currency, -order.reserved, now_s)
        order.reserved = ZERO
        record.finish(order)
        self._tell_status(order)
        self._tell_balances(order.account, currency)
        self._facts.append(OpenOrdersChange(order.account, record.views()))

    def _tell_status(self, order: Order, price: Decimal = ZERO, quantity: Decimal = ZERO, fee: Decimal = ZERO) -> None:
        change = StatusChange(order.view(), price, quantity, fee)
        order.events.append(change)
        self._facts.append(change)

    def _tell_balances(self, account: str, *currencies: str) -> None:
        for currency in currencies:
            self._facts.append(BalanceChange(account, self.accounts.balance(account, currency)))
