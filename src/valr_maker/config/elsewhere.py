"""Whether the prices that a file wants from elsewhere can be asked for here."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from valr_maker.config.load import Loaded
from valr_maker.config.problems import Problem
from valr_maker.market.tickers import TICKERS
from valr_maker.strategy.settings import PriceSource


def problems(loaded: Loaded) -> Iterator[Problem]:
    """What is wrong with the keys that begin with price_source, beyond what Hummingbot looks at."""
    reference = loaded.settings.reference
    if reference.source is PriceSource.EXTERNAL_MARKET and reference.exchange not in TICKERS:
        found = "is not an exchange whose prices can be asked for"
        remedy = f"Take one of {', '.join(TICKERS)}; or set price_source to custom_api, with an address that answers a number."
        yield _problem(loaded, "price_source_exchange", found, remedy)
    if reference.source is PriceSource.CUSTOM_API and not _is_address(reference.url or ""):
        found = "is not an address that can be asked"
        yield _problem(
            loaded, "price_source_custom_api", found, "Write it in full, such as https://prices.example/doge."
        )


def _problem(loaded: Loaded, key: str, found: str, remedy: str) -> Problem:
    return Problem(loaded.path, found, remedy, loaded.lines.get(key), key, loaded.texts.get(key))


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port beyond all ports, half an IPv6 address
        return False
