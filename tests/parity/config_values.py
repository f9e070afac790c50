"""Every key with values that a person may write: does our reader take what Hummingbot's takes, and mean the same?"""

from collections.abc import Iterator
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
)  # fmt: skip
REFUSED = "refused"


def rows() -> Iterator[tuple[str, str]]:
    """Key and text, as they would stand in a file."""
    for key in sorted(ALL_KEYS):
        for text in WRITTEN:
            yield key, text


def lines(key: str, text: str) -> list[str]:
    """A file that would do, with one key written otherwise."""
    return [f"{name}: {value}" for name, value in CONF.items() if name != key] + [f"{key}: {text}"]


def ours(key: str, text: str, file: Path) -> Any:
    """What our reader makes of it: the value, or REFUSED."""
    file.write_text("\n".join(["template_version: 24", *lines(key, text)]), encoding="utf-8")
    try:
        return comparable(load(file).values[key])
    except FileProblems as problems:
        if all("not supported" in str(problem) for problem in problems.problems):
            return "not supported yet"
        return REFUSED


def comparable(value: Any) -> Any:
    """Values that mean the same are equal: numbers as numbers, lists as their items."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, Decimal | int | float):
        return float(value)
    if isinstance(value, list):
        items = [comparable(item) for item in value]
        return items[0] if len(items) == 1 else items
    if isinstance(value, str):
        try:
            parts = [float(part) for part in value.split(",")]
        except ValueError:
            return value
        return parts[0] if len(parts) == 1 else parts
    return value


def known(key: str, text: str, theirs: Any) -> str:
    """Why a difference is meant to be; empty if it is not."""
    if text == "0x10":
        return "YAML's hexadecimal numbers are nobody's spread"
    if str(theirs) in {"nan", "inf"} or (theirs == REFUSED and "inf" in text):
        return "a number that is none would stop every comparison"
    if text.lower() in {"true", "false"} and not isinstance(theirs, bool):
        return "truth is not a number"
    if key == "order_levels":
        return "Hummingbot drops the fraction of a number of levels"
    if key in {"price_source", "split_order_levels_enabled"}:
        return "what goes with it is missing: Hummingbot asks for it later"
    if key == "order_override":
        return "Hummingbot takes anything here and then does not start"
    if theirs is None:
        return "a required key that is blank: Hummingbot asks for it later"
    return ""
