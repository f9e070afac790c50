"""`config explain` and `why` in plain lines: tables and a ladder that need no colour and fit 80 columns."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from textwrap import wrap
from typing import NamedTuple

from valr_maker.engine.why import LevelWhy
from valr_maker.screens.words import number, one_line, percent, span

GAP = "  "
KEY_COLUMN, BAR_WIDTH = 30, 24
NOT_CREATED, NO_ORDERS = "not created: ", "the file asks for no orders"


class KeyRow(NamedTuple):
    """One key of a file, in words."""

    key: str
    value: str
    origin: str
    unit: str
    effect: str


class Book(NamedTuple):
    """What the orders are measured by."""

    market: str
    base: str
    quote: str
    best_bid: Decimal | None
    best_ask: Decimal | None
    reference: Decimal | None
    """What the file's spreads are measured from."""
    maker_fee: Decimal
    """A fraction; below zero it is a reward."""
    status: str = "online"
    """What the exchange says of itself; `not known` where it does not."""


def keys(rows: Iterable[KeyRow], width: int) -> list[str]:
    """Each key with its value, unit and origin, and below it what it does."""
    lines = []
    for row in rows:
        value = f"{row.value} {row.unit}".strip()
        lines.append(f"{row.key:<{KEY_COLUMN}}{GAP}{value}{GAP}({row.origin})")
        lines += [f"{GAP}{GAP}{part}" for part in wrap(one_line(row.effect), max(width - 4, 20))]
    return lines


def orders(rows: Sequence[LevelWhy], book: Book, width: int) -> list[str]:
    """A table of what would rest now, level by level."""
    head = f"{'side':<5}{'level':>5}{'price':>14}{book.base + ' amount':>16}{'worth ' + book.quote:>14}{'from price':>12}{'fee ' + book.quote:>12}"
    lines = [head]
    for row in rows:
        place = f"{row.side:<5}{row.level:>5}"
        if row.price is None or row.quantity is None:
            because = one_line(row.text).removeprefix(NOT_CREATED)
            text = f"{place}{GAP}{NOT_CREATED}{because} ({row.stage})"
            lines += wrap(text, width, subsequent_indent=" " * (len(place) + len(GAP)))
            continue
        worth = row.price * row.quantity
        away = percent(_away_pct(row.price, book))
        fee = number(worth * book.maker_fee)
        lines.append(f"{place}{number(row.price):>14}{number(row.quantity):>16}{number(worth):>14}{away:>12}{fee:>12}")
    return lines if rows else [NO_ORDERS]


def _away_pct(price: Decimal, book: Book) -> float | None:
    return None if not book.reference else float((price / book.reference - 1) * 100)


def ladder(rows: Sequence[LevelWhy], book: Book) -> list[str]:
    """The orders above and below the price, highest first; a bar is as long as the order is large."""
    there = [(row.price, row.quantity, row.side) for row in rows if row.price is not None and row.quantity is not None]
    marks: list[tuple[Decimal, str]] = [
        (price, f"{side:<4} {'#' * _bar(quantity, there)} {number(quantity)}") for price, quantity, side in there
    ]
    named = (("best ask", book.best_ask), ("price", book.reference), ("best bid", book.best_bid))
    marks += [(price, f"---- {name}") for name, price in named if price is not None]
    return [f"{number(price):>14} {text}" for price, text in sorted(marks, key=lambda mark: -mark[0])]


def _bar(quantity: Decimal, there: Sequence[tuple[Decimal, Decimal, str]]) -> int:
    most = max(other for _, other, _ in there)
    return max(round(BAR_WIDTH * quantity / most), 1)


def why(rows: Sequence[LevelWhy], width: int) -> list[str]:
    """One block a level: how it is, which stage said so, and when it is looked at again."""
    lines = []
    for row in rows:
        lead = f"{row.side:<4} level {row.level}: "
        if row.rests:
            said = f"{row.text}: {number(row.quantity)} at {number(row.price)}"
        else:
            said = f"[{row.stage}] {one_line(row.text)}"
        again = "when something changes" if row.again_in_s is None else f"in {span(row.again_in_s)}"
        text = f"{said}; looked at again {again}"
        lines += wrap(lead + text, width, subsequent_indent=" " * len(lead))
    return lines or [NO_ORDERS]
