"""One account at both doors of a world that moves by hand, whatever its latency, and what it learns of its own histories."""

import json
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from itertools import takewhile
from typing import Any

from kit.watchers import AccountWatcher

from valr_maker.sandbox.accounts import Account
from valr_maker.sandbox.calls import Reply, Request
from valr_maker.sandbox.session import Line, Session
from valr_maker.sandbox.world import World
from valr_maker.wire import sign

D = Decimal


class Table:
    """A world and its time."""

    def __init__(self, world: World, now_s: float) -> None:
        self.world, self.now_s = world, world.advance(now_s)

    def pass_time(self, seconds: float) -> None:
        """Let it pass."""
        self.now_s = self.world.advance(self.now_s + seconds)


class Trader:
    """One account at both doors."""

    def __init__(self, table: Table, account: Account, sub: str = "") -> None:
        self._table, self.account, self._sub = table, account, sub
        self.id = sub or account.id
        self.heard = AccountWatcher(self.id)
        self.session: Session | None = None
        self.connect()
        self.rows: list[dict[str, Any]] = []
        """The account's transactions as REST has told them, oldest first; likewise its trades and finished orders."""
        self.trades: list[dict[str, Any]] = []
        self.finished: list[dict[str, Any]] = []
        self._sums: dict[str, Decimal] = defaultdict(Decimal)
        self._summed = 0

    def headers(self, verb: str, target: str, body: bytes = b"") -> dict[str, str]:
        now_ms = int(self._table.now_s * 1000)
        key, secret = self.account.key, self.account.secret
        given = dict(sign.headers(key, secret, now_ms, verb, target, body, self._sub))
        return given | ({"Content-Type": "application/json"} if body else {})

    def ask(self, verb: str, target: str, body: object = None) -> list[Reply]:
        """A request on its way; the list fills when the answer comes."""
        raw = b"" if body is None else json.dumps(body).encode()
        replies: list[Reply] = []
        request = Request(verb, target, self.headers(verb, target, raw), raw)

        def arrived(reply: Reply) -> None:
            self._expect_truth(target, reply)
            replies.append(reply)

        self._table.world.request(request, self._table.now_s, arrived)
        return replies

    def _expect_truth(self, target: str, reply: Reply) -> None:
        """A v2 answer says what the engine made of the order; no answer is anything but a good one or a refusal."""
        assert reply.status in (200, 201, 202, 204, 400), reply
        if not target.startswith("/v2/") or "/order" in target.removeprefix("/v2/orders"):
            return
        said, exchange = json.loads(reply.body), self._table.world.exchange
        if reply.status == 201 and not target.endswith("/modify"):
            order = exchange.order(self.id, order_id=said["id"])
            assert order is not None and not order.failed_reason
        elif "orderId" in said and "modifyOrderId" not in said:
            order = exchange.order(self.id, order_id=said["orderId"])
            assert order is not None and order.failed_reason == said["message"]
            assert exchange.reason_code(order.failed_reason) == said["code"]

    def answer(self, verb: str, target: str, body: object = None) -> Any:
        """What a call that works says, however long it takes."""
        replies = self.ask(verb, target, body)
        while not replies:
            self._table.pass_time(0.003)
        assert replies[0].status < 400, replies
        return json.loads(replies[0].body or b"null")

    def connect(self) -> None:
        """A fresh socket: all there is comes at once."""
        self.heard = AccountWatcher(self.id)
        heard = self.heard
        line = Line(lambda frame: heard.take(json.loads(frame)), lambda _code, _reason: None)
        world, now_s = self._table.world, self._table.now_s
        self.session = world.open("/ws/account", self.headers("GET", "/ws/account"), now_s, line)

    def say(self, kind: str, payload: object) -> None:
        """A message over the account socket."""
        assert self.session is not None
        if self.session.is_closed:
            self.connect()
        raw = json.dumps({"type": kind, "payload": payload}).encode()
        self._table.world.receive(self.session, raw, self._table.now_s)

    def catch_up(self) -> None:
        """Read what is new in the three histories: they add up to the balances, and each order to its trades."""
        self._extend(self.rows, "/v1/account/transactionhistory?", self._sums_are_balances)
        seen = len(self.finished)
        self._extend(self.finished, "/v1/orders/history?showZeroVolumeCancels=true&", self._are_all_orders, "orderId")
        self._extend(self.trades, "/v1/account/tradehistory?", self._are_all_trades)
        for order in self.finished[seen:]:
            self._expect_sum_of_trades(order)

    def _extend(
        self, known: list[dict[str, Any]], target: str, truth: Callable[[], Callable[[], None]], name: str = "id"
    ) -> None:
        last = known[-1][name] if known else None
        for most in (10, 100):
            expect = truth()  # as it is when the question is asked: the answer may take its time
            page = self.answer("GET", f"{target}limit={most}")
            fresh = list(takewhile(lambda row: row[name] != last, page))
            if len(fresh) < most:
                break
        known.extend(reversed(fresh))
        expect()

    def _sums_are_balances(self) -> Callable[[], None]:
        balances = self._table.world.exchange.accounts.balances(self.id, exclude_zero=True)
        totals = {held.currency: held.total for held in balances}

        def expect() -> None:
            for row in self.rows[self._summed :]:
                for name, sign_ in (("debit", -1), ("credit", 1)):
                    if f"{name}Value" in row:
                        self._sums[row[f"{name}Currency"]] += sign_ * D(row[f"{name}Value"])
            self._summed = len(self.rows)
            assert totals == {currency: total for currency, total in self._sums.items() if total}

        return expect

    def _are_all_orders(self) -> Callable[[], None]:
        there = [(view.id, view.failed_reason) for view in reversed(self._table.world.exchange.history(self.id))]

        def expect() -> None:
            assert [(order["orderId"], order["failedReason"]) for order in self.finished] == there

        return expect

    def _expect_sum_of_trades(self, order: dict[str, Any]) -> None:
        own = [trade for trade in self.trades if trade["orderId"] == order["orderId"]]
        quantity = sum((D(trade["quantity"]) for trade in own), D(0))
        total = sum((D(trade["quantity"]) * D(trade["price"]) for trade in own), D(0))
        fees = sum((D(trade.get("fee", "0")) for trade in own), D(0))
        assert D(order["totalExecutedQuantity"]) == quantity
        assert D(order["originalQuantity"]) - D(order["remainingQuantity"]) == quantity
        assert (D(order["total"]), D(order["totalFee"])) == (total, fees)

    def _are_all_trades(self) -> Callable[[], None]:
        there = [own.trade.id for own in reversed(self._table.world.exchange.trades(self.id))]

        def expect() -> None:
            assert [trade["id"] for trade in self.trades] == there

        return expect
