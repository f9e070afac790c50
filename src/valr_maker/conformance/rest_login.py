"""Section 1 over REST: who is asking."""

from typing import Any

from valr_maker.conformance.case import sandbox, with_key
from valr_maker.conformance.expect import holds, same
from valr_maker.conformance.shapes import ERROR, KEY_INFO
from valr_maker.conformance.stage import Stage
from valr_maker.wire import sign

BALANCES = "/v1/account/balances"
SECRET = "4961b74efac86b25cce8fbe4c9811c4c7a787b7a5996660afcc2e287ad864363"  # noqa: S105  # published for this purpose
VECTORS: tuple[tuple[int, str, str, str, str, str], ...] = (
    (1558014486185, "GET", BALANCES, "", "", "9d52c181ed69460b49307b7891f04658e938b21181173844b5018b2fe783a6d4c62b8e67a03de4d099e7437ebfabe12c56233b73c6a0cc0f7ae87e05f6289928"),
    (1558017528946, "POST", "/v1/orders/market", '{"customerOrderId":"ORDER-000001","pair":"BTCUSDC","side":"BUY","quoteAmount":"80000"}', "", "09f536e3dfdad58443f16010a97a0a21ad27486b7b8d6d4103170d885410ed77f037f1fa628474190d4f5c08ca12c1acc850901f1c2e75c6d906ec3b32b008d0"),
    (1558014486185, "GET", BALANCES, "", "12345", "08b2e1d0fb5a0a4200df313d09a4d458c5ef7e51e9af2fd665526dcde3d17769d11e53f2a46c2c2af328dc7752040a6c409de1499aa62a6464b3d906dfb2c153"),
    (1558014486185, "GET", f"{BALANCES}?excludeZeroBalances=true", "", "", "b252adbf9ebb62f1a9043d15bee8a0f66fc77f139ca5a406c08a7ae56b626a17531aafbbd4899db44286f81784b366a42807b3875433702bb8a5b51df58720f5"),
    (1558014486185, "GET", "/ws/account", "", "", "7c8893b201ee0a38e4fbc0e15aa30a5bab18a9e6c1e9c4f1c50ab7d1403bd8e1923d068f21be6b2a2717c43abb014a41ef762a113bb6d323393637dae9ac02fb"),
    (1558014486185, "GET", "/ws/trade", "", "", "819a2650ba597a17da05cd5fb4a41b914de46abed43e267c1d905f4414c8fa2b45a8a94080b71ff19f16e845b29ae2869e9edb51afba6610dc5508db37494568"),
    (1558014486185, "DELETE", "/v1/orders/order", '{"orderId":"0190aaaa-0000-7000-8000-000000000001","pair":"DOGEUSDT"}', "", "d28383f223ba05bef17d677a9c8efe6c4ea4507372fa5e6527baa56ed9062b85591c21684d79ff3f0a3f7d0c00f4d6e8326695ffbf39d8877486380e2a63359b"),
)  # fmt: skip
ORDER = {"side": "BUY", "quantity": "10", "price": "0.15", "pair": "DOGEUSDT"}


@sandbox("REST-001", "1.2", "signature")
async def vectors(_at: Stage) -> None:
    """The seven published and computed signatures come out to the digit."""
    for stamp, verb, target, body, sub, wanted in VECTORS:
        same(sign.signature(SECRET, stamp, verb, target, body.encode(), sub), wanted, f"{verb} {target}")


@with_key("REST-002", "1.1", "signature", "GET /v1/account/balances")
async def signed_read(at: Stage) -> None:
    """A signed read is answered."""
    (await at.guest.get(BALANCES)).good()


@with_key("REST-003", "1.1", "signature")
async def query_is_signed(at: Stage) -> None:
    """The signature covers the query exactly as sent, percent signs and all."""
    target = f"{BALANCES}?excludeZeroBalances=true&unused=a%2Cb%20c"
    (await at.guest.get(target)).good()
    without = at.guest.headers("GET", BALANCES)
    (await at.guest.ask("GET", target, headers=without)).refused(401, -11252, "Request has an invalid signature")


@with_key("REST-004", "1.1", "signature")
async def header_case(at: Stage) -> None:
    """Header names may come in any letter case."""
    for change in (str.lower, str.upper):
        headers = {change(name): value for name, value in at.guest.headers("GET", BALANCES).items()}
        (await at.guest.ask("GET", BALANCES, headers=headers)).good()


