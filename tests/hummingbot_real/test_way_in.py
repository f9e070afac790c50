"""`valr-maker hummingbot run` as a person uses it: a real Hummingbot, started, watched, stopped, killed in every way.

All stories are played at once, each with its own sandbox; the test of a story's name gives its outcome.
"""

import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest
from hummingbot_real.served import Faulty, Served

EXAMPLE = Path(__file__).parents[2] / "examples" / "conf_pure_mm_2.yml"
COMMAND = [sys.executable, "-m", "valr_maker.cli", "hummingbot", "run"]
QUOTES_WITHIN_S, ENDS_WITHIN_S, LOOK_EVERY_S = 120, 90, 0.2
FIVE = {
    "symbols_mapping_initialized", "order_books_initialized", "account_balance", "trading_rule_initialized",
    "user_stream_initialized",
}  # fmt: skip
STORIES: dict[str, Any] = {}


def story(play):
    STORIES[play.__name__] = play
    return play


class Bot:
    """One run of the command after another, in one home."""

    def __init__(self, folder, sandbox):
        self.folder, self.sandbox, self.home = folder, sandbox, folder / "home"
        folder.mkdir()
        self.conf = folder / "my.conf.yml"
        self.conf.write_text(EXAMPLE.read_text(encoding="utf-8"), encoding="utf-8")
        self.process: Any = None

    @property
    def environment(self):
        return os.environ | {"VALR_API_KEY": self.sandbox.key, "VALR_API_SECRET": self.sandbox.secret}

    def start(self, *options):
        """Lines go to a file, the result is the last line of standard output."""
        command = [*COMMAND, str(self.conf), "--address", self.sandbox.rest_url, "--home", str(self.home), "--json"]
        self.lines = self.folder / "lines"
        with self.lines.open("w") as lines:
            self.close()
            self.process = subprocess.Popen(
                [*command, *options], env=self.environment, stdout=subprocess.PIPE, stderr=lines, text=True
            )

    def orders(self):
        """What rests of this bot, by the exchange's list."""
        prefixes = json.loads((self.home / "valr-maker.json").read_text())["order_id_prefixes"]
        rows = self.sandbox.ask("/v1/orders/open")
        return [row for row in rows if row["customerOrderId"].startswith(tuple(prefixes))]

    def until(self, seen, within_s):
        end_s = time.monotonic() + within_s
        while not (found := seen()):
            alive = self.process.poll() is None
            assert alive and time.monotonic() < end_s, self.lines.read_text()
            time.sleep(LOOK_EVERY_S)
        return found

    def until_it_quotes(self):
        self.until(lambda: "placed sell" in self.lines.read_text(), QUOTES_WITHIN_S)
        assert sorted(row["side"] for row in self.until(self.orders, 5)) == ["buy", "sell"]

    @property
    def engine(self):
        (child,) = psutil.Process(self.process.pid).children()
        return child

    def end(self, *, says="", code=0):
        """Its end, and its result."""
        told, _ = self.process.communicate(timeout=ENDS_WITHIN_S)
        assert self.process.returncode == code, self.lines.read_text()
        assert says in self.lines.read_text()
        return json.loads(told.splitlines()[-1]) if told else None

    def close(self):
        if self.process is not None and self.process.poll() is None:
            for child in psutil.Process(self.process.pid).children():
                child.kill()
            self.process.kill()
            self.process.wait()
        if self.process is not None and self.process.stdout is not None:
            self.process.stdout.close()


@story
def ctrl_c_ends_well_and_nothing_rests(bot):
    bot.start()
    bot.until_it_quotes()
    bot.process.send_signal(signal.SIGINT)
    result = bot.end(says="stopped by Ctrl-C")
    assert (result["open_orders"], result["exit_code"], bot.orders()) == (0, 0, [])
    assert result["components"] == dict.fromkeys(FIVE, True)
    assert result["orders_placed"] >= 2 and result["seconds_to_ready"] < 15
    assert bot.conf.read_text() == EXAMPLE.read_text(), "the person's file is as it was"
    assert "exchange: valr_sandbox" in (bot.home / "conf/strategies/my_conf.yml").read_text()


