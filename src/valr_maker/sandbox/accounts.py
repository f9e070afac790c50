"""Accounts, their API keys and their money.

Money only moves: what leaves one balance arrives in another, and fees in the venue's. So the sum of a currency over
all accounts, the venue and the crowd changes by deposits and nothing else.
The crowd has unlimited funds: all its traders share one signed ledger, which says what they won and lost together.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from ipaddress import ip_address, ip_network

from valr_maker.chance import Chance
from valr_maker.sandbox.facts import Balance
from valr_maker.sandbox.money import add, subtract
from valr_maker.sandbox.order import ZERO
from valr_maker.sandbox.refusals import FORBIDDEN, no
from valr_maker.wire import codes

CROWD = "crowd"
"""Accounts whose id starts so are the crowd's: no reservation, no history, no account facts."""
VENUE = "venue"
"""The ledger that earns the fees and pays the rewards; it may be below zero."""

TRADER = ("View access", "Trade")
SUB_ACCOUNTS_MAX = 2000
PRIMARY, PRIMARY_LABEL = "0", "Primary"
"""The first account of a family, as VALR names it among the others."""


def is_crowd(account: str) -> bool:
    """Whether this is one of the simulated others."""
    return account.startswith(CROWD)


@dataclass(slots=True)
class Account:
    """Someone with an API key. The secret stays out of `repr`."""

    id: str
    label: str
    key: str
    secret: str
    permissions: tuple[str, ...]
    created_s: float
    tier: int = 1
    """Fee tier, 1 to 9, that holds whatever the volume."""
    parent: str | None = None
    """The primary account of a sub-account. One made over the API has no key of its own: its texts are empty."""
    closed: bool = False
    """Removed: nobody lists it or acts for it. What was still on its way to it finds it, and finds it empty."""

    @property
    def public_label(self) -> str:
        """What its family calls it: the first account is always Primary (D)."""
        return PRIMARY_LABEL if self.parent is None else self.label

    @property
    def public_id(self) -> str:
        """What its family calls it in requests: the first account is always 0 (D)."""
        return PRIMARY if self.parent is None else self.id

    def __repr__(self) -> str:
        return f"Account({self.id!r}, {self.label!r}, key={self.key[:6]}..., tier={self.tier})"


@dataclass(frozen=True, slots=True)
class Key:
    """An API key. The secret stays out of `repr`."""

    key: str
    secret: str = field(repr=False)
    account: str
    label: str
    permissions: tuple[str, ...]
    added_s: float
    addresses: tuple[str, ...] = ()
    """Networks (CIDR) that may use it; none means all."""

    def admits(self, address: str) -> bool:
        """Whether a caller at this address may use it. An address that is none may not use a confined key."""
        if not self.addresses:
            return True
        try:
            here = ip_address(address)
        except ValueError:
            return False
        return any(here in ip_network(network, strict=False) for network in self.addresses)


class _Holding:
    """One currency of one account, while it changes."""

    __slots__ = ("available", "reserved", "updated_s")

    def __init__(self) -> None:
        self.available = ZERO
        self.reserved = ZERO
        self.updated_s: float | None = None

    def expect_sound(self, account: str, currency: str) -> None:
        """Our own mistake, if not."""
        assert min(self.available, self.reserved) >= 0, f"{account} {currency} {self.available} {self.reserved}"


