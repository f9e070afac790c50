"""Bad input, by running the command: one clear line with the remedy, the documented exit code, no traceback."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "conf_pure_mm_2.yml"
COMMAND = [sys.executable, "-m", "valr_maker.cli"]
KEY = {"VALR_API_KEY": "a" * 64, "VALR_API_SECRET": "b" * 64}
ON_SANDBOX = ("--duration", "5", "--headless")


@dataclass(frozen=True)
class Case:
    """A command line, what stands in the file it names, and what must be said."""

    name: str
    exit_code: int
    says: tuple[str, ...]
    remedy: str
    edit: Callable[[str], str | bytes] | None = None
    arguments: tuple[str, ...] = ("run", "{conf}", *ON_SANDBOX)
    key: dict[str, str] = field(default_factory=dict)


def changed(key: str, value: str) -> Callable[[str], str]:
    """The example file with one value changed."""

    def edit(text: str) -> str:
        lines = [f"{key}: {value}" if line.startswith(f"{key}:") else line for line in text.splitlines()]
        return "\n".join(lines) + "\n"

    return edit


CASES = (
    Case("unknown pair", 3, (":10: market: DOGEX-USDT is not a pair",), "Did you mean DOGE-USDT",
         changed("market", "DOGEX-USDT")),
    Case("inactive pair", 3, (":10: market: LTC-BTC is not active",), "valr-maker pairs", changed("market", "LTC-BTC")),
    Case("wrong exchange", 3, (":9: exchange: binance",), "Set it to valr", changed("exchange", "binance")),
    Case("amount below the minimum", 3, (":29: order_amount: 1.0 is below", "4 DOGE"), "Set it to 4 or more",
         changed("order_amount", "1.0")),
    Case("spread zero", 3, (":13: bid_spread: 0",), "such as 1.0", changed("bid_spread", "0")),
    Case("not YAML", 3, (":2: not YAML",), "examples/conf_pure_mm_2.yml", lambda _: "a: [1,\n b"),
    Case("not text", 3, ("not a text file",), "examples/conf_pure_mm_2.yml", lambda _: b"\xff\xfe\x00\x80" * 50),
    Case("a misspelt key", 3, ("max_ordr_age: is not a key",), "Did you mean max_order_age",
         lambda text: text.replace("max_order_age:", "max_ordr_age:")),
    Case("no such file", 3, ("missing.yml: there is no such file",), "examples/conf_pure_mm_2.yml",
         arguments=("run", "missing.yml")),
    Case("a directory", 3, ("this is a directory",), "examples/conf_pure_mm_2.yml", arguments=("run", ".")),
    Case("no key for live", 5, ("no API key", "VALR_API_KEY and VALR_API_SECRET not set"), "--venue sandbox",
         arguments=("run", "{conf}", "--venue", "live")),
    Case("half a key for live", 5, ("VALR_API_SECRET not set",), "--venue sandbox",
         arguments=("run", "{conf}", "--venue", "live"), key={"VALR_API_KEY": "a" * 64}),
    Case("nobody answers", 4, ("the exchange does not answer",), "Check the network and the address",
         arguments=("run", "{conf}", "--address", "http://127.0.0.1:9", *ON_SANDBOX), key=KEY),
    Case("an address elsewhere", 2, ("ftp://x is not a sandbox on this machine",), "sandbox serve",
         arguments=("run", "{conf}", "--address", "ftp://x")),
    Case("a taken port", 2, ("port {port} is in use",), "--port 0", arguments=("sandbox", "serve", "--port", "{port}")),
    Case("an unknown option", 2, ("--bogus",), "--help", arguments=("run", "{conf}", "--bogus")),
    Case("a negative duration", 2, ("--duration",), "--help", arguments=("run", "{conf}", "--duration", "-5")),
    Case("an unknown pair to list", 3, ("NOPE-USDT is not a pair",), "Did you mean", arguments=("pairs", "NOPE-USDT")),
)  # fmt: skip


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, "subprocess.Popen[str]"]]:
    """Every case started at once: a start takes half a second, and most of it is waiting."""
    folder = tmp_path_factory.mktemp("bad")
    bare = {name: text for name, text in os.environ.items() if not name.startswith("VALR_")}
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        processes = {}
        for case in CASES:
            conf = folder / f"{case.name.replace(' ', '_')}.yml"
            text = EXAMPLE.read_text(encoding="utf-8")
            content = case.edit(text) if case.edit else text
            conf.write_bytes(content if isinstance(content, bytes) else content.encode())
            arguments = [part.format(conf=conf, port=port) for part in case.arguments]
            processes[case.name] = subprocess.Popen(
                [*COMMAND, *arguments], env=bare | case.key, cwd=folder,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            )  # fmt: skip
        os.environ["TAKEN_PORT"] = port
        yield processes
        del os.environ["TAKEN_PORT"]
        for process in processes.values():
            process.kill()
            process.wait()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_one_clear_line_the_remedy_and_the_exit_code(running, case):
    out, err = running[case.name].communicate(timeout=60)
    assert running[case.name].returncode == case.exit_code, err
    lines = [line for line in err.splitlines() if line.startswith("error: ")]
    assert len(lines) == 1, err
    for part in case.says:
        assert part.format(port=os.environ["TAKEN_PORT"]) in lines[0]
    assert case.remedy in lines[0]
    assert "Traceback" not in out + err


def test_no_case_is_left_out():
    """The exit codes that bad input can bring all occur."""
    assert {case.exit_code for case in CASES} == {2, 3, 4, 5}