@story
def a_duration_ends_it_and_no_secret_lies_in_the_home(bot):
    bot.start("--duration", "12")
    result = bot.end()
    assert (result["exit_reason"], result["open_orders"]) == ("duration over", 0)
    held = [path for path in bot.home.rglob("*") if path.is_file() and "hummingbot" not in path.parts]
    assert len(held) > 5
    for path in held:
        content = path.read_bytes()
        assert bot.sandbox.secret.encode() not in content and bot.sandbox.key.encode() not in content, path
    bot.start("--duration", "5")  # a home serves more than once; its password is new every time
    assert bot.end()["orders_placed"] >= 2


@story
def without_a_book(bot):
    """It never becomes ready, says why, and ends so."""
    bot.sandbox.now(lambda: bot.sandbox.faults.freeze("/ws/trade", passing=("PONG",)))
    bot.sandbox.now(lambda: bot.sandbox.faults.fail("/orderbook"))
    bot.start("--duration", "4")
    result = bot.end(code=4)
    assert "never ready in 4 s: order_books_initialized: order book of DOGE-USDT" in result["error"]
    assert result["components"]["order_books_initialized"] is False and result["orders_placed"] == 0


@story
def a_killed_engine_is_noticed_and_its_orders_are_cancelled(bot):
    bot.start()
    bot.until_it_quotes()
    bot.engine.kill()
    result = bot.end(says="was not taken away by Hummingbot: cancelling it", code=1)
    assert "ended by itself by signal 9" in result["error"]
    assert (result["open_orders"], bot.orders()) == (0, [])


@story
def an_engine_whose_starter_was_killed_stops_and_takes_its_orders_away(bot):
    bot.start()
    bot.until_it_quotes()
    engine = bot.engine
    bot.process.kill()
    bot.process.wait()
    engine.wait(ENDS_WITHIN_S)
    assert bot.orders() == []


@story
def orders_of_a_run_that_was_killed_outright_are_found_at_the_next_start(bot):
    bot.start()
    bot.until_it_quotes()
    engine = bot.engine
    bot.process.send_signal(signal.SIGSTOP)  # so that it cannot tidy up
    engine.kill()
    bot.process.kill()
    bot.process.wait()
    before = {row["orderId"] for row in bot.orders()}
    assert len(before) == 2
    bot.start()
    bot.until_it_quotes()
    assert len(bot.orders()) == 2 and before.isdisjoint(row["orderId"] for row in bot.orders())
    bot.process.send_signal(signal.SIGTERM)
    result = bot.end(says="an earlier run left behind: cancelling it")
    assert (result["orders_of_an_earlier_run"], result["open_orders"], bot.orders()) == (2, 0, [])


@story
def whoever_cannot_wait_kills_hummingbot_and_still_nothing_rests(bot):
    bot.start()
    bot.until_it_quotes()
    engine = bot.engine
    engine.suspend()  # it hangs: nothing of it can be waited for
    bot.process.send_signal(signal.SIGINT)
    bot.until(lambda: "stopping Hummingbot" in bot.lines.read_text(), 5)
    bot.process.send_signal(signal.SIGINT)
    assert bot.end()["open_orders"] == 0
    assert bot.orders() == []


@story
def one_bot_a_home_and_one_that_is_stopped_before_it_began_ends_well(bot):
    bot.start()
    bot.until(lambda: "starting Hummingbot" in bot.lines.read_text(), 30)
    second = Bot(bot.folder / "second", bot.sandbox)
    second.home = bot.home
    second.start()
    second.end(says="another run of this file has not ended", code=2)
    bot.process.send_signal(signal.SIGTERM)
    result = bot.end(says="stopped by SIGTERM")
    assert (result["orders_placed"], result["open_orders"]) == (0, 0)


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    def play(name):
        with Faulty() if name == without_a_book.__name__ else Served() as sandbox:
            bot = Bot(tmp_path_factory.getbasetemp() / name, sandbox)
            try:
                STORIES[name](bot)
            finally:
                bot.close()

    with ThreadPoolExecutor(len(STORIES)) as pool:
        yield {name: pool.submit(play, name) for name in STORIES}


@pytest.mark.parametrize("name", STORIES)
def test_the_way_in(name, played):
    played[name].result()
