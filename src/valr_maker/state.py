"""What a bot must remember from one run to the next: what the base at hand has cost, for price_type inventory_cost.

One small JSON file a bot and venue, below $XDG_STATE_HOME/valr-maker (~/.local/state/valr-maker). It is replaced in one
step, so that a crash leaves the old one or the new one. Hummingbot keeps the same two volumes in its database.
"""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import msgspec

from valr_maker.errors import UsageProblem
from valr_maker.wire.text import plain

FORMAT = 1


class Kept(msgspec.Struct, forbid_unknown_fields=True):
    """The file."""

    format: int
    market: str
    base: Decimal
    quote: Decimal
    """What the base has cost."""


def folder_of(environment: Mapping[str, str]) -> Path:
    """Where state is kept."""
    given = environment.get("XDG_STATE_HOME", "").strip()
    return (Path(given) if given else Path.home() / ".local" / "state") / "valr-maker"


class CostFile:
    """The volumes of one bot on one venue. `market` as in the strategy file, such as DOGE-USDT."""

    def __init__(self, folder: Path, name: str, market: str) -> None:
        self.path, self._market = folder / f"{name}.json", market
        self._last: tuple[Decimal, Decimal] | None = None

    def load(self) -> tuple[Decimal, Decimal] | None:
        """Base and what it cost; None when nothing is kept. Raises UsageProblem for a file that cannot be used."""
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as problem:
            raise self._bad(problem.strerror or str(problem)) from problem
        try:
            kept = msgspec.json.decode(data, type=Kept)
        except (msgspec.DecodeError, UnicodeDecodeError) as problem:
            raise self._bad(f"it is damaged ({problem})") from problem
        if kept.format != FORMAT or kept.market != self._market:
            raise self._bad(f"it is of format {kept.format} and for {kept.market}")
        if not (kept.base.is_finite() and kept.quote.is_finite()):
            raise self._bad("its volumes are no numbers")
        self._last = kept.base, kept.quote
        return self._last

    def save(self, volumes: tuple[Decimal, Decimal] | None) -> None:
        """Keep them, if they are new. Raises UsageProblem when that cannot be done."""
        if volumes is None or volumes == self._last:
            return
        body = {"format": FORMAT, "market": self._market, "base": plain(volumes[0]), "quote": plain(volumes[1])}
        draft = self.path.with_suffix(".new")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            draft.write_bytes(msgspec.json.encode(body) + b"\n")
            draft.replace(self.path)  # in one step
        except OSError as problem:
            raise UsageProblem(
                f"what the inventory has cost cannot be kept in {self.path}: {problem.strerror or problem}",
                remedy=f"Mend that; it is {body['base']} that cost {body['quote']} in {self._market}",
            ) from problem
        self._last = volumes

    def _bad(self, why: str) -> UsageProblem:
        return UsageProblem(
            f"what the inventory has cost cannot be read from {self.path}: {why}",
            remedy="Mend or remove the file; without it the cost begins with inventory_price",
        )
