"""`valr-maker pairs`: the trading rules as the exchange gives them."""

import json
import sys
from decimal import Decimal
from difflib import get_close_matches

from rich.console import Console
from rich.table import Table

from valr_maker.cli.loop import run
from valr_maker.cli.options import Venue
from valr_maker.cli.venue import open_venue
from valr_maker.clock import RealClock
from valr_maker.domain import Market
from valr_maker.errors import ConfigProblem, ExchangeUnreachable, Exit, UsageProblem
from valr_maker.gateway.client import NoAnswer, NotSent, RestClient
from valr_maker.gateway.rate import RateBudget
from valr_maker.screens.fold import tell
from valr_maker.screens.folded import waiting
from valr_maker.wire import endpoints, rest
from valr_maker.wire.text import plain


def pairs_command(market: str | None, venue: Venue, *, as_json: bool) -> Exit:
    """Show all pairs, or one with its order types. Raises ConfigProblem for a pair that is not there."""
    with waiting("asking the exchange"):
        rows, types, unreadable = run(_fetch(venue))
    for text in unreadable:
        tell(sys.stderr, text, lead="warning: ")
    if market is not None:
        rows = [_find(market, rows)]
    if as_json:
        sys.stdout.write(json.dumps([_as_json(row, types) for row in rows]) + "\n")
        return Exit.OK
    _show(rows, types)
    return Exit.OK


async def _fetch(venue: Venue) -> tuple[list[rest.Pair], dict[str, list[str]], list[str]]:
    async with open_venue(venue, needs_key=False) as opened:
        client = RestClient(opened.transport, RealClock(), None, RateBudget())
        try:
            rows, unreadable = rest.pairs(await client.call(endpoints.PAIRS))
            types = await client.call(endpoints.ORDER_TYPES)
        except (NoAnswer, NotSent) as problem:
            raise ExchangeUnreachable(
                f"the exchange does not answer: {problem}", remedy="Check the network, or use --venue sandbox"
            ) from problem
    return rows, {row.currency_pair: row.order_types for row in types}, unreadable


def _find(text: str, rows: list[rest.Pair]) -> rest.Pair:
    try:
        symbol = Market.parse(text).symbol
    except ValueError as problem:
        raise UsageProblem(f"{problem}", remedy="Write it with a hyphen, such as DOGE-USDT") from problem
    for row in rows:
        if row.symbol == symbol:
            return row
    names = [f"{row.base_currency}-{row.quote_currency}" for row in rows]
    near = get_close_matches(text.upper(), names, n=3)
    remedy = f"Did you mean {' or '.join(near)}?" if near else "`valr-maker pairs` lists every pair"
    raise ConfigProblem(f"{text.upper()} is not a pair of the exchange", remedy=remedy)


def _as_json(row: rest.Pair, types: dict[str, list[str]]) -> dict[str, object]:
    return {
        "market": f"{row.base_currency}-{row.quote_currency}",
        "symbol": row.symbol,
        "active": row.active,
        "tick_size": plain(row.tick_size),
        "base_decimal_places": int(row.base_decimal_places),
        "min_base_amount": plain(row.min_base_amount),
        "max_base_amount": plain(row.max_base_amount),
        "min_quote_amount": plain(row.min_quote_amount),
        "max_quote_amount": plain(row.max_quote_amount),
        "order_types": types.get(row.symbol, []),
    }


def _show(rows: list[rest.Pair], types: dict[str, list[str]]) -> None:
    console = Console(soft_wrap=True)
    if len(rows) == 1:
        console.print(_one(rows[0], types.get(rows[0].symbol, [])))
        return
    table = Table(box=None, pad_edge=False)
    for name in ("market", "tick size", "lot", "min base", "min quote", "orders"):
        table.add_column(name, justify="left" if name in ("market", "orders") else "right")
    for row in sorted(rows, key=lambda row: (not row.active, row.symbol)):
        table.add_row(
            f"{row.base_currency}-{row.quote_currency}",
            plain(row.tick_size),
            _lot(row),
            plain(row.min_base_amount),
            plain(row.min_quote_amount),
            _orders(row, types.get(row.symbol, [])),
        )
    console.print(table)
    active = sum(row.active for row in rows)
    console.print(f"{len(rows)} pairs, {active} active. `valr-maker pairs DOGE-USDT` shows everything about one.")


def _one(row: rest.Pair, types: list[str]) -> Table:
    """Everything about one pair, a line each."""
    base, quote = row.base_currency, row.quote_currency
    lines = (
        ("market", f"{base}-{quote}, {'active' if row.active else 'NOT active: takes no orders'}"),
        ("tick size", f"{plain(row.tick_size)} {quote}"),
        ("lot", f"{_lot(row)} {base} ({_places(row)})"),
        ("order amount", f"{plain(row.min_base_amount)} to {plain(row.max_base_amount)} {base}"),
        ("order value", f"{plain(row.min_quote_amount)} to {plain(row.max_quote_amount)} {quote}"),
        ("order types", ", ".join(types) or "not told"),
    )
    grid = Table.grid(padding=(0, 2))
    for name, text in lines:
        grid.add_row(name, text)
    return grid


def _lot(row: rest.Pair) -> str:
    return plain(Decimal(1).scaleb(-int(row.base_decimal_places)))


def _places(row: rest.Pair) -> str:
    places = int(row.base_decimal_places)
    return "1 decimal place" if places == 1 else f"{places} decimal places" if places else "whole numbers"


def _orders(row: rest.Pair, types: list[str]) -> str:
    if not row.active:
        return "not active"
    if "LIMIT" not in types:
        return "no limit orders"
    return "post-only" if "LIMIT_POST_ONLY" in types else "limit"
