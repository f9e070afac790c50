"""Two accounts, one with a sub-account, and the crowd through every call there is, by both doors, in any order.

After every step: the naive exchange of kit/naive_exchange.py agrees (price-time priority, money to the last digit, what is
reserved is what the open orders need, no crossed book), all three book feeds replayed from their text are the book, with
sequence and checksum, the account sockets have told all there is, and the histories add up to the balances.

Short in CI; VALR_MAKER_SOAK=200 plays so many runs of 200 steps of each kind (make soak).
"""

import json
import os
import random
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from kit.naive_exchange import Auditor
from kit.trader import Table, Trader
from kit.trading import ASLEEP, DOGEUSDT, DOGEZAR
from kit.watchers import FEEDS, BookWatcher

from valr_maker.domain import Side
from valr_maker.sandbox.changes import Strategy
from valr_maker.sandbox.facts import Rejected
from valr_maker.sandbox.order import NewOrder, Tif
from valr_maker.sandbox.rules import Latency, Rules
from valr_maker.sandbox.session import Line, Session
from valr_maker.sandbox.world import World
from valr_maker.wire.text import plain

D = Decimal
SOAK = int(os.environ.get("VALR_MAKER_SOAK", "0"))
PURSE = {"USDT": D(60), "DOGE": D("400.123456789"), "ZAR": D(3000)}
PRICES = {"DOGEUSDT": ["0.1597", "0.1599", "0.16", "0.1601", "0.1603", "0.1605", "0.172"],
          "DOGEZAR": ["2.7841", "2.785", "2.7861", "2.93"]}  # fmt: skip
PAIRS = sorted(PRICES)
MANAGER = ("View access", "Trade", "Internal Transfer")
WHO = ("alice", "sub", "bob")

ON_SOCKETS = {
    "PLACE_LIMIT": "PLACE_LIMIT_ORDER",
    "PLACE_MARKET": "PLACE_MARKET_ORDER",
    "CANCEL_ORDER": "CANCEL_LIMIT_ORDER",
    "MODIFY_ORDER": "MODIFY_ORDER",
}
played: Counter[str] = Counter()
"""Steps, calls of the engine and ends of orders over all runs, for the report of the long form."""

pairs = st.sampled_from(PAIRS)
sides = st.sampled_from(["BUY", "SELL"])
who = st.sampled_from(WHO)
places = st.integers(0, 6)
tenths = st.integers(30, 400)
customer_ids = st.sampled_from([None, None, None, "a", "b"])
which = st.integers(0, 20)

KEEP = {"modifyMatchStrategy": "RETAIN_ORIGINAL"}


