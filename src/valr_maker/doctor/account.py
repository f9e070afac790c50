"""Steps that need a key: what it may do, what the account holds, whether its stream speaks, whether an order gets there."""

from decimal import Decimal

from valr_maker.config.diagnose import REST_A_MINUTE, diagnose, too_fast
from valr_maker.config.diagnostic import Facts, Severity, money
from valr_maker.config.wanted import messages_a_minute, nearest, needed, wanted_orders
from valr_maker.doctor.findings import NotNeeded
from valr_maker.doctor.patient import Patient, until
from valr_maker.domain import Side
from valr_maker.engine.key_check import TOO_MUCH
from valr_maker.errors import ConfigProblem, KeyProblem
from valr_maker.orders import client_id
from valr_maker.wire import endpoints
from valr_maker.wire.account_frames import OpenOrdersUpdate
from valr_maker.wire.frames import Authenticated
from valr_maker.wire.sign import Stream
from valr_maker.wire.text import plain

SHARE_WARN = 0.5
SAID_BEFORE = {"PMM006", "PMM040"}
"""Diagnostics that are steps of their own: price source, rate budget. Balances are handed to no diagnostic here."""


async def key(patient: Patient) -> str:
    """Present, and its signature accepted."""
    if patient.key is None:
        raise patient.key_missing or KeyProblem("there is no key", remedy="Export VALR_API_KEY and VALR_API_SECRET")
    patient.key_info = await patient.ask(endpoints.KEY_INFO)
    return f"{patient.key}: the exchange knows it as {patient.key_info.label!r} and accepts its signature"


async def permissions(patient: Patient) -> str:
    """Enough, and not too much."""
    assert patient.key_info is not None
    may = patient.key_info.permissions
    if powers := sorted(TOO_MUCH.intersection(may)):
        raise KeyProblem(
            f"the key may do more than a market maker needs: {', '.join(powers)}",
            remedy="Make a key with only View access and Trade; a stolen one can then take nothing away",
        )
    if "Trade" not in may:
        raise KeyProblem(
            f"the key may not trade: it has {', '.join(may) or 'nothing'}",
            remedy="Make a key with View access and Trade",
        )
    return ", ".join(may)


async def allow_list(patient: Patient) -> str:
    """Which addresses may use the key."""
    assert patient.key_info is not None
    if patient.key_info.allowed_ip_address_cidr:
        return f"{patient.key_info.allowed_ip_address_cidr} (this machine is on it)"
    if patient.venue == "sandbox":
        return "any address may use the key, as is well on a sandbox"
    return "! any address may use the key -> Name this machine's address at the key on VALR"


async def fees(patient: Patient) -> str:
    """The account's own rates for the pair."""
    for row in await patient.ask(endpoints.FEES):
        if row.currency_pair == patient.market.symbol and row.maker_percentage is not None:
            patient.maker_fee_pct = row.maker_percentage
            text = f"maker {plain(row.maker_percentage)} %, taker {plain(row.taker_percentage or Decimal(0))} %"
            return text + _earns(patient, row.maker_percentage)
    return "! the exchange names no fees for this pair -> Look them up on VALR: without them no costs can be judged"


def _earns(patient: Patient, maker_pct: Decimal) -> str:
    if patient.loaded is None:
        return ""
    orders = wanted_orders(patient.loaded.settings)
    buy, sell = nearest(orders, Side.BUY), nearest(orders, Side.SELL)
    if buy is None or sell is None or patient.loaded.settings.add_transaction_costs:
        return ""
    margin_pct = (buy.spread + sell.spread) * 100 - 2 * maker_pct
    verb = "earns" if margin_pct >= 0 else "loses"
    return f"; a round trip at your spreads {verb} {plain(abs(margin_pct).normalize())} % before price moves"


