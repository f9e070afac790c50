"""The five components under Hummingbot's names, each with state, since when, why, and its last error.

A file that takes its prices from elsewhere has a sixth: Hummingbot asks its price delegate too before it quotes.

A component that is not ready after `FORCE_AFTER_S` is forced through its other road; what only polling can give is
degraded and says so. Nothing waits for ever on one failed request.
"""

from dataclasses import dataclass
from enum import StrEnum

FORCE_AFTER_S = 15.0

SYMBOLS = "symbols_mapping_initialized"
BOOKS = "order_books_initialized"
BALANCE = "account_balance"
RULES = "trading_rule_initialized"
STREAM = "user_stream_initialized"
NAMES = (SYMBOLS, BOOKS, BALANCE, RULES, STREAM)
PRICES = "price_source"
"""The custom API or the other market; only there with a file that names one."""


class Standing(StrEnum):
    """How a component is."""

    WAITING = "waiting"
    READY = "ready"
    DEGRADED = "degraded"
    """Usable, by its other road."""
    BLIND = "blind"
    """It was ready and is not to be trusted now."""

    @property
    def usable(self) -> bool:
        """Whether quoting may rest on it."""
        return self in (Standing.READY, Standing.DEGRADED)


@dataclass(slots=True)
class Component:
    """One component."""

    name: str
    standing: Standing = Standing.WAITING
    since_s: float = 0.0
    reason: str = "not asked yet"
    last_error: str = ""
    ready_after_s: float | None = None
    """Seconds from the start until it was first usable."""


class Readiness:
    """All of them. `set` returns whether the standing changed, so that a change is told once."""

    def __init__(self, start_s: float, *, names: tuple[str, ...] = NAMES, latched: tuple[str, ...] = ()) -> None:
        """Those that are `latched` are relied on once they were usable, as strict parity does and Hummingbot."""
        self.start_s = start_s
        self.components = {name: Component(name, since_s=start_s) for name in names}
        self._latched = latched
        self.ready = False
        """Whether every component can be relied on; kept up to date here because it is read on every frame."""
        self.changes: list[tuple[str, Standing, str]] = []
        """Changes of standing that people want to hear of, until told: all but the plain way to ready."""

    def __getitem__(self, name: str) -> Component:
        return self.components[name]

    def set(self, name: str, standing: Standing, now_s: float, reason: str = "") -> bool:
        """Note how a component is now. True when that is a change of standing."""
        component = self.components[name]
        if standing is Standing.BLIND and name in self._latched:
            reason = f"{reason}; quoted on all the same, as Hummingbot does"
        component.reason = reason
        if component.standing is standing:
            return False
        plain_start = component.ready_after_s is None and standing in (Standing.READY, Standing.WAITING)
        component.standing, component.since_s = standing, now_s
        if not plain_start:
            self.changes.append((name, standing, reason))
        if standing.usable and component.ready_after_s is None:
            component.ready_after_s = now_s - self.start_s
        self.ready = all(map(self._relied_on, self.components.values()))
        return True

    def _relied_on(self, component: Component) -> bool:
        once = component.name in self._latched and component.ready_after_s is not None
        return once or component.standing.usable

    def error(self, name: str, text: str) -> None:
        """Remember what went wrong last."""
        self.components[name].last_error = text

    def overdue(self, name: str, now_s: float) -> bool:
        """Whether it is time to force it through its other road."""
        component = self.components[name]
        return not component.standing.usable and now_s - component.since_s >= FORCE_AFTER_S

    @property
    def ever_ready(self) -> bool:
        """Whether each component has been usable at some time."""
        return all(component.ready_after_s is not None for component in self.components.values())

    def lacking(self) -> str:
        """Which components are missing and why, in one line; empty when none."""
        return "; ".join(
            f"{component.name}: {component.reason}"
            for component in self.components.values()
            if not self._relied_on(component)
        )
