"""What a case says when the exchange is not as the reference has it, and the shapes of messages.

A shape names every key of an object with its kind; a name that ends in `?` may be absent. Kinds look at the JSON, so
that "1" and 1 are different things.
"""

import re
from collections.abc import Callable
from typing import Any
from zlib import crc32

from valr_maker.errors import ValrMakerError

SHOWN = 160


class Mismatch(ValrMakerError):
    """The exchange does something else than the reference says."""


class Untried(ValrMakerError):
    """Nothing is there to look at: neither right nor wrong."""


def some(rows: Any, what: str) -> None:
    """Raises Untried when nothing has happened yet that the rows could tell of."""
    if rows == []:
        raise Untried(f"{what}: there is nothing yet")


def same(found: object, wanted: object, what: str) -> None:
    """Raises Mismatch unless they are equal."""
    if found != wanted:
        raise Mismatch(f"{what}: wanted {shown(wanted)}, found {shown(found)}")


def holds(truth: object, what: str, found: object = "") -> None:
    """Raises Mismatch unless it is so."""
    if not truth:
        raise Mismatch(what + (f": found {shown(found)}" if found != "" else ""))


def shown(value: object) -> str:
    """At most a line of it."""
    text = repr(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}..."


# ---- kinds of values ------------------------------------------------------------------------------------------------
Kind = Callable[[Any], bool]


def _pattern(pattern: str) -> Kind:
    compiled = re.compile(pattern)
    return lambda value: isinstance(value, str) and compiled.fullmatch(value) is not None


text: Kind = _pattern(r"(?s).*")
word: Kind = _pattern(r".+")
amount: Kind = _pattern(r"-?(0|[1-9]\d*)(\.\d*[1-9])?")
"""A number as text: plain digits, no exponent, no zeros at its end (reference 0.3)."""
percent2: Kind = _pattern(r"\d+\.\d\d")
iso_ms: Kind = _pattern(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
iso_fine: Kind = _pattern(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6,9}Z")
iso_any: Kind = _pattern(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,9}Z")
iso_bare: Kind = _pattern(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?")
iso_second: Kind = _pattern(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.0+)?Z")
uuid: Kind = _pattern(r"[0-9a-f]{8}-[0-9a-f]{4}-[147][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
side: Kind = _pattern(r"buy|sell")
digits: Kind = _pattern(r"\d+")


def whole(value: Any) -> bool:
    """A JSON number without a fraction."""
    return isinstance(value, int) and not isinstance(value, bool)


def number(value: Any) -> bool:
    """A JSON number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def flag(value: Any) -> bool:
    """True or false."""
    return isinstance(value, bool)


def anything(_value: Any) -> bool:
    """Whatever it is."""
    return True


Shape = dict[str, Any]
"""Kind, or the shape of an object, by key."""


def rows(kind: Kind | Shape) -> Kind:
    """A list of these; it may be empty."""
    return lambda value: isinstance(value, list) and all(_is(kind, one) for one in value)


def pair_of(kind: Kind) -> Kind:
    """A list of exactly two."""
    return lambda value: isinstance(value, list) and len(value) == 2 and all(map(kind, value))


def either(*kinds: Kind | Shape) -> Kind:
    """Any one of these."""
    return lambda value: any(_is(kind, value) for kind in kinds)


def _is(kind: Kind | Shape, value: Any) -> bool:
    if isinstance(kind, dict):
        return not list(departures(value, kind, extras=False))
    return kind(value)


def departures(value: Any, fields: Shape, *, extras: bool) -> list[str]:
    """What is not as the shape has it. `extras`: also keys that it does not know."""
    if not isinstance(value, dict):
        return [f"not an object but {shown(value)}"]
    found, known = [], set()
    for name, kind in fields.items():
        key = name.rstrip("?")
        known.add(key)
        if key not in value:
            if not name.endswith("?"):
                found.append(f"{key} is missing")
        elif isinstance(kind, dict):
            found += [f"{key}: {one}" for one in departures(value[key], kind, extras=extras)]
        elif not kind(value[key]):
            found.append(f"{key} is {shown(value[key])}")
    if extras:
        found += [f"{key} is not known" for key in value if key not in known]
    return found


# ---- checksums, from the reference alone (6.1, 6.2) -----------------------------------------------------------------
CHECKED = 25


def checksum(bids: list[tuple[str, str]], asks: list[tuple[str, str]]) -> int:
    """CRC32 of the first 25 of both sides, bid and ask in turn, all joined with colons.

    >>> checksum([("A1", "120.5"), ("A2", "40"), ("A3", "7.1")], [("S1", "55")])
    3805694147
    """
    parts: list[str] = []
    for place in range(CHECKED):
        for one_side in (bids, asks):
            if place < len(one_side):
                parts += one_side[place]
    return crc32(":".join(parts).encode())
