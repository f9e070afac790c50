"""The rules of the house, read from the source: who imports whom, what no room may call, how large a file may grow.

Each rule is also tried on a bad sample, so that it can fail. A true exception carries `# house-ok: why` on its line.
"""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "src" / "valr_maker"
FILES = sorted(PACKAGE.rglob("*.py"))
FILE_LINES_MAX, FUNCTION_LINES_MAX = 450, 60

COMMON = {"domain", "errors", "events"}
MAY_IMPORT: dict[str, set[str]] = {
    "__init__": set(),
    "domain": set(),
    "errors": set(),
    "events": set(),
    "clock": set(),
    "virtual": set(),
    "chance": set(),
    "keys": set(),
    "wire": set(),
    "market": {"wire"},
    "strategy": {"market"},
    "config": {"strategy", "market"},
    "risk": {"market"},
    "orders": {"wire", "market", "risk"},
    "engine": {"orders", "risk", "strategy", "market", "wire"},
    "gateway": {"wire", "clock", "chance", "keys"},
    "sandbox": {"wire", "clock", "chance"},
    "bot": {"engine", "gateway", "clock", "chance", "keys", "orders", "strategy", "market", "wire"},
    "simulate": {"bot", "engine", "gateway", "sandbox", "config", "clock", "virtual", "chance", "keys", "market",
                 "orders", "wire"},
    "screens": {"engine", "market", "orders"},
    "cli": {"bot", "engine", "gateway", "sandbox", "config", "clock", "chance", "keys", "market", "orders", "screens",
            "wire", "simulate", "virtual"},
}  # fmt: skip
PURE_ROOMS = {"domain", "errors", "events", "wire", "market", "strategy", "config", "risk", "orders", "engine"}
SANDBOX_EDGES = {"sandbox/server.py", "sandbox/inprocess.py", "sandbox/faults.py"}
TIME_AND_CHANCE = {"clock.py", "virtual.py", "chance.py"}
SOCKETS = {"gateway/sockets.py", "sandbox/server.py"}


class Ban(NamedTuple):
    """A pattern, what to do instead, and where it does not apply."""

    pattern: str
    instead: str
    allowed_in: frozenset[str]
    only_pure: bool = False


BANS = (
    Ban(
        r"\btime\.(time|time_ns|monotonic|monotonic_ns|perf_counter|sleep)\(|^\s*from time import|^\s*import time\b"
        r"|datetime\.(now|utcnow|today)\(|date\.today\(",
        "take `now` as an argument, or ask the Clock",
        frozenset(TIME_AND_CHANCE),
    ),
    Ban(
        r"^\s*(import|from) (random|uuid|secrets)\b|os\.urandom",
        "an outer room hands you a Chance",
        frozenset(TIME_AND_CHANCE),
    ),
    Ban(
        r"asyncio\.sleep\(|\.call_later\(|\.call_at\(|\bloop\.time\(",
        "await clock.sleep(...)",
        frozenset(TIME_AND_CHANCE),
    ),
    Ban(
        r"^\s*(import|from) (socket|aiohttp|yarl|requests|httpx|websockets|urllib\.request|http\.client)\b"
        r"|open_connection\(|start_server\(|create_server\(",
        "go through the Transport seam",
        frozenset(SOCKETS),
    ),
    Ban(
        r"^\s*(import|from) (asyncio|sqlite3|logging|threading|multiprocessing|subprocess)\b",
        "a pure room has no I/O and no tasks: an outer room does it",
        frozenset(),
        only_pure=True,
    ),
    Ban(r"except\s*:|except (Base)?Exception\s*:\s*(pass)?\s*$", "name what you catch, and say what you do with it",
        frozenset()),
)  # fmt: skip


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def is_pure(path: Path) -> bool:
    inside = path.relative_to(PACKAGE).as_posix()
    return room_of(path) in PURE_ROOMS or (room_of(path) == "sandbox" and inside not in SANDBOX_EDGES)


