"""`valr-maker sandbox ...`: asks the operator's door of a served sandbox, and shows what it says."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from valr_maker.cli.loop import run
from valr_maker.cli.venue import addresses
from valr_maker.clock import RealClock
from valr_maker.errors import ExchangeUnreachable, Exit, UsageProblem, ValrMakerError
from valr_maker.gateway.sockets import AiohttpTransport
from valr_maker.gateway.transport import TlsFailed

PREFIX = "/sandbox/v1/"
BAD_FROM = 400
FOLLOW_EVERY_S = 0.5
STEP_S, STEP_MIN_S = 60.0, 1.0
"""How far `time advance` moves on in one request, to begin with and at least."""
QUICK_S, SLOW_S = 0.5, 2.0
"""A step that took less is doubled, one that took more is halved: no request comes near the transport's timeout."""
JSON_TYPE, BYTES_TYPE = {"Content-Type": "application/json"}, {"Content-Type": "application/octet-stream"}
DIFFERENT = Exit.OTHER
"""What `diff` ends with when the belief is wrong."""


@dataclass(frozen=True, slots=True)
class Door:
    """Where the sandbox is served, and how its answers are to be shown."""

    url: str
    as_json: bool


class NotDone(ValrMakerError):
    """The sandbox would not do it."""


async def _ask(door: Door, verb: str, path: str, body: bytes, headers: Mapping[str, str]) -> bytes:
    rest_url, ws_url = addresses(door.url, "--url")
    transport = AiohttpTransport(rest_url, ws_url)
    try:
        reply = await transport.request(verb, PREFIX + path, headers, body)
    except TimeoutError as problem:
        raise ExchangeUnreachable(
            f"the sandbox at {door.url} did not answer in time",
            remedy="It may be busy with what was asked before; look with `valr-maker sandbox status`",
        ) from problem
    except TlsFailed as problem:
        raise ExchangeUnreachable(
            f"no sandbox is trusted at {door.url}: {problem}",
            remedy="Name the CA file that `valr-maker sandbox serve --tls` printed: SSL_CERT_FILE=.../ca.pem in front of this",
        ) from problem
    except ConnectionError as problem:
        raise ExchangeUnreachable(
            f"no sandbox answers at {door.url}: {problem}",
            remedy="Start one with `valr-maker sandbox serve`, or name another with --url",
        ) from problem
    finally:
        await transport.aclose()
    if reply.status >= BAD_FROM:
        raise _refusal(door, reply.body)
    return reply.body


def _refusal(door: Door, body: bytes) -> ValrMakerError:
    try:
        said = json.loads(body)
        return NotDone(str(said["error"]), remedy=str(said.get("remedy", "")))
    except (ValueError, KeyError, TypeError):
        return UsageProblem(f"{door.url} is no sandbox that can be steered", remedy="Name one with --url")


