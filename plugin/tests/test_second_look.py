"""Found by reading with fresh eyes: fills that come late, other programs' orders, cancels that overtake, moved clocks."""

import asyncio
import subprocess
import sys
import time
from pathlib import Path

import hummingbot_valr
import pytest
from cachetools import TTLCache
from hummingbot.connector.exchange.valr import keeper
from hummingbot.connector.exchange.valr.line import LazyTransport
from hummingbot.core.web_assistant.connections.connections_factory import ConnectionsFactory
from stage import PAIR, Stage, story

HISTORY = "trade history of a pair"


async def quoting(stage):
    await stage.start()
    ids = stage.quote()
    await stage.seconds(2)
    return ids


def forget_in_virtual_time(stage):
    tracker = stage.exchange._order_tracker
    tracker._cached_orders = TTLCache(1000, tracker.CACHED_ORDER_TTL, timer=stage.clock.monotonic_s)


# ---- fills ----------------------------------------------------------------------------------------------------------
@story
async def test_a_fill_that_the_history_shows_late_is_asked_for_again(stage: Stage):
    forget_in_virtual_time(stage)
    cid, _ = await quoting(stage)
    stage.faults.freeze("/ws/account", types=("NEW_ACCOUNT_TRADE",))
    client, shown_s = stage.exchange.line.client, stage.clock.monotonic_s() + 4
    call = client.call

    async def lagging(endpoint, **more):
        rows = await call(endpoint, **more)
        return [] if endpoint.name == HISTORY and stage.clock.monotonic_s() < shown_s else rows

    client.call = lagging
    stage.stranger("SELL", 104, "0.15")  # four of our ten
    stage.exchange.cancel(PAIR, cid)
    await stage.seconds(15)
    assert stage.count("cancelled") == 1 and stage.count("filled") == 1
    with stage.spied() as calls:
        await stage.seconds(60)
    assert [name for name, _ in calls].count(HISTORY) <= 1, "Hummingbot's own look every two minutes, and no more"


@story
async def test_a_fill_is_recorded_though_the_history_was_out_of_order_for_minutes(stage: Stage):
    forget_in_virtual_time(stage)
    await quoting(stage)
    stage.faults.freeze("/ws/account", types=("NEW_ACCOUNT_TRADE",))
    broken = stage.faults.fail("tradehistory")
    stage.stranger("SELL", 400, "0.15")
    await stage.seconds(180)
    broken.lift()
    await stage.seconds(10)
    assert stage.count("completed buy") == 1 and stage.count("filled") == 1


# ---- whose order is it ----------------------------------------------------------------------------------------------
@story
async def test_a_second_hummingbot_with_the_same_key_keeps_its_new_orders(stage: Stage):
    """Both run from one folder, so their ids begin alike. Each would cancel the other's orders for ever."""
    await stage.start()
    stage.stranger("BUY", 100, "0.16")
    stage.stranger("SELL", 100, "0.162")
    other = stage.connector()
    await other.start_network()
    await stage.seconds(5)
    stage.buy(10, "0.15")
    await stage.seconds(10)
    assert stage.resting == ["buy 10 @ 0.15"] and stage.count("cancelled") == 0
    assert len(stage.heard.about("WARNING", "another Hummingbot")) == 1
    await other.stop_network()


@story
async def test_what_the_first_list_names_is_of_an_earlier_run_whatever_the_clocks_say(stage: Stage):
    before = stage.connector()
    later = f"{before.client_order_id_prefix}BDEUT{int((time.time() + 3600) * 1e6):x}"
    await before.desk.place(_order(later))
    await stage.start(within_s=10)
    assert stage.resting == []


@story
async def test_an_old_order_of_this_run_is_never_taken_for_an_earlier_runs(stage: Stage, monkeypatch):
    monkeypatch.setattr(keeper, "SESSION_IDS_MAX", 5)
    await quoting(stage)
    for _ in range(6):
        cid = stage.buy(10, "0.14")
        await stage.seconds(1)
        stage.exchange.cancel(PAIR, cid)
        await stage.seconds(1)
    await stage.seconds(130)
    assert stage.resting == ["buy 10 @ 0.15", "sell 10 @ 0.17"]


@pytest.mark.parametrize(
    ("cid", "made_s"), [("PXBDEUT660fa214e8e2f72db", 1795477277.150767), ("PXBDEUT1", None), ("", None)]
)
def test_an_id_tells_when_it_was_made(cid, made_s):
    assert keeper.made_at(cid, "PX") == made_s


