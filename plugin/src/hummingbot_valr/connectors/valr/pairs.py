"""Symbols and trading rules from one request, asked at two addresses, never more often than VALR likes."""

import asyncio

from bidict import bidict
from hummingbot.connector.trading_rule import TradingRule

from valr_maker.engine.readiness import FORCE_AFTER_S
from valr_maker.gateway.client import UNANSWERED, NoAnswer
from valr_maker.market.pair import PairRules, read_pairs
from valr_maker.wire import endpoints, rest

from .line import Line
from .valr_constants import PAIRS_OF_SPOT

FRESH_S = 60.0
RETRY_FIRST_S, RETRY_MAX_S = 1.0, 8.0
FUTURE = "FUTURE"


class Pairs:
    """The rows of `/v1/public/pairs`, shared by everyone who needs them within a minute."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._rows: list[rest.Pair] = []
        self._asked_s = float("-inf")
        self._failing_since_s: float | None = None
        self._failures = 0
        self._lock = asyncio.Lock()
        self.problem = "the trading rules have not been asked for yet"
        """Why there are no rules; empty when there are."""
        self.unreadable: list[str] = []

    async def ask(self) -> list[rest.Pair]:
        """The rows, at most a minute old. Raises what the last try raised while it is too early for another."""
        async with self._lock:
            now_s = self._line.clock.monotonic_s()
            if self._rows and now_s - self._asked_s < FRESH_S:
                return self._rows
            if self._failures and now_s - self._asked_s < self.wait_s:
                raise NoAnswer(endpoints.PAIRS, self.problem)
            self._asked_s = now_s
            try:
                answer = await self._line.client.call(self._address(now_s))
            except UNANSWERED as problem:
                self._failures += 1
                self._failing_since_s = self._failing_since_s or now_s
                self.problem = str(problem)
                raise
            self._failures, self._failing_since_s, self.problem = 0, None, ""
            rows, self.unreadable = rest.pairs(answer)
            self._rows = [row for row in rows if row.currency_pair_type != FUTURE]
            return self._rows

    @property
    def wait_s(self) -> float:
        """How long after a failure it is asked again."""
        return min(RETRY_MAX_S, RETRY_FIRST_S * 2.0 ** min(max(self._failures - 1, 0), 16))

    def _address(self, now_s: float) -> endpoints.Endpoint:
        """After fifteen seconds of failures the other address is tried in turn."""
        overdue = self._failing_since_s is not None and now_s - self._failing_since_s >= FORCE_AFTER_S
        return PAIRS_OF_SPOT if overdue and self._failures % 2 else endpoints.PAIRS


def trading_rules(rows: list[rest.Pair]) -> tuple[list[TradingRule], list[str]]:
    """Rules of the active pairs, and a sentence for each row that cannot be used."""
    rules, bad = read_pairs(rows)
    return [_rule(one) for one in rules.values() if one.active], bad


def symbols(rows: list[rest.Pair]) -> tuple["bidict[str, str]", list[str]]:
    """VALR's symbol of each active pair to Hummingbot's name. A name that comes twice is told, and the first one kept."""
    mapping: bidict[str, str] = bidict()
    twice = []
    for row in rows:
        name = f"{row.base_currency}-{row.quote_currency}"
        if not row.active:
            continue
        if name in mapping.inverse or row.symbol in mapping:
            twice.append(f"{row.symbol} is a second {name}; it is left out")
        else:
            mapping[row.symbol] = name
    return mapping, twice


def _rule(rules: PairRules) -> TradingRule:
    return TradingRule(
        trading_pair=f"{rules.base}-{rules.quote}",
        min_order_size=rules.min_base,
        max_order_size=rules.max_base,
        min_price_increment=rules.tick,
        min_base_amount_increment=rules.lot,
        min_notional_size=rules.min_quote,
        supports_market_orders=False,
    )
