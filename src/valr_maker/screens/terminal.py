"""The live view in a terminal: `render` makes a picture of a Status, `LiveView` keeps the newest one on the screen.

Room rule: holds no state of the bot, calls no clock; ages come with the Status.
"""

from collections.abc import Callable
from textwrap import wrap
from types import TracebackType
from typing import Self

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.live import Live
from rich.text import Text

from valr_maker.engine.engine import Phase
from valr_maker.engine.readiness import Standing
from valr_maker.engine.status import BudgetStatus, ComponentStatus, OrderStatus, Status
from valr_maker.events import Weight
from valr_maker.orders.own import Fill
from valr_maker.screens import lines as draw
from valr_maker.screens.lines import BAD, DIM, GOOD, WARN, Cell, Section, heading, line
from valr_maker.screens.words import (
    MINUTE_S,
    next_words,
    number,
    one_line,
    order_state,
    percent,
    span,
    state_words,
    venue_words,
)

LEFT_WIDTH, TWO_COLUMNS_FROM, WIDTH_MAX = 64, 100, 140
ORDERS_SHOWN, FILLS_SHOWN, WHY_LINES = 12, 5, 3
ORDER_COLUMNS = (("side", 6, False), ("level", 5, True), ("price", 12, True), ("remaining", 12, True),
                 ("from mid", 9, True), ("age", 8, True), ("  state", 0, False))  # fmt: skip
BAR = 5
HOT, FULL = 0.5, 0.9
"""Shares of a rate budget from which its bar turns yellow and red."""
SIDES = {"buy": "green", "sell": "magenta"}
STANDINGS = {Standing.READY: GOOD, Standing.DEGRADED: WARN, Standing.WAITING: WARN, Standing.BLIND: BAD}
WEIGHTS = {Weight.INFO: "", Weight.WARNING: WARN, Weight.ERROR: BAD}
LIVE_STYLE = "bold white on red"


def render(status: Status) -> RenderableType:
    """A picture of this moment. It fits itself to the width and, on a screen of fixed height, drops the least of it."""
    return _Picture(status)


class LiveView:
    """The picture on a screen of its own; when it is left, the last one stays in the terminal to be read.

    with LiveView(bot.status) as view:
        view.refresh()  # about four times a second
    """

    def __init__(self, status: Callable[[], Status], console: Console | None = None) -> None:
        self._status = status
        self._console = console or Console()
        self._live = Live(console=self._console, screen=True, auto_refresh=False)

    def __enter__(self) -> Self:
        self._live.start()
        self.refresh()
        return self

    def refresh(self) -> None:
        """Show the present moment."""
        self._live.update(render(self._status()), refresh=True)

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()
        self._console.print(render(self._status()))


class _Picture:
    def __init__(self, status: Status) -> None:
        self._status = status

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width = min(options.max_width, WIDTH_MAX)
        rows = _rows(self._status, width, options.height)
        for row in rows:
            row.truncate(width, overflow="ellipsis")
            if options.ascii_only:
                row.plain = row.plain.translate(draw.TO_ASCII).encode("ascii", "replace").decode()
        yield Text("\n", no_wrap=True).join(rows)


def _rows(status: Status, width: int, height: int | None) -> list[Text]:
    two = width >= TWO_COLUMNS_FROM
    left = LEFT_WIDTH if two else width
    right = width - LEFT_WIDTH - draw.GAP if two else width
    head = Section(_head(status, width))
    orders, balances = Section(_orders(status, left), 4, 3), Section(_balances(status, right), 3)
    fills, budgets = Section(_fills(status, left), 3), Section(_budgets(status.budgets, right))
    ready, notes = Section(_readiness(status, width), 6, 1), Section(_notes(status, width), 3)
    why = Section(_withheld(status, width), 3)
    if not two:
        order = [budgets, notes, fills, ready, balances, why, orders]
        return draw.stacked([head, orders, why, balances, fills, ready, notes, budgets], order, height)
    holdings, trading = draw.beside(orders, balances, left), draw.beside(fills, budgets, left)
    order = [notes, trading, ready, why, holdings]
    return draw.stacked([head, holdings, why, trading, ready, notes], order, height)


