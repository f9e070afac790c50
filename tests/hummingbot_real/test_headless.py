"""Hummingbot's own engine and Pure Market Making, the example file, `valr-maker sandbox serve`: a minute of real time.

VALR_REAL_MINUTES=10 plays it for so long.
"""

import os
import threading
import time
from decimal import Decimal
from typing import NamedTuple

import pytest
from hummingbot_real.home import Home
from hummingbot_real.served import Own, Served

MINUTES = float(os.environ.get("VALR_REAL_MINUTES", "0"))
READY_WITHIN_S = 15.0
REFRESH_S = 15.0
LATE_S = 2.5
"""A clock of whole seconds, a busy machine."""
FILL_WITHIN_S = 90.0
"""Somebody in the sandbox's crowd takes the book beyond 1 % every 20 to 50 s."""
SAMPLE_EVERY_S = 0.5


class Sample(NamedTuple):
    """The exchange's list of open orders at one moment."""

    at_s: float
    rows: list[Own]


class Watch:
    """Looks at the exchange's list of open orders again and again."""

    def __init__(self, sandbox):
        self.samples = []
        self._sandbox, self._over = sandbox, threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self):
        while not self._over.wait(SAMPLE_EVERY_S):
            rows = self._sandbox.open_orders()
            self.samples.append(Sample(time.time(), rows))

    def end(self):
        self._over.set()
        self._thread.join()


class Played:
    """One run, and what was left of it when it was over."""

    def __init__(self, folder):
        with Served(seed=1) as sandbox, Home(folder, sandbox) as home:
            self.connected = home.connect()
            home.start()
            home.until(home.ready_s, within_s=60)
            self.connecting_s, self.ready_s, self.view = home.connecting_s(), home.ready_s(), home.views()[-1]
            self.first = home.until(lambda: sandbox.open_orders()[1:] and sandbox.open_orders(), within_s=15)
            self.screen = home.status_text()
            watch, started_s = Watch(sandbox), time.monotonic()
            self.hand_first = {row.order_id for row in self.first}
            home.until(lambda: self._replaced(sandbox), within_s=REFRESH_S + 10)
            home.until(lambda: time.monotonic() - started_s >= MINUTES * 60, within_s=MINUTES * 60 + 1)
            self.trades_before = len(sandbox.trades())
            home.until(lambda: len(sandbox.trades()) > (self.trades_before if MINUTES else 0), within_s=FILL_WITHIN_S)
            time.sleep(1.0)  # the fill is on its way to the database
            watch.end()
            self.samples = watch.samples
            self.before_stop, self.stopped_s = sandbox.open_orders(), time.time()
            self.code = home.stop()
            self.after_stop, self.trades = sandbox.open_orders(), sandbox.trades()
            self.errors, self.fills, self.log = home.errors(), home.fills(), home.log()

    def _replaced(self, sandbox):
        now = {row.order_id for row in sandbox.open_orders()}
        return len(now) == len(self.hand_first) and not now & self.hand_first


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    return Played(tmp_path_factory.mktemp("headless"))


def test_all_five_components_are_ready_within_fifteen_seconds_of_connecting(played):
    assert len(played.view["status"]) == 5 and all(played.view["status"].values()), played.view
    assert played.ready_s - played.connecting_s <= READY_WITHIN_S


def test_two_orders_rest_and_its_status_shows_them(played):
    assert sorted((row.side, row.quantity) for row in played.first) == [("buy", "4"), ("sell", "4")]
    assert "valr_sandbox DOGE-USDT" in played.screen
    assert all(row.price in played.screen for row in played.first), played.screen


def test_orders_are_refreshed_every_fifteen_seconds(played):
    """How old the exchange saw each order become; it was looked at twice a second.

    Not those that were filled, that were there to the end, or that the market had come too near to.
    """
    others = {row["orderId"] for row in played.trades} | {row.order_id for row in played.samples[-1].rows}
    too_near = " ".join(line for line in played.log if "below minimum spread" in line)
    lives_s = {row.order_id: at_s - row.born_s for at_s, rows in played.samples for row in rows
               if row.order_id not in others and row.customer_id not in too_near}  # fmt: skip
    assert len(lives_s) >= 2 + MINUTES, lives_s  # each fill stops the quoting for a minute
    assert all(REFRESH_S - LATE_S <= life_s <= REFRESH_S + LATE_S for life_s in lives_s.values()), lives_s


def test_no_order_is_ever_doubled(played):
    assert len(played.samples) > 20
    for sample in played.samples:
        sides = [row.side for row in sample.rows]
        assert len(sides) == len(set(sides)), sample


def test_its_database_holds_the_fills_that_the_exchange_knows(played):
    truth = [
        (row["id"], row["side"].upper(), _number(row["price"]), _number(row["quantity"]), _number(row["fee"]))
        for row in played.trades
    ]
    recorded = [
        (name, side, _number(price), _number(amount), *(_number(flat["amount"]) for flat in fee["flat_fees"]))
        for name, side, price, amount, fee in played.fills
    ]
    assert truth and sorted(recorded) == sorted(truth)


def test_stopping_leaves_no_order_behind(played):
    assert played.before_stop, "nothing rested when it was stopped, so nothing is proved"
    assert (played.code, played.after_stop) == (0, [])


def test_no_error_line_in_its_log(played):
    assert any("has been completely filled" in line for line in played.log), "this is not the log"
    assert played.errors == []


def _number(value):
    return Decimal(str(value)).normalize()
