"""`valr-maker hummingbot install`, `status`, `uninstall`: VALR made visible to a Hummingbot that somebody has."""

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import valr_maker
from valr_maker.errors import Exit, UsageProblem, ValrMakerError
from valr_maker.hummingbot import checkout, packages, wheels
from valr_maker.hummingbot.environment import (
    Environment,
    Listing,
    examine,
    find,
    listing,
    python_of,
    require_hummingbot,
)
from valr_maker.screens.fold import tell

RUN = "valr-maker hummingbot run CONF"
SIGN_OF_HUMMINGBOT = "sqlalchemy"
"""Hummingbot needs it and we do not: an environment with it may well be the one that runs a checkout."""
WIDTH = 12


@dataclass(frozen=True, slots=True)
class Where:
    """Which Hummingbot is meant: an environment's, a checkout's, or the nearest."""

    env: Path | None
    source: Path | None

    @property
    def extra(self) -> list[Path]:
        """Where Hummingbot's Python is to look as well."""
        return [self.source.resolve()] if self.source else []

    @property
    def words(self) -> str:
        """As options, to be repeated in another command."""
        named = (("--env", self.env), ("--source", self.source))
        return "".join(f" {option} {path}" for option, path in named if path)


def install_command(where: Where, wheel_folders: Sequence[Path], *, copy: bool, as_json: bool) -> Exit:
    """Make VALR visible, and let Hummingbot confirm it. Raises UsageProblem, ValrMakerError."""
    if copy and not where.source:
        raise UsageProblem("--copy is for a source checkout", remedy="Give it with --source DIR")
    for folder in wheel_folders:
        if not folder.is_dir():
            raise UsageProblem(f"--wheels {folder}: there is no such folder", remedy="Name a folder with .whl files")
    environment = the_environment(where)
    if where.source:
        done = checkout.install(where.source, copy=copy)
        if environment is None:
            done.notes.append(
                "the Python that runs this checkout needs msgspec: pip install msgspec; named with --env it is seen to"
            )
        elif not environment.msgspec:
            packages.install_needs(environment, wheel_folders, done)
    else:
        assert environment is not None
        done = packages.install(environment, wheel_folders)
    found = _confirmed(environment, where)
    following = f"Try it: {RUN}{where.words}" if environment else "Start Hummingbot: `connect valr_sandbox`"
    if as_json:
        _write_json({"where": str(_place(where, environment)), **done.as_json(),
                     "listed": list(found.listed) if found else None, "next": following})  # fmt: skip
        return Exit.OK
    _show_done(done)
    if found:
        _say(f"Hummingbot lists {' and '.join(found.listed)}, among {found.all} connectors.")
    _say(following)
    return Exit.OK


def uninstall_command(where: Where, *, as_json: bool) -> Exit:
    """Take away what install put there. Raises UsageProblem, ValrMakerError."""
    if where.source:
        done, place = checkout.uninstall(where.source), where.source
    else:
        environment = the_environment(where)
        assert environment is not None
        done, place = packages.uninstall(environment), environment.prefix
    if as_json:
        _write_json({"where": str(place), **done.as_json()})
    else:
        _show_done(done)
    return Exit.OK


def status_command(where: Where, *, as_json: bool) -> Exit:
    """How things are, and what to do. Ends with 0 when Hummingbot lists VALR, else with 1."""
    environment = the_environment(where)
    places = checkout.places(where.source) if where.source else []
    found = listing(environment, where.extra) if environment else None
    rows, advice, good = _findings(where, environment, places, found)
    if as_json:
        _write_json(_status_json(where, environment, places, found, advice))
    else:
        for name, text in rows:
            _say(text, lead=f"{name:{WIDTH}} ")
        _say(advice)
    return Exit.OK if good else Exit.OTHER


def the_environment(where: Where) -> Environment | None:
    """The environment that is meant. None only for a checkout whose Python nobody has named. Raises UsageProblem."""
    if not where.source:
        return find(where.env, candidates())
    checkout.places(where.source)
    if where.env:
        environment = examine(python_of(where.env), where.extra)
        require_hummingbot(environment)
        return environment
    for folder in candidates():
        try:
            environment = examine(python_of(folder), where.extra)
        except UsageProblem:  # it was not named, only likely
            continue
        if SIGN_OF_HUMMINGBOT in environment.distributions:
            return environment
    return None


def candidates() -> list[Path]:
    """Where a Hummingbot is likely: beside us, in the active environments, in what `make hummingbot-env` makes."""
    active = [Path(os.environ[name]) for name in ("VIRTUAL_ENV", "CONDA_PREFIX") if os.environ.get(name)]
    made = [folder / ".hummingbot-env" for folder in (Path.cwd(), wheels.ROOT)]
    return [one for one in dict.fromkeys([Path(sys.prefix), *active, *made]) if one.is_dir()]


