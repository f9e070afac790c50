"""However a run ends, its orders are taken away first: Ctrl-C, SIGTERM and a closed terminal, in a real terminal."""

import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "conf_pure_mm_2.yml"
PATIENCE_S = 40.0
NOTE = "template_version 20 is read as 24"
VIEW_ENDS = "\x1b[?1049l"
"""Leaves the alternate screen."""
SIGNALS = {"Ctrl-C": signal.SIGINT, "SIGTERM": signal.SIGTERM, "a closed terminal": signal.SIGHUP}


class Terminal:
    """A run of a file in a terminal of its own, 100 columns wide."""

    def __init__(self, conf: Path) -> None:
        self._ours, theirs = pty.openpty()
        termios.tcsetwinsize(theirs, (40, 100))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "valr_maker.cli", "run", str(conf)],
            stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
            env=os.environ | {"TERM": "xterm-256color"},
        )  # fmt: skip
        os.close(theirs)
        self.text = ""

    def read_until(self, words: str) -> None:
        """Read the screen until it has shown this."""
        give_up_s = time.monotonic() + PATIENCE_S
        while words not in self.text:
            assert time.monotonic() < give_up_s, self.text[-2000:]
            if select.select([self._ours], [], [], 0.5)[0]:
                self.text += os.read(self._ours, 65536).decode(errors="replace")

    def read_rest(self) -> None:
        """Read until the program has let go of the terminal."""
        give_up_s = time.monotonic() + PATIENCE_S
        while True:
            assert time.monotonic() < give_up_s, self.text[-2000:]
            if not select.select([self._ours], [], [], 0.5)[0]:
                continue
            try:
                data = os.read(self._ours, 65536)
            except OSError:  # Linux: the other end is closed
                return
            if not data:
                return
            self.text += data.decode(errors="replace")

    def close(self) -> None:
        """Whatever happened, nothing stays."""
        self.process.kill()
        self.process.wait()
        os.close(self._ours)


@pytest.fixture(scope="module")
def terminals(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Terminal]]:
    """One for each end, started together, each with a file that has something to be told about it."""
    conf = tmp_path_factory.mktemp("end") / "conf.yml"
    conf.write_text(EXAMPLE.read_text(encoding="utf-8").replace("template_version: 24", "template_version: 20"))
    started = {name: Terminal(conf) for name in SIGNALS}
    yield started
    for terminal in started.values():
        terminal.close()


@pytest.mark.parametrize("name", SIGNALS)
def test_every_end_takes_the_orders_away_and_proves_it(terminals, name):
    terminal = terminals[name]
    terminal.read_until("quoting")
    terminal.process.send_signal(SIGNALS[name])
    terminal.read_rest()
    assert terminal.process.wait(timeout=PATIENCE_S) == 0
    assert f"stopped by {name}" in terminal.text
    assert "Open orders: 0, by the exchange's own list" in " ".join(terminal.text.split())
    assert "Traceback" not in terminal.text
    assert NOTE in terminal.text.split(VIEW_ENDS)[-1], "what was said of the file is still there after the view"
