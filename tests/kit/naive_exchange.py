"""An exchange of plain lists: it plays along with the real one, call by call, and says where they differ.

auditor = Auditor(world.exchange)      # from now on every call of the engine is compared, whoever makes it
auditor.compare()                      # books, queues, money, reserves, states of orders

It shares no code with the real one beyond the words for states and reasons. Every side of a book is one list in the
order of arrival, sorted anew whenever it is needed; what is reserved is never stored, always added up.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from kit.naive_orders import Basket, Match, Row, cut, levels_of

from valr_maker.domain import Side
from valr_maker.sandbox import core, market, stops
from valr_maker.sandbox.changes import Change, Modified
from valr_maker.sandbox.exchange import Exchange
from valr_maker.sandbox.facts import AccountTrade, Balance, Traded
from valr_maker.sandbox.order import Kind, NewOrder, Order, Status, Tif

D = Decimal
PCT = {  # (tier, quote): maker, taker; straight from the table of reference 7.4
    (1, "USDT"): ("0.08", "0.10"),
    (1, "ZAR"): ("0.18", "0.35"),
    (7, "USDT"): ("0.02", "0.045"),
    (7, "ZAR"): ("-0.01", "0.08"),
}
SIMPLE_PCT = "1.6"
BAND = D("0.05")
Own = tuple[str, str, Decimal, Decimal, Decimal, str, bool]
"""Account, order, price, quantity, fee, its currency, maker or not."""


def is_crowd(account: str) -> bool:
    """Whether this one has no purse and no history."""
    return account.startswith("crowd")


@dataclass
class Auditor:
    """Plays along with one exchange, from the moment it is made."""

    exchange: Exchange
    resting: list[Row] = field(default_factory=list)
    """Every book in one list, in the order of arrival."""
    waiting: list[Row] = field(default_factory=list)
    money: dict[tuple[str, str], Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    outside: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    """What came in from outside, by currency."""
    ended: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Orders that are over, by account."""
    last: dict[str, Decimal] = field(default_factory=dict)
    """The last price of every pair."""
    seen: Counter[str] = field(default_factory=Counter)
    """How often which call was made, and which state an order came to."""

    def __post_init__(self) -> None:
        exchange = self.exchange
        for account in ("venue", "crowd", *(one.id for one in exchange.accounts)):
            for held in exchange.accounts.balances(account):
                self.money[account, held.currency] = held.total
                self.outside[held.currency] += held.total
        self.last |= {pair: spec.reference_price for pair, spec in exchange.pairs.items()}
        self._prints: list[tuple[Decimal, Decimal, Side]] = []
        self._owns: list[Own] = []
        self._touched: dict[str, Row] = {}
        for name in ("check", "execute", "cancel", "cancel_all", "modify", "set_active", "deposit", "transfer"):
            setattr(exchange, name, self._beside(getattr(exchange, name), getattr(self, f"_{name}")))

    def _beside(self, real: Callable[..., Any], mine: Callable[..., Any]) -> Callable[..., Any]:
        """First the auditor, who does not look at what the real one does; then both are compared."""

        def both(*given: Any, **named: Any) -> Any:
            self.seen[real.__name__] += 1
            begun = len(self.exchange.facts)
            self._prints, self._owns, self._touched = [], [], {}
            compare = mine(*given, **named)
            result = real(*given, **named)
            told = self.exchange.facts[begun:]
            prints = [fact.trade for fact in told if isinstance(fact, Traded)]
            assert [(one.price, one.quantity, one.taker_side) for one in prints] == self._prints
            owns = [fact.own for fact in told if isinstance(fact, AccountTrade)]
            assert [
                (own.account, own.order_id, own.trade.price, own.trade.quantity, own.fee, own.fee_currency, own.maker)
                for own in owns
            ] == self._owns
            for row in self._touched.values():
                self._compare_order(row)
                if row not in self.resting and row not in self.waiting:
                    self.ended[row.account].add(row.id)
                if not is_crowd(row.account):
                    self.seen[row.reason or row.status.value] += 1
            if compare is not None:
                compare(result)
            return result

        return both

    # ---- the whole picture --------------------------------------------------------------------------------------
    def compare(self) -> None:
        """Everything, as it is now."""
        exchange = self.exchange
        for pair in exchange.pairs:
            assert exchange.tape.last(pair) == self.last[pair]
            bid, ask = exchange.best(pair)
            assert bid is None or ask is None or bid < ask, "crossed"
            for side in Side:
                queue = [(row.id, row.left, row.price) for row in self.queue(pair, side)]
                assert [(one.id, one.remaining, one.price) for one in exchange.resting(pair, side)] == queue
                assert exchange.levels(pair, side) == levels_of(queue)
        accounts = exchange.accounts
        for currency in accounts.currencies:
            assert accounts.total(currency) == self.outside[currency], f"{currency} came from nowhere or went there"
            for account in ("venue", "crowd", *(one.id for one in accounts)):
                held = accounts.balance(account, currency)
                assert (held.total, held.reserved) == (self.money[account, currency], self.needed(account, currency))
                assert is_crowd(account) or account == "venue" or min(held.available, held.reserved) >= 0
        for account in (one.id for one in accounts):
            here = {row.id: row for row in (*self.resting, *self.waiting) if row.account == account}
            assert {view.id: (view.status, view.remaining) for view in exchange.open_orders(account)} == {
                row.id: (row.status, row.left) for row in here.values()
            }
            record = exchange.record_of(account)
            assert record is not None
            over = [order.id for order in record.finished]
            assert set(over) == self.ended[account] and len(over) == len(self.ended[account])

    def queue(self, pair: str, side: Side) -> Iterator[Row]:
        """One side of a book, best price first, and at one price first come first served."""
        here = [row for row in self.resting if row.pair == pair and row.side is side]
        return iter(sorted(here, key=lambda row: -row.sign * row.price))  # stable: arrival decides among equals

    def needed(self, account: str, currency: str) -> Decimal:
        """What the account's open orders must have in reserve."""
        if is_crowd(account):
            return D(0)
        rows = (row for row in (*self.resting, *self.waiting) if row.account == account)
        return sum((row.needs for row in rows if self._pays(row) == currency), D(0))

    def free(self, account: str, currency: str) -> Decimal:
        """What it may still spend."""
        return self.money[account, currency] - self.needed(account, currency)

    def _pays(self, row: Row) -> str:
        spec = self.exchange.pairs[row.pair]
        return spec.quote if row.side is Side.BUY else spec.base

    # ---- what is called, and what must come of it ---------------------------------------------------------------
    def _check(self, _account: str, new: NewOrder) -> Callable[[NewOrder], None]:
        """Past the door the order is as it was asked for, but for digits of its quantity that the pair has not."""
        asked = replace(new, quantity=cut(new.quantity, self.exchange.pairs[new.pair].lot))
        return lambda passed: _expect(passed == asked, f"{passed} and not {asked}")

    def _execute(self, order_id: str, _now_s: float) -> None:
        order = self.exchange.accepted[order_id]
        row = Row(
            order.id, order.account, order.pair, order.side, order.price, order.quantity, order.quantity, order.sort,
            order.tif, order.post_only, order.customer_id, order.stop_price, order.reprice_ticks, order.quote_amount,
        )  # fmt: skip
        self._touched[row.id] = row
        if row.kind.stops:
            self._arm(row)
        elif row.kind.priceless:
            self._take(row)
        else:
            self._enter(row)
        self._spring(row.pair)

    def _compare_order(self, row: Row) -> None:
        real = self.exchange.order(row.account, order_id=row.id)
        if real is not None:  # the crowd's are forgotten when they end
            assert (real.status, real.failed_reason, real.remaining) == (row.status, row.reason, row.left), row

    def _cancel(
        self, account: str, *, order_id: str | None, customer_id: str | None, pair: str | None, now_s: float
    ) -> Callable[[Order | None], None]:
        row = self._find(account, order_id, customer_id)
        if row is None or pair not in (None, row.pair):
            return lambda gone: _expect(gone is None, "something was cancelled")
        self._end(row)
        return lambda gone: _expect(gone is not None and gone.id == row.id, f"{row} was not cancelled")

    def _find(self, account: str, order_id: str | None, customer_id: str | None) -> Row | None:
        for row in (*self.resting, *self.waiting):
            if row.account == account and (row.id == order_id if order_id else row.customer_id == customer_id):
                return row
        return None

    def _cancel_all(self, account: str, pair: str | None, _now_s: float) -> Callable[[list[str]], None]:
        going = [r for r in (*self.resting, *self.waiting) if r.account == account and pair in (None, r.pair)]
        for row in going:
            self._end(row)
        return lambda gone: _expect(sorted(gone) == sorted(row.id for row in going), "others were cancelled")

    def _set_active(self, pair: str, _now_s: float, *, active: bool) -> None:
        for row in [] if active else [row for row in (*self.resting, *self.waiting) if row.pair == pair]:
            self._end(row)

    def _deposit(self, account: str, currency: str, delta: Decimal, _now_s: float) -> Callable[[Balance], None] | None:
        if self.free(account, currency) + delta >= 0:
            self.money[account, currency] += delta
            self.outside[currency] += delta
        return None

    def _transfer(self, giver: str, taker: str, money: tuple[str, Decimal], _now_s: float) -> None:
        currency, amount = money
        if giver != taker and self.free(giver, currency) >= amount:
            self.money[giver, currency] -= amount
            self.money[taker, currency] += amount

    def _modify(self, account: str, change: Change, _request_id: str, _now_s: float) -> Callable[[Modified], None]:
        code = self._change(account, change)
        self.seen[f"modify {change.strategy} {code or 'done'}"] += 1
        return lambda real: _expect(
            (real.refused.code if real.refused else None) == code, f"{real} and not {code} for {change}"
        )

    def _change(self, account: str, change: Change) -> int | None:
        row = self._find(account, change.order_id, change.customer_id)
        if row is None or row.pair != change.pair or row.status is Status.ACTIVE:
            return -1
        spec = self.exchange.pairs[row.pair]
        price, quantity = change.price or row.price, row.quantity
        if change.total is not None:
            quantity = cut(change.total, spec.lot)
        elif change.remaining is not None:
            quantity = row.done + cut(change.remaining, spec.lot)
        if (price, quantity) == (row.price, row.quantity):
            return -21303
        if change.total is not None and row.done and quantity <= row.done:
            self._end(row)
            return None
        if quantity <= row.done or quantity < spec.min_base or quantity * price < spec.min_quote:
            return -12007
        return self._change_to(row, price, quantity, change.strategy)

    def _change_to(self, row: Row, price: Decimal, quantity: Decimal, strategy: str) -> int | None:
        spec, best = self.exchange.pairs[row.pair], self._best_against(row)
        if quantity > spec.max_base or quantity * price > spec.max_quote:
            return -11
        if price != row.price and best is not None and row.sign * price >= row.sign * best:
            if strategy == "CANCEL_ORIGINAL":
                self._end(row)
            price = best - row.sign * spec.tick
            if strategy != "REPRICE" or price <= 0:
                return -11
            if (price, quantity) == (row.price, row.quantity):
                return -21303
        left = quantity - row.done
        more = (left * price if row.side is Side.BUY else left) - row.needs
        if more > self.free(row.account, self._pays(row)):
            return -6
        if price != row.price or left >= row.left:
            self.resting.remove(row)
            self.resting.append(row)
        row.price, row.quantity, row.left, row.status = price, quantity, left, Status.ORDER_MODIFIED
        self._touched[row.id] = row
        return None

    # ---- how orders end, wait and spring ------------------------------------------------------------------------
    def _end(self, row: Row, status: Status = Status.CANCELLED, reason: str = "") -> None:
        for here in (self.resting, self.waiting):
            if row in here:
                here.remove(row)
        row.status, row.reason = status, reason
        self._touched[row.id] = row

    def _why_not(self, row: Row) -> str:
        if not self.exchange.pairs[row.pair].active:
            return core.PAIR_INACTIVE
        if is_crowd(row.account):
            return ""
        if row.customer_id is not None and self._find(row.account, None, row.customer_id) is not None:
            return core.CUSTOMER_ID_IN_USE
        return ""

    def _poor(self, row: Row, needs: Decimal) -> bool:
        return not is_crowd(row.account) and self.free(row.account, self._pays(row)) < needs

    def _arm(self, row: Row) -> None:
        assert row.stop is not None
        last = self.last[row.pair]
        reason = self._why_not(row) or (core.INSUFFICIENT_BALANCE if self._poor(row, row.needs) else "")
        if not reason and (last >= row.stop if row.rises else last <= row.stop):
            reason = stops.IMMEDIATELY
        if reason:
            self._end(row, Status.FAILED, reason)
        else:
            row.status = Status.ACTIVE
            self.waiting.append(row)

    def _spring(self, pair: str) -> None:
        seen = 0
        while new := self._prints[seen:]:
            seen = len(self._prints)
            low, high = min(price for price, _, _ in new), max(price for price, _, _ in new)
            for row in [row for row in self.waiting if row.pair == pair]:
                assert row.stop is not None
                if row.stop <= high if row.rises else row.stop >= low:
                    self.waiting.remove(row)
                    row.status = Status.PLACED
                    self._touched[row.id] = row
                    self._enter(row, sprung=True)

    # ---- matching -----------------------------------------------------------------------------------------------
    def _best_against(self, row: Row) -> Decimal | None:
        return next((other.price for other in self.queue(row.pair, row.side.opposite)), None)

    def _enter(self, row: Row, *, sprung: bool = False) -> None:
        best = self._best_against(row)
        if row.ticks and best is not None and row.sign * row.price >= row.sign * best:
            away = best - row.sign * row.ticks * self.exchange.pairs[row.pair].tick
            row.price = away if away > 0 else best
        matches = self._matches(row, row.left)
        reason = "" if sprung else self._cannot_enter(row)
        if reason := reason or self._cannot_match(row, matches):
            self._end(row, Status.FAILED, reason)
            return
        for other, took in matches:
            self._match(row, other, took)
        if row.left and row.tif is Tif.GTC:
            self.resting.append(row)
        elif row.left:
            row.status = Status.CANCELLED

    def _cannot_enter(self, row: Row) -> str:
        if reason := self._why_not(row):
            return reason
        if self._poor(row, row.needs):
            return core.INSUFFICIENT_BALANCE
        types = self.exchange.order_types.get(row.pair)
        wanted = "LIMIT_POST_ONLY" if row.post_only else "LIMIT"
        return "" if types is None or wanted in types else core.TYPE_NOT_ALLOWED

    @staticmethod
    def _cannot_match(row: Row, matches: list[Match]) -> str:
        if matches and row.post_only:
            return core.POST_ONLY_MATCHED
        if any(other.account == row.account for other, _ in matches):
            return core.SELF_TRADE
        enough = sum((took for _, took in matches), D(0)) == row.left
        return core.FOK_UNFILLED if row.tif is Tif.FOK and not enough else ""

    def _matches(self, row: Row, wanted: Decimal) -> list[Match]:
        found: list[Match] = []
        for other in self.queue(row.pair, row.side.opposite):
            if not wanted or row.sign * other.price > row.sign * row.price:
                break
            took = min(other.left, wanted)
            wanted -= took
            found.append((other, took))
        return found

    def _match(self, taker: Row, maker: Row, took: Decimal) -> None:
        price, spec = maker.price, self.exchange.pairs[taker.pair]
        self._prints.append((price, took, taker.side))
        self.last[taker.pair] = price
        for row, is_maker in ((maker, True), (taker, False)):
            row.left -= took
            self._touched[row.id] = row
            row.status = Status.PARTIALLY_FILLED if row.left else Status.FILLED
            book = "crowd" if is_crowd(row.account) else row.account
            if {maker.account[:5], taker.account[:5]} != {"crowd"}:
                self.money[book, spec.base] += row.sign * took
                self.money[book, spec.quote] -= row.sign * took * price
            if is_crowd(row.account):
                continue
            tier = self.exchange.accounts.get(row.account).tier
            pct = D(SIMPLE_PCT if row.kind is Kind.SIMPLE else PCT[tier, spec.quote][0 if is_maker else 1])
            in_base = (row.side is Side.BUY) == (pct >= 0)
            currency, fee = (spec.base, took * pct / 100) if in_base else (spec.quote, took * price * pct / 100)
            self.money[row.account, currency] -= fee
            self.money["venue", currency] += fee
            self._owns.append((row.account, row.id, price, took, fee, currency, is_maker))
        if not maker.left:
            self.resting.remove(maker)

    def _take(self, row: Row) -> None:
        """A market or simple order."""
        basket = self._basket(row)
        spent = sum((other.price * took for other, took in basket.found), D(0))
        if row.quote_amount is not None:
            row.quantity = row.left = basket.got + basket.rest
        needs = spent if row.quote_amount is None else row.quote_amount
        reason = self._why_not(row)
        if not reason and self._poor(row, row.quantity if row.side is Side.SELL else needs):
            reason = core.INSUFFICIENT_BALANCE
        simple = row.kind is Kind.SIMPLE
        if reason := reason or self._cannot_take(row, basket):
            poor = reason == core.INSUFFICIENT_BALANCE
            failed = Status.INSTANT_RESERVE_FAILED if poor else Status.INSTANT_REVERSED
            self._end(row, failed if simple else Status.FAILED, reason)
            return
        for other, took in basket.found:
            self._match(row, other, took)
        if row.left:
            row.status = Status.SLIPPED if basket.beyond else Status.CANCELLED
        if simple:
            row.status = Status.FILLED

    def _cannot_take(self, row: Row, basket: Basket) -> str:
        types = self.exchange.order_types.get(row.pair)
        if types is not None and row.kind.name not in types:
            return core.TYPE_NOT_ALLOWED
        if basket.meets_itself:
            return core.SELF_TRADE
        if not basket.got or (row.kind is Kind.SIMPLE and basket.rest):
            return market.SLIPPAGE if basket.beyond else market.NO_LIQUIDITY
        return ""

    def _basket(self, row: Row) -> Basket:
        lot, rows = self.exchange.pairs[row.pair].lot, list(self.queue(row.pair, row.side.opposite))
        edge = rows[0].price * (1 + row.sign * BAND) if rows else D(0)
        base, quote, basket = row.quantity, row.quote_amount, Basket()
        for other in rows:
            if row.sign * other.price > row.sign * edge:
                basket.beyond = True
                break
            took = min(other.left, basket.wants(base, quote, other.price, lot))
            if not took or other.account == row.account:
                basket.meets_itself = bool(took)
                break
            basket.found.append((other, took))
            if took < other.left:
                break  # nothing behind it is reached
        nothing_yet = base if quote is None else D(0)
        basket.rest = basket.wants(base, quote, basket.found[-1][0].price, lot) if basket.found else nothing_yet
        return basket


def _expect(fine: bool, message: str) -> None:
    """An assert that a lambda can make."""
    assert fine, message
