"""Bad input, by running the command: one clear line with the remedy, the documented exit code, no traceback."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from valr_maker.cli.main import main

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "conf_pure_mm_2.yml"
COMMAND = [sys.executable, "-m", "valr_maker.cli"]
KEY = {"VALR_API_KEY": "a" * 64, "VALR_API_SECRET": "b" * 64}
ON_SANDBOX = ("--duration", "30", "--headless")
APART = ("unknown pair", "half a key for live", "nobody answers", "an unknown option")
"""The cases that run as a process of their own."""


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
    Case("an order worth less than the minimum", 3, (":29: order_amount: 2 is worth 5.", "ZAR", "this pair, 10 ZAR"),
         "Set it to 3.", lambda text: changed("order_amount", "2")(changed("market", "DOGE-ZAR")(text))),
    Case("spread zero", 3, (":13: bid_spread: 0",), "such as 1.0", changed("bid_spread", "0")),
    Case("not YAML", 3, (":2: not YAML",), "examples/conf_pure_mm_2.yml", lambda _: "a: [1,\n b"),
    Case("not text", 3, ("not a text file",), "examples/conf_pure_mm_2.yml", lambda _: b"\xff\xfe\x00\x80" * 50),
    Case("a misspelt key", 3, ("max_ordr_age: is not a key",), "Did you mean max_order_age",
         lambda text: text.replace("max_order_age:", "max_ordr_age:")),
    Case("a price of an exchange nobody asks", 3, ("price_source_exchange: nowhere is not an exchange whose prices",),
         "set price_source to custom_api",
         lambda text: text.replace("price_source: current_market", "price_source: external_market").replace(
             "price_source_exchange:", "price_source_exchange: nowhere").replace(
             "price_source_market:", "price_source_market: DOGE-USDT")),
    Case("a price from an address that is none", 3, ("price_source_custom_api: prices.example/now is not an address",),
         "such as https://",
         lambda text: text.replace("price_source: current_market", "price_source: custom_api").replace(
             "price_source_custom_api:", "price_source_custom_api: prices.example/now").replace(
             "price_type: mid_price", "price_type: custom")),
    Case("a reference price that is none", 2, ("--reference-price soon is not a price",), "such as 0.1612",
         arguments=("run", "{conf}", "--reference-price", "soon")),
    Case("strict parity at the event pace", 2, ("--strict-parity is Hummingbot's way",), "Add --pace clock",
         arguments=("run", "{conf}", "--strict-parity")),
    Case("no such file", 3, ("missing.yml: there is no such file",), "examples/conf_pure_mm_2.yml",
         arguments=("run", "missing.yml")),
    Case("a directory", 3, ("this is a directory",), "examples/conf_pure_mm_2.yml", arguments=("run", ".")),
    Case("no key for live", 5, ("no API key", "VALR_API_KEY and VALR_API_SECRET not set"), "--venue sandbox",
         arguments=("run", "{conf}", "--venue", "live")),
    Case("half a key for live", 5, ("VALR_API_SECRET not set",), "--venue sandbox",
         arguments=("run", "{conf}", "--venue", "live"), key={"VALR_API_KEY": "a" * 64}),
    Case("no key for a served sandbox", 5, ("no API key for that sandbox",), "sandbox serve` printed them",
         arguments=("run", "{conf}", "--address", "{served}")),
    Case("a malformed secret", 5, ("VALR_API_SECRET is not a key of VALR's: character 4 of 10 is a blank",),
         "Copy it again", arguments=("run", "{conf}", "--address", "{served}"), key=KEY | {"VALR_API_SECRET": "abc secret"}),
    Case("a key of two lines", 5, ("VALR_API_KEY is not a key of VALR's: character 2 of 3",), "Copy it again",
         arguments=("run", "{conf}", "--address", "{served}"), key=KEY | {"VALR_API_KEY": "a\nb"}),
    Case("a key that the exchange does not know", 5, ("the exchange refuses the API key",), "Check key and secret",
         arguments=("run", "{conf}", "--address", "{served}", *ON_SANDBOX), key=KEY),
    Case("nobody answers", 4, ("the exchange does not answer",), "Check the network and the address",
         arguments=("run", "{conf}", "--address", "http://127.0.0.1:9", *ON_SANDBOX), key=KEY),
    Case("an address elsewhere", 2, ("ftp://x is not a sandbox on this machine",), "sandbox serve",
         arguments=("run", "{conf}", "--address", "ftp://x")),
    Case("an address with half a host", 2, ("http://[::1 is not a sandbox on this machine",), "sandbox serve",
         arguments=("run", "{conf}", "--address", "http://[::1")),
    Case("an address beyond all ports", 2, ("http://127.0.0.1:99999 is not a sandbox",), "sandbox serve",
         arguments=("run", "{conf}", "--address", "http://127.0.0.1:99999")),
    Case("an address on live", 2, ("--address is for a sandbox",), "Leave it out",
         arguments=("run", "{conf}", "--venue", "live", "--address", "{served}")),
    Case("a taken port", 2, ("port {port} is in use",), "--port 0", arguments=("sandbox", "serve", "--port", "{port}")),
    Case("a setting that is none", 2, ("--set moon=full is no setting",), "edge_cache",
         arguments=("sandbox", "serve", "--set", "moon=full")),
    Case("an unknown option", 2, ("--bogus",), "See valr-maker run --help", arguments=("run", "{conf}", "--bogus")),
    Case("an unknown venue", 2, ("'--venue': 'mars' is not one of 'sandbox', 'live'",), "See valr-maker run --help",
         arguments=("run", "{conf}", "--venue", "mars")),
    Case("no file named", 2, ("Missing argument 'CONF'",), "See valr-maker run --help", arguments=("run",)),
    Case("an unknown command", 2, ("No such command 'rnu'",), "See valr-maker --help", arguments=("rnu",)),
    Case("a negative duration", 2, ("--duration",), "--help", arguments=("run", "{conf}", "--duration", "-5")),
    Case("an unknown pair to list", 3, ("NOPE-USDT is not a pair",), "Did you mean", arguments=("pairs", "NOPE-USDT")),
)  # fmt: skip


@pytest.fixture(scope="module")
def served() -> Iterator[str]:
    """The address of a sandbox with keys of its own."""
    server = subprocess.Popen(
        [*COMMAND, "sandbox", "serve", "--port", "0", "--json"], stdout=subprocess.PIPE, text=True
    )  # fmt: skip
    assert server.stdout is not None
    yield json.loads(server.stdout.readline())["rest_url"]
    server.terminate()
    server.communicate(timeout=20)


@dataclass(frozen=True)
class Place:
    """What the cases share: a folder, a port that is taken, and the address of a served sandbox."""

    folder: Path
    port: str
    served: str

    def command(self, case: Case) -> list[str]:
        """The case's command line, its file written."""
        conf = self.folder / f"{case.name.replace(' ', '_')}.yml"
        text = EXAMPLE.read_text(encoding="utf-8")
        content = case.edit(text) if case.edit else text
        conf.write_bytes(content if isinstance(content, bytes) else content.encode())
        return [part.format(conf=conf, port=self.port, served=self.served) for part in case.arguments]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, served: str) -> Iterator[Place]:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        yield Place(tmp_path_factory.mktemp("bad"), str(taken.getsockname()[1]), served)


