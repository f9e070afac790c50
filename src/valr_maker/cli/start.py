"""Where the command begins: nothing slow is imported before somebody listens for Ctrl-C."""

import sys


def main() -> None:
    """Run the command line. A Ctrl-C before it listens ends with 130 and no word, as one a little later does."""
    try:
        from valr_maker.cli.main import main as command_line

        command_line()
    except KeyboardInterrupt:
        sys.exit(130)
