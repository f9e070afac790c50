"""Prepared breakages: the doctor names the cause first, says what to do, and ends with the right code."""

import asyncio
import datetime as dt
import ipaddress
import re
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from valr_maker import virtual
from valr_maker.chance import Chance
from valr_maker.clock import RealClock
from valr_maker.doctor import order_trip
from valr_maker.doctor.findings import Finding, State, Step, examine
from valr_maker.doctor.patient import Patient
from valr_maker.doctor.steps import STEPS, components, verdict
from valr_maker.domain import Side
from valr_maker.engine import readiness
from valr_maker.errors import ExchangeUnreachable, Exit, OrdersUnresolved
from valr_maker.gateway.sockets import AiohttpTransport, HttpReply
from valr_maker.keys import ApiKey
from valr_maker.sandbox.faults import Faults, FaultyTransport
from valr_maker.sandbox.inprocess import InProcessTransport
from valr_maker.sandbox.world import World

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "conf_pure_mm_2.yml"
PLENTY = {"DOGE": Decimal(1000), "USDT": Decimal(1000)}
NOT_LISTED = b'{"code":-11272,"message":"The originating IP Address has not been whitelisted."}'
PAGE = b"<html><body>502 Bad Gateway</body></html>"


class LateClock(virtual.VirtualClock):
    """A machine whose wall clock is 90 s behind."""

    def wall_s(self) -> float:
        return super().wall_s() - 90.0


@dataclass
class Case:
    """What is broken, and what must be said of it."""

    step: str
    says: str
    remedy: str
    exit_code: Exit
    state: State = State.FAILED
    faults: Callable[[Faults], object] = lambda _faults: None
    edit: Callable[[str], str] = lambda text: text
    permissions: tuple[str, ...] = ("View access", "Trade")
    secret: str | None = None
    funds: dict[str, Decimal] = field(default_factory=lambda: PLENTY)
    prepare: Callable[[World], object] = lambda _world: None
    clock: type[virtual.VirtualClock] = virtual.VirtualClock
    price_says: str | None = None
    """What a custom price API answers; None: the network does not carry."""


class Web:
    """The one address that a file may ask for its price."""

    def __init__(self, says: str | None) -> None:
        self.says = says

    async def fetch(self, _url: str) -> HttpReply:
        if self.says is None:
            raise ConnectionError("no route to the host")
        return HttpReply(200, {}, self.says.encode())

    async def aclose(self) -> None:
        """Nothing to let go of."""


def replaced(old: str, new: str) -> Callable[[str], str]:
    return lambda text: text.replace(old, new)


def from_an_api(text: str) -> str:
    text = text.replace("price_source: current_market", "price_source: custom_api")
    text = text.replace("price_source_custom_api:", "price_source_custom_api: http://prices.invalid/doge")
    return text.replace("price_type: mid_price", "price_type: custom")