def imports_of(tree: ast.AST) -> Iterator[str]:
    """Full names of our own modules that a module imports, wherever in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("valr_maker"))
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("valr_maker"):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def wrong_imports(room: str, source: str) -> list[str]:
    if room not in MAY_IMPORT:
        return [f"room {room!r} is not in the list of rooms"]
    allowed = MAY_IMPORT[room] | COMMON | {room, "__version__"}
    rooms = {name.split(".")[1] for name in imports_of(ast.parse(source)) if "." in name}
    return [f"{room} may not import {other}" for other in sorted(rooms - allowed)]


def banned(inside: str, source: str, *, pure: bool) -> list[str]:
    found = []
    for number, line in enumerate(source.splitlines(), 1):
        if "# house-ok: " in line:
            continue
        found += [
            f"{inside}:{number}: {line.strip()} -> {ban.instead}"
            for ban in BANS
            if inside not in ban.allowed_in and (pure or not ban.only_pure) and re.search(ban.pattern, line)
        ]
    return found


def too_long(source: str) -> list[str]:
    lines = len(source.splitlines())
    found = [f"the file has {lines} lines"] if lines > FILE_LINES_MAX else []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES_MAX:
                found.append(f"{node.name} has {length} lines")
    return found


def cycles(graph: dict[str, set[str]]) -> list[str]:
    """Module names on an import cycle, the first one found."""
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> list[str]:
        if name in path:
            return [*path[path.index(name) :], name]
        if name in done:
            return []
        for other in sorted(graph.get(name, ())):
            if found := visit(other, (*path, name)):
                return found
        done.add(name)
        return []

    for name in sorted(graph):
        if found := visit(name, ()):
            return found
    return []


def module_graph() -> dict[str, set[str]]:
    names = {".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts): path for path in FILES}
    graph: dict[str, set[str]] = {}
    for name, path in names.items():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        asked = {full if full in names else full.rpartition(".")[0] for full in imports_of(tree)}
        graph[name] = {other for other in asked if other in names and other != name}
    return graph


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_a_file_keeps_the_rules(path):
    source = path.read_text(encoding="utf-8")
    inside = path.relative_to(PACKAGE).as_posix()
    assert wrong_imports(room_of(path), source) == []
    assert banned(inside, source, pure=is_pure(path)) == []
    assert too_long(source) == []


def test_no_import_goes_in_a_circle():
    assert cycles(module_graph()) == []


def test_the_sandbox_does_not_import_what_it_tests():
    for path in FILES:
        if room_of(path) == "sandbox":
            rooms = {name.split(".")[1] for name in imports_of(ast.parse(path.read_text(encoding="utf-8")))}
            assert rooms.isdisjoint({"market", "gateway", "engine", "orders", "bot"}), path


def loaded_by(statement: str) -> set[str]:
    program = f"import sys; before = set(sys.modules); {statement}; print(*sorted(set(sys.modules) - before))"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return {name.split(".")[0] for name in told.stdout.split()}


def test_the_wire_room_loads_msgspec_and_nothing_heavier():
    modules = ", ".join(f"valr_maker.wire.{path.stem}" for path in sorted((PACKAGE / "wire").glob("[a-z]*.py")))
    heavy = {"aiohttp", "asyncio", "ruamel", "typer", "rich", "uvloop", "pydantic"}
    assert loaded_by(f"import {modules}").isdisjoint(heavy)


def test_the_package_itself_loads_nothing():
    assert loaded_by("import valr_maker") == {"valr_maker"}


def repository_files() -> list[Path]:
    told = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if told.returncode:  # not a checkout: an unpacked source archive
        return [path for path in FILES if path.is_file()]
    return [ROOT / name for name in told.stdout.splitlines() if (ROOT / name).is_file()]


FOREIGN = re.compile(
    r"pyp" + r"i[.]org|python" + r"hosted|registry[.]n" + r"pm|deb[.]de" + r"bian|(?<![\w.])/(work|farm|root)/"
)


def test_the_repository_names_no_registry_and_no_machine():
    for path in repository_files():
        text = path.read_bytes().decode("utf-8", "ignore")
        assert not (found := FOREIGN.search(text)), f"{path}: {found.group()}"
    assert not (ROOT / "uv.lock").exists()


# ---- each rule can fail ----------------------------------------------------------------------------------------------
def test_the_import_rule_sees_a_wrong_import():
    assert wrong_imports("wire", "from valr_maker.market import book") == ["wire may not import market"]
    assert wrong_imports("strategy", "import valr_maker.gateway.client") == ["strategy may not import gateway"]
    assert wrong_imports("attic", "") == ["room 'attic' is not in the list of rooms"]


@pytest.mark.parametrize(
    "line",
    ["now = time.time()", "import random", "await asyncio.sleep(1)", "import aiohttp", "import asyncio",
     "except Exception: pass", "x = datetime.now()", "from uuid import uuid4", "    except:"],
)  # fmt: skip
def test_each_ban_sees_its_call(line):
    assert banned("engine/engine.py", line, pure=True)
    assert not banned("engine/engine.py", f"{line}  # house-ok: a reason", pure=True)


def test_the_length_rule_counts():
    long_function = "def f():\n" + "    x = 1\n" * FUNCTION_LINES_MAX
    assert too_long(long_function) == [f"f has {FUNCTION_LINES_MAX + 1} lines"]
    assert too_long("x = 1\n" * (FILE_LINES_MAX + 1)) == [f"the file has {FILE_LINES_MAX + 1} lines"]


def test_the_cycle_rule_finds_a_circle():
    assert cycles({"a": {"b"}, "b": {"c"}, "c": {"a"}}) == ["a", "b", "c", "a"]
    assert cycles({"a": {"b"}, "b": set()}) == []


def test_the_text_rule_sees_a_machine_path():
    assert FOREIGN.search("see /wo" + "rk/notes")
    assert FOREIGN.search("from pyp" + "i.org")
    assert not FOREIGN.search("the network/work/life balance")
