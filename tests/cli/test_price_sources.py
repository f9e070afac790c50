"""`valr-maker run` over real sockets with prices from elsewhere, and what it leaves for its next run."""

import http.server
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kit.commands import ended

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "conf_pure_mm_2.yml"
COMMAND = [sys.executable, "-m", "valr_maker.cli"]


class _OnePrice(http.server.BaseHTTPRequestHandler):
    """Says 0.15 to whoever asks."""

    def do_GET(self) -> None:
        """Answer as a custom API does: a bare number."""
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"0.15\n")

    def log_message(self, *_about: Any) -> None:
        """Nothing to say."""


@pytest.fixture(scope="module")
def prices() -> Iterator[str]:
    """The address of a custom API on this machine."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _OnePrice)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/doge?key=secret"
    server.shutdown()
    server.server_close()
    thread.join()


def edited(tmp_path: Path, **keys: str) -> str:
    """A file as the example, with other values."""
    lines = [
        f"{name}: {keys[name]}" if (name := line.partition(":")[0]) in keys else line
        for line in EXAMPLE.read_text(encoding="utf-8").splitlines()
    ]
    conf = tmp_path / "conf_pure_mm_5.yml"
    conf.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(conf)


def ran(conf: str, *options: str, **environment: str) -> tuple[dict[str, Any], str]:
    """The JSON object of a run, and what it said."""
    done = ended("run", conf, "--json", *options, env=os.environ | environment)
    assert "Traceback" not in done.stderr, done.stderr
    return json.loads(done.stdout.splitlines()[-1]), done.stderr


def test_a_custom_api_is_asked_and_quoted_around(tmp_path, prices):
    conf = edited(tmp_path, price_source="custom_api", price_source_custom_api=prices, price_type="custom")
    result, said = ran(conf, "--duration", "3")
    assert result["exit_code"] == 0, said
    assert result["open_orders"] == 0
    assert result["orders_placed"] == 1, "the buy: a sell around 0.15 would trade at once with the market near 0.16"
    assert "secret" not in said


def test_strict_parity_runs_at_the_clock_pace(tmp_path, prices):
    conf = edited(tmp_path, price_source="custom_api", price_source_custom_api=prices, price_type="custom")
    result, said = ran(conf, "--duration", "4", "--pace", "clock", "--strict-parity")
    assert result["exit_code"] == 0, said
    assert result["orders_placed"] == 1
    assert said.count("when the feed dies it quotes on by what it saw last") == 1


def test_another_pair_of_the_exchange_gives_the_price(tmp_path):
    conf = edited(
        tmp_path, price_source="external_market", price_source_exchange="valr_sandbox", price_source_market="DOGE-USDC"
    )  # fmt: skip
    result, said = ran(conf, "--duration", "3")
    assert result["exit_code"] == 0, said
    assert result["open_orders"] == 0
    assert result["orders_placed"] >= 2


def test_an_api_that_gives_no_price_is_never_ready_and_says_why(tmp_path):
    conf = edited(
        tmp_path, price_source="custom_api", price_source_custom_api="http://127.0.0.1:9/", price_type="custom"
    )  # fmt: skip
    result, _ = ran(conf, "--duration", "2")
    assert result["exit_code"] == 4
    assert result["orders_placed"] == 0
    assert "price_source: no price from the custom API yet" in result["error"]


@pytest.fixture(scope="module")
def served() -> Iterator[dict[str, str]]:
    """A sandbox of its own: address, key, secret."""
    server = subprocess.Popen(
        [*COMMAND, "sandbox", "serve", "--port", "0", "--json"], stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    yield json.loads(server.stdout.readline())
    server.terminate()
    server.communicate(timeout=20)


def test_what_the_inventory_cost_is_known_in_the_next_run(tmp_path, served):
    conf = edited(
        tmp_path, bid_spread="0.02", ask_spread="0.02", minimum_spread="-100", filled_order_delay="1.0",
        price_type="inventory_cost", inventory_price="0.1",
    )  # fmt: skip
    where = {
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "VALR_API_KEY": served["api_key"], "VALR_API_SECRET": served["api_secret"],
    }  # fmt: skip
    address = ("--address", served["rest_url"])
    result, said = ran(conf, "--duration", "8", *address, **where)
    assert result["fills"] > 0, said
    (kept,) = (tmp_path / "state" / "valr-maker").iterdir()
    _, said = ran(conf, "--duration", "1", *address, **where)
    assert "an earlier run has noted; inventory_price does not count" in said
    kept.write_text(kept.read_text(encoding="utf-8")[:-5], encoding="utf-8")
    done = ended("run", conf, "--duration", "1", *address, env=os.environ | where)
    assert done.returncode == 2
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert str(kept) in line
    assert "it is damaged" in line
    assert "Mend or remove the file" in line
