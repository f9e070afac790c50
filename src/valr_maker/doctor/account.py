"""Steps that need a key: what it may do, what the account holds, whether its stream speaks, whether an order gets there."""

import asyncio
from decimal import Decimal

from valr_maker.doctor.findings import NotNeeded
from valr_maker.doctor.patient import Patient, until
from valr_maker.domain import Side
from valr_maker.engine.key_check import TOO_MUCH
from valr_maker.errors import ConfigProblem, ExchangeUnreachable, KeyProblem, OrdersUnresolved
from valr_maker.gateway.order_entry import cancel_order, limit_order
from valr_maker.gateway.transport import Socket
from valr_maker.market.pair import PairRules
from valr_maker.orders import client_id
from valr_maker.wire import endpoints
from valr_maker.wire.account_frames import OpenOrdersUpdate, OrderProcessed, OrderStatusUpdate
from valr_maker.wire.frames import Authenticated
from valr_maker.wire.sign import Stream
from valr_maker.wire.text import plain

FAR = Decimal("0.5")
"""A test order bids at half the mid: nobody sells there, and it is within what VALR takes."""
PLACE_SHARE_WARN = 0.5


async def key(patient: Patient) -> str:
    """Present, and its signature accepted."""
    if patient.key is None:
        raise KeyProblem(patient.key_missing or "there is no key", remedy="Export VALR_API_KEY and VALR_API_SECRET")
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
    return "! the exchange names no fees for this pair"


def _earns(patient: Patient, maker_pct: Decimal) -> str:
    if patient.loaded is None:
        return ""
    settings = patient.loaded.settings
    margin_pct = (settings.bid_spread + settings.ask_spread) * 100 - 2 * maker_pct
    return f"; a round trip at your spreads earns {plain(margin_pct.normalize())} % before price moves"


async def balances(patient: Patient) -> str:
    """What is there against what one round of the file's orders needs."""
    patient.balances = {row.currency: row for row in await patient.ask(endpoints.BALANCES)}
    market = patient.market
    held = {name: patient.balances[name].available if name in patient.balances else Decimal(0)
            for name in (market.base, market.quote)}  # fmt: skip
    text = ", ".join(f"{plain(amount)} {name}" for name, amount in held.items())
    needs = _needs(patient)
    lacking = [f"{plain(needs[name])} {name}" for name in held if held[name] < needs.get(name, Decimal(0))]
    if len(lacking) == len(held) and all(amount == 0 for amount in held.values()):
        raise ConfigProblem(
            f"the account holds no {market.base} and no {market.quote}", remedy="Deposit, or use another account"
        )
    if lacking:
        return f"! free: {text}; one round needs {' and '.join(lacking)} -> That side is quoted smaller or not at all"
    return f"free: {text}"


def _needs(patient: Patient) -> dict[str, Decimal]:
    if patient.loaded is None or patient.mid is None:
        return {}
    settings = patient.loaded.settings
    amounts = [settings.order_amount + settings.order_level_amount * level for level in range(settings.order_levels)]
    return {
        settings.market.base: sum(amounts, Decimal(0)),
        settings.market.quote: sum(amounts, Decimal(0)) * patient.mid,
    }


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
    return f"{len(rows)} open orders, {len(rows) - len(ours)} of them not ours; they are left alone"


async def budget(patient: Patient) -> str:
    """Whether the file's refreshes fit into VALR's windows."""
    if patient.loaded is None:
        raise NotNeeded("no file was named")
    settings = patient.loaded.settings
    a_second = 2 * settings.order_levels / settings.order_refresh_s
    share = a_second / endpoints.ACCOUNT_PLACE.calls
    text = f"{a_second:.3g} orders a second of {endpoints.ACCOUNT_PLACE.calls} allowed"
    if share > 1:
        raise ConfigProblem(f"the file asks for {text}", remedy="Raise order_refresh_time or lower order_levels")
    if share > PLACE_SHARE_WARN:
        return f"! {text} -> Raise order_refresh_time: little is left for anything else on the account"
    return text


async def round_trip(patient: Patient) -> str:
    """A post-only order far from the market: placed, seen on the stream, cancelled, seen again."""
    if patient.venue == "live" and not patient.place_test_order:
        raise NotNeeded("on live only with --place-test-order")
    if patient.mid is None or patient.rules is None:
        raise NotNeeded("there is no mid price to stay away from")
    rules, clock = patient.rules, patient.clock
    price = rules.floor_price(patient.mid * FAR)
    quantity = smallest(rules, price)
    cid = f"doctor-{patient.chance.token(8)}"
    socket = await patient.connect(Stream.ACCOUNT)
    try:
        await until(socket, lambda message: isinstance(message, OpenOrdersUpdate), "the account's state")
        start_s = clock.monotonic_s()
        order = limit_order(
            rules.symbol, Side.BUY, price, quantity, cid, post_only="LIMIT_POST_ONLY" in patient.order_types
        )
        await patient.ask(endpoints.PLACE_LIMIT, body=order)
        placed_s = clock.monotonic_s() - start_s
        cancelled_s = await _seen_and_cancelled(patient, socket, cid)
    finally:
        await socket.close()
    return f"{plain(quantity)} at {plain(price)}: placed in {placed_s * 1000:.0f} ms, cancelled and told in {cancelled_s * 1000:.0f} ms"


async def _seen_and_cancelled(patient: Patient, socket: Socket, cid: str) -> float:
    """Whatever the stream says or does not say, the order is cancelled before anything is reported."""
    problem: ExchangeUnreachable | None = None
    try:
        await until(
            socket, lambda one: isinstance(one, OrderProcessed) and one.data.customer_order_id == cid, "ORDER_PROCESSED"
        )
    except ExchangeUnreachable as silence:
        problem = silence
    start_s = patient.clock.monotonic_s()
    try:
        await asyncio.shield(patient.ask(endpoints.CANCEL_ORDER, body=cancel_order(patient.market.symbol, cid, None)))
    except (ExchangeUnreachable, KeyProblem) as lost:
        raise OrdersUnresolved(
            f"the test order {cid} may still rest: its cancel failed ({lost})",
            remedy="Look at the open orders on VALR and cancel it",
        ) from lost
    if problem is not None:
        raise problem
    await until(
        socket,
        lambda one: (
            isinstance(one, OrderStatusUpdate)
            and one.data.customer_order_id == cid
            and one.data.order_status_type == "Cancelled"
        ),
        "word of the cancel",
    )
    return patient.clock.monotonic_s() - start_s


def smallest(rules: PairRules, price: Decimal) -> Decimal:
    """The smallest quantity on the grid that both minimums allow."""
    by_value = rules.floor_quantity(rules.min_quote / price) + rules.lot
    return max(rules.min_base, by_value)
