"""Lines for logs and for wherever there is no terminal: one for a note, one for the whole state. No colour, no clock."""

from valr_maker.engine.status import OrderStatus, Status
from valr_maker.events import Note
from valr_maker.screens.fold import Outward, folded_for
from valr_maker.screens.words import next_words, number, one_line, order_state, state_words, venue_words

ORDERS_SHOWN = 6


def note_line(note: Note, stream: Outward, start_s: float = 0.0) -> str:
    """A note with its weight and its time in seconds since `start_s` (monotonic, as `note.at_s`), as lines for `stream`."""
    lead = f"{note.at_s - start_s:9.2f} s  {note.weight.value:7}  "
    return folded_for(stream, one_line(note.text), lead=lead)


def summary_line(status: Status) -> str:
    """Everything that matters of one moment, in one line."""
    parts = [
        f"{status.market} on {venue_words(status.venue)}",
        state_words(status),
        f"bid {number(status.best_bid)} ask {number(status.best_ask)} ({status.book_state})",
        f"orders: {_orders(status.orders)}",
        f"{status.orders_placed} placed, {status.orders_cancelled} cancelled, {status.orders_failed} failed, "
        f"{status.fill_count} fills",
        ", ".join(
            f"{one.currency} {number(one.available)} free and {number(one.reserved)} in orders"
            for one in status.holdings
        ),
        next_words(status),
    ]
    return " | ".join(part for part in parts if part)


def _orders(orders: tuple[OrderStatus, ...]) -> str:
    if not orders:
        return "none"
    words = [
        f"{one.side} {number(one.remaining)} @ {number(one.price)}"
        + ("" if one.state == "open" else f" ({order_state(one.state)})")
        for one in orders[:ORDERS_SHOWN]
    ]
    if len(orders) > ORDERS_SHOWN:
        words.append(f"{len(orders) - ORDERS_SHOWN} more")
    return ", ".join(words)