class Machine(RuleBasedStateMachine):
    """All calls, by both doors."""

    latency = Latency(0.0, 0.0)
    crowd = False
    longest_s = 86_400.0

    @initialize(seed=st.integers(0, 3))
    def begin(self, seed: int) -> None:
        """A fresh exchange; bob is rewarded for making in rand."""
        rules = Rules(latency=self.latency, limits_enforced=False)
        universe = (DOGEUSDT, DOGEZAR, ASLEEP)
        self.world = World(seed, universe=universe, funds=PURSE, rules=rules, crowd=self.crowd)
        self.exchange, self.table = self.world.exchange, Table(self.world, 1_700_000_000.0)
        alice = self.world.create_account("alice", PURSE, MANAGER)
        bob = self.world.create_account("bob", PURSE, MANAGER)
        self.exchange.accounts.get(bob.id).tier = 7
        sub = self.exchange.accounts.create_sub(alice.id, "sub", self.now_s)
        self.exchange.fund(sub, PURSE, self.now_s)
        self.auditor = Auditor(self.exchange)
        self.traders = {"alice": Trader(self.table, alice),
            "sub": Trader(self.table, alice, sub.id), "bob": Trader(self.table, bob)}  # fmt: skip
        self.books = {pair: BookWatcher(pair) for pair in PAIRS}
        self.public: Session | None = None
        self.watch()

    # ---- time and the public socket -----------------------------------------------------------------------------
    def watch(self) -> None:
        """A trade socket with every book feed of both pairs."""
        books, events = self.books, [{"event": event, "pairs": PAIRS} for event in FEEDS]

        def take(frame: bytes) -> None:
            read = json.loads(frame)
            pair = read.get("ps", read.get("currencyPairSymbol"))
            if pair:
                books[pair].take(read)

        headers = self.traders["bob"].headers("GET", "/ws/trade")
        self.public = self.world.open("/ws/trade", headers, self.now_s, Line(take, lambda _code, _reason: None))
        subscribe = json.dumps({"type": "SUBSCRIBE", "subscriptions": events}).encode()
        self.world.receive(self.public, subscribe, self.now_s)

    @property
    def now_s(self) -> float:
        """What time it is."""
        return self.table.now_s

    @invariant()
    def everything_agrees(self) -> None:
        """What must hold after every step."""
        played["steps"] += 1
        self.auditor.compare()
        for watcher in self.books.values():
            watcher.compare(self.exchange, image=False)
        for trader in self.traders.values():
            assert trader.session is not None
            if trader.session.is_closed:
                trader.connect()
            trader.heard.compare(self.exchange)
        for trader in self.traders.values():
            trader.catch_up()

    @rule(seconds=st.sampled_from([0.001, 0.004, 0.3, 0.7, 5.0, 30.0, 61.0, 3600.0, 86_400.0]))
    def wait(self, seconds: float) -> None:
        """Time passes."""
        self.table.pass_time(min(seconds, self.longest_s))
        if seconds >= 0.7:
            self.table.pass_time(0.6)  # whatever was on its way is done, and every image is due
            assert not self.exchange.accepted, "the engine has forgotten an order"
            for watcher in () if self.crowd else self.books.values():
                watcher.compare(self.exchange, image=True)

    # ---- orders -------------------------------------------------------------------------------------------------
    def trade(
        self, name: str, road: str, version: dict[str, tuple[str, str]], body: Mapping[str, object], kind: str
    ) -> None:
        """By REST of either version, by the socket, or as a batch of one."""
        trader = self.traders[name]
        if road in version:
            trader.ask(*version[road], body)
        elif road == "batch":
            trader.ask("POST", "/v1/batch/orders", {"requests": [{"type": kind, "data": body}]})
        else:
            trader.say(ON_SOCKETS[kind], body)

    @rule(
        name=who,
        road=st.sampled_from(["v1", "v2", "socket", "batch"]),
        pair=pairs,
        side=sides,
        place=places,
        size=tenths,
        sort=st.sampled_from(["", "", "", "", "postOnly", "reprice", "IOC", "FOK"]),
        customer_id=customer_ids,
    )
    def place_limit(
        self, name: str, road: str, pair: str, side: str, place: int, size: int, sort: str, customer_id: str | None
    ) -> None:
        """A limit order of any sort."""
        prices = PRICES[pair]
        more: dict[str, object] = {"postOnly": sort == "postOnly"}
        if sort == "reprice":
            more = {"postOnlyReprice": True, "postOnlyRepriceTicks": 1 + size % 50}
        if sort in ("IOC", "FOK"):
            more["timeInForce"] = sort
        body = {"pair": pair, "side": side, "price": prices[place % len(prices)], "quantity": _digits(size), **more}
        if customer_id is not None:
            body["customerOrderId"] = customer_id
        version = {"v1": ("POST", "/v1/orders/limit"), "v2": ("POST", "/v2/orders/limit")}
        self.trade(name, road, version, body, "PLACE_LIMIT")

    @rule(
        name=who,
        road=st.sampled_from(["v1", "v2", "socket", "batch"]),
        pair=pairs,
        side=sides,
        size=tenths,
        in_quote=st.booleans(),
        customer_id=customer_ids,
    )
    def place_market(
        self, name: str, road: str, pair: str, side: str, size: int, in_quote: bool, customer_id: str | None
    ) -> None:
        """A market order in base or in quote."""
        amount = {
            "quoteAmount" if in_quote else "baseAmount": f"{size / (60 if in_quote and pair == 'DOGEUSDT' else 7):.4f}"
        }
        body = {"pair": pair, "side": side, "customerOrderId": customer_id, **amount}
        version = {"v1": ("POST", "/v1/orders/market"), "v2": ("POST", "/v2/orders/market")}
        self.trade(name, road, version, body, "PLACE_MARKET")

    @rule(
        name=who,
        road=st.sampled_from(["v1", "v2", "batch"]),
        pair=pairs,
        side=sides,
        place=places,
        stop=places,
        size=tenths,
        kind=st.sampled_from(["STOP_LOSS_LIMIT", "TAKE_PROFIT_LIMIT"]),
        tif=st.sampled_from(["GTC", "GTC", "IOC", "FOK"]),
        customer_id=customer_ids,
    )
    def place_stop(
        self, name: str, road: str, pair: str, side: str, place: int, stop: int, size: int, kind: str, tif: str,
        customer_id: str | None,
    ) -> None:  # fmt: skip
        """A stop-limit order."""
        prices = PRICES[pair]
        body = {
            "pair": pair, "side": side, "price": prices[place % len(prices)], "stopPrice": prices[stop % len(prices)],
            "quantity": _digits(size), "type": kind, "timeInForce": tif, "customerOrderId": customer_id,
        }  # fmt: skip
        version = {"v1": ("POST", "/v1/orders/stop/limit"), "v2": ("POST", "/v2/orders/stop/limit")}
        self.trade(name, road, version, body, "PLACE_STOP_LIMIT")

    @rule(name=who, pair=pairs, side=sides, size=tenths, quote=st.booleans())
    def simple(self, name: str, pair: str, side: str, size: int, quote: bool) -> None:
        """A simple order, or its quote."""
        currency = pair[4:] if side == "BUY" else "DOGE"
        amount = f"{size / (60 if currency == 'USDT' else 7):.4f}"
        body = {"payInCurrency": currency, "payAmount": amount, "side": side}
        self.traders[name].ask("POST", f"/v1/simple/{pair}/{'quote' if quote else 'order'}", body)

    def order_of(self, name: str, number: int) -> dict[str, str] | None:
        """One of the account's open orders, or, at times, one that nobody has."""
        there = self.exchange.open_orders(self.traders[name].id)
        if not there:
            return None
        order = there[number % len(there)]
        named = {"customerOrderId": order.customer_id} if order.customer_id and number % 2 else {"orderId": order.id}
        return {"pair": order.pair, **named}

    @rule(name=who, road=st.sampled_from(["v1", "v2", "socket", "batch"]), number=which)
    def cancel(self, name: str, road: str, number: int) -> None:
        """By either id."""
        if (body := self.order_of(name, number)) is not None:
            version = {"v1": ("DELETE", "/v1/orders/order"), "v2": ("DELETE", "/v2/orders/order")}
            self.trade(name, road, version, dict(body), "CANCEL_ORDER")

    @rule(name=who, road=st.sampled_from(["v1", "v2"]), pair=pairs)
    def cancel_what_is_not_there(self, name: str, road: str, pair: str) -> None:
        """An id that nobody has."""
        self.traders[name].ask("DELETE", f"/{road}/orders/order", {"orderId": "nobody's", "pair": pair})

    @rule(name=who, pair=st.sampled_from(["", "/DOGEUSDT", "/DOGEZAR"]))
    def cancel_all(self, name: str, pair: str) -> None:
        """Everything, or all of a pair."""
        self.traders[name].ask("DELETE", f"/v1/orders{pair}")

    @rule(
        name=who,
        road=st.sampled_from(["v1", "v2", "socket", "batch"]),
        number=which,
        strategy=st.sampled_from(["RETAIN_ORIGINAL", "CANCEL_ORIGINAL", "REPRICE"]),
        place=st.none() | places,
        field=st.sampled_from(["", "newRemainingQuantity", "newTotalQuantity"]),
        size=st.integers(0, 400),
    )
    def modify(
        self, name: str, road: str, number: int, strategy: str, place: int | None, field: str, size: int
    ) -> None:
        """Price, quantity or both."""
        body: dict[str, object] | None = dict(self.order_of(name, number) or {}) or None
        if body is None:
            return
        prices = PRICES[str(body["pair"])]
        body["modifyMatchStrategy"] = strategy
        if place is not None:
            body["newPrice"] = prices[place % len(prices)]
        if field:
            body[field] = f"{size / 10}9"  # one digit more than the pair has
        version = {"v1": ("PUT", "/v1/orders/modify"), "v2": ("PUT", "/v2/orders/modify")}
        self.trade(name, road, version, body, "MODIFY_ORDER")

    @rule(
        name=who, road=st.sampled_from(["REST", "socket"]), pair=pairs, side=sides, size=tenths, number=which,
        modify=st.booleans(),
    )  # fmt: skip
    def batch(self, name: str, road: str, pair: str, side: str, size: int, number: int, modify: bool) -> None:
        """Several at once: places and a cancel, or a change and a cancel."""
        prices, mine = PRICES[pair], self.order_of(name, number)
        requests: list[dict[str, object]] = []
        for offset in (0, 1, 2):
            price = prices[(number + offset) % len(prices)]
            data: dict[str, object] = {"pair": pair, "side": side, "price": price, "quantity": f"{size / 10}"}
            requests.append({"type": "PLACE_LIMIT", "data": data})
        if mine is not None and modify:
            requests = [{"type": "MODIFY_ORDER", "data": mine | KEEP | {"newRemainingQuantity": f"{size / 10}"}}]
        if mine is not None:
            requests.append({"type": "CANCEL_ORDER", "data": mine})
        if road == "REST":
            self.traders[name].ask("POST", "/v1/batch/orders", {"requests": requests})
        else:
            self.traders[name].say("BATCH_ORDERS", {"requests": requests})

    # ---- money, pairs, others -----------------------------------------------------------------------------------
    @rule(back=st.booleans(), currency=st.sampled_from(sorted(PURSE)), part=st.integers(1, 12))
    def transfer(self, back: bool, currency: str, part: int) -> None:
        """Between alice and her sub-account; at times more than there is."""
        ends = ["0", self.traders["sub"].id]
        giver, taker = reversed(ends) if back else ends
        free = self.exchange.accounts.available(self.traders["sub" if back else "alice"].id, currency)
        amount = plain((free * part / 10).quantize(D("0.000001"))) if free else "1"
        body = {"fromId": giver, "toId": taker, "currencyCode": currency, "amount": amount}
        self.traders["alice"].ask("POST", "/v1/account/subaccounts/transfer", body)

    @rule(pair=pairs, size=tenths)
    def a_sub_account_comes_and_goes(self, pair: str, size: int) -> None:
        """With an order and a cancel still on their way, and a socket that nobody closed."""
        alice = self.traders["alice"]
        made = alice.answer("POST", "/v1/account/subaccount", {"label": f"passing at {self.now_s}"})
        passing = Trader(self.table, alice.account, made["id"])
        order = {"pair": pair, "side": "BUY", "price": PRICES[pair][0], "quantity": f"{size / 10}"}
        passing.say("PLACE_LIMIT_ORDER", order)
        passing.ask("DELETE", "/v1/orders/order", {"pair": pair, "orderId": "nobody's"})
        alice.answer("DELETE", "/v1/account/subaccount", {"id": made["id"]})
        passing.say("PLACE_LIMIT_ORDER", order)

    @rule(name=who, currency=st.sampled_from(sorted(PURSE)), delta=st.integers(-80, 80))
    def deposit(self, name: str, currency: str, delta: int) -> None:
        """From outside, or to the outside."""
        self.world.advance(self.now_s)
        with suppress(Rejected):  # there is not enough: the auditor will look whether that is so
            self.exchange.deposit(self.traders[name].id, currency, D(delta) / 4, self.now_s)
        self.world.floor.settle(self.now_s)

    @rule(
        trader=st.integers(1, 3),
        pair=pairs,
        side=st.sampled_from(Side),
        place=places,
        size=tenths,
        tif=st.sampled_from(Tif),
    )
    def crowd_order(self, trader: int, pair: str, side: Side, place: int, size: int, tif: Tif) -> None:
        """Somebody else trades."""
        self.world.advance(self.now_s)
        prices = PRICES[pair]
        wish = NewOrder(pair, side, D(prices[place % len(prices)]), D(size) / 10, tif=tif)
        order = self.exchange.accept(f"crowd-{trader}", wish, self.now_s)
        self.exchange.execute(order.id, self.now_s)
        self.world.floor.settle(self.now_s)

    @rule(trader=st.integers(1, 3), pair=pairs)
    def crowd_goes(self, trader: int, pair: str) -> None:
        """And takes it all away."""
        self.world.advance(self.now_s)
        self.exchange.cancel_all(f"crowd-{trader}", pair, self.now_s)
        self.world.floor.settle(self.now_s)

    @rule(pair=pairs, state=st.sampled_from(["closed and opened", "post-only", "all", "all", "all"]))
    def pair_state(self, pair: str, state: str) -> None:
        """An operator's hand; a pair that is closed opens again before long."""
        self.world.advance(self.now_s)
        if state == "closed and opened":
            self.exchange.set_active(pair, self.now_s, active=False)
            self.world.floor.settle(self.now_s)
            self.auditor.compare()
            self.table.pass_time(0.02)
            self.auditor.compare()
            self.exchange.set_active(pair, self.now_s, active=True)
        else:
            self.exchange.set_order_types(pair, ("LIMIT_POST_ONLY",) if state == "post-only" else None)
        self.world.floor.settle(self.now_s)

    @rule(name=who, tied=st.booleans())
    def drop(self, name: str, tied: bool) -> None:
        """The account socket goes, with or without its orders."""
        trader = self.traders[name]
        trader.say("CANCEL_ON_DISCONNECT", {"cancelOnDisconnect": tied})
        assert trader.session is not None
        self.world.closed(trader.session, self.now_s)
        if tied:
            assert self.exchange.open_orders(trader.id) == []

    @rule(seed=st.integers(0, 2**32), length=st.integers(5, 40))
    def flurry(self, seed: int, length: int) -> None:
        """Many calls by the dice: Hypothesis' own scripts are careful, and rarely let anybody trade."""
        draw = random.Random(seed)
        for _ in range(length):
            call = draw.choices(_CALLS, _WEIGHTS)[0]
            call(self, **{name: pick(draw) for name, pick in _PICKS[call].items()})
            self.everything_agrees()

    def teardown(self) -> None:
        """What was still on its way has come."""
        if not hasattr(self, "traders"):
            return
        self.table.pass_time(1.0)
        played.update(self.auditor.seen)
        for trader in self.traders.values():
            trader.catch_up()


