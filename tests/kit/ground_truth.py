"""Everything that a refused request must leave as it is, small enough to be compared a hundred thousand times."""

from typing import Any

from valr_maker.sandbox.exchange import Exchange
from valr_maker.sandbox.records import Record


def money_and_books(exchange: Exchange) -> tuple[Any, ...]:
    """Balances, books, waiting orders, prints, accounts: what an order that fails in the engine leaves alone too."""
    return (
        [
            (account, currency, held.available, held.reserved)
            for account, purse in exchange.accounts._holdings.items()  # `balances` would take most of the time
            for currency, held in purse.items()
        ],
        [(account.id, account.label, account.tier) for account in exchange.accounts],
        {pair: book.changes for pair, book in exchange.books.items() if book.changes},
        {pair: tuple(waiting) for pair, waiting in exchange.waiting.items() if waiting},
        [exchange.tape.last(pair) for pair in exchange.pairs],
        dict(exchange.order_types),
        [spec.active for spec in exchange.pairs.values()],
    )


def everything(exchange: Exchange) -> tuple[Any, ...]:
    """That, and every account's orders and histories."""
    records = {account: _record(record) for account, record in exchange.records.items()}
    return (*money_and_books(exchange), tuple(exchange.accepted), records)


def _record(record: Record) -> tuple[Any, ...]:
    return (
        [order.view() for order in record.open.values()],
        len(record.finished) and (len(record.finished), record.finished[-1].id),
        len(record.trades),
        len(record.history),
    )
