"""What a case is given: a guest of the address, and, where it asks, a quiet sandbox of its own in the same process."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from valr_maker.clock import Clock
from valr_maker.conformance.expect import Mismatch, Shape, departures, shown
from valr_maker.conformance.guest import Guest
from valr_maker.conformance.rawline import RawLine
from valr_maker.gateway.transport import Transport
from valr_maker.keys import ApiKey
from valr_maker.sandbox.accounts import TRADER
from valr_maker.sandbox.facts import PairSpec
from valr_maker.sandbox.inprocess import InProcessTransport
from valr_maker.sandbox.rules import Rules
from valr_maker.sandbox.world import World

D = Decimal
DOGEUSDT = PairSpec("DOGEUSDT", "DOGE", "USDT", True, D(4), D(680000), D("0.5"), D(54000), D("0.00001"), 1, D("0.16"))
DOGEZAR = PairSpec("DOGEZAR", "DOGE", "ZAR", True, D("1.5"), D(3600000), D(10), D(5000000), D("0.0001"), 1, D("2.8"))
ASLEEP = replace(DOGEUSDT, symbol="ADAUSDT", base="ADA", active=False)
SIMPLE_ONLY = replace(DOGEUSDT, symbol="TSLAXUSDT", base="TSLAX")
STABLES = PairSpec("USDTUSDC", "USDT", "USDC", True, D("0.5"), D(500000), D("0.5"), D(500000), D("0.00001"), 4, D(1))
PURSE = {"USDT": D(1000), "DOGE": D(10_000), "ZAR": D(10_000)}
SEED = 7
LIKED = ("BTCZAR", "BTCUSDC", "DOGEUSDT", "ETHZAR", "USDTZAR")
"""Pairs to look at on a foreign address: the ones that are traded most."""


class House:
    """A sandbox with a few pairs, nobody else there, and its usual latencies. Its clients share one transport."""

    def __init__(self, clock: Clock, rules: Rules) -> None:
        self.clock = clock
        self.world = World(
            SEED, universe=(DOGEUSDT, DOGEZAR, ASLEEP, SIMPLE_ONLY, STABLES), funds=PURSE, crowd=False, rules=rules
        )
        self.world.exchange.set_order_types(SIMPLE_ONLY.symbol, ["SIMPLE"])
        self.transport = InProcessTransport(self.world, clock)
        self.me = self._guest(self.world.key, self.world.secret)
        self.account = self.world.account.id

    def friend(self, permissions: Sequence[str] = TRADER, funds: Mapping[str, Decimal] | None = None) -> Guest:
        """Somebody else, with a purse like mine unless told."""
        account = self.world.create_account("friend", PURSE if funds is None else funds, permissions)
        return self._guest(account.key, account.secret)

    def another_key(self, permissions: Sequence[str] = TRADER, addresses: Sequence[str] = ()) -> Guest:
        """One more key of my account."""
        key = self.world.exchange.accounts.add_key(self.account, "another", permissions, addresses)
        return self._guest(key.key, key.secret)

    def set_active(self, pair: str, *, active: bool) -> None:
        """What the exchange's own people do: open or close a pair."""
        now_s = self.world.advance(self.clock.wall_s())
        self.world.exchange.set_active(pair, now_s, active=active)
        self.world.floor.settle(now_s)

    def set_types(self, pair: str, *types: str) -> None:
        """Likewise: which orders a pair takes."""
        self.world.exchange.set_order_types(pair, types)
        self.world.floor.settle(self.world.advance(self.clock.wall_s()))

    def expire(self, order_id: str) -> None:
        """Likewise: end an order as Expired."""
        now_s = self.world.advance(self.clock.wall_s())
        self.world.exchange.expire(self.account, order_id, now_s)
        self.world.floor.settle(now_s)

    def set_tier(self, tier: int) -> None:
        """Likewise: my fee tier."""
        self.world.account.tier = tier

    def read_only(self) -> None:
        """Likewise: maintenance."""
        self.world.desk.read_only = True

    def _guest(self, key: str, secret: str) -> Guest:
        return Guest(self.transport, self.clock, ApiKey(key, secret))


class Stage:
    """Where a case is tried. `strict`: keys that the reference does not have are wrong too.

    `pace` may be set: how many seconds pass there in one of ours.
    """

    def __init__(
        self, transport: Transport, clock: Clock, guest: Guest, *, strict: bool, line: RawLine | None = None
    ) -> None:
        self.transport, self.clock, self.guest, self.strict, self.line = transport, clock, guest, strict, line
        self.pace = 1.0
        self._houses: list[House] = []

    def house(self, **rules: Any) -> House:
        """A sandbox for this case alone; settings by name."""
        made = House(self.clock, Rules(**rules))
        self._houses.append(made)
        return made

    def fits(self, value: Any, shape: Shape, what: str) -> None:
        """Raises Mismatch unless it has the shape."""
        if wrong := departures(value, shape, extras=self.strict):
            raise Mismatch(f"{what}: {'; '.join(wrong[:3])}")

    def all_fit(self, values: Any, shape: Shape, what: str) -> None:
        """Raises Mismatch unless it is a list, not empty, and each of it has the shape."""
        if not isinstance(values, list) or not values:
            raise Mismatch(f"{what}: wanted some rows, found {shown(values)}")
        for value in values:
            self.fits(value, shape, what)

    async def pair(self) -> str:
        """A pair of the address that is traded."""
        active = [row["symbol"] for row in await self._pairs() if row["active"] and row["currencyPairType"] == "SPOT"]
        if not active:
            raise Mismatch("no spot pair is active")
        return next((symbol for symbol in LIKED if symbol in active), str(active[0]))

    async def other_pair(self) -> str:
        """Another one."""
        first = await self.pair()
        active = [row["symbol"] for row in await self._pairs() if row["active"] and row["currencyPairType"] == "SPOT"]
        return str(next(symbol for symbol in (*LIKED, *active) if symbol in active and symbol != first))

    async def inactive(self) -> str:
        """A pair of the address that is listed and closed."""
        closed = [row["symbol"] for row in await self._pairs() if not row["active"]]
        if not closed:
            raise Mismatch("no pair is inactive")
        return str(closed[0])

    async def _pairs(self) -> Any:
        return (await self.guest.look("/v1/public/pairs")).good()

    async def leave(self) -> None:
        """Let go of every house."""
        for house in self._houses:
            await house.transport.aclose()
        self._houses.clear()
