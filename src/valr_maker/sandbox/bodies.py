"""What clients ask for, read leniently: numbers or strings, null or absent, any letter case (reference 3.2, 11.2)."""

from typing import Any, TypeVar
from urllib.parse import parse_qsl

import msgspec

from valr_maker.sandbox.refusals import Invalid, unreadable
from valr_maker.wire.text import seconds_of

DIGITS_MAX = 10
"""A whole number in a query longer than this is a mistake; seconds since 1970 have ten digits."""
PAGE = 100
DAY_S = 86_400
MILLISECOND_S = 0.000_999
"""Times are printed to the millisecond: an end is meant with all of its own."""

Asked = TypeVar("Asked")
Flag = bool | str | None

_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def read(decoder: "msgspec.json.Decoder[Asked]", raw: bytes | str | msgspec.Raw) -> Asked:
    """A typed body. Raises Rejected: -113 for broken JSON, -11 with the field for the wrong shape."""
    try:
        return decoder.decode(raw)
    except _UNREADABLE as problem:
        raise unreadable(problem) from problem


def flag(name: str, value: Flag) -> bool:
    """A boolean as clients send it: true, "true", absent. Raises Rejected."""
    if isinstance(value, str):
        if value.lower() not in ("true", "false"):
            raise Invalid.of(name, "must be true or false")
        return value.lower() == "true"
    return bool(value)


class Query:
    """The parameters of a request target; of a name given twice the last one counts."""

    def __init__(self, text: str) -> None:
        self._values: dict[str, Any] = dict(parse_qsl(text, keep_blank_values=True)) if text else {}

    def text(self, name: str) -> str:
        """The text, "" if absent."""
        return str(self._values.get(name, ""))

    def words(self, name: str) -> frozenset[str]:
        """A comma-separated list in upper case."""
        return frozenset(word.strip().upper() for word in self.text(name).split(",") if word.strip())

    def flag(self, name: str, *, default: bool = False) -> bool:
        """`true` or `false`. Raises Rejected."""
        given = self.text(name)
        return flag(name, given) if given else default

    def whole(self, name: str, default: int, most: int | None = None) -> int:
        """A whole number, not below zero. Raises Rejected."""
        given = self.text(name)
        if not given:
            return default
        if not (given.isascii() and given.isdigit() and len(given) <= DIGITS_MAX):
            raise Invalid.of(name, "must be a whole number")
        return int(given) if most is None else min(int(given), most)

    def page(self, most: int = PAGE) -> slice:
        """`skip` and `limit` (100 by default, at most `most`). Raises Rejected."""
        skip = self.whole("skip", 0)
        return slice(skip, skip + self.whole("limit", min(PAGE, most), most))

    def span(self, now_s: float, window_days: int | None = None) -> tuple[float, float]:
        """`startTime` and `endTime`; without either all, or the last days of a window. Raises Rejected."""
        start_s = 0.0 if window_days is None or self.text("endTime") else now_s - window_days * DAY_S
        end_s = self.second("endTime", now_s) + (MILLISECOND_S if self.text("endTime") else 0.0)
        return self.second("startTime", start_s), end_s

    def second(self, name: str, default: float) -> float:
        """An ISO time as seconds since 1970, and 1970 for whatever lies before. Raises Rejected."""
        given = self.text(name)
        if not given:
            return default
        try:
            return max(seconds_of(given), 0.0)
        except (ValueError, OverflowError) as problem:
            raise Invalid.of(name, "must be an ISO 8601 time") from problem