@with_key("REST-005", "1.1", "X-VALR-SUB-ACCOUNT-ID")
async def empty_sub_account(at: Stage) -> None:
    """An empty sub-account header counts as absent."""
    headers = at.guest.headers("GET", BALANCES) | {"X-VALR-SUB-ACCOUNT-ID": ""}
    (await at.guest.ask("GET", BALANCES, headers=headers)).good()


@with_key("REST-006", "1.1", "-11252", "X-VALR-SUB-ACCOUNT-ID")
async def sub_account_unsigned(at: Stage) -> None:
    """A sub-account in the header alone, and not in the signature: -11252."""
    headers = at.guest.headers("GET", BALANCES) | {"X-VALR-SUB-ACCOUNT-ID": "12345"}
    (await at.guest.ask("GET", BALANCES, headers=headers)).refused(401, -11252)


@with_key("REST-007", "1.6", "-11252", "HTTP 401", "Rules.bad_signature_status")
async def wrong_signature(at: Stage) -> None:
    """A wrong signature: 401, -11252, Request has an invalid signature."""
    headers = at.guest.headers("GET", BALANCES) | {"X-VALR-SIGNATURE": "0" * 128}
    answer = await at.guest.ask("GET", BALANCES, headers=headers)
    at.fits(answer.refused(401, -11252, "Request has an invalid signature"), ERROR, "body")


@sandbox("REST-008", "1.6", "-11252")
async def unknown_key(at: Stage) -> None:
    """A key that nobody has: as a wrong signature."""
    me = at.house().me
    headers = me.headers("GET", BALANCES) | {"X-VALR-API-KEY": "f" * 64}
    (await me.ask("GET", BALANCES, headers=headers)).refused(401, -11252)


@sandbox("REST-009", "1.6", "-11268", "HTTP 400")
async def no_key(at: Stage) -> None:
    """Without the key's header: 400, -11268, on every kind of signed route."""
    me = at.house().me
    for verb, target in (("GET", BALANCES), ("POST", "/v2/orders/limit"), ("DELETE", "/v1/orders"),
                         ("GET", "/v1/marketdata/DOGEUSDT/orderbook")):  # fmt: skip
        answer = await me.ask(verb, target, headers={})
        answer.refused(400, -11268, "API key header missing: X-VALR-API-KEY")


@sandbox("REST-010", "1.1", "HTTP 403", "Content-Type")
async def content_type(at: Stage) -> None:
    """A body without `Content-Type: application/json`: 403; a charset behind it is fine."""
    me = at.house().me
    bare = me.headers("POST", "/v2/orders/limit", b"{}")
    del bare["Content-Type"]
    (await me.ask("POST", "/v2/orders/limit", b"{}", headers=bare)).good(403)
    raw = b'{"side":"BUY","quantity":"10","price":"0.15","pair":"DOGEUSDT"}'
    headers = me.headers("POST", "/v2/orders/limit", raw) | {"Content-Type": "application/json; charset=utf-8"}
    (await me.ask("POST", "/v2/orders/limit", raw, headers=headers)).good(201)


@sandbox("REST-011", "1.1", "HTTP 403", "Content-Type")
async def content_type_of_a_cancel(at: Stage) -> None:
    """A DELETE with a body needs the content type too; one without a body does not."""
    me = at.house().me
    raw = b'{"pair":"DOGEUSDT","orderId":"none"}'
    headers = me.headers("DELETE", "/v2/orders/order", raw)
    del headers["Content-Type"]
    (await me.ask("DELETE", "/v2/orders/order", raw, headers=headers)).good(403)
    (await me.ask("DELETE", "/v1/orders")).good()


@sandbox("REST-012", "1.4", "Rules.timestamp_window_s", "-11252")
async def old_timestamp(at: Stage) -> None:
    """A timestamp within 30 s either way is taken, and may be used again; one farther away is not."""
    house = at.house()
    for off_s, status in ((-29, 200), (29, 200), (-31, 401), (31, 401)):
        headers = house.me.headers("GET", BALANCES, now_s=house.me.now_s + off_s)
        for _ in range(2):
            same((await house.me.ask("GET", BALANCES, headers=headers)).status, status, f"{off_s} s off")


