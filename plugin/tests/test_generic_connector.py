"""Hummingbot's own test of a connector, all of it, for both domains."""

import json
import re
from decimal import Decimal

import pytest
from hummingbot.connector.exchange.valr import valr_constants as constants
from hummingbot.connector.exchange.valr.valr_exchange import ValrExchange
from hummingbot.connector.test_support.exchange_connector_test import AbstractExchangeConnectorTests
from hummingbot.connector.trading_rule import TradingRule
from hummingbot.core.data_type.common import OrderType
from hummingbot.core.data_type.trade_fee import DeductedFromReturnsTradeFee, TokenAmount

from valr_maker.wire import sign

KEY, SECRET = "a" * 64, "b" * 64
CREATED = "2021-12-29T12:13:20.000Z"
NO_SUCH_ORDER = {"code": -1, "message": "Invalid Order. "}
NOT_FOUND_TO_CANCEL = {"code": -16, "message": "Could not find the order to cancel"}
REFUSED = {"code": -11, "message": "Invalid Request, please check your request and try again"}


def pair_row(symbol, base, quote, **more):
    row = {
        "symbol": symbol, "baseCurrency": base, "quoteCurrency": quote, "shortName": f"{base}/{quote}", "active": True,
        "minBaseAmount": "0.01", "maxBaseAmount": "1000000", "minQuoteAmount": "10", "maxQuoteAmount": "5000000",
        "tickSize": "0.0001", "baseDecimalPlaces": "6", "marginTradingAllowed": False, "currencyPairType": "SPOT",
    }  # fmt: skip
    return row | more


def balance(currency, available, total):
    reserved = str(Decimal(total) - Decimal(available))
    return {"currency": currency, "available": available, "reserved": reserved, "total": total}


