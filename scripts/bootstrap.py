"""Makes .venv from nothing but this Python: `bootstrap.py run` or `bootstrap.py dev`. Standard library only.

A stamp is written last; with a fresh stamp there is nothing to do. While it works a mark says that .venv is unfinished,
because a package cut off halfway looks installed to pip: whoever finds that mark begins again from an empty folder.
"""

import hashlib
import importlib.util
import os
import subprocess
import sys
import time
import venv
from pathlib import Path

OLDEST = (3, 11)
ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / os.environ.get("VENV", ".venv")
PYTHON = str(VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))
UNFINISHED = VENV / "unfinished"
SETS = {"run": ("run",), "dev": ("run", "dev")}
QUIET_S_MAX = 5.0
START_S = time.monotonic()


def main() -> int:
    """Bring .venv up to date for a set of requirements. Exits 0 when it is, 1 with one line when it cannot be."""
    wanted = sys.argv[1] if len(sys.argv) > 1 else "run"
    if wanted not in SETS:
        return fail(f"unknown set {wanted!r}; use one of {', '.join(SETS)}")
    if sys.version_info < OLDEST:
        return fail(
            f"Python {sys.version.split()[0]} is too old; valr-maker needs 3.11 or newer (PYTHON=python3.12 make)"
        )
    if fresh(wanted):
        return 0
    say(f"preparing {VENV.name} for `{wanted}` with Python {sys.version.split()[0]} (once; quick from then on)")
    if foreign(VENV):
        return fail(f"{VENV} has files in it and is no Python environment; name another folder: VENV=.venv make")
    if importlib.util.find_spec("ensurepip") is None:
        return fail("this Python came without ensurepip; install it (on Debian and Ubuntu the package python3-venv)")
    try:
        return prepare(wanted)
    except subprocess.CalledProcessError as problem:
        print(problem.stdout or "", problem.stderr or "", sep="", end="", file=sys.stderr)
        return fail(f"a step failed (exit {problem.returncode}); see above, mend it and run make again")
    except OSError as problem:
        return fail(f"{problem}; mend it and run make again")
    except KeyboardInterrupt:
        print(file=sys.stderr)
        fail("interrupted; the next make begins again")
        return 130


def prepare(wanted: str) -> int:
    """Every step from an empty folder to a working environment."""
    have = "run" if fresh("run") else ""
    for stamp in VENV.glob("stamp-*"):
        stamp.unlink()
    if UNFINISHED.exists() or not works():
        have = ""
        say("making the environment")
        venv.create(VENV, clear=True, symlinks=os.name != "nt")
        UNFINISHED.touch()
        subprocess.run([PYTHON, "-m", "ensurepip", "--default-pip"], check=True, capture_output=True, text=True)
    UNFINISHED.touch()
    for name in SETS[wanted]:
        if name != have:
            install(requirements(name))
    say("linking valr-maker itself")
    link()
    say("compiling")
    subprocess.run([PYTHON, "-m", "compileall", "-q", str(ROOT / "src")], check=True)
    UNFINISHED.unlink()
    for name in {wanted, "run"}:
        (VENV / f"stamp-{name}").write_text(digest(name), encoding="utf-8")
    say("ready")
    return 0


def install(file: Path) -> None:
    """Install one pinned file with pip, and tell which package it is at. What pip itself says is shown if it fails."""
    count = sum(1 for line in file.read_text(encoding="utf-8").splitlines() if "==" in line and line[:1].isalnum())
    say(f"installing {count} packages of {file.relative_to(ROOT)}, each checked against its hash")
    command = [PYTHON, "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--require-hashes"]
    command += ["--no-deps", "--compile", "--progress-bar", "off", "-r", str(file)]
    told, seen, last_s = [], 0, time.monotonic()
    # pip's output comes in lines as it works; errors join it, so that they stand where they happened
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as pip:
        for line in pip.stdout or ():
            told.append(line)
            seen += line.startswith(("Collecting ", "Requirement already satisfied: "))
            step = f"{seen}/{count} {line.split()[1].partition('=')[0]}" if line.startswith("Collecting ") else ""
            step = "putting them in place" if line.startswith("Installing ") else step
            if step and (sys.stdout.isatty() or time.monotonic() - last_s > QUIET_S_MAX):
                last_s = time.monotonic()
                say(f"  {step}", passing=True)
    if pip.returncode:
        raise subprocess.CalledProcessError(pip.returncode, command, "".join(told))


def link() -> None:
    """An editable install without a build: a path file, and the command."""
    asked = [PYTHON, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    packages = Path(subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip())
    (packages / "valr_maker_source.pth").write_text(f"{ROOT / 'src'}\n", encoding="utf-8")
    command = Path(PYTHON).parent / "valr-maker"
    # sh starts it, because a path with spaces or beyond 127 characters cannot stand in a #! line
    starter = f"#!/bin/sh\n'''exec' \"{PYTHON}\" \"$0\" \"$@\"\n' '''\n"
    command.write_text(starter + "from valr_maker.cli.start import main\n\nmain()\n", encoding="utf-8")
    command.chmod(0o755)


def requirements(name: str) -> Path:
    """The pinned file of a set."""
    return ROOT / "requirements" / f"{name}.txt"


def digest(name: str) -> str:
    """What the environment depends on: the pins, this Python, this script, and where the source lies."""
    parts = [sys.version, str(ROOT), Path(__file__).read_text(encoding="utf-8")]
    parts += [requirements(one).read_text(encoding="utf-8") for one in SETS[name]]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def fresh(name: str) -> bool:
    """Whether the stamp of a set, or of a larger one, is the present one."""
    for larger in (one for one, parts in SETS.items() if name in parts):
        stamp = VENV / f"stamp-{larger}"
        if Path(PYTHON).exists() and stamp.is_file() and stamp.read_text(encoding="utf-8") == digest(larger):
            return True
    return False


def works() -> bool:
    """Whether the environment's Python starts, has pip, and is of this version."""
    if not Path(PYTHON).exists():
        return False
    program = "import sys, pip; print('%d.%d' % sys.version_info[:2])"
    asked = subprocess.run([PYTHON, "-c", program], capture_output=True, text=True, check=False)
    return asked.stdout.strip() == f"{sys.version_info[0]}.{sys.version_info[1]}"


def foreign(folder: Path) -> bool:
    """Whether a folder named by VENV holds something that is not ours to empty. Our own .venv may be half cleared."""
    if folder == ROOT / ".venv" or not folder.is_dir():
        return False
    return any(folder.iterdir()) and not (folder / "pyvenv.cfg").exists()


def say(text: str, *, passing: bool = False) -> None:
    """One line of progress with the time since the start; on a terminal the next line replaces a passing one."""
    start, end = ("\r\033[K", "" if passing else "\n") if sys.stdout.isatty() else ("", "\n")
    print(f"{start}[{time.monotonic() - START_S:5.1f} s] {text}", end=end, flush=True)


def fail(text: str) -> int:
    """One line that says what to do."""
    print(f"error: {text}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
