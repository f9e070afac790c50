"""Hummingbot's order tracker, which counts three kinds of trouble in one number; here they are told apart."""

from hummingbot.connector.client_order_tracker import ClientOrderTracker


class ValrOrderTracker(ClientOrderTracker):
    """Only "there is no such order" brings an order nearer to being given up; an answer forgets earlier doubts."""

    CACHED_ORDER_TTL = 600.0
    """An ended order may still be owed a fill: the trade history can lag, or be out of order, for minutes."""

    def in_doubt(self, client_order_id: str) -> None:
        """A question about an order had no answer: noted once, and never added up."""
        if client_order_id in self._in_flight_orders:
            records = self._order_not_found_records
            records[client_order_id] = max(1, records[client_order_id])

    def answered(self, client_order_id: str) -> None:
        """The exchange knows the order."""
        self._order_not_found_records.pop(client_order_id, None)