CASES = {
    "wrong secret": Case("key", "invalid signature", "Copy key and secret again", Exit.KEY, secret="0" * 64),
    "skewed clock": Case("clock", "90.0 s behind", "NTP", Exit.OK, State.WARNING, clock=LateClock),
    "key that may withdraw": Case("permissions", "more than a market maker needs: Withdraw", "only View access and Trade",
                                  Exit.KEY, permissions=("View access", "Trade", "Withdraw")),
    "view-only key": Case("permissions", "may not trade", "View access and Trade", Exit.KEY, permissions=("View access",)),
    "address not allowed": Case("key", "not been whitelisted", "allow-list", Exit.KEY,
                                faults=lambda one: one.fail("/v1/account", status=403, body=NOT_LISTED)),
    "inactive pair": Case("rules", "LTC-BTC is not active", "valr-maker pairs", Exit.CONFIG,
                          edit=replaced("DOGE-USDT", "LTC-BTC")),
    "unknown pair": Case("rules", "DOGEX-USDT is not a pair", "Did you mean DOGE-USDT", Exit.CONFIG,
                         edit=replaced("DOGE-USDT", "DOGEX-USDT")),
    "amount below the minimum": Case("rules", "below the smallest order of this pair", "Set it to 4", Exit.CONFIG,
                                     edit=replaced("order_amount: 4.0", "order_amount: 1.0")),
    "post-only pair": Case("order types", "post-only: VALR lets nobody trade", "Wait, or choose another pair", Exit.OK, State.WARNING,
                           faults=lambda one: one.fail("/v1/public/DOGEUSDT/ordertypes", status=200,
                                                       body=b'["LIMIT_POST_ONLY"]')),
    "simple orders only": Case("order types", "takes no limit orders, only SIMPLE", "Choose another pair", Exit.CONFIG,
                               faults=lambda one: one.fail("/v1/public/DOGEUSDT/ordertypes", status=200,
                                                           body=b'["SIMPLE"]')),
    "empty account": Case("balances", "holds no DOGE and no USDT", "Deposit", Exit.CONFIG, funds={}),
    "one side empty": Case("balances", "one round needs 4 DOGE", "quoted smaller or not at all", Exit.OK, State.WARNING,
                           funds={"USDT": Decimal(1000)}),
    "dead trade socket": Case("book", "/ws/trade", "WebSockets", Exit.EXCHANGE,
                              faults=lambda one: one.refuse_connect("/ws/trade")),
    "dead account socket": Case("user stream", "/ws/account", "WebSockets", Exit.EXCHANGE,
                                faults=lambda one: one.refuse_connect("/ws/account")),
    "silent book": Case("book", "no book snapshot within 8 s", "WebSockets", Exit.EXCHANGE,
                        faults=lambda one: one.freeze("/ws/trade")),
    "bad checksum": Case("book", "the book does not hold: checksum", "new snapshot", Exit.EXCHANGE,
                         faults=lambda one: one.corrupt_checksum("/ws/trade", 1)),
    "429 on the rules": Case("rules", "the exchange limits us (429)", "Wait that long and try again", Exit.EXCHANGE,
                             faults=lambda one: one.rate_limit("/v1/public/pairs")),
    "a page of HTML": Case("balances", "HTTP 502", "VALR itself fails, not this machine", Exit.EXCHANGE,
                           faults=lambda one: one.fail("/v1/account/balances", status=502, body=PAGE,
                                                       content_type="text/html")),
    "read-only exchange": Case("status", "read-only", "Wait", Exit.EXCHANGE,
                               prepare=lambda world: setattr(world.desk, "read_only", True)),
    "rules call failing": Case("rules", "HTTP 500", "VALR itself fails, not this machine", Exit.EXCHANGE,
                               faults=lambda one: one.fail("/v1/public/pairs")),
    "no network": Case("address", "connection failed", "--venue sandbox", Exit.EXCHANGE,
                       faults=lambda one: one.unreachable()),
    "old template": Case("file", "template_version 12 is read as", "config upgrade", Exit.OK, State.WARNING,
                         edit=replaced("template_version: 24", "template_version: 12")),
    "misspelt key": Case("file", "max_ordr_age: is not a key", "Did you mean max_order_age", Exit.CONFIG,
                         edit=replaced("max_order_age:", "max_ordr_age:")),
    "dead price API": Case("price source", "gives no price: no route to the host", "Open that address yourself", Exit.EXCHANGE,
                           edit=from_an_api),
    "price API that says nonsense": Case("price source", "its answer is no number", "Open that address", Exit.EXCHANGE,
                                         edit=from_an_api, price_says="soon"),
    "price of an unknown exchange": Case("price source", "nowhere is not an exchange whose prices", "custom_api", Exit.CONFIG,
                                         edit=lambda text: text.replace(
                                             "price_source: current_market", "price_source: external_market").replace(
                                             "price_source_exchange:", "price_source_exchange: nowhere").replace(
                                             "price_source_market:", "price_source_market: DOGE-USDT")),
    "too fast a refresh": Case("budget", "asks for 24,000 order messages a minute", "15.0 is usual", Exit.CONFIG,
                               edit=replaced("order_refresh_time: 15.0", "order_refresh_time: 0.01")),
    "much of the budget": Case("budget", "1,200 order messages a minute of 2,000", "Raise order_refresh_time", Exit.OK,
                               State.WARNING, edit=replaced("order_refresh_time: 15.0", "order_refresh_time: 0.2")),
    "a band above which nothing is bought": Case("diagnostics", "PMM036 price_ceiling 0.1 is not above the price",
                                                 "or to -1 to switch it off", Exit.OK, State.WARNING,
                                                 edit=replaced("price_ceiling: -1.0", "price_ceiling: 0.1")),
    "a guard that cancels everything": Case("diagnostics", "orders are cancelled as soon as they rest", "such as 0.1",
                                            Exit.CONFIG, edit=replaced("minimum_spread: 0.1", "minimum_spread: 1.0")),
    "spreads that lose money": Case("diagnostics", "PMM030 both spreads together, 0.1 %, do not pay the fees",
                                    "Widen them", Exit.OK, State.WARNING,
                                    edit=lambda text: text.replace("_spread: 1.0", "_spread: 0.05").replace(
                                        "minimum_spread: 0.1", "minimum_spread: 0.01")),
}  # fmt: skip


