"""A small exchange to tell stories on: alice, bob and the crowd on DOGEUSDT and DOGEZAR, and its facts as lines.

venue = Venue()
venue.place("alice", "buy 10 @ 0.16")
assert venue.heard() == ["alice processed", "alice USDT 98.4 + 1.6", "alice open: buy 10 @ 0.16", "bid 0.16 x 10"]
"""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from valr_maker.chance import Chance
from valr_maker.domain import Side
from valr_maker.sandbox.changes import Change, Modified, Strategy
from valr_maker.sandbox.exchange import Exchange
from valr_maker.sandbox.facts import (
    AccountTrade,
    BalanceChange,
    CancelFailed,
    Fact,
    InstantDone,
    LevelChange,
    ModifyOutcome,
    OpenOrdersChange,
    PairSpec,
    Processed,
    Recorded,
    Traded,
    TypesChange,
)
from valr_maker.sandbox.order import Kind, NewOrder, Order, StatusChange, Tif
from valr_maker.sandbox.rules import DEFAULT, Rules
from valr_maker.wire.text import plain

D = Decimal
DOGEUSDT = PairSpec("DOGEUSDT", "DOGE", "USDT", True, D(4), D(680000), D("0.5"), D(54000), D("0.00001"), 1, D("0.161"))
DOGEZAR = PairSpec("DOGEZAR", "DOGE", "ZAR", True, D("1.5"), D(3600000), D(10), D(5000000), D("0.0001"), 1, D("2.785"))
ASLEEP = replace(DOGEUSDT, symbol="ADAUSDT", base="ADA", active=False)


