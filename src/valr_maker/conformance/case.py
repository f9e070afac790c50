"""One fact of the protocol: its id, the section that states it, what it proves, and how it is tried."""

from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import NamedTuple

from valr_maker.conformance.stage import Stage

Run = Callable[[Stage], Awaitable[None]]


class Need(StrEnum):
    """What a case needs before it can be tried."""

    PUBLIC = "public"
    """Unsigned reads at any address."""
    KEY = "key"
    """Signed reads at any address."""
    SANDBOX = "sandbox"
    """A sandbox of its own: it places orders, or asks for a setting."""


class Case(NamedTuple):
    """One fact. `proves` names items of inventory.py: endpoints, events, statuses, errors, settings."""

    id: str
    section: str
    title: str
    need: Need
    proves: tuple[str, ...]
    run: Run
    wait_s: float = 0.0
    """How long it has to watch an address; zero is at most some seconds."""
    on_the_line: bool = False
    """It looks at a real connection, below any library."""

    @property
    def read_only(self) -> bool:
        """Whether any address may be asked."""
        return self.need is not Need.SANDBOX


ALL: dict[str, Case] = {}
"""By id, in the order of the modules; suite.py has loaded them all."""


def add(case: Case) -> None:
    """Into the suite."""
    assert case.id not in ALL, f"{case.id} is there twice"
    ALL[case.id] = case


def _fact(
    need: Need, id_: str, where: tuple[str, tuple[str, ...]], wait_s: float = 0.0, *, on_the_line: bool = False
) -> Callable[[Run], Run]:
    section, proves = where

    def enter(run: Run) -> Run:
        title = (run.__doc__ or "").strip()
        add(Case(id_, section, title, need, proves, run, wait_s, on_the_line))
        return run

    return enter


def public(id_: str, section: str, *proves: str, wait_s: float = 0.0) -> Callable[[Run], Run]:
    """Anybody may try it anywhere. The docstring says the fact."""
    return _fact(Need.PUBLIC, id_, (section, proves), wait_s)


def with_key(id_: str, section: str, *proves: str, wait_s: float = 0.0) -> Callable[[Run], Run]:
    """Whoever has a key may try it anywhere. The docstring says the fact."""
    return _fact(Need.KEY, id_, (section, proves), wait_s)


def sandbox(id_: str, section: str, *proves: str) -> Callable[[Run], Run]:
    """Only on a sandbox of its own. The docstring says the fact."""
    return _fact(Need.SANDBOX, id_, (section, proves))


def on_the_line(id_: str, section: str, *proves: str, wait_s: float = 0.0) -> Callable[[Run], Run]:
    """Anybody may try it over a real connection. The docstring says the fact."""
    return _fact(Need.PUBLIC, id_, (section, proves), wait_s, on_the_line=True)
