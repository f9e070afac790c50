"""`valr-maker pairs`: the trading rules as the exchange gives them."""

import json
import sys
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
from valr_maker.wire import endpoints, rest
from valr_maker.wire.text import plain


def pairs_command(market: str | None, venue: Venue, *, as_json: bool) -> Exit:
    """Show all pairs, or one with its order types. Raises ConfigProblem for a pair that is not there."""
    rows, types = run(_fetch(venue))
    if market is not None:
        rows = [_find(market, rows)]
    if as_json:
        sys.stdout.write(json.dumps([_as_json(row, types) for row in rows]) + "\n")
        return Exit.OK
    _show(rows, types)
    return Exit.OK


async def _fetch(venue: Venue) -> tuple[list[rest.Pair], dict[str, list[str]]]:
    async with open_venue(venue, needs_key=False) as opened:
        client = RestClient(opened.transport, RealClock(), None, RateBudget())
        try:
            rows, _unreadable = rest.pairs(await client.call(endpoints.PAIRS))
            types = await client.call(endpoints.ORDER_TYPES)
        except (NoAnswer, NotSent) as problem:
            raise ExchangeUnreachable(
                f"the exchange does not answer: {problem}", remedy="Check the network, or use --venue sandbox"
            ) from problem
    return rows, {row.currency_pair: row.order_types for row in types}


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
    active = sum(row.active for row in rows)
    table = Table(title=f"{len(rows)} pairs, {active} active" if len(rows) > 1 else None)
    for name in ("market", "active", "tick", "decimals", "min base", "max base", "min quote", "max quote", "orders"):
        table.add_column(name, justify="left" if name in ("market", "active", "orders") else "right")
    for row in rows:
        table.add_row(
            f"{row.base_currency}-{row.quote_currency}",
            "yes" if row.active else "no",
            plain(row.tick_size),
            row.base_decimal_places,
            plain(row.min_base_amount),
            plain(row.max_base_amount),
            plain(row.min_quote_amount),
            plain(row.max_quote_amount),
            ", ".join(types.get(row.symbol, [])) if len(rows) == 1 else str(len(types.get(row.symbol, []))),
        )
    Console().print(table)
