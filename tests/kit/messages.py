"""The example messages of tests/frames: one message a file, with where it comes from.

`origin` says how the shape is known: "documented" by VALR, "seen live" by somebody, or "inferred"; `where` is the section
of the API reference. Ids and amounts are made up.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from valr_maker.wire import rest

FOLDER = Path(__file__).parent.parent / "frames"
ORIGINS = {"documented", "seen live", "inferred"}


@dataclass(frozen=True)
class Example:
    """One file."""

    name: str
    origin: str
    where: str
    kind: str
    """`incoming` or `outgoing` frame, a frame `unknown` to us, or the REST type by its name in wire/rest.py."""
    message: Any

    @property
    def raw(self) -> bytes:
        """As VALR sends it: no spaces."""
        return json.dumps(self.message, separators=(",", ":"), ensure_ascii=False).encode()

    @property
    def type(self) -> Any:
        """The REST type that its kind names."""
        name = self.kind.removeprefix("list[").removesuffix("]")
        one: Any = getattr(rest, name)
        return list[one] if self.kind.startswith("list[") else one


def examples(*kinds: str) -> list[Example]:
    """All of these kinds; "rest" stands for every REST type. Sorted by name."""
    loaded = [Example(path.stem, **json.loads(path.read_text())) for path in sorted(FOLDER.glob("*.json"))]
    frames = {"incoming", "outgoing", "unknown"}
    return [one for one in loaded if one.kind in kinds or ("rest" in kinds and one.kind not in frames)]


def message(name: str) -> Any:
    """The plain JSON of one file, to be changed and read."""
    return json.loads((FOLDER / f"{name}.json").read_text())["message"]
