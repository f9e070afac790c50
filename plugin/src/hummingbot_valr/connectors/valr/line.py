"""The connector's line to VALR: valr_maker's client, budgets and connections, with a life that suits Hummingbot.

Hummingbot makes connectors that never start (`connect`, `balance`), and starts and stops one connector several times.
Connections are therefore opened when a socket asks for them, kept while the network is started, and closed with it.
"""

from collections.abc import Mapping
from typing import NamedTuple

import aiohttp
from hummingbot.connector.time_synchronizer import TimeSynchronizer
from hummingbot.core.web_assistant.connections.connections_factory import ConnectionsFactory
from hummingbot.core.web_assistant.connections.data_types import RESTMethod, RESTRequest
from yarl import URL

from valr_maker.clock import RealClock
from valr_maker.gateway.client import RestClient
from valr_maker.gateway.rate import RateBudget
from valr_maker.gateway.sockets import AiohttpTransport
from valr_maker.gateway.transport import Reply, Socket, Transport
from valr_maker.keys import ApiKey
from valr_maker.wire import rest

from . import valr_constants as constants

WORDLESS = range(400, 429)


class Answer(NamedTuple):
    """One HTTP answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class HummingbotClock(RealClock):
    """The machine's clock, set right by what Hummingbot learns of the exchange's."""

    def __init__(self, synchronizer: TimeSynchronizer) -> None:
        self._synchronizer = synchronizer

    def wall_s(self) -> float:
        """The exchange's wall time."""
        return float(self._synchronizer.time())


class LazyTransport:
    """Opens connections of its own when the first socket is asked for; before that, Hummingbot's shared ones serve."""

    def __init__(self, domain: str) -> None:
        self._domain = domain
        self._kept: Transport | None = None

    async def request(self, verb: str, target: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """One HTTP exchange. Raises ConnectionError or TimeoutError."""
        if self._kept is not None:
            return await self._kept.request(verb, target, headers, body)
        shared = await ConnectionsFactory().get_rest_connection()
        url = URL(constants.addresses(self._domain)[0] + target, encoded=True)  # the signature covers these very bytes
        request = RESTRequest(RESTMethod[verb], url=url, headers=headers, data=body or None)
        try:
            reply = await shared.call(request)
            received = {name.lower(): value for name, value in (reply.headers or {}).items()}
            return Answer(reply.status, received, (await reply.text()).encode())
        except TimeoutError:
            raise
        except (aiohttp.ClientError, OSError) as problem:
            raise ConnectionError(str(problem) or type(problem).__name__) from problem
        except (UnicodeDecodeError, LookupError) as problem:  # some front end's page, in letters nobody knows
            raise ConnectionError(f"an answer that cannot be read: {problem}") from problem

    async def connect(self, path: str, headers: Mapping[str, str]) -> Socket:
        """Open a socket, and keep the connections from now on. Raises ConnectionError or TimeoutError."""
        if self._kept is None:
            self._kept = AiohttpTransport(*constants.addresses(self._domain))
        return await self._kept.connect(path, headers)

    async def aclose(self) -> None:
        """Let go of every connection; the next socket opens new ones."""
        kept, self._kept = self._kept, None
        if kept is not None:
            await kept.aclose()


class Worded:
    """A transport whose refusals always have words.

    A 4xx without any body is the application's refusal: VALR's front end, which may say it wrongly, sends a page.
    Should an order rest in spite of it, the list of open orders shows it, and it is taken away as a stray.
    """

    def __init__(self, inner: Transport) -> None:
        self._inner = inner
        self.connect, self.aclose = inner.connect, inner.aclose

    async def request(self, verb: str, target: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """One HTTP exchange. Raises ConnectionError or TimeoutError."""
        reply = await self._inner.request(verb, target, headers, body)
        if reply.status not in WORDLESS or reply.body.strip():
            return reply
        failure = rest.Failure(code=0, message="refused without a word")
        return Answer(reply.status, reply.headers, rest.encode(failure))


class Line:
    """Client, clock, budget and key of one connector."""

    def __init__(self, domain: str, key: ApiKey | None, synchronizer: TimeSynchronizer) -> None:
        self.key = key
        self.clock = HummingbotClock(synchronizer)
        self.budget = RateBudget()
        self.through(LazyTransport(domain))

    def through(self, transport: Transport) -> None:
        """Take this road to the exchange; another one is a sandbox in the same process, or one where things go wrong."""
        self.transport: Transport = Worded(transport)
        self.client = RestClient(self.transport, self.clock, self.key, self.budget)
