"""Every way that leaves one of Hummingbot's readiness components False for ever, put into the connector's path."""

import pytest
from hummingbot.connector.exchange.valr import valr_constants as constants
from hummingbot.connector.exchange.valr import valr_web_utils
from hummingbot.connector.exchange.valr.valr_exchange import ValrExchange
from hummingbot.core.api_throttler.async_throttler import AsyncThrottler
from hummingbot.core.network_iterator import NetworkStatus
from stage import PAIR, SYMBOL, D, Stage, story

from valr_maker.wire import endpoints

BOOK = f"GET /v1/marketdata/{SYMBOL}/orderbook"
PAIRS, BALANCES, TIME = "GET /v1/public/pairs", "GET /v1/account/balances", "GET /v1/public/time"
READY = {
    "symbols_mapping_initialized": True, "order_books_initialized": True, "account_balance": True,
    "trading_rule_initialized": True, "user_stream_initialized": True,
}  # fmt: skip


@story
async def test_all_five_are_ready_within_seconds(stage: Stage):
    await stage.start(within_s=3)
    assert stage.exchange.status_dict == READY
    assert not stage.heard.about("WARNING") and not stage.heard.about("ERROR")


@story
async def test_a_failed_snapshot_is_asked_for_again(stage: Stage):
    broken = stage.faults.fail(BOOK, times=4)
    stage.faults.freeze("/ws/trade", types=("OB_L1_SNAPSHOT", "OB_L1_DIFF"))
    await stage.start(within_s=14)
    assert broken.happened == 4
    assert stage.exchange.status_dict == READY


@story
async def test_without_any_snapshot_by_rest_the_stream_is_enough(stage: Stage):
    stage.faults.fail(BOOK)
    await stage.start()
    assert stage.exchange.status_dict == READY


@story
async def test_rules_that_fail_at_first_come_by_and_by(stage: Stage):
    broken = stage.faults.fail(PAIRS, times=5)
    await stage.start(within_s=14)
    assert not stage.exchange.status_dict["trading_rule_initialized"]
    assert broken.happened < 6, "a failing endpoint is not hammered"
    await stage.seconds(30)
    assert stage.exchange.status_dict == READY
    assert stage.heard.about("WARNING", "trading_rule_initialized is not ready after 15 s")
    assert stage.heard.about("INFO", "trading_rule_initialized is ready now")


@story
async def test_after_fifteen_seconds_the_second_address_of_the_rules_is_tried(stage: Stage):
    """VALR caches an error like an answer, by address."""
    stuck = stage.faults.fail(f"{PAIRS}", times=None)
    ask = stage.exchange.line.client.call

    async def call(endpoint, **more):
        if endpoint is constants.PAIRS_OF_SPOT:
            stuck.lift()
        return await ask(endpoint, **more)

    stage.exchange.line.client.call = call
    await stage.start(within_s=40)
    assert stage.exchange.status_dict == READY


@story
async def test_not_even_a_notimplementederror_ends_the_asking_for_rules(stage: Stage):
    ask, raised = stage.exchange.line.client.call, []

    async def call(endpoint, **more):
        if endpoint is endpoints.PAIRS and not raised:
            raised.append(endpoint)
            raise NotImplementedError
        return await ask(endpoint, **more)

    stage.exchange.line.client.call = call
    await stage.start(within_s=15)
    assert raised
    assert stage.exchange.status_dict == READY


@story
async def test_an_empty_list_of_pairs_is_asked_for_again_soon(stage: Stage):
    empty = stage.faults.fail(PAIRS, times=2, status=200, body=b"[]")
    await stage.start(within_s=14)
    assert empty.happened == 2
    assert stage.exchange.status_dict == READY


@story
async def test_one_unreadable_row_of_the_pairs_spoils_nothing(stage: Stage):
    ask = stage.exchange.line.client.call

    async def call(endpoint, **more):
        rows = await ask(endpoint, **more)
        return [type(rows[0])(b'{"symbol":1}'), *rows] if endpoint is endpoints.PAIRS else rows

    stage.exchange.line.client.call = call
    await stage.start()
    assert stage.exchange.status_dict == READY
    assert stage.heard.about("ERROR", "cannot be read")


@story(funds={})
async def test_an_empty_account_has_balances_of_zero(stage: Stage):
    await stage.start()
    assert stage.exchange.status_dict == READY
    assert stage.exchange.get_balance("DOGE") == 0


@story(funds={})
async def test_an_account_that_lists_no_currency_at_all_is_an_answer_too(stage: Stage):
    stage.faults.fail(BALANCES, status=200, body=b"[]")
    await stage.start()
    assert stage.exchange.status_dict["account_balance"]
    assert stage.exchange.get_all_balances() == {"DOGE": D(0), "USDT": D(0)}


@story
async def test_without_balances_by_rest_the_account_socket_is_enough(stage: Stage):
    stage.faults.fail(BALANCES)
    await stage.start()
    assert stage.exchange.status_dict == READY
    assert stage.exchange.get_balance("DOGE") == 1000
    assert len(stage.heard.about("WARNING", "balances could not be fetched")) == 1


