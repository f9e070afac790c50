"""The suite notices what is wrong, keeps to reads at a foreign address, and its command says so with its exit code."""

import asyncio
import json

import pytest
from kit.sandbox_kit import small_world
from typer.testing import CliRunner

from valr_maker.cli.conformance import addresses, key_for
from valr_maker.cli.main import app
from valr_maker.clock import RealClock
from valr_maker.conformance.address import over_address
from valr_maker.conformance.case import Case, Need
from valr_maker.conformance.expect import Mismatch, amount, checksum, departures, rows, side, whole
from valr_maker.conformance.guest import Guest
from valr_maker.conformance.stage import Stage
from valr_maker.conformance.suite import Outcome, Verdict, chosen, run, run_all
from valr_maker.errors import ExchangeUnreachable, Exit, UsageProblem
from valr_maker.gateway.rate import RateBudget
from valr_maker.keys import KEY_VARIABLE, SECRET_VARIABLE, ApiKey
from valr_maker.sandbox import calls
from valr_maker.sandbox.inprocess import InProcessTransport
from valr_maker.sandbox.server import SandboxServer
from valr_maker.virtual import VirtualClock
from valr_maker.virtual import run as in_virtual_time


def on_a_stage(what, *, budget=None, world=None):
    """Run something with a stage of a small world, in virtual time."""

    async def play():
        clock, there = VirtualClock(), world or small_world()
        transport = InProcessTransport(there, clock)
        guest = Guest(transport, clock, ApiKey(there.key, there.secret), budget)
        try:
            return await what(Stage(transport, clock, guest, strict=budget is None))
        finally:
            await transport.aclose()

    return in_virtual_time(play())


def case(run_it, need=Need.PUBLIC, **more):
    return Case("REST-000", "2", "A fact.", need, (), run_it, **more)


# ---- it notices ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("value", "wrong"),
    [
        ({"a": "1", "b": 2}, []),
        ({"a": "1.0", "b": 2}, ["a is '1.0'"]),
        ({"a": 1, "b": 2}, ["a is 1"]),
        ({"a": "1"}, ["b is missing"]),
        ({"a": "1", "b": 2, "c": "x"}, ["c is 'x'"]),
        ({"a": "1", "b": 2, "e": 0}, ["e is not known"]),
        ({"a": "1", "b": 2, "d": [{"a": "0"}, {"a": "00"}]}, ["d is [{'a': '0'}, {'a': '00'}]"]),
        ([], ["not an object but []"]),
    ],
)
def test_a_shape_names_what_departs_from_it(value, wrong):
    shape = {"a": amount, "b": whole, "c?": side, "d?": rows({"a": amount})}
    assert departures(value, shape, extras=True) == wrong


def test_the_suite_has_a_checksum_of_its_own():
    assert checksum([("A1", "120.5"), ("A2", "40"), ("A3", "7.1")], [("S1", "55")]) == 3805694147


@pytest.mark.parametrize(
    ("problem", "found"),
    [
        (Mismatch("the code is 2"), "the code is 2"),
        (KeyError("id"), "the answer has another shape: KeyError 'id'"),
        (ConnectionError("gone"), "the connection failed: gone"),
    ],
)
def test_whatever_the_exchange_does_instead_is_a_finding(problem, found):
    async def fails(_at):
        raise problem

    assert on_a_stage(lambda at: run(case(fails), at)) == Outcome(case(fails), Verdict.FAILED, found)


def test_a_wrong_exchange_fails_the_facts_that_it_breaks():
    """A book that is not sorted, and an error with another code."""

    async def lies(at):
        plain = at.transport.request

        async def request(verb, target, headers, body):
            reply = await plain(verb, target, headers, body)
            return reply._replace(body=reply.body.replace(b'"code":-21', b'"code":-22'))

        at.transport.request = request
        return [outcome async for outcome in run_all(chosen(["REST-129", "REST-102"]), at, has_key=False, wait_s=1)]

    right, wrong = on_a_stage(lies)
    assert (right.verdict, wrong.verdict) == (Verdict.OK, Verdict.FAILED)
    assert wrong.found == "GET /v1/public/NOPENOPE/marketsummary: code: wanted -21, found -22"


# ---- it only reads ---------------------------------------------------------------------------------------------------
def test_a_guest_of_a_foreign_address_refuses_to_write():
    async def writes(at):
        for verb in ("POST", "PUT", "DELETE"):
            with pytest.raises(AssertionError, match="not for a foreign address"):
                await at.guest.ask(verb, "/v2/orders/limit", {})
        ear = await at.guest.open("/ws/account")
        with pytest.raises(AssertionError, match="not for a foreign address"):
            await ear.say({"type": "CANCEL_ON_DISCONNECT"})

    on_a_stage(writes, budget=RateBudget())


