"""Whether the prices that a file wants from elsewhere can be asked for here."""

from collections.abc import Collection, Iterator
from difflib import get_close_matches
from urllib.parse import urlsplit

from valr_maker.config.load import Loaded
from valr_maker.config.problems import Problem
from valr_maker.market.tickers import TICKERS
from valr_maker.strategy.settings import OWN_VENUE, PriceSource


def problems(loaded: Loaded) -> Iterator[Problem]:
    """What is wrong with the keys that begin with price_source, beyond what Hummingbot looks at."""
    reference = loaded.settings.reference
    external = reference.source is PriceSource.EXTERNAL_MARKET
    if external and reference.exchange not in (*OWN_VENUE, *TICKERS):
        found = "is not an exchange whose prices can be asked for"
        remedy = f"Take one of {', '.join((*OWN_VENUE, *TICKERS))}; or set price_source to custom_api, with an address that answers a number."
        yield _problem(loaded, "price_source_exchange", found, remedy)
    if external and reference.exchange in OWN_VENUE and reference.market == loaded.settings.market:
        found = "is the market that is traded, on the same venue"
        yield _problem(
            loaded, "price_source_market", found, "Set price_source to current_market, or name another pair."
        )
    if reference.source is PriceSource.CUSTOM_API and not _is_address(reference.url or ""):
        found = "is not an address that can be asked"
        yield _problem(
            loaded, "price_source_custom_api", found, "Write it in full, such as https://prices.example/doge."
        )


def unknown_pair(loaded: Loaded, listed: Collection[str]) -> Problem | None:
    """Whether the pair of this exchange that gives the price is none of its pairs; `listed` are names like DOGE-USDT."""
    reference = loaded.settings.reference
    if reference.source is not PriceSource.EXTERNAL_MARKET or reference.exchange not in OWN_VENUE:
        return None
    market = str(reference.market)
    if market in listed:
        return None
    near = get_close_matches(market, listed, n=3)
    remedy = f"Did you mean {' or '.join(near)}?" if near else "`valr-maker pairs` lists what the exchange trades."
    return _problem(loaded, "price_source_market", "is not a pair of the exchange", remedy)


def _problem(loaded: Loaded, key: str, found: str, remedy: str) -> Problem:
    return Problem(loaded.path, found, remedy, loaded.lines.get(key), key, loaded.texts.get(key))


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port beyond all ports, half an IPv6 address
        return False
