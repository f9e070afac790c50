"""The commands that steer a served sandbox: parse, call, exit code. Light, so that `--help` stays quick."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote, urlencode

import typer

Url = Annotated[str, typer.Option("--url", metavar="URL", help="Where the sandbox is served.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead.")]
PORT_MAX = 65535
HERE = "http://127.0.0.1:8080"
SHORT = {
    "serve": "Serve a local VALR until Ctrl-C.",
    "status": "What time it is there, and what lives.",
    "pair": "Show a pair, close or open it.",
    "drop-sockets": "End every WebSocket at once.",
}
"""Where the first line of a help is too long for the list of commands."""
Account = Annotated[str, typer.Argument(metavar="ACCOUNT", help="Its id or its label; the first one is `sandbox`.")]


def register(sandbox: typer.Typer) -> None:
    """Add all of them to `valr-maker sandbox`."""
    for name, call in COMMANDS.items():
        sandbox.command(name, short_help=SHORT.get(name))(call)
    for name, (text, calls) in GROUPS.items():
        group = typer.Typer(help=text, no_args_is_help=True, rich_markup_mode=None)
        for command, one in calls.items():
            group.command(command)(one)
        sandbox.add_typer(group, name=name, short_help=text)


def _show(url: str, as_json: bool, verb: str, path: str, body: dict[str, Any] | None = None) -> None:  # noqa: FBT001
    from valr_maker.cli.steer import Door, show_command

    raise typer.Exit(show_command(Door(url, as_json), verb, path, body))


def serve(
    port: Annotated[
        int, typer.Option(metavar="N", help="Port on 127.0.0.1; 0 takes a free one.", min=0, max=PORT_MAX)
    ] = 8080,
    seed: Annotated[int, typer.Option(metavar="N", help="Seed of the simulated market.")] = 1,
    tls: Annotated[
        bool, typer.Option("--tls", help="Speak https and wss, with a certificate of a CA of its own.")
    ] = False,
    tls_dir: Annotated[Path | None, typer.Option(metavar="DIR", help="Where CA and certificate are kept.")] = None,
    tls_host: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="One more name that the certificate is for; may be repeated."),
    ] = None,
    crowd: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Other numbers for the crowd (docs/crowd.md).")
    ] = None,
    scenario: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME@S", help="A scenario so many seconds after the first look; may be repeated."),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="NAME=VALUE", help="Otherwise than by default (docs/conformance.md); may be repeated."
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="When ready, print one object: rest_url, ws_url, api_key, api_secret.")
    ] = False,
) -> None:
    """Serve a local VALR on 127.0.0.1 until Ctrl-C: REST and WebSocket on one port, play money only."""
    from valr_maker.cli.sandbox import ServeOptions, serve_command

    hosts, scenarios, given = tuple(tls_host or ()), tuple(scenario or ()), tuple(settings or ())
    raise typer.Exit(serve_command(ServeOptions(port, seed, as_json, tls, tls_dir, hosts, crowd, scenarios, given)))


def status(url: Url = HERE, as_json: Json = False) -> None:
    """What time it is there, how fast it passes, what lives."""
    _show(url, as_json, "GET", "status")


def accounts(url: Url = HERE, as_json: Json = False) -> None:
    """List the accounts and their keys."""
    _show(url, as_json, "GET", "accounts")


def account_new(
    label: Annotated[str, typer.Argument(metavar="LABEL", help="What it is called.")],
    money: Annotated[
        list[str] | None,
        typer.Option("--funds", metavar="AMOUNT CURRENCY", help='Such as "1000 USDT"; may be repeated.'),
    ] = None,
    permission: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help='Of its key, such as "View access"; View access and Trade.')
    ] = None,
    fee_tier: Annotated[int, typer.Option("--tier", metavar="N", help="Fee tier.", min=1, max=9)] = 1,
    parent: Annotated[str | None, typer.Option(metavar="ACCOUNT", help="Make it a sub-account of this one.")] = None,
    url: Url = HERE,
    as_json: Json = False,
) -> None:
    """Make an account, or a sub-account."""
    body = {"label": label, "funds": _money(money or []), "permissions": permission, "tier": fee_tier, "parent": parent}
    _show(url, as_json, "POST", "accounts", body)


def _money(given: list[str]) -> dict[str, str]:
    from valr_maker.errors import UsageProblem

    funds = {}
    for text in given:
        amount, _, currency = text.strip().partition(" ")
        if not currency.strip():
            raise UsageProblem(f"--funds {text} is no money", remedy='Write amount and currency, such as "1000 USDT"')
        funds[currency.strip().upper()] = amount
    return funds


def funds(
    account: Account,
    amount: Annotated[str, typer.Argument(metavar="AMOUNT", help="How much; after -- it may be below zero.")],
    currency: Annotated[str, typer.Argument(metavar="CURRENCY", help="Such as USDT.")],
    url: Url = HERE,
    as_json: Json = False,
) -> None:
    """Give an account money, or take it away."""
    _show(url, as_json, "POST", f"accounts/{quote(account, safe='')}/funds", {"amount": amount, "currency": currency})


def key_new(
    account: Account,
    label: Annotated[str, typer.Option(metavar="TEXT", help="What the key is called.")] = "key",
    permission: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="What it may do; may be repeated.")
    ] = None,
    address: Annotated[
        list[str] | None, typer.Option(metavar="CIDR", help="Who may use it; everybody when left out.")
    ] = None,
    url: Url = HERE,
    as_json: Json = False,
) -> None:
    """Make one more key."""
    body = {"label": label, "permissions": permission, "addresses": address}
    _show(url, as_json, "POST", f"accounts/{quote(account, safe='')}/keys", body)


def key_revoke(
    key: Annotated[str, typer.Argument(metavar="KEY", help="The key itself, as `accounts` lists it.")],
    url: Url = HERE,
    as_json: Json = False,
) -> None:
    """Revoke a key."""
    _show(url, as_json, "DELETE", f"keys/{quote(key, safe='')}")


def tier(
    account: Account,
    number: Annotated[int, typer.Argument(metavar="N", help="1 to 9.", min=1, max=9)],
    url: Url = HERE,
    as_json: Json = False,
) -> None:
    """Give an account a fee tier."""
    _show(url, as_json, "PUT", f"accounts/{quote(account, safe='')}/tier", {"tier": number})


def pair(
    market: Annotated[str, typer.Argument(metavar="MARKET", help="Such as DOGE-USDT.")],
    active: Annotated[bool | None, typer.Option("--active/--inactive", help="Open it for trade, or close it.")] = None,
    post_only: Annotated[bool, typer.Option("--post-only", help="From now on orders may only rest.")] = False,
    simple_only: Annotated[bool, typer.Option("--simple-only", help="It takes simple orders and no others.")] = False,
    every_type: Annotated[bool, typer.Option("--all-types", help="It takes every type of order again.")] = False,
    url: Url = HERE,
    as_json: Json = False,
) -> None:
    """Show a pair, close it, open it, or say which orders it takes."""
    types = "post-only" if post_only else "simple-only" if simple_only else "all" if every_type else None
    path = f"pairs/{quote(market, safe='')}"
    if active is None and types is None:
        _show(url, as_json, "GET", path)
    _show(url, as_json, "PUT", path, {"active": active, "order_types": types})


def platform(
    read_only: Annotated[bool, typer.Option("--read-only/--online", help="Whether it takes no orders.")],
    url: Url = HERE,
    as_json: Json = False,
) -> None:
    """Maintenance: read-only on or off."""
    _show(url, as_json, "PUT", "platform", {"read_only": read_only})


def time_advance(
    seconds: Annotated[float, typer.Argument(metavar="S", help="How far; 40 days at most.", min=0.0, max=3_456_000.0)],
    url: Url = HERE,
    as_json: Json = False,
) -> None:
    """Move on, living through it at once."""
    from valr_maker.cli.steer import Door, advance_command

    raise typer.Exit(advance_command(Door(url, as_json), seconds))


def time_pause(url: Url = HERE, as_json: Json = False) -> None:
    """Stop time."""
    _show(url, as_json, "POST", "time/pause")


def time_resume(url: Url = HERE, as_json: Json = False) -> None:
    """Let time go on."""
    _show(url, as_json, "POST", "time/resume")


def time_speed(
    factor: Annotated[float, typer.Argument(metavar="N", help="1 is real time.")],
    url: Url = HERE,
    as_json: Json = False,
) -> None:
    """Let time pass so many times as fast."""
    _show(url, as_json, "PUT", "time/speed", {"factor": factor})


def snapshot(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="Where to.")], url: Url = HERE, as_json: Json = False
) -> None:
    """Keep the whole world in a file."""
    from valr_maker.cli.steer import Door, snapshot_command

    raise typer.Exit(snapshot_command(Door(url, as_json), path))


def restore(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="What `snapshot` wrote.")],
    url: Url = HERE,
    as_json: Json = False,
) -> None:
    """Go back to a kept world."""
    from valr_maker.cli.steer import Door, restore_command

    raise typer.Exit(restore_command(Door(url, as_json), path))


def drop_sockets(url: Url = HERE, as_json: Json = False) -> None:
    """End every WebSocket, as when VALR restarts."""
    _show(url, as_json, "POST", "sockets/drop")


def crowd_place(
    side: Annotated[str, typer.Argument(metavar="SIDE", help="buy or sell.")],
    quantity: Annotated[str, typer.Argument(metavar="QUANTITY", help="In base.")],
    price: Annotated[str, typer.Argument(metavar="PRICE", help="In quote per base.")],
    market: Annotated[str, typer.Argument(metavar="MARKET", help="Such as DOGE-USDT.")],
    time_in_force: Annotated[str, typer.Option(metavar="TIF", help="GTC, IOC or FOK.")] = "GTC",
    post_only: Annotated[bool, typer.Option("--post-only", help="It may only rest.")] = False,
    url: Url = HERE,
    as_json: Json = False,
) -> None:
    """Place a limit order for the crowd."""
    body = {
        "pair": market, "side": side, "quantity": quantity, "price": price, "time_in_force": time_in_force,
        "post_only": post_only,
    }  # fmt: skip
    _show(url, as_json, "POST", "crowd/orders", body)


def crowd_cancel(
    order_id: Annotated[str, typer.Argument(metavar="ID", help="What `crowd place` said.")],
    url: Url = HERE,
    as_json: Json = False,
) -> None:
    """Cancel one of them."""
    _show(url, as_json, "DELETE", f"crowd/orders/{quote(order_id, safe='')}")


def crowd_play(
    scenario: Annotated[
        str, typer.Argument(metavar="NAME@S", help="Such as flash-crash@30,pair=DOGE-USDT; seconds from now.")
    ],
    url: Url = HERE,
    as_json: Json = False,
) -> None:
    """Let a scenario happen (docs/crowd.md)."""
    _show(url, as_json, "POST", "crowd/scenarios", {"scenario": scenario})


def dump(
    account: Annotated[
        list[str] | None, typer.Option(metavar="ACCOUNT", help="Only this one; may be repeated.")
    ] = None,
    market: Annotated[list[str] | None, typer.Option("--pair", metavar="MARKET", help="Only this book.")] = None,
    url: Url = HERE,
    as_json: Json = False,
) -> None:
    """Print the ground truth."""
    query = urlencode([*(("account", one) for one in account or ()), *(("pair", one) for one in market or ())])
    _show(url, as_json, "GET", f"dump?{query}")


def diff(
    belief: Annotated[
        Path, typer.Argument(metavar="FILE", help="JSON of what a client believes; - reads standard input.")
    ],
    url: Url = HERE,
    as_json: Json = False,
) -> None:
    """Say in what a client's belief is wrong."""
    from valr_maker.cli.steer import Door, diff_command

    raise typer.Exit(diff_command(Door(url, as_json), belief))