def ask(door: Door, verb: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
    """One request of JSON, and its answer. Raises ExchangeUnreachable, NotDone or UsageProblem."""
    raw = (
        b"" if body is None else json.dumps({name: value for name, value in body.items() if value is not None}).encode()
    )
    return json.loads(run(_ask(door, verb, path, raw, JSON_TYPE if raw else {})))


def show_command(door: Door, verb: str, path: str, body: Mapping[str, Any] | None = None) -> Exit:
    """Ask, and show the answer."""
    show(door, ask(door, verb, path, body))
    return Exit.OK


def advance_command(door: Door, seconds: float) -> Exit:
    """Move on, in steps that the sandbox can live through in a moment."""
    clock, left, step = RealClock(), seconds, STEP_S
    while True:
        began_s, part = clock.monotonic_s(), min(left, step)
        said = ask(door, "POST", "time/advance", {"seconds": part})
        left -= part
        if not left > 0:
            show(door, said)
            return Exit.OK
        took_s = clock.monotonic_s() - began_s
        if took_s < QUICK_S:
            step *= 2
        elif took_s > SLOW_S:
            step = max(step / 2, STEP_MIN_S)


def snapshot_command(door: Door, path: Path) -> Exit:
    """Keep the world in a file. An older one is replaced only when the new one is whole."""
    data = run(_ask(door, "GET", "snapshot", b"", {}))
    beside = path.with_name(path.name + ".new")
    try:
        beside.write_bytes(data)
        beside.replace(path)
    except OSError as problem:
        raise UsageProblem(f"{path}: cannot be written: {problem.strerror}", remedy="Name another file") from problem
    show(door, {"file": str(path), "bytes": len(data)})
    return Exit.OK


def restore_command(door: Door, path: Path) -> Exit:
    """Go back to a kept world. Every socket is closed with 1012."""
    try:
        data = path.read_bytes()
    except OSError as problem:
        raise UsageProblem(
            f"{path}: cannot be read: {problem.strerror}", remedy="Name a file of `valr-maker sandbox snapshot`"
        ) from problem
    show(door, json.loads(run(_ask(door, "POST", "restore", data, BYTES_TYPE))))
    return Exit.OK


def diff_command(door: Door, path: Path) -> Exit:
    """Compare what a client believes with the truth. Ends with 1 when they differ."""
    try:
        text = sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8")
        belief = json.loads(text)
    except OSError as problem:
        raise UsageProblem(
            f"{path}: cannot be read: {problem.strerror}", remedy="Name a file of JSON, or -"
        ) from problem
    except ValueError as problem:
        raise UsageProblem(
            f"{path}: is no JSON: {problem}", remedy="docs/sandbox-control.md has an example"
        ) from problem
    if not isinstance(belief, dict):
        raise UsageProblem(f"{path}: is not one JSON object", remedy="docs/sandbox-control.md has an example")
    found = ask(door, "POST", "diff", belief)
    show(door, found)
    return Exit.OK if found["same"] else DIFFERENT


def events_command(door: Door, query: str, after: int, *, follow: bool) -> Exit:
    """Show the log; with `follow` until Ctrl-C."""
    try:
        _events(door, query, after, follow=follow)
    except KeyboardInterrupt:
        if not follow:
            raise
    return Exit.OK


def _events(door: Door, query: str, after: int, *, follow: bool) -> None:
    clock = RealClock()
    while True:
        found = ask(door, "GET", f"events?after={after}&{query}")
        for event in found["events"]:
            sys.stdout.write((json.dumps(event) if door.as_json else _event(event)) + "\n")
        sys.stdout.flush()
        if not follow:
            return
        after = found["next_after"]
        if not found["more"]:
            run(clock.sleep(FOLLOW_EVERY_S))


def _event(event: Mapping[str, Any]) -> str:
    who = " ".join(part for part in (event["account"], event["pair"]) if part)
    return (
        f"{event['sequence']:>7}  {event['at'][11:23]}  {event['kind']:<13} {who}{': ' if who else ''}{event['text']}"
    )


def show(door: Door, body: Any) -> None:
    """JSON for machines, indented lines for people."""
    sys.stdout.write(json.dumps(body) + "\n" if door.as_json else "\n".join(lines(body)) + "\n")


def lines(body: Any, indent: int = 0) -> list[str]:
    """Any JSON as lines of `name: value`, lists as items with a dash."""
    pad = " " * indent
    if isinstance(body, Mapping):
        made = []
        for name, value in body.items():
            if isinstance(value, (Mapping, list)) and value:
                made += [f"{pad}{name}:", *lines(value, indent + 2)]
            else:
                made.append(f"{pad}{name}: {_word(value)}")
        return made
    if isinstance(body, list):
        made = []
        for item in body:
            if _is_flat(item):
                made.append(f"{pad}- {' '.join(map(_word, item))}")
            elif isinstance(item, (Mapping, list)):
                inner = lines(item, indent + 2)
                made += [f"{pad}- {inner[0].strip()}", *inner[1:]] if inner else [f"{pad}-"]
            else:
                made.append(f"{pad}- {_word(item)}")
        return made or [f"{pad}none"]
    return [f"{pad}{_word(body)}"]


def _is_flat(item: Any) -> bool:
    return (
        isinstance(item, Sequence)
        and not isinstance(item, str)
        and not any(isinstance(one, (Mapping, list)) for one in item)
    )


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value in (None, [], {}) else str(value)
