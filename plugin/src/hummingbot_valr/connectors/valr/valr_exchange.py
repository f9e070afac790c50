"""The connector: what Hummingbot asks of an exchange, answered with valr_maker's rooms.

How its parts share the work: `line` carries requests, the two data sources keep the sockets, `pairs` the rules, `orders`
sends and translates, `keeper` does what must be done without being asked. Names with an underscore that are overridden
here, and their arguments, are Hummingbot's.
"""

import asyncio
import os
import platform
from decimal import Decimal
from hashlib import blake2s
from typing import Any

from bidict import bidict
from hummingbot import root_path
from hummingbot.connector.exchange_py_base import ExchangePyBase
from hummingbot.connector.utils import TimeSynchronizerRESTPreProcessor
from hummingbot.core.api_throttler.data_types import RateLimit
from hummingbot.core.data_type.common import OrderType, TradeType
from hummingbot.core.data_type.in_flight_order import InFlightOrder
from hummingbot.core.network_iterator import NetworkStatus
from hummingbot.core.web_assistant.web_assistants_factory import WebAssistantsFactory

from valr_maker.domain import Side
from valr_maker.engine import readiness as parts
from valr_maker.gateway.client import UNANSWERED, NoAnswer, NotSent, Refused
from valr_maker.gateway.order_entry import limit_order
from valr_maker.keys import ApiKey
from valr_maker.wire import codes, endpoints, rest

from . import valr_constants as constants
from . import valr_web_utils
from .account import AccountSide
from .keeper import Keeper
from .line import Line
from .market import MarketSide
from .orders import OrderDesk, OrdersPaused, order_update, time_of
from .pairs import Pairs
from .tracker import ValrOrderTracker
from .valr_api_order_book_data_source import ValrAPIOrderBookDataSource
from .valr_api_user_stream_data_source import ValrAPIUserStreamDataSource
from .valr_auth import ValrAuth

CLOCK_MOVED_MS = 1000.0
NETWORK_PATIENCE_S = 2.0
"""For each of two questions: Hummingbot gives the whole check five seconds."""


