"""`bench` on the embedded sandbox: measured, saved, compared, and nothing left behind."""

import json
import os

import pytest
from kit.commands import Ended, ended

NAMES = {
    "REST: public", "REST: signed", "socket: ping", "book: verified update", "decision", "order: placed",
    "order: cancelled", "ready: order_books_initialized", "ready: account_balance", "ready: trading_rule_initialized",
    "ready: symbols_mapping_initialized", "ready: user_stream_initialized",
}  # fmt: skip


def bench(*arguments: str, columns: int = 80, **env: str) -> Ended:
    return ended("bench", *arguments, env=os.environ | {"COLUMNS": str(columns)} | env)


def test_it_measures_saves_and_compares(tmp_path):
    saved = tmp_path / "before.json"
    done = bench("--rounds", "10", "--save", str(saved))
    assert done.returncode == 0, done.stderr
    assert all(name in done.stdout for name in NAMES)
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert "\x1b" not in done.stdout
    report = json.loads(saved.read_text(encoding="utf-8"))
    assert set(report["samples"]) == NAMES
    assert all(min(values) > 0 for values in report["samples"].values())
    report["samples"]["order: placed"] = [value * 50 for value in report["samples"]["order: placed"]]
    saved.write_text(json.dumps(report), encoding="utf-8")
    again = bench("--rounds", "10", "--compare", str(saved))
    assert "Mann-Whitney U" in again.stdout
    (row,) = [line for line in again.stdout.splitlines() if "order: placed" in line and "->" in line]
    assert row.endswith("faster")
    assert max(map(len, again.stdout.splitlines())) <= max(80, len(f"Against {saved}: ") + 60)


def test_json_is_one_object_with_every_figure():
    body = json.loads(bench("--rounds", "30", "--json", "--pair", "BTC-ZAR").stdout)
    assert set(body["figures"]) == NAMES
    assert body["market"] == "BTC-ZAR"
    assert body["problems"] == []
    assert body["figures"]["decision"]["size"] == 30
    assert body["figures"]["REST: public"]["size"] == 30, "more than VALR allows in a second"


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("--pair", "DOGE"), 2, "is not BASE-QUOTE"),
        (("--pair", "DOGE-NOPE", "--rounds", "1"), 3, "the pair cannot be traded"),
        (("--compare", "missing.json"), 2, "missing.json: no such file"),
        (("--venue", "live"), 5, "no API key"),
    ],
)
def test_bad_input_is_said_in_a_line(arguments, code, says):
    done = bench(*arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert says in done.stderr
    assert done.stderr.startswith("error: ")
    assert "Traceback" not in done.stderr


def test_a_run_of_another_market_is_not_compared(tmp_path):
    saved = tmp_path / "other.json"
    saved.write_text('{"format":1,"venue":"sandbox","market":"BTC-ZAR","machine":"x","samples":{}}', encoding="utf-8")
    done = bench("--compare", str(saved))
    assert done.returncode == 2
    assert "was measured on sandbox with BTC-ZAR" in done.stderr
