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


class PriceAsker:
    """Asks one address once. Only for a file whose price comes from an address, and not from a pair of this exchange."""

    def __init__(self, reference: Reference, fetcher: Fetcher) -> None:
        self._fetcher, self._ticker = fetcher, None
        if reference.source is PriceSource.CUSTOM_API:
            assert reference.url is not None, "config has seen to it"
            self.url, self.every_s = reference.url, reference.interval_s
        else:
            assert reference.exchange is not None, "likewise"
            assert reference.market is not None, "likewise"
            self._ticker = TICKERS[reference.exchange]
            self.url, self.every_s = self._ticker.address(reference.market), self._ticker.every_s

    async def ask(self) -> ElsewherePrice | ElsewhereFailed:
        """What it says, or why it says nothing."""
        try:
            reply = await self._fetcher.fetch(self.url)
            if reply.status != OK:
                return ElsewhereFailed(f"it answers with HTTP status {reply.status}")
            if self._ticker is None:
                return ElsewherePrice(price=read_number(reply.body))
            return ElsewherePrice(quotes=_quotes(read_ticker(self._ticker, reply.body)))
        except (ConnectionError, TimeoutError, NoPrice) as problem:
            return ElsewhereFailed(str(problem) or "no answer in time")


class PricePoller:
    """Asks for ever, and tells the engine."""

    def __init__(self, reference: Reference, fetcher: Fetcher, clock: Clock, tell: Tell) -> None:
        self._asker, self._clock, self._tell = PriceAsker(reference, fetcher), clock, tell

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            await self._tell(await self._asker.ask())
            await self._clock.sleep(self._asker.every_s)


def _quotes(prices: Prices) -> Quotes:
    return Quotes(prices.bid, prices.ask, prices.last)
