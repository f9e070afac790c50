"""`valr-maker doctor`: the examination, a line a step as it ends, then the verdict."""

import json
import re
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from valr_maker.chance import Chance
from valr_maker.cli.loop import run
from valr_maker.cli.options import Venue
from valr_maker.cli.venue import OpenVenue, key_of, open_venue
from valr_maker.clock import RealClock
from valr_maker.doctor.findings import Finding, State, examine
from valr_maker.doctor.patient import Patient
from valr_maker.doctor.steps import STEPS, components, time_words, verdict
from valr_maker.errors import Exit, KeyProblem, UsageProblem
from valr_maker.gateway.sockets import AiohttpFetcher
from valr_maker.screens.folded import plain_console, say, waiting

CLOCK = RealClock()
MARKS = {
    State.OK: ("✓", "green"),
    State.WARNING: ("!", "yellow"),
    State.FAILED: ("✗", "bold red"),
    State.LEFT_OUT: ("-", "dim"),
}
REPORT_REMEDY = "Name a file that `valr-maker doctor --save FILE` has written"
MOVING = {"address", "clock", "book", "price source", "round trip", "disk"}
"""Steps whose figures differ each time: of them only other words count as a change."""
NUMBER = re.compile(r"\d[\d.,]*")
TITLE_WIDTH, TIME_WIDTH = 22, 7


@dataclass(frozen=True, slots=True)
class DoctorOptions:
    """What the command line asked for."""

    conf: Path | None
    venue: Venue
    address: str | None
    seed: int
    as_json: bool
    save: Path | None
    compare: Path | None
    place_test_order: bool
    only: tuple[str, ...] = ()
    """Take only these steps; all of them when empty."""


def doctor_command(options: DoctorOptions) -> Exit:
    """Examine, show, save, compare. Raises UsageProblem for a report that cannot be read or written."""
    before = _read(options.compare) if options.compare else None
    findings = run(_examine(options))
    sentence, code = verdict(findings, *_verdicts(options, findings))
    report = _report(findings, sentence, code)
    if options.save:
        try:
            options.save.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
        except OSError as problem:
            raise UsageProblem(
                f"{options.save}: cannot be written: {problem.strerror}", remedy="Name another file"
            ) from problem
    if options.as_json:
        sys.stdout.write(json.dumps(report) + "\n")
    else:
        _show_end(findings, sentence, code)
        if before is not None:
            _show_change(before, report)
    return code


def _verdicts(options: DoctorOptions, findings: list[Finding]) -> tuple[str, str]:
    """The two verdicts. A key that nobody could ask about is neither good nor bad."""
    if not options.only:
        return "It can quote", "It will not quote as it should"
    if any(one.step == "key" and one.state is State.LEFT_OUT for one in findings):
        return "The key serves", "The key could not be tried"
    return "The key serves", "The key does not serve"


def test_key_command(venue: Venue, address: str | None, *, as_json: bool) -> Exit:
    """`valr-maker keys test`: only the steps that ask the exchange what the key may do."""
    steps = ("address", "clock", "key", "permissions", "allow-list")
    return doctor_command(DoctorOptions(None, venue, address, 1, as_json, None, None, False, only=steps))


async def _examine(options: DoctorOptions) -> list[Finding]:
    console = None if options.as_json else plain_console()
    findings = []
    chosen = [step for step in STEPS if not options.only or step.name in options.only]
    needs_key = options.venue is Venue.SANDBOX and options.address is None
    opened = open_venue(options.venue, seed=options.seed, address=options.address, needs_key=needs_key)
    async with opened as venue, AsyncExitStack() as closing:
        patient = _patient(options, venue)
        fetcher = patient.fetcher = AiohttpFetcher()
        closing.push_async_callback(fetcher.aclose)
        examined = await closing.enter_async_context(aclosing(examine(chosen, patient, CLOCK)))
        for step in chosen:
            with waiting(step.title):  # also when the report goes elsewhere
                finding = await anext(examined)
            findings.append(finding)
            if console is not None:
                _show(console, finding)
    return findings


def _patient(options: DoctorOptions, venue: OpenVenue) -> Patient:
    key, missing = venue.key, None
    if key is None:  # one step says so; the others go on
        try:
            key = key_of(options.venue)
        except KeyProblem as problem:
            missing = problem
    return Patient(
        venue=venue.name,
        address=venue.transport.rest_url,
        transport=venue.transport,
        clock=CLOCK,
        chance=Chance(),
        key=key,
        key_missing=missing,
        conf=options.conf,
        place_test_order=options.place_test_order,
    )


def _show(console: Console, finding: Finding) -> None:
    mark, style = MARKS[finding.state]
    took = "" if finding.state is State.LEFT_OUT else time_words(finding.took_s)
    lead = Text.assemble((mark, style), f" {finding.title:{TITLE_WIDTH}} ", (f"{took:>{TIME_WIDTH}}", "dim"), "  ")
    say(console, finding.text, lead=lead)
    if finding.remedy:
        say(console, finding.remedy, lead=f"{'':{TITLE_WIDTH + TIME_WIDTH + 3}}→ ")


def _show_end(findings: Sequence[Finding], sentence: str, code: Exit) -> None:
    console = plain_console()
    if found := components(findings):
        console.print()
    for name, words in found.items():
        say(console, words, lead=f"  {name:28} ")
    console.print()
    say(console, sentence, style="bold" if code is Exit.OK else "bold red")


def _report(findings: Sequence[Finding], sentence: str, code: Exit) -> dict[str, Any]:
    return {
        "verdict": sentence,
        "exit_code": int(code),
        "components": components(findings),
        "steps": [
            {
                "step": finding.step,
                "title": finding.title,
                "state": finding.state.value,
                "text": finding.text,
                "remedy": finding.remedy,
                "took_s": round(finding.took_s, 4),
                "usable_s": round(finding.usable_s, 4) if finding.component else None,
            }
            for finding in findings
        ],
    }


def _read(path: Path) -> dict[str, Any]:
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
        [(row["step"], State(row["state"]), row["text"], float(row["took_s"])) for row in report["steps"]]
    except OSError as problem:
        raise UsageProblem(f"{path}: {(problem.strerror or '').lower()}", remedy=REPORT_REMEDY) from problem
    except (ValueError, KeyError, TypeError) as problem:
        raise UsageProblem(f"{path}: not a report of the doctor", remedy=REPORT_REMEDY) from problem
    return dict(report)


def _show_change(before: dict[str, Any], after: dict[str, Any]) -> None:
    """Step by step: how it was and how it is now; what was found too, where it is something else."""
    console = plain_console()
    console.print(f"\nSince the earlier report, which said: {before.get('verdict', 'nothing')}", markup=False)
    old = {row["step"]: row for row in before["steps"]}
    for row in after["steps"]:
        was = old.get(row["step"])
        say(console, f"{_how(was)} -> {_how(row)}", lead=f"  {row['title']:{TITLE_WIDTH}} ")
        if was is not None and (was["state"], _words(was)) != (row["state"], _words(row)):
            for lead, text in (("before", was["text"]), ("now", row["text"])):
                say(console, text, lead=f"  {'':{TITLE_WIDTH}}   {lead + ':':8}")


def _how(row: dict[str, Any] | None) -> str:
    if row is None:
        return "not looked at"
    return str(row["state"]) if row["state"] == State.LEFT_OUT else f"{row['state']}, {time_words(row['took_s'])}"


def _words(row: dict[str, Any]) -> str:
    return NUMBER.sub("", row["text"]) if row["step"] in MOVING else str(row["text"])
