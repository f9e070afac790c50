"""A world for stories about the engine: hand-made messages in, commands out as words.

    world = World()
    world.start()                        # every question answered, both streams up, a book: ['buy 4 @ 0.99', ...]
    world.accept("buy", "sell")          # the exchange acknowledges them and shows them among the open orders
    world.wait(16)                       # ticks four times a second -> ['cancel buy', 'cancel sell']
    world.ends("buy", "Cancelled")

Every method returns what the engine commanded meanwhile. Questions are answered at once by `answers`: a value, a `No`,
`HELD` (no answer yet: answer it later with `world.answer`), or a function of the `Ask`. What is said to people is in
`said`. There is no matching here: fills are told, not computed.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from kit.messages import message
from kit.quotes import settings

from valr_maker.domain import Side
from valr_maker.engine import messages as msg
from valr_maker.engine.engine import Engine, Pace
from valr_maker.engine.messages import Ask, Cancel, Halt, Place, Reconnect, Resubscribe, Say, What
from valr_maker.errors import ConfigProblem, ValrMakerError
from valr_maker.market.pair import PairRules
from valr_maker.strategy.words import plain
from valr_maker.wire import rest, stream
from valr_maker.wire.sign import Stream
from valr_maker.wire.text import WireLevel, iso_time, l1_checksum

PAIR, BOT, SESSION = "DOGEUSDT", "b", "s"
TICK_S = 0.25
TRADE, ACCOUNT = Stream.TRADE, Stream.ACCOUNT
GONE = -1
LEAST_PRICE = Decimal("0.001")
"""Below it the order of the file is worth less than the pair allows."""


@dataclass(frozen=True)
class No:
    """A question that gets no good answer."""

    why: str = "HTTP 500: oops"
    code: int | None = None


class Held:
    """A question whose answer is still on its way."""


HELD = Held()


def frame(name: str, **changes: Any) -> Any:
    """The example message of that name with other fields in its data, read by the wire."""
    plain_json = message(name)
    plain_json["data"] |= changes
    return stream.read(json.dumps({**plain_json, "data": plain_json["data"]}).encode())


def rows(kind: Any, name: str, *changes: dict[str, Any]) -> Any:
    """A REST list of that example's first row, once for each set of changes."""
    first = message(name)[0]
    return rest.decode(json.dumps([{**first, **change} for change in changes]).encode(), list[kind])


def book_frame(bids: list[WireLevel], asks: list[WireLevel], sequence: int, checksum: int | None = None) -> Any:
    """A snapshot as VALR sends it."""
    checksum = l1_checksum(bids, asks) if checksum is None else checksum
    levels = {"a": asks, "b": bids, "sq": sequence, "cs": checksum, "lc": 1}
    return stream.read(json.dumps({"type": "OB_L1_SNAPSHOT", "ps": PAIR, "d": levels}).encode())


def book_diff(sequence: int, checksum: int, bids: list[WireLevel], asks: list[WireLevel]) -> Any:
    """Changed levels as VALR sends them."""
    levels = {"a": asks, "b": bids, "sq": sequence, "cs": checksum, "lc": 1}
    return stream.read(json.dumps({"type": "OB_L1_DIFF", "ps": PAIR, "d": levels}).encode())


def check(
    rules: PairRules | None, _listed: dict[str, PairRules], price: Decimal | None = None
) -> ValrMakerError | None:
    """The file against the rules and the price, as far as these stories need it."""
    if rules is None:
        return ConfigProblem(f"{PAIR} is not listed")
    if price is not None and price < LEAST_PRICE:
        return ConfigProblem(f"at {price} the order is worth too little")
    return None if rules.takes_limit_orders else ConfigProblem(f"{PAIR} takes no limit orders")


