"""A Hummingbot home, and what can be seen from outside: its log, its database, what it says of its connectors.

with Home(tmp_path, sandbox) as home:      # keys stored as `hbot connect` stores them, the file copied
    home.start()                           # the headless engine
    home.until(home.ready, within_s=30)
    home.stop()                            # SIGTERM, as `hbot stop` sends it
"""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, Self, TypeVar

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
EXAMPLE = ROOT / "examples" / "conf_pure_mm_2.yml"
LAUNCH = HERE / "launch.py"
NAME = "conf_pure_mm_2"
CONNECTOR = "valr_sandbox"
FOLDERS = (
    "conf/connectors", "conf/strategies", "conf/scripts", "conf/controllers",
    "logs", "data", "scripts", "controllers", "certs",
)  # fmt: skip
PASSWORD = "sandbox-password"
CLIENT = """
# Nothing is sent to anybody, and the one source of exchange rates that stays silent where there is no network.
paper_trade:
  paper_trade_exchanges: []
anonymized_metrics_mode: anonymized_metrics_disabled
send_error_logs: false
rate_oracle_source:
  name: coin_cap
  assets_map:
    BTC: bitcoin
"""
LOG_LINE = re.compile(
    r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+ - \d+ - (?P<logger>\S+) - (?P<level>[A-Z]+) - (?P<text>.*)$"
)
LEVELS_OF_TROUBLE = ("ERROR", "CRITICAL")
COMMAND_S_MAX = 60
LOOK_EVERY_S = 0.1
WHERE = "import hummingbot; print(hummingbot.__path__[0])"
Seen = TypeVar("Seen")
Fill = tuple[str, str, float, float, dict[str, Any]]


class Sandbox(Protocol):
    """Where it trades, and as whom."""

    rest_url: str
    key: str
    secret: str