def examined(case: Case, tmp_path: Path) -> list[Finding]:
    """Everything the doctor finds, in virtual time."""
    conf = tmp_path / "conf_pure_mm_2.yml"
    conf.write_text(case.edit(EXAMPLE.read_text(encoding="utf-8")), encoding="utf-8")

    async def visit() -> list[Finding]:
        world, clock, faults = World(1), case.clock(), Faults()
        case.prepare(world)
        account = world.create_account("doctor", case.funds, case.permissions)
        case.faults(faults)
        transport = FaultyTransport(InProcessTransport(world, virtual.VirtualClock()), clock, faults)
        key = ApiKey(account.key, case.secret or account.secret)
        patient = Patient(
            "sandbox", "http://127.0.0.1", transport, clock, Chance(1), key, conf=conf, fetcher=Web(case.price_says)
        )
        findings = [finding async for finding in examine(STEPS, patient, clock)]
        await transport.aclose()
        await asyncio.sleep(0)
        return findings

    return virtual.run(visit())


@pytest.mark.parametrize("name", CASES)
def test_the_cause_is_named_first_with_its_remedy_and_exit_code(name, tmp_path):
    case = CASES[name]
    findings = examined(case, tmp_path)
    first = next(finding for finding in findings if finding.state in (State.FAILED, State.WARNING))
    assert (first.step, first.state) == (case.step, case.state), first
    assert case.says in first.text
    assert case.remedy
    assert case.remedy in first.remedy
    sentence, code = verdict(findings)
    assert code is case.exit_code, sentence
    assert [finding.step for finding in findings] == [step.name for step in STEPS]
    without = [one.step for one in findings if one.state in (State.FAILED, State.WARNING) and not one.remedy]
    assert without == [], "whatever is found, something can be done"


