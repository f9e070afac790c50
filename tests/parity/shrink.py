"""From a scenario that shows a difference to the smallest one that still does."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from parity.exchange import Scenario

Differs = Callable[[Scenario], bool]
CALM: dict[str, Any] = {
    "funds": {"base": "1000000", "quote": "1000000000000", "base_held": "0", "quote_held": "0"},
    "fees": {"maker": "0", "taker": "0"},
    "maker_type": True,
    "tick_s": 1.0,
    "start_s": 1_700_000_000.0,
    "ready": True,
    "first": "strategy",
    "create_lag": [1],
    "cancel_lag": [1],
    "balance_lag": 0,
    "lose": "0",
    "refuse": "0",
    "cross_fill": "0",
    "fills_first": False,
    "post_only": False,
    "fill_fees": [],
    "cost": None,
    "restored": [],
}
"""A world in which nothing goes wrong."""
ROUND = {"bid_spread": "1", "ask_spread": "1", "order_refresh_time": "5", "order_amount": "1"}
"""Values of the required keys that nobody wonders about."""
TRIES_MAX = 4000


def shrink(scenario: Scenario, differs: Differs) -> Scenario:
    """The smallest scenario found, by leaving out and calming down whatever the difference does not need."""
    tries = 0
    progress = True
    while progress and tries < TRIES_MAX:
        progress = False
        for smaller in candidates(scenario):
            tries += 1
            if tries >= TRIES_MAX:
                break
            if _still(smaller, differs):
                scenario, progress = smaller, True
                break
    return scenario


def line(scenario: Scenario) -> str:
    """A scenario as one line of JSON, for the command line; whatever is calm is left out."""
    shown = {key: value for key, value in scenario.items() if key not in CALM or value != CALM[key]}
    return json.dumps(shown, separators=(",", ":"))


def complete(shown: Scenario) -> Scenario:
    """The scenario of a line: what is not mentioned is calm, and the money suffices for anything."""
    return CALM | shown


def candidates(scenario: Scenario) -> Iterator[Scenario]:
    """Scenarios one step smaller, the boldest first."""
    yield from _shorter(scenario)
    for key, calm in CALM.items():
        if scenario[key] != calm:
            yield scenario | {key: calm}
    yield from _plainer(scenario)
    yield from _quieter(scenario)
    free = scenario["grid"] | {"min_base": "0", "min_quote": "0"}
    if scenario["grid"] != free:
        yield scenario | {"grid": free}


def _shorter(scenario: Scenario) -> Iterator[Scenario]:
    """The first ticks alone, or without a tick in which nothing happens."""
    steps = scenario["steps"]
    count = len(steps)
    for keep in sorted({count // 2, count * 3 // 4, count * 7 // 8, count - 1} - {0, count}):
        yield scenario | {"steps": steps[:keep]}
    for index, events in enumerate(steps):
        if not events:
            yield scenario | {"steps": steps[:index] + steps[index + 1 :]}


def _plainer(scenario: Scenario) -> Iterator[Scenario]:
    """Fewer settings, and plainer values of those that must be there."""
    conf = scenario["conf"]
    for key, value in conf.items():
        if key in ROUND:
            if value != ROUND[key]:
                yield scenario | {"conf": conf | {key: ROUND[key]}}
        elif key not in {"strategy", "exchange", "market"}:
            yield scenario | {"conf": {name: other for name, other in conf.items() if name != key}}
        if isinstance(value, dict) and len(value) > 1:
            for name in value:
                yield scenario | {"conf": conf | {key: {other: row for other, row in value.items() if other != name}}}


def _quieter(scenario: Scenario) -> Iterator[Scenario]:
    """Fewer events, first whole stretches, then one by one."""
    steps = scenario["steps"]
    count = len(steps)
    for size in sorted({count // 2, count // 4, 8, 3} - {0}, reverse=True):
        for start in range(1, count, size):
            end = min(start + size, count)
            if any(steps[start:end]):
                yield scenario | {"steps": steps[:start] + [[]] * (end - start) + steps[end:]}
    for index, events in enumerate(steps):
        for event in range(len(events)):
            yield scenario | {"steps": [*steps[:index], events[:event] + events[event + 1 :], *steps[index + 1 :]]}


def _still(scenario: Scenario, differs: Differs) -> bool:
    try:
        return differs(scenario)
    except (ValueError, ArithmeticError, RuntimeError, TypeError, LookupError):
        return False  # it no longer starts: another scenario, not a smaller one
