"""A Hummingbot home of its own: configuration, keys, logs and data of one bot, outside the installed package.

The person's file is copied into it, and never changed. What a run needs to know about an earlier one is kept in
`valr-maker.json`: how the bot's orders begin.
"""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2s
from pathlib import Path
from typing import Any

from valr_maker.config.problems import FileProblems, Problem
from valr_maker.config.read import read
from valr_maker.errors import ConfigProblem, UsageProblem

FOLDERS = (
    "conf/connectors", "conf/strategies", "conf/scripts", "conf/controllers",
    "logs", "data", "scripts", "controllers", "certs",
)  # fmt: skip
CLIENT = """\
# Hummingbot's own settings for this bot. Written once; change what you like.
# Nothing is reported to anybody, and the exchange rates (only for reports) come from where silence is no error.
paper_trade:
  paper_trade_exchanges: []
anonymized_metrics_mode: anonymized_metrics_disabled
send_error_logs: false
global_token:
  global_token_name: USD
  global_token_symbol: $
rate_oracle_source:
  name: coin_cap
  assets_map:
    BTC: bitcoin
"""
UNREADABLE = re.compile(r"(?m)(^rate_oracle_source:\n  name: coin_cap\n(?:  .*\n)*?)  api_key: .*\n")
"""Hummingbot saves an empty key of that source encrypted, and then cannot start with it."""
MEMORY = "valr-maker.json"
PREFIXES_MAX = 20
PRIVATE = 0o700


@dataclass(frozen=True, slots=True)
class Home:
    """A folder that Hummingbot takes for its own. `name` is its bot's: of the strategy file, log and database."""

    folder: Path
    name: str

    @property
    def log(self) -> Path:
        """What Hummingbot logs."""
        return self.folder / "logs" / f"logs_{self.name}.log"

    @property
    def output(self) -> Path:
        """What the engine prints: only what goes wrong before it logs."""
        return self.folder / "logs" / "engine.out"

    @property
    def strategy_file(self) -> Path:
        """The copy of the person's file that Hummingbot reads, and may write."""
        return self.folder / "conf" / "strategies" / f"{self.name}.yml"

    def prefixes(self) -> list[str]:
        """How client ids of this bot's orders begin, in this run and earlier ones."""
        return [one for one in self._memory().get("order_id_prefixes", []) if isinstance(one, str) and one]

    def remember(self, prefix: str) -> None:
        """Orders that begin so are this bot's."""
        known = self.prefixes()
        if prefix not in known:
            text = json.dumps({"order_id_prefixes": [*known, prefix][-PREFIXES_MAX:]})
            (self.folder / MEMORY).write_text(f"{text}\n", encoding="utf-8")

    def _memory(self) -> dict[str, Any]:
        try:
            found = json.loads((self.folder / MEMORY).read_text(encoding="utf-8"))
        except (OSError, ValueError):  # the first run, or somebody tidied up
            return {}
        return found if isinstance(found, dict) else {}


def base(environment: Mapping[str, str], user_home: Path) -> Path:
    """Where homes lie unless one is named."""
    data = environment.get("XDG_DATA_HOME", "").strip()
    return (Path(data) if data else user_home / ".local" / "share") / "valr-maker" / "hummingbot"


def home_of(conf: Path, venue: str, within: Path) -> Home:
    """The home of a file on a venue: the same in every run, another for a file of the same name elsewhere.

    >>> home_of(Path("/a/conf_pure_mm_1.yml"), "sandbox", Path("/homes")).folder.name
    'conf_pure_mm_1-sandbox-6ac88c'
    """
    tag = blake2s(str(conf.resolve()).encode(), digest_size=3).hexdigest()
    return Home(within / f"{bot_name(conf)}-{venue}-{tag}", bot_name(conf))


def bot_name(conf: Path) -> str:
    """A file's name as Hummingbot can use it: it cuts names at the first dot."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", conf.stem) or "bot"


def make(home: Home, conf: Path, connector: str, package: Path) -> None:
    """Make the home, or bring it up to date, for this file and Hummingbot's package. Raises UsageProblem, ConfigProblem."""
    try:
        home.folder.mkdir(parents=True, exist_ok=True)
        home.folder.chmod(PRIVATE)
        for name in FOLDERS:
            (home.folder / name).mkdir(parents=True, exist_ok=True)
        _link(home.folder / "hummingbot", package)
        client = home.folder / "conf" / "conf_client.yml"
        text = client.read_text(encoding="utf-8") if client.exists() else CLIENT
        client.write_text(UNREADABLE.sub(r"\1", text), encoding="utf-8")
    except OSError as problem:
        raise UsageProblem(
            f"{home.folder} cannot be made: {problem.strerror or problem}", remedy="Name another folder: --home DIR"
        ) from problem
    home.strategy_file.write_text(with_exchange(conf, connector), encoding="utf-8")


def with_exchange(conf: Path, connector: str) -> str:
    """The file's text with another exchange, and nothing else changed. Raises FileProblems, ConfigProblem."""
    entries = read(conf)
    lines = conf.read_text(encoding="utf-8-sig").splitlines()
    (entry,) = [one for one in entries if one.key == "exchange"]
    if entry.text == connector:
        return "\n".join(lines) + "\n"
    written = lines[entry.line - 1]
    found = re.fullmatch(
        rf"(?P<key>\s*[\"']?exchange[\"']?\s*:\s*)[\"']?{re.escape(entry.text)}[\"']?(?P<rest>.*)", written
    )
    if found is None:
        problem = Problem(
            conf, "is not written as a plain line", "Write it as `exchange: valr`.", entry.line, "exchange"
        )
        raise FileProblems([problem])
    lines[entry.line - 1] = f"{found['key']}{connector}{found['rest']}"
    return "\n".join(lines) + "\n"


def forget_keys(home: Home) -> None:
    """Remove what an earlier run encrypted: its password is gone, and the keys come anew with every run."""
    for path in [*(home.folder / "conf" / "connectors").glob("*.yml"), home.folder / "conf" / ".password_verification"]:
        path.unlink(missing_ok=True)


class Lock:
    """One bot a home. It is held as long as a process lives that was given `number`: the bot itself, too."""

    def __init__(self, home: Home) -> None:
        import fcntl

        self.number = os.open(home.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self.number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as problem:
            os.close(self.number)
            raise UsageProblem(
                f"another run of this file has not ended: {home.folder} is in use",
                remedy="Stop it first, or give this one a home of its own with --home DIR",
            ) from problem

    def release(self) -> None:
        """Let go of it here."""
        os.close(self.number)


def _link(path: Path, target: Path) -> None:
    """Hummingbot looks for its own package in its home."""
    if path.is_symlink():
        if path.resolve() == target.resolve():
            return
        path.unlink()
    elif path.exists():
        raise ConfigProblem(
            f"{path} is not a link: that folder is not a home that valr-maker made", remedy="Name another: --home DIR"
        )
    path.symlink_to(target, target_is_directory=True)
