"""Writes docs/conformance.md from the suite and its inventory: `python scripts/conformance_page.py`."""

from pathlib import Path

from valr_maker.conformance.page import page

PLACE = Path(__file__).parent.parent / "docs" / "conformance.md"

if __name__ == "__main__":
    PLACE.write_text(page(), encoding="utf-8")
    print(f"wrote {PLACE.name}")