@pytest.fixture(scope="module")
def apart(place: Place) -> Iterator[dict[str, "subprocess.Popen[str]"]]:
    """The cases that are processes of their own, started at once."""
    bare = {name: text for name, text in os.environ.items() if not name.startswith("VALR_")}
    processes = {
        case.name: subprocess.Popen(
            [*COMMAND, *place.command(case)], env=bare | case.key, cwd=place.folder,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for case in CASES if case.name in APART
    }  # fmt: skip
    yield processes
    for process in processes.values():
        process.kill()
        process.communicate()


def judge(case: Case, place: Place, exit_code: object, out: str, err: str) -> None:
    """One line, what was found and the remedy in it, the documented code, and nothing of Python's."""
    assert exit_code == case.exit_code, err
    lines = [line for line in err.splitlines() if line.startswith("error: ")]
    assert len(lines) == 1, err
    for part in (*case.says, case.remedy):
        assert part.format(port=place.port) in lines[0]
    assert "Traceback" not in out + err
    assert not any(secret in out + err for secret in case.key.values())


@pytest.mark.parametrize("name", APART)
def test_one_clear_line_the_remedy_and_the_exit_code(place, apart, name):
    """As a user's shell sees it: one case of each exit code, and one that has to wait."""
    out, err = apart[name].communicate(timeout=60)
    judge(next(case for case in CASES if case.name == name), place, apart[name].returncode, out, err)


@pytest.mark.parametrize("case", [case for case in CASES if case.name not in APART], ids=lambda case: case.name)
def test_the_same_without_a_process_of_its_own(place, case, capsys, monkeypatch):
    """The whole command but the interpreter's start, which would take most of the time."""
    for name in KEY:
        monkeypatch.delenv(name, raising=False)
    for name, text in case.key.items():
        monkeypatch.setenv(name, text)
    monkeypatch.setattr(sys, "argv", ["valr-maker", *place.command(case)])
    monkeypatch.chdir(place.folder)
    with pytest.raises(SystemExit) as end:
        main()
    out, err = capsys.readouterr()
    judge(case, place, end.value.code, out, err)


def test_no_case_is_left_out():
    """The exit codes that bad input can bring all occur, and each in a process of its own."""
    codes = {case.name: case.exit_code for case in CASES}
    assert set(codes.values()) == {2, 3, 4, 5} == {codes[name] for name in APART}
