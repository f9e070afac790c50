"""The small files that everything stands on: nouns, errors, keys, chance, real and virtual time."""

import asyncio
import time
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from valr_maker import errors, virtual
from valr_maker.chance import Chance
from valr_maker.clock import RealClock
from valr_maker.domain import Intent, Market, Reason, Side, Slot
from valr_maker.errors import Exit, KeyProblem, ValrMakerError
from valr_maker.keys import ApiKey, from_environment
from valr_maker.virtual import EPOCH_S, VirtualClock
from valr_maker.wire.codes import WireError

LONG_KEY = "0123456789abcdef" * 4


# ---- nouns ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("text", ["DOGE-USDT", " doge-usdt ", "Doge-Usdt"])
def test_a_market_is_written_with_a_hyphen_and_traded_without(text):
    """Hummingbot's spelling in, VALR's out."""
    market = Market.parse(text)
    assert (str(market), market.symbol) == ("DOGE-USDT", "DOGEUSDT")


@pytest.mark.parametrize("text", ["", "DOGEUSDT", "DOGE-", "-USDT", "DOGE-USDT-X", "DOGE/USDT", "D GE-USDT"])
def test_what_is_no_market_is_refused_with_its_text(text):
    """One hyphen, two names."""
    with pytest.raises(ValueError, match="is not BASE-QUOTE"):
        Market.parse(text)


def test_slots_and_reasons_read_as_people_speak():
    """Levels count from one for people."""
    slot = Slot(Side.SELL, 1)
    assert (str(slot), str(Slot(Side.BUY, 0, hanging=True))) == ("sell level 2", "buy level 1 (hanging)")
    assert str(Reason("budget", "not created: no money", slot)) == "sell level 2: not created: no money"
    assert str(Reason("refresh", "waiting")) == "waiting"
    assert Intent(slot, Decimal(1), Decimal(2)).side is Side.SELL
    assert (Side.BUY.opposite, Side.SELL.opposite) == (Side.SELL, Side.BUY)


# ---- errors ---------------------------------------------------------------------------------------------------------
def test_each_kind_of_error_has_its_own_exit_code():
    """A promise to scripts; the root is 1, and nothing is 0."""
    kinds = [errors.UsageProblem, errors.ConfigProblem, errors.ExchangeUnreachable, errors.KeyProblem, errors.RiskHalt,
             errors.OrdersUnresolved]  # fmt: skip
    assert [int(kind.exit_code) for kind in kinds] == [2, 3, 4, 5, 6, 7]
    assert (ValrMakerError.exit_code, Exit.OK) == (Exit.OTHER, 0)


def test_an_error_is_one_line_with_its_remedy():
    """What was found, a full stop, the next step."""
    assert ValrMakerError("port 8080 is taken", remedy="Name another with --port").line() == (
        "port 8080 is taken. Name another with --port"
    )
    assert ValrMakerError("it broke.").line() == "it broke."
    assert WireError("malformed frame", b"\xff{").line().startswith("malformed frame: '\ufffd{'. Nothing was taken")


# ---- keys -----------------------------------------------------------------------------------------------------------
def test_a_key_never_shows():
    """Neither in repr, nor in str, nor in a format; enough is left to tell two keys apart."""
    key = ApiKey(LONG_KEY, "topsecret" * 7, "live key")
    for shown in (repr(key), str(key), f"{key}", key.masked):
        assert "topsecret" not in shown
        assert LONG_KEY[:5] not in shown
    assert str(key) == "live key 0123…"
    assert ApiKey("short", "x").masked == "…"


def test_a_key_comes_from_the_environment():
    """Stripped of the blanks that pasting adds."""
    key = from_environment({"VALR_API_KEY": f" {LONG_KEY}\n", "VALR_API_SECRET": "s "})
    assert (key.key, key.secret) == (LONG_KEY, "s")


@pytest.mark.parametrize(
    ("environment", "missing"),
    [
        ({}, "VALR_API_KEY and VALR_API_SECRET not set"),
        ({"VALR_API_KEY": "k", "VALR_API_SECRET": "  "}, ": VALR_API_SECRET not set"),
        ({"VALR_API_SECRET": "s"}, ": VALR_API_KEY not set"),
    ],
)
def test_a_missing_key_names_the_variable_and_the_way_without(environment, missing):
    """Exit code 5."""
    with pytest.raises(KeyProblem) as caught:
        from_environment(environment)
    assert missing in str(caught.value)
    assert "--venue sandbox" in caught.value.remedy
    assert caught.value.exit_code is Exit.KEY


