"""The operator's door: whatever a client of VALR cannot do, under /sandbox/v1 on the same port.

Room rule: pure; `Stage` is who has the world and its clock. Bodies are typed; a mistake is one JSON object that says what
was found and what to do. No web page can get in: see `control_bodies.refuse_pages`.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Protocol
from urllib.parse import parse_qs, unquote

import msgspec

from valr_maker.domain import Side
from valr_maker.errors import ValrMakerError
from valr_maker.sandbox import crowd_steer, snapshot, truth
from valr_maker.sandbox.accounts import CROWD, Account
from valr_maker.sandbox.calls import JSON, Reply
from valr_maker.sandbox.control_bodies import (
    BAD,
    DIGITS_MAX,
    NOT_FOUND,
    CrowdOrder,
    Mistake,
    Money,
    NewAccount,
    NewKey,
    PairState,
    Platform,
    Seconds,
    Speed,
    Tier,
    expect_permissions,
    expect_tier,
    order_types,
    read,
    refuse_pages,
)
from valr_maker.sandbox.event_log import KINDS
from valr_maker.sandbox.facts import Rejected
from valr_maker.sandbox.order import NewOrder, Tif
from valr_maker.sandbox.render import moment
from valr_maker.sandbox.settings import changed
from valr_maker.sandbox.steered import SteeredClock
from valr_maker.sandbox.world import World
from valr_maker.wire.text import plain

PREFIX = "/sandbox/v1/"
OK, CREATED, TOO_LARGE = 200, 201, 413
EVENTS_MAX, EVENTS_SHOWN = 1_000, 100
BYTES = {"content-type": "application/octet-stream"}
ADVANCE_MAX_S = 40 * 86_400.0


class Stage(Protocol):
    """Who has the world: `driver.Driver`."""

    world: World
    clock: SteeredClock

    def catch_up(self) -> None:
        """Let happen what is due by now."""

    def rearm(self) -> None:
        """What is due next may have changed."""

    def steer(self, change: Callable[[SteeredClock], None]) -> None:
        """Change how time passes."""

    def swap(self, world: World) -> None:
        """Go on with another world."""


class Control:
    """Answers requests of the operator."""

    def __init__(self, stage: Stage, drop_sockets: Callable[[], int]) -> None:
        self._stage, self._drop_sockets = stage, drop_sockets
        self._routes: dict[tuple[str, str], Callable[..., Reply]] = {
            ("GET", "status"): self._status,
            ("GET", "accounts"): self._accounts,
            ("POST", "accounts"): self._new_account,
            ("GET", "accounts/*"): self._account,
            ("POST", "accounts/*/funds"): self._funds,
            ("POST", "accounts/*/keys"): self._new_key,
            ("DELETE", "keys/*"): self._revoke,
            ("PUT", "accounts/*/tier"): self._tier,
            ("GET", "pairs/*"): self._pair,
            ("PUT", "pairs/*"): self._set_pair,
            ("PUT", "platform"): self._platform,
            ("POST", "time/advance"): self._advance,
            ("POST", "time/pause"): self._pause,
            ("POST", "time/resume"): self._resume,
            ("PUT", "time/speed"): self._speed,
            ("GET", "snapshot"): self._snapshot,
            ("POST", "restore"): self._restore,
            ("POST", "sockets/drop"): self._drop,
            ("POST", "crowd/orders"): self._crowd_order,
            ("DELETE", "crowd/orders/*"): self._crowd_cancel,
            ("POST", "crowd/scenarios"): self._play,
            ("GET", "dump"): self._dump,
            ("POST", "diff"): self._diff,
            ("GET", "events"): self._events,
        }

    @property
    def world(self) -> World:
        """The present one."""
        return self._stage.world

    def handle(self, verb: str, target: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Serve one request; `target` begins with PREFIX."""
        path, _, query = target.removeprefix(PREFIX).partition("?")
        try:
            refuse_pages({name.lower(): value for name, value in headers.items()}, body)
            route, parts = self._find(verb, path.strip("/"))
            self._stage.catch_up()
            try:
                reply = route(*parts, query=parse_qs(query), body=body)
            finally:
                self.world.floor.settle(self.world.now_s)
                self._stage.rearm()
        except Mistake as mistake:
            return _json({"error": str(mistake), "remedy": mistake.remedy}, mistake.status)
        except Rejected as rejected:
            return _json({"error": rejected.message, "code": rejected.code, "remedy": "Change what is asked for"}, BAD)
        except ValrMakerError as problem:
            return _json({"error": str(problem), "remedy": problem.remedy}, BAD)
        return reply

    def _find(self, verb: str, path: str) -> tuple[Callable[..., Reply], list[str]]:
        given = path.split("/")
        for (route_verb, shape), route in self._routes.items():
            wanted = shape.split("/")
            if len(wanted) == len(given) and all(one in ("*", part) for one, part in zip(wanted, given, strict=True)):
                if route_verb != verb:
                    continue
                return route, [unquote(part) for one, part in zip(wanted, given, strict=True) if one == "*"]
        known = ", ".join(f"{verb} {PREFIX}{shape}" for verb, shape in self._routes)
        raise Mistake(f"there is no {verb} {PREFIX}{path}", f"The routes are: {known}", NOT_FOUND)

    # ---- accounts ---------------------------------------------------------------------------------------------------
    def _status(self, **_: Any) -> Reply:
        clock, world = self._stage.clock, self.world
        return _json(
            {
                "now": moment(clock.wall_s()), "speed": clock.speed, "paused": clock.is_paused,
                "accounts": sum(1 for _one in world.exchange.accounts), "pairs_alive": list(world.floor.watched()),
                "read_only": world.desk.read_only, "digest": world.digest(), "scenarios": crowd_steer.going_on(world),
                "settings": changed(world.exchange.rules),
            }
        )  # fmt: skip

    def _named(self, name: str) -> Account:
        """By id or label. Raises Mistake."""
        found = [one for one in self.world.exchange.accounts if name in (one.id, one.label)]
        if len(found) != 1:
            labels = ", ".join(f"{one.label} ({one.id})" for one in self.world.exchange.accounts)
            what = "there is no account" if not found else "more than one account has the label"
            raise Mistake(f"{what} {name}", f"The accounts are: {labels}", NOT_FOUND)
        return found[0]

    def _accounts(self, **_: Any) -> Reply:
        rows = [
            {"id": one.id, "label": one.label, "tier": one.tier, "parent": one.parent, "keys": self._keys(one)}
            for one in self.world.exchange.accounts
        ]
        return _json(rows)

    def _keys(self, account: Account) -> list[dict[str, Any]]:
        return [
            {"key": one.key, "label": one.label, "permissions": one.permissions, "addresses": one.addresses}
            for one in self.world.exchange.accounts.keys(account.id)
        ]

    def _account(self, name: str, **_: Any) -> Reply:
        return _json(truth.account_truth(self.world.exchange, self._named(name)))

    def _new_account(self, *, body: bytes, **_: Any) -> Reply:
        wanted, world = read(body, NewAccount), self.world
        expect_tier(wanted.tier)
        expect_permissions(wanted.permissions)
        for currency, amount in wanted.funds.items():
            self._expect_money(currency, amount)
            if amount < 0:
                raise Mistake(f"{plain(amount)} {currency} is less than nothing", "A new account owes nobody")
        if wanted.parent is None:
            made = world.create_account(wanted.label, {}, wanted.permissions)
        else:
            parent = self._named(wanted.parent)
            if parent.parent is not None:
                raise Mistake(f"{wanted.parent} is a sub-account itself", "Name a primary account as its parent")
            made = world.exchange.accounts.create_sub(parent.id, wanted.label, world.now_s)
        made.tier = wanted.tier
        for currency, amount in wanted.funds.items():
            self._deposit(made, currency, amount)
        return _json({"id": made.id, "label": made.label, "key": made.key, "secret": made.secret}, CREATED)

    def _funds(self, name: str, *, body: bytes, **_: Any) -> Reply:
        wanted = read(body, Money)
        account = self._named(name)
        self._deposit(account, wanted.currency, wanted.amount)
        held = self.world.exchange.accounts.balance(account.id, wanted.currency.upper())
        return _json({"currency": held.currency, "available": plain(held.available), "reserved": plain(held.reserved)})

    def _expect_money(self, currency: str, amount: Decimal) -> None:
        if currency.upper() not in self.world.exchange.accounts.currencies:
            raise Mistake(f"there is no currency {currency}", "GET /v1/public/currencies lists them")
        if not amount.is_finite() or not amount or abs(amount.adjusted()) > DIGITS_MAX:
            raise Mistake(f"{amount} is no amount of money", "Give a number; below zero it is withdrawn")

    def _deposit(self, account: Account, currency: str, amount: Decimal) -> None:
        self._expect_money(currency, amount)
        self.world.exchange.deposit(account.id, currency.upper(), amount, self.world.now_s)

    def _new_key(self, name: str, *, body: bytes, **_: Any) -> Reply:
        wanted = read(body or b"{}", NewKey)
        account = self._named(name)
        expect_permissions(wanted.permissions)
        try:
            made = self.world.exchange.accounts.add_key(
                account.id, wanted.label, wanted.permissions, wanted.addresses, self.world.now_s
            )
        except ValueError as problem:
            raise Mistake(str(problem), "Give networks such as 127.0.0.1/32") from problem
        return _json({"key": made.key, "secret": made.secret, "permissions": list(made.permissions)}, CREATED)

    def _revoke(self, key: str, **_: Any) -> Reply:
        try:
            self.world.exchange.accounts.forget_key(key)
        except KeyError as problem:
            raise Mistake("there is no such key", "GET /sandbox/v1/accounts lists them", NOT_FOUND) from problem
        return _json({"revoked": key})

    def _tier(self, name: str, *, body: bytes, **_: Any) -> Reply:
        wanted = read(body, Tier)
        expect_tier(wanted.tier)
        self._named(name).tier = wanted.tier
        return _json({"tier": wanted.tier})

    # ---- pairs and the platform -------------------------------------------------------------------------------------
    def _symbol(self, pair: str) -> str:
        symbol = pair.replace("-", "").upper()
        if symbol not in self.world.exchange.pairs:
            raise Mistake(f"there is no pair {pair}", "GET /v1/public/pairs lists them", NOT_FOUND)
        return symbol

    def _pair(self, pair: str, **_: Any) -> Reply:
        return _json(truth.pair_truth(self.world.exchange, self._symbol(pair)))

    def _set_pair(self, pair: str, *, body: bytes, **_: Any) -> Reply:
        wanted, symbol, world = read(body, PairState), self._symbol(pair), self.world
        if wanted.order_types is not None:
            world.exchange.set_order_types(symbol, order_types(wanted.order_types))
        if wanted.active is not None:
            world.exchange.set_active(symbol, world.now_s, active=wanted.active)
            world.floor.settle(world.now_s)
            if wanted.active:
                world.floor.revive(symbol, world.now_s)
        return self._pair(symbol)

    def _platform(self, *, body: bytes, **_: Any) -> Reply:
        self.world.desk.read_only = read(body, Platform).read_only
        return _json({"read_only": self.world.desk.read_only})

    # ---- time -------------------------------------------------------------------------------------------------------
    def _advance(self, *, body: bytes, **_: Any) -> Reply:
        seconds = read(body, Seconds).seconds
        if not 0 <= seconds <= ADVANCE_MAX_S:
            raise Mistake(
                f"{seconds:g} s is no time to move on by", f"Give 0 to {ADVANCE_MAX_S:g}; time never goes back"
            )
        self._stage.steer(lambda clock: clock.jump(seconds))
        return self._status()

    def _pause(self, **_: Any) -> Reply:
        self._stage.steer(SteeredClock.pause)
        return self._status()

    def _resume(self, **_: Any) -> Reply:
        self._stage.steer(SteeredClock.resume)
        return self._status()

    def _speed(self, *, body: bytes, **_: Any) -> Reply:
        factor = read(body, Speed).factor
        try:
            self._stage.steer(lambda clock: clock.run_at(factor))
        except ValueError as problem:
            raise Mistake(str(problem), "1 is as fast as real time") from problem
        return self._status()

    def _snapshot(self, **_: Any) -> Reply:
        return Reply(OK, BYTES, snapshot.keep(self.world))

    def _restore(self, *, body: bytes, **_: Any) -> Reply:
        world = snapshot.restore(body)
        dropped = self._drop_sockets()
        self._stage.swap(world)
        return _json({"restored": moment(world.now_s), "sockets_dropped": dropped, "key": world.key})

    def _drop(self, **_: Any) -> Reply:
        return _json({"sockets_dropped": self._drop_sockets()})

    # ---- the crowd --------------------------------------------------------------------------------------------------
    def _crowd_order(self, *, body: bytes, **_: Any) -> Reply:
        wanted, world = read(body, CrowdOrder), self.world
        symbol = self._symbol(wanted.pair)
        try:
            side, tif = Side(wanted.side.lower()), Tif(wanted.time_in_force.upper())
        except ValueError as problem:
            raise Mistake(str(problem), "side is buy or sell, time_in_force GTC, IOC or FOK") from problem
        new = NewOrder(symbol, side, wanted.price, wanted.quantity, post_only=wanted.post_only, tif=tif)
        trader = f"{CROWD}-{symbol}-{wanted.trader}"
        checked = world.exchange.check(trader, new)
        order = world.exchange.execute(world.exchange.accept(trader, checked, world.now_s).id, world.now_s)
        body_ = {
            "id": order.id, "trader": wanted.trader, "status": order.status.value, "reason": order.failed_reason,
            "filled": plain(order.executed), "remaining": plain(order.remaining),
        }  # fmt: skip
        return _json(body_, CREATED)

    def _crowd_cancel(self, order_id: str, **_: Any) -> Reply:
        exchange = self.world.exchange
        order = exchange.crowd_open.get(order_id)
        if order is None:
            raise Mistake(f"the crowd has no open order {order_id}", "It may have been filled; GET dump shows the book")
        exchange.cancel(order.account, order_id=order_id, customer_id=None, pair=None, now_s=self.world.now_s)
        return _json({"cancelled": order_id})

    def _play(self, *, body: bytes, **_: Any) -> Reply:
        return _json(crowd_steer.play(self.world, read(body, crowd_steer.Play)), CREATED)

    # ---- looking ----------------------------------------------------------------------------------------------------
    def _dump(self, *, query: Mapping[str, list[str]], **_: Any) -> Reply:
        exchange, names, pairs = self.world.exchange, query.get("account"), query.get("pair")
        accounts = [self._named(name) for name in names] if names else list(exchange.accounts)
        shown = [self._symbol(pair) for pair in pairs] if pairs else sorted(self.world.exchange.books)
        return _json(
            {
                "now": moment(self.world.now_s),
                "accounts": [truth.account_truth(exchange, one) for one in accounts],
                "pairs": [truth.pair_truth(exchange, pair, None) for pair in shown],
            }
        )

    def _diff(self, *, body: bytes, **_: Any) -> Reply:
        belief = read(body, truth.Belief)
        account = self.world.account if belief.account is None else self._named(belief.account)
        for book in belief.books:
            book.pair = self._symbol(book.pair)
        found = truth.differences(self.world.exchange, account, belief)
        return _json({"account": account.id, "same": not found, "differences": [one._asdict() for one in found]})

    def _events(self, *, query: Mapping[str, list[str]], **_: Any) -> Reply:
        def one(name: str, default: str) -> str:
            return query.get(name, [default])[-1]

        try:
            after, limit = int(one("after", "0")), int(one("limit", str(EVENTS_SHOWN)))
        except ValueError as problem:
            raise Mistake("after and limit are whole numbers", "GET events?after=120&limit=50") from problem
        kind, account, pair = one("kind", ""), one("account", ""), one("pair", "")
        if after < 0 or not 1 <= limit <= EVENTS_MAX or kind not in ("", *KINDS):
            raise Mistake(
                f"after={after}, limit={limit}, kind={kind} cannot be shown",
                f"after is 0 or more, limit 1 to {EVENTS_MAX}, kind one of {', '.join(KINDS)}",
            )
        account, pair = account and self._named(account).id, pair and self._symbol(pair)
        rows, log = [], self.world.floor.log
        seen = min(after, log.newest)  # after a restore the log may be shorter than it was
        for event in log.after(seen):
            seen = event.sequence
            if account in ("", event.account) and pair in ("", event.pair) and kind in ("", event.kind):
                rows.append(event._asdict() | {"at": moment(event.at_s)})
                if len(rows) == limit:
                    break
        return _json({"events": rows, "next_after": seen, "more": len(rows) == limit})


def too_large(most: int) -> Reply:
    """The body is longer than the door takes."""
    return _json({"error": f"the body is longer than {most:,} bytes", "remedy": "Send less"}, TOO_LARGE)


def _json(body: object, status: int = OK) -> Reply:
    return Reply(status, JSON, msgspec.json.encode(body))
