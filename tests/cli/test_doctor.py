"""The doctor as a command: lines for people, an object for machines, and a report to compare with."""

import json
import os
import re
from pathlib import Path

from kit.commands import Ended, ended

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "conf_pure_mm_2.yml"
FIVE = {
    "symbols_mapping_initialized",
    "order_books_initialized",
    "account_balance",
    "trading_rule_initialized",
    "user_stream_initialized",
}


def doctor(*arguments: str) -> Ended:
    bare = {name: text for name, text in os.environ.items() if not name.startswith("VALR_")}
    return ended("doctor", *arguments, env=bare | {"COLUMNS": "80"})


def test_a_healthy_sandbox_and_then_a_spoilt_file(tmp_path):
    """Saved once, compared once: what changed stands in the end, with what it was."""
    report, spoilt = tmp_path / "report.json", tmp_path / "conf_pure_mm_2.yml"
    text = EXAMPLE.read_text(encoding="utf-8")
    spoilt.write_text(text, encoding="utf-8")
    well = doctor(str(spoilt), "--json", "--save", str(report))
    assert well.returncode == 0, well.stderr
    told = json.loads(well.stdout)
    assert told["verdict"] == "It can quote."
    assert set(told["components"]) == FIVE
    assert json.loads(report.read_text(encoding="utf-8")) == told

    spoilt.write_text(text.replace("DOGE-USDT", "LTC-BTC"), encoding="utf-8")
    ill = doctor(str(spoilt), "--compare", str(report))
    assert ill.returncode == 3
    assert "It will not quote as it should: pairs and rules" in ill.stdout
    since = ill.stdout.partition("Since the earlier report, which said: It can quote.")[2]
    changes = {line[2:24].strip(): line[25:] for line in since.splitlines() if " -> " in line}
    assert list(changes) == [row["title"] for row in told["steps"]], "every step, before and after"
    assert re.fullmatch(r"ok, \S+ m?s -> failed, \S+ m?s", changes["pairs and rules"])
    assert re.fullmatch(r"ok, \S+ m?s -> left out", changes["order book"])
    assert "before: 346 pairs" in since
    assert "LTC-BTC is not active" in since
    assert "Traceback" not in ill.stdout + ill.stderr


def test_without_a_network_it_says_so_and_goes_on():
    """The address is nobody's; the steps that need no exchange are still taken."""
    lost = doctor("--address", "http://127.0.0.1:9")
    assert lost.returncode == 4
    assert "✗ address and TLS" in lost.stdout
    assert "✓ disk" in lost.stdout
    assert "→ Check the address and its port" in lost.stdout


def test_a_report_that_is_none_is_refused(tmp_path):
    wrong = tmp_path / "wrong.json"
    wrong.write_text("[]", encoding="utf-8")
    refused = doctor("--compare", str(wrong))
    assert refused.returncode == 2
    assert "not a report of the doctor" in refused.stderr
    missing = doctor("--compare", str(tmp_path / "none.json"))
    assert (missing.returncode, missing.stderr.count("\n")) == (2, 1)
    assert "no such file" in missing.stderr
