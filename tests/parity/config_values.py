"""Every key with values that a person may write: does our reader take what Hummingbot's takes, and mean the same?

What Hummingbot's own reader made of each lies in traces/values.json, so that the ordinary tests ask without it.
"""

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from parity.cases import CONF
from parity.scenario import ALL_KEYS

from valr_maker.config.load import load
from valr_maker.config.problems import FileProblems

WRITTEN = (
    "", "null", "~", '""', "0", "1", "3", "5", "5.5", "0.1", "1e2", "1E-3", "-1", "-0.5", "-100", "-101", "-10", "10", "10.0001",
    "99.999", "100", "101", "+2", ".5", "2.", '"0.25"', "'7'", "007", "0x10", "1_000", "1,000", "1, 2, 3", "1,2,", "nan", ".nan",
    "inf", ".inf", "true", "True", "TRUE", "false", "yes", "Yes", "no", "y", "n", "on", "off", "abc", "mid_price", "best_bid",
    "custom", "inventory_cost", "external_market", "custom_api", "[1, 2]", "{a: [buy, 1, 2]}", "2024-01-01", "1:30", "12 # so",
    """ "{'a': ['buy', 1, '2']}" """, '"[1, 2]"', '"{a"',
)  # fmt: skip
REFUSED = "refused"
FILE = Path(__file__).parent / "traces" / "values.json"


def rows() -> Iterator[tuple[str, str]]:
    """Key and text, as they would stand in a file."""
    for key in sorted(ALL_KEYS):
        for text in WRITTEN:
            yield key, text


def lines(key: str, text: str) -> list[str]:
    """A file that would do, with one key written otherwise."""
    return [f"{name}: {value}" for name, value in CONF.items() if name != key] + [f"{key}: {text}"]


def theirs(key: str, text: str, value: Any) -> Any:
    """What Hummingbot's reader makes of it, from what its variable holds afterwards."""
    return REFUSED if value is None and not _blank(text) else comparable(value)


def ours(key: str, text: str, file: Path) -> Any:
    """What our reader makes of it: the value, or REFUSED."""
    file.write_text("\n".join(["template_version: 24", *lines(key, text)]), encoding="utf-8")
    try:
        return comparable(load(file).values[key])
    except FileProblems:
        return REFUSED


def differs(key: str, text: str, wanted: Any, found: Any) -> str | None:
    """None when both make the same of it; else why that is meant, and "" when it is not. Meant is to refuse, at most."""
    if found == wanted or (found != found and wanted != wanted):  # noqa: PLR0124 - no number equals itself
        return None
    return known(key, text, wanted) if found == REFUSED else ""


def write(made: Mapping[str, list[Any]], version: str, command: str) -> None:
    """Keep what Hummingbot made of every value of every key, a line a key."""
    rows = ",\n".join(f"  {json.dumps(key)}: {json.dumps(values)}" for key, values in made.items())
    head = "\n".join(
        f" {json.dumps(name)}: {json.dumps(text)}," for name, text in (("made by", version), ("remade by", command))
    )
    FILE.write_text(
        f'{{\n{head}\n "written": {json.dumps(WRITTEN)},\n "values": {{\n{rows}\n }}\n}}\n', encoding="utf-8"
    )


def read() -> Iterator[tuple[str, str, Any]]:
    """Key, text, and what Hummingbot made of it."""
    kept = json.loads(FILE.read_text(encoding="utf-8"))
    assert tuple(kept["written"]) == WRITTEN, "make parity-record"
    for key, values in kept["values"].items():
        yield from ((key, text, value) for text, value in zip(WRITTEN, values, strict=True))


def comparable(value: Any) -> Any:
    """Values that mean the same are equal: numbers as numbers, lists as their items."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, Decimal | int | float):
        return float(value)
    if isinstance(value, list | tuple):
        items = [comparable(item) for item in value]
        return items[0] if len(items) == 1 else items
    if isinstance(value, dict):
        return {str(name): comparable(one) for name, one in value.items()}
    if isinstance(value, str):
        try:
            parts = [float(part) for part in value.split(",")]
        except ValueError:
            return value
        return parts[0] if len(parts) == 1 else parts
    return str(value)


NO_NUMBER = "a number that is none would stop every comparison"
HEXADECIMAL = "a hexadecimal number is nobody's spread"
TRUTH = "truth is not a number"
FRACTION = "a fraction of a level is dropped there"
LACKING = "what goes with it is missing: it is asked for there later"
NO_ORDERS = "it takes anything for orders there, and then does not start"
REASONS = (NO_NUMBER, HEXADECIMAL, TRUTH, FRACTION, LACKING, NO_ORDERS)


def known(key: str, text: str, theirs: Any) -> str:
    """Why we refuse what Hummingbot takes; empty if that is not meant."""
    if text == "0x10":
        return HEXADECIMAL
    if str(theirs) in {"nan", "inf"} or (theirs == REFUSED and "inf" in text):
        return NO_NUMBER
    if text.lower() in {"true", "false"} and not isinstance(theirs, bool):
        return TRUTH
    if key == "order_levels" and isinstance(theirs, float) and float(text) != theirs:
        return FRACTION
    if key in {"price_source", "split_order_levels_enabled"} or (theirs is None and _blank(text)):
        return LACKING
    return NO_ORDERS if key == "order_override" and not isinstance(theirs, dict) else ""


def _blank(text: str) -> bool:
    return text in {"", "null", "~", '""'}
