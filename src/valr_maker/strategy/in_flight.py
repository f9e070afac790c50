"""Which cancels are under way.

The owner of the orders knows it and says so in the view: a cancel that it gives up for lost may be sent again. In strict
parity Hummingbot's own book-keeping stands in: a cancel counts as lost after a minute, and lost ones are only swept out
when the next cancel is sent; until then nothing is created.
"""

from valr_maker.strategy.view import OwnView

LOST_AFTER_S = 60.0
"""Hummingbot's patience with a cancel."""


class InFlight:
    """Hummingbot's book of cancels, by order key; unused unless strict."""

    def __init__(self, *, strict: bool) -> None:
        self._strict = strict
        self._sent_s: dict[str, float] = {}

    def may_send(self, order: OwnView | None, key: str, now_s: float) -> bool:
        """Whether a cancel may be sent now. It is noted as sent."""
        if not self._strict:
            return order is not None and not order.cancelling
        for lost in [one for one, sent_s in self._sent_s.items() if sent_s < now_s - LOST_AFTER_S]:
            del self._sent_s[lost]
        if key in self._sent_s:
            return False
        self._sent_s[key] = now_s
        return True

    def gone(self, key: str) -> None:
        """The order is filled, cancelled or refused."""
        self._sent_s.pop(key, None)

    def any(self, own: dict[str, OwnView]) -> bool:
        """Whether anything is waited for."""
        return bool(self._sent_s) if self._strict else any(order.cancelling for order in own.values())
