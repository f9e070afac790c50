"""Trades, movements of money and simple orders as the wire has them (reference 3.1, 3.2, 5.4). Pure translation."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import NamedTuple

import msgspec

from valr_maker.domain import Side
from valr_maker.sandbox.facts import Instant, Line, Movement, OwnTrade, PairSpec
from valr_maker.sandbox.market import Plan
from valr_maker.sandbox.money import multiply, subtract
from valr_maker.sandbox.order import ZERO, Kind, Order
from valr_maker.sandbox.render import currency_info, fine_moment, moment
from valr_maker.wire import account_frames as frames
from valr_maker.wire import answers, rest
from valr_maker.wire.text import Amount

Money = tuple[str, Decimal]
"""Currency and amount."""


def own_trade(own: OwnTrade) -> rest.OwnTrade:
    """A row of our trade history: a fee, or a reward in its place (D)."""
    trade, fee = own.trade, Amount(abs(own.fee))
    reward = own.fee < 0
    return rest.OwnTrade(
        price=Amount(trade.price),
        quantity=Amount(trade.quantity),
        currency_pair=trade.pair,
        traded_at=moment(trade.at_s),
        side=own.side.value,
        order_id=own.order_id,
        id=trade.id,
        sequence_id=trade.sequence,
        fee=None if reward else fee,
        fee_currency=None if reward else own.fee_currency,
        maker_reward=fee if reward else None,
        maker_reward_currency=own.fee_currency if reward else None,
    )


def account_trade(own: OwnTrade) -> frames.NewAccountTrade:
    """NEW_ACCOUNT_TRADE."""
    trade, fee = own.trade, Amount(abs(own.fee))
    reward = own.fee < 0
    data = frames.AccountTradeData(
        price=Amount(trade.price),
        quantity=Amount(trade.quantity),
        currency_pair=trade.pair,
        traded_at=moment(trade.at_s),
        side=own.side.value,
        order_id=own.order_id,
        id=trade.id,
        fee=None if reward else fee,
        fee_currency=None if reward else own.fee_currency,
        maker_reward=fee if reward else None,
        maker_reward_currency=own.fee_currency if reward else None,
        customer_order_id=own.customer_id,
    )
    return frames.NewAccountTrade(pair=trade.pair, data=data)


# ---- the account's history ------------------------------------------------------------------------------------------
class Row(NamedTuple):
    """One line of the history, before it is put into either of its two shapes."""

    type: str
    id: str
    at_s: float
    debit: Money | None
    credit: Money | None
    fee: Money | None = None
    info: frames.TransactionInfo | None = None

    @property
    def currencies(self) -> frozenset[str]:
        """Every currency that it moves."""
        return frozenset(money[0] for money in (self.debit, self.credit, self.fee) if money)


DESCRIBED = {"INTERNAL_TRANSFER": "Transfer", "FIAT_WITHDRAWAL": "Withdraw"}
"""Where VALR's words are not those of the type (D); of those that it has not shown, the type's are taken (I)."""
_SORTS = {Kind.MARKET: "MARKET", Kind.SIMPLE: "SIMPLE"}


def line(entry: Line, pairs: Mapping[str, PairSpec]) -> Row:
    """A match or a movement. Of a match the debit is exact and the credit net of the fee (D)."""
    if not isinstance(entry, OwnTrade):
        return Row(entry.type, entry.id, entry.at_s, entry.debit, entry.credit, info=_transfer_info(entry))
    trade, spec, total = entry.trade, pairs[entry.trade.pair], multiply(entry.trade.price, entry.trade.quantity)
    base, quote, buys = (spec.base, trade.quantity), (spec.quote, total), entry.side is Side.BUY
    debit, credit = (quote, base) if buys else (base, quote)
    fee = (entry.fee_currency, entry.fee) if entry.fee > 0 else None
    if fee is not None:
        credit = credit[0], subtract(credit[1], entry.fee)
    info = frames.TransactionInfo(
        cost_per_coin=_number(trade.price),  # the one amount that VALR prints as a JSON number
        cost_per_coin_symbol=currency_info(spec.quote).symbol,
        currency_pair_symbol=trade.pair,
        order_id=entry.order_id,
    )
    kind = f"{_SORTS.get(entry.sort, 'LIMIT')}_{entry.side.value.upper()}"
    return Row(kind, trade.id, trade.at_s, debit, credit, fee, info)


def _transfer_info(movement: Movement) -> frames.TransactionInfo | None:
    if movement.about is None:
        return None
    number, names = movement.about
    return frames.TransactionInfo(
        reason="SUB_ACCOUNT", reason_description="Transfer between subaccounts", additional=names, transfer_id=number
    )


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def _kind(row: Row) -> frames.TransactionKind:
    described = DESCRIBED.get(row.type) or row.type.replace("_", " ").title()
    return frames.TransactionKind(type=row.type, description=described)


def transaction(row: Row) -> answers.Transaction:
    """A row of the transaction history."""
    debit, credit, fee = row.debit or ("", None), row.credit or ("", None), row.fee or ("", None)
    return answers.Transaction(
        transaction_type=_kind(row),
        event_at=moment(row.at_s),
        id=row.id,
        debit_currency=debit[0] or None,
        debit_value=_amount(debit[1]),
        credit_currency=credit[0] or None,
        credit_value=_amount(credit[1]),
        fee_currency=fee[0] or None,
        fee_value=_amount(fee[1]),
        additional_info=row.info,
    )


def history_record(row: Row) -> frames.NewAccountHistoryRecord:
    """NEW_ACCOUNT_HISTORY_RECORD: the same with whole currencies (D)."""
    debit, credit, fee = row.debit or ("", None), row.credit or ("", None), row.fee or ("", None)
    data = frames.HistoryRecordData(
        transaction_type=_kind(row),
        event_at=moment(row.at_s),
        id=row.id,
        debit_currency=currency_info(debit[0]) if debit[0] else None,
        debit_value=_amount(debit[1]),
        credit_currency=currency_info(credit[0]) if credit[0] else None,
        credit_value=_amount(credit[1]),
        fee_currency=currency_info(fee[0]) if fee[0] else None,
        fee_value=_amount(fee[1]),
        additional_info=row.info,
    )
    return frames.NewAccountHistoryRecord(data=data)


def _amount(value: Decimal | None) -> Amount | None:
    return None if value is None else Amount(value)


# ---- simple orders --------------------------------------------------------------------------------------------------
def _without_z(at_s: float, digits: int) -> str:
    return fine_moment(at_s, digits).removesuffix("Z")


def simple_quote(order: Order, plan: Plan, spec: PairSpec, fee_rate: Decimal) -> answers.SimpleQuote:
    """What a simple order would give now. `fee_rate` is a fraction."""
    buys = order.side is Side.BUY
    pays, gets = (plan.total, plan.quantity) if buys else (plan.quantity, plan.total)
    fee = multiply(gets, fee_rate)
    return answers.SimpleQuote(
        currency_pair=spec.symbol,
        pay_amount=Amount(pays),
        receive_amount=Amount(subtract(gets, fee)),
        fee=Amount(fee),
        fee_currency=spec.base if buys else spec.quote,
        created_at=_without_z(order.created_s, 9),
        id=order.id,
        orders_to_match=[
            answers.QuoteLevel(price=Amount(price), quantity=Amount(quantity)) for price, quantity in plan.parts
        ],
    )


def simple_result(result: Instant, *, processing: bool = False) -> answers.SimpleResult:
    """What became of a simple order."""
    done = _instant(result, lambda currency: currency)
    return answers.SimpleResult(**msgspec.structs.asdict(done), processing=processing)


def instant_completed(result: Instant) -> frames.InstantOrderCompleted:
    """INSTANT_ORDER_COMPLETED: the rand is R here (D)."""
    done = _instant(result, lambda currency: currency_info(currency).symbol)
    return frames.InstantOrderCompleted(data=msgspec.Raw(rest.encode(done)))


def _instant(result: Instant, named: Callable[[str], str]) -> answers.InstantResult:
    order = result.order
    return answers.InstantResult(
        order_id=order.id,
        success=result.success,
        paid_amount=Amount(result.paid),
        paid_currency=named(result.paid_currency),
        received_amount=Amount(result.received),
        received_currency=named(result.received_currency),
        fee_amount=Amount(order.fee if result.received else ZERO),
        fee_currency=named(order.fee_currency),
        order_executed_at=_without_z(order.updated_s, 6),
    )
