"""The public half of the connector: symbols, trading rules, fees, the last price.

A part of `ValrExchange`, kept in a file of its own.
"""

from decimal import Decimal
from typing import Any

from bidict import bidict
from hummingbot.connector.trading_rule import TradingRule
from hummingbot.core.data_type.common import OrderType, TradeType
from hummingbot.core.data_type.trade_fee import TradeFeeBase, TradeFeeSchema
from hummingbot.core.utils.estimate_fee import build_trade_fee

from valr_maker.domain import Market
from valr_maker.wire import endpoints, rest

from . import valr_constants as constants
from .pairs import symbols, trading_rules

FEES_RETRY_S = 30.0


class MarketSide:
    """What the connector knows of the market. `self` is always a ValrExchange."""

    def symbol_of(self: Any, trading_pair: str) -> str:
        """VALR's symbol of a pair; needs no answer of the exchange."""
        known = self._symbols.inverse.get(trading_pair)
        return known or Market.parse(trading_pair).symbol

    def _set_trading_pair_symbol_map(self: Any, trading_pair_and_symbol_map: "bidict[str, str] | None") -> None:
        self._symbols = trading_pair_and_symbol_map or bidict()  # the base keeps its own out of Python's reach
        super()._set_trading_pair_symbol_map(trading_pair_and_symbol_map)  # type: ignore[misc]  # Hummingbot's base has it

    def pair_of(self: Any, symbol: str) -> str | None:
        """Which of the configured pairs has this symbol."""
        return next((pair for pair in self._trading_pairs if self.symbol_of(pair) == symbol), None)

    async def _make_trading_rules_request(self: Any) -> list[rest.Pair]:
        return await self.pairs.ask()

    async def _make_trading_pairs_request(self: Any) -> list[rest.Pair]:
        return await self.pairs.ask()

    def _initialize_trading_pair_symbols_from_exchange_info(self: Any, exchange_info: list[rest.Pair]) -> None:
        mapping, twice = symbols(exchange_info)
        for text in twice:
            self.logger().warning(text)
        if mapping:
            self._set_trading_pair_symbol_map(mapping)
        for pair in self._trading_pairs:
            if mapping and pair not in mapping.inverse:
                self.logger().error(f"{pair} is not an active pair of VALR's; nothing can be traded on it")

    async def _format_trading_rules(self: Any, exchange_info_dict: list[rest.Pair]) -> list[TradingRule]:
        rules, bad = trading_rules(exchange_info_dict)
        for text in (*self.pairs.unreadable, *bad):
            self.logger().error(text)
        return rules

    async def _update_trading_rules(self: Any) -> None:
        rows = await self._make_trading_rules_request()
        rules = {rule.trading_pair: rule for rule in await self._format_trading_rules(rows)}
        if rules:
            self._trading_rules.clear()
            self._trading_rules.update(rules)
        self._initialize_trading_pair_symbols_from_exchange_info(rows)

    async def _trading_rules_polling_loop(self: Any) -> None:
        """Until they are there, then every half hour. Told when it fails, in words, and never given up."""
        told = False
        while True:
            try:
                await self._update_trading_rules()
                failed = "" if self._trading_rules else "VALR listed no pair that can be traded"
            except Exception as problem:  # whatever it was: without rules nothing can be traded, so it is asked again
                failed = str(problem) or repr(problem)
            if failed and not told:
                self.logger().warning(f"no trading rules yet: {failed}; asking again every few seconds")
            told = bool(failed)
            wait_s = self.pairs.wait_s if not self._trading_rules else constants.RULES_RETRY_S
            await self._sleep(wait_s if failed else self.TRADING_RULES_INTERVAL)

    async def _update_trading_fees(self: Any) -> None:
        """The account's own rates. VALR takes a fee from what is received, on both sides."""
        for row in await self.line.client.call(endpoints.FEES):
            pair = self.pair_of(row.currency_pair)
            if pair is not None and row.maker_percentage is not None and row.taker_percentage is not None:
                self._trading_fees[pair] = TradeFeeSchema(
                    maker_percent_fee_decimal=row.maker_percentage / 100,
                    taker_percent_fee_decimal=row.taker_percentage / 100,
                    buy_percent_fee_deducted_from_returns=True,
                )

    async def _trading_fees_polling_loop(self: Any) -> None:
        while True:
            wait_s = self.TRADING_FEES_INTERVAL
            try:
                await self._update_trading_fees()
            except Exception as problem:  # whatever it was
                self.logger().warning(f"the account's fees are not known yet, VALR's usual ones are assumed: {problem}")
                wait_s = FEES_RETRY_S
            await self._sleep(wait_s)

    def _get_fee(  # noqa: PLR0913, PLR0917  # Hummingbot's arguments
        self: Any,
        base_currency: str,
        quote_currency: str,
        order_type: OrderType,
        order_side: TradeType,
        amount: Decimal,
        price: Decimal = Decimal("NaN"),
        is_maker: bool | None = None,  # noqa: FBT001
    ) -> TradeFeeBase:
        maker = order_type is OrderType.LIMIT_MAKER if is_maker is None else is_maker
        known = self._trading_fees.get(f"{base_currency}-{quote_currency}")
        if known is None:
            return build_trade_fee(
                self.name, maker, base_currency, quote_currency, order_type, order_side, amount, price
            )  # fmt: skip
        percent = known.maker_percent_fee_decimal if maker else known.taker_percent_fee_decimal
        return TradeFeeBase.new_spot_fee(fee_schema=known, trade_type=order_side, percent=percent)

    async def _get_last_traded_price(self: Any, trading_pair: str) -> float:
        """The last print; NaN for a pair that never traded."""
        endpoint = endpoints.MARKET_TRADES if self._key is not None else endpoints.PUBLIC_TRADES
        parts_of_path = {"pair": self.symbol_of(trading_pair)}
        rows = await self.line.client.call(endpoint, parts=parts_of_path, query={"limit": "1"})
        return float(rows[0].price) if rows else float("nan")
