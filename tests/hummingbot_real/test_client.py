"""Hummingbot's interactive client, typed into as a person would: password, connect, create, start, status, stop, exit.

The screen of `status` is kept in docs/hummingbot-screen.txt; VALR_KEEP_SCREEN=1 writes it anew.
"""

import os
import re
import time

import pytest
from hummingbot_real.home import CONNECTOR, NAME, PASSWORD, ROOT, Home
from hummingbot_real.served import Served
from hummingbot_real.terminal import ENTER, LOGS_ON_OFF, Terminal

KEPT = ROOT / "docs" / "hummingbot-screen.txt"
FILE = "conf_pure_mm_1"
"""The name that the client proposes."""
CREATE = [
    ("Enter the strategy name", "pure_market_making"),
    ("Enter your maker spot connector", CONNECTOR),
    ("Enter the token trading pair", "DOGE-USDT"),
    ("to place the first bid order?", "1"),
    ("to place the first ask order?", "1"),
    ("How often do you want to cancel and replace", "15"),
    ("What is the amount of DOGE per order?", "4"),
    ("Would you like to use the ping pong feature", ""),
    ("Enter a new file name for your configuration", ""),
]
STARTS_WITHIN_S, ANSWERS_WITHIN_S, QUOTES_WITHIN_S = 60, 20, 25
MENU, SPACE = " lphistory", " "
"""The list of commands that comes up by itself and hides a part of the screen; a space closes it."""
MENU_GOES_S = 2.0
NOTHING_TO_STOP = "hummingbot.client.hummingbot_application: MQTT is already stopped!"
"""Hummingbot's own line at every exit of a client that never used MQTT."""


class Client:
    """One session."""

    def __init__(self, home):
        how = {"env": home.environment, "cwd": home.folder}
        self.home, self.screens, self.closed_s = home, [], float("-inf")
        self.terminal = Terminal(home.command("client"), errors=home.folder / "engine.out", **how)
        home.process = self.terminal.process

    def shows(self, *texts, within_s=ANSWERS_WITHIN_S):
        """Wait until all of these are on the screen; gives it."""

        def seen():
            screen = str(self.terminal)
            if MENU in screen:
                if time.monotonic() - self.closed_s > MENU_GOES_S:
                    self.terminal.type(SPACE)
                    self.closed_s = time.monotonic()
                return None
            return screen if all(text in screen for text in texts) else None

        try:
            self.screens.append(self.home.until(seen, within_s))
        except AssertionError as problem:
            raise AssertionError(f"{texts} not on the screen:\n{self.terminal}\n{problem}") from None
        return self.screens[-1]

    def answer(self, question, text):
        """Type this when asked."""
        self.shows(question)
        self.terminal.type(text + ENTER)

    def order(self, command, *then, within_s=ANSWERS_WITHIN_S):
        """Type a command; wait for what it brings."""
        self.terminal.type(command + ENTER)
        return self.shows(*then, within_s=within_s)

    def sign_in(self):
        """The first start: welcome, warning, a new password twice."""
        self.shows("Welcome to Hummingbot", within_s=STARTS_WITHIN_S)
        self.terminal.type(ENTER)
        self.answer("PLEASE READ THIS CAREFULLY", "")
        self.answer("SET A SECURE PASSWORD", "")
        self.answer("Enter your new password", PASSWORD + ENTER)
        self.answer("re-enter your password", PASSWORD + ENTER)
        self.shows("Useful Commands", ">>>", within_s=STARTS_WITHIN_S)


class Session:
    """One session from beginning to end, and what was seen in it."""

    def __init__(self, folder):
        with Served(seed=1) as sandbox, Home(folder, sandbox) as home:
            (home.folder / f"conf/strategies/{NAME}.yml").unlink()  # it is made by the client
            client = Client(home)
            client.sign_in()
            client.terminal.type(LOGS_ON_OFF)
            client.terminal.type(f"connect {CONNECTOR}{ENTER}")
            client.answer("Enter the API key", sandbox.key)
            client.answer("Enter the API secret", sandbox.secret)
            client.shows(f"You are now connected to {CONNECTOR}.")
            client.terminal.type(f"create{ENTER}")
            for question, text in CREATE:
                client.answer(question, text)
            self.checks = client.shows(f"A new config file has been created: {FILE}.yml", "All checks: Confirmed")
            client.order("start", "Strategy 'pure_market_making' started successfully")
            self.orders = home.until(lambda: sandbox.open_orders()[1:] and sandbox.open_orders(), QUOTES_WITHIN_S)
            self.status = client.order("status", "Markets:", "Total Balance", "Amount (Orig)")
            client.order("stop", "Hummingbot stopped.", within_s=45)
            self.left = sandbox.open_orders()
            client.terminal.type(f"exit{ENTER}")
            self.code = client.terminal.process.wait(45)
            client.terminal.close()
            self.secrets_seen = [s for s in client.screens if sandbox.key in s or sandbox.secret in s or PASSWORD in s]
            self.errors, self.views = home.errors(), home.views()


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    made = Session(tmp_path_factory.mktemp("client"))
    if os.environ.get("VALR_KEEP_SCREEN"):
        KEPT.write_text(made.status + "\n", encoding="utf-8")
    return made


def test_connect_and_create_find_everything_they_need(session):
    assert "Strategy check: All required parameters confirmed." in session.checks
    assert "Exchange check: All connections confirmed." in session.checks


def test_start_makes_all_components_ready_and_two_orders_rest(session):
    assert any(all(view["status"].values()) for view in session.views)
    assert sorted(row.side for row in session.orders) == ["buy", "sell"]


def test_status_shows_the_orders_that_the_exchange_has(session):
    for row in session.orders:
        assert re.search(rf"1 +{row.side} +{re.escape(row.price)} ", session.status), session.status


def test_the_screen_in_the_manual_is_still_the_clients(session):
    """The same words in the same order; figures change."""
    kept = KEPT.read_text(encoding="utf-8")
    assert _words(kept) == _words(session.status)


def test_stop_and_exit_leave_nothing_behind(session):
    assert (session.left, session.code) == ([], 0)


def test_no_key_and_no_password_is_ever_on_the_screen(session):
    assert session.secrets_seen == []


def test_no_error_line_in_the_clients_log(session):
    assert [line for line in session.errors if line != NOTHING_TO_STOP] == []


def _words(screen):
    return re.findall(r"[A-Za-z_]{3,}", screen[screen.index("Markets:") : screen.index(">>>", screen.index("Orders:"))])