def _digits(size: int) -> str:
    """Tenths, and at times a digit more than the pair has, which is cut off."""
    return f"{size / 10}" if size % 4 else f"{size / 10}9"


Pick = Callable[[random.Random], Any]


def _one_of(*things: object) -> Pick:
    return lambda draw: draw.choice(things)


def _up_to(least: int, most: int) -> Pick:
    return lambda draw: draw.randint(least, most)


_who, _pair, _side = _one_of(*WHO), _one_of(*PAIRS), _one_of("BUY", "SELL")
_road, _road_of_stops, _id = (
    _one_of("v1", "v2", "socket", "batch"),
    _one_of("v1", "v2", "batch"),
    _one_of(*[None] * 9, "a"),
)
_place, _size, _which, _yes = _up_to(0, 6), _up_to(40, 150), _up_to(0, 20), _one_of(True, False)
_sort, _strategy = _one_of(*[""] * 6, "postOnly", "reprice", "IOC", "FOK"), _one_of(*Strategy)
_fields = _one_of("", "newRemainingQuantity", "newTotalQuantity")
_PICKS: dict[Callable[..., None], dict[str, Pick]] = {
    Machine.place_limit: {"name": _who, "road": _road, "pair": _pair, "side": _side, "place": _place, "size": _size, "sort": _sort, "customer_id": _id},
    Machine.place_market: {"name": _who, "road": _road, "pair": _pair, "side": _side, "size": _size, "in_quote": _yes, "customer_id": _id},
    Machine.place_stop: {
        "name": _who, "road": _road_of_stops, "pair": _pair, "side": _side, "place": _place, "stop": _place, "size": _size,
        "kind": _one_of("STOP_LOSS_LIMIT", "TAKE_PROFIT_LIMIT"), "tif": _one_of("GTC", "GTC", "IOC", "FOK"), "customer_id": _id,
    },
    Machine.simple: {"name": _who, "pair": _pair, "side": _side, "size": _size, "quote": _yes},
    Machine.cancel: {"name": _who, "road": _road, "number": _which},
    Machine.cancel_all: {"name": _who, "pair": _one_of("", "/DOGEUSDT")},
    Machine.modify: {
        "name": _who, "road": _road, "number": _which, "strategy": _strategy, "place": _one_of(*[None] * 4, *range(7)), "field": _fields, "size": _size
    },
    Machine.batch: {"name": _who, "road": _one_of("REST", "socket"), "pair": _pair, "side": _side, "size": _size, "number": _which, "modify": _yes},
    Machine.transfer: {"back": _yes, "currency": _one_of(*PURSE), "part": _up_to(1, 12)},
    Machine.deposit: {"name": _who, "currency": _one_of(*PURSE), "delta": _up_to(-80, 80)},
    Machine.crowd_order: {
        "trader": _up_to(1, 3), "pair": _pair, "side": _one_of(*Side), "place": _place, "size": _size, "tif": _one_of(*Tif, Tif.GTC)
    },
    Machine.crowd_goes: {"trader": _up_to(1, 3), "pair": _pair},
    Machine.pair_state: {"pair": _pair, "state": _one_of("closed and opened", "post-only", "all", "all")},
    Machine.drop: {"name": _who, "tied": _yes},
    Machine.wait: {"seconds": _one_of(0.001, 0.004, 0.3, 0.7, 5.0, 61.0)},
}  # fmt: skip
_CALLS = tuple(_PICKS)
_WEIGHTS = (30, 8, 8, 4, 6, 1, 14, 4, 2, 2, 16, 1, 3, 1, 6)


class WithLatency(Machine):
    """Half a second between a message and what the engine makes of it: several are on their way at once."""

    latency = Latency(0.003, 0.5)


class WithTheCrowd(Machine):
    """Among the simulated others, who quote and trade by themselves."""

    latency = Latency(0.003, 0.008)
    crowd = True
    longest_s = 30.0


@pytest.mark.parametrize(("machine", "runs"), [(Machine, 25), (WithLatency, 25), (WithTheCrowd, 8)])
def test_whatever_is_called_everything_agrees(machine, runs, capsys):
    some = settings(
        max_examples=SOAK or runs,
        stateful_step_count=200 if SOAK else 50,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=not SOAK,
    )
    played.clear()
    run_state_machine_as_test(machine, settings=some)
    with capsys.disabled():  # the long form's report
        print(f"\n{machine.__name__}: {dict(played)}" if SOAK else "")  # noqa: T201
    assert played["steps"] and played["Filled"]
