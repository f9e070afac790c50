"""The rules of the house, read from the source: who imports whom, what no room may call, how large a file may grow.

The source is read as a syntax tree, so that `from asyncio import sleep as rest` is seen for what it is. Each rule is
also tried on a bad sample, so that it can fail. A true exception carries `# house-ok: why` on its line.
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
    "vault": {"keys", "chance"},
    "state": {"wire"},
    "pytest_plugin": {"clock", "sandbox"},
    "wire": set(),
    "market": {"wire"},
    "strategy": {"market"},
    "config": {"strategy", "market"},
    "risk": {"market"},
    "orders": {"wire", "market", "risk"},
    "engine": {"orders", "risk", "strategy", "market", "wire"},
    "gateway": {"wire", "clock", "chance", "keys"},
    "ledger": set(),
    "sandbox": {"wire", "clock", "chance"},  # never market, gateway or engine: our mistakes would cancel out
    "conformance": {"gateway", "sandbox", "wire", "clock", "virtual", "keys"},
    "bot": {"engine", "gateway", "ledger", "clock", "chance", "keys", "orders", "strategy", "market", "wire"},
    "simulate": {"bot", "engine", "gateway", "sandbox", "config", "clock", "virtual", "chance", "keys", "market",
                 "orders", "wire"},
    "doctor": {"bot", "engine", "gateway", "config", "clock", "chance", "keys", "market", "orders", "strategy", "wire"},
    "bench": {"bot", "doctor", "engine", "gateway", "market", "strategy", "wire"},
    "hummingbot": {"config", "keys", "clock"},  # by subprocess only, never imported
    "screens": {"engine", "market", "orders"},
}  # fmt: skip
MAY_IMPORT["cli"] = set(MAY_IMPORT)  # it assembles everything
PURE_ROOMS = {"domain", "errors", "events", "wire", "market", "strategy", "config", "risk", "orders", "engine"}
SANDBOX_EDGES = {
    "sandbox/driver.py", "sandbox/server.py", "sandbox/inprocess.py", "sandbox/faults.py", "sandbox/tls.py",
    "sandbox/front.py",
}  # fmt: skip
TIME_AND_CHANCE = {"clock.py", "virtual.py", "chance.py"}
SOCKETS = {"gateway/sockets.py", "sandbox/server.py", "sandbox/front.py", "conformance/rawline.py"}


class Ban(NamedTuple):
    """What may not be used (a pattern for its full dotted name), what to do instead, and where it may be."""

    pattern: str
    instead: str
    allowed_in: frozenset[str] = frozenset()
    only_pure: bool = False


BANS = (
    Ban(
        r"time|time\..*|datetime\.(datetime|date)\.(now|utcnow|today)|.*\.utcnow",
        "take `now` as an argument, or ask the Clock",
        frozenset(TIME_AND_CHANCE),
    ),
    Ban(
        r"(random|uuid|secrets)(\..*)?|os\.urandom",
        "an outer room hands you a Chance",
        frozenset(TIME_AND_CHANCE),
    ),
    Ban(
        r"asyncio\.sleep|.*\.(call_later|call_at)|.*loop(\(\))?\.time",
        "await clock.sleep(...)",
        frozenset(TIME_AND_CHANCE),
    ),
    Ban(
        r"(socket|socketserver|ssl|aiohttp|yarl|requests|httpx|websockets|urllib\.request|http\.client)(\..*)?"
        r"|.*\.(open_connection|open_unix_connection|start_server|create_server|create_connection|create_datagram_endpoint)",
        "go through the Transport seam",
        frozenset(SOCKETS),
    ),
    Ban(
        r"(asyncio|sqlite3|logging|threading|multiprocessing|subprocess|concurrent|queue|signal)(\..*)?"
        r"|builtins\.(open|input|print)",
        "a pure room has no I/O and no tasks: an outer room does it",
        only_pure=True,
    ),
    Ban(
        r"builtins\.(__import__|eval|exec)|importlib(\.(?!resources).*)?",
        "import it by name, where this test can see it",
    ),
    Ban(r"except (BaseException|Exception|everything)", "name what you catch, and say what you do with it"),
)
BUILTINS = {"open", "input", "print", "eval", "exec", "__import__"}


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def inside(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def module_name(where: str) -> str:
    """`market/book.py` is valr_maker.market.book, `market/__init__.py` is valr_maker.market."""
    return ".".join(["valr_maker", *where.removesuffix(".py").split("/")]).removesuffix(".__init__")


def room(where: str) -> str:
    return where.split("/", maxsplit=1)[0].removesuffix(".py")


def room_of(path: Path) -> str:
    return room(inside(path))


def is_pure(where: str) -> bool:
    return room(where) in PURE_ROOMS or (room(where) == "sandbox" and where not in SANDBOX_EDGES)


def imported(tree: ast.AST, where: str) -> Iterator[tuple[int, str, str]]:
    """Line, name it gets here, full name: of every import, wherever in a module; relative ones are spelled out."""
    package = module_name(where).split(".")
    if not where.endswith("__init__.py"):
        package = package[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.asname or alias.name, alias.name
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield from ((node.lineno, alias.asname or alias.name, f"{base}.{alias.name}") for alias in node.names)


def ours_imported(source: str, where: str) -> set[str]:
    return {full for _, _, full in imported(ast.parse(source), where) if full.split(".")[0] == "valr_maker"}


def wrong_imports(where: str, source: str) -> list[str]:
    here = room(where)
    if here not in MAY_IMPORT:
        return [f"room {here!r} is not in the list of rooms"]
    allowed = MAY_IMPORT[here] | COMMON | {here, "__version__"}
    rooms = {name.split(".")[1] for name in ours_imported(source, where) if "." in name}
    return [f"{here} may not import {other}" for other in sorted(rooms - allowed)]


def full_name(node: ast.expr, names: dict[str, str]) -> str:
    """`sleep` after `from asyncio import sleep` is asyncio.sleep; what is computed is a question mark."""
    match node:
        case ast.Name(id=name) if name in names:
            return names[name]
        case ast.Name(id=name):
            return f"builtins.{name}" if name in BUILTINS else f"?{name}"
        case ast.Attribute(value=value, attr=attr):
            return f"{full_name(value, names)}.{attr}"
        case ast.Call(func=func):
            return f"{full_name(func, names)}()"
    return "?"


def caught(kind: ast.expr | None) -> Iterator[str]:
    if kind is None:
        yield "except everything"
        return
    for part in kind.elts if isinstance(kind, ast.Tuple) else [kind]:
        yield f"except {ast.unparse(part)}"


def used(source: str, where: str) -> Iterator[tuple[int, str]]:
    """Line and full name of everything a module imports, calls, reads or catches."""
    tree = ast.parse(source)
    names = {}
    for line, name, full in imported(tree, where):
        first = name.split(".")[0]
        names[first] = first if "." in name else full  # `import a.b` gives the name a, `import a.b as c` gives c
        yield line, full
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Name):
            yield node.lineno, full_name(node, names)
        elif isinstance(node, ast.ExceptHandler):
            yield from ((node.lineno, name) for name in caught(node.type))
        elif isinstance(node, ast.Call) and full_name(node.func, names) == "contextlib.suppress":
            yield from ((node.lineno, name) for kind in node.args for name in caught(kind))


def banned(where: str, source: str) -> list[str]:
    lines, pure = source.splitlines(), is_pure(where)
    bans = [ban for ban in BANS if where not in ban.allowed_in and (pure or not ban.only_pure)]
    found = {
        (line, f"{where}:{line}: {lines[line - 1].strip()} -> {ban.instead}")
        for line, name in used(source, where)
        for ban in bans
        if re.fullmatch(ban.pattern, name) and not re.search(r"# house-ok: \S", lines[line - 1])
    }
    return [text for _, text in sorted(found)]


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


def module_graph(sources: dict[str, str]) -> dict[str, set[str]]:
    """Who imports whom among our modules, from `market/book.py` and the like with their text."""
    modules = {module_name(where): where for where in sources}
    graph: dict[str, set[str]] = {}
    for name, where in modules.items():
        asked = ours_imported(sources[where], where)
        targets = {full if full in modules else full.rpartition(".")[0] for full in asked}
        graph[name] = (targets & modules.keys()) - {name}
    return graph


@pytest.mark.parametrize("where", [inside(path) for path in FILES])
def test_a_file_keeps_the_rules(where):
    source = read(PACKAGE / where)
    assert wrong_imports(where, source) == []
    assert banned(where, source) == []
    assert too_long(source) == []


def test_no_import_goes_in_a_circle():
    assert cycles(module_graph({inside(path): read(path) for path in FILES})) == []


def loaded_by(statement: str) -> set[str]:
    program = f"import sys; before = set(sys.modules); {statement}; print(*sorted(set(sys.modules) - before))"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return {name.split(".")[0] for name in told.stdout.split()}


def test_the_wire_room_loads_msgspec_and_nothing_heavier():
    modules = ", ".join(module_name(inside(path)) for path in FILES if room_of(path) == "wire")
    loaded = loaded_by(f"import {modules}")
    assert loaded - set(sys.stdlib_module_names) - {"typing_extensions"} == {"valr_maker", "msgspec"}  # msgspec's own
    assert loaded.isdisjoint({"asyncio", "socket", "ssl", "sqlite3", "threading"})


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
    assert wrong_imports("wire/text.py", "from valr_maker.market import book") == ["wire may not import market"]
    assert wrong_imports("wire/text.py", "from valr_maker import market") == ["wire may not import market"]
    assert wrong_imports("strategy/costs.py", "import valr_maker.bot.bot as b") == ["strategy may not import bot"]
    assert wrong_imports("sandbox/desk.py", "def f():\n  from ..market import pair") == [
        "sandbox may not import market"
    ]
    assert wrong_imports("ledger/__init__.py", "from .. import engine") == ["ledger may not import engine"]
    hidden = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n  from valr_maker.gateway import client"
    assert wrong_imports("engine/engine.py", hidden) == ["engine may not import gateway"]
    assert wrong_imports("attic/box.py", "") == ["room 'attic' is not in the list of rooms"]
    assert wrong_imports("market/book.py", "from . import pair\nfrom ..domain import Side") == []


BAD = {
    "take `now`": ["import time", "import os, time as t", "from time import monotonic", "import time as t\nx = t.time()",
                   "from datetime import datetime as d; d.now()", "import datetime; datetime.date.today()"],
    "Chance": ["import random", "from uuid import uuid4", "import secrets as s", "import os; os.urandom(8)"],
    "clock.sleep": ["import asyncio as a; a.sleep(1)", "from asyncio import sleep as rest", "self.loop.call_later(1, f)",
                    "import asyncio; asyncio.get_running_loop().time()", "loop.time()"],
    "Transport": ["import aiohttp", "from socket import create_connection", "import urllib.request",
                  "import asyncio; asyncio.open_connection()", "loop.create_server(f)"],
    "no I/O": ["import asyncio", "from threading import Thread", "import sqlite3", "import logging.handlers",
               "open('x')", "print('x')"],
    "by name": ["__import__('time')", "import importlib", "from importlib import import_module"],
    "name what you catch": ["try: f()\nexcept: pass", "try: f()\nexcept (OSError, Exception) as e: g()",
                            "import contextlib; contextlib.suppress(Exception)", "try: f()\nexcept BaseException: g()"],
}  # fmt: skip


@pytest.mark.parametrize(("instead", "source"), [(why, source) for why, many in BAD.items() for source in many])
def test_each_ban_sees_its_call_and_names_what_to_do_instead(instead, source):
    assert any(instead in text for text in banned("engine/engine.py", source))
    excused = "\n".join(f"{line}  # house-ok: a reason" for line in source.splitlines())
    assert banned("engine/engine.py", excused) == []
    assert banned("engine/engine.py", excused.replace(" a reason", "")), "an exception needs its reason"


def test_a_ban_ends_where_the_thing_belongs():
    assert banned("clock.py", "import time, asyncio\nasyncio.sleep(time.time())") == []
    assert banned("gateway/sockets.py", "import aiohttp") == []
    assert banned("bot/bot.py", "import asyncio") == []
    assert banned("config/load.py", "path.read_text()\nfrom importlib import resources\nview.time") == []


def test_the_rooms_meant_to_be_pure_are_those_held_to_it():
    assert is_pure("engine/engine.py")
    assert is_pure("sandbox/exchange.py")
    assert not is_pure("sandbox/server.py")
    assert not is_pure("gateway/pump.py")
    assert all((PACKAGE / edge).is_file() for edge in SANDBOX_EDGES | TIME_AND_CHANCE | SOCKETS)


def test_the_length_rule_counts():
    long_function = "def f():\n" + "    x = 1\n" * FUNCTION_LINES_MAX
    assert too_long(long_function) == [f"f has {FUNCTION_LINES_MAX + 1} lines"]
    assert too_long("x = 1\n" * (FILE_LINES_MAX + 1)) == [f"the file has {FILE_LINES_MAX + 1} lines"]


def test_the_cycle_rule_finds_a_circle():
    circle = {"market/a.py": "from . import b", "market/b.py": "from valr_maker.market.c import X",
              "market/c.py": "import valr_maker.market.a", "market/__init__.py": ""}  # fmt: skip
    assert cycles(module_graph(circle))[0].startswith("valr_maker.market.")
    assert cycles(module_graph(circle | {"market/c.py": ""})) == []


def test_the_light_import_rule_sees_a_heavy_import():
    assert "asyncio" in loaded_by("import asyncio")


def test_the_text_rule_sees_a_machine_path():
    assert FOREIGN.search("see /wo" + "rk/notes")
    assert FOREIGN.search("under /fa" + "rm/x")
    assert FOREIGN.search("from pyp" + "i.org")
    assert not FOREIGN.search("the network/work/life balance")
