"""`valr-maker`: the commands and their exit codes (errors.Exit).

Each command imports what it needs when it is called, so that `--help` and errors are quick.
"""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from valr_maker import __version__
from valr_maker.cli import conformance, more_config, more_sandbox
from valr_maker.cli.memory import keep_no_core
from valr_maker.cli.options import PaceName, Venue
from valr_maker.cli.streams import NO_ROOM, lose_output, mend_streams
from valr_maker.errors import Exit, UsageProblem, ValrMakerError
from valr_maker.screens.fold import tell

NAME = "valr-maker"
CODES = """Exit codes: 0 well; 2 usage; 3 configuration; 4 exchange unreachable or never ready; 5 key or permission;
6 halted by a risk limit; 7 stopped with orders unresolved; 130 Ctrl-C before there was anything to end; 1 anything else."""
HELP = """Market making on VALR from Hummingbot's own files.

Try it first: valr-maker run examples/conf_pure_mm_2.yml

Nothing leaves this machine and no money is touched unless --venue live is given."""
RUN_HELP = """Quote from a Hummingbot file until Ctrl-C; then take every order away and prove it.

Without further options a simulated VALR runs inside the same process, and the orders are play money. With --venue live
the orders are real; the key is read from the environment: VALR_API_KEY and VALR_API_SECRET, with View access and Trade
and nothing else."""

# Plain help, without boxes: it fits any width, goes through a pipe, and needs no imports.
app = typer.Typer(
    name=NAME, help=HELP, epilog=CODES, no_args_is_help=True, add_completion=False,
    pretty_exceptions_enable=False, rich_markup_mode=None,
)  # fmt: skip
sandbox_app = typer.Typer(
    help="A local VALR: rehearse anything that speaks its protocol.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(sandbox_app, name="sandbox", short_help="A local VALR to rehearse on.")
more_sandbox.register(sandbox_app)
conformance.register(sandbox_app)


hummingbot_app = typer.Typer(
    help="VALR in a Hummingbot that you have: install the connector, run a file.",
    no_args_is_help=True, rich_markup_mode=None,
)  # fmt: skip
app.add_typer(hummingbot_app, name="hummingbot", short_help="VALR in your Hummingbot.")
EnvOption = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="The venv or conda environment that runs Hummingbot; the nearest when left out."),
]
SourceOption = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Hummingbot's source checkout, if it runs from one.")
]


def _version(wanted: bool) -> None:  # noqa: FBT001  # typer calls it so
    if wanted:
        typer.echo(f"{NAME} {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[  # its callback does the work
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and leave.")
    ] = False,
) -> None:
    """Hold the options of every command."""


@app.command(help=RUN_HELP, short_help="Quote from a Hummingbot file until Ctrl-C.", epilog=CODES)
def run(  # one parameter an option
    conf: Annotated[Path, typer.Argument(metavar="CONF", help="A Hummingbot conf_pure_mm_*.yml, unchanged.")],
    venue: Annotated[
        Venue, typer.Option(help="Where to trade: sandbox is play money, live is real money.")
    ] = Venue.SANDBOX,
    pace: Annotated[
        PaceName,
        typer.Option(help="When to decide: as soon as something changes, or on whole seconds as Hummingbot does."),
    ] = PaceName.EVENT,
    duration: Annotated[
        float | None, typer.Option(metavar="S", help="Stop by itself after so many seconds.", min=0.0)
    ] = None,
    seed: Annotated[int, typer.Option(metavar="N", help="Seed of the simulated market.")] = 1,
    address: Annotated[
        str | None,
        typer.Option(
            metavar="URL", help="Use a sandbox that is already served, such as http://127.0.0.1:8080, with its key."
        ),
    ] = None,
    reference_price: Annotated[
        str | None,
        typer.Option(
            metavar="P", help="Quote around this price, or around the `last` trade, while the market shows none."
        ),
    ] = None,
    strict_parity: Annotated[
        bool,
        typer.Option("--strict-parity", help="Do exactly as Hummingbot, unsafe corners too; needs --pace clock."),
    ] = False,
    headless: Annotated[bool, typer.Option("--headless", help="Write lines instead of the live view.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="End with one JSON object on standard output; lines go to standard error.")
    ] = False,
) -> None:
    """Parse, call, exit code."""
    from valr_maker.cli.run import RunOptions, run_command

    options = RunOptions(
        conf, venue, pace, duration, seed, address, headless, as_json, reference_price, strict_parity
    )  # fmt: skip
    raise typer.Exit(run_command(options))


@app.command(short_help="Find out why it quotes, or why it does not.", epilog=CODES)
def doctor(  # one parameter an option
    conf: Annotated[
        Path | None, typer.Argument(metavar="CONF", help="The file to examine; without one, everything but it.")
    ] = None,
    venue: Annotated[Venue, typer.Option(help="Whose doors to try.")] = Venue.SANDBOX,
    address: Annotated[
        str | None, typer.Option(metavar="URL", help="Examine a sandbox that is already served, with its key.")
    ] = None,
    seed: Annotated[int, typer.Option(metavar="N", help="Seed of the simulated market.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead.")] = False,
    save: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the report there as JSON.")] = None,
    compare: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Show what has changed since a saved report.")
    ] = None,
    place_test_order: Annotated[
        bool,
        typer.Option(
            "--place-test-order", help="On live too: place one small order far from the market, and cancel it."
        ),
    ] = False,
) -> None:
    """Take every step from this machine to an order on the exchange, and say which one fails and what to do."""
    from valr_maker.cli.doctor import DoctorOptions, doctor_command

    options = DoctorOptions(conf, venue, address, seed, as_json, save, compare, place_test_order)
    raise typer.Exit(doctor_command(options))


