"""The two wheels that go into Hummingbot's environment, made from the files that are here: no build tool, no network.

They are what the build backends would make of `pyproject.toml` and `plugin/pyproject.toml`, in their plainest form.
"""

import base64
import hashlib
import re
import tomllib
import zipfile
from collections.abc import Iterator
from importlib import metadata  # house-ok: it reads what is installed, and imports nothing
from pathlib import Path
from typing import Any, NamedTuple

import valr_maker
from valr_maker.errors import ValrMakerError

PACKAGE = Path(valr_maker.__file__).resolve().parent
ROOT = PACKAGE.parents[1]
"""The checkout, when this is one."""
CORE, PLUGIN = "valr-maker", "hummingbot-valr"
HOOK = "hummingbot_valr.pth"
LIBRARY = ("aiohttp", "msgspec")
"""What the connector imports besides Hummingbot and our own rooms; the rest is for the command and the sandbox."""
LEFT_OUT = {"__pycache__"}
EPOCH = (1980, 1, 1, 0, 0, 0)


class Parts(NamedTuple):
    """What a wheel is made of. `requires` as the project says it; `files` are names inside it, with their content."""

    name: str
    version: str
    requires: list[str]
    files: dict[str, bytes]


def plugin_folder() -> Path:
    """Where the plug-in's source lies: inside the installed package, or beside it in a checkout. Raises ValrMakerError."""
    for folder in (PACKAGE / "hummingbot" / "plugin", ROOT / "plugin"):
        if (folder / "src" / "hummingbot_valr" / "_hook.py").is_file():
            return folder
    raise ValrMakerError(
        "the plug-in hummingbot-valr did not come with this valr-maker",
        remedy="Install valr-maker again, or run it from a checkout of its repository",
    )


def connector_folder() -> Path:
    """The folder that Hummingbot imports as one of its exchanges."""
    return plugin_folder() / "src" / "hummingbot_valr" / "connectors" / "valr"


def core() -> Parts:
    """valr-maker as a library for the connector: it asks for what the connector imports, and brings no command."""
    declared = _project(ROOT).get("dependencies") if _project(ROOT).get("name") == CORE else None
    if declared is None:
        declared = metadata.requires(CORE) or []  # house-ok: as above
    requires = [one for one in declared if name_of(one) in LIBRARY and "extra ==" not in one]
    return Parts(CORE, valr_maker.__version__, requires, dict(_files(PACKAGE, "valr_maker")))


def here(name: str) -> bool:
    """Whether the Python that runs us has a package."""
    return any(True for _ in metadata.distributions(name=name))  # house-ok: as above


def plugin() -> Parts:
    """The plug-in, with the `.pth` file beside its package."""
    folder = plugin_folder()
    package = folder / "src" / "hummingbot_valr"
    found = re.search(r'^__version__ = "(.+)"', (package / "__init__.py").read_text(encoding="utf-8"), re.MULTILINE)
    assert found is not None
    files = dict(_files(package, "hummingbot_valr"))
    files[HOOK] = (folder / HOOK).read_bytes()
    return Parts(PLUGIN, found[1], list(_project(folder)["dependencies"]), files)


def write(parts: Parts, folder: Path) -> Path:
    """Put a wheel together. The same parts give the same bytes."""
    stem = f"{parts.name.replace('-', '_')}-{parts.version}"
    info = f"{stem}.dist-info"
    requires = "".join(f"Requires-Dist: {without_ceiling(one)}\n" for one in parts.requires)
    files = dict(parts.files)
    files[f"{info}/METADATA"] = (
        f"Metadata-Version: 2.1\nName: {parts.name}\nVersion: {parts.version}\nRequires-Python: >=3.11\n{requires}"
    ).encode()
    files[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\nGenerator: valr-maker\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    record = "".join(f"{name},sha256={_digest(content)},{len(content)}\n" for name, content in files.items())
    files[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n".encode()
    path = folder / f"{stem}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, EPOCH), content, zipfile.ZIP_DEFLATED)
    return path


def name_of(requirement: str) -> str:
    """The package that a requirement is about.

    >>> name_of('msgspec>=0.19; python_version > "3"')
    'msgspec'
    """
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found is not None
    return found[0].lower().replace("_", "-")


def without_ceiling(requirement: str) -> str:
    """A requirement for somebody else's environment, whose versions come first.

    >>> without_ceiling("aiohttp>=3.11,<3.14"), without_ceiling("aiohttp<3.14,>=3.11"), without_ceiling("valr-maker")
    ('aiohttp>=3.11', 'aiohttp>=3.11', 'valr-maker')
    """
    name = name_of(requirement)
    bounds = requirement.partition(";")[0][len(name) :].strip(" ()").split(",")
    return name + ",".join(one.strip() for one in bounds if not one.strip().startswith("<"))


def fingerprint(files: dict[str, bytes]) -> str:
    """Tells whether two sets of files are the same."""
    whole = hashlib.sha256()
    for name in sorted(files):
        whole.update(f"{name}\0{_digest(files[name])}\0".encode())
    return whole.hexdigest()[:16]


def files_of(folder: Path) -> dict[str, bytes]:
    """A folder's files by their names below it, without what Python leaves behind."""
    return dict(_files(folder, ""))


def _files(folder: Path, prefix: str) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        below = path.relative_to(folder)
        if path.is_file() and not LEFT_OUT.intersection(below.parts) and not path.name.startswith("."):
            yield f"{prefix}/{below.as_posix()}".lstrip("/"), path.read_bytes()


def _project(folder: Path) -> dict[str, Any]:
    try:
        text = (folder / "pyproject.toml").read_text(encoding="utf-8")
    except OSError:  # an installed package has none
        return {}
    found: dict[str, Any] = tomllib.loads(text).get("project", {})
    return found


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
