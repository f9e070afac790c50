"""What the probes measure, in virtual time: trips, and nothing that is not one."""

from decimal import Decimal
from pathlib import Path

from valr_maker import virtual
from valr_maker.bench.probes import Bench, rest_trips
from valr_maker.bot.dry import DryBot
from valr_maker.chance import Chance
from valr_maker.config.load import load
from valr_maker.doctor.patient import Patient
from valr_maker.keys import ApiKey
from valr_maker.sandbox.faults import Faults, FaultyTransport
from valr_maker.sandbox.inprocess import InProcessTransport
from valr_maker.sandbox.world import World

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "conf_pure_mm_2.yml"


def no_bot() -> DryBot:
    raise AssertionError("trips need none")


def trips(faults: Faults, rounds: int) -> dict[str, list[float]]:
    """Milliseconds by figure, and the virtual seconds that it took."""

    async def measure() -> dict[str, list[float]]:
        world, clock = World(1), virtual.VirtualClock()
        account = world.create_account("bench", {"USDT": Decimal(10)}, ("View access", "Trade"))
        transport = FaultyTransport(InProcessTransport(world, clock), clock, faults)
        patient = Patient("sandbox", "here", transport, clock, Chance(1), ApiKey(account.key, account.secret))
        bench = Bench(patient, load(EXAMPLE).settings, no_bot, rounds)
        begun_s = clock.monotonic_s()
        found = {one.name: [value / 1000 for value in one.values] for one in await rest_trips(bench)}
        found["took"] = [clock.monotonic_s() - begun_s]
        await transport.aclose()
        return found

    return virtual.run(measure())


def test_a_wait_for_the_rate_limit_is_no_latency():
    """50 questions at 20 a second take more than two seconds; none of them took long itself."""
    found = trips(Faults(), 50)
    assert len(found["REST: public"]) == len(found["REST: signed"]) == 50
    assert found["took"][0] > 2
    assert max(found["REST: public"] + found["REST: signed"]) < 300


def test_a_429_is_waited_out_and_asked_again():
    """Another program on this address has spent the window: the figure is whole all the same."""
    faults = Faults()
    faults.rate_limit("/v1/public/time", times=3)
    assert len(trips(faults, 10)["REST: public"]) == 10
