"""Breaks the strategy on purpose, one line at a time, and asks whether parity would notice.

A mutant is one operator of one stage turned into its neighbour: `<` into `<=`, `+` into `-`, `min` into `max`, a condition
into its opposite. Each runs in a process of its own, through scenarios in which the whole strategy does what Hummingbot
did; the first order that differs kills it. Mutants of what only explains (reasons, due times for screens) are left out.
"""

import ast
import copy
import importlib.abc
import importlib.machinery
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent.parent
STRATEGY = ROOT / "src" / "valr_maker" / "strategy"
LEFT_OUT = {"words.py", "plan.py", "view.py", "__init__.py", "minimums.py", "above_zero.py"}
"""They explain, or have no part in strict parity."""
EXPLAINS = {"Reason", "withheld", "plain", "percent", "why_no_price"}
FOR_SCREENS = {"next_due_s", "__repr__", "__str__"}
SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Div,
    ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip
CALLS = {"min": "max", "max": "min", "any": "all", "all": "any"}


class Mutant(NamedTuple):
    """One broken line: the file, where, and both versions of the expression."""

    file: str
    line: int
    before: str
    after: str
    source: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}  {self.before}  ->  {self.after}"


def mutants(files: str = "*.py") -> Iterator[Mutant]:
    """All of them, in the order of the files."""
    for path in sorted(STRATEGY.glob(files)):
        if path.name not in LEFT_OUT:
            yield from _of_file(path)


def _of_file(path: Path) -> Iterator[Mutant]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for number, node in enumerate(_sites(tree)):
        for after in _swapped(node):
            broken = copy.deepcopy(tree)
            target = list(_sites(broken))[number]
            before = ast.unparse(node)
            after(target)
            yield Mutant(path.name, node.lineno, before, ast.unparse(target), ast.unparse(broken))


def _sites(node: ast.AST) -> Iterator[Any]:
    """Every expression that may be broken, without what only explains and what only annotates."""
    for name, value in ast.iter_fields(node):
        if name in {"annotation", "returns", "decorator_list"}:
            continue
        for child in value if isinstance(value, list) else [value]:
            if not isinstance(child, ast.AST) or isinstance(child, ast.JoinedStr):
                continue
            if isinstance(child, ast.Call) and isinstance(child.func, ast.Name) and child.func.id in EXPLAINS:
                continue
            if isinstance(child, ast.FunctionDef) and child.name in FOR_SCREENS:
                continue
            if isinstance(child, ast.Compare | ast.BinOp | ast.BoolOp | ast.UnaryOp | ast.Call):
                yield child
            yield from _sites(child)


def _swapped(node: Any) -> Iterator[Any]:
    """Ways to break one expression, each a function that does it in place."""
    if isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPS:
        yield lambda target: target.ops.__setitem__(0, SWAPS[type(target.ops[0])]())
    elif isinstance(node, ast.BinOp | ast.BoolOp) and type(node.op) in SWAPS:
        yield lambda target: setattr(target, "op", SWAPS[type(target.op)]())
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield _not_negated
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS:
        yield lambda target: setattr(target.func, "id", CALLS[target.func.id])


def _not_negated(target: Any) -> None:
    """`not x` becomes `+bool(x)`."""
    target.op = ast.UAdd()
    target.operand = ast.Call(func=ast.Name(id="bool", ctx=ast.Load()), args=[target.operand], keywords=[])


def killed(mutant: Mutant, expected: Path, timeout_s: float = 120.0) -> str:
    """What kills a mutant: a scenario, an exception, or silence; empty if it lives. `expected` is `expect`'s file."""
    command = [sys.executable, "-m", "parity.mutants", str(expected), mutant.file]
    paths = {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT / 'tests'}", "PATH": ""}
    try:
        done = subprocess.run(
            command, input=mutant.source, capture_output=True, text=True, timeout=timeout_s, env=paths, check=False
        )
    except subprocess.TimeoutExpired:
        return "it never ends"
    if done.returncode not in {0, 1}:
        return f"it fails: {(done.stderr.strip().splitlines() or ['?'])[-1][:100]}"
    return done.stdout.strip()


def expect(runs: list[tuple[Any, list[Any]]], file: Path) -> None:
    """Write scenarios and what must be asked for in each."""
    file.write_text("\n".join(json.dumps(run) for run in runs), encoding="utf-8")


class _Broken(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Hands out one module with another source."""

    def __init__(self, name: str, source: str) -> None:
        self._name, self._source = name, source

    def find_spec(self, name: str, path: object = None, target: object = None) -> importlib.machinery.ModuleSpec | None:
        return importlib.machinery.ModuleSpec(name, self) if name == self._name else None

    def exec_module(self, module: Any) -> None:
        exec(compile(self._source, self._name, "exec"), module.__dict__)


def main() -> int:
    """Run the mutant whose source is on standard input; say the first scenario that differs."""
    expected, file = Path(sys.argv[1]), sys.argv[2]
    sys.meta_path.insert(0, _Broken(f"valr_maker.strategy.{file.removesuffix('.py')}", sys.stdin.read()))
    from parity import ours

    for text in expected.read_text(encoding="utf-8").splitlines():
        scenario, wanted = json.loads(text)
        try:
            asked = [[tick, texts] for tick, texts in ours.run(scenario).asked]
        except Exception as error:
            sys.stdout.write(f"it raises {type(error).__name__}")
            return 1
        if asked != wanted:
            sys.stdout.write(f"{min(len(asked), len(wanted))} ticks in")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
