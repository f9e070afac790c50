"""Which Python runs Hummingbot, what it has, and whether Hummingbot lists VALR there."""

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from valr_maker.errors import UsageProblem, ValrMakerError

INSIDE = Path(__file__).resolve().parent / "inside"
OLDEST_PYTHON = (3, 11)
OLDEST_HUMMINGBOT = (2, 16)
"""The first one with the headless engine that `run` starts."""
CONNECTORS = ("valr", "valr_sandbox")
EXCHANGES = Path("hummingbot/connector/exchange")
ASK_MAX_S, LIST_MAX_S = 30, 120
PYTHONS = ("bin/python", "bin/python3", "Scripts/python.exe", "python.exe")
UNSET = ("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "__PYVENV_LAUNCHER__")
"""What of our own environment must not reach another Python: it would see our packages as its own."""
SHOWN_MAX = 300


@dataclass(frozen=True, slots=True)
class Environment:
    """A Python, and what it has. Versions are as their owners write them; paths are absolute."""

    python: Path
    version: str
    prefix: Path
    purelib: Path
    writable: bool
    managed: bool
    """It belongs to the operating system, which wants nothing installed into it."""
    has_pip: bool
    hummingbot: Path | None
    hummingbot_version: str
    plugin: Path | None
    core: Path | None
    """Where its valr_maker lies."""
    msgspec: bool
    aiohttp: bool
    hooks: tuple[Path, ...]
    distributions: Mapping[str, str] = field(repr=False)

    @property
    def from_checkout(self) -> bool:
        """Whether its Hummingbot is a source checkout rather than an installed package."""
        return self.hummingbot is not None and self.hummingbot.parent != self.purelib.resolve()


@dataclass(frozen=True, slots=True)
class Listing:
    """What Hummingbot's own settings say."""

    all: int
    listed: tuple[str, ...]
    file: str
    why: str

    @property
    def complete(self) -> bool:
        """Whether both connectors are there."""
        return set(self.listed) == set(CONNECTORS)


def python_of(folder: Path) -> Path:
    """The Python of an environment's folder; a path of a Python is taken as it is. Raises UsageProblem."""
    remedy = "Give the folder of the venv or conda environment that runs Hummingbot, the one with bin/python in it"
    if folder.is_file() and os.access(folder, os.X_OK):
        return folder.absolute()
    if not folder.is_dir():
        raise UsageProblem(f"{folder}: there is no such folder", remedy=remedy)
    for name in PYTHONS:
        if (folder / name).exists():
            return (folder / name).absolute()
    if is_checkout(folder):
        raise UsageProblem(
            f"{folder} is a source checkout of Hummingbot, not a Python environment", remedy=f"Use --source {folder}"
        )
    raise UsageProblem(f"{folder} is not a Python environment: there is no bin/python in it", remedy=remedy)


def is_checkout(folder: Path) -> bool:
    """Whether a folder is Hummingbot's source, as `git clone` makes it."""
    return (folder / EXCHANGES).is_dir() and not (folder / "bin/python").exists()


def examine(python: Path, extra: Sequence[Path] = ()) -> Environment:
    """Ask a Python what it has; `extra` are folders where it is to look as well. Raises UsageProblem."""
    version = _ask(python, ["-c", "import sys; print('%d.%d.%d' % sys.version_info[:3])"], ASK_MAX_S)
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST_PYTHON:
        oldest = ".".join(map(str, OLDEST_PYTHON))
        raise UsageProblem(
            f"{python} is Python {version}; the connector needs {oldest} or newer",
            remedy=f"Hummingbot runs on {oldest} as well: make its environment with that Python",
        )
    told = json.loads(_ask(python, [str(INSIDE / "facts.py"), *map(str, extra)], ASK_MAX_S))
    for name in ("prefix", "purelib", "hummingbot", "plugin", "core"):
        told[name] = Path(told[name]) if told[name] else None
    told["hooks"] = tuple(map(Path, told["hooks"]))
    return Environment(python=python, **told)


def find(named: Path | None, candidates: Sequence[Path], *, extra: Sequence[Path] = ()) -> Environment:
    """The environment that was named, or else the first candidate that has a Hummingbot.

    Raises UsageProblem when there is none, or the one that was named has no Hummingbot.
    """
    if named is not None:
        environment = examine(python_of(named), extra)
        require_hummingbot(environment)
        return environment
    for folder in candidates:
        try:
            environment = examine(python_of(folder), extra)
        except UsageProblem:  # it was not named, only likely
            continue
        if environment.hummingbot is not None:
            return environment
    looked = ", ".join(map(str, candidates))
    raise UsageProblem(
        f"no Hummingbot found; looked in {looked or 'no place at all'}",
        remedy="Name the environment that runs it: --env DIR, or its checkout: --source DIR",
    )


def require_hummingbot(environment: Environment) -> None:
    """Raise UsageProblem unless it has a Hummingbot that is new enough."""
    if environment.hummingbot is None:
        raise UsageProblem(
            f"there is no Hummingbot in {environment.prefix} (Python {environment.version})",
            remedy="Give the environment that runs Hummingbot with --env DIR, or its source checkout with --source DIR",
        )
    found = release(environment.hummingbot_version)
    if found and found < OLDEST_HUMMINGBOT:
        oldest = ".".join(map(str, OLDEST_HUMMINGBOT))
        raise UsageProblem(
            f"Hummingbot {environment.hummingbot_version} in {environment.prefix} is too old",
            remedy=f"Upgrade it to {oldest} or newer",
        )


def release(version: str) -> tuple[int, ...]:
    """Numbers of a version such as `dev-2.18.0`; empty when there are none.

    >>> release("dev-2.18.0"), release("2.16"), release("")
    ((2, 18, 0), (2, 16), ())
    """
    digits = version.rpartition("-")[2].split(".")
    return tuple(int(part) for part in digits if part.isdigit())


def listing(environment: Environment, extra: Sequence[Path] = ()) -> Listing:
    """Ask Hummingbot itself, which takes some seconds: it imports every connector. Raises ValrMakerError."""
    told = json.loads(_ask(environment.python, [str(INSIDE / "listed.py"), *map(str, extra)], LIST_MAX_S))
    return Listing(told["all"], tuple(told["listed"]), told["file"], told["why"])


def clean_environment() -> dict[str, str]:
    """The environment variables for another Python."""
    return {name: value for name, value in os.environ.items() if name not in UNSET}


def _ask(python: Path, arguments: list[str], patience_s: float) -> str:
    """The last line that a Python prints. Raises UsageProblem when it cannot be started, ValrMakerError when it fails."""
    done = run([str(python), *arguments], patience_s)
    lines = done.stdout.strip().splitlines()
    if done.returncode or not lines:
        raise ValrMakerError(
            f"{python} failed: {last_line(done.stderr or done.stdout)}",
            remedy=f"Try it by hand: {python} -c 'import hummingbot'",
        )
    return lines[-1]


def run(command: list[str], patience_s: float, **more: Any) -> subprocess.CompletedProcess[str]:
    """Run a program of another environment to its end. Raises UsageProblem when it cannot be started."""
    try:
        return subprocess.run(  # noqa: S603  # the Python that the person named
            command, capture_output=True, text=True, errors="replace", check=False, timeout=patience_s,
            env=clean_environment(), stdin=subprocess.DEVNULL, **more,
        )  # fmt: skip
    except subprocess.TimeoutExpired as problem:
        raise ValrMakerError(
            f"{command[0]} gave no answer within {patience_s:.0f} s", remedy="Try again when the machine is less busy"
        ) from problem
    except OSError as problem:
        raise UsageProblem(
            f"{command[0]} cannot be started: {problem.strerror}", remedy="Give another environment with --env DIR"
        ) from problem


def last_line(text: str) -> str:
    """What a failed program said last: usually the reason."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:SHOWN_MAX] if lines else "it said nothing"