class ValrExchange(MarketSide, AccountSide, ExchangePyBase):
    """VALR, or the local sandbox that speaks as VALR does (`domain` valr_sandbox)."""

    web_utils = valr_web_utils
    SHORT_POLL_INTERVAL = 5.0

    def __init__(  # noqa: PLR0913, PLR0917  # the names and their order are Hummingbot's
        self,
        valr_api_key: str = "",
        valr_api_secret: str = "",
        balance_asset_limit: dict[str, dict[str, Decimal]] | None = None,
        rate_limits_share_pct: Decimal = Decimal(100),
        trading_pairs: list[str] | None = None,
        trading_required: bool = True,  # noqa: FBT001, FBT002
        domain: str = constants.VALR,
        **_more: Any,
    ) -> None:
        self._domain, self._trading_required = domain, trading_required
        self._trading_pairs = list(trading_pairs or [])
        self._symbols: bidict[str, str] = bidict()
        self._key = ApiKey(valr_api_key, valr_api_secret) if valr_api_key and valr_api_secret else None
        bot = f"{platform.node()}/{root_path()}/{valr_api_key}/{domain}"
        self._prefix = "HB" + blake2s(bot.encode(), digest_size=3).hexdigest()
        super().__init__(balance_asset_limit, rate_limits_share_pct)
        self._clear_account()
        self.pairs = Pairs(self.line)
        self.desk = OrderDesk(self.line, self.user_stream.entry)
        self.keeper = Keeper(self)
        self.network_started = False
        self.ready_once = False
        self._stream_settled = False
        """The account socket has spoken, or the failsafe has said that polling takes its place."""

    # ---- what it is -------------------------------------------------------------------------------------------------
    @property
    def name(self) -> str:
        """As in Hummingbot's settings."""
        return self._domain

    @property
    def authenticator(self) -> ValrAuth:
        """For requests that go through Hummingbot's own web assistants."""
        return ValrAuth(self._key or ApiKey("", ""), self._time_synchronizer.time)

    @property
    def rate_limits_rules(self) -> list[RateLimit]:
        """Every endpoint's limit."""
        return constants.rate_limits()

    @property
    def domain(self) -> str:
        """`valr` or `valr_sandbox`."""
        return self._domain

    @property
    def client_order_id_max_length(self) -> int:
        """VALR's limit; Hummingbot's ids are letters and digits, as VALR wants them."""
        return constants.ORDER_ID_LENGTH_MAX

    @property
    def client_order_id_prefix(self) -> str:
        """The same in every run of one bot: it knows its own orders again after a crash."""
        return self._prefix

    @property
    def trading_rules_request_path(self) -> str:
        """One request gives rules and symbols."""
        return endpoints.PAIRS.path

    @property
    def trading_pairs_request_path(self) -> str:
        """The same."""
        return endpoints.PAIRS.path

    @property
    def check_network_request_path(self) -> str:
        """The exchange's clock."""
        return endpoints.SERVER_TIME.path

    @property
    def trading_pairs(self) -> list[str]:
        """The configured pairs."""
        return self._trading_pairs

    @property
    def is_cancel_request_in_exchange_synchronous(self) -> bool:
        """A cancel that succeeded is done: on the socket its confirmation is awaited."""
        return True

    @property
    def is_trading_required(self) -> bool:
        """Whether the account is needed."""
        return self._trading_required

    @property
    def clears_leftovers(self) -> bool:
        """Whether orders of an earlier run of this bot are taken away."""
        return os.environ.get(constants.KEEP_VARIABLE, "") in ("", "0")

    def supported_order_types(self) -> list[OrderType]:
        """LIMIT_MAKER is VALR's post-only order."""
        return [OrderType.LIMIT, OrderType.LIMIT_MAKER]

    # ---- parts that Hummingbot asks for while it builds itself ------------------------------------------------------
    def _create_web_assistants_factory(self) -> WebAssistantsFactory:
        def server_time() -> Any:
            return valr_web_utils.get_current_server_time(self._throttler, self._domain)

        synchronising = TimeSynchronizerRESTPreProcessor(self._time_synchronizer, server_time)
        return WebAssistantsFactory(throttler=self._throttler, auth=self._auth, rest_pre_processors=[synchronising])

    def _create_order_book_data_source(self) -> ValrAPIOrderBookDataSource:
        self.line = Line(self._domain, self._key, self._time_synchronizer)
        self.books = ValrAPIOrderBookDataSource(self._trading_pairs, self, self.line)
        return self.books

    def _create_user_stream_data_source(self) -> ValrAPIUserStreamDataSource:
        self.user_stream = ValrAPIUserStreamDataSource(self.line, self._account_unsure)
        return self.user_stream

    def _create_order_tracker(self) -> ValrOrderTracker:
        return ValrOrderTracker(connector=self)

    def _account_unsure(self) -> None:
        self.keeper.want_everything()

    # ---- network ----------------------------------------------------------------------------------------------------
    async def _make_network_check_request(self) -> None:
        """Two questions before the network counts as down: everything stops when it does."""
        try:
            async with asyncio.timeout(NETWORK_PATIENCE_S):
                await self.line.client.call(endpoints.SERVER_TIME)
        except (*UNANSWERED, TimeoutError):
            async with asyncio.timeout(NETWORK_PATIENCE_S):
                await self.line.client.call(endpoints.STATUS)

    async def check_network(self) -> NetworkStatus:
        """Connected while any road is open: a bad answer of one address must not stop the sockets."""
        found = await super().check_network()
        if found is NetworkStatus.NOT_CONNECTED and (self.books.alive or self.user_stream.alive):
            return NetworkStatus.CONNECTED
        return found

    async def start_network(self) -> None:
        """Start everything; the keeper begins to count."""
        await super().start_network()
        self.network_started = True
        if self.is_trading_required:
            self.keeper.start()

    async def stop_network(self) -> None:
        """Stop everything, and let go of the connections."""
        self.network_started = False  # first: what is being stopped is not "not ready"
        await super().stop_network()
        self.keeper.stop()
        await self.books.stopped()
        await self.line.transport.aclose()

    async def _update_time_synchronizer(self, pass_on_non_cancelled_error: bool = False) -> None:  # noqa: FBT001, FBT002
        """Learn the exchange's clock; without an answer the last one stands."""
        loop = asyncio.get_running_loop()
        asked_s = loop.time()
        try:
            answer: rest.ServerTime = await self.line.client.call(endpoints.SERVER_TIME)
        except UNANSWERED as problem:
            self.logger().debug(f"the exchange's clock was not told: {problem}")
            return
        unsure_ms = (loop.time() - asked_s) * 1000 / 2
        answered_ms = (time_of(answer.time) or answer.epoch_time) * 1000 + unsure_ms
        if abs(answered_ms - self._time_synchronizer.time() * 1000) > unsure_ms + CLOCK_MOVED_MS:
            self._time_synchronizer.clear_time_offset_ms_samples()  # the machine slept: older answers are wrong now

        async def time_now() -> float:
            return answered_ms

        await self._time_synchronizer.update_server_time_offset_with_time_provider(time_now())

    # ---- readiness --------------------------------------------------------------------------------------------------
    @property
    def status_dict(self) -> dict[str, bool]:
        """Hummingbot's five components."""
        found: dict[str, bool] = super().status_dict
        self.ready_once = self.ready_once or all(found.values())
        return found

    def _is_user_stream_initialized(self) -> bool:
        if not self.is_trading_required or self.user_stream.last_recv_time > 0:
            self._stream_settled = True
            return True
        waited = self.keeper.on_guard and self.keeper.overdue and self._stream_settled
        return waited and not self.keeper.account_problem(self.line.clock.monotonic_s())

    def not_ready_because(self) -> dict[str, str]:
        """Each component that is missing, with the reason and what is being done about it."""
        lacking = {name for name, ready in self.status_dict.items() if not ready}
        unknown = [pair for pair in self._trading_pairs if self._symbols and pair not in self._symbols.inverse]
        books = [f"{pair} is not an active pair of VALR's" for pair in unknown]
        books += [self.books.problem(pair) for pair in self._trading_pairs if pair not in unknown]
        known = "; ".join(filter(None, books)) or "each book needs a second to be set up"
        rules = self.pairs.problem or "VALR lists no pair that can be traded"
        stream, polling = self.user_stream.why, self.keeper.polling_problem
        reasons = {
            parts.SYMBOLS: f"{rules}; the configured pairs are taken as they are spelt",
            parts.BOOKS: f"{known}; the socket and REST are both asked until one answers",
            parts.BALANCE: f"{self.balance_problem or 'not answered yet'}; the account socket's word serves as well",
            parts.RULES: f"{rules}; two addresses are asked in turn. Without rules nothing can be quoted",
            parts.STREAM: f"{stream}; the account is polled over REST instead" + (f": {polling}" if polling else ""),
        }
        return {name: reasons[name] for name in lacking}

    def force(self, names: set[str]) -> None:
        """Fifteen seconds are over: take the other road for what is missing, where one is not yet being taken."""
        if parts.SYMBOLS in names and self._trading_pairs:
            self._set_trading_pair_symbol_map(bidict({self.symbol_of(pair): pair for pair in self._trading_pairs}))
        if parts.STREAM in names:
            self._stream_settled = True
            self._poll_notifier.set()
        if parts.BALANCE in names:
            self.balances_from_stream()

    # ---- orders -----------------------------------------------------------------------------------------------------
    def start_tracking_order(self, order_id: str, *args: Any, **kwargs: Any) -> None:
        """Every order of this run passes here, before it is sent."""
        self.keeper.note_born(order_id)
        super().start_tracking_order(order_id, *args, **kwargs)

    async def _place_order(  # noqa: PLR0913, PLR0917  # Hummingbot's arguments
        self,
        order_id: str,
        trading_pair: str,
        amount: Decimal,
        trade_type: TradeType,
        order_type: OrderType,
        price: Decimal,
        **_kwargs: Any,
    ) -> tuple[str | None, float]:
        if why := self.keeper.why_refused(trading_pair):
            raise OrdersPaused(f"no orders for {trading_pair} now: {why}")
        side, symbol = Side[trade_type.name], self.symbol_of(trading_pair)
        post_only = order_type is OrderType.LIMIT_MAKER
        order = limit_order(symbol, side, price, amount, order_id, post_only=post_only)
        return await self.desk.place(order), self.line.clock.wall_s()

    async def _place_order_and_process_update(self, order: InFlightOrder, **kwargs: Any) -> str | None:
        exchange_order_id, at_s = await self._place_order(
            order.client_order_id, order.trading_pair, order.amount, order.trade_type, order.order_type, order.price,
            **kwargs,
        )  # fmt: skip
        if exchange_order_id is None:
            told = "may or may not rest: the exchange's answer was lost. It is asked until it says"
            self.logger().warning(f"order {order.client_order_id} {told}")
            self.keeper.chase(order.client_order_id)
        elif order.is_pending_create:  # otherwise its own events were quicker
            self._apply(order, order_update(order, constants.OPEN, at_s, exchange_order_id))
        return exchange_order_id

    def _on_order_failure(self, order_id: str, trading_pair: str, *args: Any, **kwargs: Any) -> None:
        if isinstance(kwargs.get("exception"), OrdersPaused):  # said in words, without a trace of our own code
            self.logger().warning(str(kwargs["exception"]))
            self._update_order_after_failure(order_id, trading_pair, kwargs["exception"])
        else:
            super()._on_order_failure(order_id, trading_pair, *args, **kwargs)

    async def _place_cancel(self, order_id: str, tracked_order: InFlightOrder) -> bool:
        try:
            return await self.desk.cancel(self.symbol_of(tracked_order.trading_pair), order_id)
        except (NoAnswer, NotSent):
            self.keeper.take_away(order_id)
            self.keeper.chase(order_id)
            raise
        except Refused as problem:
            self.keeper.chase(order_id)
            if problem.code in codes.GONE and tracked_order.exchange_order_id is None:
                if await self.desk.arrived(order_id):  # the cancel had overtaken it
                    return await self._place_cancel(order_id, tracked_order)
                self.keeper.take_away(order_id)  # it may be on its way still
                return False
            raise

    def _is_request_exception_related_to_time_synchronizer(self, request_exception: Exception) -> bool:
        return str(codes.BAD_SIGNATURE.number) in str(request_exception)

    def _is_order_not_found_during_status_update_error(self, status_update_exception: Exception) -> bool:
        return isinstance(status_update_exception, Refused) and status_update_exception.code in codes.GONE

    def _is_order_not_found_during_cancelation_error(self, cancelation_exception: Exception) -> bool:
        return isinstance(cancelation_exception, Refused) and cancelation_exception.code in codes.GONE
