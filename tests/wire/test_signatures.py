"""The signature, against VALR's two published vectors and five computed with the same secret (reference 1.2)."""

import pytest

from valr_maker.wire import sign

SECRET = "4961b74efac86b25cce8fbe4c9811c4c7a787b7a5996660afcc2e287ad864363"
MARKET_ORDER = b'{"customerOrderId":"ORDER-000001","pair":"BTCUSDC","side":"BUY","quoteAmount":"80000"}'
CANCEL = b'{"orderId":"0190aaaa-0000-7000-8000-000000000001","pair":"DOGEUSDT"}'
BALANCES = "/v1/account/balances"

VECTORS = [
    (1558014486185, "GET", BALANCES, b"", "",
     "9d52c181ed69460b49307b7891f04658e938b21181173844b5018b2fe783a6d4"
     "c62b8e67a03de4d099e7437ebfabe12c56233b73c6a0cc0f7ae87e05f6289928"),
    (1558017528946, "POST", "/v1/orders/market", MARKET_ORDER, "",
     "09f536e3dfdad58443f16010a97a0a21ad27486b7b8d6d4103170d885410ed77"
     "f037f1fa628474190d4f5c08ca12c1acc850901f1c2e75c6d906ec3b32b008d0"),
    (1558014486185, "GET", BALANCES, b"", "12345",
     "08b2e1d0fb5a0a4200df313d09a4d458c5ef7e51e9af2fd665526dcde3d17769"
     "d11e53f2a46c2c2af328dc7752040a6c409de1499aa62a6464b3d906dfb2c153"),
    (1558014486185, "GET", f"{BALANCES}?excludeZeroBalances=true", b"", "",
     "b252adbf9ebb62f1a9043d15bee8a0f66fc77f139ca5a406c08a7ae56b626a17"
     "531aafbbd4899db44286f81784b366a42807b3875433702bb8a5b51df58720f5"),
    (1558014486185, "GET", "/ws/account", b"", "",
     "7c8893b201ee0a38e4fbc0e15aa30a5bab18a9e6c1e9c4f1c50ab7d1403bd8e1"
     "923d068f21be6b2a2717c43abb014a41ef762a113bb6d323393637dae9ac02fb"),
    (1558014486185, "GET", "/ws/trade", b"", "",
     "819a2650ba597a17da05cd5fb4a41b914de46abed43e267c1d905f4414c8fa2b"
     "45a8a94080b71ff19f16e845b29ae2869e9edb51afba6610dc5508db37494568"),
    (1558014486185, "DELETE", "/v1/orders/order", CANCEL, "",
     "d28383f223ba05bef17d677a9c8efe6c4ea4507372fa5e6527baa56ed9062b85"
     "591c21684d79ff3f0a3f7d0c00f4d6e8326695ffbf39d8877486380e2a63359b"),
]  # fmt: skip


@pytest.mark.parametrize(("stamp", "verb", "target", "body", "sub", "expected"), VECTORS)
def test_every_vector_of_the_reference(
    stamp: int, verb: str, target: str, body: bytes, sub: str, expected: str
) -> None:
    """All seven, with the verb in either case, and through the headers that go on the wire."""
    assert sign.signature(SECRET, stamp, verb, target, body, sub) == expected
    assert sign.signature(SECRET, str(stamp), verb.lower(), target, body, sub) == expected
    headers = sign.headers("the key", SECRET, stamp, verb, target, body, sub)
    assert headers["X-VALR-SIGNATURE"] == expected
    assert headers["X-VALR-API-KEY"] == "the key"
    assert headers["X-VALR-TIMESTAMP"] == str(stamp)


def test_the_sub_account_is_in_the_header_only_when_it_is_in_the_signature() -> None:
    """One without the other is answered with -11252."""
    assert "X-VALR-SUB-ACCOUNT-ID" not in sign.headers("k", "s", 1, "GET", "/")
    assert sign.headers("k", "s", 1, "GET", "/", sub_account="7")["X-VALR-SUB-ACCOUNT-ID"] == "7"


def test_each_stream_signs_its_own_path() -> None:
    """Path alone, as the upgrade request has it."""
    assert [stream.path for stream in sign.Stream] == ["/ws/trade", "/ws/account"]