def _order(cid):
    from stage import SYMBOL, D

    from valr_maker.domain import Side
    from valr_maker.gateway.order_entry import limit_order

    return limit_order(SYMBOL, Side.BUY, D("0.14"), D(10), cid, post_only=True)


# ---- cancels --------------------------------------------------------------------------------------------------------
@story
async def test_a_cancel_that_overtakes_its_order_waits_for_it(stage: Stage):
    """Stopping in that moment: Hummingbot's cancel_all must not end while an order is still on its way."""
    await quoting(stage)
    stage.faults.refuse_connect("/ws/account")
    stage.faults.kill("/ws/account")
    await stage.seconds(6)
    transport = stage.exchange.line.transport
    request = transport.request

    async def slow(verb, target, headers, body):
        await asyncio.sleep(0.4 if verb == "POST" else 0)
        return await request(verb, target, headers, body)

    transport.request = slow
    stage.buy(10, "0.14")
    await stage.seconds(0.1)
    results = await stage.exchange.cancel_all(20.0)
    assert [result.success for result in results] == [True, True, True] and stage.resting == []


@story
async def test_two_cancels_of_one_order_at_once_are_one(stage: Stage):
    cid, _ = await quoting(stage)
    with stage.spied() as calls:
        stage.exchange.cancel(PAIR, cid)
        stage.exchange.cancel(PAIR, cid)
        await stage.seconds(6)
    assert not calls or {name for name, _ in calls} == {"balances"}
    assert stage.count("cancelled") == 1 and not stage.heard.about("WARNING")


# ---- clocks and answers ---------------------------------------------------------------------------------------------
@story
async def test_after_a_machine_has_slept_one_answer_sets_the_clock_right(stage: Stage):
    await stage.start()
    clock = stage.exchange._time_synchronizer
    for _ in range(5):
        await stage.exchange._update_time_synchronizer()
    right_s = clock.time()
    for index in range(5):
        clock._time_offset_ms[index] -= 8 * 3600 * 1000
    await stage.exchange._update_time_synchronizer()
    assert abs(clock.time() - right_s) < 5


def test_an_unreadable_page_is_no_answer(monkeypatch):
    class Page:
        status, headers = 502, {}

        async def text(self):
            return b"\xff".decode()

    class Shared:
        async def call(self, _request):
            return Page()

    async def connection(_self):
        return Shared()

    monkeypatch.setattr(ConnectionsFactory, "get_rest_connection", connection)
    with pytest.raises(ConnectionError, match="cannot be read"):
        asyncio.run(LazyTransport("valr_sandbox").request("GET", "/v1/public/time", {}, b""))


def test_the_hook_costs_no_heavy_import():
    source = str(Path(hummingbot_valr.__file__).parents[1])
    code = f"import sys; sys.path.append({source!r}); import hummingbot_valr._hook; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, check=True)
    loaded = set(ran.stdout.split())
    assert "hummingbot_valr._hook" in loaded and not loaded & {"typing", "re", "importlib.machinery", "collections"}


@story
async def test_stopping_tells_of_nothing_that_is_not_ready(stage: Stage):
    await stage.start(within_s=20)
    stage._ticking.cancel()
    stop = stage.exchange._user_stream_tracker.stop

    async def slowly():
        await asyncio.sleep(2)
        await stop()

    stage.exchange._user_stream_tracker.stop = slowly
    await stage.exchange.stop_network()
    assert not stage.heard.about("WARNING")


# ---- polling --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("route", ["tradehistory", "balances", "public/time"])
def test_one_address_that_hangs_does_not_make_the_account_dark(route):
    @story
    async def play(stage: Stage):
        await quoting(stage)
        stage.faults.refuse_connect("/ws/account")
        stage.faults.kill("/ws/account")
        stage.faults.hang(route)
        await stage.seconds(300)
        assert stage.resting == ["buy 10 @ 0.15", "sell 10 @ 0.17"] and stage.count("cancelled") == 0

    play()


@story
async def test_an_hour_without_network_fills_no_log(stage: Stage):
    await quoting(stage)
    stage.faults.refuse_connect("/ws")
    stage.faults.kill("/ws")
    stage.faults.unreachable("")
    await stage.seconds(3600)
    assert len(stage.heard.about("WARNING")) < 50
    stage.faults.lift_all()
    await stage.seconds(60)
    assert stage.resting == [] and stage.exchange.in_flight_orders == {} and stage.count("cancelled") == 2
