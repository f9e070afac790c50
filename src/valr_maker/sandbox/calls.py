"""One REST call on its way through the desk: what a route is given, and what it gives back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from valr_maker.sandbox.accounts import Account
from valr_maker.sandbox.agenda import Action
from valr_maker.sandbox.bodies import Query
from valr_maker.sandbox.exchange import Exchange
from valr_maker.sandbox.facts import PairSpec, Rejected
from valr_maker.sandbox.floor import Floor
from valr_maker.sandbox.login import LOCAL, Login
from valr_maker.sandbox.refusals import UNAUTHORISED, failure, no
from valr_maker.wire import codes, rest

PRIMARY_ONLY = "Only the primary account may do this"
"""Our words: no source has VALR's."""
JSON = {"content-type": "application/json"}


class Request(NamedTuple):
    """One HTTP request; `target` is path and query exactly as sent, header names in any case."""

    verb: str
    target: str
    headers: Mapping[str, str]
    body: bytes = b""
    address: str = LOCAL
    """Where the client calls from."""


class Reply(NamedTuple):
    """One HTTP answer. Header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Later(NamedTuple):
    """An answer that the engine gives. `reply` makes it of what `work` gave; it may raise Rejected."""

    work: Action
    reply: Callable[[Any], Reply]


@dataclass(frozen=True, slots=True)
class Call:
    """What a route needs to know. `signer` is None on public routes."""

    floor: Floor
    signer: Login | None
    parts: Mapping[str, str]
    query: Query
    body: bytes
    now_s: float
    read_only: bool = False
    path: str = ""

    @property
    def exchange(self) -> Exchange:
        """Where it is all true."""
        return self.floor.exchange

    @property
    def account(self) -> Account:
        """Who is acted for. Only on signed routes."""
        return self.login.account

    @property
    def login(self) -> Login:
        """Who signed, with which key. Only on signed routes."""
        assert self.signer is not None, "a public route asks for an account"
        return self.signer

    def primary(self) -> Account:
        """The account of a primary key that acts for itself. Raises Rejected 401 for any sub-account (D)."""
        if self.account.parent is not None:
            raise Rejected(codes.INVALID_REQUEST.number, PRIMARY_ONLY, UNAUTHORISED)
        return self.account

    @property
    def strict(self) -> bool:
        """Whether enums must come in upper case."""
        return self.exchange.rules.upper_case_only

    def pair(self) -> PairSpec:
        """The pair of the path. Raises Rejected -21 for one that does not exist."""
        return known_pair(self.exchange, self.parts["pair"])


Route = Callable[[Call], Reply | Later]


def known_pair(exchange: Exchange, symbol: str) -> PairSpec:
    """A pair in whatever letter case. Raises Rejected -21 for one that does not exist."""
    spec = exchange.pairs.get(symbol.upper())
    if spec is None:
        raise no(codes.UNSUPPORTED_PAIR)
    return spec


Row = TypeVar("Row")


def before(row_id: str, rows: list[Row], id_of: Callable[[Row], str]) -> list[Row]:
    """What comes after the row of this id, that is, what is older; all when there is no such row."""
    for place, row in enumerate(rows):
        if row_id and id_of(row) == row_id:
            return rows[place + 1 :]
    return rows


def good(body: object, status: int = 200) -> Reply:
    """An answer in JSON."""
    return Reply(status, JSON, rest.encode(body))


def refused(rejected: Rejected) -> Reply:
    """A refusal as VALR puts it."""
    return Reply(rejected.status, JSON, rest.encode(failure(rejected)))