class World:
    """One engine and what surrounds it. Time is `now_s`, moved by `wait` alone."""

    def __init__(self, pace: Pace = Pace.EVENT, *, conf: dict[str, str] | None = None, **engine_options: Any) -> None:
        self.now_s = 0.0
        self.engine = Engine(
            settings(**(conf or {})),
            bot=BOT,
            session=SESSION,
            now_s=0.0,
            check_rules=check,
            pace=pace,
            **engine_options,
        )
        self.placed: dict[str, Place] = {}
        self.resting: dict[str, str] = {}
        """Client id to exchange id, as the exchange would list them."""
        self.held: list[Ask] = []
        self.said: list[str] = []
        self.answers: dict[What, Any] = {
            What.PAIRS: rows(rest.Pair, "rest_pairs", {}),
            What.ORDER_TYPES: ["LIMIT", "LIMIT_POST_ONLY"],
            What.FEES: rows(rest.TradeFee, "rest_fees", {"makerPercentage": "0.08"}),
            What.KEY_INFO: rest.KeyInfo(label="quotes", permissions=["View access", "Trade"]),
            What.BALANCES: self._balances,
            What.OPEN_ORDERS: lambda _ask: self.open_orders(),
            What.TRADES: [],
            What.BOOK: self._image,
            What.ORDER: self._status,
        }
        self.bids: list[WireLevel] = [("0.99", "1000")]
        self.asks: list[WireLevel] = [("1.01", "1000")]
        self.funds = {"DOGE": "1000", "USDT": "1000"}
        self._sequence = 0
        self._trades = 0

    # ---- feeding ----------------------------------------------------------------------------------------------------
    def feed(self, event: msg.Event) -> list[str]:
        """One event, and the answers to whatever was asked because of it."""
        told: list[str] = []
        queue: list[msg.Event] = [event]
        while queue:
            for command in self.engine.handle(queue.pop(0), self.now_s):
                match command:
                    case Say(note=note):
                        self.said.append(note.text)
                    case Ask() as ask:
                        self._answer(ask, queue)
                    case _:
                        told.append(self._words(command))
        return told

    def hear(self, which: Stream, *frames: Any) -> list[str]:
        """Typed frames of one stream."""
        return [told for one in frames for told in self.feed(msg.Frame(which, one))]

    def wait(self, seconds: float, *, until: str = "") -> list[str]:
        """Let time pass, four ticks a second; stop at the first command that begins with `until`."""
        told: list[str] = []
        end_s = self.now_s + seconds
        while self.now_s < end_s:
            self.now_s += TICK_S
            told += self.feed(msg.Tick())
            if until and any(one.startswith(until) for one in told):
                break
        return told

    def answer(self, what: What, answer: Any = None) -> list[str]:
        """The late answer to a question that was held."""
        ask = next(one for one in self.held if one.what is what)
        self.held.remove(ask)
        reply = self._reply(ask, self.answers[what] if answer is None else answer)
        assert reply is not None
        return self.feed(reply)

    def _answer(self, ask: Ask, queue: list[msg.Event]) -> None:
        reply = self._reply(ask, self.answers[ask.what])
        if reply is None:
            self.held.append(ask)
        else:
            queue.append(reply)

    def _reply(self, ask: Ask, answer: Any) -> msg.Event | None:
        if isinstance(answer, Callable):  # type: ignore[arg-type]
            answer = answer(ask)
        if answer is HELD:
            return None
        if isinstance(answer, No):
            return msg.Unanswered(ask, answer.why, answer.code)
        return msg.Answered(ask, answer)

    # ---- the ordinary course of things ------------------------------------------------------------------------------
    def start(self) -> list[str]:
        """Everything is well: returns the first quotes."""
        told = self.feed(msg.Tick())
        told += self.feed(msg.StreamUp(TRADE))
        told += self.account_up()
        return told + self.book()

    def quoting(self) -> "World":
        """Started, with a buy and a sell resting."""
        told = self.start()
        assert told == ["buy 4 @ 0.99", "sell 4 @ 1.01"], told
        assert self.accept("buy", "sell") == []
        return self

    def account_up(self) -> list[str]:
        """The account stream: logged in, the balances, the open orders."""
        told = self.feed(msg.StreamUp(ACCOUNT))
        told += self.hear(ACCOUNT, *[self._balance(currency) for currency in self.funds])
        return told + self.hear(ACCOUNT, self.open_orders_frame())

    def book(self, bid: str = "0.99", ask: str = "1.01") -> list[str]:
        """A snapshot of a book with one level a side."""
        self.bids, self.asks = [(bid, "1000")], [(ask, "1000")]
        self._sequence += 1000
        return self.hear(TRADE, book_frame(self.bids, self.asks, self._sequence))

    def move(self, bid: str, ask: str) -> list[str]:
        """A diff to another one-level book."""
        gone = ([(price, "0") for price, _ in side] for side in (self.bids, self.asks))
        bids, asks = ([*old, (price, "1000")] for old, price in zip(gone, (bid, ask), strict=True))
        self.bids, self.asks = [(bid, "1000")], [(ask, "1000")]
        self._sequence += 1
        return self.hear(TRADE, book_diff(self._sequence, l1_checksum(self.bids, self.asks), bids, asks))

    # ---- orders -----------------------------------------------------------------------------------------------------
    def cid(self, side: str) -> str:
        """The client id of the last order placed on a side."""
        return next(cid for cid, place in reversed(self.placed.items()) if place.side is Side(side))

    def ack(self, *sides: str) -> list[str]:
        """The socket's reply: received."""
        told: list[str] = []
        for side in sides:
            cid = self.cid(side)
            reply = {"type": "PLACE_LIMIT_WS_RESPONSE", "clientMsgId": cid, "data": {"orderId": f"x-{cid}"}}
            told += self.hear(ACCOUNT, stream.read(json.dumps(reply).encode()))
        return told

    def accept(self, *sides: str) -> list[str]:
        """Acknowledged, and listed among the open orders."""
        told = self.ack(*sides)
        self.resting |= {self.cid(side): f"x-{self.cid(side)}" for side in sides}
        return told + self.hear(ACCOUNT, self.open_orders_frame())

    def ends(self, side: str, status: str = "Cancelled", why: str = "") -> list[str]:
        """The exchange's word that an order is over, then its money."""
        told = self.hear(ACCOUNT, self.status_frame(side, status, failedReason=why))
        self.resting.pop(self.cid(side), None)
        told += self.hear(ACCOUNT, *[self._balance(currency) for currency in self.funds])
        return told + self.hear(ACCOUNT, self.open_orders_frame())

    def trade(self, side: str, quantity: str = "4", **changes: Any) -> Any:
        """A NEW_ACCOUNT_TRADE of the last order on a side."""
        self._trades += 1
        cid, place = self.cid(side), self.placed[self.cid(side)]
        ids = {"orderId": f"x-{cid}", "id": f"t-{self._trades}", "customerOrderId": cid}
        figures = {"price": str(place.price), "quantity": quantity, "side": side}
        return frame("new_account_trade", **{**ids, **figures, **changes})

    def trade_row(self, side: str, quantity: str = "4", trade_id: str = "t-1") -> dict[str, Any]:
        """The same fill as a row of the trade history, which has no client id."""
        cid, place = self.cid(side), self.placed[self.cid(side)]
        figures = {"price": str(place.price), "quantity": quantity, "side": side}
        return {"orderId": f"x-{cid}", "id": trade_id, **figures}

    def status_frame(self, side: str, status: str, *, remaining: str | None = None, **changes: Any) -> Any:
        """An ORDER_STATUS_UPDATE."""
        return frame("order_status_update", **self._status_fields(self.cid(side), status, remaining), **changes)

    def status_answer(self, cid: str, status: str, *, remaining: str | None = None, why: str = "") -> rest.OrderStatus:
        """The answer to a targeted question."""
        fields = message("rest_order_status") | self._status_fields(cid, status, remaining) | {"failedReason": why}
        return rest.decode(json.dumps(fields).encode(), rest.OrderStatus)

    def open_orders_frame(self) -> Any:
        """All open orders, as the stream lists them."""
        template = message("open_orders_update")["data"][0]
        listed = [template | self._row(cid, "quantity") for cid in self.resting]
        return stream.read(json.dumps({"type": "OPEN_ORDERS_UPDATE", "data": listed}).encode())

    def open_orders(self) -> list[rest.OpenOrder]:
        """All open orders, as REST lists them."""
        changes = [self._row(cid, "remainingQuantity") for cid in self.resting]
        return rows(rest.OpenOrder, "rest_open_orders", *changes) if changes else []

    def fills(self) -> list[str]:
        """What was counted: `buy 4 @ 0.99`."""
        return [f"{fill.side} {plain(fill.quantity)} @ {plain(fill.price)}" for fill in self.engine.account.fills]

    def states(self) -> dict[str, str]:
        """Side to state of every live order."""
        return {order.side.value: order.state.value for order in self.engine.account.orders}

    # ---- helpers ----------------------------------------------------------------------------------------------------
    def _row(self, cid: str, remaining_name: str) -> dict[str, Any]:
        place = self.placed.get(cid)
        side, price, quantity = (place.side, place.price, place.quantity) if place else ("sell", Decimal(2), Decimal(4))
        return {
            "orderId": self.resting[cid], "customerOrderId": cid, "side": side, "price": str(price),
            remaining_name: str(quantity), "originalQuantity": str(quantity), "status": "Placed",
        }  # fmt: skip

    def _status_fields(self, cid: str, status: str, remaining: str | None) -> dict[str, Any]:
        place = self.placed[cid]
        left = remaining or ("0" if status == "Filled" else str(place.quantity))
        return {
            "orderId": f"x-{cid}", "customerOrderId": cid, "orderStatusType": status, "orderSide": place.side.value,
            "originalPrice": str(place.price), "originalQuantity": str(place.quantity), "remainingQuantity": left,
        }  # fmt: skip

    def _status(self, ask: Ask) -> Any:
        return self.status_answer(ask.key, "Placed") if ask.key in self.resting else No("Invalid Order.", GONE)

    def _stamp(self) -> str:
        return iso_time(1_700_000_000 + self.now_s)

    def _balance(self, currency: str) -> Any:
        plain_json = message("balance_update")["data"]["currency"] | {"symbol": currency, "shortName": currency}
        return frame("balance_update", currency=plain_json, available=self.funds[currency], updatedAt=self._stamp())

    def _balances(self, _ask: Ask) -> Any:
        changes = [
            {"currency": currency, "available": amount, "reserved": "0", "updatedAt": self._stamp()}
            for currency, amount in self.funds.items()
        ]
        return rows(rest.Balance, "rest_balances", *changes) if changes else []

    def _image(self, _ask: Ask) -> rest.OrderBook:
        level = message("rest_orderbook")["Bids"][0]
        sides = {
            name: [level | {"price": price, "quantity": quantity} for price, quantity in side]
            for name, side in (("Bids", self.bids), ("Asks", self.asks))
        }
        return rest.decode(json.dumps(message("rest_orderbook") | sides).encode(), rest.OrderBook)

    def _words(self, command: msg.Command) -> str:
        match command:
            case Place(cid=cid, side=side, price=price, quantity=quantity):
                self.placed[cid] = command
                return f"{side} {plain(quantity)} @ {plain(price)}"
            case Cancel(cid=cid, order_id=order_id):
                return f"cancel {self.placed[cid].side}" if cid in self.placed else f"cancel {cid} {order_id}"
            case Resubscribe() | Reconnect(stream=Stream.TRADE):
                reconnect = isinstance(command, Reconnect)
                return "reconnect" if reconnect else "resubscribe"
            case Halt(error=error):
                return f"halt: {error}"
        raise AssertionError(command)