def events(  # one parameter an option
    after: Annotated[int, typer.Option(metavar="N", help="Only what came after this sequence.", min=0)] = 0,
    limit: Annotated[int, typer.Option(metavar="N", help="At most so many.", min=1, max=1000)] = 100,
    account: Annotated[str, typer.Option(metavar="ACCOUNT", help="Only of this account.")] = "",
    market: Annotated[str, typer.Option("--pair", metavar="MARKET", help="Only of this pair.")] = "",
    kind: Annotated[str, typer.Option(metavar="KIND", help="Only these, such as fill, status, trade or request.")] = "",
    follow: Annotated[bool, typer.Option("--follow", help="Go on until Ctrl-C.")] = False,
    url: Url = HERE,
    as_json: Json = False,
) -> None:
    """Show what happened, in order."""
    from valr_maker.cli.steer import Door, events_command

    query = urlencode({"limit": limit, "account": account, "pair": market, "kind": kind})
    raise typer.Exit(events_command(Door(url, as_json), query, after, follow=follow))


COMMANDS: dict[str, Callable[..., None]] = {
    "serve": serve, "status": status, "accounts": accounts, "funds": funds, "tier": tier, "pair": pair, "platform": platform,
    "snapshot": snapshot, "restore": restore, "drop-sockets": drop_sockets, "dump": dump, "diff": diff, "events": events,
}  # fmt: skip
GROUPS: dict[str, tuple[str, dict[str, Callable[..., None]]]] = {
    "account": ("Make accounts.", {"new": account_new}),
    "keys": ("API keys of the sandbox.", {"new": key_new, "revoke": key_revoke}),
    "time": (
        "Steer the sandbox's time.",
        {"advance": time_advance, "pause": time_pause, "resume": time_resume, "speed": time_speed},
    ),
    "crowd": ("Orders of somebody else; bad days.", {"place": crowd_place, "cancel": crowd_cancel, "play": crowd_play}),
}
