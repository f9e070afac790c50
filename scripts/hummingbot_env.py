"""Makes .hummingbot-env: an unmodified Hummingbot, compiled once, with our plug-in visible to it. Standard library only.

`VENV=.hummingbot-env python -m scripts.hummingbot_env`, which is what `make hummingbot-env` says. Hummingbot is published
as source only; the wheel made from it is kept below ~/.cache (or $XDG_CACHE_HOME), so that the next environment takes
seconds. Exit code 3 means that this machine cannot compile it, and says what is missing.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
import time
import venv
from pathlib import Path
from tempfile import TemporaryDirectory

from scripts import bootstrap
from scripts.bootstrap import PYTHON, QUIET_S_MAX, ROOT, VENV, fail, say

CANNOT = 3
MODULES = 60
"""Cython modules of this Hummingbot: for the progress, nothing depends on it."""
REQUIREMENTS = ROOT / "requirements" / "hummingbot.txt"
SOURCE = ROOT / "requirements" / "hummingbot-source.txt"
BUILDERS = ("cython", "numpy", "setuptools", "wheel")
STAMP = VENV / "stamp-hummingbot"


def main() -> int:
    """Bring the environment up to date. Exits 0 when it is, 1 when a step failed, 3 when this machine cannot."""
    if VENV == ROOT / ".venv":
        return fail("Hummingbot gets an environment of its own: VENV=.hummingbot-env")
    if sys.version_info < bootstrap.OLDEST:
        return fail(f"Python {sys.version.split()[0]} is too old; 3.11 or newer is needed (PYTHON=python3.12 make)")
    if STAMP.is_file() and Path(PYTHON).exists() and STAMP.read_text(encoding="utf-8") == digest():
        return 0
    if bootstrap.foreign(VENV):
        return fail(f"{VENV} has files in it and is no Python environment; name another folder")
    lacking = what_is_missing()
    if not wheel_of(cache()) and lacking:
        fail(f"Hummingbot cannot be compiled here: {lacking}")
        return CANNOT
    say(f"preparing {VENV.name}: an unmodified Hummingbot for Python {sys.version.split()[0]} (once)")
    try:
        prepare()
    except subprocess.CalledProcessError as problem:
        print(problem.stdout or "", problem.stderr or "", sep="", end="", file=sys.stderr)
        return fail(f"a step failed (exit {problem.returncode}); see above, mend it and run it again")
    except OSError as problem:
        return fail(f"{problem}; mend it and run it again")
    except KeyboardInterrupt:
        print(file=sys.stderr)
        fail("interrupted; the next run begins again")
        return 130
    return 0


def what_is_missing() -> str:
    """What a compilation needs and this machine has not, with the way to get it; empty when all is there."""
    if os.name == "nt":
        return ""  # setuptools finds Visual C++ by itself, and says so if it does not
    named = os.environ.get("CXX") or sysconfig.get_config_var("CXX") or ""
    if not any(shutil.which(one) for one in [*named.split()[:1], "g++", "clang++", "c++"]):
        return "no C++ compiler. On Debian and Ubuntu: apt install g++; on macOS: xcode-select --install"
    if not (Path(sysconfig.get_path("include")) / "Python.h").is_file():
        return "no Python.h. On Debian and Ubuntu: apt install python3-dev"
    return ""


def prepare() -> None:
    """Every step from an empty folder to a Hummingbot that lists VALR."""
    STAMP.unlink(missing_ok=True)
    if bootstrap.UNFINISHED.exists() or not bootstrap.works():
        say("making the environment")
        venv.create(VENV, clear=True, symlinks=os.name != "nt")
        bootstrap.UNFINISHED.touch()
        subprocess.run([PYTHON, "-m", "ensurepip", "--default-pip"], check=True, capture_output=True, text=True)
    bootstrap.UNFINISHED.touch()
    bootstrap.install(REQUIREMENTS)
    wheel = wheel_of(cache()) or build(cache())
    say(f"installing {wheel.name}")
    pip("install", "--no-deps", "--force-reinstall", "--compile", str(wheel))
    say("linking valr-maker and the plug-in")
    link()
    say("compiling the bytecode, or Hummingbot takes thrice as long to start")
    subprocess.run([PYTHON, "-m", "compileall", "-q", "-j", "0", packages()], check=False, capture_output=True)
    bootstrap.UNFINISHED.unlink()
    STAMP.write_text(digest(), encoding="utf-8")
    say("ready")


def build(kept_in: Path) -> Path:
    """Compile Hummingbot's source to a wheel and keep it. A wheel appears there whole or not at all."""
    say("compiling Hummingbot from its source; this takes some minutes, once")
    kept_in.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=kept_in, prefix="unfinished-") as folder:
        jobs = Path(folder) / "jobs.cfg"
        jobs.write_text(f"[build_ext]\nparallel = {os.cpu_count() or 1}\n", encoding="utf-8")
        command = [PYTHON, "-m", "pip", "--disable-pip-version-check", "--no-input", "wheel", "-v", "--no-deps"]
        command += ["--no-build-isolation", "--no-binary", "hummingbot", "--require-hashes", "--no-cache-dir"]
        command += ["-r", str(SOURCE), "-w", folder]
        watch(command, {**os.environ, "DIST_EXTRA_CONFIG": str(jobs)})
        return wheel_of(Path(folder)).replace(kept_in / wheel_of(Path(folder)).name)  # type: ignore[union-attr]


