"""`valr-maker sandbox ...` against a served sandbox, as an operator types it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from kit.commands import ended

COMMAND = [sys.executable, "-m", "valr_maker.cli", "sandbox"]


@contextmanager
def killed(process: "subprocess.Popen[str]") -> Iterator[None]:
    """A failed claim waits for nobody."""
    try:
        yield
    finally:
        process.kill()


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    serve = [*COMMAND, "serve", "--port", "0", "--set", "placed_frame=true", "--set", "latency.ack_s=0.004", "--json"]
    with subprocess.Popen(serve, stdout=subprocess.PIPE, text=True) as process, killed(process):
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())["rest_url"]
        process.send_signal(2)
        assert process.wait(20) == 0


def told(*arguments: str, url: str, code: int = 0, stdin: str = "") -> str:
    done = ended("sandbox", *arguments, "--url", url, given=stdin)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


def test_an_afternoon_of_an_operator(url, tmp_path):
    assert "paused: no" in told("status", url=url)
    assert json.loads(told("status", "--json", url=url))["settings"] == {
        "placed_frame": "True", "latency.ack_s": "0.004"
    }  # fmt: skip
    made = json.loads(told("account", "new", "rich", "--funds", "1000 USDT", "--tier", "2", "--json", url=url))
    assert "USDT: 1500 available" not in told("dump", "--account", "rich", url=url)
    assert "available: 1500" in told("funds", "rich", "500", "USDT", url=url)
    assert made["key"] in told("accounts", url=url)
    assert "tier: 5" in told("tier", "rich", "5", url=url)
    key = json.loads(told("keys", "new", "rich", "--permission", "View access", "--json", url=url))
    assert "revoked" in told("keys", "revoke", key["key"], url=url)
    assert "active: no" in told("pair", "BTC-ZAR", "--inactive", url=url)
    assert "active: yes" in told("pair", "BTC-ZAR", "--active", url=url)
    simple = json.loads(told("pair", "ETH-ZAR", "--simple-only", "--json", url=url))
    assert simple["order_types"] == ["SIMPLE"]
    order = json.loads(told("crowd", "place", "buy", "100", "0.01", "DOGE-USDT", "--json", url=url))
    assert order["status"] == "Placed"
    kept = tmp_path / "world.bin"
    assert "bytes:" in told("snapshot", str(kept), url=url)
    assert "cancelled" in told("crowd", "cancel", order["id"], url=url)
    assert "restored:" in told("restore", str(kept), url=url)
    assert "cancelled" in told("crowd", "cancel", order["id"], url=url)
    assert "paused: yes" in told("time", "pause", url=url)
    before = json.loads(told("status", "--json", url=url))["now"]
    after = json.loads(told("time", "advance", "7200", "--json", url=url))["now"]
    assert datetime.fromisoformat(after) - datetime.fromisoformat(before) == timedelta(hours=2)
    assert "speed: 5" in told("time", "speed", "5", url=url)
    assert "paused: no" in told("time", "resume", url=url)
    assert "movement" in told("events", "--account", "rich", url=url)
    assert "sockets_dropped: 0" in told("drop-sockets", url=url)
    assert "read_only: yes" in told("platform", "--read-only", url=url)
    assert "read_only: no" in told("platform", "--online", url=url)


def test_diff_ends_with_1_when_the_belief_is_wrong(url, tmp_path):
    belief = tmp_path / "belief.json"
    belief.write_text('{"open_orders": []}', encoding="utf-8")
    assert "same: yes" in told("diff", str(belief), url=url)
    assert "ghost" in told("diff", "-", url=url, code=1, stdin='{"open_orders": [{"id": "ghost"}]}')


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("funds", "nobody", "1", "USDT"), 1, "there is no account nobody"),
        (("account", "new", "x", "--funds", "1000"), 2, "Write amount and currency"),
        (("crowd", "place", "up", "1", "1", "DOGE-USDT"), 1, "side is buy or sell"),
        (("restore", "missing.bin"), 2, "cannot be read"),
        (("diff", "missing.json"), 2, "cannot be read"),
        (("pair", "NOPE-USDT"), 1, "there is no pair"),
    ],
)
def test_a_mistake_is_one_line_with_its_remedy(url, arguments, code, says):
    text = told(*arguments, url=url, code=code)
    assert says in text
    assert len(text.splitlines()) == 1


def test_where_no_sandbox_is_it_says_how_to_start_one():
    assert "valr-maker sandbox serve" in told("status", url="http://127.0.0.1:9", code=4)
    assert "is not a sandbox on this machine" in told("status", url="https://api.valr.com", code=2)


def test_a_file_that_is_no_snapshot_is_refused_and_the_world_goes_on(url, tmp_path):
    rubbish = Path(tmp_path / "rubbish.bin")
    rubbish.write_bytes(b"rubbish")
    assert "is not a snapshot" in told("restore", str(rubbish), url=url, code=1)
    assert "now:" in told("status", url=url)


def test_the_log_is_followed_until_ctrl_c(url):
    told("funds", "sandbox", "0.5", "USDT", url=url)  # so that there is a first line, whichever test came before
    arguments = [*COMMAND, "events", "--follow", "--kind", "movement", "--json", "--url", url]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as following, killed(following):
        assert following.stdout is not None
        first = json.loads(following.stdout.readline())
        assert first["kind"] == "movement"
        told("funds", "sandbox", "0.123", "USDT", url=url)
        while "0.123 USDT in" not in following.stdout.readline():
            pass
        following.send_signal(signal.SIGINT)
        assert following.wait(20) == 0


def test_a_sandbox_with_tls_is_steered_by_who_trusts_it(tmp_path):
    serve = [*COMMAND, "serve", "--port", "0", "--json", "--tls", "--tls-dir", str(tmp_path)]
    with subprocess.Popen(serve, stdout=subprocess.PIPE, text=True) as process, killed(process):
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        assert ready["rest_url"].startswith("https://")
        trusting = os.environ | {"SSL_CERT_FILE": ready["ca_file"]}
        status = [*COMMAND, "status", "--url", ready["rest_url"]]
        done = subprocess.run(status, capture_output=True, text=True, timeout=60, check=False, env=trusting)
        assert (done.returncode, "paused: no" in done.stdout) == (0, True), done.stderr
        untrusting = told("status", url=ready["rest_url"], code=4)
        assert "not to be trusted" in untrusting
        assert "SSL_CERT_FILE=.../ca.pem" in untrusting, "there is a sandbox; starting one would not help"
        process.send_signal(2)
        assert process.wait(20) == 0
