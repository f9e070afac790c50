"""Makes the connector visible to Hummingbot's own search: run by a `.pth` file at every start of Python.

Hummingbot finds its connectors by listing a folder of its own. Two of its modules are watched for: when
`hummingbot.connector.exchange` is imported, our folder is added to the places it is made of; when
`hummingbot.client.settings` is, the `scandir` it lists folders with also names ours. A folder of the same name inside
Hummingbot (a link, a copy, a connector of its own one day) comes first, and the hook stands down.

It must stay small, import nothing that costs, and never stop an interpreter from starting.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # typing's own would cost every start of Python two thirds of what the hook takes
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any

CONNECTORS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "connectors")
EXCHANGES = "hummingbot/connector/exchange"


def extend_package(package: ModuleType) -> None:
    """Our folder is one more place where exchanges lie; Hummingbot's own place stays first."""
    if CONNECTORS not in package.__path__:
        package.__path__.append(CONNECTORS)


def extend_search(settings: ModuleType) -> None:
    """The settings' list of exchanges names ours too. Done once, however often it is called."""
    listed = settings.scandir
    if getattr(listed, "names_valr", False):
        return

    def scandir(path: Any = ".") -> Iterator[os.DirEntry[str]]:
        own = list(listed(path))
        yield from own
        place = os.fspath(getattr(path, "path", path)).replace("\\", "/").rstrip("/")
        if place.endswith(EXCHANGES):
            taken = {entry.name for entry in own}
            yield from (entry for entry in os.scandir(CONNECTORS) if entry.is_dir() and entry.name not in taken)

    scandir.names_valr = True  # type: ignore[attr-defined]
    settings.scandir = scandir  # type: ignore[attr-defined]


TARGETS: dict[str, Callable[[ModuleType], None]] = {
    "hummingbot.connector.exchange": extend_package,
    "hummingbot.client.settings": extend_search,
}


class Finder:
    """Finds the two modules as usual, and extends them once they have been executed."""

    @staticmethod
    def find_spec(name: str, path: Any = None, target: ModuleType | None = None) -> ModuleSpec | None:
        """Python asks this for every import; anything but the two is none of our business."""
        extend = TARGETS.get(name)
        if extend is None:
            return None
        from importlib.machinery import PathFinder

        spec = PathFinder.find_spec(name, path, target)
        if spec is None or spec.loader is None:
            return None
        execute = spec.loader.exec_module

        def exec_module(module: ModuleType) -> None:
            execute(module)
            try:
                extend(module)
            except Exception as problem:  # Hummingbot must start in any case, only without VALR
                sys.stderr.write(f"hummingbot-valr: VALR cannot be made visible to Hummingbot: {problem!r}\n")

        spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


def install() -> None:
    """Be asked for every import from now on; what has been imported already is extended now."""
    if Finder not in sys.meta_path:
        sys.meta_path.insert(0, Finder)
    for name, extend in TARGETS.items():
        if name in sys.modules:
            extend(sys.modules[name])


install()
