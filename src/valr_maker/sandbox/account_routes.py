"""What an account may ask about its money and its key (reference 3.1)."""

from valr_maker.sandbox import render, render_history
from valr_maker.sandbox.calls import Call, Reply, before, good
from valr_maker.sandbox.table import serves
from valr_maker.wire import answers, endpoints, every_endpoint, rest
from valr_maker.wire.text import Amount

TRANSACTIONS_MAX = 200


@serves(endpoints.BALANCES)
def balances(call: Call) -> Reply:
    """Every currency, zeros included unless `excludeZeroBalances`."""
    exclude_zero = call.query.flag("excludeZeroBalances")
    held = call.exchange.accounts.balances(call.account.id, exclude_zero=exclude_zero)
    worth = call.floor.reckoning.worth
    return good([render.balance(balance, worth(balance)) for balance in held])


@serves(endpoints.FEES)
def trade_fees(call: Call) -> Reply:
    """Percent points for every active pair."""
    rows, simple = [], Amount(call.exchange.rules.simple_pct)
    for spec in call.exchange.pairs.values():
        if spec.active:
            types = call.exchange.types_of(spec.symbol)
            has_book = "LIMIT" in types or "LIMIT_POST_ONLY" in types
            maker, taker = call.exchange.fee_rates(call.account.id, spec.symbol, call.now_s)
            rows.append(
                rest.TradeFee(
                    currency_pair=spec.symbol,
                    maker_percentage=Amount(maker) if has_book else None,
                    taker_percentage=Amount(taker) if has_book else None,
                    simple_percentage=simple if "SIMPLE" in types else None,
                )
            )
    return good(rows)


@serves(endpoints.KEY_INFO)
def key_info(call: Call) -> Reply:
    """What the key may do."""
    key = call.login.key
    return good(
        rest.KeyInfo(
            label=key.label,
            permissions=list(key.permissions),
            added_at=render.fine_moment(key.added_s, digits=6),
            allowed_ip_address_cidr=",".join(key.addresses) or None,
            is_sub_account=call.exchange.accounts.get(key.account).parent is not None,
        )
    )


@serves(endpoints.TRADE_HISTORY)
def trade_history(call: Call) -> Reply:
    """Own trades, newest first."""
    start_s, end_s = call.query.span(call.now_s, call.exchange.rules.history_window_days)
    own = [one for one in call.exchange.trades(call.account.id) if start_s <= one.trade.at_s <= end_s]
    own = before(call.query.text("beforeId"), own, lambda one: one.trade.id)
    return good([render_history.own_trade(one) for one in own[call.query.page()]])


@serves(endpoints.PAIR_TRADE_HISTORY)
def pair_trade_history(call: Call) -> Reply:
    """Own trades of a pair, newest first; no filter by time (D)."""
    own = call.exchange.trades(call.account.id, call.pair().symbol)
    return good([render_history.own_trade(one) for one in own[call.query.page()]])


@serves(every_endpoint.TRANSACTIONS)
def transactions(call: Call) -> Reply:
    """Every movement of the account's money, newest first."""
    span = call.query.span(call.now_s, call.exchange.rules.history_window_days)
    return good(movements(call, call.account.id, span, TRANSACTIONS_MAX))


def movements(call: Call, account: str, span: tuple[float, float], most: int) -> list[answers.Transaction]:
    """Those of an account between two seconds, by the other filters of the query."""
    query, page = call.query, call.query.page(most)
    types, currency = query.words("transactionTypes"), query.text("currency").upper()
    rows = [render_history.line(line, call.exchange.pairs) for line in call.exchange.lines(account)]
    rows = [
        row
        for row in before(query.text("beforeId"), rows, lambda row: row.id)
        if (not types or row.type in types)
        and (not currency or currency in row.currencies)
        and span[0] <= row.at_s <= span[1]
    ]
    return [render_history.transaction(row) for row in rows[page]]
