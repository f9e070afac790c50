"""Makes .venv from nothing but this Python: `bootstrap.py run` or `bootstrap.py dev`. Standard library only.

A stamp is written last, so an interrupted run starts again; with a fresh stamp there is nothing to do.
"""

import hashlib
import os
import subprocess
import sys
import time
import venv
from pathlib import Path

OLDEST = (3, 11)
ROOT = Path(__file__).resolve().parent.parent
VENV = Path(os.environ.get("VENV", ROOT / ".venv"))
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
SETS = {"run": ("run",), "dev": ("run", "dev")}
START_S = time.monotonic()


def main() -> int:
    """Bring .venv up to date for a set of requirements. Exits 0 when it is, 1 with one line when it cannot be."""
    wanted = sys.argv[1] if len(sys.argv) > 1 else "run"
    if wanted not in SETS:
        return fail(f"unknown set {wanted!r}; use one of {', '.join(SETS)}")
    if sys.version_info < OLDEST:
        return fail(f"Python {sys.version.split()[0]} is too old; valr-maker needs 3.11 or newer (PYTHON=python3.12 make)")
    if fresh(wanted):
        return 0
    say(f"preparing {VENV.name} for `{wanted}` with Python {sys.version.split()[0]} (once; quick from then on)")
    try:
        return prepare(wanted)
    except subprocess.CalledProcessError as problem:
        return fail(f"a step failed (exit {problem.returncode}); see above, mend it and run make again")
    except OSError as problem:
        return fail(f"{problem}; mend it and run make again")


def prepare(wanted: str) -> int:
    """Every step from an empty folder to a working environment."""
    for stamp in VENV.glob("stamp-*"):
        stamp.unlink()
    if not works(PYTHON):
        say("making the environment")
        venv.create(VENV, clear=True, with_pip=True, symlinks=os.name != "nt")
    for name in SETS[wanted]:
        file = requirements(name)
        count = sum(1 for line in file.read_text(encoding="utf-8").splitlines() if "==" in line and line[:1].isalnum())
        say(f"installing {count} packages of {file.relative_to(ROOT)}, each checked against its hash")
        pip("install", "--require-hashes", "--no-deps", "--compile", "--progress-bar", "off", "-r", str(file))
    say("linking valr-maker itself")
    link()
    say("compiling")
    subprocess.run([PYTHON, "-m", "compileall", "-q", str(ROOT / "src")], check=True)
    for name in {wanted, "run"}:
        (VENV / f"stamp-{name}").write_text(digest(name), encoding="utf-8")
    say("ready")
    return 0


def link() -> None:
    """An editable install without a build: a path file, and the command."""
    asked = [PYTHON, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    packages = Path(subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip())
    (packages / "valr_maker_source.pth").write_text(f"{ROOT / 'src'}\n", encoding="utf-8")
    command = PYTHON.parent / "valr-maker"
    # sh starts it, because a path with spaces or beyond 127 characters cannot stand in a #! line
    starter = "#!/bin/sh\n\'\'\'exec\' \"{}\" \"$0\" \"$@\"\n\' \'\'\'\n".format(PYTHON)
    command.write_text(starter + "from valr_maker.cli.main import main\n\nmain()\n", encoding="utf-8")
    command.chmod(0o755)


def pip(*words: str) -> None:
    """Run pip quietly in the environment; its errors are shown."""
    subprocess.run(
        [PYTHON, "-m", "pip", "--disable-pip-version-check", "--no-input", "-q", *words], check=True, cwd=ROOT
    )


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
        if PYTHON.exists() and stamp.is_file() and stamp.read_text(encoding="utf-8") == digest(larger):
            return True
    return False


def works(python: Path) -> bool:
    """Whether an environment's Python starts, has pip, and is of this version."""
    if not python.exists():
        return False
    program = "import sys, pip; print('%d.%d' % sys.version_info[:2])"
    asked = subprocess.run([python, "-c", program], capture_output=True, text=True, check=False)
    return asked.stdout.strip() == f"{sys.version_info[0]}.{sys.version_info[1]}"


def say(text: str) -> None:
    """One line of progress with the time since the start."""
    print(f"[{time.monotonic() - START_S:5.1f} s] {text}", flush=True)


def fail(text: str) -> int:
    """One line that says what to do."""
    print(f"error: {text}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
