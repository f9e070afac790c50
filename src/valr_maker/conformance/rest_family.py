"""Section 3.1: sub-accounts, the transfers between them, and what the primary account sees of them."""

from valr_maker.conformance import shapes
from valr_maker.conformance.case import sandbox
from valr_maker.conformance.expect import holds, same
from valr_maker.conformance.guest import Guest
from valr_maker.conformance.rest_account import TRANSACTIONS
from valr_maker.conformance.rest_login import new_sub
from valr_maker.conformance.stage import PURSE, House, Stage

TRANSFER = "/v1/account/subaccounts/transfer"
OF_SUBS = "/v1/account/transactionhistory/subaccounts"
MANAGER = ("View access", "Trade", "Internal Transfer")


def _manager(house: House) -> Guest:
    """A client whose key may move money."""
    return house.another_key(MANAGER)


async def _moved(me: Guest, to: str, amount: str, currency: str = "USDT", *, giver: str = "0") -> None:
    """Money goes from one account of the family to another."""
    body = {"fromId": giver, "toId": to, "currencyCode": currency, "amount": amount}
    same((await me.ask("POST", TRANSFER, body)).status, 202, "transfer")


@sandbox(
    "REST-213", "3.1", "POST /v1/account/subaccount", "GET /v1/account/subaccounts", "GET /v1/account/subaccount/{id}"
)
async def make_a_sub_account(at: Stage) -> None:
    """A sub-account is made with a label, gets an id, and is listed beside the primary one, which is Primary and 0."""
    me = at.house().me
    sub = await new_sub(me, "desk one")
    listed = [{"label": "desk one", "id": sub}, {"label": "Primary", "id": "0"}]
    same((await me.get("/v1/account/subaccounts")).good(), listed, "the list")
    for one in listed:
        same((await me.get(f"/v1/account/subaccount/{one['id']}")).good(), one, "by its id")


@sandbox("REST-214", "3.1", "PUT /v1/account/subaccount")
async def rename_a_sub_account(at: Stage) -> None:
    """It takes another label: 202 with an empty body; its id may be a number or text."""
    me = at.house().me
    sub = await new_sub(me)
    for id_, label in ((sub, "two"), (int(sub), "three")):
        answer = await me.ask("PUT", "/v1/account/subaccount", {"id": id_, "label": label})
        same((answer.status, answer.body), (202, b""), "answer")
        same((await me.get("/v1/account/subaccounts")).good()[0]["label"], label, "label")


@sandbox("REST-215", "3.1", "-11132")
async def label_in_use(at: Stage) -> None:
    """A label that is in use: 403, -11132, for a new one and for a new name."""
    me = at.house().me
    await new_sub(me, "desk")
    other = await new_sub(me, "other")
    said = "A subaccount with that label already exists"
    (await me.ask("POST", "/v1/account/subaccount", {"label": "desk"})).refused(403, -11132, said)
    (await me.ask("PUT", "/v1/account/subaccount", {"id": other, "label": "desk"})).refused(403, -11132, said)


@sandbox("REST-216", "3.1", "DELETE /v1/account/subaccount", "-11163", "HTTP 204")
async def remove_a_sub_account(at: Stage) -> None:
    """Only an empty one can be removed, by its id in the body: 204; else -11163."""
    house = at.house()
    me = _manager(house)
    sub = await new_sub(me)
    await _moved(me, sub, "1")
    held = await me.ask("DELETE", "/v1/account/subaccount", {"id": sub})
    held.refused(400, -11163, "Cannot disable sub account with balances")
    await _moved(me, "0", "1", giver=sub)
    answer = await me.ask("DELETE", "/v1/account/subaccount", {"id": sub})
    same((answer.status, answer.body), (204, b""), "removed")
    same((await me.get("/v1/account/subaccounts")).good(), [{"label": "Primary", "id": "0"}], "the list")


@sandbox(
    "REST-217",
    "3.1",
    "POST /v1/account/subaccounts/transfer",
    "HTTP 202",
    "INTERNAL_TRANSFER",
    "Rules.transfer_answers_id",
    "Internal Transfer",
)
async def transfer(at: Stage) -> None:
    """A transfer: 202 with an empty body, or with its id as a setting; the money is there, the history says whose it was."""
    house = at.house()
    me = _manager(house)
    sub = await new_sub(me)
    body = {"fromId": "0", "toId": sub, "currencyCode": "USDT", "amount": "12.5"}
    answer = await me.ask("POST", TRANSFER, body)
    same((answer.status, answer.body), (202, b""), "answer")
    same(await me.balance("USDT"), ("987.5", "0"), "what is left")
    same(await me.acting_for(sub).balance("USDT"), ("12.5", "0"), "what arrived")
    told = (await me.get(TRANSACTIONS)).good()[0]
    same(told["transactionType"], {"type": "INTERNAL_TRANSFER", "description": "Transfer"}, "history")
    number = told["additionalInfo"].pop("transferId")
    info = {"reason": "SUB_ACCOUNT", "reasonDescription": "Transfer between subaccounts"}
    same(told["additionalInfo"], info | {"additional": "Transfer from Primary to desk"}, "additionalInfo")
    holds(number.isdigit(), "a transfer's number", number)
    other = _manager(at.house(transfer_answers_id=True))
    sub = await new_sub(other)
    answer = await other.ask("POST", TRANSFER, body | {"toId": int(sub), "fromId": 0})
    same(answer.status, 202, "status")
    told = (await other.get(TRANSACTIONS)).good()[0]
    same(answer.good(202), {"id": told["additionalInfo"]["transferId"]}, "the id of the transfer")