# ---- the way there, on real sockets ---------------------------------------------------------------------------------
def self_signed(folder: Path) -> ssl.SSLContext:
    """A server's side of TLS with a certificate that nobody has signed but itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    begins = dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(begins).not_valid_after(begins + dt.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pem = serialization.Encoding.PEM
    (folder / "own.pem").write_bytes(
        certificate.public_bytes(pem)
        + key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "own.pem")
    return context


async def examined_at(address: str) -> list[Finding]:
    """The doctor at an address, as on live."""
    transport = AiohttpTransport(f"https://{address}", f"wss://{address}")
    clock = RealClock()
    patient = Patient("live", transport.rest_url, transport, clock, Chance(1), ApiKey("k" * 64, "s" * 64), conf=EXAMPLE)
    findings = [finding async for finding in examine(STEPS, patient, clock)]
    await transport.aclose()
    return findings


async def tls_wrong(folder: Path) -> list[Finding]:
    server = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", ssl=self_signed(folder))
    async with server:
        return await examined_at(f"127.0.0.1:{server.sockets[0].getsockname()[1]}")


async def no_tls(_folder: Path) -> list[Finding]:
    async def answer(reader, writer):
        await reader.read(100)
        writer.write(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1")
    async with server:
        return await examined_at(f"127.0.0.1:{server.sockets[0].getsockname()[1]}")


async def name_unknown(_folder: Path) -> list[Finding]:
    return await examined_at("valr.invalid")


async def port_closed(_folder: Path) -> list[Finding]:
    return await examined_at("127.0.0.1:9")


WAYS = {
    "TLS wrong": (
        tls_wrong,
        "127.0.0.1:{port} is not to be trusted: self-signed certificate",
        "never switch the check off",
    ),
    "no TLS": (no_tls, "does not speak TLS as it should: ", "a hotel's login page"),
    "DNS name unknown": (name_unknown, "the name valr.invalid is not known", "its name server (DNS)"),
    "port closed": (port_closed, "nobody listens at 127.0.0.1:9: connection refused", "--venue sandbox"),
}


@pytest.mark.parametrize("name", WAYS)
def test_what_is_wrong_on_the_way_is_named_first_with_its_remedy(name, tmp_path):
    """Nothing is believed of one whose certificate is not proved: every step that would ask it is left out."""
    visit, says, remedy = WAYS[name]
    findings = asyncio.run(visit(tmp_path))
    first = next(finding for finding in findings if finding.state is not State.OK)
    assert (first.step, first.state) == ("address", State.FAILED), first
    assert all(part in first.text for part in says.split("{port}"))
    assert remedy in first.remedy
    sentence, code = verdict(findings)
    assert code is Exit.EXCHANGE
    assert sentence.startswith("It will not quote as it should: address and TLS: ")
    left_out = {finding.step for finding in findings if finding.state is State.LEFT_OUT}
    assert {"clock", "rules", "book", "key", "user stream", "round trip"} <= left_out


TWENTY = {
    "wrong secret": "wrong secret", "skewed clock": "skewed clock", "key that may withdraw": "key that may withdraw",
    "view-only key": "view-only key", "IP not allowed": "address not allowed", "inactive pair": "inactive pair",
    "post-only pair": "post-only pair", "empty balance": "empty account", "dead socket": "dead trade socket",
    "silent book": "silent book", "bad checksum": "bad checksum", "429": "429 on the rules", "HTML error": "a page of HTML",
    "read-only exchange": "read-only exchange", "port closed": "port closed", "DNS name unknown": "DNS name unknown",
    "TLS wrong": "TLS wrong", "old template": "old template", "misspelt key": "misspelt key",
    "rules call failing": "rules call failing",
}  # fmt: skip
"""What the doctor was built to find, and the case here that breaks it so."""


def test_each_of_the_twenty_has_its_case():
    assert len(TWENTY) == 20
    assert set(TWENTY.values()) <= CASES.keys() | WAYS.keys()


def test_a_healthy_exchange_passes_every_step(tmp_path):
    findings = examined(Case("", "", "", Exit.OK), tmp_path)
    assert {finding.state for finding in findings} == {State.OK}
    assert verdict(findings) == ("It can quote.", Exit.OK)
    assert list(components(findings)) == list(readiness.NAMES)
    assert all(words.startswith("ready after") for words in components(findings).values())


def test_a_component_is_ready_when_it_can_be_used_not_when_its_step_is_over(tmp_path):
    """The step of the book waits to see it move; it could be quoted on from its snapshot."""
    book = next(one for one in examined(Case("", "", "", Exit.OK), tmp_path) if one.step == "book")
    assert "updates verified" in book.text
    assert 0 < book.usable_s < book.took_s


def test_later_steps_say_which_earlier_one_they_needed(tmp_path):
    findings = {finding.step: finding for finding in examined(CASES["no network"], tmp_path)}
    assert findings["book"].state is State.LEFT_OUT
    assert findings["book"].text == "needs 'address and TLS' first"


def test_what_is_wrong_with_the_file_itself_is_told_without_a_network_too(tmp_path):
    """And what the rules have said already is not said again."""
    case = Case(
        "",
        "",
        "",
        Exit.OK,
        faults=lambda one: one.unreachable(),
        edit=replaced("minimum_spread: 0.1", "minimum_spread: -100"),
    )
    findings = {finding.step: finding for finding in examined(case, tmp_path)}
    assert findings["diagnostics"].text.startswith("PMM032 ")
    inactive = {finding.step: finding for finding in examined(CASES["inactive pair"], tmp_path)}
    assert (inactive["rules"].state, inactive["diagnostics"].state) == (State.FAILED, State.OK)


def test_the_test_order_is_cancelled_though_the_stream_says_nothing(tmp_path):
    """The worst moment: the order rests, and nobody tells. It is taken away before anything is reported."""
    worlds: list[World] = []
    case = Case("round trip", "no ORDER_PROCESSED", "", Exit.EXCHANGE, prepare=worlds.append,
                faults=lambda one: one.freeze("/ws/account", types=("ORDER_PROCESSED", "ORDER_STATUS_UPDATE")))  # fmt: skip
    findings = {finding.step: finding for finding in examined(case, tmp_path)}
    assert findings["round trip"].state is State.FAILED
    assert "no ORDER_PROCESSED" in findings["round trip"].text
    (world,) = worlds
    assert not [
        order for order in world.exchange.resting("DOGEUSDT", Side.BUY) if "doctor" in (order.customer_id or "")
    ]


# ---- the test order -------------------------------------------------------------------------------------------------
class Trip:
    """The order's step by itself, on a sandbox with these faults. It is interrupted after so long, if at all."""

    def __init__(self, faults: Callable[[Faults], object], *, ctrl_c_after_s: float | None = None) -> None:
        self.faults, self.ctrl_c_after_s = faults, ctrl_c_after_s
        self.problem: BaseException | None = None
        self.placed = self.resting = 0
        virtual.run(self._go())

    async def _go(self) -> None:
        world, clock, faults = World(1), virtual.VirtualClock(), Faults()
        account = world.create_account("doctor", PLENTY, ("View access", "Trade"))
        transport = FaultyTransport(InProcessTransport(world, clock), clock, faults)
        key = ApiKey(account.key, account.secret)
        patient = Patient("sandbox", "http://127.0.0.1", transport, clock, Chance(1), key)
        wanted = {"address", "clock", "rules", "order types", "book"}
        before = [step for step in STEPS if step.name in wanted]
        assert [one.state async for one in examine(before, patient, clock)] == [State.OK] * len(wanted)
        self.faults(faults)
        trip = asyncio.create_task(order_trip.round_trip(patient))
        done, _ = await asyncio.wait([trip], timeout=self.ctrl_c_after_s)
        if not done:
            trip.cancel()  # as Ctrl-C does to the whole program
            await asyncio.wait([trip])
        self.problem = asyncio.CancelledError() if trip.cancelled() else trip.exception()
        await asyncio.sleep(10)
        self.resting = len(world.exchange.open_orders(account.id))
        self.placed = self.resting + len(world.exchange.history(account.id))
        await transport.aclose()


