"""docs/parity.md says of every key whether it differs, and names a test for every difference."""

import re
from pathlib import Path

from valr_maker.config.schema import KEYS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "parity.md").read_text(encoding="utf-8")
TESTS = "".join(
    path.read_text(encoding="utf-8")
    for room in ("strategy", "engine", "bot")
    for path in (ROOT / "tests" / room).glob("test_*.py")
)


def rows(heading: str) -> list[list[str]]:
    """The cells of the table below a heading, without its head."""
    section = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_every_key_has_its_row_in_the_order_of_the_template() -> None:
    table = rows("Every key")
    assert [key.strip("`") for key, _ in table] == [key.name for key in KEYS]
    assert all(words.startswith(("same", "differs: ")) for _, words in table)


def test_every_difference_names_a_test_that_exists() -> None:
    differences = rows("Where we differ, and why")
    assert len(differences) > 20
    for row in differences:
        assert f"def {row[-1].strip('`')}(" in TESTS, row
    for row in rows("What strict parity does not give back"):
        assert (ROOT / row[-1].strip("`")).exists(), row


def test_every_deviation_that_is_tested_is_on_the_page() -> None:
    source = (Path(__file__).parent / "test_deviations.py").read_text(encoding="utf-8")
    named = set(re.findall(r"def (test_\w+)", source)) - {
        "test_a_sale_before_the_first_buy",  # the same price in both, if not the same words
        "test_a_seed_price_is_there_for_strict_parity_too_and_off_unless_it_is_given",
    }
    assert named <= {row[-1].strip("`") for row in rows("Where we differ, and why")}
