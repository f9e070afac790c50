"""The exchange's side of the rate limits: fixed windows that start at each clock minute or second (reference 4.1)."""

from valr_maker.wire.endpoints import IP_MINUTE, KEY_MINUTE, Limit

ADDRESS = "127.0.0.1"
"""Every client of a local sandbox comes from the same machine, unless a test says otherwise."""


class Windows:
    """How often each budget was used in its present window."""

    def __init__(self, *, enforced: bool = True) -> None:
        self.enforced = enforced
        self._counts: dict[tuple[str, str], tuple[int, int]] = {}

    def spend(self, limit: Limit, who: str, now_s: float) -> bool:
        """Use one call of `who`'s budget. False when the window is used up; a refused call costs nothing."""
        if not self.enforced:
            return True
        place, window = (limit.budget, who), int(now_s // limit.window_s)
        current, used = self._counts.get(place, (window, 0))
        if current != window:
            used = 0
        if used >= limit.calls:
            return False
        self._counts[place] = (window, used + 1)
        return True

    def allow(self, limit: Limit, key: str, now_s: float, address: str = ADDRESS) -> bool:
        """One REST call: a budget of its own spares the minute budgets of key and address (D)."""
        if limit is KEY_MINUTE:
            return self.spend(IP_MINUTE, address, now_s) and self.spend(KEY_MINUTE, key, now_s)
        return self.spend(limit, key or address, now_s)
