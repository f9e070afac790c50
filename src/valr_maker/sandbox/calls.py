"""One REST call on its way through the desk: what a route is given, and what it gives back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from valr_maker.sandbox.accounts import Account
from valr_maker.sandbox.bodies import Query
from valr_maker.sandbox.exchange import Exchange
from valr_maker.sandbox.facts import PairSpec, Rejected
from valr_maker.sandbox.floor import Floor
from valr_maker.sandbox.refusals import failure, no
from valr_maker.wire import codes, rest

JSON = {"content-type": "application/json"}


class Request(NamedTuple):
    """One HTTP request; `target` is path and query exactly as sent, header names in any case."""

    verb: str
    target: str
    headers: Mapping[str, str]
    body: bytes = b""


class Reply(NamedTuple):
    """One HTTP answer. Header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Later(NamedTuple):
    """An answer that the engine gives, when it has done its work: called with that second."""

    finish: Callable[[float], Reply]


@dataclass(frozen=True, slots=True)
class Call:
    """What a route needs to know. `signer` is None on public routes."""

    floor: Floor
    signer: Account | None
    parts: Mapping[str, str]
    query: Query
    body: bytes
    now_s: float
    read_only: bool = False

    @property
    def exchange(self) -> Exchange:
        """Where it is all true."""
        return self.floor.exchange

    @property
    def account(self) -> Account:
        """Who signed. Only on signed routes."""
        assert self.signer is not None, "a public route asks for an account"
        return self.signer

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


def good(body: object, status: int = 200) -> Reply:
    """An answer in JSON."""
    return Reply(status, JSON, rest.encode(body))


def refused(rejected: Rejected) -> Reply:
    """A refusal as VALR puts it."""
    return Reply(rejected.status, JSON, rest.encode(failure(rejected)))
