"""`valr-maker`: the commands and their exit codes (errors.Exit).

Each command imports what it needs when it is called, so that `--help` and errors are quick.
"""

import sys
from pathlib import Path
from typing import Annotated

import typer

from valr_maker import __version__
from valr_maker.cli.options import PaceName, Venue
from valr_maker.errors import Exit, UsageProblem, ValrMakerError

PORT_MAX = 65535
HELP = """Market making on VALR from Hummingbot's own files.

Exit codes: 0 well, 2 usage, 3 configuration, 4 exchange unreachable or never ready, 5 key or permission,
6 halted by a risk limit, 7 stopped with orders unresolved, 1 anything else."""

app = typer.Typer(
    name="valr-maker", help=HELP, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)
sandbox_app = typer.Typer(help="A local VALR: rehearse anything that speaks its protocol.", no_args_is_help=True)
app.add_typer(sandbox_app, name="sandbox")


def _version(wanted: bool) -> None:  # noqa: FBT001  # typer calls it so
    if wanted:
        typer.echo(f"valr-maker {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[  # its callback does the work
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and leave.")
    ] = False,
) -> None:
    """Hold the options of every command."""


@app.command()
def run(  # one parameter an option
    conf: Annotated[Path, typer.Argument(help="A Hummingbot conf_pure_mm_*.yml, unchanged.")],
    venue: Annotated[Venue, typer.Option(help="Where to trade. live is real money.")] = Venue.SANDBOX,
    pace: Annotated[
        PaceName,
        typer.Option(help="clock decides on whole seconds as Hummingbot does; event without waiting for them."),
    ] = PaceName.EVENT,
    duration: Annotated[float | None, typer.Option(help="Stop by itself after so many seconds.", min=0.0)] = None,
    seed: Annotated[int, typer.Option(help="Seed of the sandbox's market.")] = 1,
    address: Annotated[
        str | None, typer.Option(help="A sandbox that is already served, such as http://127.0.0.1:8080.")
    ] = None,
    headless: Annotated[bool, typer.Option("--headless", help="Lines instead of the live view.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="The last line of standard output is one JSON object.")
    ] = False,
) -> None:
    """Quote from a Hummingbot file until Ctrl-C; then take every order away and prove it."""
    from valr_maker.cli.run import RunOptions, run_command

    options = RunOptions(conf, venue, pace, duration, seed, address, headless, as_json)
    raise typer.Exit(run_command(options))


@app.command()
def pairs(
    market: Annotated[str | None, typer.Argument(help="One market, such as DOGE-USDT; all when left out.")] = None,
    venue: Annotated[Venue, typer.Option(help="Whose rules.")] = Venue.SANDBOX,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON array on standard output.")] = False,
) -> None:
    """List the trading rules as the exchange gives them."""
    from valr_maker.cli.pairs import pairs_command

    raise typer.Exit(pairs_command(market, venue, as_json=as_json))


@sandbox_app.command()
def serve(
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1; 0 takes a free one.", min=0, max=PORT_MAX)] = 8080,
    seed: Annotated[int, typer.Option(help="Seed of the simulated market.")] = 1,
    as_json: Annotated[
        bool, typer.Option("--json", help="When ready, print one object: rest_url, ws_url, api_key, api_secret.")
    ] = False,
) -> None:
    """Serve a local VALR on 127.0.0.1 until Ctrl-C: REST and WebSocket on one port, play money only."""
    from valr_maker.cli.sandbox import serve_command

    raise typer.Exit(serve_command(port, seed, as_json=as_json))


def main() -> None:
    """Run the command line; every error of ours ends as one line a problem and its exit code."""
    try:
        app(standalone_mode=False)
    except ValrMakerError as error:
        _tell(error)
        sys.exit(error.exit_code)
    except typer.Exit as end:
        sys.exit(end.exit_code)
    except typer.Abort:
        sys.exit(Exit.OTHER)
    except Exception as error:  # house-ok: what is not click's own is raised again below
        if hasattr(error, "format_message") and hasattr(error, "exit_code"):  # click's own: a wrong option or argument
            problem = UsageProblem(str(error.format_message()), remedy="See valr-maker --help")
            _tell(problem)
            sys.exit(problem.exit_code)
        raise


def _tell(error: ValrMakerError) -> None:
    problems = getattr(error, "problems", None)
    lines = [str(problem) for problem in problems] if problems else [error.line()]
    for line in lines:
        sys.stderr.write(f"error: {' '.join(line.split())}\n")
