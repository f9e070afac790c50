"""What must hold after every step, whatever traders do. The auditor below shares no code with the exchange:

1 money is conserved to the last digit, over all accounts, the venue and the crowd
2 an account's balances are its deposit plus its trades less fees; reserved is what its open orders need
3 nothing available or reserved is below zero
4 the book is not crossed; levels, orders and replayed LevelChange facts are one picture
5 a taker meets exactly the orders that a plain sort by price and arrival says, each at the maker's price
6 a fee is rate x received, a reward rate x paid, of the account's tier and role
"""

import random
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kit.trading import Venue

from valr_maker.domain import Side
from valr_maker.sandbox.facts import AccountTrade, LevelChange, Rejected, Traded
from valr_maker.sandbox.order import NewOrder, Status, Tif

D = Decimal
PAIRS = {"DOGEUSDT": ("DOGE", "USDT"), "DOGEZAR": ("DOGE", "ZAR")}
PRICES = {"DOGEUSDT": [f"0.16{n}7" for n in range(3)], "DOGEZAR": [f"7.78{n}1" for n in range(3)]}
PCT = {  # (tier, quote): maker, taker; straight from the table of reference 7.4
    (1, "USDT"): ("0.08", "0.10"),
    (1, "ZAR"): ("0.18", "0.35"),
    (7, "USDT"): ("0.02", "0.045"),
    (7, "ZAR"): ("-0.01", "0.08"),
}
TIER = {"alice": 1, "bob": 7}
FUNDS = {"USDT": D("60"), "DOGE": D("400.123456789"), "ZAR": D("3000")}

places = st.fixed_dictionaries(
    {
        "who": st.sampled_from(["alice", "bob", "alice", "bob", "crowd-1", "crowd-2"]),
        "pair": st.sampled_from(sorted(PAIRS)),
        "side": st.sampled_from(list(Side)),
        "price": st.integers(0, 2),
        "tenths": st.integers(40, 400),
        "post_only": st.sampled_from([False, False, False, False, True]),
        "tif": st.sampled_from([Tif.GTC, Tif.GTC, Tif.GTC, Tif.IOC, Tif.FOK]),
        "customer_id": st.sampled_from([None, None, None, None, "a", "b"]),
    }
)
cancels = st.fixed_dictionaries({"who": st.sampled_from(["alice", "bob", "crowd-1"]), "which": st.integers(0, 30)})
sweeps = st.fixed_dictionaries({"who": st.sampled_from(["alice", "crowd-2"]), "all_of": st.sampled_from(sorted(PAIRS))})
steps = st.lists(st.one_of(*[places] * 8, cancels, cancels, sweeps), min_size=25, max_size=60)


@dataclass
class Entry:
    """A resting order as the auditor knows it."""

    id: str
    who: str
    pair: str
    side: Side
    price: Fraction
    left: Fraction


