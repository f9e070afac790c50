"""The operator's door to scenarios: let one happen, now or later.

Room rule: pure. control.py hands over the body; a mistake is a UsageProblem with a remedy.
"""

from typing import Any

import msgspec

from valr_maker.errors import UsageProblem
from valr_maker.sandbox.scenario import cue_of, numbers_of
from valr_maker.sandbox.world import World


class Play(msgspec.Struct, forbid_unknown_fields=True):
    """What is asked for, such as `flash-crash@30,pair=DOGEUSDT`; the seconds count from now."""

    scenario: str


def play(world: World, wanted: Play) -> dict[str, Any]:
    """Let it happen. Raises UsageProblem."""
    if world.crowd is None:
        raise UsageProblem("this sandbox has no crowd", remedy="Serve one with a crowd")
    cue = cue_of(wanted.scenario, world.exchange.pairs, world.crowd.scenarios)
    world.crowd.play(cue.scenario, cue.pair, world.now_s + cue.after_s)
    world.crowd.advance(world.now_s)
    return {
        "scenario": cue.scenario.name, "pair": cue.pair, "after_s": cue.after_s, "numbers": numbers_of(cue.scenario),
    }  # fmt: skip


def going_on(world: World) -> dict[str, str]:
    """Which pairs are in the middle of one."""
    return {} if world.crowd is None else world.crowd.scenes()
