"""Asks the custom API or the other market of a file's price_source, again and again, and tells the engine."""

from collections.abc import Awaitable, Callable

from valr_maker.clock import Clock
from valr_maker.engine.messages import ElsewhereFailed, ElsewherePrice
from valr_maker.gateway.transport import Fetcher
from valr_maker.market.tickers import TICKERS, NoPrice, Prices, read_number, read_ticker
from valr_maker.strategy.settings import PriceSource, Reference
from valr_maker.strategy.view import Quotes

Tell = Callable[[ElsewherePrice | ElsewhereFailed], Awaitable[None]]
OK = 200


class PricePoller:
    """Polls one address. Only for a file whose price_source is not the market that is traded."""

    def __init__(self, reference: Reference, fetcher: Fetcher, clock: Clock, tell: Tell) -> None:
        self._fetcher, self._clock, self._tell = fetcher, clock, tell
        self._ticker = None
        if reference.source is PriceSource.CUSTOM_API:
            assert reference.url is not None, "config has seen to it"
            self._url, self._every_s = reference.url, reference.interval_s
        else:
            assert reference.exchange is not None, "likewise"
            assert reference.market is not None, "likewise"
            self._ticker = TICKERS[reference.exchange]
            self._url, self._every_s = self._ticker.address(reference.market), self._ticker.every_s

    async def run(self) -> None:
        """Ask for ever."""
        while True:
            await self._tell(await self._ask())
            await self._clock.sleep(self._every_s)

    async def _ask(self) -> ElsewherePrice | ElsewhereFailed:
        try:
            reply = await self._fetcher.fetch(self._url)
            if reply.status != OK:
                return ElsewhereFailed(f"it answers with HTTP status {reply.status}")
            if self._ticker is None:
                return ElsewherePrice(price=read_number(reply.body))
            return ElsewherePrice(quotes=_quotes(read_ticker(self._ticker, reply.body)))
        except (ConnectionError, TimeoutError, NoPrice) as problem:
            return ElsewhereFailed(str(problem) or "no answer in time")


def _quotes(prices: Prices) -> Quotes:
    return Quotes(prices.bid, prices.ask, prices.last)
