"""Makes docs/picture.svg: the live view of a real run on the in-process sandbox, in virtual time, from a seed.

`python scripts/make_picture.py --seconds 100 --seed 1`
"""

import argparse
import asyncio
import io
import re
from pathlib import Path

from rich.console import Console

from valr_maker import virtual
from valr_maker.config.load import load
from valr_maker.engine.status import Status
from valr_maker.screens.terminal import render
from valr_maker.simulate import Scene

ROOT = Path(__file__).resolve().parent.parent
REMOTE_FONTS = re.compile(r"@font-face\s*\{[^}]*\}\s*")


def main() -> None:
    """Run, look, draw."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--conf", type=Path, default=ROOT / "examples" / "conf_pure_mm_2.yml")
    asked.add_argument("--seconds", type=float, default=100.0, help="virtual seconds until the picture is taken")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--width", type=int, default=100)
    asked.add_argument("--out", type=Path, default=ROOT / "docs" / "picture.svg")
    options = asked.parse_args()
    status = virtual.run(moment(options.conf, options.seconds, options.seed))
    console = Console(
        record=True, width=options.width, file=io.StringIO(), force_terminal=True, color_system="truecolor"
    )
    console.print(render(status))
    print(console.export_text(clear=False))
    svg = console.export_svg(title=f"valr-maker run {options.conf.name}", unique_id="picture")
    plain = "\n".join(row.rstrip() for row in REMOTE_FONTS.sub("", svg).splitlines())
    options.out.write_text(plain + "\n", encoding="utf-8")


async def moment(conf: Path, seconds: float, seed: int) -> Status:
    """The status of a bot that has run for so long; afterwards it stops and leaves nothing resting."""
    scene = Scene(load(conf), seed=seed)
    running = asyncio.get_running_loop().create_task(scene.run())
    await scene.clock.sleep(seconds)
    status = scene.bot.status()
    scene.bot.stop("the picture is taken")
    outcome = (await running).outcome
    if outcome.error is not None or outcome.open_orders != 0:
        raise SystemExit(f"the run did not end well: {outcome}")
    return status


if __name__ == "__main__":
    main()
