"""What is examined: a file, a venue, a key, and what earlier steps have learnt."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from valr_maker.chance import Chance
from valr_maker.clock import Clock
from valr_maker.config.load import Loaded
from valr_maker.domain import Market
from valr_maker.errors import ExchangeUnreachable, KeyProblem
from valr_maker.gateway.client import SERVER_FAULT, NoAnswer, NotSent, Refused, RestClient
from valr_maker.gateway.rate import RateBudget
from valr_maker.gateway.transport import Fetcher, NameUnknown, NotListening, Socket, TlsFailed, Transport
from valr_maker.keys import ApiKey
from valr_maker.market.pair import PairRules
from valr_maker.wire import codes, rest, sign, stream
from valr_maker.wire.closed import SocketClosed
from valr_maker.wire.codes import WireError
from valr_maker.wire.endpoints import Endpoint
from valr_maker.wire.sign import Stream

Answer = TypeVar("Answer")

PATIENCE_S = 8.0
KEY_CODES = {code.number for code in (codes.BAD_SIGNATURE, codes.KEY_MISSING, codes.IP_NOT_ALLOWED)}
FORBIDDEN = 403
TLS_REMEDY = (
    "Something between here and VALR answers in its place: a proxy, a hotel's login page, a virus scanner. Use another"
    " network, set this machine's clock, or renew its certificates; never switch the check off"
)
LISTENING_REMEDY = (
    "Check the address and its port, and a firewall between; is the sandbox still served? Without a network:"
    " --venue sandbox"
)
LIMITED_REMEDY = (
    "Wait that long and try again; other programs with this address or key spend the same budget. A run waits by itself"
)
FAULT_REMEDY = "VALR itself fails, not this machine: wait a minute and try again. A run asks again by itself"
NAME_REMEDY = "Check the network and its name server (DNS); without a network: --venue sandbox"


@dataclass(slots=True)
class Patient:
    """Steps read what they need and leave what they learnt."""

    venue: str
    address: str
    transport: Transport
    clock: Clock
    chance: Chance
    key: ApiKey | None
    key_missing: KeyProblem | None = None
    """Why there is no key, when there is none."""
    conf: Path | None = None
    default_market: Market = field(default_factory=lambda: Market.parse("DOGE-USDT"))
    place_test_order: bool = False
    fetcher: Fetcher | None = None
    """For prices of other markets."""
    loaded: Loaded | None = None
    client: RestClient = field(init=False)
    rules: PairRules | None = None
    listed: dict[str, PairRules] = field(default_factory=dict)
    rules_hold: bool = False
    """Whether the file can be run by the pair's rules."""
    listed_after_s: float = 0.0
    """How long the one request for all pairs took."""
    order_types: list[str] = field(default_factory=list)
    mid: Decimal | None = None
    key_info: rest.KeyInfo | None = None
    maker_fee_pct: Decimal | None = None
    balances: dict[str, Decimal] = field(default_factory=dict)
    """What is free, by currency."""

    def __post_init__(self) -> None:
        self.client = RestClient(self.transport, self.clock, self.key, RateBudget())

    @property
    def market(self) -> Market:
        """The pair in question: the file's, or DOGE-USDT."""
        return self.loaded.settings.market if self.loaded else self.default_market

    @property
    def active_pairs(self) -> tuple[str, ...]:
        """Names such as DOGE-USDT, of all pairs that can be traded."""
        return tuple(f"{row.base}-{row.quote}" for row in self.listed.values() if row.active)

    async def ask(self, endpoint: Endpoint, **arguments: Any) -> Any:
        """Put one question. Raises ExchangeUnreachable or KeyProblem with the exchange's own words."""
        return await self._in_words(self.client.call(endpoint, **arguments))

    async def learn_time(self) -> float:
        """How far the exchange's clock is ahead, in seconds; from now on requests are signed by it. Raises as `ask`."""
        return await self._in_words(self.client.synchronise())

    @staticmethod
    async def _in_words(asked: Awaitable[Answer]) -> Answer:
        try:
            return await asked
        except Refused as problem:
            if problem.code in KEY_CODES or problem.status == FORBIDDEN:
                raise KeyProblem(
                    f"the exchange refuses the key: {problem.why}", remedy=_key_remedy(problem)
                ) from problem
            raise ExchangeUnreachable(str(problem)) from problem
        except (NoAnswer, NotSent, WireError) as problem:
            raise _unreachable(problem, str(problem)) from problem

    async def connect(self, which: Stream) -> Socket:
        """Open a stream, signed where it must be. Raises ExchangeUnreachable."""
        headers: dict[str, str] = {}
        if which is Stream.ACCOUNT and self.key is not None:
            stamp_ms = int(self.client.wall_s() * 1000)
            headers = dict(sign.headers(self.key.key, self.key.secret, stamp_ms, "GET", which.path))
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await self.transport.connect(which.path, headers)
        except (TimeoutError, ConnectionError, SocketClosed) as problem:
            raise _unreachable(problem, f"{which.path}: {_said(problem)}") from problem


async def until(socket: Socket, wanted: Callable[[Any], bool], what: str) -> Any:
    """Read messages until one is wanted, and return it. Raises ExchangeUnreachable after PATIENCE_S."""
    reader = stream.Reader(stream.Incoming)
    try:
        async with asyncio.timeout(PATIENCE_S):
            while True:
                message = reader.read(await socket.receive())
                if wanted(message):
                    return message
    except TimeoutError as problem:
        raise ExchangeUnreachable(f"no {what} within {PATIENCE_S:.0f} s") from problem
    except SocketClosed as problem:
        raise ExchangeUnreachable(f"the connection ended before {what}: {_said(problem)}") from problem
    except WireError as problem:
        raise ExchangeUnreachable(f"a malformed frame came before {what}: {problem}") from problem


def _said(problem: BaseException) -> str:
    return str(problem) or f"no answer within {PATIENCE_S:.0f} s"


def _unreachable(problem: BaseException, words: str) -> ExchangeUnreachable:
    """The cause in its own words where it is known; what each step says of the rest is better than anything here."""
    if isinstance(problem, NotSent) and problem.wait_s is not None:
        return ExchangeUnreachable(words, remedy=LIMITED_REMEDY)
    if isinstance(problem, NoAnswer) and (problem.status or 0) >= SERVER_FAULT:
        return ExchangeUnreachable(words, remedy=FAULT_REMEDY)
    cause: BaseException | None = problem
    while cause is not None:
        if isinstance(cause, TlsFailed):
            return ExchangeUnreachable(str(cause), remedy=TLS_REMEDY)
        if isinstance(cause, NameUnknown):
            return ExchangeUnreachable(str(cause), remedy=NAME_REMEDY)
        if isinstance(cause, NotListening):
            return ExchangeUnreachable(str(cause), remedy=LISTENING_REMEDY)
        cause = cause.__cause__
    return ExchangeUnreachable(words)


def _key_remedy(problem: Refused) -> str:
    if problem.code == codes.IP_NOT_ALLOWED.number:
        return "Add this machine's address to the key's allow-list on VALR, or make a key without one"
    if problem.code == codes.BAD_SIGNATURE.number:
        return "Copy key and secret again, whole; both belong to the same key, and it must still be there on VALR"
    return "Check the key on VALR: it needs View access and Trade"
