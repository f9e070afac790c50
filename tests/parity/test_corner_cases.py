"""Every named corner of Hummingbot's strategy, against what the real one did in it (no Hummingbot needed)."""

import pytest
from parity import ours
from parity.cases import Case, cases
from parity.recorded import as_lines, read_cases

CASES = list(cases())
RECORDED = read_cases()


@pytest.mark.parametrize("one", CASES, ids=[one.name for one in CASES])
def test_does_what_hummingbot_did(one: Case):
    assert as_lines(ours.run(one.scenario)) == RECORDED[one.name]


def test_every_case_is_recorded_and_no_other():
    assert [one.name for one in CASES] == list(RECORDED)


def test_the_sixty_corners_are_all_there():
    numbers = {int("".join(filter(str.isdigit, one.number.partition("-")[0]))) for one in CASES}
    assert numbers == set(range(1, 61))
