"""The connector as packages in Hummingbot's environment: put in by pip, with everything else kept at its version."""

import json
import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from valr_maker.errors import UsageProblem, ValrMakerError
from valr_maker.hummingbot import wheels
from valr_maker.hummingbot.environment import Environment, examine, last_line, run

RECEIPT = "hummingbot_valr_install.json"
"""Beside the packages: what we put there, so that exactly that can be taken away."""
PIP_MAX_S = 600
QUIET = ("--disable-pip-version-check", "--no-input", "-q")


@dataclass(slots=True)
class Done:
    """What was done. `changed` is empty when there was nothing to do."""

    changed: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    """What was there already, or stays as it is."""
    notes: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {"changed": self.changed, "left": self.left, "notes": self.notes}


def install(environment: Environment, wheel_folders: Sequence[Path] = ()) -> Done:
    """Put hummingbot-valr, valr-maker and what they need there. Raises UsageProblem, ValrMakerError.

    `wheel_folders` hold wheels for a machine without a network; pip looks there first in any case.
    """
    done = Done()
    parts = wheels.plugin(), wheels.core()
    if _linked(environment):
        done.left.append(f"{environment.hooks[0]}: a link to the source, which makes VALR visible already")
        return done
    _require_room(environment)
    receipt = _receipt(environment)
    wanted = [one for one in parts if not _up_to_date(environment, one, receipt)]
    done.left += [f"{one.name} {one.version}" for one in parts if one not in wanted]
    before = dict(environment.distributions)
    with TemporaryDirectory() as folder:
        _pip_missing(environment, Path(folder), wheel_folders)
        if made := [str(wheels.write(one, Path(folder))) for one in wanted]:
            _pip(environment, "install", *QUIET, "--no-index", "--no-deps", "--force-reinstall", *made)
    after = examine(environment.python)
    _tell(before, after.distributions, environment.purelib, wanted, done)
    added = {name for name in after.distributions if name not in before} | set(receipt.get("added", ()))
    prints = {one.name: wheels.fingerprint(one.files) for one in parts}
    text = json.dumps({"added": sorted(added & set(after.distributions)), "fingerprints": prints}, indent=2) + "\n"
    path = environment.purelib / RECEIPT
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")
        done.changed.append(f"{path}: what was added, for `uninstall`")
    done.notes += _outside_bounds(parts[1].requires, after)
    return done


def install_needs(environment: Environment, wheel_folders: Sequence[Path], done: Done) -> None:
    """Only what the connector imports, for a checkout to which the connector itself is linked. Raises as `install`."""
    _require_room(environment)
    with TemporaryDirectory() as folder:
        _pip_missing(environment, Path(folder), wheel_folders)
    after = examine(environment.python)
    _tell(environment.distributions, after.distributions, environment.purelib, (), done)


def uninstall(environment: Environment) -> Done:
    """Take away what `install` put there, and nothing else. Raises UsageProblem, ValrMakerError."""
    done = Done()
    if _linked(environment):
        hook = environment.hooks[0]
        done.left.append(f"{hook}: a link to the source that `install` did not make; delete the file to be rid of it")
        return done
    receipt, before = _receipt(environment), environment.distributions
    ours = [name for name in receipt.get("added", ()) if name in before]
    if wheels.PLUGIN in before and wheels.PLUGIN not in ours:  # put there by somebody's own pip
        ours.append(wheels.PLUGIN)
    path = environment.purelib / RECEIPT
    if not ours and not path.exists():
        done.left.append("nothing of ours is there")
        return done
    _require_room(environment)
    needed = _still_needed(environment, ours)
    done.left += [f"{name}: {by} needs it by now" for name, by in needed.items()]
    going = [name for name in ours if name not in needed]
    if going:
        _pip(environment, "uninstall", *QUIET, "-y", *going)
        done.changed += [f"removed {name} {before[name]}" for name in going]
    if path.exists():
        path.unlink()
        done.changed.append(f"removed {path}")
    return done


def _linked(environment: Environment) -> bool:
    """Whether a developer's link brings the hook, as `make hummingbot-env` makes it."""
    return any(hook.name != wheels.HOOK for hook in environment.hooks)


def _require_room(environment: Environment) -> None:
    if environment.managed:
        raise UsageProblem(
            f"{environment.prefix} belongs to the operating system, and nothing should be installed into it",
            remedy="Run Hummingbot in a venv or conda environment of its own, and name that with --env DIR",
        )
    if not environment.writable:
        raise UsageProblem(
            f"no right to write to {environment.purelib}",
            remedy="Run this as the owner of the environment; in Docker: as root, or while building the image",
        )


def _receipt(environment: Environment) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads((environment.purelib / RECEIPT).read_text(encoding="utf-8"))
    except (OSError, ValueError):  # none, or not ours to read
        return {}
    return found