# ---- chance ---------------------------------------------------------------------------------------------------------
def draws(chance: Chance) -> list[object]:
    return [
        chance.unit(), chance.uniform(1, 2), chance.normal(), chance.wait_s(3), chance.whole(1, 6), chance.token(8),
        chance.uuid7(EPOCH_S),
    ]  # fmt: skip


@given(st.integers() | st.text(max_size=5))
def test_the_same_seed_draws_the_same(seed):
    """And each fork its own stream, whatever the others draw."""
    first, second = Chance(seed), Chance(seed)
    assert draws(first) == draws(second)
    apart = first.fork("crowd")
    first.unit()
    assert draws(apart) == draws(second.fork("crowd")) != draws(second.fork("bot"))


def test_without_a_seed_no_two_runs_are_alike():
    """Nor do forks repeat each other."""
    assert draws(Chance()) != draws(Chance())
    assert draws(Chance().fork("a")) != draws(Chance().fork("a"))


@given(st.integers(), st.floats(0, 2_000_000_000))
def test_ids_are_version_7_and_carry_their_time(seed, wall_s):
    """Time-ordered, as VALR's are."""
    made = UUID(Chance(seed).uuid7(wall_s))
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert made.int >> 80 == int(wall_s * 1000)
    assert str(made) < Chance(seed).uuid7(wall_s + 1)


@given(st.integers())
def test_draws_stay_within_their_bounds(seed):
    """Both ends of a whole number included; waiting times are never negative."""
    chance = Chance(seed)
    assert 0 <= chance.unit() < 1
    assert 1 <= chance.uniform(1, 2) <= 2
    assert chance.whole(3, 3) == 3
    assert chance.wait_s(5) >= 0
    assert set(chance.token(50, "ab")) <= {"a", "b"}


# ---- time -----------------------------------------------------------------------------------------------------------
def test_a_virtual_day_passes_in_a_moment():
    """Wall and monotonic time move together, by exactly what was slept."""
    clock = VirtualClock()

    async def main() -> tuple[float, float]:
        await clock.sleep(86_400)
        return clock.wall_s(), clock.monotonic_s()

    began_s = time.monotonic()
    assert virtual.run(main()) == (EPOCH_S + 86_400, 86_400)
    assert time.monotonic() - began_s < 5


def test_virtual_tasks_wake_in_the_order_of_their_times():
    """However they were started; at equal times in the order of starting."""
    woken: list[str] = []

    async def sleeper(name: str, seconds: float) -> None:
        await VirtualClock().sleep(seconds)
        woken.append(name)

    async def main() -> None:
        await asyncio.gather(sleeper("c", 3), sleeper("a", 1), sleeper("b1", 2), sleeper("b2", 2))

    virtual.run(main())
    assert woken == ["a", "b1", "b2", "c"]


def test_timeouts_work_in_virtual_time():
    """Ten seconds of patience take no time at all."""

    async def main() -> float:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(10):
                await VirtualClock().sleep(1e6)
        return VirtualClock().monotonic_s()

    assert virtual.run(main()) == 10


def test_a_program_that_waits_for_nothing_is_told_so():
    """Instead of hanging."""

    async def main() -> None:
        await asyncio.Event().wait()

    with pytest.raises(RuntimeError, match="virtual time stands still"):
        virtual.run(main())


def test_a_simulated_world_may_begin_at_any_time():
    """The epoch is an argument."""

    async def main() -> float:
        return VirtualClock(1000.0).wall_s()

    assert virtual.run(main()) == 1000.0


def test_the_real_clock_agrees_with_the_machine():
    """Wall time is the machine's, monotonic time never goes back, sleep gives way to others."""
    clock = RealClock()
    assert abs(clock.wall_s() - time.time()) < 5
    before_s = clock.monotonic_s()
    asyncio.run(clock.sleep(0))
    assert clock.monotonic_s() >= before_s
