"""Prepared breakages: the doctor names the cause first, says what to do, and ends with the right code."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pytest

from valr_maker import virtual
from valr_maker.chance import Chance
from valr_maker.doctor.findings import Finding, State, Step, examine
from valr_maker.doctor.patient import Patient
from valr_maker.doctor.steps import STEPS, components, verdict
from valr_maker.domain import Side
from valr_maker.engine import readiness
from valr_maker.errors import Exit
from valr_maker.keys import ApiKey
from valr_maker.sandbox.faults import Faults, FaultyTransport
from valr_maker.sandbox.inprocess import InProcessTransport
from valr_maker.sandbox.world import World

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "conf_pure_mm_2.yml"
PLENTY = {"DOGE": Decimal(1000), "USDT": Decimal(1000)}
NOT_LISTED = b'{"code":-11272,"message":"The originating IP Address has not been whitelisted."}'
PAGE = b"<html><body>502 Bad Gateway</body></html>"


class LateClock(virtual.VirtualClock):
    """A machine whose wall clock is 90 s behind."""

    def wall_s(self) -> float:
        return super().wall_s() - 90.0


@dataclass
class Case:
    """What is broken, and what must be said of it."""

    step: str
    says: str
    remedy: str
    exit_code: Exit
    state: State = State.FAILED
    faults: Callable[[Faults], object] = lambda _faults: None
    edit: Callable[[str], str] = lambda text: text
    permissions: tuple[str, ...] = ("View access", "Trade")
    secret: str | None = None
    funds: dict[str, Decimal] = field(default_factory=lambda: PLENTY)
    prepare: Callable[[World], object] = lambda _world: None
    clock: type[virtual.VirtualClock] = virtual.VirtualClock


def replaced(old: str, new: str) -> Callable[[str], str]:
    return lambda text: text.replace(old, new)


CASES = {
    "wrong secret": Case("key", "invalid signature", "Copy key and secret again", Exit.KEY, secret="0" * 64),
    "skewed clock": Case("clock", "90.0 s behind", "NTP", Exit.OK, State.WARNING, clock=LateClock),
    "key that may withdraw": Case("permissions", "more than a market maker needs: Withdraw", "only View access and Trade",
                                  Exit.KEY, permissions=("View access", "Trade", "Withdraw")),
    "view-only key": Case("permissions", "may not trade", "View access and Trade", Exit.KEY, permissions=("View access",)),
    "address not allowed": Case("key", "not been whitelisted", "allow-list", Exit.KEY,
                                faults=lambda one: one.fail("/v1/account", status=403, body=NOT_LISTED)),
    "inactive pair": Case("rules", "LTC-BTC is not active", "valr-maker pairs", Exit.CONFIG,
                          edit=replaced("DOGE-USDT", "LTC-BTC")),
    "unknown pair": Case("rules", "DOGEX-USDT is not a pair", "Did you mean DOGE-USDT", Exit.CONFIG,
                         edit=replaced("DOGE-USDT", "DOGEX-USDT")),
    "amount below the minimum": Case("rules", "below the smallest order of this pair", "Set it to 4", Exit.CONFIG,
                                     edit=replaced("order_amount: 4.0", "order_amount: 1.0")),
    "post-only pair": Case("order types", "post-only: VALR lets nobody trade", "", Exit.OK, State.WARNING,
                           faults=lambda one: one.fail("/v1/public/DOGEUSDT/ordertypes", status=200,
                                                       body=b'["LIMIT_POST_ONLY"]')),
    "simple orders only": Case("order types", "takes no limit orders, only SIMPLE", "Choose another pair", Exit.CONFIG,
                               faults=lambda one: one.fail("/v1/public/DOGEUSDT/ordertypes", status=200,
                                                           body=b'["SIMPLE"]')),
    "empty account": Case("balances", "holds no DOGE and no USDT", "Deposit", Exit.CONFIG, funds={}),
    "one side empty": Case("balances", "one round needs 4 DOGE", "quoted smaller or not at all", Exit.OK, State.WARNING,
                           funds={"USDT": Decimal(1000)}),
    "dead trade socket": Case("book", "/ws/trade", "WebSockets", Exit.EXCHANGE,
                              faults=lambda one: one.refuse_connect("/ws/trade")),
    "dead account socket": Case("user stream", "/ws/account", "WebSockets", Exit.EXCHANGE,
                                faults=lambda one: one.refuse_connect("/ws/account")),
    "silent book": Case("book", "no book snapshot within 8 s", "WebSockets", Exit.EXCHANGE,
                        faults=lambda one: one.freeze("/ws/trade")),
    "bad checksum": Case("book", "the book does not hold: checksum", "new snapshot", Exit.EXCHANGE,
                         faults=lambda one: one.corrupt_checksum("/ws/trade", 1)),
    "429 on the rules": Case("rules", "the exchange limits us (429)", "Check the network", Exit.EXCHANGE,
                             faults=lambda one: one.rate_limit("/v1/public/pairs")),
    "a page of HTML": Case("balances", "HTTP 502", "Check the network", Exit.EXCHANGE,
                           faults=lambda one: one.fail("/v1/account/balances", status=502, body=PAGE,
                                                       content_type="text/html")),
    "read-only exchange": Case("status", "read-only", "Wait", Exit.EXCHANGE,
                               prepare=lambda world: setattr(world.desk, "read_only", True)),
    "rules call failing": Case("rules", "HTTP 500", "Check the network", Exit.EXCHANGE,
                               faults=lambda one: one.fail("/v1/public/pairs")),
    "no network": Case("address", "connection failed", "--venue sandbox", Exit.EXCHANGE,
                       faults=lambda one: one.unreachable()),
    "old template": Case("file", "template_version 12 is read as", "", Exit.OK, State.WARNING,
                         edit=replaced("template_version: 24", "template_version: 12")),
    "misspelt key": Case("file", "max_ordr_age: is not a key", "Did you mean max_order_age", Exit.CONFIG,
                         edit=replaced("max_order_age:", "max_ordr_age:")),
    "too fast a refresh": Case("budget", "orders a second of 400 allowed", "Raise order_refresh_time", Exit.CONFIG,
                               edit=replaced("order_refresh_time: 15.0", "order_refresh_time: 0.001")),
}  # fmt: skip


def examined(case: Case, tmp_path: Path) -> list[Finding]:
    """Everything the doctor finds, in virtual time."""
    conf = tmp_path / "conf_pure_mm_2.yml"
    conf.write_text(case.edit(EXAMPLE.read_text(encoding="utf-8")), encoding="utf-8")

    async def visit() -> list[Finding]:
        world, clock, faults = World(1), case.clock(), Faults()
        case.prepare(world)
        account = world.create_account("doctor", case.funds, case.permissions)
        case.faults(faults)
        transport = FaultyTransport(InProcessTransport(world, virtual.VirtualClock()), clock, faults)
        key = ApiKey(account.key, case.secret or account.secret)
        patient = Patient("sandbox", "http://127.0.0.1", transport, clock, Chance(1), key, conf=conf)
        findings = [finding async for finding in examine(STEPS, patient, clock)]
        await transport.aclose()
        await asyncio.sleep(0)
        return findings

    return virtual.run(visit())


@pytest.mark.parametrize("name", CASES)
def test_the_cause_is_named_first_with_its_remedy_and_exit_code(name, tmp_path):
    case = CASES[name]
    findings = examined(case, tmp_path)
    first = next(finding for finding in findings if finding.state in (State.FAILED, State.WARNING))
    assert (first.step, first.state) == (case.step, case.state), first
    assert case.says in first.text
    assert case.remedy in first.text + first.remedy
    sentence, code = verdict(findings)
    assert code is case.exit_code, sentence
    assert [finding.step for finding in findings] == [step.name for step in STEPS]


def test_a_healthy_exchange_passes_every_step(tmp_path):
    findings = examined(Case("", "", "", Exit.OK), tmp_path)
    assert {finding.state for finding in findings} == {State.OK}
    assert verdict(findings) == ("It can quote.", Exit.OK)
    assert list(components(findings)) == list(readiness.NAMES)
    assert all(words.startswith("ready") for words in components(findings).values())


def test_later_steps_say_which_earlier_one_they_needed(tmp_path):
    findings = {finding.step: finding for finding in examined(CASES["no network"], tmp_path)}
    assert findings["book"].state is State.LEFT_OUT
    assert findings["book"].text == "needs 'address and TLS' first"


def test_the_test_order_is_cancelled_though_the_stream_says_nothing(tmp_path):
    """The worst moment: the order rests, and nobody tells. It is taken away before anything is reported."""
    worlds: list[World] = []
    case = Case("round trip", "no ORDER_PROCESSED", "", Exit.EXCHANGE, prepare=worlds.append,
                faults=lambda one: one.freeze("/ws/account", types=("ORDER_PROCESSED", "ORDER_STATUS_UPDATE")))  # fmt: skip
    findings = {finding.step: finding for finding in examined(case, tmp_path)}
    assert findings["round trip"].state is State.FAILED
    assert "no ORDER_PROCESSED" in findings["round trip"].text
    (world,) = worlds
    assert not [
        order for order in world.exchange.resting("DOGEUSDT", Side.BUY) if "doctor" in (order.customer_id or "")
    ]


def test_a_mistake_of_ours_in_one_step_breaks_no_other():
    async def broken(_patient: None) -> str:
        raise ZeroDivisionError

    async def fine(_patient: None) -> str:
        return "fine"

    async def visit() -> list[Finding]:
        steps = [Step("a", "a", broken), Step("b", "b", fine), Step("c", "c", fine, ("a",))]
        return [finding async for finding in examine(steps, None, virtual.VirtualClock())]

    states = [finding.state for finding in virtual.run(visit())]
    assert states == [State.FAILED, State.OK, State.LEFT_OUT]
