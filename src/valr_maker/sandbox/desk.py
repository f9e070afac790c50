"""VALR's front desk: who may ask what, how often, and in which words it says no. Two doors lead here.

Room rule: pure; time is handed in, answers and frames go to callbacks, at once or when the agenda says so.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from valr_maker.sandbox import login
from valr_maker.sandbox.accounts import Account
from valr_maker.sandbox.bodies import Query
from valr_maker.sandbox.calls import JSON, Call, Later, Reply, Request, refused
from valr_maker.sandbox.facts import Rejected
from valr_maker.sandbox.floor import Floor, Latency
from valr_maker.sandbox.limits import ADDRESS, Windows
from valr_maker.sandbox.refusals import FORBIDDEN, LIMITED, READ_ONLY, no
from valr_maker.sandbox.routes import Router
from valr_maker.sandbox.session import Line, Session
from valr_maker.wire import codes, endpoints, frames, rest
from valr_maker.wire.endpoints import Endpoint
from valr_maker.wire.sign import ACCOUNT_PATH, TRADE_PATH
from valr_maker.wire.stream import write

SOCKETS = frozenset({ACCOUNT_PATH, TRADE_PATH})
BAD_SIGNATURE_CLOSE = 1007
TRY_LATER_CLOSE = 1013
"""After RATE_LIMIT_EXCEEDED; the code is inferred."""
LIMITED_MESSAGE = "API rate limit exceeded"
"""Our words: nobody has recorded the body of a 429."""
_HTML_LIMITED = b"<html><head><title>429 Too Many Requests</title></head><body><h1>429</h1></body></html>"

Answer = Callable[[Reply], None]


@dataclass(frozen=True, slots=True)
class Rules:
    """What the sandbox can be told to do differently; the defaults are VALR's ways as far as they are known."""

    latency: Latency = field(default_factory=Latency)
    timestamp_window_s: float = 30.0
    limits_enforced: bool = True
    html_when_limited: bool = False
    """Some 429s come as a web page (C)."""


class Desk:
    """Serves requests and opens sockets."""

    def __init__(self, floor: Floor, rules: Rules) -> None:
        self.windows = Windows(enforced=rules.limits_enforced)
        self.read_only = False
        """Maintenance: everything but GET and OPTIONS answers 503 (D)."""
        self._floor, self._rules, self._router = floor, rules, Router()

    def request(self, request: Request, now_s: float, answer: Answer) -> None:
        """Serve one request; `answer` is called once, now or later."""
        latency = self._floor.latency
        try:
            reply = self._serve(request, now_s)
        except Rejected as rejected:
            reply = self._refused(rejected)
        self._floor.settle(now_s)
        if isinstance(reply, Reply):
            given = reply
            self._floor.later(latency.ack_s, now_s, lambda _due_s: answer(given))
            return
        later = reply

        def finish(due_s: float) -> None:
            try:
                outcome = later.finish(due_s)
            except Rejected as rejected:
                outcome = self._refused(rejected)
            self._floor.settle(due_s)
            answer(outcome)

        self._floor.later(latency.outcome_s, now_s, finish)

    def _serve(self, request: Request, now_s: float) -> Reply | Later:
        verb, target, given, body = request
        headers = login.lower(given)
        if self.read_only and verb not in ("GET", "OPTIONS"):
            raise no(codes.INVALID_REQUEST, READ_ONLY)
        path, _, query = target.partition("?")
        row, route, parts = self._router.find(verb, path)
        signer = None
        if row.signed:
            signer = self._signer(login.Signed(headers, verb, target, body), now_s)
        self._admit(row, signer, now_s)
        if (verb in ("POST", "PUT", "PATCH") or body) and verb != "GET" and not headers.get("content-type"):
            raise no(codes.INVALID_REQUEST, FORBIDDEN)
        if signer is not None:
            login.demand(signer, login.VIEW if verb == "GET" else login.TRADE)
        return route(Call(self._floor, signer, parts, Query(query), body, now_s, self.read_only))

    def _signer(self, signed: login.Signed, now_s: float) -> Account:
        return login.signed_by(self._floor.exchange.accounts, signed, now_s, self._rules.timestamp_window_s)

    def _admit(self, row: Endpoint, signer: Account | None, now_s: float) -> None:
        if not self.windows.allow(row.limit, signer.key if signer else "", now_s):
            raise Rejected(codes.INVALID_REQUEST.number, LIMITED_MESSAGE, LIMITED)

    def _refused(self, rejected: Rejected) -> Reply:
        if rejected.status != LIMITED:
            return refused(rejected)
        if self._rules.html_when_limited:
            return Reply(LIMITED, {"content-type": "text/html", "x-valr-ratelimited": "true"}, _HTML_LIMITED)
        body = rest.encode(rest.Failure(code=rejected.code, message=rejected.message))
        return Reply(LIMITED, JSON | {"x-valr-ratelimited": "true"}, body)

    def open(self, path: str, headers: Mapping[str, str], now_s: float, line: Line) -> Session:
        """A socket at one of `SOCKETS`. A bad login is let in and then closed with 1007, as VALR does (C)."""
        given, account, wrong = login.lower(headers), None, None
        if path == ACCOUNT_PATH or given.get(login.KEY):
            try:
                account = self._signer(login.Signed(given, "GET", path), now_s)
                login.demand(account, login.VIEW)
            except Rejected as rejected:
                wrong = rejected
        session = Session(self._floor, self.windows, path, account, line)
        if not self.windows.spend(endpoints.CONNECT, ADDRESS, now_s):
            line.deliver(write(frames.RateLimited()))
            session.finish(TRY_LATER_CLOSE, "", now_s)
        elif wrong:
            reason = codes.BAD_SIGNATURE.message if wrong.status != FORBIDDEN else wrong.message
            session.finish(BAD_SIGNATURE_CLOSE, reason, now_s)
        else:
            session.begin(now_s)
        return session