def _confirmed(environment: Environment | None, where: Where) -> Listing | None:
    if environment is None:
        return None
    found = listing(environment, where.extra)
    if not found.complete:
        raise ValrMakerError(
            f"everything is in place, but Hummingbot does not list VALR: {found.why or 'it gives no reason'}",
            remedy="Is this the Python that runs Hummingbot? `valr-maker hummingbot status` shows more",
        )
    return found


def _place(where: Where, environment: Environment | None) -> Path:
    if where.source:
        return where.source.resolve()
    assert environment is not None
    return environment.prefix


def _show_done(done: packages.Done) -> None:
    for text in done.changed:
        _say(text)
    for text in done.left:
        _say(text, lead="unchanged: ")
    for text in done.notes:
        _say(text, lead="note: ")


def _say(text: str, *, lead: str = "") -> None:
    tell(sys.stdout, text, lead=lead)


def mechanism(environment: Environment | None, places: Sequence[checkout.Place]) -> tuple[str, str]:
    """How VALR gets into Hummingbot: a word for machines, a sentence for people."""
    for place in places:
        if place.target.name == "valr" and place.state != "missing":
            return ("copy" if not place.target.is_symlink() else "link"), f"{place.target}: {place.words}"
    if environment is not None and environment.hooks:
        hook = environment.hooks[0]
        if hook.name == wheels.HOOK:
            version = environment.distributions.get(wheels.PLUGIN, "?")
            return "hook", f"hook of {wheels.PLUGIN} {version}: {hook}"
        return "development link", f"hook, linked to the source: {hook}"
    return "none", "none"


def _findings(
    where: Where, environment: Environment | None, places: Sequence[checkout.Place], found: Listing | None
) -> tuple[list[tuple[str, str]], str, bool]:
    """Rows of name and finding, what to do, and whether all is well."""
    again = f"valr-maker hummingbot install{where.words}"
    rows, advice = [], ""
    if environment is not None:
        rows.append(
            (
                "Hummingbot",
                f"{environment.hummingbot_version or '?'} in {environment.hummingbot} (Python {environment.version})",
            )
        )
    how, words = mechanism(environment, places)
    rows.append(("way in", words))
    rows += [(place.target.name, f"{place.target}: {place.words}") for place in places if place.target.name != "valr"]
    if environment is not None and how == "hook":
        rows.append(("valr-maker", _core_words(environment)))
        if _core_differs(environment):
            advice = f"Another version runs here. To renew it there: {again}"
    if not all(place.good for place in places) and how != "hook":
        advice = f"Run it again: {again}"
    if found is None:
        rows.append(("listed", "not asked: name the Python that runs this checkout with --env DIR"))
        return rows, advice or f"Then ask Hummingbot itself: valr-maker hummingbot status{where.words} --env DIR", False
    if not found.complete:
        rows.append(("listed", f"no, among {found.all} connectors" + (f": {found.why}" if found.why else "")))
        return rows, f"To make VALR visible: {again}", False
    rows.append(("listed", f"{' and '.join(found.listed)}, among {found.all} connectors, from {found.file}"))
    return rows, advice or f"All is well. Try it: {RUN}{where.words}", True


def _core_words(environment: Environment) -> str:
    version = environment.distributions.get(wheels.CORE, "?")
    return f"{version} in {environment.core}" + (
        f"; here {valr_maker.__version__}" if _core_differs(environment) else ""
    )


def _core_differs(environment: Environment) -> bool:
    return environment.distributions.get(wheels.CORE, valr_maker.__version__) != valr_maker.__version__


def _status_json(
    where: Where, environment: Environment | None, places: Sequence[checkout.Place], found: Listing | None, advice: str
) -> dict[str, Any]:
    known = environment.distributions if environment else {}
    return {
        "where": str(_place(where, environment)),
        "python": environment.version if environment else None,
        "hummingbot": environment.hummingbot_version if environment else None,
        "hummingbot_folder": str(environment.hummingbot) if environment else None,
        "mechanism": mechanism(environment, places)[0],
        "hummingbot_valr": known.get(wheels.PLUGIN),
        "valr_maker": known.get(wheels.CORE),
        "valr_maker_here": valr_maker.__version__,
        "places": {str(place.target): place.state for place in places},
        "listed": list(found.listed) if found else None,
        "why": found.why if found else "",
        "next": advice,
    }


def _write_json(value: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