class GenericTests(AbstractExchangeConnectorTests.ExchangeConnectorTests):
    """What Hummingbot's test asks about VALR. The two domains differ in their address alone."""

    domain = constants.VALR
    __test__ = False

    def url(self, path):
        return constants.addresses(self.domain)[0] + path

    @property
    def all_symbols_url(self):
        return self.url("/v1/public/pairs")

    @property
    def latest_prices_url(self):
        return self.url(f"/v1/marketdata/{self.exchange_trading_pair}/tradehistory?limit=1")

    @property
    def network_status_url(self):
        return self.url("/v1/public/time")

    @property
    def trading_rules_url(self):
        return self.url("/v1/public/pairs")

    @property
    def order_creation_url(self):
        return self.url("/v2/orders/limit")

    @property
    def balance_url(self):
        return self.url("/v1/account/balances")

    @property
    def all_symbols_request_mock_response(self):
        return [pair_row(self.exchange_trading_pair, self.base_asset, self.quote_asset)]

    @property
    def latest_prices_request_mock_response(self):
        return [
            {
                "price": str(self.expected_latest_price), "quantity": "1", "currencyPair": self.exchange_trading_pair,
                "tradedAt": CREATED, "takerSide": "buy", "sequenceId": 1377654321987654321, "id": "t1",
                "quoteVolume": "9999.9",
            }
        ]  # fmt: skip

    @property
    def all_symbols_including_invalid_pair_mock_response(self):
        asleep = pair_row("INVALIDPAIR", "INVALID", "PAIR", active=False)
        future = pair_row("BTCUSDTPERP", "BTC", "USDT", currencyPairType="FUTURE")
        return "INVALID-PAIR", [*self.all_symbols_request_mock_response, asleep, future]

    @property
    def network_status_request_successful_mock_response(self):
        return {"epochTime": 1640780000, "time": "2021-12-29T12:13:20.000000000Z"}

    @property
    def trading_rules_request_mock_response(self):
        return self.all_symbols_request_mock_response

    @property
    def trading_rules_request_erroneous_mock_response(self):
        return [pair_row(self.exchange_trading_pair, self.base_asset, self.quote_asset, tickSize="0")]

    @property
    def order_creation_request_successful_mock_response(self):
        return {"id": self.expected_exchange_order_id}

    @property
    def balance_request_mock_response_for_base_and_quote(self):
        return [balance(self.base_asset, "10", "15"), balance(self.quote_asset, "2000", "2000")]

    @property
    def balance_request_mock_response_only_base(self):
        return [balance(self.base_asset, "10", "15")]

    @property
    def balance_event_websocket_update(self):
        currency = {
            "symbol": self.base_asset, "decimalPlaces": 8, "isActive": True, "shortName": self.base_asset,
            "longName": "Coin Alpha", "supportedWithdrawDecimalPlaces": 8, "collateral": False, "collateralWeight": "0",
        }  # fmt: skip
        data = {"currency": currency, "available": "10", "reserved": "5", "total": "15", "updatedAt": CREATED}
        return json.dumps({"type": "BALANCE_UPDATE", "data": data})

    @property
    def expected_latest_price(self):
        return 9999.9

    @property
    def expected_supported_order_types(self):
        return [OrderType.LIMIT, OrderType.LIMIT_MAKER]

    @property
    def expected_trading_rule(self):
        return TradingRule(
            trading_pair=self.trading_pair,
            min_order_size=Decimal("0.01"),
            max_order_size=Decimal(1000000),
            min_price_increment=Decimal("0.0001"),
            min_base_amount_increment=Decimal("0.000001"),
            min_notional_size=Decimal(10),
            supports_market_orders=False,
        )

    @property
    def expected_logged_error_for_erroneous_trading_rule(self):
        return f"rules of {self.exchange_trading_pair} cannot be used: tickSize 0, baseDecimalPlaces 6"

    @property
    def expected_exchange_order_id(self):
        return "0199c0de-1111-7abc-8def-000000000001"

    @property
    def is_order_fill_http_update_included_in_status_update(self):
        return True

    @property
    def is_order_fill_http_update_executed_during_websocket_order_event_processing(self):
        return False

    @property
    def expected_partial_fill_price(self):
        return Decimal(10500)

    @property
    def expected_partial_fill_amount(self):
        return Decimal("0.5")

    @property
    def expected_fill_fee(self):
        return DeductedFromReturnsTradeFee(flat_fees=[TokenAmount(self.base_asset, Decimal("0.0018"))])

    @property
    def expected_fill_trade_id(self):
        return "0199c0de-2222-7abc-8def-000000000002"

    def exchange_symbol_for_tokens(self, base_token, quote_token):
        return f"{base_token}{quote_token}"

    def create_exchange_instance(self):
        return ValrExchange(
            valr_api_key=KEY, valr_api_secret=SECRET, trading_pairs=[self.trading_pair], domain=self.domain
        )  # fmt: skip

    # ---- what was asked ---------------------------------------------------------------------------------------------
    def validate_auth_credentials_present(self, request_call):
        headers = request_call.kwargs["headers"]
        assert headers[sign.KEY_HEADER] == KEY
        assert re.fullmatch("[0-9a-f]{128}", headers[sign.SIGNATURE_HEADER])
        assert headers[sign.TIMESTAMP_HEADER].isdigit()

    def body(self, request_call):
        return json.loads(request_call.kwargs["data"])

    def validate_order_creation_request(self, order, request_call):
        assert self.body(request_call) == {
            "side": order.trade_type.name, "quantity": "100", "price": "10000", "pair": self.exchange_trading_pair,
            "postOnly": False, "customerOrderId": order.client_order_id, "timeInForce": "GTC",
        }  # fmt: skip

    def validate_order_cancelation_request(self, order, request_call):
        expected = {"customerOrderId": order.client_order_id, "pair": self.exchange_trading_pair}
        assert self.body(request_call) == expected

    def validate_order_status_request(self, order, request_call):
        assert request_call.kwargs["data"] is None

    def validate_trades_request(self, order, request_call):
        assert request_call.kwargs["data"] is None

    # ---- what is answered -------------------------------------------------------------------------------------------
    def configure_successful_cancelation_response(self, order, mock_api, callback=lambda *_a, **_k: None):
        url = self.url("/v2/orders/order")
        mock_api.delete(url, body=json.dumps({"id": order.client_order_id}), callback=callback)
        return url

    def configure_erroneous_cancelation_response(self, order, mock_api, callback=lambda *_a, **_k: None):
        url = self.url("/v2/orders/order")
        mock_api.delete(url, status=400, body=json.dumps(REFUSED), callback=callback)
        return url

    def configure_order_not_found_error_cancelation_response(
        self, order, mock_api, callback=lambda *_a, **_k: None
    ):  # fmt: skip
        url = self.url("/v2/orders/order")
        mock_api.delete(url, status=400, body=json.dumps(NOT_FOUND_TO_CANCEL), callback=callback)
        return url

    def configure_one_successful_one_erroneous_cancel_all_response(self, successful_order, erroneous_order, mock_api):
        first = self.configure_successful_cancelation_response(successful_order, mock_api)
        return [first, self.configure_erroneous_cancelation_response(erroneous_order, mock_api)]

    def status_url(self, order):
        return self.url(f"/v1/orders/{self.exchange_trading_pair}/customerorderid/{order.client_order_id}")

    def status_body(self, order, status, remaining):
        return {
            "orderId": order.exchange_order_id, "orderStatusType": status, "currencyPair": self.exchange_trading_pair,
            "originalPrice": str(order.price), "remainingQuantity": remaining, "originalQuantity": str(order.amount),
            "orderSide": order.trade_type.name.lower(), "orderType": "limit", "failedReason": "",
            "orderUpdatedAt": CREATED, "orderCreatedAt": CREATED, "customerOrderId": order.client_order_id,
            "timeInForce": "GTC",
        }  # fmt: skip

    def answer_status(self, order, mock_api, callback, status, remaining):
        url = self.status_url(order)
        mock_api.get(url, body=json.dumps(self.status_body(order, status, remaining)), callback=callback)
        return url

    def configure_completely_filled_order_status_response(self, order, mock_api, callback=lambda *_a, **_k: None):
        return [self.answer_status(order, mock_api, callback, "Filled", "0")]

    def configure_canceled_order_status_response(self, order, mock_api, callback=lambda *_a, **_k: None):
        return self.answer_status(order, mock_api, callback, "Cancelled", str(order.amount))

    def configure_open_order_status_response(self, order, mock_api, callback=lambda *_a, **_k: None):
        return [self.answer_status(order, mock_api, callback, "Placed", str(order.amount))]

    def configure_partially_filled_order_status_response(self, order, mock_api, callback=lambda *_a, **_k: None):
        return self.answer_status(order, mock_api, callback, "Partially Filled", "0.5")

    def configure_http_error_order_status_response(self, order, mock_api, callback=lambda *_a, **_k: None):
        url = self.status_url(order)
        mock_api.get(url, status=500, callback=callback)
        return url

    def configure_order_not_found_error_order_status_response(
        self, order, mock_api, callback=lambda *_a, **_k: None
    ):  # fmt: skip
        url = self.status_url(order)
        mock_api.get(url, status=400, body=json.dumps(NO_SUCH_ORDER), callback=callback)
        return [url]

    @property
    def trades_url(self):
        return self.url(f"/v1/account/{self.exchange_trading_pair}/tradehistory?limit=100")

    def trade_row(self, order, price, quantity):
        return {
            "price": str(price), "quantity": str(quantity), "currencyPair": self.exchange_trading_pair,
            "tradedAt": CREATED, "side": "buy", "sequenceId": 1377654321987654321, "id": self.expected_fill_trade_id,
            "orderId": order.exchange_order_id, "fee": "0.0018", "feeCurrency": self.base_asset,
        }  # fmt: skip

    def configure_partial_fill_trade_response(self, order, mock_api, callback=lambda *_a, **_k: None):
        row = self.trade_row(order, self.expected_partial_fill_price, self.expected_partial_fill_amount)
        mock_api.get(self.trades_url, body=json.dumps([row]), callback=callback)
        return self.trades_url

    def configure_erroneous_http_fill_trade_response(self, order, mock_api, callback=lambda *_a, **_k: None):
        mock_api.get(self.trades_url, status=400, callback=callback)
        return self.trades_url

    def configure_full_fill_trade_response(self, order, mock_api, callback=None):
        row = self.trade_row(order, order.price, order.amount)
        mock_api.get(self.trades_url, body=json.dumps([row]), callback=callback)
        return self.trades_url

    # ---- what the account socket says -------------------------------------------------------------------------------
    def order_event_for_new_order_websocket_update(self, order):
        data = {"orderId": order.exchange_order_id, "success": True, "failureReason": ""}
        data["customerOrderId"] = order.client_order_id
        return json.dumps({"type": "ORDER_PROCESSED", "data": data})

    def status_event(self, order, status, remaining):
        done = {"executedPrice": "0", "executedQuantity": "0", "executedFee": "0"}
        return json.dumps(
            {"type": "ORDER_STATUS_UPDATE", "data": self.status_body(order, status, remaining) | done}
        )  # fmt: skip

    def order_event_for_canceled_order_websocket_update(self, order):
        return self.status_event(order, "Cancelled", str(order.amount))

    def order_event_for_full_fill_websocket_update(self, order):
        return self.status_event(order, "Filled", "0")

    def trade_event_for_full_fill_websocket_update(self, order):
        data = self.trade_row(order, order.price, order.amount) | {"customerOrderId": order.client_order_id}
        return json.dumps(
            {"type": "NEW_ACCOUNT_TRADE", "currencyPairSymbol": self.exchange_trading_pair, "data": data}
        )  # fmt: skip


class TestValr(GenericTests):
    __test__ = True


class TestValrSandbox(GenericTests):
    __test__ = True
    domain = constants.SANDBOX


@pytest.mark.parametrize("case", [TestValr, TestValrSandbox])
def test_every_generic_test_is_run_and_none_is_overridden(case):
    generic = {name for name in dir(AbstractExchangeConnectorTests.ExchangeConnectorTests) if name.startswith("test_")}
    assert len(generic) == 39
    assert not generic & set(vars(case)) and not generic & set(vars(GenericTests))
