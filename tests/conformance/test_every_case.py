"""Every fact of the protocol, on sandboxes in this process and in virtual time."""

import pytest

from valr_maker.conformance.embedded import run_embedded
from valr_maker.conformance.suite import Outcome, Verdict, chosen


@pytest.fixture(scope="module")
def outcomes() -> dict[str, Outcome]:
    return {outcome.case.id: outcome for outcome in run_embedded(chosen(()))}


@pytest.mark.parametrize("id_", [case.id for case in chosen(())])
def test_the_sandbox_does_as_the_reference_has_it(outcomes, id_):
    assert (outcomes[id_].verdict, outcomes[id_].found) == (Verdict.OK, "")