# ---- sections --------------------------------------------------------------------------------------------------------
def _head(status: Status, width: int) -> list[Text]:
    title, venue = f"valr-maker  {status.market}", venue_words(status.venue)
    style = LIVE_STYLE if status.venue == "live" else "cyan"
    room = width - len(title) - len(venue) - 2
    spoken = Cell(f" {venue} ", style=style)
    if room > 0:
        first = [line((Cell(f"{title}{' ' * room}", style="bold"), spoken))]
    else:  # whose money it is must be seen in any window
        first = [line((spoken,)), line((Cell(status.market, style="bold"),))]
    return [*first, *_state(status, width), *_book(status, width), _counters(status)]


def _state(status: Status, width: int) -> list[Text]:
    told = wrap(state_words(status), max(width - 2, 10), max_lines=WHY_LINES, placeholder=" …") or [""]
    when = " · ".join(part for part in (next_words(status), f"up {span(status.uptime_s)}") if part)
    style = _state_style(status)
    rows = [line((Cell("● " if index == 0 else "  ", style=style), Cell(text, style=style)))
            for index, text in enumerate(told)]  # fmt: skip
    room = width - rows[-1].cell_len - len(when)
    if room > draw.GAP:
        rows[-1].append(" " * room + when, "default")
    else:
        rows.append(line((Cell(f"  {when}"),)))
    return rows


def _state_style(status: Status) -> str:
    if status.phase == Phase.QUOTING:
        return "bold green"
    blind = any(one.standing == Standing.BLIND for one in status.components)
    return BAD if blind else "bold yellow"


def _book(status: Status, width: int) -> list[Text]:
    age = "(no update yet)" if status.book_age_s is None else f"{span(status.book_age_s)} ago"
    state = {"verified": GOOD, "polled": WARN}.get(status.book_state, BAD)
    prices = line((
        Cell("bid "), Cell(number(status.best_bid), style=SIDES["buy"]),
        Cell("  ask "), Cell(number(status.best_ask), style=SIDES["sell"]),
        Cell(f"  mid {number(status.mid)}  spread {percent(status.book_spread_pct)}"),
    ))  # fmt: skip
    worth = line((Cell("book "), Cell(status.book_state, style=state), Cell(f" {age}")))
    if prices.cell_len + draw.GAP + worth.cell_len > width:
        return [prices, worth]
    return [prices + Text("  ") + worth]


def _counters(status: Status) -> Text:
    placed = f"orders {status.orders_placed} placed, {status.orders_cancelled} cancelled, "
    failed = f"{status.orders_failed} failed"
    cells = [Cell(placed), Cell(failed, style=WARN if status.orders_failed else "")]
    cells.append(Cell(f"  fills {status.fill_count}"))
    if status.other_open_orders:
        cells.append(Cell(f"  not ours: {status.other_open_orders} open", style=DIM))
    return line(cells)


def _orders(status: Status, width: int) -> list[Text]:
    wanted = f"bids {percent(status.bid_spread_pct)} below mid, asks {percent(status.ask_spread_pct)} above"
    rows = [heading("own orders", wanted, width)]
    if not status.orders:
        return [*rows, line((Cell("  none", style=DIM),))]
    rows.append(line(Cell(name, size, DIM, right) for name, size, right in ORDER_COLUMNS))
    shown = _nearest(status.orders)
    rows += [_order(one) for one in shown]
    if len(shown) < len(status.orders):
        rows.append(line((Cell(f"  and {len(status.orders) - len(shown)} further from mid", style=DIM),)))
    return rows


def _withheld(status: Status, width: int) -> list[Text]:
    """The levels that do not rest, and why; nothing when all of them do, or before and after all decisions."""
    missing = [one for one in status.levels if not one.rests]
    if not missing or status.phase in (Phase.STARTING, Phase.STOPPED):
        return []
    again_s = missing[0].again_in_s
    when = "looked at again when something changes" if again_s is None else f"looked at again in {span(again_s)}"
    rows = [heading("why not", when, width)]
    for one in missing[:ORDERS_SHOWN]:
        cells = (Cell(one.side, 6, SIDES.get(one.side, "")), Cell(str(one.level), 5, right=True))
        rows.append(line((*cells, Cell("  "), Cell(one.stage, 13, DIM), Cell(one_line(one.text)))))
    if len(missing) > ORDERS_SHOWN:
        rows.append(line((Cell(f"  and {len(missing) - ORDERS_SHOWN} more", style=DIM),)))
    return rows


