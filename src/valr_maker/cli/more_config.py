"""The options of `config new` and `config upgrade`: parse, call, exit code. Light, so that `--help` stays quick."""

from pathlib import Path
from typing import Annotated

import typer

from valr_maker.cli.options import Venue

Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Any other key of the file, such as minimum_spread=0.1."),
]


def register(config: typer.Typer) -> None:
    """Add both to `valr-maker config`."""
    config.command("new", short_help="Write a new file, by questions or options.")(new)
    config.command("upgrade", short_help="Bring a file of an older template up to date, in place.")(upgrade)


def new(  # one parameter an option
    path: Annotated[
        Path | None, typer.Argument(metavar="PATH", help="Where to; the next free conf_pure_mm_N.yml when left out.")
    ] = None,
    exchange: Annotated[str | None, typer.Option(metavar="NAME", help="valr or valr_sandbox.")] = None,
    pair: Annotated[str | None, typer.Option(metavar="PAIR", help="The pair to quote, such as DOGE-USDT.")] = None,
    bid_spread: Annotated[
        str | None, typer.Option(metavar="PCT", help="Of the first bid below the mid price, in per cent.")
    ] = None,
    ask_spread: Annotated[
        str | None, typer.Option(metavar="PCT", help="Of the first ask above the mid price, in per cent.")
    ] = None,
    order_refresh_time: Annotated[
        str | None, typer.Option(metavar="S", help="Seconds until orders are taken away and placed anew.")
    ] = None,
    order_amount: Annotated[str | None, typer.Option(metavar="N", help="Size of each order, in base.")] = None,
    ping_pong: Annotated[
        str | None, typer.Option(metavar="YES|NO", help="After a fill, quote the other side only; no when left out.")
    ] = None,
    others: Set = None,
    venue: Annotated[Venue, typer.Option(help="Whose rules, prices and fees.")] = Venue.SANDBOX,
    address: Annotated[str | None, typer.Option(metavar="URL", help="A sandbox that is already served.")] = None,
    offline: Annotated[
        bool, typer.Option("--offline", help="Ask no exchange: no rules and no price are known.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there; a backup is kept.")] = False,
) -> None:
    """Ask what Hummingbot's `create` asks, with the pair's rules at hand, and write a complete file.

    What is given as an option is not asked. Without a terminal every answer must be given.
    """
    from valr_maker.cli.config_new import NewOptions, new_command, pairs_of

    given = {
        "exchange": exchange, "market": pair, "bid_spread": bid_spread, "ask_spread": ask_spread,
        "order_refresh_time": order_refresh_time, "order_amount": order_amount, "ping_pong_enabled": ping_pong,
    }  # fmt: skip
    answers = {key: text for key, text in given.items() if text is not None}
    raise typer.Exit(new_command(NewOptions(path, venue, address, offline, force, answers, pairs_of(others or []))))


def upgrade(
    conf: Annotated[Path, typer.Argument(metavar="CONF", help="A Hummingbot conf_pure_mm_*.yml of any template.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change; write nothing.")] = False,
) -> None:
    """Do what Hummingbot does with an older template, but keep every comment and line; a backup is left."""
    from valr_maker.cli.config_upgrade import upgrade_command

    raise typer.Exit(upgrade_command(conf, dry_run=dry_run))