def watch(command: list[str], environment: dict[str, str]) -> None:
    """Run the build and tell how far it is; all it says is shown only if it fails."""
    told, translated, compiled, last_s = [], 0, 0, time.monotonic()
    lower = [shutil.which("nice") or "", "-n", "5"]
    with subprocess.Popen(
        (lower if lower[0] else []) + command, cwd=ROOT, env=environment, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, errors="replace",
    ) as running:  # fmt: skip
        for line in running.stdout or ():
            told.append(line)
            translated += "Cythonizing " in line
            compiled += line.strip().startswith("building '")
            if time.monotonic() - last_s > (QUIET_S_MAX if not sys.stdout.isatty() else 0.5):
                last_s = time.monotonic()
                step = f"C++ {compiled}/{MODULES}" if compiled else f"Cython {min(translated, MODULES)}/{MODULES}"
                say(f"  {step}", passing=True)
    if running.returncode:
        raise subprocess.CalledProcessError(running.returncode, command, "".join(told[-200:]))


def link() -> None:
    """Our source on the path, and the hook that the plug-in's own wheel would bring: an install without a build."""
    lines = [str(ROOT / "src"), str(ROOT / "plugin" / "src"), "import hummingbot_valr._hook"]
    (Path(packages()) / "hummingbot_valr_source.pth").write_text("\n".join(lines) + "\n", encoding="utf-8")


def packages() -> str:
    """Where the environment keeps its packages."""
    asked = [PYTHON, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    return subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()


def pip(*arguments: str) -> None:
    """One step of pip, quiet unless it fails."""
    command = [PYTHON, "-m", "pip", "--disable-pip-version-check", "--no-input", *arguments]
    subprocess.run(command, check=True, capture_output=True, text=True)


def cache() -> Path:
    """Where the wheel for this Python, this machine and these pins is kept."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    lines = REQUIREMENTS.read_text(encoding="utf-8").splitlines()
    builders = [line for line in lines if line.partition("==")[0] in BUILDERS]
    parts = [sys.version, sysconfig.get_platform(), SOURCE.read_text(encoding="utf-8"), *builders]
    return base / "valr-maker" / f"hummingbot-{hashlib.sha256('|'.join(parts).encode()).hexdigest()[:16]}"


def wheel_of(folder: Path) -> Path | None:
    """The wheel in a folder."""
    return next(iter(sorted(folder.glob("hummingbot-*.whl"))), None)


def digest() -> str:
    """What the environment depends on: the pins, this Python, this script, and where the source lies."""
    files = (REQUIREMENTS, SOURCE, Path(__file__))
    parts = [sys.version, str(ROOT), *(file.read_text(encoding="utf-8") for file in files)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
