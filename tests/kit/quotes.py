"""A small language for stories about the strategy, and the bench that plays them.

    play('''
        conf  bid_spread 1.0  ask_spread 1.0  order_amount 4  order_refresh_time 15
        pair  tick 0.01  lot 1  min 1  value 0
        funds 1000 DOGE  1000 USDT
        book  99 | 101
        t=1   > buy 4 @ 99, sell 4 @ 101
        t=3   < book 99.5 | 101.5
        t=16  > cancel buy 4 @ 99, cancel sell 4 @ 101
    ''')

`<` happens just after the tick at that time, `>` is what the strategy must decide at that time; between the listed
times it must decide nothing; `hang` and `renew` are said too. Events: `book BID | ASK` (`-` for an empty side), `filled SIDE N`, `part SIDE N QUANTITY`,
`rejected SIDE N` (level N counts from 1; `1h` is the first that hangs), `funds ...`, `cancels lost`, `cancels take N`
(ticks; 1 at first), `trade PRICE`, `other BID ASK`, `api PRICE`, `rows 99x2 98x5 | 101x3` (the whole book).
The exchange in here confirms everything by the next tick and knows no matching: fills are told, not computed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from valr_maker.config.meaning import settings_of
from valr_maker.config.parse import parse
from valr_maker.config.schema import BY_NAME, KEYS
from valr_maker.domain import Intent, Reason, Side, Slot
from valr_maker.strategy.pipeline import Decision, Strategy
from valr_maker.strategy.settings import Settings
from valr_maker.strategy.view import OwnView, Quotes, View
from valr_maker.strategy.words import plain

ALWAYS = {
    "strategy": "pure_market_making",
    "exchange": "valr",
    "market": "DOGE-USDT",
    "bid_spread": "1.0",
    "ask_spread": "1.0",
    "order_refresh_time": "15",
    "order_amount": "4",
}


def settings(**written: Any) -> Settings:
    """Settings as a file with these lines would give them; the rest of the story's file is `ALWAYS`."""
    lines = ALWAYS | written
    unknown = lines.keys() - BY_NAME.keys()
    assert not unknown, f"no such key: {unknown}"
    return settings_of({key.name: parse(key, lines.get(key.name)) for key in KEYS}, lines)


@dataclass(frozen=True)
class Grid:
    """Rules of a pair, as plain as can be."""

    tick: Decimal = Decimal("0.01")
    lot: Decimal = Decimal(1)
    min_base: Decimal = Decimal(1)
    min_quote: Decimal = Decimal(0)

    def floor_price(self, price: Decimal) -> Decimal:
        return price // self.tick * self.tick

    def floor_quantity(self, quantity: Decimal) -> Decimal:
        return quantity // self.lot * self.lot


def quote(intent: Intent | OwnView) -> str:
    """`buy 4 @ 99`"""
    return f"{intent.side} {plain(intent.quantity)} @ {plain(intent.price)}"