@app.command(short_help="List the trading rules of all pairs, or of one.")
def pairs(
    market: Annotated[
        str | None, typer.Argument(metavar="MARKET", help="One market, such as DOGE-USDT; all when left out.")
    ] = None,
    venue: Annotated[Venue, typer.Option(help="Whose rules; live needs a network, but no key.")] = Venue.SANDBOX,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON array.")] = False,
) -> None:
    """List the trading rules as the exchange gives them: tick, lot, smallest and largest order."""
    from valr_maker.cli.pairs import pairs_command

    raise typer.Exit(pairs_command(market, venue, as_json=as_json))


config_app = typer.Typer(help="Look at a strategy file, and mend it.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(config_app, name="config", short_help="Look at a file, and mend it.")
more_config.register(config_app)
OFFLINE = typer.Option("--offline", help="Look at the file alone; ask no exchange.")


@config_app.command("check", short_help="Say what a file will do, what is wrong, and what it costs.")
def config_check(
    conf: Annotated[Path, typer.Argument(metavar="CONF", help="A Hummingbot conf_pure_mm_*.yml.")],
    venue: Annotated[Venue, typer.Option(help="Whose rules, prices, fees and balances.")] = Venue.SANDBOX,
    address: Annotated[str | None, typer.Option(metavar="URL", help="A sandbox that is already served.")] = None,
    offline: Annotated[bool, OFFLINE] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON array.")] = False,
) -> None:
    """Check a file by itself and against the pair's rules, price, fees and balances. Ends with 3 on an error."""
    from valr_maker.cli.config import ConfigOptions, check_command

    raise typer.Exit(check_command(ConfigOptions(conf, venue, address, offline, as_json)))


SeedOption = Annotated[int, typer.Option(metavar="N", help="Seed of the simulated market.")]
AddressOption = Annotated[
    str | None, typer.Option(metavar="URL", help="A sandbox that is already served, with its key in the environment.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object instead.")]
ConfArgument = Annotated[Path, typer.Argument(metavar="CONF", help="A Hummingbot conf_pure_mm_*.yml.")]


@config_app.command("explain", short_help="Say what every key does, and which orders it would place now.")
def config_explain(
    conf: ConfArgument,
    venue: Annotated[Venue, typer.Option(help="Whose rules, prices, fees and balances.")] = Venue.SANDBOX,
    address: AddressOption = None,
    seed: SeedOption = 1,
    price: Annotated[
        str | None, typer.Option(metavar="P", help="Explain at this price instead; no exchange is asked.")
    ] = None,
    offline: Annotated[bool, OFFLINE] = False,
    as_json: JsonOption = False,
) -> None:
    """Say each key's value, origin, unit and effect in money, then the orders that a bot would place now. Sends nothing."""
    from valr_maker.cli.explain import ExplainOptions, explain_command

    raise typer.Exit(explain_command(ExplainOptions(conf, venue, address, seed, as_json, price, offline)))


@app.command(short_help="Say of each level why it rests, or why it does not.", epilog=CODES)
def why(
    conf: ConfArgument,
    venue: Annotated[Venue, typer.Option(help="Whose market, and whose money.")] = Venue.SANDBOX,
    address: AddressOption = None,
    seed: SeedOption = 1,
    as_json: JsonOption = False,
) -> None:
    """Look with a bot's own eyes, send nothing, and say of each side and level which stage withheld it and until when."""
    from valr_maker.cli.explain import ExplainOptions, why_command

    raise typer.Exit(why_command(ExplainOptions(conf, venue, address, seed, as_json)))


@app.command(short_help="Measure how quick the exchange is from here.", epilog=CODES)
def bench(  # one parameter an option
    venue: Annotated[Venue, typer.Option(help="Which one; live needs a key, and gets no orders unless asked for.")] = (
        Venue.SANDBOX
    ),
    address: AddressOption = None,
    seed: SeedOption = 1,
    market: Annotated[str, typer.Option("--pair", metavar="MARKET", help="The market to measure on.")] = "DOGE-USDT",
    rounds: Annotated[int, typer.Option(metavar="N", help="How often each thing is measured.", min=1, max=10_000)] = 50,
    save: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write every sample there, to compare with.")
    ] = None,
    compare: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Say what is faster, slower or noise since a saved run.")
    ] = None,
    place_test_order: Annotated[
        bool, typer.Option("--place-test-order", help="On live too: small orders far from the market, each cancelled.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Measure readiness, REST and socket round trips, book updates, decisions, orders and cancels: p50 to worst."""
    from valr_maker.cli.bench import BenchOptions, bench_command

    options = BenchOptions(venue, address, seed, market, rounds, as_json, save, compare, place_test_order)
    raise typer.Exit(bench_command(options))


@config_app.command("fix", short_help="Repair a file safely, in place.")
def config_fix(
    conf: Annotated[Path, typer.Argument(metavar="CONF", help="A Hummingbot conf_pure_mm_*.yml.")],
    conservative: Annotated[
        bool, typer.Option("--conservative", help="A profile for first runs: 15 s, 1 %, the guard on, smallest orders.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change; write nothing.")] = False,
    venue: Annotated[Venue, typer.Option(help="Whose rules and prices.")] = Venue.SANDBOX,
    address: Annotated[str | None, typer.Option(metavar="URL", help="A sandbox that is already served.")] = None,
    offline: Annotated[bool, OFFLINE] = False,
) -> None:
    """Change only values that are wrong, keep every comment, show the difference, and leave a backup."""
    from valr_maker.cli.config import ConfigOptions, fix_command

    options = ConfigOptions(conf, venue, address, offline, conservative=conservative, dry_run=dry_run)
    raise typer.Exit(fix_command(options))


keys_app = typer.Typer(
    help="Keep the API key for live trading; it is never shown.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(keys_app, name="keys", short_help="Keep the API key.")


@keys_app.command("set", short_help="Keep a key and its secret.")
def keys_set() -> None:
    """Ask for key and secret, or read them from a pipe, and keep them in the keyring or in an encrypted file."""
    from valr_maker.cli.keys import set_command

    raise typer.Exit(set_command())


@keys_app.command("test", short_help="Ask the exchange what the key may do.")
def keys_test(
    venue: Annotated[Venue, typer.Option(help="Whose key.")] = Venue.LIVE,
    address: Annotated[
        str | None,
        typer.Option(metavar="URL", help="A sandbox that is already served, with its key; needs --venue sandbox."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Ask the exchange whether it takes the key, and what the key may do."""
    from valr_maker.cli.doctor import test_key_command

    raise typer.Exit(test_key_command(venue, address, as_json=as_json))


@keys_app.command("forget", short_help="Let go of the key.")
def keys_forget() -> None:
    """Remove the key from where it is kept."""
    from valr_maker.cli.keys import forget_command

    raise typer.Exit(forget_command())


@hummingbot_app.command(short_help="Make VALR visible to a Hummingbot.", epilog=CODES)
def install(
    env: EnvOption = None,
    source: SourceOption = None,
    copy: Annotated[bool, typer.Option("--copy", help="Copy into the checkout instead of linking.")] = False,
    wheels: Annotated[
        list[Path] | None, typer.Option(metavar="DIR", help="Folder with wheels, for a machine without a network.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead.")] = False,
) -> None:
    """Make the connectors valr and valr_sandbox visible to a Hummingbot; nothing of Hummingbot itself is changed.

    Into an environment go the packages hummingbot-valr and valr-maker, and what they need, while everything that is
    there keeps its version; into a source checkout two links. It may be repeated, and `uninstall` undoes it.
    """
    from valr_maker.cli.hummingbot import Where, install_command

    raise typer.Exit(install_command(Where(env, source), wheels or [], copy=copy, as_json=as_json))


@hummingbot_app.command(short_help="Say whether Hummingbot sees VALR, and what to do.", epilog=CODES)
def status(
    env: EnvOption = None,
    source: SourceOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead.")] = False,
) -> None:
    """Say how VALR gets into Hummingbot, in which versions, whether Hummingbot itself lists it, and what to do.

    Ends with 0 when it is listed, else with 1.
    """
    from valr_maker.cli.hummingbot import Where, status_command

    raise typer.Exit(status_command(Where(env, source), as_json=as_json))


@hummingbot_app.command(short_help="Take away what install put there.", epilog=CODES)
def uninstall(
    env: EnvOption = None,
    source: SourceOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead.")] = False,
) -> None:
    """Take away what install put there, and nothing else."""
    from valr_maker.cli.hummingbot import Where, uninstall_command

    raise typer.Exit(uninstall_command(Where(env, source), as_json=as_json))


@hummingbot_app.command(name="run", short_help="Run a file in a real Hummingbot.", epilog=CODES)
def run_in_hummingbot(  # one parameter an option
    conf: Annotated[Path, typer.Argument(metavar="CONF", help="A Hummingbot conf_pure_mm_*.yml; it is not changed.")],
    venue: Annotated[
        Venue, typer.Option(help="Where to trade: sandbox is play money, live is real money.")
    ] = Venue.SANDBOX,
    env: EnvOption = None,
    source: SourceOption = None,
    duration: Annotated[
        float | None, typer.Option(metavar="S", help="Stop by itself after running for so many seconds.", min=0.0)
    ] = None,
    seed: Annotated[int, typer.Option(metavar="N", help="Seed of the simulated market.")] = 1,
    address: Annotated[
        str | None, typer.Option(metavar="URL", help="Use a sandbox that is already served, with its key.")
    ] = None,
    home: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where this bot's settings, logs and data are kept.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="End with one JSON object on standard output; lines go to standard error.")
    ] = False,
) -> None:
    """Run a file in a real Hummingbot, headless, until Ctrl-C; then let the exchange prove that nothing rests.

    Hummingbot gets a home of its own; its installation and your file stay as they are. Without further options it
    trades on a simulated VALR, with play money.
    """
    from valr_maker.cli.hummingbot import Where
    from valr_maker.cli.hummingbot_run import RunOptions, run_command

    options = RunOptions(conf, venue, Where(env, source), duration, seed, address, home, as_json)
    raise typer.Exit(run_command(options))


def main() -> None:
    """Run the command line; every error of ours ends as one line a problem and its exit code."""
    mend_streams()
    keep_no_core()
    try:
        sys.exit(app(standalone_mode=False, prog_name=NAME) or Exit.OK)
    except ValrMakerError as error:
        _tell(error)
        sys.exit(error.exit_code)
    except typer.Abort:
        sys.exit(Exit.OTHER)
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        _tell(ValrMakerError(f"the output cannot be written: {error.strerror}", remedy="Make room, or write elsewhere"))
        lose_output()
        sys.exit(Exit.OTHER)
    except Exception as error:  # house-ok: what is not click's own is raised again below
        if not (hasattr(error, "format_message") and hasattr(error, "exit_code")):
            raise
        _tell_usage(error)
        sys.exit(Exit.USAGE)


def _tell_usage(error: Any) -> None:
    """A wrong option or argument, in the words of the library; without any argument that is the help itself."""
    found = str(error.format_message()).replace("Value error, ", "")
    context = getattr(error, "ctx", None)
    if found.startswith("Usage: "):
        sys.stderr.write(f"{found}\n")
    else:
        _tell(UsageProblem(found, remedy=f"See {context.command_path if context else NAME} --help"))


def _tell(error: ValrMakerError) -> None:
    problems = getattr(error, "problems", None)
    lines = [str(problem) for problem in problems] if problems else [error.line()]
    for line in lines:
        tell(sys.stderr, " ".join(line.split()), lead="error: ")
