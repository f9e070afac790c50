"""What goes wrong, at the start and in mid-run: the bot does not quote on what it cannot trust, says why, recovers."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from valr_maker import virtual
from valr_maker.config.load import load
from valr_maker.engine import readiness
from valr_maker.engine.engine import Pace
from valr_maker.errors import Exit
from valr_maker.sandbox.faults import Faults, FaultyTransport
from valr_maker.sandbox.world import World
from valr_maker.simulate import Scene

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "conf_pure_mm_2.yml"
FORCED_WITHIN_S = 15.0 + 8.0
"""15 s, plus one round of questions with its backoff."""
LOOK_EVERY_S = 0.25
TROUBLE_AT_S = 20.0
Script = Callable[[Faults], object]


@dataclass
class Look:
    """What a person saw at one moment, and what the exchange held then."""

    at_s: float
    phase: str
    why: str
    standings: dict[str, str]
    reasons: dict[str, str]
    resting: int


class Run:
    """A bot over a faulty line, looked at four times a second. Half-second pauses after fills: none hides a fault."""

    def __init__(
        self,
        tmp_path: Path,
        *,
        at_start: Script | None = None,
        at_20: Script | None = None,
        funds: Mapping[str, Decimal] | None = None,
        duration_s: float = 120.0,
        strict: bool = False,
    ) -> None:
        text = EXAMPLE.read_text(encoding="utf-8")
        self.conf = tmp_path / "conf_pure_mm_2.yml"
        self.conf.write_text(text.replace("filled_order_delay: 60.0", "filled_order_delay: 0.5"), encoding="utf-8")
        self.at_start, self.at_20, self.funds, self.strict = at_start, at_20, funds, strict
        self.looks: list[Look] = []
        self.notes: list[str] = []
        virtual.run(self._go(duration_s))

    async def _go(self, duration_s: float) -> None:
        faults = Faults()
        scene = Scene(
            load(self.conf),
            seed=1,
            world=World(1, funds=self.funds),
            line=lambda transport, clock: FaultyTransport(transport, clock, faults),
            watch=lambda note: self.notes.append(note.text),
            pace=Pace.CLOCK if self.strict else Pace.EVENT,
            strict_parity=self.strict,
        )
        if self.at_start:
            self.at_start(faults)
        looking = asyncio.create_task(self._look(scene, faults))
        self.outcome = (await scene.run(duration_s)).outcome
        if not looking.cancel():
            looking.result()  # it never ends by itself: an error of its own

    async def _look(self, scene: Scene, faults: Faults) -> None:
        clock, world = scene.clock, scene.world
        account = world.account.id
        while True:
            if self.at_20 and clock.monotonic_s() == TROUBLE_AT_S:
                self.at_20(faults)
            status = scene.bot.status()
            standings = {part.name: part.standing for part in status.components}
            reasons = {part.name: part.reason for part in status.components}
            resting = len(world.exchange.open_orders(account))
            self.looks.append(Look(clock.monotonic_s(), status.phase, status.why, standings, reasons, resting))
            await clock.sleep(LOOK_EVERY_S)

    def quoting_from_s(self, after_s: float = 0.0) -> float | None:
        """The first moment of quoting."""
        return next((look.at_s for look in self.looks if look.at_s > after_s and look.phase == "quoting"), None)

    def distrusted(self, component: str) -> list[Look]:
        """The looks at which this component was not to be relied on, after the trouble began."""
        usable = ("ready", "degraded")
        return [look for look in self.looks if look.at_s > TROUBLE_AT_S and look.standings.get(component) not in usable]

    def told(self, text: str) -> bool:
        """Whether a note said so."""
        return any(text in note for note in self.notes)


@pytest.mark.parametrize(
    ("at_start", "component", "standing", "reason"),
    [
        pytest.param(
            lambda faults: faults.fail("/v1/public/pairs", times=2),
            readiness.RULES, "waiting", "trading rules request failed, asking again: HTTP 500",
            id="rules request failing twice",
        ),
        pytest.param(
            lambda faults: faults.freeze("/ws/trade"),
            readiness.BOOKS, "degraded", "polled over REST; no verified stream",
            id="book feed silent",
        ),
        pytest.param(
            lambda faults: faults.refuse_connect("/ws/account"),
            readiness.STREAM, "degraded", "polled over REST every 3 s; no account stream: cannot connect",
            id="account socket refused",
        ),
        pytest.param(
            lambda faults: faults.fail("/v1/account/balances"),
            readiness.BALANCE, "degraded", "from the stream alone; REST: HTTP 500",
            id="balances 500",
        ),
    ],
)  # fmt: skip
def test_a_component_held_back_at_the_start_is_forced_or_degraded(tmp_path, at_start, component, standing, reason):
    run = Run(tmp_path, at_start=at_start, duration_s=60.0)
    begun_s = run.quoting_from_s()
    assert begun_s is not None
    assert begun_s <= FORCED_WITHIN_S
    assert any(look.standings[component] == standing and reason in look.reasons[component] for look in run.looks)
    assert run.outcome.open_orders == 0


def test_an_empty_account_is_refused_with_the_reason_on_the_screen(tmp_path):
    run = Run(tmp_path, funds={}, duration_s=30.0)
    assert run.outcome.orders_placed == 0
    assert any("USDT" in look.why or "DOGE" in look.why for look in run.looks)


@pytest.mark.parametrize(
    ("at_20", "component", "reason", "back_within_s"),
    [
        pytest.param(
            lambda faults: faults.kill("/ws/trade"),
            readiness.BOOKS, "trade stream: closed with 1006", 20.0,
            id="trade socket killed",
        ),
        pytest.param(
            lambda faults: faults.kill("/ws/account"),
            readiness.STREAM, "closed with 1006", 20.0,
            id="account socket killed",
        ),
        pytest.param(
            lambda faults: faults.freeze("/ws/trade"),
            readiness.BOOKS, "trade stream: silent for 12 s", 60.0,
            id="feed frozen, the whole line",
        ),
        pytest.param(
            lambda faults: faults.freeze("/ws/trade", passing=("PONG",)),
            readiness.BOOKS, "the feed froze: it shows", 60.0,
            id="feed frozen behind a living line",
        ),
        pytest.param(
            lambda faults: faults.freeze("/ws/trade", types=("OB_L1_DIFF",)),
            readiness.BOOKS, "the feed froze: it shows", 60.0,
            id="feed frozen, snapshots still come",
        ),
        pytest.param(
            lambda faults: faults.freeze("/ws/account"),
            readiness.STREAM, "silent for 12 s", 60.0,
            id="account stream frozen",
        ),
        pytest.param(
            lambda faults: faults.freeze("/ws/account", passing=("PONG",)),
            readiness.STREAM, "an order ended and the stream did not tell", 60.0,
            id="account stream frozen behind a living line",
        ),
        pytest.param(
            lambda faults: faults.drop_next("/ws/trade", 1, "OB_L1_DIFF"),
            readiness.BOOKS, "sequence gap: expected", 20.0,
            id="sequence gap",
        ),
        pytest.param(
            lambda faults: faults.corrupt_checksum("/ws/trade", 1),
            readiness.BOOKS, "checksum", 20.0,
            id="wrong checksum",
        ),
        pytest.param(
            lambda faults: faults.malformed("/ws/trade"),
            readiness.BOOKS, "malformed frame", 20.0,
            id="malformed frame",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_trusted_in_mid_run_is_told_not_quoted_on_and_recovered_from(
    tmp_path, at_20, component, reason, back_within_s
):
    run = Run(tmp_path, at_20=at_20)
    assert run.told(reason)
    assert run.told(f"{component} is blind")
    blind = run.distrusted(component)
    for look in blind:
        assert look.phase != "quoting", look
    first_s = blind[0].at_s if blind else TROUBLE_AT_S
    away = [look for look in blind if look.at_s > first_s + 6.0]
    assert all(look.resting == 0 for look in away), away
    back_s = run.quoting_from_s(after_s=first_s)
    assert back_s is not None
    assert back_s - first_s <= back_within_s
    assert run.outcome.open_orders == 0


@pytest.mark.parametrize("lost", [("/ws/trade",), ("/ws/account",), ("/ws/trade", "/ws/account")], ids=" and ".join)
def test_strict_parity_goes_on_without_its_streams_and_still_leaves_nothing_behind(tmp_path, lost):
    """As Hummingbot does, which asks only once. What it saw last is what it quotes by; what rests it asks for."""

    def at_20(faults: Faults) -> None:
        for stream in lost:
            faults.refuse_connect(stream)
            faults.kill(stream)

    run = Run(tmp_path, at_20=at_20, duration_s=180.0, strict=True)
    part = readiness.BOOKS if "/ws/trade" in lost else readiness.STREAM
    assert run.told(f"{part} is blind")
    assert run.told("quoted on all the same, as Hummingbot does")
    blind = run.distrusted(part)
    assert any(look.phase == "quoting" and look.resting for look in blind)
    assert run.outcome.error is None
    assert run.outcome.open_orders == 0


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        pytest.param(lambda faults: faults.rate_limit("", times=2), "the exchange limits us (429)", id="429"),
        pytest.param(lambda faults: faults.fail("", times=6), "HTTP 500", id="5xx"),
    ],
)
def test_refused_requests_are_told_and_polling_goes_on_when_the_exchange_answers_again(tmp_path, trouble, said):
    """With the account socket gone too: orders and polling then need REST, so that its refusals matter."""

    def at_20(faults: Faults) -> None:
        faults.refuse_connect("/ws/account")
        faults.kill("/ws/account")
        trouble(faults)

    run = Run(tmp_path, at_20=at_20, duration_s=240.0)
    assert run.told(said)
    blind = run.distrusted(readiness.STREAM)
    assert blind
    assert all(look.phase != "quoting" for look in blind)
    back_s = run.quoting_from_s(after_s=blind[-1].at_s)
    assert back_s is not None
    assert run.looks[-1].standings[readiness.STREAM] == "degraded"
    assert run.outcome.open_orders == 0


def test_an_exchange_that_answers_nothing_at_the_end_is_no_proof(tmp_path):
    """Every REST answer is a 500 from then on: the orders go over the socket, but nobody lists what rests."""
    run = Run(tmp_path, at_20=lambda faults: faults.fail(""), duration_s=30.0)
    assert run.outcome.open_orders is None
    assert run.outcome.exit_code is Exit.UNRESOLVED
    assert "without proof" in str(run.outcome.error)
    assert run.looks[-1].at_s < 30.0 + 40.0
