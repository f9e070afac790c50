"""Exact arithmetic: a sum of money that would have to be rounded is an error, not a rounding.

Price x quantity x fee needs some 35 digits, more than the 28 of Decimal's default context, which rounds silently.
VALR rounds neither notional nor fee nor balance (reference 3.1, 3.2, 7.3).
"""

from decimal import ROUND_DOWN, Context, DivisionByZero, Inexact, InvalidOperation, Overflow, Underflow

EXACT = Context(prec=60, rounding=ROUND_DOWN, traps=[Inexact, InvalidOperation, DivisionByZero, Overflow, Underflow])
"""Raises decimal.Inexact when a digit would be lost."""

GRID = Context(prec=60, rounding=ROUND_DOWN, traps=[InvalidOperation, DivisionByZero])
"""For cutting to a grid and for remainders: here losing digits is the purpose."""

add = EXACT.add
subtract = EXACT.subtract
multiply = EXACT.multiply
