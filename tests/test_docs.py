"""What the pages say against what the code is: links, exit codes, rooms, dependencies, keys and options."""

import re
import tomllib
from pathlib import Path

import pytest
import test_house
import typer.main

from valr_maker.cli.main import app
from valr_maker.config.schema import KEYS
from valr_maker.engine.readiness import NAMES
from valr_maker.errors import Exit

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def first_cells(text: str, heading: str) -> list[str]:
    """The first column of the table below a heading or sentence."""
    table = text.partition(heading)[2].partition("\n|")[2].partition("\n\n")[0]
    return [row.strip("| ").split(" | ")[0].strip() for row in table.splitlines()[2:]]


def anchors(text: str) -> set[str]:
    titles = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title).strip().lower().replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_inside_the_repository_leads_somewhere(page):
    for target in re.findall(r"\]\(([^)]+)\)", page.read_text(encoding="utf-8")):
        if target.startswith("https://"):
            continue
        name, _, anchor = target.partition("#")
        path = (page.parent / name).resolve() if name else page
        assert path.is_file(), target
        assert not anchor or anchor in anchors(path.read_text(encoding="utf-8")), target


def test_the_readme_begins_with_the_two_commands():
    title, _, rest = text_of("README.md").partition("\n")
    assert title == "# valr-maker"
    assert [line.split()[:2] for line in rest.strip().splitlines()[1:3]] == [["make", "run"], ["make", "test"]]


def test_the_exit_codes_are_those_of_the_code():
    assert first_cells(text_of("README.md"), "## Exit codes") == [str(int(code)) for code in sorted(Exit)]


def test_the_rooms_are_those_of_the_code():
    cells = first_cells(text_of("docs/architecture.md"), "## The rooms")
    rooms = {test_house.room_of(path) for path in test_house.FILES} - {"__init__"}
    assert {cell.strip("`") for cell in cells} == rooms


def test_the_components_are_those_of_the_code():
    assert {cell.strip("`") for cell in first_cells(text_of("docs/architecture.md"), "## Trust")} == set(NAMES)


def test_every_dependency_has_its_reason():
    project = tomllib.loads(text_of("pyproject.toml"))
    name = re.compile(r"^[A-Za-z0-9.-]+")
    for wanted, heading in (
        (project["project"]["dependencies"], "At run time:"),
        (project["dependency-groups"]["dev"], "For development:"),
    ):
        cells = ", ".join(first_cells(text_of("docs/decisions.md"), heading)).split(", ")
        assert sorted(cells) == sorted(name.findall(one)[0] for one in wanted)


def test_the_keys_that_are_understood_are_those_of_the_code():
    cells = " ".join(first_cells(text_of("docs/getting-started.md"), "These keys are understood:"))
    understood = {key.name for key in KEYS if key.supported == "always"} - {"template_version"}
    assert set(re.findall(r"`(\w+)`", cells)) == understood


def test_every_command_and_option_has_a_line():
    page, steering = text_of("docs/commands.md"), text_of("docs/sandbox-control.md")

    def walk(command, words):
        if subcommands := getattr(command, "commands", None):
            for name, sub in subcommands.items():
                walk(sub, [*words, name])
            return
        if words[1] == "sandbox" and f"| `{' '.join(words[2:])}" in steering:  # that page has a table of them
            for option in (option for parameter in command.params for option in parameter.opts):
                assert not option.startswith("--") or option == "--help" or option in steering, option
            return
        section = re.search(rf"^## `{' '.join(words)}\b.*?(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
        assert section, words
        for parameter in command.params:
            for option in parameter.opts:
                assert not option.startswith("--") or option == "--help" or f"`{option}" in section.group(), option

    walk(typer.main.get_command(app), ["valr-maker"])


def cited(source: str) -> set[str]:
    """The numbers that a text's mentions of the reference give: one, or several with commas, in brackets or not."""
    number = r"\d{1,2}(?:\.\d{1,2})?(?!\.?\d)"
    lists = re.findall(rf"\breference\s+(?:sections?\s+)?\(?({number}(?:,\s+{number})*)", source)
    return {one for numbers in lists for one in re.findall(number, numbers)}


def sections(page: str) -> set[str]:
    """Numbers of the headings of a page, and of the items of numbered lists below them (`8.15`)."""
    found, chapter = set(), ""
    for level, heading, item in re.findall(r"^(?:(##+) (\d+(?:\.\d+)?)\b|(\d+)\. )", page, re.MULTILINE):
        chapter = heading or chapter
        found.add(heading if level else f"{chapter}.{item}")
    return found


def test_a_citation_is_read_in_every_form_it_has():
    forms = (
        "(reference {})",
        "the reference ({}).",
        "(D, reference {})",
        "reference section {}.",
        "(D; reference {}).",
    )
    for numbers in ("3.2", "4, 8.15", "2.9, 3.7,\n  3.8"):
        for form in forms:
            assert cited(form.format(numbers)) == set(re.split(r",\s+", numbers)), form
    assert cited("the reference price, reference 995.5 >= 990, reference_price 3") == set()


def test_every_section_of_valrs_protocol_that_the_code_cites_is_there():
    known = sections(text_of("docs/valr.md"))
    assert {"0", "3.2", "8.22", "13"} <= known
    assert not {"8.23", "14", "3.9"} & known
    files = [path for folder in ("src", "tests", "benchmarks", "plugin") for path in (ROOT / folder).rglob("*.py")]
    files.remove(Path(__file__))
    sources = {path: cited(path.read_text(encoding="utf-8")) for path in files}
    assert len(set().union(*sources.values())) > 20
    missing = {str(path.relative_to(ROOT)): numbers - known for path, numbers in sources.items() if numbers - known}
    assert missing == {}


def test_the_picture_fetches_nothing():
    picture = text_of("docs/picture.svg")
    assert "@font-face" not in picture
    assert "url(http" not in picture
    assert "quoting" in picture