@story
async def test_balances_that_nobody_tells_are_asked_for_again_within_seconds(stage: Stage):
    """Hummingbot's own next look would be two minutes later, because the account socket lives."""
    broken = stage.faults.fail(BALANCES)
    stage.faults.freeze("/ws/account", types=("BALANCE_UPDATE", "OPEN_ORDERS_UPDATE"))
    await stage.start(within_s=20)
    assert [name for name, ready in stage.exchange.status_dict.items() if not ready] == ["account_balance"]
    broken.lift()
    await stage.seconds(6)
    assert stage.exchange.status_dict == READY


@pytest.mark.parametrize("row", [*endpoints.ALL, constants.PAIRS_OF_SPOT], ids=lambda row: row.name)
def test_no_request_is_without_a_rate_limit(row):
    throttler = AsyncThrottler(constants.rate_limits())
    limit, linked = throttler.get_related_limits(row.path)
    assert limit.limit == row.limit.calls and limit.time_interval == row.limit.window_s
    assert row.limit.budget in {one.limit_id for one, _ in linked}


def test_what_hummingbot_wants_of_web_utils_is_there():
    assert ValrExchange.web_utils is valr_web_utils
    assert valr_web_utils.public_rest_url("/v1/x", "valr") == "https://api.valr.com/v1/x"
    assert valr_web_utils.private_rest_url("/v1/x", "valr_sandbox") == "http://127.0.0.1:8080/v1/x"


def test_the_sandboxes_address_comes_from_the_environment(monkeypatch):
    monkeypatch.setenv(constants.SANDBOX_VARIABLE, "http://127.0.0.1:18080/")
    assert constants.addresses("valr_sandbox") == ("http://127.0.0.1:18080", "ws://127.0.0.1:18080")
    assert constants.addresses("valr") == ("https://api.valr.com", "wss://api.valr.com")


@story
async def test_a_clock_that_is_never_told_does_not_hold_up_the_balances(stage: Stage):
    stage.faults.fail(TIME)
    await stage.start()
    assert stage.exchange.status_dict == READY


@story
async def test_a_network_check_that_is_not_found_is_made_at_a_second_address(stage: Stage):
    stage.faults.fail(TIME, status=404, body=b'{"code":-11,"message":"Not Found"}')
    assert await stage.exchange.check_network() is NetworkStatus.CONNECTED


@story
async def test_a_bad_network_check_does_not_stop_sockets_that_live(stage: Stage):
    await stage.start()
    stage.faults.fail("GET /v1/public/")
    assert await stage.exchange.check_network() is NetworkStatus.CONNECTED


@story
async def test_symbols_that_never_come_are_spelt_out_and_hold_up_no_book(stage: Stage):
    stage.faults.fail(PAIRS)
    await stage.start()
    ready = stage.exchange.status_dict
    assert ready["order_books_initialized"] and not ready["symbols_mapping_initialized"]
    await stage.seconds(13)
    assert stage.exchange.status_dict == READY | {"trading_rule_initialized": False}
    assert "500" in stage.exchange.not_ready_because()["trading_rule_initialized"]


@story
async def test_two_rows_of_one_name_are_told_and_the_first_is_kept(stage: Stage):
    ask = stage.exchange.line.client.call

    async def call(endpoint, **more):
        rows = await ask(endpoint, **more)
        return [*rows, *rows] if endpoint is endpoints.PAIRS else rows

    stage.exchange.line.client.call = call
    await stage.start()
    assert stage.exchange.status_dict == READY
    assert stage.heard.about("WARNING", "a second DOGE-USDT")


@story
async def test_without_an_account_socket_the_account_is_polled(stage: Stage):
    stage.faults.refuse_connect("/ws/account")
    await stage.start(within_s=14)
    assert not stage.exchange.status_dict["user_stream_initialized"]
    await stage.seconds(7)
    assert stage.exchange.status_dict == READY
    assert stage.heard.about("WARNING", "no account socket", "polled meanwhile")
    assert stage.heard.about("WARNING", "user_stream_initialized is not ready after 15 s", "polled over REST instead")
    stage.quote()
    await stage.seconds(2)
    assert stage.resting == ["buy 10 @ 0.15", "sell 10 @ 0.17"]


@story
async def test_an_account_socket_that_comes_late_is_used(stage: Stage):
    refused = stage.faults.refuse_connect("/ws/account")
    await stage.start(within_s=20)
    refused.lift()
    await stage.seconds(30)
    assert stage.exchange.user_stream.alive


@story(pairs=(PAIR, "DOGE-ZAR"))
async def test_two_pairs_have_two_books(stage: Stage):
    await stage.start()
    assert stage.exchange.status_dict == READY
    assert set(stage.exchange.order_books) == {PAIR, "DOGE-ZAR"}


@story(pairs=("DOGE-NOPE",))
async def test_a_pair_that_valr_has_not_is_named(stage: Stage):
    await stage.start(within_s=20)
    assert stage.heard.about("ERROR", "DOGE-NOPE is not an active pair of VALR's")
    assert "DOGE-NOPE is not an active pair" in stage.exchange.not_ready_because()["order_books_initialized"]


@story(pairs=(PAIR, "DOGE-NOPE"))
async def test_a_pair_that_valr_has_not_does_not_hold_up_the_others(stage: Stage):
    await stage.start(within_s=25)
    stage.quote()
    await stage.seconds(2)
    assert stage.exchange.books.alive
    assert stage.resting == ["buy 10 @ 0.15", "sell 10 @ 0.17"]
