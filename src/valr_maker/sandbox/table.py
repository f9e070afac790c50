"""Which function answers which endpoint, and how a verb and a path find it."""

from collections.abc import Callable, Mapping
from typing import TypeVar
from urllib.parse import unquote

from valr_maker.sandbox.calls import Route
from valr_maker.sandbox.refusals import NOT_FOUND, no
from valr_maker.wire import codes
from valr_maker.wire.endpoints import Endpoint

Served = TypeVar("Served", bound=Route)

TABLE: list[tuple[Endpoint, Route]] = []
"""Filled by `serves` as the rooms of routes are imported; routes.py imports them all."""


def serves(*rows: Endpoint) -> Callable[[Served], Served]:
    """Make a function the answer to these endpoints."""

    def enter(route: Served) -> Served:
        TABLE.extend((row, route) for row in rows)
        return route

    return enter


class Router:
    """Finds the route of a verb and a path; a path without placeholders comes before one with."""

    def __init__(self) -> None:
        self._fixed = {(row.verb, row.path): (row, route) for row, route in TABLE if "{" not in row.path}
        self._open = [(row.verb, row.path.split("/"), (row, route)) for row, route in TABLE if "{" in row.path]

    def find(self, verb: str, path: str) -> tuple[Endpoint, Route, Mapping[str, str]]:
        """Row, route and the parts of the path. Raises Rejected (404) when there is none."""
        if hit := self._fixed.get((verb, path)):
            return *hit, {}
        given = path.split("/")
        for row_verb, shape, (row, route) in self._open:
            if verb != row_verb or len(given) != len(shape):
                continue
            if all(name == part or name[:1] == "{" for name, part in zip(shape, given, strict=True)):
                parts = {name[1:-1]: unquote(part) for name, part in zip(shape, given, strict=True) if name[:1] == "{"}
                return row, route, parts
        raise no(codes.INVALID_REQUEST, NOT_FOUND)  # the body of VALR's 404 for a path is not known
