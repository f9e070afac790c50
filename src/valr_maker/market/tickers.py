"""Prices of other markets: which address to ask, and where the answer has them (price_source of a strategy file).

Addresses and names are those of the exchanges' own documents; what each of them serves today has not been tried. The
names of the exchanges are Hummingbot's. Room rule: bytes in, prices out.
"""

from decimal import Decimal, InvalidOperation
from typing import NamedTuple

import msgspec

from valr_maker.domain import Market

Path = tuple[str | int, ...]
"""How to walk from the top of the answer: a key, an index, or "*" for the only entry."""
NUMBER_MAX_BYTES = 64
ABSURD = 30
"""A price of more digits before the point, or zeros behind it, is none."""


class Prices(NamedTuple):
    """What a market says. None: it does not."""

    bid: Decimal | None = None
    ask: Decimal | None = None
    last: Decimal | None = None


class Ticker(NamedTuple):
    """One exchange's public ticker of one pair."""

    url: str
    bid: Path
    ask: Path
    last: Path
    every_s: float = 1.0
    """How often it may be asked without offence."""
    names: tuple[tuple[str, str], ...] = ()
    """What it calls a currency, where others call it differently."""

    def address(self, market: Market) -> str:
        """Where to ask for this market."""
        own = dict(self.names)
        return self.url.format(base=own.get(market.base, market.base), quote=own.get(market.quote, market.quote))


class NoPrice(Exception):
    """An answer that holds no price. The text says why."""


_BINANCE = (("bidPrice",), ("askPrice",), ("lastPrice",))
TICKERS = {
    "binance": Ticker("https://api.binance.com/api/v3/ticker/24hr?symbol={base}{quote}", *_BINANCE),
    "binance_us": Ticker("https://api.binance.us/api/v3/ticker/24hr?symbol={base}{quote}", *_BINANCE),
    "mexc": Ticker("https://api.mexc.com/api/v3/ticker/24hr?symbol={base}{quote}", *_BINANCE),
    "bitget": Ticker(
        "https://api.bitget.com/api/v2/spot/market/tickers?symbol={base}{quote}",
        ("data", 0, "bidPr"), ("data", 0, "askPr"), ("data", 0, "lastPr"),
    ),
    "bybit": Ticker(
        "https://api.bybit.com/v5/market/tickers?category=spot&symbol={base}{quote}",
        ("result", "list", 0, "bid1Price"), ("result", "list", 0, "ask1Price"), ("result", "list", 0, "lastPrice"),
    ),
    "coinbase_advanced_trade": Ticker(
        "https://api.exchange.coinbase.com/products/{base}-{quote}/ticker", ("bid",), ("ask",), ("price",)
    ),
    "gate_io": Ticker(
        "https://api.gateio.ws/api/v4/spot/tickers?currency_pair={base}_{quote}",
        (0, "highest_bid"), (0, "lowest_ask"), (0, "last"),
    ),
    "kraken": Ticker(
        "https://api.kraken.com/0/public/Ticker?pair={base}{quote}",
        ("result", "*", "b", 0), ("result", "*", "a", 0), ("result", "*", "c", 0),
        names=(("BTC", "XBT"), ("DOGE", "XDG")),
    ),
    "kucoin": Ticker(
        "https://api.kucoin.com/api/v1/market/orderbook/level1?symbol={base}-{quote}",
        ("data", "bestBid"), ("data", "bestAsk"), ("data", "price"),
    ),
    "okx": Ticker(
        "https://www.okx.com/api/v5/market/ticker?instId={base}-{quote}",
        ("data", 0, "bidPx"), ("data", 0, "askPx"), ("data", 0, "last"),
    ),
}  # fmt: skip
"""By Hummingbot's name of the exchange."""


def read_ticker(ticker: Ticker, body: bytes) -> Prices:
    """The prices of an answer. Raises NoPrice for one that has neither a bid and an ask nor a last price."""
    try:
        answer = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        raise NoPrice(f"its answer is no JSON: {_start(body)}") from problem
    bid, ask, last = (_at(answer, path) for path in (ticker.bid, ticker.ask, ticker.last))
    if last is None and (bid is None or ask is None):
        raise NoPrice(f"its answer has no prices: {_start(body)}")
    return Prices(bid, ask, last)


def read_number(body: bytes) -> Decimal:
    """The bare number that a custom API answers with, as Hummingbot reads it. Raises NoPrice."""
    text = body[:NUMBER_MAX_BYTES].decode("utf-8", "replace").strip()
    number = _number(text) if len(body) <= NUMBER_MAX_BYTES else None
    if number is None:
        raise NoPrice(f"its answer is no number: {_start(body)}")
    return number


def _at(answer: object, path: Path) -> Decimal | None:
    """A price above zero; None when there is none there."""
    for step in path:
        if isinstance(step, int):
            if not isinstance(answer, list) or len(answer) <= step:
                return None
            answer = answer[step]
        elif not isinstance(answer, dict):
            return None
        elif step == "*":
            answer = next(iter(answer.values()), None) if len(answer) == 1 else None
        else:
            answer = answer.get(step)
    price = _number(str(answer)) if isinstance(answer, (str, int, float)) else None
    return price if price is not None and price > 0 else None


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    if not number.is_finite() or (number and abs(number.adjusted()) > ABSURD):
        return None
    return number


def _start(body: bytes) -> str:
    return repr(body[:NUMBER_MAX_BYTES].decode("utf-8", "replace"))
