"""Sub-accounts and the transfers between them: for primary keys alone (reference 3.1)."""

import msgspec

from valr_maker.sandbox import bodies, login, render
from valr_maker.sandbox.accounts import Account
from valr_maker.sandbox.calls import JSON, Call, Reply, good
from valr_maker.sandbox.door import expect_number
from valr_maker.sandbox.login import PRIMARY
from valr_maker.sandbox.refusals import NOT_FOUND, Invalid, no
from valr_maker.sandbox.table import serves
from valr_maker.wire import answers, asked, codes, every_endpoint

ACCEPTED = 202
LABEL_MAX = 100
PRIMARY_LABEL = "Primary"

_new = msgspec.json.Decoder(asked.NewSubAccount)
_renamed = msgspec.json.Decoder(asked.RenamedSubAccount)
_transfers = msgspec.json.Decoder(asked.Transfer)


@serves(every_endpoint.ALL_BALANCES)
def all_balances(call: Call) -> Reply:
    """Every account of the family with what it holds."""
    primary, accounts = call.primary(), call.exchange.accounts
    rows = []
    for account in (primary, *accounts.subs(primary.id)):
        named = answers.SubAccount(label=PRIMARY_LABEL, id=PRIMARY) if account is primary else _row(account)
        held = [render.balance(balance) for balance in accounts.balances(account.id, exclude_zero=True)]
        rows.append(answers.AccountBalances(account=named, balances=held))
    return good(rows)


@serves(every_endpoint.SUB_ACCOUNTS)
def sub_accounts(call: Call) -> Reply:
    """All of them, oldest first."""
    return good([_row(account) for account in call.exchange.accounts.subs(call.primary().id)])


@serves(every_endpoint.GET_SUB)
def sub_account(call: Call) -> Reply:
    """One of them."""
    return good(_row(_sub(call, call.parts["id"])))


@serves(every_endpoint.NEW_SUB)
def new_sub_account(call: Call) -> Reply:
    """It gets an id, and no key: the primary one acts for it."""
    primary = call.primary()
    label = _label(bodies.read(_new, call.body).label)
    made = call.exchange.accounts.create_sub(primary.id, label, call.now_s)
    return good(answers.CreatedSubAccount(id=made.id))


@serves(every_endpoint.RENAME_SUB, every_endpoint.RENAME_SUB_BY_PATH)
def rename_sub_account(call: Call) -> Reply:
    """Its id stands in the body or in the path: which of the two VALR wants is not known."""
    primary = call.primary()
    wanted = bodies.read(_renamed, call.body)
    account = _sub(call, str(call.parts.get("id") or wanted.id or ""))
    label = _label(wanted.label)
    if label in {one.label for one in call.exchange.accounts.subs(primary.id) if one is not account}:
        raise no(codes.LABEL_IN_USE)
    account.label = label
    return Reply(200, JSON, b"")


@serves(every_endpoint.REMOVE_SUB)
def remove_sub_account(call: Call) -> Reply:
    """Only while it is empty."""
    call.exchange.accounts.remove_sub(_sub(call, call.parts["id"]).id)
    return Reply(200, JSON, b"")


@serves(every_endpoint.TRANSFER_FUNDS)
def transfer(call: Call) -> Reply:
    """Received, with an empty body; here it is done at once."""
    primary = call.primary()
    login.demand(call.login.key, login.TRANSFER)
    wanted = bodies.read(_transfers, call.body)
    currency = wanted.currency_code.upper()
    if currency not in call.exchange.accounts.currencies:
        raise Invalid.of("currencyCode", "there is no such currency")
    expect_number("amount", wanted.amount)
    giver, taker = (_member(call, primary, str(one)) for one in (wanted.from_id, wanted.to_id))
    call.exchange.transfer(giver.id, taker.id, (currency, wanted.amount), call.now_s)
    return Reply(ACCEPTED, {}, b"")


def _row(account: Account) -> answers.SubAccount:
    return answers.SubAccount(label=account.label, id=account.id)


def _label(text: str) -> str:
    if not 1 <= len(text.strip()) <= LABEL_MAX:
        raise Invalid.of("label", f"must be 1 to {LABEL_MAX} characters")
    return text.strip()


def _sub(call: Call, wanted: str) -> Account:
    for account in call.exchange.accounts.subs(call.primary().id):
        if account.id == wanted:
            return account
    raise no(codes.INVALID_REQUEST, NOT_FOUND)  # VALR's answer is not known


def _member(call: Call, primary: Account, wanted: str) -> Account:
    if wanted == PRIMARY:
        return primary
    for account in call.exchange.accounts.subs(primary.id):
        if account.id == wanted:
            return account
    raise no(codes.TRANSFER_NOT_PERMITTED)
