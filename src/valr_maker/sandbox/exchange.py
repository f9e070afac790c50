"""The exchange: takes orders, matches them in price-time priority, and says what happened as facts.

Room rule: a pure state machine. Time is handed in, ids come from Chance, nothing waits and nothing is written.

An order's way: `check` (refused at the door, no id), `accept` (has an id, can be queried, nothing rests: VALR's 202),
`execute` (the engine gets to it). The caller decides how much time lies between the last two.

Order of facts, after reference 5.5:
    rest     Processed(true), BalanceChange, OpenOrdersChange
    stop     the same, as Active; when it springs: StatusChange(Placed), then as a taker
    fail     Processed(false), StatusChange(Failed)
    a match  Traded; of the maker, then of the taker: AccountTrade, StatusChange, BalanceChange x2, Recorded of a reward;
             and OpenOrdersChange, of the maker at once, of the taker when all its matches are done
    taker    Processed(true), its matches, then what becomes of the remainder
    cancel   StatusChange(Cancelled), BalanceChange, OpenOrdersChange
    modify   ModifyOutcome, StatusChange(Order Modified), OpenOrdersChange, BalanceChange
LevelChange follows once for every level that changed. Merely resting gives no StatusChange.

Our choices where no source knows (rules.py has those that are settings):
* A taker that would meet an order of its own account fails as a whole, with no part filled.
* What an IOC order leaves is Cancelled, filled in part or not at all; a FOK order that cannot fill has Failed.
* Obstacles are looked for in this order: pair closed, customer id in use, balance, post-only, self-trade, FOK.
* A cancel that overtakes `execute` finds nothing to cancel.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import islice

from valr_maker.domain import Side
from valr_maker.sandbox import changes, door, market, stops
from valr_maker.sandbox.accounts import Account, is_crowd
from valr_maker.sandbox.changes import Change, Modified
from valr_maker.sandbox.core import (
    CUSTOMER_ID_IN_USE,
    FOK_UNFILLED,
    INSUFFICIENT_BALANCE,
    PAIR_INACTIVE,
    POST_ONLY_MATCHED,
    SELF_TRADE,
    TYPE_NOT_ALLOWED,
    Core,
)
from valr_maker.sandbox.facts import Balance, BalanceChange, CancelFailed, Fact, Line, OwnTrade, Trade, TypesChange
from valr_maker.sandbox.money import GRID, multiply
from valr_maker.sandbox.order import ZERO, NewOrder, Order, OrderView, Status
from valr_maker.sandbox.records import Record
from valr_maker.sandbox.refusals import no
from valr_maker.sandbox.settle import needs
from valr_maker.wire import codes

FIAT = frozenset({"ZAR", "ZMW", "INR"})


class Exchange(Core):
    """Every pair, book, account and order. Unknown account ids are the caller's mistake and raise KeyError."""

    # An order's life
    def check(self, account: str, new: NewOrder) -> NewOrder:
        """The order as the engine will take it, quantity truncated. Raises Rejected; door.py has the rules."""
        if not is_crowd(account):
            self.accounts.get(account)
        checked = door.check(self.pairs, new)
        if checked.pair in self.order_types:
            door.check_type(checked, self.types_of(checked.pair))
        return checked

    def accept(self, account: str, new: NewOrder, now_s: float) -> Order:
        """Give a checked order its id. It can be queried; nothing is reserved and nothing rests."""
        order = Order(
            self.chance.uuid7(now_s),
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
        self.accepted[order.id] = order
        record = self.record_of(account)
        if record is not None:
            spec = self.pairs[new.pair]
            order.sort, order.stop_price = new.sort, new.stop_price
            order.reprice_ticks, order.quote_amount = new.reprice_ticks, new.quote_amount
            order.fee_currency = spec.base if new.side is Side.BUY else spec.quote
            record.accept(order, now_s - self.rules.customer_id_burnt_s)
        return order

    def execute(self, order_id: str, now_s: float) -> Order:
        """The engine gets to an accepted order. Raises KeyError for an id that does not wait."""
        order = self.accepted.pop(order_id)
        record = self.record_of(order.account)
        order.updated_s = now_s
        if order.sort.stops:
            stops.arm(self, order, record, now_s)
        elif order.sort.priceless:
            market.take(self, order, record, now_s)
        else:
            self._take_limit(order, record, now_s)
        if order.pair in self.reached:
            stops.spring(self, order.pair, now_s)
        return order

    def _take_limit(self, order: Order, record: Record | None, now_s: float) -> None:
        against = self.book_of(order.pair).opposite(order.side)
        if record is not None:
            self._reprice(order, against.best)
        if reason := self.cannot_enter(order, record, now_s) or self.cannot_match(order, against):
            self.fail(order, record, reason)
            return
        if record is not None:
            self.admit(order, record, needs(order, self.pairs[order.pair])[1], now_s)
            if order.status is Status.REPRICED:
                self.tell_status(order)
        self.match(order, record, order.price, now_s)
        self.settle_remainder(order, record, now_s)

    def _reprice(self, order: Order, best: Decimal | None) -> None:
        """Move a price that would match: to the passive side (reference 3.2), or as a rule to the slippage band."""
        if best is None:
            return
        buys, tick = order.side is Side.BUY, self.pairs[order.pair].tick
        if order.reprice_ticks and (order.price >= best if buys else order.price <= best):
            away = multiply(tick, Decimal(order.reprice_ticks))
            order.price = best - away if buys else best + away
            if order.price <= 0:
                order.price = best  # there is no room: it fails as post-only
        elif self.rules.limits_repriced and not order.post_only:
            edge = market.edge_of(best, order.side, self.rules.slippage_band_pct)
            beyond = GRID.remainder(edge, tick)
            edge = GRID.subtract(edge, beyond) + (ZERO if buys or not beyond else tick)
            if order.price > edge if buys else order.price < edge:
                order.price, order.status = edge, Status.REPRICED

    def cancel(
        self, account: str, *, order_id: str | None, customer_id: str | None, pair: str | None, now_s: float
    ) -> Order | None:
        """Take an open order out of the book. None, and a CancelFailed, when it is not there."""
        record = self.record_of(account)
        if record is None:
            order = self.crowd_open.get(order_id or "")
            is_open = order is not None and order.account == account
        else:
            order = record.find(order_id, customer_id)
            is_open = order is not None and order.id in record.open
        if order is None or not is_open or pair not in (None, order.pair):
            if record is not None:
                self.facts.append(CancelFailed(account, order_id, customer_id))
            return None
        self.take_out(order, record, now_s)
        return order

    def cancel_all(self, account: str, pair: str | None, now_s: float) -> list[str]:
        """Cancel every open order of the account, or of one pair. Returns their ids."""
        going = [order for order in self._open_of(account) if pair in (None, order.pair)]
        for order in going:
            self.take_out(order, self.record_of(account), now_s)
        return [order.id for order in going]

    def modify(self, account: str, change: Change, request_id: str, now_s: float) -> Modified:
        """Change an open order; changes.py has the rules."""
        return changes.modify(self, account, change, request_id, now_s)

    # Money from outside, and between the accounts of one family
    def deposit(self, account: str, currency: str, delta: Decimal, now_s: float) -> Balance:
        """Money from outside, below zero to the outside. Raises Rejected (-6) if it is not available."""
        balance = self.accounts.adjust(account, currency, delta, now_s)
        self.facts.append(BalanceChange(account, balance))
        names = ("FIAT_DEPOSIT", "FIAT_WITHDRAWAL") if currency in FIAT else ("BLOCKCHAIN_RECEIVE", "BLOCKCHAIN_SEND")
        moved = (currency, abs(delta))
        if delta < 0:
            self.move(names[1], account, now_s, debit=moved)
        elif delta:
            self.move(names[0], account, now_s, credit=moved)
        return balance

    def fund(self, account: Account, funds: Mapping[str, Decimal], now_s: float) -> None:
        """The first money of an account, so that its history explains its balances. Nobody is told."""
        kept, self.facts = self.facts, []
        for currency, amount in funds.items():
            self.deposit(account.id, currency, amount, now_s)
        self.facts = kept

    def transfer(self, giver: str, taker: str, money: tuple[str, Decimal], now_s: float) -> str:
        """Between two accounts of one family; the number it gets. Raises Rejected: -11133 between others, -6 for too much."""
        if giver == taker or self.accounts.family(giver) != self.accounts.family(taker):
            raise no(codes.TRANSFER_NOT_PERMITTED)
        currency, amount = money
        self.accounts.adjust(giver, currency, -amount, now_s)
        self.accounts.adjust(taker, currency, amount, now_s)
        self.tell_balances(giver, currency)
        self.tell_balances(taker, currency)
        names = " to ".join(self.accounts.get(one).public_label for one in (giver, taker))
        about = self.next_transfer_id(), f"Transfer from {names}"
        self.move("INTERNAL_TRANSFER", giver, now_s, debit=money, about=about)
        self.move("INTERNAL_TRANSFER", taker, now_s, credit=money, about=about)
        return about[0]

    # What an operator does to a pair
    def set_active(self, pair: str, now_s: float, *, active: bool) -> None:
        """Open a pair for trade, or close it: then every order there ends as Cancelled."""
        spec = self.pairs[pair]
        if spec.active is active:
            return
        if not active:
            book = self.book_of(pair)
            resting = [
                order
                for half in (book.bids, book.asks)
                for level in half.best_first()
                for order in level.orders.values()
            ]
            for order in (*resting, *self.waiting.get(pair, {}).values()):
                self.take_out(order, self.record_of(order.account), now_s)
        self.pairs[pair] = replace(spec, active=active)
        self.facts.append(TypesChange(pair, self.types_of(pair)))

    def set_order_types(self, pair: str, types: Sequence[str] | None) -> None:
        """Which orders a pair takes from now on; None for all. Orders that rest stay."""
        if types is None:
            self.order_types.pop(pair, None)
        else:
            self.order_types[pair] = tuple(types)
        self.facts.append(TypesChange(pair, self.types_of(pair)))

    def expire(self, account: str, order_id: str, now_s: float) -> Order | None:
        """End an open order as Expired; None when there is no such. Nothing of VALR's spot market does this."""
        record = self.record_of(account)
        order = record.open.get(order_id) if record else None
        if order is not None:
            self.take_out(order, record, now_s, Status.EXPIRED)
        return order

    # Questions
    def reason_code(self, reason: str) -> int:
        """The code of the v2 answer for a reason that an order failed. Those of the last three are settings."""
        known = {
            INSUFFICIENT_BALANCE: codes.INSUFFICIENT_BALANCE.number,
            SELF_TRADE: codes.SELF_TRADE.number,
            TYPE_NOT_ALLOWED: codes.ORDER_TYPE_NOT_ALLOWED.number,
            PAIR_INACTIVE: codes.PAIR_INACTIVE.number,
            POST_ONLY_MATCHED: self.rules.post_only_code,
            CUSTOMER_ID_IN_USE: self.rules.duplicate_id_code,
            FOK_UNFILLED: self.rules.unfilled_code,
        }
        return known.get(reason, codes.INVALID_REQUEST.number)

    def order(self, account: str, *, order_id: str | None = None, customer_id: str | None = None) -> Order | None:
        """One order of the account in whatever state, by either id."""
        record = self.record_of(account)
        if record is not None:
            return record.find(order_id, customer_id)
        order = self.crowd_open.get(order_id or "")
        return order if order is not None and order.account == account else None

    def open_orders(self, account: str) -> list[OrderView]:
        """What rests, oldest first."""
        return [order.view() for order in self._open_of(account)]

    def history(self, account: str) -> list[OrderView]:
        """Finished orders, also failed ones, newest first. The oldest are forgotten (records.KEPT)."""
        record = self.record_of(account)
        return [] if record is None else [order.view() for order in reversed(record.finished)]

    def trades(self, account: str, pair: str | None = None) -> list[OwnTrade]:
        """The account's own trades, newest first. The oldest are forgotten (records.KEPT)."""
        record = self.record_of(account)
        return [] if record is None else [own for own in record.trades if pair in (None, own.trade.pair)]

    def lines(self, account: str) -> Sequence[Line]:
        """Every movement of the account's money, newest first. The oldest are forgotten (records.KEPT)."""
        record = self.records.get(self.accounts.get(account).id)  # looking makes no record of one that has none
        return () if record is None else record.history

    def public_trades(self, pair: str) -> Sequence[Trade]:
        """The last prints of a pair, newest first, at most tape.PRINTS_KEPT."""
        return self.tape.prints(pair)

    def levels(self, pair: str, side: Side, limit: int | None = None) -> list[tuple[Decimal, Decimal, int]]:
        """(price, total quantity, number of orders) of the best levels, best first."""
        if pair not in self.books:
            return []
        found = self.books[pair].half(side).best_first()
        return [(level.price, level.total, len(level.orders)) for level in islice(found, limit)]

    def resting(self, pair: str, side: Side, limit: int | None = None) -> list[Order]:
        """The resting orders of one side in price-time priority. To look at, not to change."""
        if pair not in self.books:
            return []
        levels = self.books[pair].half(side).best_first()
        return list(islice((order for level in levels for order in level.orders.values()), limit))

    def best(self, pair: str) -> tuple[Decimal | None, Decimal | None]:
        """Best bid and best ask; None for an empty side."""
        book = self.books.get(pair)
        return (None, None) if book is None else (book.bids.best, book.asks.best)

    def drain(self) -> list[Fact]:
        """The facts since the last drain, in the order in which they happened."""
        facts, self.facts = self.facts, []
        return facts

    def _open_of(self, account: str) -> list[Order]:
        record = self.record_of(account)
        if record is not None:
            return list(record.open.values())
        return [order for order in self.crowd_open.values() if order.account == account]
