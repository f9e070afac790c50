"""The connector in a source checkout of Hummingbot: a link to its folder, or a copy of it.

Two folders are put there: the connector among Hummingbot's exchanges, and the package valr_maker, which it imports, at
the top of the checkout. `git pull` leaves both alone.
"""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from valr_maker.errors import UsageProblem
from valr_maker.hummingbot import wheels
from valr_maker.hummingbot.environment import EXCHANGES, is_checkout
from valr_maker.hummingbot.packages import Done

MARK = ".hummingbot-valr.json"
"""In a copied folder: that it is ours, and what it held."""
WORDS = {
    "missing": "not there",
    "link": "a link to the source",
    "elsewhere": "a link to another valr-maker",
    "dangling": "a link to a folder that is gone",
    "copy": "a copy, up to date",
    "old": "a copy of another version",
    "changed": "a copy that somebody has changed",
    "foreign": "not ours",
}
KEPT = {"foreign", "changed"}


@dataclass(frozen=True, slots=True)
class Place:
    """One folder of ours and where it goes. `state` is one of the keys of WORDS."""

    source: Path
    target: Path
    state: str

    @property
    def words(self) -> str:
        """For people."""
        return WORDS[self.state]

    @property
    def good(self) -> bool:
        """Whether Hummingbot can import it, as it is here."""
        return self.state in {"link", "copy"}


def places(root: Path) -> list[Place]:
    """Both folders in a checkout, and how each is now. Raises UsageProblem when it is no checkout."""
    if not is_checkout(root):
        raise UsageProblem(
            f"{root} is not a source checkout of Hummingbot: it has no {EXCHANGES}",
            remedy="Give the folder that `git clone` made; for an installed Hummingbot use --env DIR",
        )
    root = root.resolve()
    pairs = (
        (wheels.connector_folder(), root / EXCHANGES / "valr"),
        (wheels.PACKAGE, root / "valr_maker"),
    )
    return [Place(source, target, _state(source, target)) for source, target in pairs]


def install(root: Path, *, copy: bool = False) -> Done:
    """Link or copy. Raises UsageProblem for a folder that is in the way, or that may not be written."""
    done = Done()
    found = places(root)
    for place in found:
        if place.state in KEPT:
            raise UsageProblem(
                f"{place.target} is {place.words}", remedy="Move it away; nothing that may be yours is overwritten"
            )
    wanted = "copy" if copy else "link"
    for place in found:
        if place.state == wanted:
            done.left.append(f"{place.target}: {place.words}")
            continue
        try:
            _remove(place)
            if copy:
                _copy(place)
            else:
                place.target.symlink_to(place.source, target_is_directory=True)
        except OSError as problem:
            raise UsageProblem(
                f"{place.target} cannot be written: {problem.strerror or problem}",
                remedy="Run this as the owner of the checkout" + ("" if copy else ", or try --copy"),
            ) from problem
        done.changed.append(f"{place.target}: {'a copy of' if copy else 'link to'} {place.source}")
    if copy:
        done.notes.append("a copy does not follow: run this again after valr-maker has been upgraded")
    return done


def uninstall(root: Path) -> Done:
    """Remove both, unless they are not ours any more. Raises UsageProblem."""
    done = Done()
    for place in places(root):
        if place.state == "missing":
            continue
        if place.state in KEPT:
            done.left.append(f"{place.target}: {place.words}, so it stays")
            continue
        try:
            _remove(place)
        except OSError as problem:
            raise UsageProblem(
                f"{place.target} cannot be removed: {problem.strerror}", remedy="Run this as the owner of the checkout"
            ) from problem
        done.changed.append(f"removed {place.target}")
    if not done.changed and not done.left:
        done.left.append("nothing of ours is there")
    return done


def _state(source: Path, target: Path) -> str:
    if target.is_symlink():
        resolved = target.resolve()
        if resolved == source.resolve():
            return "link"
        ours = resolved.name == target.name and (
            not resolved.exists() or "hummingbot_valr" in resolved.parts or (resolved / "hummingbot").is_dir()
        )
        return ("elsewhere" if resolved.exists() else "dangling") if ours else "foreign"
    if not target.exists():
        return "missing"
    try:
        kept = json.loads((target / MARK).read_text(encoding="utf-8"))["fingerprint"]
    except (OSError, ValueError, KeyError, TypeError):  # no mark of ours
        return "foreign"
    if kept != wheels.fingerprint(wheels.files_of(target)):
        return "changed"
    return "copy" if kept == wheels.fingerprint(wheels.files_of(source)) else "old"


def _copy(place: Place) -> None:
    """A copy appears whole or not at all."""
    files = wheels.files_of(place.source)
    unfinished = place.target.with_name(f".{place.target.name}-unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    for name, content in files.items():
        path = unfinished / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    mark = {"version": wheels.plugin().version, "fingerprint": wheels.fingerprint(files)}
    (unfinished / MARK).write_text(json.dumps(mark) + "\n", encoding="utf-8")
    unfinished.rename(place.target)


def _remove(place: Place) -> None:
    if place.target.is_symlink():
        place.target.unlink()
    elif place.target.exists():
        shutil.rmtree(place.target)
