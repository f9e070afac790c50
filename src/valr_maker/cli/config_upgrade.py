"""`valr-maker config upgrade`: a file of an older template becomes one of today's, in place."""

from pathlib import Path
from tempfile import TemporaryDirectory

from valr_maker.cli.config import _backup, _show_changes, _write
from valr_maker.config.load import Loaded, load
from valr_maker.config.problems import FileProblems
from valr_maker.config.read import read
from valr_maker.config.schema import TEMPLATE_VERSION
from valr_maker.config.upgrade import is_current, upgraded
from valr_maker.errors import ConfigProblem, Exit
from valr_maker.screens.folded import plain_console, say


def upgrade_command(conf: Path, *, dry_run: bool) -> Exit:
    """Show the difference, write it, leave a backup. Raises ConfigProblem for a file that cannot be run as it is."""
    loaded = load(conf)
    entries = read(conf)
    console = plain_console()
    if is_current(entries):
        console.print(f"{conf}: template {TEMPLATE_VERSION} is the newest; nothing to upgrade", markup=False)
        return Exit.OK
    with conf.open(encoding="utf-8", newline="") as file:
        before = file.read()
    try:
        after = upgraded(before, entries)
    except ValueError as problem:
        raise ConfigProblem(
            f"{conf}: {problem}", remedy="Write each key and its value on a line of their own"
        ) from problem
    _prove(loaded, after.text)
    _show_changes(console, conf, before, after.text, [])
    for note in loaded.notes:
        if any(note.startswith(f"{key} (") for key in after.dropped):
            say(console, note)
    if after.added:
        say(console, ", ".join(after.added), lead="Added with Hummingbot's defaults: ")
    if dry_run:
        console.print("Nothing was written (--dry-run).")
        return Exit.OK
    _write(conf, before, after.text)
    console.print(f"Written. The file as it was: {_backup(conf)}", markup=False)
    return Exit.OK


def _prove(loaded: Loaded, text: str) -> None:
    """That the new text says what the old one did, before it takes its place. Raises ConfigProblem."""
    remedy = "Write the file in plain lines of `key: value`, or make a new one: valr-maker config new"
    with TemporaryDirectory() as folder:
        tried = Path(folder) / loaded.path.name
        tried.write_text(text, encoding="utf-8", newline="")
        try:
            same = load(tried).settings == loaded.settings
        except FileProblems as problem:
            raise ConfigProblem(
                f"{loaded.path}: its layout cannot be upgraded line by line", remedy=remedy
            ) from problem
    if not same:
        raise ConfigProblem(f"{loaded.path}: upgraded it would mean something else", remedy=remedy)
