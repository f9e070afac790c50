"""Every case, and how they are tried one after another."""

from collections.abc import AsyncGenerator, Iterable
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatch

from valr_maker.conformance import (
    rest_account,
    rest_change,
    rest_family,
    rest_limits,
    rest_login,
    rest_market_data,
    rest_more_orders,
    rest_place,
    rest_public,
    rest_queries,
    ws_account,
    ws_control,
    ws_entry,
    ws_market,
)
from valr_maker.conformance.case import ALL, Case, Need
from valr_maker.conformance.expect import Mismatch, Untried
from valr_maker.conformance.stage import Stage
from valr_maker.wire.closed import SocketClosed

MODULES = (
    rest_login,
    rest_public,
    rest_market_data,
    rest_account,
    rest_family,
    rest_place,
    rest_more_orders,
    rest_change,
    rest_queries,
    rest_limits,
    ws_control,
    ws_market,
    ws_account,
    ws_entry,
)
"""They enter their cases as they are loaded."""


class Verdict(StrEnum):
    """What came of a case."""

    OK = "ok"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One case, and what was found where it failed or why it was left out."""

    case: Case
    verdict: Verdict
    found: str = ""


def chosen(patterns: Iterable[str]) -> list[Case]:
    """The cases whose id fits one of the patterns, such as `REST-0*`; all without a pattern. By id."""
    wanted = list(patterns) or ["*"]
    return [ALL[id_] for id_ in sorted(ALL) if any(fnmatch(id_, one.upper()) for one in wanted)]


async def run(case: Case, stage: Stage) -> Outcome:
    """Try it. Whatever the exchange does instead is a finding; our own mistakes are not caught."""
    try:
        await case.run(stage)
    except Untried as nothing:
        return Outcome(case, Verdict.SKIPPED, str(nothing))
    except Mismatch as mismatch:
        return Outcome(case, Verdict.FAILED, str(mismatch))
    except SocketClosed as end:
        return Outcome(case, Verdict.FAILED, f"the socket was {end}")
    except (ConnectionError, TimeoutError) as problem:
        return Outcome(case, Verdict.FAILED, f"the connection failed: {problem or type(problem).__name__}")
    except (KeyError, IndexError, TypeError, ValueError) as problem:
        return Outcome(case, Verdict.FAILED, f"the answer has another shape: {type(problem).__name__} {problem}")
    finally:
        await stage.leave()
    return Outcome(case, Verdict.OK)


async def run_all(
    cases: Iterable[Case], stage: Stage, *, has_key: bool, wait_s: float
) -> AsyncGenerator[Outcome, None]:
    """One by one. Cases that need what is not there are skipped, and say so."""
    for case in cases:
        if why := cannot(case, stage, has_key=has_key, wait_s=wait_s):
            yield Outcome(case, Verdict.SKIPPED, why)
        else:
            yield await run(case, stage)


def cannot(case: Case, stage: Stage, *, has_key: bool, wait_s: float) -> str:
    """Why a case is not tried here; empty when it is."""
    if case.need is Need.SANDBOX and not stage.strict:
        return "needs a sandbox of its own"
    if case.need is Need.KEY and not has_key:
        return "needs a key in the environment"
    if case.on_the_line and stage.line is None:
        return "needs a real connection"
    if case.wait_s > wait_s:
        return f"takes {case.wait_s:g} s; --slow runs it"
    return ""