class Venue:
    """An exchange with alice and bob (100 USDT, 100 DOGE, 1000 ZAR each, unless told) and a time that moves by hand."""

    def __init__(self, seed: int = 1, rules: Rules = DEFAULT, /, **funds: Decimal) -> None:
        self.exchange = Exchange((DOGEUSDT, DOGEZAR, ASLEEP), Chance(seed), rules)
        purse = funds or {"USDT": D(100), "DOGE": D(100), "ZAR": D(1000)}
        self.ids = {name: self.exchange.accounts.create(name, purse).id for name in ("alice", "bob")}
        self._names = {account: name for name, account in self.ids.items()}
        self.now_s = 1_700_000_000.0

    def id(self, who: str) -> str:
        """alice's and bob's account id; anybody else is of the crowd."""
        return self.ids.get(who, who)

    def place(self, who: str, what: str, **more: object) -> Order:
        """`place("alice", "buy 10 @ 0.16", post_only=True)`: through the door and executed at once."""
        order = self.accept(who, what, **more)
        return self.exchange.execute(order.id, self.now_s)

    def accept(self, who: str, what: str, **more: object) -> Order:
        """Through the door only: the engine has not got to it."""
        account = self.id(who)
        return self.exchange.accept(account, self.exchange.check(account, wish(what, **more)), self.now_s)

    def market(self, who: str, what: str, **more: object) -> Order:
        """`market("alice", "buy 10 DOGE")` or `"buy 2 USDT"`: the amount in base or in quote, executed at once."""
        side, amount, currency = what.split()
        pair = str(more.pop("pair", "DOGEUSDT"))
        base, quote = (D(amount), None) if currency == "DOGE" else (D(0), D(amount))
        new = NewOrder(pair, Side(side), D(0), base, tif=Tif.IOC, sort=Kind.MARKET, quote_amount=quote)
        return self._place(who, replace(new, **more))  # type: ignore[arg-type]  # as in `wish`

    def stop(self, who: str, kind: Kind, what: str, **more: object) -> Order:
        """`stop("alice", Kind.STOP_LOSS, "sell 10 @ 0.15 when 0.155")`, executed at once."""
        order, _, at = what.partition(" when ")
        return self._place(who, wish(order, sort=kind, stop_price=D(at), **more))

    def modify(self, who: str, order: Order, strategy: str = "RETAIN_ORIGINAL", **to: str) -> Modified:
        """`modify("alice", order, price="0.17", remaining="5")`, by order id; `total` instead of `remaining`."""
        price, remaining, total = (D(to[name]) if name in to else None for name in ("price", "remaining", "total"))
        change = Change(order.pair, order.id, None, price, remaining, total, Strategy(strategy))
        return self.exchange.modify(self.id(who), change, "request-1", self.now_s)

    def _place(self, who: str, new: NewOrder) -> Order:
        account = self.id(who)
        order = self.exchange.accept(account, self.exchange.check(account, new), self.now_s)
        return self.exchange.execute(order.id, self.now_s)

    def held(self, who: str, currency: str) -> tuple[Decimal, Decimal]:
        """What is available and what is reserved."""
        balance = self.exchange.accounts.balance(self.id(who), currency)
        return balance.available, balance.reserved

    def cancel(self, who: str, order: Order) -> Order | None:
        """Cancel by order id."""
        return self.exchange.cancel(
            self.id(who), order_id=order.id, customer_id=None, pair=order.pair, now_s=self.now_s
        )

    def heard(self) -> list[str]:
        """Every fact since the last time, a line each."""
        return [self.line(fact) for fact in self.exchange.drain()]

    def line(self, fact: Fact) -> str:  # noqa: C901  # one row a fact
        """One fact in words."""
        match fact:
            case Processed(order, success, reason):
                return f"{self._names[order.account]} " + ("processed" if success else f"refused: {reason}")
            case StatusChange(order, price, quantity, fee):
                said = f"{self._names[order.account]} {order.status}"
                said += f" {plain(quantity)} @ {plain(price)} fee {plain(fee)}" if quantity else ""
                return said + (f": {order.failed_reason}" if order.failed_reason else "")
            case AccountTrade(own):
                trade, role = own.trade, "maker" if own.maker else "taker"
                deal = f"{own.side} {plain(trade.quantity)} @ {plain(trade.price)}"
                return f"{self._names[own.account]} {role} {deal} fee {plain(own.fee)} {own.fee_currency}"
            case BalanceChange(account, held):
                return f"{self._names[account]} {held.currency} {plain(held.available)} + {plain(held.reserved)}"
            case OpenOrdersChange(account, orders):
                listed = ", ".join(f"{o.side} {plain(o.remaining)} @ {plain(o.price)}" for o in orders)
                return f"{self._names[account]} open: {listed or 'none'}"
            case CancelFailed(account, order_id, customer_id):
                return f"{self._names[account]} cannot cancel {order_id or customer_id}"
            case LevelChange(_, side, price, total):
                return f"{'bid' if side is Side.BUY else 'ask'} {plain(price)} x {plain(total)}"
            case ModifyOutcome(account, success):
                return f"{self._names[account]} {'changed' if success else 'not changed'}"
            case Recorded(movement):
                moved, way = (movement.credit, "in") if movement.credit else (movement.debit, "out")
                assert moved is not None
                return f"{self._names[movement.account]} {movement.type} {plain(moved[1])} {moved[0]} {way}"
            case InstantDone(result):
                return f"{self._names[result.order.account]} simple {'done' if result.success else 'reversed'}"
            case TypesChange(pair, types):
                return f"{pair} takes {', '.join(types) or 'nothing'}"
            case Traded(trade):
                return f"print {plain(trade.quantity)} @ {plain(trade.price)} {trade.taker_side}"


def wish(what: str, **more: object) -> NewOrder:
    """`buy 10 @ 0.16`, on DOGEUSDT unless `pair` says otherwise."""
    side, quantity, _, price = what.split()
    wanted = NewOrder(str(more.pop("pair", "DOGEUSDT")), Side(side), D(price), D(quantity))
    return replace(wanted, **more)  # type: ignore[arg-type]  # the caller names NewOrder's fields


def of(lines: Iterable[str], who: str) -> list[str]:
    """Only what one account heard."""
    return [line for line in lines if line.startswith(who + " ")]