@sandbox("REST-013", "1.4", "-11252")
async def microseconds(at: Stage) -> None:
    """A timestamp in microseconds, or one that is no number, is an invalid signature."""
    me = at.house().me
    for stamp in (str(int(me.now_s * 1e6)), "yesterday", ""):
        headers = me.headers("GET", BALANCES) | {"X-VALR-TIMESTAMP": stamp}
        (await me.ask("GET", BALANCES, headers=headers)).refused(401, -11252)


@with_key("REST-014", "1.5", "GET /v1/account/api-keys/current", "isSubAccount")
async def key_info(at: Stage) -> None:
    """The key tells its label, permissions, age and whether it is a sub-account's."""
    info = (await at.guest.get("/v1/account/api-keys/current")).good()
    at.fits(info, KEY_INFO, "key info")
    known = {"View access", "Trade", "Withdraw", "Internal Transfer", "Transfer", "Link bank account"}
    same(set(info["permissions"]) - known, set(), "unknown permissions")


@sandbox("REST-015", "1.5", "GET /v1/account/api-keys/current", "HTTP 403", "View access", "Trade")
async def view_only(at: Stage) -> None:
    """A key with View access alone reads, and places nothing."""
    viewer = at.house().another_key(("View access",))
    info = (await viewer.get("/v1/account/api-keys/current")).good()
    same(info["permissions"], ["View access"], "permissions")
    holds(info["isSubAccount"] is False, "isSubAccount of a primary key")
    (await viewer.get("/v1/orders/open")).good()
    (await viewer.ask("POST", "/v2/orders/limit", ORDER)).good(403)


@sandbox("REST-016", "1.5", "-11272", "HTTP 401", "allowedIpAddressCidr")
async def address_list(at: Stage) -> None:
    """A key that is tied to other addresses: 401, -11272; the list shows in its info."""
    house = at.house()
    far = house.another_key(addresses=("203.0.113.0/24",))
    (await far.get(BALANCES)).refused(401, -11272, "The originating IP Address has not been whitelisted.")
    near = house.another_key(addresses=("127.0.0.0/8",))
    info = (await near.get("/v1/account/api-keys/current")).good()
    same(info.get("allowedIpAddressCidr"), "127.0.0.0/8", "allowedIpAddressCidr")


@sandbox("REST-017", "1.5", "HTTP 401", "X-VALR-SUB-ACCOUNT-ID")
async def primary_only(at: Stage) -> None:
    """What only the primary account may ask is 401 for a sub-account."""
    house = at.house()
    sub = await new_sub(house.me)
    acting = house.me.acting_for(sub)
    for target in ("/v1/account/subaccounts", "/v1/account/balances/all"):
        (await acting.get(target)).good(401)


@sandbox("REST-018", "1.1", "X-VALR-SUB-ACCOUNT-ID")
async def impersonation(at: Stage) -> None:
    """With header and signature for a sub-account, a primary key acts for it: its balances, its orders."""
    house = at.house()
    acting = house.me.acting_for(await new_sub(house.me))
    held: list[Any] = (await acting.get(f"{BALANCES}?excludeZeroBalances=true")).good()
    same(held, [], "balances of the new sub-account")
    await house.me.place("BUY", "10", "0.15")
    same((await acting.get("/v1/orders/open")).good(), [], "its open orders")
    holds((await house.me.get("/v1/orders/open")).good(), "the primary account's order is missing")


@sandbox("REST-019", "1.1", "X-VALR-SUB-ACCOUNT-ID", "-11")
async def strangers_sub_account(at: Stage) -> None:
    """A sub-account that is nobody's, or somebody else's: 400, -11 (a choice); 0 is the primary account itself."""
    house = at.house()
    sub = await new_sub(house.me)
    for wanted in ("123456789", sub):
        (await house.friend().acting_for(wanted).get(BALANCES)).invalid("X-VALR-SUB-ACCOUNT-ID")
    (await house.me.acting_for("0").get(BALANCES)).good()


async def new_sub(me: Any, label: str = "desk") -> str:
    """A sub-account; its id. Raises Mismatch."""
    made = (await me.ask("POST", "/v1/account/subaccount", {"label": label})).good()
    await me.wait(1.0)  # one a second may be made
    return str(made["id"])
