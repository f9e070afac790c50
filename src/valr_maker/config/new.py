"""A new file: the questions that Hummingbot's `create` asks, in its order, and what an answer is worth at once.

An answer is judged as `config check` would judge the finished file: what is still open has a stand-in that is in nobody's
way. Everything that is not asked has Hummingbot's default.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_UP, Decimal
from importlib import resources
from pathlib import Path

from valr_maker.config.diagnose import diagnose
from valr_maker.config.diagnostic import Diagnostic, Facts, Severity
from valr_maker.config.load import Loaded
from valr_maker.config.meaning import settings_of
from valr_maker.config.parse import WrongKind, parse
from valr_maker.config.problems import FileProblems
from valr_maker.config.read import Entry
from valr_maker.config.rules import smallest_order
from valr_maker.config.schema import BY_NAME, KEYS, Key, Kind, Value
from valr_maker.config.together import problems_between
from valr_maker.errors import ConfigProblem, UsageProblem
from valr_maker.strategy.words import plain

FIXED = ("template_version", "strategy")
_PLAIN = re.compile(r"-?\w[\w.,/?&=%+@~:-]*(?<!:)", re.ASCII)
_STAND_INS: Mapping[str, Value] = {
    "strategy": "pure_market_making", "exchange": "valr", "market": "DOGE-USDT", "bid_spread": Decimal(1),
    "ask_spread": Decimal(1), "order_refresh_time": 15.0, "order_amount": Decimal(1),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `hint` says what is known about a good answer, given the facts and the answers so far."""

    key: str
    flag: str
    words: Callable[[Mapping[str, str]], str]
    hint: Callable[[Facts, Mapping[str, str]], str]
    otherwise: str = ""
    """What an empty answer means; without it there must be one."""


@dataclass(frozen=True, slots=True)
class Judged:
    """An answer as it will stand in the file, and what there is to say about it."""

    text: str
    advice: tuple[Diagnostic, ...] = ()


def judge(key: str, answer: str, answers: Mapping[str, str], facts: Facts) -> Judged:
    """Take an answer. Raises UsageProblem for one that no file may have, ConfigProblem for one that the pair refuses."""
    row = BY_NAME[key]
    value = _value(row, answer)
    values = {name: _value(BY_NAME[name], text) for name, text in answers.items()} | {key: value}
    loaded = _as_loaded(values, facts)
    about = [one for one in diagnose(loaded, facts) if one.key == key or (one.code, key) == ("PMM030", "ask_spread")]
    for one in about:
        if one.severity is Severity.ERROR:
            raise ConfigProblem(one.message, remedy=one.help)
    return Judged(_text(row, value, answer), tuple(about))


def said_of(path: Path, answers: Mapping[str, str], facts: Facts) -> list[Diagnostic]:
    """What `config check` will say of the finished file. Raises FileProblems for keys that do not go together."""
    values = {name: _value(BY_NAME[name], text) for name, text in answers.items()}
    loaded = _as_loaded(values, facts)
    written = {name: Entry(name, 0, text, text) for name, text in answers.items() if text}
    if problems := list(problems_between(loaded.values, written, path)):
        raise FileProblems([replace(one, line=None) for one in problems])
    return diagnose(loaded, facts)


def taken(key: str, answer: str) -> str:
    """An answer as it will stand in the file, looked at by itself. Raises UsageProblem."""
    return _text(BY_NAME[key], _value(BY_NAME[key], answer), answer)


def template_text() -> str:
    """A file of today's template with Hummingbot's defaults; blank where there is none."""
    return resources.files("valr_maker.config").joinpath("template.yml").read_text(encoding="utf-8")


def filled(answers: Mapping[str, str]) -> str:
    """The whole file, with every key of the template and these values."""
    text = template_text()
    for key, value in answers.items():
        line = f"{key}: {_as_yaml(value)}".rstrip()
        text = re.sub(rf"^{key}:.*$", lambda _, line=line: line, text, flags=re.MULTILINE)  # type: ignore[misc]
    return text


def _as_yaml(text: str) -> str:
    """In quotes where YAML would read something else."""
    as_it_is = _PLAIN.fullmatch(text) and text.lower() != "null"
    return text if not text or as_it_is else json.dumps(text, ensure_ascii=False)


def _value(row: Key, answer: str) -> Value:
    try:
        value = parse(row, answer.strip())
    except WrongKind as problem:
        raise UsageProblem(f"{row.name}: {answer} {problem}", remedy=_remedy(row)) from problem
    if value is None and row.required:
        raise UsageProblem(f"{row.name} needs an answer", remedy=_remedy(row))
    if value is not None and not row.valid.holds(value):
        raise UsageProblem(f"{row.name}: {answer} is not {row.valid.words}", remedy=_remedy(row))
    return value