@dataclass
class Auditor:
    """Plays along with plain lists and fractions, and compares."""

    venue: Venue = field(default_factory=lambda: Venue(1, **FUNDS))
    resting: list[Entry] = field(default_factory=list)
    money: dict[tuple[str, str], Fraction] = field(default_factory=lambda: defaultdict(Fraction))
    levels: dict[tuple[str, Side], dict[Decimal, Decimal]] = field(default_factory=lambda: defaultdict(dict))

    def __post_init__(self) -> None:
        for who, tier in TIER.items():
            self.venue.exchange.accounts.get(self.venue.id(who)).tier = tier
            self.money |= {(who, currency): Fraction(amount) for currency, amount in FUNDS.items()}

    def play(self, step: dict[str, Any]) -> None:
        """One step, and every promise checked."""
        self.venue.now_s += 0.001
        if "tif" in step:
            self._place(**step)
        elif "which" in step:
            mine = [entry for entry in self.resting if entry.who == step["who"]]
            if mine:
                self._cancel(mine[step["which"] % len(mine)])
        else:
            gone = self.venue.exchange.cancel_all(self.venue.id(step["who"]), step["all_of"], self.venue.now_s)
            expected = [e.id for e in self.resting if (e.who, e.pair) == (step["who"], step["all_of"])]
            assert sorted(gone) == sorted(expected)
            self.resting = [entry for entry in self.resting if entry.id not in gone]
        for fact in self.venue.exchange.drain():
            if isinstance(fact, LevelChange):
                self._replay(fact)
        self._compare_books()
        self._compare_money()

    def _place(self, who: str, pair: str, side: Side, price: int, tenths: int, **more: Any) -> None:
        quantity, limit = D(tenths) / 10, D(PRICES[pair][price])
        exchange, account = self.venue.exchange, self.venue.id(who)
        new = NewOrder(pair, side, limit, quantity, **more)
        if quantity * limit < exchange.pairs[pair].min_quote:
            with pytest.raises(Rejected, match="Minimum order size"):
                exchange.check(account, new)
            return
        new = exchange.check(account, new)
        order = exchange.accept(account, new, self.venue.now_s)
        expected = self._matches(pair, side, Fraction(limit), Fraction(quantity))
        failure = self._why_it_fails(who, new, expected)
        exchange.execute(order.id, self.venue.now_s)
        facts = exchange.drain()
        assert (order.status is Status.FAILED) == failure, order
        self._expect_trades([] if failure else expected, who, side, facts)
        left = Fraction(quantity) - (Fraction(0) if failure else sum((traded for _, traded in expected), Fraction(0)))
        assert Fraction(order.remaining) == left
        if not failure and left and order.tif is Tif.GTC:
            assert order.status is (Status.PARTIALLY_FILLED if expected else Status.PLACED)
            self.resting.append(Entry(order.id, who, pair, side, Fraction(limit), left))
        elif not failure:
            assert order.status is (Status.CANCELLED if left else Status.FILLED)
        for fact in facts:
            if isinstance(fact, LevelChange):
                self._replay(fact)

    def _matches(self, pair: str, side: Side, limit: Fraction, quantity: Fraction) -> list[tuple[Entry, Fraction]]:
        sign = 1 if side is Side.BUY else -1
        there = [e for e in self.resting if e.pair == pair and e.side is not side and sign * e.price <= sign * limit]
        out = []
        for entry in sorted(there, key=lambda e: sign * e.price):  # stable: arrival decides among equals
            if traded := min(entry.left, quantity):
                out.append((entry, traded))
                quantity -= traded
        return out

    def _why_it_fails(self, who: str, new: NewOrder, expected: list[tuple[Entry, Fraction]]) -> bool:
        open_ids = {view.customer_id for view in self._open_views(who)} - {None}
        reachable = sum((traded for _, traded in expected), Fraction(0))
        pays = PAIRS[new.pair][new.side is Side.BUY]
        needed = Fraction(new.quantity) * (Fraction(new.price) if new.side is Side.BUY else 1)
        free = self.money[who, pays] - self._needed(who, pays)
        return (
            (who in TIER and (new.customer_id in open_ids or needed > free))
            or (new.post_only and bool(expected))
            or any(entry.who == who for entry, _ in expected)
            or (new.tif is Tif.FOK and reachable < Fraction(new.quantity))
        )

    def _open_views(self, who: str) -> list[Any]:
        return self.venue.exchange.open_orders(self.venue.id(who)) if who in TIER else []

    def _needed(self, who: str, currency: str) -> Fraction:
        out = Fraction(0)
        for e in self.resting:
            if e.who == who and PAIRS[e.pair][e.side is Side.BUY] == currency:
                out += e.left * e.price if e.side is Side.BUY else e.left
        return out

    def _expect_trades(self, expected: list[tuple[Entry, Fraction]], taker: str, side: Side, facts: list[Any]) -> None:
        prints = [fact.trade for fact in facts if isinstance(fact, Traded)]
        wanted = [(entry.price, traded, side) for entry, traded in expected]
        assert [(Fraction(t.price), Fraction(t.quantity), t.taker_side) for t in prints] == wanted
        told = iter([fact.own for fact in facts if isinstance(fact, AccountTrade)])
        for entry, traded in expected:
            for who, own_side, role in ((entry.who, side.opposite, 0), (taker, side, 1)):
                fee = self._book_match(who, own_side, role, entry, traded)
                if who in TIER:
                    own = next(told)
                    assert (own.account, own.side, own.maker) == (self.venue.id(who), own_side, role == 0)
                    assert (Fraction(own.fee), own.fee_currency) == fee
                    assert role or own.order_id == entry.id
            entry.left -= traded
        assert next(told, None) is None
        self.resting = [entry for entry in self.resting if entry.left]

    def _book_match(self, who: str, side: Side, role: int, entry: Entry, traded: Fraction) -> tuple[Fraction, str]:
        base, quote = PAIRS[entry.pair]
        sign = 1 if side is Side.BUY else -1
        book = who if who in TIER else "crowd"
        self.money[book, base] += sign * traded
        self.money[book, quote] -= sign * traded * entry.price
        if who not in TIER:
            return Fraction(0), ""
        pct = Fraction(PCT[TIER[who], quote][role])
        in_base = (side is Side.BUY) == (pct >= 0)
        currency, basis = (base, traded) if in_base else (quote, traded * entry.price)
        fee = pct / 100 * basis
        self.money[who, currency] -= fee
        self.money["venue", currency] += fee
        return fee, currency

    def _cancel(self, entry: Entry) -> None:
        exchange, account = self.venue.exchange, self.venue.id(entry.who)
        found = exchange.cancel(account, order_id=entry.id, customer_id=None, pair=entry.pair, now_s=self.venue.now_s)
        assert found is not None and found.status is Status.CANCELLED and Fraction(found.remaining) == entry.left
        self.resting.remove(entry)

    def _replay(self, fact: LevelChange) -> None:
        level = self.levels[fact.pair, fact.side]
        if fact.total:
            level[fact.price] = fact.total
        else:
            del level[fact.price]  # a level that nobody was told of would be a KeyError

    def _compare_books(self) -> None:
        exchange = self.venue.exchange
        for pair in PAIRS:
            bid, ask = exchange.best(pair)
            assert bid is None or ask is None or bid < ask
            for side in Side:
                sign = -1 if side is Side.BUY else 1
                mine = [e for e in self.resting if e.pair == pair and e.side is side]
                queue = [(e.id, e.left) for e in sorted(mine, key=lambda e: sign * e.price)]
                assert [(o.id, Fraction(o.remaining)) for o in exchange.resting(pair, side)] == queue
                levels = exchange.levels(pair, side)
                assert {price: total for price, total, _ in levels} == self.levels[pair, side]
                assert [price for price, _, _ in levels] == sorted(self.levels[pair, side], reverse=side is Side.BUY)
                assert sum(count for _, _, count in levels) == len(mine)

    def _compare_money(self) -> None:
        accounts = self.venue.exchange.accounts
        for currency, deposited in FUNDS.items():
            assert accounts.total(currency) == deposited * len(TIER)
            for who in (*TIER, "venue", "crowd"):
                held = accounts.balance(self.venue.id(who), currency)
                assert Fraction(held.total) == self.money[who, currency]
                if who in TIER:
                    assert held.available >= 0 and Fraction(held.reserved) == self._needed(who, currency)

    def histories_add_up(self) -> None:
        """The account's own trade history explains its balances without any help of ours."""
        for who in TIER:
            sums = {currency: Fraction(amount) for currency, amount in FUNDS.items()}
            for own in self.venue.exchange.trades(self.venue.id(who)):
                base, quote = PAIRS[own.trade.pair]
                sign = 1 if own.side is Side.BUY else -1
                sums[base] += sign * Fraction(own.trade.quantity)
                sums[quote] -= sign * Fraction(own.trade.quantity) * Fraction(own.trade.price)
                sums[own.fee_currency] -= Fraction(own.fee)
            accounts = self.venue.exchange.accounts
            assert sums == {c: Fraction(accounts.balance(self.venue.id(who), c).total) for c in FUNDS}
            finished = self.venue.exchange.history(self.venue.id(who))
            assert all(not view.status.open for view in finished)