def _nearest(orders: tuple[OrderStatus, ...]) -> list[OrderStatus]:
    """The orders nearest the market, in the order of their prices."""
    near = sorted(orders, key=lambda one: (one.distance_pct or 0.0, one.level))[:ORDERS_SHOWN]
    return [one for one in orders if one in near]


def _order(one: OrderStatus) -> Text:
    distance = "-" if one.distance_pct is None else f"{one.distance_pct:.2f} %"
    style = "" if one.state == "open" else WARN
    return line((
        Cell(one.side, 6, SIDES.get(one.side, "")), Cell(str(one.level), 5, right=True),
        Cell(number(one.price), 12, right=True), Cell(number(one.remaining), 12, right=True),
        Cell(distance, 9, right=True), Cell(_short(one.age_s), 8, right=True),
        Cell(f"  {order_state(one.state)}", style=style),
    ))  # fmt: skip


def _balances(status: Status, width: int) -> list[Text]:
    rows = [heading("balances", "available, in orders", width)]
    return rows + [
        line((Cell(one.currency, 6), Cell(number(one.available), 14, right=True),
              Cell(number(one.reserved), 14, right=True)))
        for one in status.holdings
    ]  # fmt: skip


def _fills(status: Status, width: int) -> list[Text]:
    newest = list(reversed(status.fills))[:FILLS_SHOWN]
    rows = [heading("fills", f"last {len(newest)} of {status.fill_count}" if newest else "", width)]
    if not newest:
        return [*rows, line((Cell("  none yet", style=DIM),))]
    return rows + [_fill(one, status.now_s) for one in newest]


def _fill(one: Fill, now_s: float) -> Text:
    fee = f"fee {number(one.fee)}" if one.fee >= 0 else f"reward {number(-one.fee)}"
    return line((
        Cell(f"{_short(now_s - one.heard_s)} ago", 12), Cell(one.side, 5, SIDES.get(one.side, "")),
        Cell(number(one.quantity), 12, right=True), Cell(" @ "), Cell(number(one.price), 11),
        Cell(f" {fee} {one.fee_currency}", style=DIM),
    ))  # fmt: skip


def _budgets(budgets: tuple[BudgetStatus, ...], width: int) -> list[Text]:
    if not budgets:
        return []
    return [heading("rate budgets used", "", width), *(_budget(one) for one in budgets)]


def _budget(one: BudgetStatus) -> Text:
    share = min(one.used / one.calls, 1.0) if one.calls else 1.0
    full = round(share * BAR) or (1 if one.used else 0)
    style = BAD if share >= FULL else WARN if share >= HOT else GOOD
    window = "min" if one.window_s == MINUTE_S else f"{one.window_s} s" if one.window_s > 1 else "s"
    return line((Cell(one.name, 16), Cell("━" * full, style=style), Cell("─" * (BAR - full) + " ", style=DIM),
                 Cell(f"{one.used}/{one.calls} a {window}")))  # fmt: skip


def _readiness(status: Status, width: int) -> list[Text]:
    usable = sum(one.usable for one in status.components)
    after = [one.ready_after_s for one in status.components if one.ready_after_s is not None]
    told = f"{usable} of {len(status.components)} usable"
    if after and len(after) == len(status.components):
        told += f", all for the first time after {max(after):.2f} s"
    rows = [heading("readiness", told, width)]
    return rows + [_component(one) for one in sorted(status.components, key=lambda one: one.usable)]


def _component(one: ComponentStatus) -> Text:
    style = STANDINGS.get(Standing(one.standing), "")
    why = one_line(one.reason)
    error = one_line(one.last_error)
    cells = [Cell(one.name, 29), Cell(one.standing, 9, style), Cell(f"for {span(one.for_s)}", 16), Cell(why)]
    if error and error not in why:
        cells.append(Cell(f"{'; ' if why else ''}last error: {error}", style=DIM if one.usable else WARN))
    return line(cells)


def _notes(status: Status, width: int) -> list[Text]:
    if not status.notes:
        return []
    rows = [heading("notes", "newest first", width)]
    for note in reversed(status.notes):
        ago = f"{_short(status.now_s - note.at_s)} ago"
        rows.append(line((Cell(ago, 12, DIM), Cell(one_line(note.text), style=WEIGHTS[note.weight]))))
    return rows


def _short(seconds: float) -> str:
    """A span in one unit, for columns."""
    return f"{max(seconds, 0.0):.0f} s" if seconds < MINUTE_S else " ".join(span(seconds).split()[:2])
