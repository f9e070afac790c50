"""Sub-accounts and the transfers between them: for primary keys alone (reference 3.1)."""

import msgspec

from valr_maker.sandbox import bodies, render
from valr_maker.sandbox.account_routes import movements
from valr_maker.sandbox.accounts import Account
from valr_maker.sandbox.bodies import DAY_S, MILLISECOND_S, PAGE
from valr_maker.sandbox.calls import Call, Reply, good
from valr_maker.sandbox.door import expect_number
from valr_maker.sandbox.refusals import FORBIDDEN, NOT_FOUND, Invalid, no
from valr_maker.sandbox.table import serves
from valr_maker.wire import answers, asked, codes, every_endpoint

ACCEPTED, NO_CONTENT = 202, 204
LABEL_MAX = 64
WINDOW_S = 7 * DAY_S
"""At most so much of the sub-accounts' transactions at once (D)."""

_new = msgspec.json.Decoder(asked.NewSubAccount)
_renamed = msgspec.json.Decoder(asked.RenamedSubAccount)
_removed = msgspec.json.Decoder(asked.RemovedSubAccount)
_transfers = msgspec.json.Decoder(asked.Transfer)


def _family(call: Call) -> list[Account]:
    """All accounts, the newest first and the primary one last, as VALR lists them (D). Raises Rejected 401 for a sub-account."""
    primary = call.primary()
    return [*reversed(call.exchange.accounts.subs(primary.id)), primary]


@serves(every_endpoint.ALL_BALANCES)
def all_balances(call: Call) -> Reply:
    """Every account of the family with what it holds; without the worth of it (D)."""
    accounts = call.exchange.accounts
    return good(
        [
            answers.AccountBalances(
                account=_row(one),
                balances=[render.balance(held) for held in accounts.balances(one.id, exclude_zero=True)],
            )
            for one in _family(call)
        ]
    )


@serves(every_endpoint.SUB_ACCOUNTS)
def sub_accounts(call: Call) -> Reply:
    """All of them, the primary account too."""
    return good([_row(account) for account in _family(call)])


@serves(every_endpoint.SUB_TRANSACTIONS)
def sub_transactions(call: Call) -> Reply:
    """The sub-accounts' movements of a day, or of other times that lie at most a week apart; who had none is left out."""
    _, end_s = call.query.span(call.now_s)
    start_s = call.query.second("startTime", end_s - DAY_S)
    if end_s - start_s > WINDOW_S + MILLISECOND_S:
        raise Invalid.of("startTime", "must be at most 7 days before endTime")
    found = [
        answers.AccountTransactions(
            id=one.id, label=one.label, transactions=movements(call, one.id, (start_s, end_s), PAGE)
        )
        for one in _family(call)
        if one.parent is not None
    ]
    return good([one for one in found if one.transactions])


@serves(every_endpoint.GET_SUB)
def sub_account(call: Call) -> Reply:
    """One of them."""
    return good(_row(_one_of(_family(call), call.parts["id"])))


@serves(every_endpoint.NEW_SUB)
def new_sub_account(call: Call) -> Reply:
    """It gets an id, and no key: the primary one acts for it."""
    primary = call.primary()
    label = _label(bodies.read(_new, call.body).label)
    made = call.exchange.accounts.create_sub(primary.id, label, call.now_s)
    return good(answers.CreatedSubAccount(id=made.id))


@serves(every_endpoint.RENAME_SUB)
def rename_sub_account(call: Call) -> Reply:
    """Its id stands in the body, as a number or as text (D)."""
    others = call.exchange.accounts.subs(call.primary().id)
    wanted = bodies.read(_renamed, call.body)
    account = _one_of(others, str(wanted.id))
    label = _label(wanted.label)
    if label in {one.label for one in others if one is not account}:
        raise no(codes.LABEL_IN_USE, FORBIDDEN)
    account.label = label
    return Reply(ACCEPTED, {}, b"")


@serves(every_endpoint.REMOVE_SUB)
def remove_sub_account(call: Call) -> Reply:
    """Only while it is empty; its id stands in the body (D)."""
    others = call.exchange.accounts.subs(call.primary().id)
    call.exchange.accounts.remove_sub(_one_of(others, str(bodies.read(_removed, call.body).id)).id)
    return Reply(NO_CONTENT, {}, b"")


@serves(every_endpoint.TRANSFER_FUNDS)
def transfer(call: Call) -> Reply:
    """Received, with an empty body or its number; here it is done at once."""
    family = _family(call)
    wanted = bodies.read(_transfers, call.body)
    currency = wanted.currency_code.upper()
    if currency not in call.exchange.accounts.currencies:
        raise Invalid.of("currencyCode", "there is no such currency")
    expect_number("amount", wanted.amount)
    if bodies.flag("allowBorrow", wanted.allow_borrow):
        raise no(codes.MARGIN_NOT_ENABLED)
    known = {one.public_id: one for one in family}
    giver, taker = (known.get(str(one)) for one in (wanted.from_id, wanted.to_id))
    if giver is None or taker is None:
        raise no(codes.TRANSFER_NOT_PERMITTED)
    number = call.exchange.transfer(giver.id, taker.id, (currency, wanted.amount), call.now_s)
    if call.exchange.rules.transfer_answers_id:
        return good(answers.TransferId(id=number), ACCEPTED)
    return Reply(ACCEPTED, {}, b"")


def _row(account: Account) -> answers.SubAccount:
    return answers.SubAccount(label=account.public_label, id=account.public_id)


def _label(text: str) -> str:
    if not 1 <= len(text.strip()) <= LABEL_MAX:
        raise Invalid.of("label", f"must be 1 to {LABEL_MAX} characters")
    return text.strip()


def _one_of(accounts: list[Account], wanted: str) -> Account:
    for account in accounts:
        if account.public_id == wanted:
            return account
    raise no(codes.INVALID_REQUEST, NOT_FOUND)  # VALR's answer is not known
