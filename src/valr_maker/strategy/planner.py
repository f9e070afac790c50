"""What the strategy would like to rest: the reference price, the base proposal, and the stages that modify it.

    levels (or overrides) -> price band -> moving band -> ping pong -> top of book -> transaction costs -> above zero
    -> skew -> budget -> taker filter -> minimums

Only stages whose feature is on are in the list.
"""

from collections.abc import Callable
from decimal import Decimal

from valr_maker.strategy.above_zero import above_zero
from valr_maker.strategy.budget import within_budget
from valr_maker.strategy.costs import with_transaction_costs
from valr_maker.strategy.inventory_cost import InventoryCost, Volumes
from valr_maker.strategy.levels import base_plan
from valr_maker.strategy.minimums import above_minimums
from valr_maker.strategy.moment import Moment
from valr_maker.strategy.moving_band import Band
from valr_maker.strategy.no_taking import without_taking
from valr_maker.strategy.ping_pong import PingPong
from valr_maker.strategy.plan import Plan
from valr_maker.strategy.price_band import price_band
from valr_maker.strategy.reference import reference_price
from valr_maker.strategy.settings import MovingBand, PriceType, Settings
from valr_maker.strategy.skew import skewed
from valr_maker.strategy.top_of_book import in_front_of_the_book
from valr_maker.strategy.view import View

Stage = Callable[[Plan, Moment], Plan]
"""One modifier of the plan."""


class Planner:
    """The stages, and what they remember between plans."""

    def __init__(self, settings: Settings, cost: Volumes | None, *, strict: bool) -> None:
        self._settings, self._strict = settings, strict
        self.band = Band(settings.moving_band or MovingBand())
        self.ping_pong = PingPong()
        self.inventory_cost = InventoryCost(settings.market, cost, strict=strict)
        self.last_own: Decimal | None = None
        """The price of the last order of a round that filled completely."""
        self.on_seed = False
        """Whether the last reference price was `View.seed_price`, for want of another."""
        self._stages = self._list_of_stages()

    def _list_of_stages(self) -> tuple[Stage, ...]:
        settings = self._settings
        moved = settings.optimization or settings.add_transaction_costs
        stages: tuple[tuple[object, Stage], ...] = (
            (settings.price_ceiling or settings.price_floor, price_band),
            (settings.moving_band, self.band.apply),
            (settings.ping_pong, self.ping_pong.apply),
            (settings.optimization, in_front_of_the_book),
            (settings.add_transaction_costs, with_transaction_costs),
            (moved and not self._strict, above_zero),
            (settings.skew, skewed),
            (True, within_budget),
            (not settings.take_if_crossed, without_taking),
            (not self._strict, above_minimums),
        )
        return tuple(stage for wanted, stage in stages if wanted)

    def reference(self, view: View) -> Decimal:
        """The reference price, NAN if there is none."""
        price = reference_price(view._replace(seed_price=None), self._settings, self.last_own, strict=self._strict)
        self.on_seed = price.is_nan() and view.seed_price is not None
        return price if view.seed_price is None or not self.on_seed else view.seed_price

    def plan(self, view: View, reference: Decimal, aside: frozenset[str]) -> Plan:
        """All stages. Raises AsHummingbot and arithmetic errors in strict parity."""
        settings = self._settings
        at = Moment(view, settings, reference, self._strict, self._cost(view), aside)
        plan = base_plan(at)
        if reference.is_nan() and not self._strict:
            return plan
        for stage in self._stages:
            plan = stage(plan, at)
        return plan

    def _cost(self, view: View) -> Decimal | None:
        if self._settings.reference.type is not PriceType.INVENTORY_COST:
            return None
        if self._settings.inventory_price is not None and not self._strict:
            self.inventory_cost.begin(self._settings.inventory_price, view.base_total)
        return self.inventory_cost.price
