"""What the engine's window tells, in sentences and figures. No clock, no I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from valr_maker.events import Note, Weight

COUNTED = {"placed": "placed", "cancelled": "cancelled", "filled": "fills", "failed": "failed"}
ORDERS_SHOWN = 6
STATES = {"pending_create": "on its way", "pending_cancel": "cancelling", "partially_filled": "part filled"}


@dataclass(slots=True)
class Watch:
    """Everything known of one run. Times are monotonic seconds."""

    placed: int = 0
    cancelled: int = 0
    fills: int = 0
    failed: int = 0
    first_order_s: float | None = None
    ready_s: float | None = None
    connecting_s: float | None = None
    prefix: str = ""
    seen: dict[str, Any] = field(default_factory=dict)
    _missing: frozenset[str] | None = None

    @property
    def running(self) -> bool:
        """Whether the engine says that its strategy runs."""
        return bool(self.seen.get("running"))

    @property
    def without_strategy(self) -> bool:
        """Hummingbot reports success although it could not make the strategy: it never will quote."""
        return self.running and not self.seen.get("strategy")

    @property
    def components(self) -> dict[str, bool]:
        """Hummingbot's five, as far as they are known."""
        return dict(self.seen.get("status", {}))

    def take(self, told: Mapping[str, Any], now_s: float) -> list[Note]:
        """One line of the window; what of it is worth a line of ours."""
        if "event" in told:
            return [self._event(str(told["event"]), str(told.get("what", "")), now_s)]
        before, self.seen = self.seen, dict(told.get("seen", {}))
        self.prefix = self.seen.get("prefix") or self.prefix
        notes = []
        if self.seen.get("started") and self.connecting_s is None:
            self.connecting_s = now_s
        if self.running and not before.get("running"):
            notes.append(Note(now_s, "Hummingbot's engine runs its strategy"))
        if (problem := self.seen.get("problem")) and problem != before.get("problem"):
            notes.append(Note(now_s, f"Hummingbot cannot be looked at: {problem}", Weight.WARNING))
        return notes + self._readiness(now_s)

    def _event(self, kind: str, what: str, now_s: float) -> Note:
        if counter := COUNTED.get(kind):
            setattr(self, counter, getattr(self, counter) + 1)
        if kind == "placed" and self.first_order_s is None:
            self.first_order_s = now_s
        return Note(now_s, f"{kind} {what}", Weight.WARNING if kind == "failed" else Weight.INFO, "order")

    def _readiness(self, now_s: float) -> list[Note]:
        status = self.components
        if not status or not self.seen.get("started"):
            return []
        missing = frozenset(name for name, ready in status.items() if not ready)
        if missing == self._missing:
            return []
        first, self._missing = self._missing is None, missing
        if not missing:
            if self.ready_s is None:
                self.ready_s = now_s
            took = f" {now_s - self.connecting_s:.1f} s after it began to connect" if self.connecting_s else ""
            return [Note(now_s, f"ready: all {len(status)} components{took}")]
        if first:  # every start begins so
            return [Note(now_s, f"connecting: {', '.join(sorted(missing))} not ready yet")]
        return [Note(now_s, f"not ready: {self.lacking()}", Weight.INFO if self.ready_s is None else Weight.WARNING)]

    def lacking(self) -> str:
        """Each missing component with its reason."""
        why = self.seen.get("why", {})
        names = sorted(name for name, ready in self.components.items() if not ready)
        return "; ".join(f"{name}: {why.get(name, 'no reason given')}" for name in names) or "it has not said why"

    def summary(self) -> str:
        """The moment in one line."""
        if not self.running:
            return "Hummingbot is starting"
        missing = [name for name, ready in self.components.items() if not ready]
        state = "quoting" if self.orders else "no orders at the moment"
        parts = [
            str(self.seen.get("pair", "")),
            f"not ready: {', '.join(missing)}" if missing else state,
            f"bid {self.seen.get('bid') or '-'} ask {self.seen.get('ask') or '-'}",
            f"orders: {', '.join(self.orders) or 'none'}",
            f"{self.placed} placed, {self.cancelled} cancelled, {self.failed} failed, {self.fills} fills",
        ]
        return " | ".join(part for part in parts if part)

    @property
    def orders(self) -> list[str]:
        """Orders that Hummingbot tracks, a few words each."""
        rows = self.seen.get("orders", [])
        words = [
            f"{row['side']} {row['left']} @ {row['price']}"
            + ("" if row["state"] == "open" else f" ({STATES.get(row['state'], row['state'])})")
            for row in rows[:ORDERS_SHOWN]
        ]
        return words if len(rows) <= ORDERS_SHOWN else [*words, f"{len(rows) - ORDERS_SHOWN} more"]
