"""Each component of readiness held back in turn: real Hummingbots, all at once, each with a sandbox that has one fault.

The status shows which, the failsafe acts after fifteen seconds, and quoting starts, or is refused with the reason.
"""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hummingbot_real.home import Home
from hummingbot_real.served import Faulty

FAILSAFE_S = 15.0
LATE_S = 4.0
"""Several Hummingbots start at once on few processors; and the failsafe looks twice a second."""
START_WITHIN_S = 90
QUOTES_WITHIN_S = 15
SYMBOLS, BOOKS = "symbols_mapping_initialized", "order_books_initialized"
BALANCE, RULES, STREAM = "account_balance", "trading_rule_initialized", "user_stream_initialized"

STORIES: dict[str, Callable[[Any], None]] = {}


def story(play):
    """One Hummingbot with its own sandbox. It is played beside the others; the test of its name gives its outcome."""
    STORIES[play.__name__] = play
    return play


class Stage:
    """What happens in every story."""

    def __init__(self, home, sandbox):
        self.home, self.sandbox, self.faults = home, sandbox, sandbox.faults
        self.breaking = sandbox.now

    def start(self):
        """Until the connector begins to connect."""
        self.home.start()
        self.home.until(self.home.connecting_s, START_WITHIN_S)

    def missing(self, name):
        """Until nothing but this component is missing; gives the reason that the connector tells."""
        return self.home.until(lambda: set(self.home.missing()) == {name} and self.home.missing()[name], FAILSAFE_S)

    def failsafe(self, name):
        """Until the log says that the failsafe has acted for it; gives what it says."""
        (line,) = self.home.until(lambda: self.home.said(f"{name} is not ready after 15 s"), FAILSAFE_S + LATE_S)
        late_s = time.time() - self.home.connecting_s() - FAILSAFE_S
        assert -1 <= late_s <= LATE_S, f"the failsafe acted {late_s} s late"
        return line

    def ready(self, within_s=QUOTES_WITHIN_S):
        """Until all components are."""
        self.home.until(self.home.ready_s, within_s)

    def quotes(self):
        """Until both orders rest."""
        rows = self.home.until(lambda: self.sandbox.open_orders()[1:] and self.sandbox.open_orders(), QUOTES_WITHIN_S)
        assert sorted(row.side for row in rows) == ["buy", "sell"]

    def stop(self):
        """Nothing is left behind."""
        assert self.home.stop() == 0
        assert self.sandbox.open_orders() == []


@story
def rules_that_fail_hold_quoting_back_until_they_come(stage):
    broken = stage.breaking(lambda: stage.faults.fail("GET /v1/public/pairs"))
    stage.start()
    told = stage.failsafe(RULES)
    assert "HTTP 500" in told and "two addresses are asked in turn" in told and "nothing can be quoted" in told, told
    assert RULES in stage.home.missing() and not stage.sandbox.open_orders()
    stage.breaking(broken.lift)
    stage.ready()
    stage.quotes()
    stage.home.until(lambda: stage.home.said(f"{RULES} is ready now"), LATE_S)
    stage.stop()


@story
def without_an_account_socket_the_account_is_polled_and_quoting_starts(stage):
    refused = stage.breaking(lambda: stage.faults.refuse_connect("/ws/account"))
    stage.start()
    why = stage.missing(STREAM)
    assert "polled over REST instead" in why, why
    told = stage.failsafe(STREAM)
    assert "polled over REST instead" in told, told
    stage.ready(within_s=LATE_S)
    stage.quotes()
    assert refused.happened > 1
    stage.stop()


@story
def a_silent_book_socket_is_replaced_by_polling_and_quoting_starts(stage):
    silent = stage.breaking(lambda: stage.faults.freeze("/ws/trade", passing=("PONG",)))
    stage.start()
    stage.ready()
    stage.quotes()
    assert silent.happened
    assert stage.home.said("order book of DOGE-USDT", "polled over REST")
    stage.stop()


@story
def without_any_book_nothing_is_quoted_and_the_log_says_why(stage):
    silent = stage.breaking(lambda: stage.faults.freeze("/ws/trade", passing=("PONG",)))
    broken = stage.breaking(lambda: stage.faults.fail("/orderbook"))
    stage.start()
    why = stage.missing(BOOKS)
    assert "order book of DOGE-USDT" in why, why
    told = stage.failsafe(BOOKS)
    assert "socket and REST are both asked until one answers" in told, told
    assert stage.home.missing().keys() == {BOOKS} and not stage.sandbox.open_orders()
    stage.breaking(silent.lift)
    stage.breaking(broken.lift)
    stage.ready()
    stage.quotes()
    stage.stop()


@story
def balances_that_cannot_be_had_hold_quoting_back_until_they_come(stage):
    broken = stage.breaking(lambda: stage.faults.fail("GET /v1/account/balances"))
    stage.breaking(lambda: stage.faults.freeze("/ws/account", types=("BALANCE_UPDATE", "OPEN_ORDERS_UPDATE")))
    stage.start()
    why = stage.missing(BALANCE)
    assert "HTTP 500" in why, why
    stage.failsafe(BALANCE)
    assert stage.home.missing().keys() == {BALANCE} and not stage.sandbox.open_orders()
    stage.breaking(broken.lift)
    stage.ready()
    stage.quotes()
    stage.stop()


@story
def balances_that_only_the_socket_tells_are_enough(stage):
    broken = stage.breaking(lambda: stage.faults.fail("GET /v1/account/balances"))
    stage.start()
    stage.ready(within_s=FAILSAFE_S + LATE_S)
    stage.quotes()
    assert broken.happened
    stage.stop()


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """All of them, begun."""
    folder = tmp_path_factory.mktemp("held-back")

    def play(name):
        with Faulty() as sandbox, Home(folder / name, sandbox) as home:
            home.connect()
            STORIES[name](Stage(home, sandbox))

    with ThreadPoolExecutor(len(STORIES)) as pool:
        yield {name: pool.submit(play, name) for name in STORIES}


@pytest.mark.parametrize("name", STORIES)
def test_held_back(name, played):
    played[name].result()