def _remedy(row: Key) -> str:
    such = f", such as {row.example}" if row.example else ""
    words = row.valid.words if row.valid.words != "anything" else row.kind.value
    return f"It must be {words}{such}"


def _text(row: Key, value: Value, answer: str) -> str:
    """As Hummingbot writes it: a number with its point, True and False, a blank for none."""
    if value is None:
        return ""
    if isinstance(value, Decimal | float) and not isinstance(value, bool):
        number = plain(Decimal(str(value)))
        return number if "." in number else f"{number}.0"
    if row.kind in {Kind.BOOL, Kind.INT}:
        return str(value)
    return answer.strip().upper() if row.name == "market" else answer.strip()


def _as_loaded(values: Mapping[str, Value], facts: Facts) -> Loaded:
    stand_ins = dict(_STAND_INS)
    if "bid_spread" in values:
        stand_ins["ask_spread"] = values["bid_spread"]
    if facts.pair is not None:
        stand_ins["order_amount"] = facts.pair.min_base
    whole = {row.name: row.default for row in KEYS} | stand_ins | dict(values)
    if isinstance(whole["market"], str):
        whole["market"] = whole["market"].upper()
    texts = {name: str(value) for name, value in whole.items()}
    return Loaded(Path("new"), settings_of(whole, values), whole, texts, dict.fromkeys(whole, 0))


# ---- the questions --------------------------------------------------------------------------------------------------
def _amount_hint(facts: Facts, answers: Mapping[str, str]) -> str:
    if facts.pair is None:
        return ""
    spread = Decimal(answers.get("bid_spread", "0")) / 100
    smallest = smallest_order(facts.pair, None if facts.mid is None else facts.mid * (1 - spread))
    worth = "" if facts.mid is None else f", worth {_four(smallest * facts.mid)} {_quote(answers)}"
    return f"at least {plain(smallest)} {_base(answers)}{worth}, in steps of {plain(facts.pair.lot)}"


def _spread_hint(facts: Facts, _answers: Mapping[str, str]) -> str:
    parts = []
    if facts.pair is not None and facts.mid:
        tick_pct = (facts.pair.tick / facts.mid * 100).quantize(Decimal("0.0001"), ROUND_UP)
        parts.append(f"one tick is {plain(tick_pct)} %")
    if facts.maker_fee is not None:
        parts.append(f"your maker fee is {plain(facts.maker_fee * 100)} %")
    return "; ".join([*parts, "1 is 1 %"])


def pair_line(facts: Facts, market: str) -> str:
    """The pair in one line, for between the questions. Empty when nothing is known."""
    pair = facts.pair
    if pair is None:
        return ""
    base, quote = market.split("-")
    price = "no price now" if facts.mid is None else f"price {plain(facts.mid)} {quote}"
    fee = "" if facts.maker_fee is None else f", maker fee {plain(facts.maker_fee * 100)} %"
    return (
        f"{market}: {price}, tick {plain(pair.tick)} {quote}, "
        f"orders of {plain(pair.min_base)} {base} and {plain(pair.min_quote)} {quote} or more{fee}"
    )


def _base(answers: Mapping[str, str]) -> str:
    return answers.get("market", "BASE-QUOTE").partition("-")[0]


def _quote(answers: Mapping[str, str]) -> str:
    return answers.get("market", "BASE-QUOTE").partition("-")[2]


def _four(amount: Decimal) -> str:
    return plain(amount.quantize(Decimal("0.0001")))


QUESTIONS = (
    Question("exchange", "--exchange", lambda _: "Which connector is the file for?",
             lambda _facts, _answers: "valr, or valr_sandbox; the venue is chosen when it runs"),
    Question("market", "--pair", lambda _: "Which pair shall be quoted?",
             lambda _facts, _answers: "BASE-QUOTE, such as DOGE-USDT"),
    Question("bid_spread", "--bid-spread",
             lambda _: "How far below the mid price does the first bid stand, in per cent?", _spread_hint),
    Question("ask_spread", "--ask-spread",
             lambda _: "How far above the mid price does the first ask stand, in per cent?", _spread_hint),
    Question("order_refresh_time", "--order-refresh-time",
             lambda _: "After how many seconds are orders taken away and placed anew?",
             lambda _facts, _answers: "15 is usual"),
    Question("order_amount", "--order-amount", lambda answers: f"How much {_base(answers)} is each order for?",
             _amount_hint),
    Question("ping_pong_enabled", "--ping-pong",
             lambda _: "After a fill, quote the other side only, until both have filled equally often?",
             lambda _facts, _answers: "yes or no; empty is no", otherwise="False"),
)  # fmt: skip
