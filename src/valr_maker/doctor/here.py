"""Steps that need no exchange: this machine and the file."""

import shutil
import sys
from pathlib import Path

import msgspec

from valr_maker import __version__
from valr_maker.config.load import load
from valr_maker.config.wanted import wanted_orders
from valr_maker.doctor.findings import NotNeeded
from valr_maker.doctor.patient import Patient
from valr_maker.errors import UsageProblem

OLDEST = (3, 11)
ROOM_MIN_MB = 200


async def python(_patient: Patient) -> str:
    """Python and the packages that reactions hang on; the others are there, or this would not run."""
    found = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < OLDEST:
        raise UsageProblem(f"Python {found} is too old", remedy="Use Python 3.11, 3.12 or 3.13")
    try:
        import uvloop  # noqa: F401  # whether it is there
    except ImportError:
        return f"! Python {found}, valr-maker {__version__}, no uvloop -> It does the same, a little slower: pip install uvloop"
    return f"Python {found}, valr-maker {__version__}, msgspec {msgspec.__version__}, uvloop"


async def file(patient: Patient) -> str:
    """The strategy file by itself."""
    if patient.conf is None:
        raise NotNeeded("no file was named; the rest is examined for DOGE-USDT")
    patient.loaded = load(patient.conf)
    settings = patient.loaded.settings
    orders = len(wanted_orders(settings))
    text = f"{patient.conf.name}: {settings.market}, {orders} order{'' if orders == 1 else 's'} a round"
    notes = patient.loaded.notes
    if not notes:
        return text
    older = any("template" in note for note in notes)
    renew = "; `valr-maker config upgrade` makes it one of today's template" if older else ""
    return f"! {text}; {'; '.join(notes)} -> `valr-maker config check` shows the lines{renew}"


async def disk(_patient: Patient) -> str:
    """Room for what a run writes."""
    free_mb = shutil.disk_usage(Path.cwd()).free // 2**20
    if free_mb < ROOM_MIN_MB:
        return f"! only {free_mb} MB free -> Make room: logs, reports and what the inventory has cost are written"
    return f"{free_mb / 1024:.1f} GB free"
