"""A world as bytes, and back: from there on both go the same way.

A snapshot holds everything but connections: orders on their way to the engine, the crowd, every stream of chance. For
clients the moment is one at which all sockets drop; a socket that asked for cancel-on-disconnect loses its orders.

The state is pickled. As an unpickler does what its file says, this one knows only the classes of the pure rooms and a
handful of Python's own, calls no function but those of entry.py, and takes methods of nothing else: a file from
somebody else can be wrong, but it can do nothing.
"""

import io
import pickle
import platform
import sys
import zlib
from collections import defaultdict, deque
from decimal import Decimal
from functools import partial
from hashlib import blake2b
from inspect import isclass, isfunction
from typing import NoReturn

import msgspec

from valr_maker import __version__
from valr_maker.errors import UsageProblem
from valr_maker.sandbox.world import World

FORMAT = 1
CHECKSUM_BYTES = 16
PLAIN = {
    ("builtins", "set"): set,
    ("builtins", "frozenset"): frozenset,
    ("collections", "deque"): deque,
    ("collections", "defaultdict"): defaultdict,
    ("builtins", "dict"): dict,
    ("builtins", "list"): list,
    ("decimal", "Decimal"): Decimal,
    ("functools", "partial"): partial,
}
PURE = "valr_maker.sandbox."
OUTER = frozenset(
    {"server", "front", "driver", "inprocess", "faults", "tls", "control", "control_bodies", "snapshot", "seam"}
)
"""Rooms of the sandbox that touch the world outside: nothing of theirs is in a snapshot."""
ELSEWHERE = frozenset({"valr_maker.domain", "valr_maker.chance"})
WORK = "valr_maker.sandbox.entry"
"""The one room whose functions may wait on the agenda; everything else there is a method."""


class Header(msgspec.Struct):
    """The first line of the file."""

    format: int
    made_with: str
    python: str
    checksum: str


def keep(world: World) -> bytes:
    """Everything that the world is now. The world goes on; its `digest` begins anew, as the restored one's does."""
    world.rebase()
    body = zlib.compress(pickle.dumps(world, protocol=pickle.HIGHEST_PROTOCOL), 6)
    header = Header(FORMAT, __version__, _python(), _checksum(body))
    return msgspec.json.encode(header) + b"\n" + body


def restore(data: bytes, name: str = "snapshot") -> World:
    """The world as it was, without any connection. Raises UsageProblem for what is no snapshot, or not one of ours."""
    first, newline, body = data.partition(b"\n")
    try:
        header = msgspec.json.decode(first, type=Header)
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        raise _bad(name, "is not a snapshot of the sandbox") from problem
    if not newline or header.checksum != _checksum(body):
        raise _bad(name, "is damaged: its checksum does not fit")
    made, here = (header.format, header.made_with, header.python), (FORMAT, __version__, _python())
    if made != here:
        raise UsageProblem(
            f"{name} was made with valr-maker {header.made_with} on Python {header.python}; "
            f"this is {__version__} on {_python()}",
            remedy="Restore it with the version that made it: a snapshot holds that version's state as it is.",
        )
    try:
        world = _Reader(io.BytesIO(zlib.decompress(body))).load()
    except (pickle.UnpicklingError, zlib.error, TypeError, ValueError, AttributeError, EOFError, KeyError) as problem:
        raise _bad(name, f"cannot be read: {problem}") from problem
    if not isinstance(world, World):
        raise _bad(name, "holds something else than a world")
    return world


class _Reader(pickle.Unpickler):  # noqa: S301  # it takes nothing but what it knows
    """Knows what a world is made of, and nothing else."""

    def find_class(self, module: str, name: str) -> object:
        """A class of ours or of the few of Python's, or a function of entry.py. Raises UnpicklingError."""
        if (module, name) == ("builtins", "getattr"):
            return _method
        if (module, name) in PLAIN:
            return PLAIN[module, name]
        ours = module in ELSEWHERE or (module.startswith(PURE) and module.removeprefix(PURE) not in OUTER)
        found = getattr(sys.modules.get(module), name, None) if ours else None  # whatever a world needs is loaded
        if (isclass(found) or (isfunction(found) and module == WORK)) and found.__module__ == module:
            return found
        return _refuse(f"{module}.{name}")


def _method(owner: object, name: str) -> object:
    """What a pickled method is taken from: a method that the owner's class of ours defines."""
    kind = type(owner)
    if kind.__module__.startswith(PURE) and any(isfunction(vars(one).get(name)) for one in kind.__mro__):
        return getattr(owner, name)
    return _refuse(f"{kind.__qualname__}.{name}")


def _refuse(what: str) -> NoReturn:
    raise pickle.UnpicklingError(f"{what} has no place in a snapshot")


def _bad(name: str, found: str) -> UsageProblem:
    return UsageProblem(f"{name} {found}", remedy="Make one with: valr-maker sandbox snapshot FILE")


def _checksum(body: bytes) -> str:
    return blake2b(body, digest_size=CHECKSUM_BYTES).hexdigest()


def _python() -> str:
    return ".".join(platform.python_version_tuple()[:2])
