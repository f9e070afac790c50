"""Every fact of the protocol: on sandboxes in virtual time, and what needs a real connection on a server."""

import asyncio

import pytest

from valr_maker.conformance.address import on_a_server
from valr_maker.conformance.embedded import run_embedded
from valr_maker.conformance.suite import Outcome, Verdict, chosen

IN_PROCESS = [case for case in chosen(()) if not case.on_the_line]
ON_THE_LINE = [case for case in chosen(()) if case.on_the_line]


@pytest.fixture(scope="module")
def outcomes() -> dict[str, Outcome]:
    return {outcome.case.id: outcome for outcome in run_embedded(IN_PROCESS)}


@pytest.fixture(scope="module")
def served() -> dict[str, Outcome]:
    async def every() -> dict[str, Outcome]:
        return {outcome.case.id: outcome async for outcome in on_a_server(ON_THE_LINE)}

    return asyncio.run(every())


@pytest.mark.parametrize("id_", [case.id for case in IN_PROCESS])
def test_the_sandbox_does_as_the_reference_has_it(outcomes, id_):
    assert (outcomes[id_].verdict, outcomes[id_].found) == (Verdict.OK, "")


@pytest.mark.parametrize("id_", [case.id for case in ON_THE_LINE])
def test_so_does_its_server(served, id_):
    assert (served[id_].verdict, served[id_].found) == (Verdict.OK, "")
