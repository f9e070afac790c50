"""`valr-maker config`: what a file will do and what it costs, and safe repairs of it."""

import difflib
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console
from rich.text import Text

from valr_maker.cli.keys import live_key
from valr_maker.cli.loop import run
from valr_maker.cli.options import Venue
from valr_maker.cli.venue import OpenVenue, open_venue
from valr_maker.clock import RealClock
from valr_maker.config.diagnose import TITLES, Diagnostic, Facts, Severity, diagnose, of_problems
from valr_maker.config.fix import Change, repairs, rewritten
from valr_maker.config.load import Loaded, load
from valr_maker.config.problems import FileProblems
from valr_maker.domain import Market
from valr_maker.errors import ConfigProblem, ExchangeUnreachable, Exit, KeyProblem, UsageProblem
from valr_maker.gateway.client import NoAnswer, NotSent, Refused, RestClient
from valr_maker.gateway.rate import RateBudget
from valr_maker.market.pair import read_pairs
from valr_maker.screens.folded import plain_console, say
from valr_maker.wire import endpoints
from valr_maker.wire.codes import WireError

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
    try:
        loaded = load(options.conf)
    except FileProblems as problems:
        found = of_problems(problems.problems)
    else:
        found = diagnose(loaded, _facts(loaded, options))
    if options.as_json:
        sys.stdout.write(json.dumps([_as_json(options.conf, one) for one in found]) + "\n")
    else:
        _show(options.conf, found)
    return Exit.CONFIG if any(one.severity is Severity.ERROR for one in found) else Exit.OK


def fix_command(options: ConfigOptions) -> Exit:
    """Repair what can be repaired safely; show it; leave a backup beside the file. Raises ConfigProblem."""
    loaded = load(options.conf)
    facts = _facts(loaded, options)
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


def _facts(loaded: Loaded, options: ConfigOptions) -> Facts:
    return Facts() if options.offline else run(_ask(loaded.settings.market, options))


async def _ask(market: Market, options: ConfigOptions) -> Facts:
    embedded = options.venue is Venue.SANDBOX and options.address is None
    async with open_venue(options.venue, address=options.address, needs_key=embedded) as venue:
        return await _answers(market, venue, options)


async def _answers(market: Market, venue: OpenVenue, options: ConfigOptions) -> Facts:
    key = venue.key
    if key is None and options.venue is Venue.LIVE:
        try:
            key = live_key({})
        except KeyProblem:  # without a key there are no fees and balances; all else is public
            key = None
    client = RestClient(venue.transport, RealClock(), key, RateBudget())
    try:
        await client.synchronise()
        listed, _bad = read_pairs(await client.call(endpoints.PAIRS))
        rules = listed.get(market.symbol)
        active = tuple(f"{row.base}-{row.quote}" for row in listed.values() if row.active)
        facts = Facts(rules, active)
        if rules is None or not rules.active:
            return facts
        book = await client.call(endpoints.PUBLIC_BOOK, parts={"pair": market.symbol})
        if book.bids and book.asks:
            facts = replace(facts, mid=(book.bids[0].price + book.asks[0].price) / 2)
        return facts if key is None else await _own(client, market, facts)
    except (NoAnswer, NotSent, Refused, WireError) as problem:
        raise ExchangeUnreachable(
            f"the exchange does not answer: {problem}", remedy="Check the network, or check the file alone: --offline"
        ) from problem


async def _own(client: RestClient, market: Market, facts: Facts) -> Facts:
    """Fees and balances of the account."""
    fees = {row.currency_pair: row.maker_percentage for row in await client.call(endpoints.FEES)}
    maker_pct = fees.get(market.symbol)
    balances = {row.currency: row.available for row in await client.call(endpoints.BALANCES)}
    return replace(facts, maker_fee=None if maker_pct is None else maker_pct / 100, available=balances)


def _show(path: Path, found: Sequence[Diagnostic]) -> None:
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
        say(console, change.why, lead=f"{change.key}: {change.old} -> {change.new}: ")


def _backup(path: Path) -> Path:
    return path.with_name(path.name + ".bak")


def _write(path: Path, before: str, after: str) -> None:
    try:
        with _backup(path).open("w", encoding="utf-8", newline="") as file:
            file.write(before)
        beside = path.with_name(path.name + ".new")
        with beside.open("w", encoding="utf-8", newline="") as file:
            file.write(after)
        beside.replace(path)
    except OSError as problem:
        raise UsageProblem(
            f"{path}: cannot be written: {problem.strerror}", remedy="Mend that, or use --dry-run"
        ) from problem