@sandbox("REST-224", "3.1", "GET /v1/account/transactionhistory/subaccounts")
async def transactions_of_sub_accounts(at: Stage) -> None:
    """The sub-accounts' transactions of the last day, or of at most seven; those without any are left out."""
    house = at.house()
    me = _manager(house)
    sub = await new_sub(me, "busy")
    await new_sub(me, "idle")
    same((await me.get(OF_SUBS)).good(), [], "before")
    for _ in range(2):
        await _moved(me, sub, "3")
    (found,) = (await me.get(OF_SUBS)).good()
    begun = found["transactions"][-1]["eventAt"]
    same((found["id"], found["label"], len(found["transactions"])), (sub, "busy", 2), "who, and how much")
    at.all_fit(found["transactions"], shapes.TRANSACTION, "transactions")
    (page,) = (await me.get(f"{OF_SUBS}?limit=1&transactionTypes=INTERNAL_TRANSFER&currency=USDT")).good()
    same(page["transactions"], found["transactions"][:1], "a page")
    same((await me.get(f"{OF_SUBS}?currency=DOGE")).good(), [], "of another currency")
    await me.wait(86_400)
    same((await me.get(OF_SUBS)).good(), [], "a day later")
    same((await me.get(f"{OF_SUBS}?startTime={begun}")).good(), [found], "from then on")
    (await me.get(f"{OF_SUBS}?startTime=2020-01-01T00:00:00Z")).invalid("startTime")


@sandbox("REST-218", "3.1", "-11133", "-6", "-19213", "HTTP 403")
async def no_transfer(at: Stage) -> None:
    """Without the permission 403, -11133; to a stranger 400; more than there is -6; on borrowed money -19213."""
    house = at.house()
    me = _manager(house)
    sub = await new_sub(me)
    body = {"fromId": "0", "toId": sub, "currencyCode": "USDT", "amount": "5000"}
    (await me.ask("POST", TRANSFER, body)).refused(400, -6, "Insufficient Balance")
    (await me.ask("POST", TRANSFER, body | {"toId": "123456789"})).refused(400, -11133)
    (await me.ask("POST", TRANSFER, body | {"allowBorrow": True})).refused(
        400, -19213, "Margin not enabled for account"
    )
    (await house.me.ask("POST", TRANSFER, body)).refused(403, -11133)
    for verb, changed in (("POST", {"label": "x"}), ("PUT", {"id": sub, "label": "x"}), ("DELETE", {"id": sub})):
        answer = await house.another_key(("View access",)).ask(verb, "/v1/account/subaccount", changed)
        same(answer.status, 403, f"{verb} of a key that may only look")


@sandbox("REST-219", "3.1", "GET /v1/account/balances/all")
async def balances_of_all(at: Stage) -> None:
    """A row an account, the newest first and the primary one with id 0 last, with what each holds."""
    house = at.house()
    sub = await new_sub(house.me)
    found = (await house.me.get("/v1/account/balances/all")).good()
    at.all_fit(found, shapes.ALL_BALANCES, "balances of all")
    same([row["account"]["id"] for row in found], [sub, "0"], "accounts")
    same({row["currency"] for row in found[1]["balances"]}, set(PURSE), "currencies of the primary one")


@sandbox("REST-220", "3.1", "-11136")
async def too_many_sub_accounts(at: Stage) -> None:
    """The 2001st sub-account: -11136."""
    house = at.house(limits_enforced=False)
    for number in range(2000):
        house.world.exchange.accounts.create_sub(house.account, f"desk {number}", house.me.now_s)
    (await house.me.ask("POST", "/v1/account/subaccount", {"label": "one more"})).refused(400, -11136)


@sandbox("REST-221", "3.2", "GET /v1/account/balances")
async def families_trade(at: Stage) -> None:
    """Two sub-accounts of one owner trade with each other."""
    house = at.house()
    me = _manager(house)
    sub = await new_sub(me)
    await _moved(me, sub, "100", "DOGE")
    sold = await me.acting_for(sub).place("SELL", "100", "0.16")
    bought = await me.place("BUY", "100", "0.16")
    same((await me.status(bought))["orderStatusType"], "Filled", "the buyer")
    same((await me.acting_for(sub).status(sold))["orderStatusType"], "Filled", "the seller")