async def balances(patient: Patient) -> str:
    """What is there against what one round of the file's orders needs."""
    patient.balances = {row.currency: row.available for row in await patient.ask(endpoints.BALANCES)}
    market = patient.market
    held = {name: patient.balances.get(name, Decimal(0)) for name in (market.base, market.quote)}
    text = ", ".join(f"{plain(amount)} {name}" for name, amount in held.items())
    if not any(held.values()):
        raise ConfigProblem(
            f"the account holds no {market.base} and no {market.quote}", remedy="Deposit, or use another account"
        )
    lacking = [f"{money(need)} {name}" for name, need in _needs(patient).items() if held[name] < need]
    if lacking:
        remedy = "Deposit, or lower order_amount: that side is quoted smaller or not at all"
        return f"! free: {text}; one round needs {' and '.join(lacking)} -> {remedy}"
    return f"free: {text}"


def _needs(patient: Patient) -> dict[str, Decimal]:
    if patient.loaded is None or patient.mid is None:
        return {}
    return needed(patient.loaded.settings, patient.mid)


async def user_stream(patient: Patient) -> str:
    """Login, and the account's state that follows it."""
    socket = await patient.connect(Stream.ACCOUNT)
    try:
        await until(socket, lambda message: isinstance(message, Authenticated), "AUTHENTICATED")
        await until(socket, lambda message: isinstance(message, OpenOrdersUpdate), "the account's state")
    finally:
        await socket.close()
    return "logged in; balances and open orders came"


async def others(patient: Patient) -> str:
    """Orders on the account that no bot of ours placed on this pair."""
    rows = await patient.ask(endpoints.OPEN_ORDERS)
    ours = [row for row in rows if client_id.parse(row.customer_order_id) is not None]
    here = [row for row in ours if row.currency_pair == patient.market.symbol]
    if here:
        return (
            f"! {len(here)} orders of valr-maker rest on this pair: a bot is running, or was killed"
            " -> The next run of the same file takes its own away; two bots on one pair trade against each other's limits"
        )
    if not rows:
        return "none open"
    return f"{len(rows)} open, {len(rows) - len(ours)} of them not ours; they are left alone"


async def budget(patient: Patient) -> str:
    """Whether the file's refreshes fit into VALR's windows, by both roads."""
    if patient.loaded is None:
        raise NotNeeded("no file was named")
    if fast := too_fast(patient.loaded):
        raise ConfigProblem(fast.message, remedy=fast.help)
    settings = patient.loaded.settings
    a_minute, orders = messages_a_minute(settings), len(wanted_orders(settings))
    text = (
        f"{a_minute:,.0f} order messages a minute of {REST_A_MINUTE:,} by REST; "
        f"{orders} orders at once of {endpoints.ACCOUNT_PLACE.calls} a second by socket"
    )
    if a_minute > REST_A_MINUTE * SHARE_WARN or orders > endpoints.ACCOUNT_PLACE.calls * SHARE_WARN:
        return f"! {text} -> Raise order_refresh_time: little is left for anything else on the account"
    return text


async def diagnostics(patient: Patient) -> str:
    """What `config check` says of the file by all that is known now, beyond what earlier steps have said."""
    if patient.loaded is None:
        raise NotNeeded("no file was named")
    fee = None if patient.maker_fee_pct is None else patient.maker_fee_pct / 100
    rules = patient.rules if patient.rules_hold else None  # or the same would be said twice
    facts = Facts(rules, () if rules is None else patient.active_pairs, patient.mid, fee)
    found = [one for one in diagnose(patient.loaded, facts) if one.code not in SAID_BEFORE]
    heavy = [one for one in found if one.severity is not Severity.NOTE]
    more = f"; {len(heavy) - 1} more" if len(heavy) > 1 else ""
    if not heavy:
        notes = f", {len(found)} note{'' if len(found) == 1 else 's'}" if found else ""
        return f"0 errors, 0 warnings{notes}"
    first = heavy[0]
    text, remedy = f"{first.code} {first.message}{more}", f"{first.help}; `valr-maker config check` shows every line"
    if first.severity is Severity.ERROR:
        raise ConfigProblem(text, remedy=remedy)
    return f"! {text} -> {remedy}"