def _up_to_date(environment: Environment, parts: wheels.Parts, receipt: Mapping[str, Any]) -> bool:
    """The same version with the same files; or it is the very package that runs here."""
    if parts.name == wheels.CORE and environment.core == wheels.PACKAGE:
        return True
    same = environment.distributions.get(parts.name) == parts.version
    return same and receipt.get("fingerprints", {}).get(parts.name) == wheels.fingerprint(parts.files)


def _pip_missing(environment: Environment, folder: Path, wheel_folders: Sequence[Path]) -> None:
    """Install what is lacking, from local wheels or the network; nothing that is there may change."""
    requires = wheels.core().requires
    missing = [wheels.without_ceiling(one) for one in requires if wheels.name_of(one) not in environment.distributions]
    if not missing:
        return
    pins = folder / "constraints.txt"
    known = environment.distributions.items()
    pins.write_text("".join(f"{name}=={version}\n" for name, version in known), encoding="utf-8")
    places = [text for one in wheel_folders for text in ("--find-links", str(one))]
    more = ["--no-index"] if wheel_folders else ["--retries", "1", "--timeout", "10"]
    try:
        _pip(environment, "install", *QUIET, *more, *places, "-c", str(pins), *missing)
    except ValrMakerError as problem:
        names = " ".join(wheels.name_of(one) for one in missing)
        raise ValrMakerError(
            f"{names} cannot be installed: {problem}",
            remedy=f"Without a network: fetch wheels elsewhere with `pip download {names}`, then use --wheels FOLDER",
        ) from problem


def _pip(environment: Environment, *arguments: str) -> None:
    """One call of pip; an environment without pip (uv makes such) is served by ours. Raises ValrMakerError."""
    command = [str(environment.python), "-m", "pip", *arguments]
    if not environment.has_pip:
        uv = shutil.which("uv")
        own = [sys.executable, "-m", "pip", "--python", str(environment.python), *arguments]
        if wheels.here("pip"):
            command = own
        elif uv:
            kept = [one for one in arguments[1:] if one not in {*QUIET, "-y", "--force-reinstall"}]
            again = ["--reinstall"] if "--force-reinstall" in arguments else []
            command = [uv, "pip", arguments[0], "--python", str(environment.python), *again, *kept]
        else:
            raise UsageProblem(
                f"{environment.prefix} has no pip", remedy=f"Give it one: {environment.python} -m ensurepip"
            )
    done = run(command, PIP_MAX_S)
    if done.returncode:
        raise ValrMakerError(f"pip {arguments[0]} failed: {last_line(done.stderr or done.stdout)}")


def _tell(
    before: Mapping[str, str], after: Mapping[str, str], purelib: Path, wanted: Sequence[wheels.Parts], done: Done
) -> None:
    """Name what is there now and was not before."""
    tops = {wheels.PLUGIN: f"{purelib}/hummingbot_valr, {purelib}/{wheels.HOOK}", wheels.CORE: f"{purelib}/valr_maker"}
    renewed = {one.name for one in wanted}
    for name, version in sorted(after.items()):
        if before.get(name) != version or name in renewed:
            word = "added" if name not in before else "renewed" if before[name] == version else f"was {before[name]}"
            where = f": {tops[name]}" if name in tops else f", in {purelib}"
            done.changed.append(f"{word} {name} {version}{where}")


def _still_needed(environment: Environment, ours: Sequence[str]) -> dict[str, str]:
    """Packages of ours that something installed later depends on, with its name."""
    program = (
        "import importlib.metadata as m, json; "
        "print(json.dumps({d.metadata['Name'].lower().replace('_', '-'): d.requires or [] for d in m.distributions()}))"
    )
    answer = run([str(environment.python), "-c", program], PIP_MAX_S)
    requires: dict[str, list[str]] = json.loads(answer.stdout or "{}")
    found = {}
    for by, needs in requires.items():
        if by not in ours:
            for one in needs:
                if wheels.name_of(one) in ours and "extra ==" not in one and wheels.name_of(one) not in found:
                    found[wheels.name_of(one)] = by
    return found


def _outside_bounds(requires: Sequence[str], after: Environment) -> list[str]:
    """Packages that stay at a version that valr-maker has not been tried with: Hummingbot's pins come first."""
    found = []
    for one in requires:
        version = after.distributions.get(wheels.name_of(one))
        above = re.search(r"<(\d+(?:\.\d+)*)", one.partition(";")[0])
        if version and above and _numbers(version) >= _numbers(above[1]):
            found.append(f"{wheels.name_of(one)} {version} stays; valr-maker asks for {one.partition(';')[0].strip()}")
    return found


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version.partition("+")[0])[:3])
