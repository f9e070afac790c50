"""In how many scenarios a key changed what was asked of the exchange: run once more without it, and compare."""

from collections import Counter
from collections.abc import Callable, Iterable

from parity.exchange import Scenario
from parity.run import Run
from parity.scenario import ALL_KEYS, REQUIRED
from parity.shrink import ROUND

SILENT = {
    "inventory_price": "read by Hummingbot's screens alone",
    "custom_api_update_interval": "says when the poller asks, not what it hears",
    "should_wait_order_cancel_confirmation": "Hummingbot never obeys it",
}
"""Keys that cannot change an order, and why."""


class Coverage:
    """Counts, key by key. `again` drives a scenario; it need not be the slower of the two strategies."""

    def __init__(self, keys: Iterable[str], again: Callable[[Scenario], Run]) -> None:
        self.keys = sorted(ALL_KEYS & set(keys))
        self.set_in: Counter[str] = Counter()
        self.tried: Counter[str] = Counter()
        self.changed: Counter[str] = Counter()
        self._again = again

    def look(self, scenario: Scenario, run: Run, tries: int = 2) -> None:
        """Try the keys of a scenario that have been shown to matter least often so far."""
        conf = scenario["conf"]
        present = [key for key in self.keys if key in conf]
        self.set_in.update(present)
        present.sort(key=lambda key: (self.changed[key], self.tried[key], key))
        for key in present[:tries]:
            if key in SILENT and self.tried[key] > SILENT_TRIES:
                continue
            without = {name: value for name, value in conf.items() if name != key}
            if key == "price_source" and conf.get("price_type") == "custom":
                del without["price_type"]  # the one is not allowed without the other
            if key in REQUIRED:
                without[key] = ROUND[key]
            self.tried[key] += 1
            self.changed[key] += self._again(scenario | {"conf": without}).asked != run.asked

    def table(self) -> str:
        """One line a key: scenarios that set it, scenarios tried without it, scenarios in which it changed an order."""
        lines = [f"{'key':40} {'set in':>7} {'tried':>7} {'changed':>8}"]
        for key in self.keys:
            why = f"  ({SILENT[key]})" if key in SILENT else ""
            lines.append(f"{key:40} {self.set_in[key]:7} {self.tried[key]:7} {self.changed[key]:8}{why}")
        return "\n".join(lines)

    def missing(self) -> list[str]:
        """Keys that have not changed a single order, and could."""
        return [key for key in self.keys if not self.changed[key] and key not in SILENT]


SILENT_TRIES = 20