@settings(max_examples=60, deadline=None)
@given(steps)
def test_whatever_traders_do_the_books_and_the_money_add_up(script):
    """Every step leaves the exchange as the auditor computes it, and the histories explain the balances."""
    auditor = Auditor()
    for step in script:
        auditor.play(step)
    auditor.histories_add_up()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32))
def test_a_long_busy_session_adds_up_too(seed):
    """Hypothesis' own scripts are short and rarely match; here a third of the orders does, on shared levels."""
    auditor, draw = Auditor(), random.Random(seed)
    for _ in range(120):
        auditor.play(_busy_step(draw))
    auditor.histories_add_up()


def _busy_step(draw: random.Random) -> dict[str, Any]:
    if draw.random() < 0.12:
        return {"who": draw.choice(["alice", "bob", "crowd-1"]), "which": draw.randrange(30)}
    if draw.random() < 0.02:
        return {"who": draw.choice(["alice", "crowd-2"]), "all_of": draw.choice(sorted(PAIRS))}
    return {
        "who": draw.choice(["alice", "bob", "crowd-1", "crowd-2", "crowd-3"]),
        "pair": draw.choice(sorted(PAIRS)),
        "side": draw.choice(list(Side)),
        "price": draw.randrange(3),
        "tenths": draw.randint(40, 300),
        "post_only": draw.random() < 0.1,
        "tif": draw.choice([Tif.GTC] * 6 + [Tif.IOC, Tif.FOK]),
        "customer_id": draw.choice([None] * 8 + ["a", "b"]),
    }
