"""`valr-maker sandbox conformance`: VALR's protocol, fact by fact, on any address or on a sandbox of its own."""

import json
import os
import sys
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from valr_maker.errors import Exit, UsageProblem
from valr_maker.screens.fold import tell

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from valr_maker.conformance.case import Case
    from valr_maker.conformance.suite import Outcome
    from valr_maker.keys import ApiKey

REMEDY = "Give scheme and host alone, such as https://api.valr.com or http://127.0.0.1:8080"
HOSTS = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class ConformanceOptions:
    """What the command line asked for."""

    url: str | None
    ws_url: str | None
    only: tuple[str, ...]
    slow: bool
    seed: int
    as_json: bool
    list_only: bool


def register(sandbox: typer.Typer) -> None:
    """Add it to `valr-maker sandbox`."""
    sandbox.command("conformance", short_help="Try VALR's protocol, fact by fact.")(conformance)


def conformance(  # one parameter an option
    url: Annotated[
        str | None, typer.Option("--url", metavar="URL", help="An address to ask, reads only; a fresh sandbox without.")
    ] = None,
    ws_url: Annotated[
        str | None, typer.Option("--ws-url", metavar="URL", help="Its sockets, when they are elsewhere.")
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="ID", help="Only these, such as REST-1*; may be repeated.")
    ] = None,
    slow: Annotated[bool, typer.Option("--slow", help="With --url: also what takes minutes to see.")] = False,
    seed: Annotated[int, typer.Option(metavar="N", help="Seed of the sandbox's market.")] = 1,
    list_only: Annotated[bool, typer.Option("--list", help="Say what would be tried; try nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead.")] = False,
) -> None:
    """Try every fact of docs/conformance.md. At an address nothing is placed or cancelled; its rate limits are kept."""
    options = ConformanceOptions(url, ws_url, tuple(only or ()), slow, seed, as_json, list_only)
    raise typer.Exit(conformance_command(options))


def conformance_command(options: ConformanceOptions) -> Exit:
    """Try, show. Ends with 1 when a fact does not hold. Raises UsageProblem, ExchangeUnreachable."""
    from valr_maker.cli.loop import run
    from valr_maker.conformance.suite import Outcome, Verdict, chosen

    if options.url is None and (options.ws_url or options.slow):
        raise UsageProblem("--ws-url and --slow are for an address", remedy="Add --url, or leave them out")
    urls = None if options.url is None else addresses(options.url, options.ws_url)
    cases = chosen(options.only)
    if not cases:
        raise UsageProblem(
            f"no fact has an id like {', '.join(options.only)}",
            remedy="`valr-maker sandbox conformance --list` has them all",
        )
    if urls is not None:
        cases = [case for case in cases if case.read_only]
    outcomes: list[Outcome] = []
    if options.list_only:
        _show_list(cases, as_json=options.as_json)
        return Exit.OK
    if urls is None:
        from valr_maker.conformance.address import on_a_server
        from valr_maker.conformance.embedded import run_embedded

        on_the_line = [case for case in cases if case.on_the_line]
        in_process = [case for case in cases if not case.on_the_line]
        outcomes = run_embedded(in_process, options.seed, _Progress(len(in_process)).tell)
        if on_the_line:
            outcomes += run(_gathered(on_a_server(on_the_line, options.seed), len(on_the_line)))
    else:
        from valr_maker.conformance.address import over_address

        key = key_for(options.url or "")
        outcomes = run(_gathered(over_address(cases, urls, key, slow=options.slow), len(cases)))
    _show(outcomes, options)
    return Exit.OTHER if any(one.verdict is Verdict.FAILED for one in outcomes) else Exit.OK


def addresses(url: str, ws_url: str | None) -> tuple[str, str]:
    """REST and sockets of an address; the sockets are at the same host unless told. Raises UsageProblem."""
    rest = _checked(url, ("http", "https"), "--url")
    return rest, f"ws{rest.removeprefix('http')}" if ws_url is None else _checked(ws_url, ("ws", "wss"), "--ws-url")


def _checked(url: str, schemes: tuple[str, ...], name: str) -> str:
    try:
        parts = urlsplit(url)
        bare = parts.path in ("", "/") and not parts.query and parts.username is None and parts.port != 0
        good = parts.scheme in schemes and bool(parts.hostname) and bare
    except ValueError:  # a port beyond all ports, half an IPv6 address
        good = False
    if not good:
        raise UsageProblem(f"{name} {url} is no address of an exchange", remedy=REMEDY)
    return f"{parts.scheme}://{parts.netloc}"


def key_for(url: str) -> "ApiKey | None":
    """The key in the environment, if there is one and it stays between us and the exchange. Raises KeyProblem."""
    from valr_maker.keys import KEY_VARIABLE, SECRET_VARIABLE, from_environment

    parts = urlsplit(url)
    if not (os.environ.get(KEY_VARIABLE) or os.environ.get(SECRET_VARIABLE)):
        return None
    if parts.scheme == "http" and parts.hostname not in HOSTS:
        tell(sys.stderr, f"the key stays here: {url} is another machine, and not encrypted", lead="note: ")
        return None
    return from_environment(os.environ, purpose=url, remedy=f"Export {KEY_VARIABLE} and {SECRET_VARIABLE}, or neither")


async def _gathered(outcomes: "AsyncGenerator[Outcome, None]", count: int) -> "list[Outcome]":
    """All of them, each said on standard error as it comes."""
    found: list[Outcome] = []
    progress = _Progress(count)
    async with aclosing(outcomes) as coming:
        async for outcome in coming:
            found.append(outcome)
            progress.tell(outcome)
    return found


class _Progress:
    """One line a case on standard error."""

    def __init__(self, count: int) -> None:
        self._count, self._done = count, 0

    def tell(self, outcome: "Outcome") -> None:
        self._done += 1
        sys.stderr.write(f"{self._done:>4} of {self._count}  {outcome.case.id}  {outcome.verdict.value}\n")


def _row(outcome: "Outcome") -> dict[str, object]:
    case = outcome.case
    return {
        "id": case.id, "section": case.section, "title": case.title, "verdict": outcome.verdict.value,
        "found": outcome.found,
    }  # fmt: skip


def _show(outcomes: "list[Outcome]", options: ConformanceOptions) -> None:
    from valr_maker.conformance.suite import Verdict

    counts = {verdict.value: sum(one.verdict is verdict for one in outcomes) for verdict in Verdict}
    if options.as_json:
        cases = [_row(one) for one in outcomes]
        sys.stdout.write(json.dumps({"url": options.url or "sandbox", **counts, "cases": cases}) + "\n")
        return
    rows = [(one.case.id, one.case.section, one.verdict.value, one.found or one.case.title) for one in outcomes]
    _table(("id", "section", "", "fact, or what was found instead"), rows)
    sys.stdout.write(", ".join(f"{count} {word}" for word, count in counts.items()) + "\n")


def _show_list(cases: "list[Case]", *, as_json: bool) -> None:
    if as_json:
        rows = [
            {"id": case.id, "section": case.section, "needs": case.need.value, "title": case.title} for case in cases
        ]
        sys.stdout.write(json.dumps(rows) + "\n")
        return
    _table(("id", "section", "needs", "fact"), [(case.id, case.section, case.need.value, case.title) for case in cases])


def _table(heading: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    widths = [max(len(row[place]) for row in (heading, *rows)) for place in range(len(heading))]
    for row in (heading, *rows):
        lead = "".join(f"{cell.ljust(width)}  " for cell, width in zip(row[:-1], widths, strict=False))
        tell(sys.stdout, row[-1], lead=lead)
