"""What is said of a file: a diagnostic with its code, and the facts that it may be judged by."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from valr_maker.config.load import Loaded
from valr_maker.config.problems import Problem
from valr_maker.config.rules import PairFacts
from valr_maker.strategy.words import plain

CENTS, FIGURES = 4, 4
"""Decimal places of money in a sentence, and how many figures a smaller sum keeps."""


class Severity(StrEnum):
    """How much it matters. An error is what cannot work as it is written."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One thing to know. `cost` is what it does to the money, at the present price where one is known."""

    code: str
    severity: Severity
    key: str
    line: int | None
    message: str
    help: str
    cost: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known from the exchange. None and empty mean not asked."""

    pair: PairFacts | None = None
    listed: tuple[str, ...] = ()
    mid: Decimal | None = None
    maker_fee: Decimal | None = None
    """A fraction: 0.0008 for 0.08 %. Below zero is a reward."""
    available: Mapping[str, Decimal] | None = None
    """By currency; one that is not in it is not held."""


def of_problems(problems: tuple[Problem, ...]) -> list[Diagnostic]:
    """Why a file cannot be read, as diagnostics."""
    return [
        Diagnostic(_code(one), Severity.ERROR, one.key or "", one.line, message_of(one), one.remedy) for one in problems
    ]


def message_of(problem: Problem) -> str:
    """Key, value and what is wrong with it."""
    subject = "" if problem.key is None else f"{problem.key}: "
    value = "" if problem.value is None else f"{problem.value} "
    return f"{subject}{value}{problem.found}"


def _code(problem: Problem) -> str:
    for words, code in (
        ("is not a key of", "PMM002"),
        ("is missing", "PMM003"),
        ("is a second value", "PMM004"),
    ):
        if words in problem.found:
            return code
    return "PMM001" if problem.key is None else "PMM005"


def about(  # noqa: PLR0913, PLR0917  # the parts of a diagnostic
    loaded: Loaded, code: str, severity: Severity, key: str, message: str, remedy: str, cost: str = ""
) -> Diagnostic:
    """A diagnostic at the line of a key, where the file has one."""
    return Diagnostic(code, severity, key, loaded.lines.get(key), message, remedy, cost)


def pct(fraction: Decimal) -> str:
    """0.0012 -> `0.12 %`."""
    return f"{plain((fraction * 100).quantize(Decimal('0.0001')))} %"


def money(amount: Decimal) -> str:
    """A sum as people read it: 4 decimal places, or 4 figures of a smaller one.

    >>> money(Decimal("0.00805")), money(Decimal("0.0000123456")), money(Decimal("241507.5"))
    ('0.00805', '0.00001235', '241507.5')
    """
    places = CENTS if amount == 0 else max(CENTS, FIGURES - 1 - amount.adjusted())
    return plain(amount.quantize(Decimal(1).scaleb(-places)))


TITLES = {
    "PMM001": "the file cannot be read",
    "PMM002": "a key that does not exist",
    "PMM003": "a key is missing",
    "PMM004": "a key is there twice",
    "PMM005": "a value of the wrong kind or out of range",
    "PMM006": "a price from elsewhere that nobody can ask for",
    "PMM010": "the pair cannot be traded",
    "PMM020": "an amount that the pair does not take",
    "PMM021": "an amount above the pair's smallest order",
    "PMM030": "spreads below the fees",
    "PMM031": "the guard cancels every order",
    "PMM032": "the guard is off",
    "PMM033": "a very wide spread",
    "PMM034": "a spread below one tick",
    "PMM035": "a guard below zero",
    "PMM036": "a price band that leaves the market out",
    "PMM037": "an order at the price or beyond it",
    "PMM040": "refreshes that VALR's limits do not allow",
    "PMM041": "refreshes below a second",
    "PMM042": "orders age before they are refreshed",
    "PMM050": "the balance does not carry the orders",
    "PMM070": "a key that does nothing",
    "PMM071": "no levels at all",
    "PMM080": "an older template",
}
