"""The pair's minimums: an order that the exchange must refuse is not sent.

Differs from Hummingbot, to be safe: it has no such stage, sends the order and has it refused every cycle. Strict parity
leaves this stage out.
"""

from valr_maker.domain import Market, Reason, Side, Slot
from valr_maker.strategy.moment import Moment
from valr_maker.strategy.plan import Plan, PlanLevel, withheld
from valr_maker.strategy.view import PairGrid
from valr_maker.strategy.words import plain

STAGE = "minimums"


def above_minimums(plan: Plan, at: Moment) -> Plan:
    """`plan` without orders smaller than the pair allows, in base or in quote."""
    reasons: list[Reason] = []
    buys = _kept(Side.BUY, plan.buys, at.view.rules, at.settings.market, reasons)
    sells = _kept(Side.SELL, plan.sells, at.view.rules, at.settings.market, reasons)
    return Plan(buys, sells, plan.reasons + tuple(reasons)) if reasons else plan


def _kept(
    side: Side, levels: tuple[PlanLevel, ...], rules: PairGrid, market: Market, reasons: list[Reason]
) -> tuple[PlanLevel, ...]:
    kept: list[PlanLevel] = []
    for level in levels:
        if level.quantity < rules.min_base:
            because = f"{plain(level.quantity)} {market.base} is below the pair's minimum {plain(rules.min_base)}"
        elif (value := level.price * level.quantity) < rules.min_quote:
            because = f"worth {plain(value)} {market.quote}, below the pair's minimum {plain(rules.min_quote)}"
        else:
            kept.append(level)
            continue
        reasons.append(withheld(STAGE, Slot(side, level.level), because))
    return tuple(kept)
