"""The screens that the manual shows are what the commands say: the same words in the same order, other figures.

A block of text that begins with `$ valr-maker ...` is a screen. `...` stands for what was left out; how lines are folded,
and which number or bar stands in a place, is no matter.
"""

import re
from pathlib import Path

import pytest
from kit.commands import ended

ROOT = Path(__file__).parent.parent.parent
EXAMPLE = ROOT / "examples" / "conf_pure_mm_2.yml"
BLOCK = re.compile(r"^```text\n\$ valr-maker ([^\n]+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SCREENS = [
    (page.name, *found)
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
    for found in BLOCK.findall(page.read_text(encoding="utf-8"))
]
SHOWN = {"doctor", "why", "bench", "config check", "config explain", "config fix"}


def words(text: str) -> str:
    """Without figures, bars, units of time and folds."""
    text = re.sub(r"<?\d[\d.,]*|#+", "0", text)
    return " ".join(re.sub(r"0 (us|ms|s)\b", "0 s", text).split())


@pytest.mark.parametrize(("page", "command", "screen"), SCREENS, ids=[f"{one[0]}: {one[1]}" for one in SCREENS])
def test_a_screen_of_the_manual_is_what_the_command_says(page, command, screen, tmp_path):
    command, _, change = command.partition("# the example with ")
    if change:
        key = change.partition(":")[0]
        lines = [change if line.startswith(f"{key}:") else line for line in EXAMPLE.read_text("utf-8").splitlines()]
        (tmp_path / "mine.yml").write_text("\n".join(lines) + "\n", "utf-8")
    done = ended(*command.split(), cwd=tmp_path if change else ROOT)
    said, at = words(done.stdout), 0
    for part in map(words, re.split(r"^\.\.\.$", screen, flags=re.MULTILINE)):
        found = said.find(part, at)
        assert found >= 0, f"{page} shows {part!r}, which is not there, or not there any more, in {said[at:]!r}"
        at = found + len(part)


def test_every_report_has_its_screen():
    shown = {" ".join(command.split()[:2]) for _, command, _ in SCREENS}
    assert {one for one in SHOWN if not any(command.startswith(one) for command in shown)} == set()