PLACE = "POST /v2/orders/limit"
SILENT = ("ORDER_PROCESSED", "ORDER_STATUS_UPDATE")


@pytest.mark.parametrize(
    ("faults", "ctrl_c_after_s", "says"),
    [
        (lambda one: one.freeze("/ws/account", types=SILENT), 2.0, ""),
        (lambda one: one.hang(PLACE, carried_out=True), None, "no answer within"),
        (lambda one: one.hang(PLACE, carried_out=True), 2.0, ""),
        (lambda one: one.lose_answer(PLACE), None, "HTTP 400"),
        (lambda one: one.fail("DELETE /v2/orders/order", times=1), None, "HTTP 500"),
    ],
    ids=[
        "Ctrl-C while it rests",
        "no answer",
        "Ctrl-C before the answer",
        "the answer is lost",
        "the cancel fails once",
    ],
)
def test_the_test_order_never_stays_behind(faults, ctrl_c_after_s, says):
    trip = Trip(faults, ctrl_c_after_s=ctrl_c_after_s)
    assert isinstance(trip.problem, asyncio.CancelledError if ctrl_c_after_s else ExchangeUnreachable)
    assert says in str(trip.problem)
    assert (trip.placed, trip.resting) == (1, 0)


def test_a_test_order_that_may_have_stayed_behind_is_named():
    trip = Trip(
        lambda one: (
            one.freeze("/ws/account", types=SILENT),
            one.fail("DELETE /v2/orders/order"),
            one.fail("/v1/orders/open"),
        )
    )
    assert isinstance(trip.problem, OrdersUnresolved)
    assert re.match(r"the test order doctor-\w{8} may still rest", str(trip.problem))
    assert "cancel it" in trip.problem.remedy


def test_a_mistake_of_ours_in_one_step_breaks_no_other():
    async def broken(_patient: None) -> str:
        raise ZeroDivisionError

    async def fine(_patient: None) -> str:
        return "fine"

    async def visit() -> list[Finding]:
        steps = [Step("a", "a", broken), Step("b", "b", fine), Step("c", "c", fine, ("a",))]
        return [finding async for finding in examine(steps, None, virtual.VirtualClock())]

    states = [finding.state for finding in virtual.run(visit())]
    assert states == [State.FAILED, State.OK, State.LEFT_OUT]