@dataclass
class Bench:
    """One strategy with a toy account under it: orders appear at once, cancels are confirmed ticks later."""

    settings: Settings
    grid: Grid = field(default_factory=Grid)
    bid: Decimal | None = None
    ask: Decimal | None = None
    base: Decimal = Decimal(1000)
    quote: Decimal = Decimal(100_000)
    taker_fee: Decimal = Decimal(0)
    maker_fee: Decimal = Decimal(0)
    strict: bool = False
    cancel_ticks: int = 1
    """Ticks until a cancel is confirmed; 0 means never."""

    def __post_init__(self) -> None:
        self.strategy = Strategy(self.settings, strict_parity=self.strict)
        self.more: dict[str, Any] = {}
        """What else the view shows: fields of View by name."""
        self.own: dict[str, OwnView] = {}
        self.due: dict[str, int] = {}
        self.now_s = 0.0
        self.said: list[Reason] = []
        self._count = 0

    def view(self) -> View:
        """This moment."""
        own = tuple(self.own.values())
        held_quote = sum((order.remaining * order.price for order in own if order.side is Side.BUY), Decimal(0))
        held_base = sum((order.remaining for order in own if order.side is Side.SELL), Decimal(0))
        return View(
            self.now_s, self.grid, self.bid, self.ask, self.base - held_base, self.quote - held_quote, own,
            self.taker_fee, self.maker_fee, base_total=self.base, **self.more,
        )  # fmt: skip

    def tick(self, now_s: float) -> str:
        """Tick; returns what was decided, as the stories write it."""
        self.now_s = now_s
        confirmed = [key for key, ticks in self.due.items() if ticks <= 1]
        self.due = {key: ticks - 1 for key, ticks in self.due.items() if ticks > 1}
        again = [intent for key in confirmed for intent in self._gone(key)]
        renewed = [f"renew {quote(self._place(intent))}" for intent in again]
        decision = self.strategy.tick(self.view())
        self.said = list(decision.reasons)
        return ", ".join([*renewed, *self._send(decision)])

    def _gone(self, key: str) -> tuple[Intent, ...]:
        order = self.own.pop(key)
        return self.strategy.order_cancelled(key, self.now_s, order.remaining)

    def _place(self, intent: Intent) -> Intent:
        self._count += 1
        key = f"o{self._count}"
        quantity = intent.quantity
        self.own[key] = OwnView(key, intent.slot, intent.price, quantity, quantity, self.now_s, cancelling=False)
        self.strategy.order_placed(key, intent, self.now_s)
        return intent

    def _send(self, decision: Decision) -> Iterator[str]:
        for key, slot in decision.hang:
            self.own[key] = self.own[key]._replace(slot=slot)
            yield f"hang {quote(self.own[key])}"
        for key in decision.cancel:
            self.own[key] = self.own[key]._replace(cancelling=True)
            if self.cancel_ticks:
                self.due[key] = self.cancel_ticks
            yield f"cancel {quote(self.own[key])}"
        for intent in decision.create:
            yield quote(self._place(intent))

    def find(self, side: str, level: str) -> OwnView:
        """The own order in a slot."""
        slot = Slot(Side(side), int(level.removesuffix("h")) - 1, hanging=level.endswith("h"))
        return next(order for order in self.own.values() if order.slot == slot)

    def event(self, text: str) -> None:  # noqa: C901, PLR0912  # a word of the stories a case
        """Let something happen, as the stories write it."""
        match text.split():
            case ["book", bid, "|", ask]:
                self.bid, self.ask = (None if price == "-" else Decimal(price) for price in (bid, ask))
            case ["funds", base, _, quote_amount, _]:
                self.base, self.quote = Decimal(base), Decimal(quote_amount)
            case ["filled", side, level]:
                order = self.find(side, level)
                self._trade(order, order.remaining)
                del self.own[order.key]
                self.due.pop(order.key, None)
                self.strategy.order_filled(order.key, order.slot, order.price, self.now_s)
            case ["part", side, level, quantity]:
                order = self.find(side, level)
                self._trade(order, Decimal(quantity))
                self.own[order.key] = order._replace(remaining=order.remaining - Decimal(quantity))
            case ["rejected", side, level]:
                key = self.find(side, level).key
                del self.own[key]
                self.strategy.order_gone(key)
            case ["trade", price]:
                self.more["last_trade"] = Decimal(price)
            case ["other", bid, ask]:
                self.more["other"] = Quotes(Decimal(bid), Decimal(ask))
            case ["api", price]:
                self.more["custom_price"] = Decimal(price)
            case ["rows", *rows]:
                bids, _, asks = " ".join(rows).partition("|")
                self.more |= {"bids": _rows(bids), "asks": _rows(asks)}
            case ["cancels", "lost"]:
                self.cancel_ticks = 0
            case ["cancels", "take", ticks]:
                self.cancel_ticks = int(ticks)
            case ["cancels", "given", "up"]:
                self.own = {key: order._replace(cancelling=False) for key, order in self.own.items()}
            case _:
                raise AssertionError(f"no such event: {text}")

    def _trade(self, order: OwnView, quantity: Decimal) -> None:
        self.strategy.order_traded(order.side, order.price, quantity, ())
        sign = 1 if order.side is Side.BUY else -1
        self.base += sign * quantity
        self.quote -= sign * quantity * order.price


def _rows(text: str) -> list[tuple[Decimal, Decimal]]:
    """`99x2 98x5`, best first."""
    rows = (row.split("x") for row in text.split())
    return [(Decimal(price), Decimal(size)) for price, size in rows]


_LINE = re.compile(r"t=(?P<time>[\d.]+)\s+(?P<mark>[<>])\s+(?P<text>.*)")


def play(story: str, **bench_options: Any) -> Bench:
    """Play a story tick by tick, once a whole second, and compare every decision with what the story says.

    A story that differs fails with what really happened, ready to paste.
    """
    bench = Bench(settings(), **bench_options)
    expected: list[str] = []
    events: dict[float, list[str]] = {}
    last_s = 0.0
    for written in story.strip().splitlines():
        line = " ".join(written.split("#")[0].split())
        if not line:
            continue
        if not (match := _LINE.fullmatch(line)):
            bench = _prepare(bench, line, bench_options)
            continue
        time_s = float(match["time"])
        last_s = max(last_s, time_s)
        if match["mark"] == "<":
            events.setdefault(time_s, []).append(match["text"])
        elif match["text"] != "nothing":
            expected.append(f"t={time_s:g} > {match['text']}")
    happened: list[str] = []
    for second in range(1, int(last_s) + 1):
        if done := bench.tick(float(second)):
            happened.append(f"t={second:g} > {done}")
        for event in events.get(second, []):
            bench.event(event)
    assert happened == expected, "what really happened:\n" + "\n".join(happened)
    return bench


def _prepare(bench: Bench, line: str, options: dict[str, Any]) -> Bench:
    """One of the lines before the first time: `conf`, `pair`, or an event."""
    word, _, rest = line.partition(" ")
    if word == "conf":
        words = rest.split()
        changed = Bench(settings(**dict(zip(words[::2], words[1::2], strict=True))), **options)
        assert bench.bid is None, "conf comes first in a story"
        return changed
    if word == "pair":
        names = {"tick": "tick", "lot": "lot", "min": "min_base", "value": "min_quote"}
        words = rest.split()
        facts = {names[name]: Decimal(number) for name, number in zip(words[::2], words[1::2], strict=True)}
        bench.grid = replace(bench.grid, **facts)
    else:
        bench.event(line)
    return bench
