"""The fixture `valr_sandbox`, as somebody else's project has it."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "sandbox-for-tests.md").read_text(encoding="utf-8")


def run(folder: Path, text: str) -> str:
    """A project with one test file and the plug-in."""
    (folder / "test_theirs.py").write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "valr_maker.pytest_plugin", "-p", "no:cacheprovider", "-W", "error",
         "--strict-markers", str(folder)],
        capture_output=True, text=True, timeout=120, check=False, cwd=folder,
    )  # fmt: skip
    return done.stdout + done.stderr


def test_the_examples_of_the_page_pass(tmp_path):
    blocks = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert "3 passed" in run(tmp_path, "\n\n".join(blocks))


def test_each_test_has_a_world_of_its_own_and_the_same_seed_makes_the_same(tmp_path):
    text = """
KEYS = set()

def check(sandbox):
    assert sandbox.control("GET", "accounts")[0]["label"] == "sandbox"
    sandbox.control("POST", "accounts", {"label": "only here"})
    assert len(sandbox.control("GET", "accounts")) == 2
    KEYS.add(sandbox.key)
    assert len(KEYS) == 1

def test_one(valr_sandbox):
    check(valr_sandbox)

def test_two(valr_sandbox):
    check(valr_sandbox)
"""
    assert "2 passed" in run(tmp_path, text)


def test_what_the_operators_door_refuses_fails_the_test(tmp_path):
    text = "def test_it(valr_sandbox):\n    valr_sandbox.control('GET', 'accounts/nobody')\n"
    said = run(tmp_path, text)
    assert "1 failed" in said
    assert "there is no account nobody" in said


def test_installing_it_makes_the_plug_in_known_and_loading_it_costs_nothing():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["entry-points"]["pytest11"] == {"valr-maker": "valr_maker.pytest_plugin"}
    look = "import sys, valr_maker.pytest_plugin; print([m for m in sys.modules if m.startswith(('valr_maker.s', 'aiohttp'))])"
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"