def test_every_case_for_an_address_reads_only():
    """All of them run with a guest that refuses to write, and none of them needs more."""

    async def tried(at):
        cases = [one for one in chosen(["REST-0*", "REST-11*", "WS-0*", "WS-10*"]) if one.read_only]
        return [outcome async for outcome in run_all(cases, at, has_key=True, wait_s=1)]

    world = small_world()
    assert on_a_stage(tried, budget=RateBudget(), world=world)
    assert world.exchange.open_orders(world.account.id) == world.exchange.history(world.account.id) == []


def test_it_keeps_to_thirty_public_reads_a_minute():
    async def reads(at):
        before_s = at.clock.monotonic_s()
        statuses = [(await at.guest.get("/v1/public/DOGEUSDT/orderbook")).status for _ in range(70)]
        return set(statuses), at.clock.monotonic_s() - before_s

    statuses, took_s = on_a_stage(reads, budget=RateBudget())
    assert statuses == {200}
    assert 60 < took_s < 180


def test_cases_that_cannot_be_tried_say_why():
    async def never(_at):
        raise AssertionError

    def why(need, has_key=True, **more):
        async def tried(at):
            return [one.found async for one in run_all([case(never, need, **more)], at, has_key=has_key, wait_s=1)]

        return on_a_stage(tried, budget=RateBudget())

    assert why(Need.SANDBOX) == ["needs a sandbox of its own"]
    assert why(Need.KEY, has_key=False) == ["needs a key in the environment"]
    assert why(Need.PUBLIC, wait_s=60.0) == ["takes 60 s; --slow runs it"]
    assert why(Need.PUBLIC, on_the_line=True) == ["needs a real connection"]


# ---- over the wire ---------------------------------------------------------------------------------------------------
def test_a_served_sandbox_passes_with_its_key_over_real_sockets():
    async def tried():
        world = small_world()
        server = SandboxServer(world, RealClock())
        await server.start()
        try:
            cases = [one for one in chosen(["REST-00*", "WS-00*", "WS-10[1-4]", "WS-20*"]) if one.read_only]
            urls, key = (server.rest_url, server.ws_url), ApiKey(world.key, world.secret)
            return [outcome async for outcome in over_address(cases, urls, key)]
        finally:
            await server.stop()

    outcomes = asyncio.run(tried())
    assert len(outcomes) > 20
    assert [(one.case.id, one.found) for one in outcomes if one.verdict is not Verdict.OK] == []


def test_an_address_where_nobody_is():
    async def tried():
        return [
            one async for one in over_address(chosen(["REST-112"]), ("http://127.0.0.1:1", "ws://127.0.0.1:1"), None)
        ]

    with pytest.raises(ExchangeUnreachable, match="does not answer"):
        asyncio.run(tried())


@pytest.mark.parametrize("url", ["127.0.0.1:80", "ftp://x", "http://", "https://a/v1", "http://a:99999", "http://u@a"])
def test_an_address_is_scheme_and_host(url):
    with pytest.raises(UsageProblem):
        addresses(url, None)


def test_the_sockets_are_at_the_same_host_unless_told():
    assert addresses("https://api.valr.com/", None) == ("https://api.valr.com", "wss://api.valr.com")
    assert addresses("http://a:1", "ws://b:2") == ("http://a:1", "ws://b:2")


def test_the_key_does_not_travel_unencrypted(monkeypatch, capsys):
    monkeypatch.setenv(KEY_VARIABLE, "k" * 64)
    monkeypatch.setenv(SECRET_VARIABLE, "s" * 64)
    assert key_for("http://192.0.2.1") is None
    assert "the key stays here" in capsys.readouterr().err
    assert key_for("http://127.0.0.1:8080") == key_for("https://api.valr.com") == ApiKey("k" * 64, "s" * 64, "live key")
    monkeypatch.delenv(KEY_VARIABLE)
    monkeypatch.delenv(SECRET_VARIABLE)
    assert key_for("https://api.valr.com") is None


# ---- the command -----------------------------------------------------------------------------------------------------
def command(*words):
    return CliRunner().invoke(app, ["sandbox", "conformance", *words])


def test_the_command_tries_a_sandbox_of_its_own():
    told = command("--only", "rest-30*", "--only", "WS-131", "--json")
    assert told.exit_code == Exit.OK
    report = json.loads(told.stdout)
    assert (report["url"], report["ok"], report["failed"]) == ("sandbox", 10, 0)
    assert {"id", "section", "title", "verdict", "found"} == set(report["cases"][0])


def test_the_command_ends_with_1_when_a_fact_does_not_hold(monkeypatch):
    monkeypatch.setattr(calls, "known_pair", lambda exchange, symbol: exchange.pairs["BTCZAR"])
    told = command("--only", "REST-129")
    assert told.exit_code == Exit.OTHER
    assert "failed" in told.stdout


def test_the_list_tries_nothing():
    told = command("--list", "--json", "--url", "http://127.0.0.1:1")
    assert told.exit_code == Exit.OK
    assert {row["needs"] for row in json.loads(told.stdout)} == {"public", "key"}


def test_no_such_fact():
    assert isinstance(command("--only", "REST-9999").exception, UsageProblem)
    assert isinstance(command("--slow").exception, UsageProblem)
