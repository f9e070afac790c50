"""Moves the money of one side of a match: what is paid leaves the reserve, what is received arrives less the fee.

The fee is in what the order receives. A maker's reward (a rate below zero) comes from the venue in what the order
pays (reference 3.2). Everything is exact.
"""

from decimal import Decimal
from typing import NamedTuple

from valr_maker.domain import Side
from valr_maker.sandbox.accounts import CROWD, VENUE, Accounts
from valr_maker.sandbox.facts import PairSpec, Trade
from valr_maker.sandbox.money import add, multiply, subtract
from valr_maker.sandbox.order import Order

_PERCENT = Decimal("0.01")


class Fee(NamedTuple):
    """What a match cost one side; below zero a reward."""

    amount: Decimal
    currency: str


def needs(order: Order, spec: PairSpec) -> tuple[str, Decimal]:
    """What the rest of an order must have in reserve: price x quantity in quote, or to sell the quantity in base."""
    if order.side is Side.BUY:
        return spec.quote, multiply(order.price, order.remaining)
    return spec.base, order.remaining


def pays(order: Order, spec: PairSpec) -> str:
    """In which currency an order pays, and so what it holds in reserve."""
    return spec.quote if order.side is Side.BUY else spec.base


def settle_crowd(accounts: Accounts, side: Side, trade: Trade, spec: PairSpec) -> None:
    """The crowd's side of a match: no reserve, no fee, and its common ledger may fall below zero."""
    total = multiply(trade.price, trade.quantity)
    buys = side is Side.BUY
    accounts.credit(CROWD, spec.base, trade.quantity if buys else -trade.quantity, trade.at_s)
    accounts.credit(CROWD, spec.quote, -total if buys else total, trade.at_s)


def settle(accounts: Accounts, order: Order, trade: Trade, spec: PairSpec, rate_pct: Decimal) -> Fee:
    """An account's side of a match. Brings the order's reserve, executed total and fee up to date."""
    total, paid_in = multiply(trade.price, trade.quantity), pays(order, spec)
    if order.side is Side.BUY:
        held, paid = total if order.sort.priceless else multiply(order.price, trade.quantity), total
        receives, received = spec.base, trade.quantity
    else:
        held, paid = trade.quantity, trade.quantity
        receives, received = spec.quote, total
    order.reserved = subtract(order.reserved, held)
    order.executed_quote = add(order.executed_quote, total)
    accounts.spend(order.account, paid_in, held, paid, trade.at_s)
    accounts.credit(order.account, receives, received, trade.at_s)
    basis, currency = (paid, paid_in) if rate_pct < 0 else (received, receives)
    fee = Fee(multiply(multiply(rate_pct, _PERCENT), basis), currency)
    if fee.amount:
        accounts.credit(order.account, currency, -fee.amount, trade.at_s)
        accounts.credit(VENUE, currency, fee.amount, trade.at_s)
    if fee.amount > 0:
        order.fee = add(order.fee, fee.amount)
    return fee
