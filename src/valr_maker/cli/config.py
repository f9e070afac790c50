"""`valr-maker config`: what a file will do and what it costs, and safe repairs of it."""

import difflib
import json
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.text import Text

from valr_maker.cli.facts import OFFLINE, Known, ask
from valr_maker.cli.options import Venue
from valr_maker.config.diagnose import diagnose
from valr_maker.config.diagnostic import TITLES, Diagnostic, Facts, Severity, of_problems
from valr_maker.config.fix import FOR_A_FIRST_RUN, MENDED, Change, repairs, rewritten
from valr_maker.config.load import Loaded, load
from valr_maker.config.problems import FileProblems
from valr_maker.errors import ConfigProblem, Exit, UsageProblem
from valr_maker.screens.folded import plain_console, say

STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}


@dataclass(frozen=True, slots=True)
class ConfigOptions:
    """What the command line asked for."""

    conf: Path
    venue: Venue
    address: str | None
    offline: bool
    as_json: bool = False
    conservative: bool = False
    dry_run: bool = False


def check_command(options: ConfigOptions) -> Exit:
    """Say everything there is to say of a file. Exit code 3 when one of it is an error."""
    basis = ""
    try:
        loaded = load(options.conf)
    except FileProblems as problems:
        found = of_problems(problems.problems)
    else:
        known = _known(loaded, options)
        found, basis = diagnose(loaded, known.facts), known.basis
    if options.as_json:
        sys.stdout.write(json.dumps([_as_json(options.conf, one) for one in found]) + "\n")
    else:
        _show(options.conf, found, basis)
    return Exit.CONFIG if any(one.severity is Severity.ERROR for one in found) else Exit.OK


def fix_command(options: ConfigOptions) -> Exit:
    """Repair what can be repaired safely; show it; leave a backup beside the file. Raises ConfigProblem."""
    loaded = load(options.conf)
    facts = _known(loaded, options).facts
    changes = repairs(loaded, facts, diagnose(loaded, facts), conservative=options.conservative)
    console = plain_console()
    if not changes:
        console.print(f"{options.conf}: nothing to repair")
        return Exit.OK
    with options.conf.open(encoding="utf-8", newline="") as file:
        before = file.read()
    try:
        after = rewritten(before, changes)
    except ValueError as problem:
        raise ConfigProblem(
            f"{options.conf}: {problem}", remedy="Write each key and its value on a line of their own"
        ) from problem
    _show_changes(console, options.conf, before, after, changes)
    if options.dry_run:
        console.print("Nothing was written (--dry-run).")
        return Exit.OK
    _write(options.conf, before, after)
    console.print(f"Written. The file as it was: {_backup(options.conf)}")
    return Exit.OK


def _known(loaded: Loaded, options: ConfigOptions) -> Known:
    if options.offline:
        return Known(Facts(), OFFLINE)
    return ask(loaded.settings.market, options.venue, options.address)


def _show(path: Path, found: Sequence[Diagnostic], basis: str) -> None:
    console = plain_console()
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.is_file() else []
    for one in found:
        say(console, TITLES[one.code], lead=Text.assemble((one.severity, STYLES[one.severity]), f"[{one.code}]: "))
        place = f"{path}:{one.line}" if one.line else str(path)
        console.print(f"  --> {place}", markup=False)
        if one.line and one.line <= len(lines):
            console.print(f"{one.line:5} | {lines[one.line - 1]}", markup=False)
        say(console, one.message, lead="      = ")
        if one.cost:
            say(console, one.cost, lead="      = cost: ")
        say(console, one.help, lead="      = help: ")
        console.print()
    counts = [sum(one.severity is severity for one in found) for severity in Severity]
    words = ", ".join(
        f"{count} {severity}{'s' if count != 1 else ''}" for count, severity in zip(counts, Severity, strict=True)
    )
    console.print(f"{path}: {words}", markup=False)
    if basis:
        say(console, basis)
    codes = {one.code for one in found if one.code != "PMM020" or one.key == "order_amount"}
    for mended, option in ((codes & MENDED, ""), (codes & FOR_A_FIRST_RUN, "--conservative ")):
        if mended:
            say(console, f"`valr-maker config fix {option}{path}` mends {', '.join(sorted(mended))}.")


def _as_json(path: Path, one: Diagnostic) -> dict[str, object]:
    return {
        "code": one.code, "severity": one.severity.value, "file": str(path), "line": one.line, "key": one.key,
        "message": one.message, "cost": one.cost, "help": one.help,
    }  # fmt: skip


def _show_changes(console: Console, path: Path, before: str, after: str, changes: Sequence[Change]) -> None:
    rows = difflib.unified_diff(before.splitlines(), after.splitlines(), str(path), str(path), n=0, lineterm="")
    for row in rows:
        style = "green" if row.startswith("+") else "red" if row.startswith("-") else "dim"
        console.print(row, style=style, markup=False)
    for change in changes:
        say(console, change.why, lead=f"{change.key}: {change.old or 'not there'} -> {change.new}: ")


def _backup(path: Path) -> Path:
    return path.with_name(path.name + ".bak")


def _write(path: Path, before: str, after: str) -> None:
    """The new text in one step, with the file's own permissions; a link stays one."""
    real = path.resolve()
    try:
        with _backup(path).open("w", encoding="utf-8", newline="") as file:
            file.write(before)
        beside = real.with_name(real.name + ".new")
        with beside.open("w", encoding="utf-8", newline="") as file:
            file.write(after)
        shutil.copymode(real, beside)
        beside.replace(real)
    except OSError as problem:
        raise UsageProblem(
            f"{path}: cannot be written: {problem.strerror}", remedy="Mend that, or use --dry-run"
        ) from problem
