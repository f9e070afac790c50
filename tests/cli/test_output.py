"""What the commands write, wherever it goes: any width of terminal, a pipe that closes, a full disk, no output at all."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import IO

import pytest

from valr_maker.cli.main import main

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "conf_pure_mm_2.yml"
COMMAND = [sys.executable, "-m", "valr_maker.cli"]
LONG_RUN = ("run", str(EXAMPLE), "--headless", "--duration", "60")
FULL = Path("/dev/full")
HELPS: tuple[list[str], ...] = ([], ["run"], ["pairs"], ["sandbox"], ["sandbox", "serve"])


@pytest.fixture
def told(capsys, monkeypatch):
    """What a command writes to standard output in a terminal of so many columns, and its exit code."""

    def call(*arguments: str, columns: int = 80) -> tuple[str, int]:
        monkeypatch.setenv("COLUMNS", str(columns))
        monkeypatch.setattr(sys, "argv", ["valr-maker", *arguments])
        with pytest.raises(SystemExit) as end:
            main()
        return capsys.readouterr().out, int(end.value.code or 0)

    return call


def widest(text: str) -> int:
    return max(len(line.rstrip()) for line in text.splitlines())


# ---- pairs ----------------------------------------------------------------------------------------------------------
def test_one_pair_is_a_list_with_its_units(told):
    text, code = told("pairs", "doge-usdt")
    assert code == 0
    assert widest(text) <= 80
    rows = dict(line.split("  ", 1) for line in text.splitlines() if not line.startswith(" "))
    assert {name: value.strip() for name, value in rows.items() if name != "order types"} == {
        "market": "DOGE-USDT, active",
        "tick size": "0.00001 USDT",
        "lot": "0.1 DOGE (1 decimal place)",
        "order amount": "4 to 680000 DOGE",
        "order value": "0.5 to 54000 USDT",
    }


def test_all_pairs_fit_80_columns_one_line_each(told):
    text, code = told("pairs")
    assert code == 0
    assert widest(text) <= 80
    rows = [line for line in text.splitlines() if "-" in line.split()[0] and line.split()[0].isupper()]
    assert len(rows) == 346
    assert sum("not active" in row for row in rows) == 346 - 172
    assert text.splitlines()[-1].startswith("346 pairs, 172 active.")


def test_json_is_one_array_whatever_the_width(told):
    text, code = told("pairs", "DOGE-USDT", "--json", columns=20)
    assert code == 0
    (row,) = json.loads(text)
    assert list(row) == [
        "market", "symbol", "active", "tick_size", "base_decimal_places", "min_base_amount", "max_base_amount",
        "min_quote_amount", "max_quote_amount", "order_types",
    ]  # fmt: skip
    assert (row["market"], row["min_base_amount"], row["tick_size"]) == ("DOGE-USDT", "4", "0.00001")


# ---- help -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("words", HELPS, ids=" ".join)
@pytest.mark.parametrize("columns", [60, 80])
def test_help_fits_the_terminal_and_cuts_nothing_off(told, words, columns):
    text, code = told(*words, "--help", columns=columns)
    assert code == 0
    assert text.startswith(f"Usage: {' '.join(['valr-maker', *words])} ")
    assert widest(text) <= columns
    assert "..." not in text.replace("[ARGS]...", "")
    assert "…" not in text


def test_help_names_every_exit_code_and_how_to_begin(told):
    text, _ = told("--help")
    assert "valr-maker run examples/conf_pure_mm_2.yml" in text
    codes = text[text.index("Exit codes:") :]
    assert all(f"{code} " in codes for code in (0, 1, 2, 3, 4, 5, 6, 7, 130))


def test_without_arguments_the_help_is_shown(capsys, monkeypatch):
    """As a usage error, without the word error: nothing was wrong, only nothing was asked."""
    monkeypatch.setattr(sys, "argv", ["valr-maker"])
    with pytest.raises(SystemExit) as end:
        main()
    err = capsys.readouterr().err
    assert end.value.code == 2
    assert err.startswith("Usage: valr-maker ")
    assert "error:" not in err


# ---- where output goes ----------------------------------------------------------------------------------------------
def test_ctrl_c_before_a_run_has_begun_ends_with_130(monkeypatch, capsys):
    def interrupted(_options):
        raise KeyboardInterrupt

    monkeypatch.setattr("valr_maker.cli.run.run_command", interrupted)
    monkeypatch.setattr(sys, "argv", ["valr-maker", *LONG_RUN])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 130
    assert capsys.readouterr().err == ""


def test_so_does_ctrl_c_while_the_command_itself_is_still_being_loaded():
    """In the first tenth of a second: no traceback of Python's."""
    early = """
import os, signal, sys
class Impatient:
    def find_spec(self, name, *_):
        if name == "typer":
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Impatient())
from valr_maker.cli.start import main
main()
"""
    done = subprocess.run([sys.executable, "-c", early], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


@pytest.mark.skipif(not FULL.exists(), reason="only Linux has a disk that is always full")
def test_output_that_nobody_reads_or_that_has_no_room_ends_in_no_traceback():
    """All at once: a reader that leaves, a closed standard output, a full disk."""
    reading, gone = os.pipe()
    os.close(reading)

    def started(command: list[str], out: "int | IO[str]") -> "subprocess.Popen[str]":
        return subprocess.Popen(command, stdout=out, stderr=subprocess.PIPE, text=True)

    unread = started([*COMMAND, *LONG_RUN], gone)
    unread_list = started([*COMMAND, "pairs"], gone)
    os.close(gone)
    closed = started(["sh", "-c", '"$@" >&-', "sh", *COMMAND, "pairs"], subprocess.PIPE)
    with FULL.open("w", encoding="utf-8") as full:
        no_room = started([*COMMAND, "pairs"], full)
    said = {process: process.communicate(timeout=60)[1] for process in (unread, unread_list, closed, no_room)}
    assert not any("Traceback" in text or "Exception" in text for text in said.values()), said
    assert "nobody reads the output any more" in said[unread]  # the proof still reaches somebody
    assert "Open orders: 0, by the exchange's own list" in said[unread]
    assert said[no_room].startswith("error: the output cannot be written: No space left on device. Make room")
    assert [process.returncode for process in said] == [0, 1, 0, 1]


def test_an_encoding_without_our_signs_gets_simpler_ones():
    """A terminal or a pipe in ASCII: a plus for a tick, a dash and a corner for an arrow, and no traceback."""
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "COLUMNS": "80"}
    words = [*COMMAND, "doctor", "--address", "http://127.0.0.1:9"]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 4, done.stderr
    assert "+ disk" in done.stdout
    assert "x address and TLS" in done.stdout
    assert "-> Check the address" in done.stdout
    assert done.stdout.isascii()
