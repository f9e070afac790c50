"""What the strategy is shown: one moment of the market, the account and our own orders, as its `View`."""

from decimal import Decimal  # imported as everywhere else

from valr_maker.engine.account_watch import AccountWatch
from valr_maker.engine.elsewhere import Elsewhere
from valr_maker.engine.market_watch import MarketWatch
from valr_maker.orders.own import OwnOrder
from valr_maker.orders.states import State
from valr_maker.strategy.settings import Settings
from valr_maker.strategy.view import OwnView, View


def view_of(  # noqa: PLR0913, PLR0917  # all that there is to see
    settings: Settings,
    market: MarketWatch,
    account: AccountWatch,
    elsewhere: Elsewhere,
    seed_price: Decimal | None,
    now_s: float,
) -> View:
    """The present moment. Only once the rules are known."""
    assert market.rules is not None  # readiness has said so
    pair, book = settings.market, market.feed.book
    whole = max(len(book.bids), len(book.asks)) if settings.optimization else 0
    return View(
        now_s=now_s,
        rules=market.rules,
        best_bid=book.best_bid,
        best_ask=book.best_ask,
        base_available=account.balances[pair.base].available,
        quote_available=account.balances[pair.quote].available,
        own=tuple([_own_view(order) for order in account.orders]),
        taker_fee=market.taker_fee,
        maker_fee=market.maker_fee,
        last_trade=market.last_trade,
        base_total=account.balances[pair.base].total,
        bids=book.bids.top(whole) if whole else (),
        asks=book.asks.top(whole) if whole else (),
        other=elsewhere.quotes,
        custom_price=elsewhere.price,
        seed_price=seed_price,
        post_only=market.rules.takes_post_only,
    )


def _own_view(order: OwnOrder) -> OwnView:
    """An unclear order counts as one being cancelled: nothing is created beside it, and nobody asks twice."""
    cancelling = order.cancel_sent_s is not None or order.state is State.UNKNOWN
    return OwnView(
        order.cid, order.slot, order.price, order.quantity, order.remaining, order.created_s, cancelling
    )  # fmt: skip
