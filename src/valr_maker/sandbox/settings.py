"""`NAME=VALUE` from a command line into `Rules`: what the sandbox shall do differently from its defaults.

Room rule: pure. The types of the fields say what a value may be; whatever a sandbox could not live with is refused here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

import msgspec

from valr_maker.errors import UsageProblem
from valr_maker.sandbox.order import Status
from valr_maker.sandbox.rules import DEFAULT, Latency, Rules

LATENCY = "latency."
ABSENT = ("none", "null", "")
UNFILLED = (Status.FAILED.value, Status.CANCELLED.value)
"""What becomes of an order that is for now or never and meets nobody."""
STATUSES = range(400, 500)


def names() -> tuple[str, ...]:
    """Every setting, as it is written."""
    plain = (one.name for one in fields(Rules) if one.name != "latency")
    return (*plain, *(LATENCY + one.name for one in fields(Latency)))


def settings(given: Iterable[str], base: Rules = DEFAULT) -> Rules:
    """The base with these settings, each `NAME=VALUE`. Raises UsageProblem."""
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or name not in names():
            raise UsageProblem(
                f"--set {text} is no setting", remedy=f"Write NAME=VALUE, with one of {', '.join(names())}"
            )
        base = _with(base, name, value.strip())
    return base


def changed(rules: Rules) -> Mapping[str, str]:
    """What is not as by default."""
    return {name: str(_value(rules, name)) for name in names() if _value(rules, name) != _value(DEFAULT, name)}


def _value(rules: Rules, name: str) -> object:
    return getattr(rules.latency, name.removeprefix(LATENCY)) if name.startswith(LATENCY) else getattr(rules, name)


def _with(base: Rules, name: str, text: str) -> Rules:
    kind, field = (Latency, name.removeprefix(LATENCY)) if name.startswith(LATENCY) else (Rules, name)
    wanted = next(one.type for one in fields(kind) if one.name == field)
    try:
        value: Any = msgspec.convert(None if text.lower() in ABSENT else text, wanted, strict=False)
        if problem := _problem(field, value):
            raise UsageProblem(f"--set {name}={text}: {problem}", remedy="docs/conformance.md lists the settings")
    except msgspec.ValidationError as problem:
        raise UsageProblem(
            f"--set {name}={text}: {problem}", remedy=f"The default is {_value(DEFAULT, name)}"
        ) from problem
    if kind is Latency:
        return replace(base, latency=replace(base.latency, **{field: value}))
    return replace(base, **{field: value})


def _problem(field: str, value: Any) -> str:
    """Why a sandbox could not live with it; empty when it can."""
    if field.endswith("_status") and isinstance(value, str):
        return "" if value in UNFILLED else f"it is {' or '.join(UNFILLED)}"
    if field.endswith("_status"):
        return "" if value in STATUSES else f"it is a status from {STATUSES.start} to {STATUSES.stop - 1}"
    if field.endswith("_code"):
        return "" if value < 0 else "VALR's codes are below zero"
    if field.endswith("_chance"):
        return "" if 0 <= value <= 1 else "a chance is 0 to 1"
    if isinstance(value, bool) or value is None:
        return ""
    return "" if Decimal(value).is_finite() and value >= 0 else "it is a number, zero or more"
