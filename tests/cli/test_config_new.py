"""`config new` as a command: with options, in a terminal, and where a file is there already."""

import os
import pty
import select
import subprocess
import sys
from pathlib import Path

import pytest
from kit.commands import Ended, ended

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "conf_pure_mm_2.yml"
COMMAND = [sys.executable, "-m", "valr_maker.cli", "config", "new"]
GIVEN = {
    "--exchange": "valr", "--pair": "DOGE-USDT", "--bid-spread": "1", "--ask-spread": "1",
    "--order-refresh-time": "15", "--order-amount": "4",
}  # fmt: skip


def new(folder: Path, *arguments: str, **changed: str | None) -> Ended:
    """With every answer as an option, but for those that are changed or taken away."""
    options = GIVEN | {"--" + name.replace("_", "-"): text for name, text in changed.items()}
    flags = [word for name, text in options.items() if text is not None for word in (name, text)]
    return ended("config", "new", *arguments, *flags, cwd=folder)


def test_options_alone_make_the_example(tmp_path):
    """The next free name of Hummingbot's, and every key of its template."""
    (tmp_path / "conf_pure_mm_1.yml").write_text("", encoding="utf-8")
    done = new(tmp_path, "--set", "minimum_spread=0.1")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "conf_pure_mm_2.yml").read_bytes() == EXAMPLE.read_bytes()
    assert "price 0.16" in done.stdout and "maker fee 0.08 %" in done.stdout
    assert "Try it with play money: valr-maker run conf_pure_mm_2.yml" in done.stdout
    assert "PMM" not in done.stdout, "nothing to say of it"


@pytest.mark.parametrize(
    ("changed", "code", "says"),
    [
        ({"order_amount": None}, 2, "there is no terminal to ask in, and no --order-amount. Give each with a value"),
        ({"order_amount": "1"}, 3, "--order-amount: order_amount: 1 is below the smallest order of this pair, 4 DOGE"),
        ({"pair": "DOGEX-USDT"}, 3, "Did you mean DOGE-USDT"),
        ({"bid_spread": "wide"}, 2, "--bid-spread: bid_spread: wide is not a number"),
        ({"set": "max_ordr_age=1"}, 2, "Did you mean max_order_age?"),
        ({"set": "bid_spread=1"}, 2, "Use --bid-spread"),
        ({"set": "minimum_spread=2"}, 3, "orders are cancelled as soon as they rest"),
        ({"set": "price_source=external_market"}, 3, "price_source_exchange: is missing"),
    ],
)
def test_a_wrong_or_missing_answer_is_one_clear_line_and_no_file(tmp_path, changed, code, says):
    refused = new(tmp_path, **changed)
    assert refused.returncode == code, refused.stderr
    assert says in refused.stderr
    assert "Traceback" not in refused.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_stays_without_force_and_is_kept_with_it(tmp_path):
    conf = tmp_path / "mine.yml"
    conf.write_text("something else\n", encoding="utf-8")
    refused = new(tmp_path, "mine")
    assert refused.returncode == 2
    assert "mine.yml is there already" in refused.stderr and "--force" in refused.stderr
    assert conf.read_text(encoding="utf-8") == "something else\n"
    done = new(tmp_path, "mine", "--force", "--offline")
    assert done.returncode == 0, done.stderr
    assert "order_amount: 4.0" in conf.read_text(encoding="utf-8")
    assert (tmp_path / "mine.yml.bak").read_text(encoding="utf-8") == "something else\n"


@pytest.mark.parametrize(("name", "says"), [("no/such/x.yml", "is no directory"), ("folder.yml", "there already")])
def test_a_place_that_is_none_is_said_before_anything_is_asked(tmp_path, name, says):
    (tmp_path / "folder.yml").mkdir()
    refused = new(tmp_path, name, order_amount=None)
    assert refused.returncode == 2
    assert says in refused.stderr


class Terminal:
    """A person at a terminal: reads until a question, types an answer."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self._there, here = pty.openpty()
        self.process = subprocess.Popen(
            [*COMMAND, *arguments], cwd=folder, stdin=here, stdout=here, stderr=here,
            env=os.environ | {"TERM": "dumb", "COLUMNS": "80"},
        )  # fmt: skip
        os.close(here)
        self.seen, self._read = "", 0

    def until(self, words: str) -> str:
        """What has come up to these words, which must come."""
        while (found := self.seen.find(words, self._read)) < 0:
            ready, _, _ = select.select([self._there], [], [], 30)
            assert ready, self.seen
            self.seen += os.read(self._there, 4096).decode()
        new, self._read = self.seen[self._read : found + len(words)], found + len(words)
        return new

    def type(self, text: str) -> None:
        os.write(self._there, text.encode())

    def end(self) -> int:
        """Its exit code; the rest of the output is read."""
        try:
            while chunk := os.read(self._there, 4096):
                self.seen += chunk.decode()
        except OSError:
            pass  # how Linux says that the other side has gone
        os.close(self._there)
        return self.process.wait(timeout=30)


def test_at_a_terminal_each_question_brings_what_is_known_and_asks_again(tmp_path):
    """An amount below the minimum is refused at once with the remedy, a wrong pair likewise; the order is Hummingbot's."""
    person = Terminal(tmp_path)
    person.until("connector is the file for?")
    person.until("> ")
    person.type("valr\n")
    assert "such as DOGE-USDT" in person.until("> ")
    person.type("DOGEX-USDT\n")
    person.until("Did you mean DOGE-USDT")
    person.until("> ")
    person.type("doge-usdt\n")
    person.until("maker fee 0.08 %")
    asked = person.until("> ")
    assert "first bid" in asked and "one tick is" in asked
    person.type("1\n")
    assert "first ask" in person.until("> ")
    person.type("1\n")
    assert "seconds" in person.until("> ")
    person.type("15\n")
    assert "(at least 4 DOGE, worth 0.6" in person.until("> ")
    person.type("1\n")
    person.until("Set it to\r\n  4 or more.")  # folded at 80 columns
    person.until("> ")
    person.type("4\n")
    assert "empty is no" in person.until("> ")
    person.type("\n")
    assert person.end() == 0, person.seen
    assert "PMM032" in person.seen, "the guard is off in Hummingbot's default, and that is told"
    assert "Traceback" not in person.seen
    told = EXAMPLE.read_text(encoding="utf-8").replace("minimum_spread: 0.1", "minimum_spread: -100.0")
    assert (tmp_path / "conf_pure_mm_1.yml").read_text(encoding="utf-8") == told


def test_only_what_was_not_given_is_asked_and_an_end_of_input_writes_nothing(tmp_path):
    person = Terminal(tmp_path, "--offline", "--exchange", "valr", "--pair", "DOGE-USDT", "--bid-spread", "1")
    assert "first ask" in person.until("> ")
    person.type("\x04")
    assert person.end() == 2
    assert "the input ended before the last answer" in person.seen
    assert list(tmp_path.iterdir()) == []
