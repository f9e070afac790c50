"""Clients that believe only what a socket tells them, and are compared with the exchange.

The three book feeds are replayed from their text by rules of their own (reference 5.2, 6): levels by price, orders by
queue, images. An account socket adds up its balances, orders, trades and history.
"""

from binascii import crc32
from decimal import Decimal
from itertools import islice, zip_longest
from typing import Any

from valr_maker.domain import Side
from valr_maker.sandbox.exchange import Exchange
from valr_maker.sandbox.facts import OwnTrade
from valr_maker.wire.text import plain

D = Decimal
FEEDS = ("OB_L1_DIFF", "FULL_ORDERBOOK_UPDATE", "AGGREGATED_ORDERBOOK_UPDATE", "NEW_TRADE")


def _crc(bids: list[tuple[str, str]], asks: list[tuple[str, str]]) -> int:
    both = [entry for turn in zip_longest(bids[:25], asks[:25]) for entry in turn if entry is not None]
    return crc32(":".join(f"{name}:{quantity}" for name, quantity in both).encode())


class BookWatcher:
    """One pair's books, as three feeds tell them."""

    def __init__(self, pair: str) -> None:
        self.pair = pair
        self.levels: dict[str, dict[str, str]] = {"a": {}, "b": {}}
        self.queues: dict[str, dict[str, dict[str, str]]] = {"Asks": {}, "Bids": {}}
        """Side, price, order: what remains of it."""
        self.image: dict[str, Any] = {}
        self.trades: list[dict[str, str]] = []
        """Those of this pair that were told since the last comparison."""
        self._last_trade = ""
        self._level_sequence: int | None = None
        self._order_sequence: int | None = None

    def take(self, frame: dict[str, Any]) -> None:
        """One frame of this pair."""
        kind: str = frame["type"]
        data: Any = frame.get("d", frame.get("data"))
        if kind == "OB_L1_SNAPSHOT":
            self.levels, self._level_sequence = {"a": {}, "b": {}}, data["sq"] - 1
        if kind in ("OB_L1_SNAPSHOT", "OB_L1_DIFF"):
            self._take_levels(data)
        elif kind == "FULL_ORDERBOOK_SNAPSHOT":
            self.queues, self._order_sequence = {"Asks": {}, "Bids": {}}, None
            self._take_orders(data)
        elif kind == "FULL_ORDERBOOK_UPDATE":
            self._take_orders(data)
        elif kind == "AGGREGATED_ORDERBOOK_UPDATE":
            self.image = data
        elif kind == "NEW_TRADE":
            self.trades.append(data)

    def _take_levels(self, data: dict[str, Any]) -> None:
        assert self._level_sequence is not None, "a diff before the snapshot"
        assert data["sq"] == self._level_sequence + 1, "a gap"
        self._level_sequence = data["sq"]
        for side in ("a", "b"):
            for price, quantity in data[side]:
                if quantity == "0":
                    del self.levels[side][price]
                else:
                    self.levels[side][price] = quantity
        assert data["cs"] == _crc(self.best("b"), self.best("a")), "the checksum of levels"

    def best(self, side: str) -> list[tuple[str, str]]:
        """Levels best first."""
        return sorted(self.levels[side].items(), key=lambda level: D(level[0]), reverse=side == "b")

    def _take_orders(self, data: dict[str, Any]) -> None:
        listed = 0
        for side in ("Asks", "Bids"):
            for level in data[side]:
                queue = self.queues[side].setdefault(level["Price"], {})
                for entry in level["Orders"]:
                    listed += 1
                    if entry["quantity"] == "0":
                        queue.pop(entry["orderId"])
                    else:
                        queue[entry["orderId"]] = entry["quantity"]
                if not queue:
                    del self.queues[side][level["Price"]]
        if self._order_sequence is not None:
            assert data["SequenceNumber"] == self._order_sequence + listed, "one more for each order that is listed"
        self._order_sequence = data["SequenceNumber"]
        assert data["Checksum"] == _crc(self.orders("Bids"), self.orders("Asks")), "the checksum of orders"

    def orders(self, side: str) -> list[tuple[str, str]]:
        """Orders best price first, then as they queue."""
        prices = sorted(self.queues[side], key=D, reverse=side == "Bids")
        return [order for price in prices for order in self.queues[side][price].items()]

    def compare(self, exchange: Exchange, *, image: bool) -> None:
        """With the book itself. `image`: half a second has passed, so that the image is due."""
        self._compare_trades(exchange)
        for side, short, name in ((Side.SELL, "a", "Asks"), (Side.BUY, "b", "Bids")):
            levels = exchange.levels(self.pair, side)
            assert self.best(short) == [(plain(price), plain(total)) for price, total, _ in levels]
            resting = exchange.resting(self.pair, side)
            assert self.orders(name) == [(order.id, plain(order.remaining)) for order in resting]
            if image or self.image["SequenceNumber"] == self._order_sequence:  # they share one counter
                shown = [(level["price"], level["quantity"], level["orderCount"]) for level in self.image[name]]
                assert shown == [(plain(price), plain(total), orders) for price, total, orders in levels[:40]]

    def _compare_trades(self, exchange: Exchange) -> None:
        """Every print was told, once and in its order."""
        told, self.trades = self.trades, []
        newest = list(islice(exchange.public_trades(self.pair), len(told) + 1))
        before, here = (newest[len(told) :], newest[: len(told)])
        assert [(one["id"], one["price"], one["quantity"], one["takerSide"]) for one in told] == [
            (trade.id, plain(trade.price), plain(trade.quantity), trade.taker_side.value) for trade in reversed(here)
        ]
        assert not before or self._last_trade in ("", before[0].id)
        self._last_trade = newest[0].id if newest else ""


