"""What a step of the examination found, and how the steps follow each other. Nothing here knows VALR."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, NamedTuple, TypeVar

from valr_maker.clock import Clock
from valr_maker.errors import Exit, ValrMakerError

Patient = TypeVar("Patient")


class State(StrEnum):
    """How a step ended."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    LEFT_OUT = "left out"
    """An earlier step that it needs did not succeed, or there is nothing to look at."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One step's outcome. `text` says what was found; `remedy` what to do next."""

    step: str
    title: str
    state: State
    text: str
    remedy: str = ""
    took_s: float = 0.0
    exit_code: Exit = Exit.OK
    component: str = ""
    """The readiness component, under Hummingbot's name, that stands or falls with this step."""
    usable_s: float = 0.0
    """After how long that component could be used: the step may go on looking."""


class Seen(NamedTuple):
    """A step's sentence, where what it looked at was usable before the step was over."""

    text: str
    usable_s: float


class NotNeeded(Exception):
    """Raised by a step that has nothing to look at; its text says why."""


@dataclass(frozen=True, slots=True)
class Step(Generic[Patient]):
    """One question. `look` answers in a sentence, or raises.

    A sentence that begins with "! " is a warning; what to do stands behind an arrow: "! the disk is full -> Make room".
    """

    name: str
    title: str
    look: Callable[[Patient], Awaitable[str | Seen]]
    needs: tuple[str, ...] = ()
    component: str = ""
    remedy: str = ""
    """For errors that bring none of their own."""


async def examine(steps: Sequence[Step[Patient]], patient: Patient, clock: Clock) -> AsyncGenerator[Finding]:
    """Take the steps in order. None can break the examination: what a step raises is its finding."""
    unwell: dict[str, str] = {}
    for step in steps:
        blocked = [unwell[name] for name in step.needs if name in unwell]
        if blocked:
            unwell[step.name] = blocked[0]
            text = f"needs {blocked[0]!r} first"
            yield Finding(step.name, step.title, State.LEFT_OUT, text, component=step.component)
            continue
        start_s = clock.monotonic_s()
        state, seen, remedy, exit_code = await _taken(step, patient)
        if state is State.FAILED:
            unwell[step.name] = step.title
        took_s = clock.monotonic_s() - start_s
        text, usable_s = seen if isinstance(seen, Seen) else (seen, took_s)
        yield Finding(step.name, step.title, state, text, remedy, took_s, exit_code, step.component, usable_s)


async def _taken(step: Step[Patient], patient: Patient) -> tuple[State, str | Seen, str, Exit]:
    try:
        seen = await step.look(patient)
    except NotNeeded as reason:
        return State.LEFT_OUT, str(reason), "", Exit.OK
    except ValrMakerError as error:
        code = error.exit_code if error.exit_code is not Exit.OTHER else Exit.EXCHANGE
        return State.FAILED, " ".join(str(error).split()), error.remedy or step.remedy, code
    except Exception as error:  # house-ok: a mistake of ours in one step must not hide what the others find
        return State.FAILED, f"internal error: {error!r}", "Report this, with the whole output", Exit.OTHER
    text, usable_s = seen if isinstance(seen, Seen) else (seen, None)
    if not text.startswith("! "):
        return State.OK, seen, "", Exit.OK
    warning, _, remedy = text[2:].partition(" -> ")
    return State.WARNING, warning if usable_s is None else Seen(warning, usable_s), remedy, Exit.OK