class Accounts:
    """All accounts of the exchange. `currencies` are listed in every balance, also at zero."""

    def __init__(self, currencies: Iterable[str], chance: Chance) -> None:
        self.currencies = tuple(dict.fromkeys(currencies))
        self._chance = chance
        self._by_id: dict[str, Account] = {}
        self._by_key: dict[str, Key] = {}
        self._sub_ids = chance.fork("sub-accounts")
        self._holdings: dict[str, dict[str, _Holding]] = {CROWD: {}, VENUE: {}}

    def create(
        self,
        label: str,
        funds: Mapping[str, Decimal] | None = None,
        permissions: Iterable[str] = TRADER,
        now_s: float = 0.0,
    ) -> Account:
        """A new account with a key, a secret (64 hexadecimal digits each) and this much money."""
        draw = self._chance
        account = Account(
            str(draw.whole(10**17, 10**18 - 1)), label, draw.token(64), draw.token(64), tuple(permissions), now_s
        )
        self._by_id[account.id] = account
        self._by_key[account.key] = Key(account.key, account.secret, account.id, label, account.permissions, now_s)
        self._holdings[account.id] = {}
        for currency, amount in (funds or {}).items():
            self.adjust(account.id, currency, amount, now_s)
        return account

    def create_sub(self, parent: str, label: str, now_s: float) -> Account:
        """A sub-account without a key. Raises Rejected: -11132 (403, D) for a label in use, -11136 for one too many."""
        family = self.subs(parent)
        if label in {one.label for one in family}:
            raise no(codes.LABEL_IN_USE, FORBIDDEN)
        if len(family) >= SUB_ACCOUNTS_MAX:
            raise no(codes.TOO_MANY_SUB_ACCOUNTS)
        account = Account(str(self._sub_ids.whole(10**17, 10**18 - 1)), label, "", "", (), now_s, parent=parent)
        self._by_id[account.id] = account
        self._holdings[account.id] = {}
        return account

    def remove_sub(self, account: str) -> None:
        """Close a sub-account and its keys. Raises Rejected -11163 while it holds anything."""
        if any(held.available or held.reserved for held in self._holdings[account].values()):
            raise no(codes.BALANCES_NOT_ZERO)
        self._by_id[account].closed = True
        self._by_key = {text: key for text, key in self._by_key.items() if key.account != account}

    def subs(self, parent: str) -> list[Account]:
        """The sub-accounts of a primary account, oldest first."""
        return [one for one in self if one.parent == parent]

    def family(self, account: str) -> str:
        """The id of the primary account that this one is, or belongs to."""
        return self._by_id[account].parent or account

    def add_key(
        self,
        account: str,
        label: str,
        permissions: Iterable[str] = TRADER,
        addresses: Iterable[str] = (),
        now_s: float = 0.0,
    ) -> Key:
        """One more key. Raises ValueError for an address that is no network."""
        networks = tuple(str(ip_network(one, strict=False)) for one in addresses)
        draw = self._sub_ids
        made = Key(draw.token(64), draw.token(64), self.get(account).id, label, tuple(permissions), now_s, networks)
        self._by_key[made.key] = made
        return made

    def forget_key(self, key: str) -> None:
        """This key is good for nothing from now on. Raises KeyError for one that does not exist."""
        del self._by_key[key]

    def __iter__(self) -> Iterator[Account]:
        return (one for one in self._by_id.values() if not one.closed)

    def get(self, account: str) -> Account:
        """The account with this id, also a closed one. Raises KeyError when there is none."""
        return self._by_id[account]

    def key(self, key: str) -> Key | None:
        """What is known of this API key."""
        return self._by_key.get(key)

    def keys(self, account: str) -> list[Key]:
        """Every key of this account, oldest first."""
        return [one for one in self._by_key.values() if one.account == account]

    def by_key(self, key: str) -> Account | None:
        """Whose API key this is."""
        known = self._by_key.get(key)
        return None if known is None else self._by_id[known.account]

    def balance(self, account: str, currency: str) -> Balance:
        """One currency of one account; also of `VENUE` and `CROWD`."""
        held = self._holdings[account].get(currency)
        return Balance(currency, held.available, held.reserved, held.updated_s) if held else _never_used(currency)

    def balances(self, account: str, *, exclude_zero: bool = False) -> list[Balance]:
        """Every currency of the exchange, also at zero, unless excluded."""
        all_ = [self.balance(account, currency) for currency in self._listed(account)]
        return [balance for balance in all_ if balance.total] if exclude_zero else all_

    def _listed(self, account: str) -> Iterable[str]:
        return dict.fromkeys((*self.currencies, *self._holdings[account]))

    def adjust(self, account: str, currency: str, delta: Decimal, now_s: float) -> Balance:
        """A deposit, or below zero a withdrawal. Raises Rejected (-6) when more is taken than is available."""
        held = self._holding(account, currency)
        available = add(held.available, delta)
        if available < 0:
            raise no(codes.INSUFFICIENT_BALANCE)
        held.available, held.updated_s = available, now_s
        return self.balance(account, currency)

    def available(self, account: str, currency: str) -> Decimal:
        """What the account may still spend."""
        held = self._holdings[account].get(currency)
        return held.available if held else ZERO

    # What the exchange calls while it matches. Never for the crowd, whose ledger knows no reserve.
    def reserve(self, account: str, currency: str, amount: Decimal, now_s: float) -> None:
        """Set money aside for an order; below zero it is freed again. The caller has made sure it is there."""
        held = self._holding(account, currency)
        held.available, held.reserved = subtract(held.available, amount), add(held.reserved, amount)
        held.updated_s = now_s
        held.expect_sound(account, currency)

    def spend(self, account: str, currency: str, reserved: Decimal, spent: Decimal, now_s: float) -> None:
        """Use up part of a reserve; what it holds beyond the spent comes back (a price better than the limit)."""
        held = self._holding(account, currency)
        held.reserved = subtract(held.reserved, reserved)
        held.available = add(held.available, subtract(reserved, spent))
        held.updated_s = now_s
        held.expect_sound(account, currency)

    def credit(self, account: str, currency: str, amount: Decimal, now_s: float) -> None:
        """Money arrives; for `VENUE` and `CROWD` it may also leave."""
        held = self._holding(account, currency)
        held.available, held.updated_s = add(held.available, amount), now_s

    def _holding(self, account: str, currency: str) -> _Holding:
        holdings = self._holdings[account]
        held = holdings.get(currency)
        if held is None:
            held = holdings[currency] = _Holding()
        return held

    def total(self, currency: str) -> Decimal:
        """All of a currency: every account, the venue and the crowd together. Only deposits change it."""
        sum_ = ZERO
        for holdings in self._holdings.values():
            if held := holdings.get(currency):
                sum_ = add(sum_, add(held.available, held.reserved))
        return sum_


def _never_used(currency: str) -> Balance:
    return Balance(currency, ZERO, ZERO, None)