class AccountWatcher:
    """One account, as its socket tells it."""

    def __init__(self, account: str) -> None:
        self.account = account
        self.balances: dict[str, tuple[str, str]] = {}
        self.open: list[dict[str, Any]] = []
        self.trades: list[str] = []
        self.records: list[str] = []
        self.outcomes: dict[str, bool] = {}
        """Orders of which the engine has spoken since the last comparison, and whether it took them."""
        self.said: list[str] = []

    def take(self, frame: dict[str, Any]) -> None:
        """One frame of the account's."""
        kind, data = frame["type"], frame.get("data")
        self.said.append(kind)
        if kind == "BALANCE_UPDATE":
            assert data is not None
            self.balances[data["currency"]["shortName"]] = data["available"], data["reserved"]
        elif kind == "OPEN_ORDERS_UPDATE":
            assert data is not None
            self.open = list(data)
        elif kind == "NEW_ACCOUNT_TRADE":
            self.trades.append(frame["data"]["id"])
        elif kind == "NEW_ACCOUNT_HISTORY_RECORD":
            self.records.append(frame["data"]["id"])
        elif kind == "ORDER_PROCESSED":
            self.outcomes[frame["data"]["orderId"]] = frame["data"]["success"]

    def compare(self, exchange: Exchange) -> None:
        """With the account itself."""
        for order_id, taken in self.outcomes.items():
            order = exchange.order(self.account, order_id=order_id)
            assert order is not None
            assert taken == (not order.failed_reason) or order.sort.stops  # which may fail later, when it springs
        self.outcomes.clear()
        for held in exchange.accounts.balances(self.account):
            told = self.balances.get(held.currency, ("0", "0"))
            assert told == (plain(held.available), plain(held.reserved)), held
        there = [(view.id, view.status.value, plain(view.remaining)) for view in exchange.open_orders(self.account)]
        assert [(one["orderId"], one["status"], one["quantity"]) for one in self.open] == there
        newest = [own.trade.id for own in exchange.trades(self.account)[: len(self.trades)]]
        assert self.trades[::-1] == newest
        lines = [line.trade.id if isinstance(line, OwnTrade) else line.id for line in exchange.lines(self.account)]
        assert set(self.records) == set(lines[: len(self.records)])
        assert set(self.trades) <= set(self.records), "each match has its line in the history"
