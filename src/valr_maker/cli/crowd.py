"""`--crowd FILE` and `--scenario NAME@SECONDS`: other people in a sandbox, and what happens to them."""

from collections.abc import Sequence
from pathlib import Path

from valr_maker.errors import ConfigProblem
from valr_maker.sandbox.crowd_file import CrowdPlan, read_crowd
from valr_maker.sandbox.scenario import cue_of
from valr_maker.sandbox.world import World

SIZE_MAX = 1_000_000


def prepare(world: World, crowd: Path | None, scenarios: Sequence[str]) -> None:
    """To be called before anybody looks at the world. Raises ConfigProblem for the file, UsageProblem for a scenario."""
    assert world.crowd is not None
    pairs = world.exchange.pairs
    plan = CrowdPlan() if crowd is None else read_crowd(_text(crowd), crowd.name, tuple(pairs.values()))
    asked = tuple(cue_of(text, pairs, plan.scenarios) for text in scenarios)
    world.crowd.prepare(plan.profiles, (*plan.cues, *asked), plan.scenarios)


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > SIZE_MAX:
            raise ConfigProblem(f"{path} is too large for a crowd file", remedy="docs/crowd.md says what is in one")
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise ConfigProblem(
            f"cannot read the crowd file {path}: {problem}", remedy="examples/crowd.toml is one to begin with"
        ) from problem
