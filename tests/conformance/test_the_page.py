"""docs/conformance.md, the suite and the code name the same things."""

import re
from dataclasses import fields
from pathlib import Path

from valr_maker.conformance.inventory import KINDS, SETTINGS
from valr_maker.conformance.page import page, proofs
from valr_maker.conformance.points import LISTS
from valr_maker.conformance.suite import chosen
from valr_maker.sandbox import board
from valr_maker.sandbox.order import Status
from valr_maker.sandbox.rules import Latency, Rules
from valr_maker.wire import codes, every_endpoint

PAGE = (Path(__file__).parent.parent.parent / "docs" / "conformance.md").read_text(encoding="utf-8")
EVERYTHING = {item.name: item for items in (*KINDS.values(), SETTINGS) for item in items}


def test_the_page_is_the_one_that_the_script_makes():
    assert page() == PAGE, "run: python scripts/conformance_page.py"


def test_every_id_on_the_page_is_a_case_and_every_case_is_on_the_page():
    assert set(re.findall(r"\b(?:REST|WS)-\d+\b", PAGE)) == {case.id for case in chosen(())}


def test_a_case_proves_only_what_the_inventory_lists():
    assert set(proofs()) - set(EVERYTHING) == set()


def test_everything_is_proved_or_says_why_not():
    bare = [name for name, item in EVERYTHING.items() if not item.apart and name not in proofs()]
    assert bare == []
    assert [name for name, item in EVERYTHING.items() if item.apart and name in proofs()] == []


def test_nothing_of_the_code_is_missing():
    names = set(EVERYTHING)
    assert {f"{row.verb} {row.path}" for row in every_endpoint.EVERY} <= names
    assert {*board.EVENTS, *board.FUTURES_EVENTS} <= names
    assert {status.value for status in Status} <= names
    assert {str(number) for number in codes.CATALOGUE} <= names
    assert {f"Rules.{one.name}" for one in fields(Rules)} - {"Rules.latency"} <= names
    assert {f"latency.{one.name}" for one in fields(Latency)} <= names
    assert {f"limit: {limit.budget}" for limit in every_endpoint.LIMITS} <= names


def test_a_setting_that_an_item_names_exists():
    known = {one.name for kind in (Rules, Latency) for one in fields(kind)}
    assert {item.setting for item in EVERYTHING.values()} - known == {""}
    named = {word for points in LISTS.values() for point in points if "setting" in point.answer
             for word in re.findall(r"\b[a-z0-9]+(?:_[a-z0-9]+)+\b", point.answer)}  # fmt: skip
    assert named <= known


def test_every_point_of_the_lists_has_its_row():
    numbers = [point.number for points in LISTS.values() for point in points]
    for chapter, count in (("8", 22), ("11", 11), ("13", 15)):
        assert [n for n in numbers if n.split(".")[0] == chapter] == [
            f"{chapter}.{place}" for place in range(1, count + 1)
        ]
    known = {case.id for case in chosen(())}
    assert {id_ for points in LISTS.values() for point in points for id_ in point.ids} <= known


def test_ids_and_sections_are_in_order():
    for case in chosen(()):
        assert re.fullmatch(r"(REST|WS)-\d{3}", case.id)
        assert re.search(rf"^#+ {re.escape(case.section.split('.')[0])}", VALR, re.MULTILINE), case.section
        assert case.title.endswith("."), case.id


VALR = (Path(__file__).parent.parent.parent / "docs" / "valr.md").read_text(encoding="utf-8")