class Home:
    """One Hummingbot, of the environment that this Python belongs to."""

    def __init__(
        self, folder: Path, sandbox: Sandbox, conf: Path = EXAMPLE, python: str | Path = sys.executable
    ) -> None:
        self.folder, self.sandbox, self._python = folder, sandbox, str(python)
        self.window = self.folder / "window.jsonl"
        self.process: Any = None
        for name in FOLDERS:
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        package = subprocess.run([self._python, "-c", WHERE], check=True, capture_output=True, text=True).stdout.strip()
        (self.folder / "hummingbot").symlink_to(package)
        (self.folder / "conf/conf_client.yml").write_text(CLIENT, encoding="utf-8")
        text = re.sub(r"(?m)^exchange: valr$", f"exchange: {CONNECTOR}", conf.read_text(encoding="utf-8"))
        (self.folder / f"conf/strategies/{NAME}.yml").write_text(text, encoding="utf-8")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    @property
    def environment(self) -> dict[str, str]:
        """What every process of this home needs."""
        own = {"HB_HOME": str(self.folder), "HB_WINDOW": str(self.window), "VALR_SANDBOX_URL": self.sandbox.rest_url}
        return os.environ | own | {"HBOT_PASSWORD": PASSWORD, "PYTHONPATH": ""}

    def command(self, *arguments: str) -> list[str]:
        """The command line that starts a part of Hummingbot."""
        return [self._python, str(LAUNCH), *arguments]

    # ---- what a person does -----------------------------------------------------------------------------------------
    def hbot(self, *arguments: str, told: str = "") -> str:
        """Hummingbot's own command line. Gives what it printed; it must have gone well."""
        done = subprocess.run(
            self.command("hbot", *arguments), input=told, env=self.environment, cwd=self.folder, text=True,
            capture_output=True, timeout=COMMAND_S_MAX, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def connect(self) -> str:
        """Store the sandbox's keys, encrypted; Hummingbot tries them while it is at it."""
        keys = {f"{CONNECTOR}_api_key": self.sandbox.key, f"{CONNECTOR}_api_secret": self.sandbox.secret}
        return self.hbot("connect", CONNECTOR, "--keys-stdin", told=json.dumps(keys))

    def start(self) -> None:
        """The engine as a child of ours."""
        command = self.command("engine", "--name", NAME, "--config", f"{NAME}.yml")
        with (self.folder / "engine.out").open("wb") as output:
            self.process = subprocess.Popen(
                command, env=self.environment, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )

    def stop(self, within_s: float = 45) -> int:
        """Stop as `hbot stop` does, and wait for the end. Gives its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return int(self.process.wait(within_s))

    def status_text(self, within_s: float = 10) -> str:
        """What `hbot status` shows: asked for by signal, answered in a file."""
        file, asked_s = self.folder / "data/bot/status.json", time.time()
        self.process.send_signal(signal.SIGUSR1)

        def answered() -> Any:
            try:
                told = json.loads(file.read_text(encoding="utf-8"))
            except (OSError, ValueError):  # not there yet, or half written
                return None
            return told if told["updated_at"] >= asked_s else None

        return str(self.until(answered, within_s)["format_status"])

    # ---- what can be seen -------------------------------------------------------------------------------------------
    def until(self, seen: Callable[[], Seen], within_s: float) -> Seen:
        """Wait until `seen()` gives something, and give that. Fails with the log's end."""
        end_s = time.monotonic() + within_s
        while not (found := seen()):
            alive = self.process is None or self.process.poll() is None
            assert alive, f"Hummingbot has ended:\n{self.output()}\n{self.log_text()[-4000:]}"
            assert time.monotonic() < end_s, f"not within {within_s} s; the log ends:\n{self.log_text()[-4000:]}"
            time.sleep(LOOK_EVERY_S)
        return found

    def views(self) -> list[dict[str, Any]]:
        """Every change of what its connector said of itself: at_s, started, status, why."""
        lines = self.window.read_text(encoding="utf-8").splitlines(keepends=True) if self.window.exists() else []
        return [json.loads(line) for line in lines if line.endswith("\n")]

    def connecting_s(self) -> float | None:
        """When the connector began to connect, in wall seconds; None before."""
        return next((view["at_s"] for view in self.views() if view["started"]), None)

    def ready_s(self) -> float | None:
        """When all components were ready at first, in wall seconds; None before."""
        return next((view["at_s"] for view in self.views() if all(view["status"].values())), None)

    def missing(self) -> Any:
        """Components that are not ready now, with the reason; None before there is a connector."""
        views = self.views()
        return views[-1]["why"] if views else None

    def output(self) -> str:
        """What the engine printed."""
        file = self.folder / "engine.out"
        return file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""

    def log_text(self) -> str:
        """Its log of this day."""
        return "".join(file.read_text(encoding="utf-8") for file in sorted((self.folder / "logs").glob("logs_*.log")))

    def log(self, *levels: str) -> list[str]:
        """Messages of these levels, or of all."""
        found = (LOG_LINE.match(line) for line in self.log_text().splitlines())
        return [f"{row['logger']}: {row['text']}" for row in found if row and (not levels or row["level"] in levels)]

    def said(self, *words: str) -> list[str]:
        """Messages with all of these words."""
        return [line for line in self.log() if all(word in line for word in words)]

    def errors(self) -> list[str]:
        """What must not be there: error lines, and traces of any."""
        traces = [line for line in self.log_text().splitlines() if line.startswith("Traceback")]
        return self.log(*LEVELS_OF_TROUBLE) + traces

    def fills(self) -> list[Fill]:
        """What its database recorded, one row a fill: exchange's id, side, price, amount, fee; as the exchange says it."""
        with sqlite3.connect(self.folder / f"data/{NAME}.sqlite") as database:
            rows = database.execute(
                "SELECT exchange_trade_id, trade_type, price, amount, trade_fee FROM TradeFill ORDER BY timestamp"
            ).fetchall()
        scale = 10**6
        return [(name, side, price / scale, amount / scale, json.loads(fee)) for name, side, price, amount, fee in rows]
