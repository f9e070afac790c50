"""VALR's front desk: who may ask what, how often, and in which words it says no. Two doors lead here.

Room rule: pure; time is handed in, answers and frames go to callbacks, at once or when the agenda says so.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from valr_maker.chance import Chance
from valr_maker.sandbox import login
from valr_maker.sandbox.agenda import Action
from valr_maker.sandbox.bodies import Query
from valr_maker.sandbox.calls import JSON, Call, Later, Reply, Request, refused
from valr_maker.sandbox.edge import HTML, Edge
from valr_maker.sandbox.facts import Rejected
from valr_maker.sandbox.floor import Floor
from valr_maker.sandbox.limits import Windows
from valr_maker.sandbox.login import Login
from valr_maker.sandbox.refusals import FORBIDDEN, LIMITED, READ_ONLY, no
from valr_maker.sandbox.routes import router
from valr_maker.sandbox.rules import Rules
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

WRITES = ("POST", "PUT", "PATCH")
"""Verbs that need a content type, with a body or without (D)."""

Answer = Callable[[Reply], None]


class Desk:
    """Serves requests and opens sockets."""

    def __init__(self, floor: Floor, rules: Rules, chance: Chance) -> None:
        self.windows = Windows(enforced=rules.limits_enforced)
        self._floor, self._rules, self._router = floor, rules, router()
        self._edge = Edge(rules, chance)
        self._sockets: dict[str, int] = {}
        """How many are open, by key."""

    @property
    def read_only(self) -> bool:
        """Maintenance: everything but GET and OPTIONS answers 503 (D), and order messages are refused (I)."""
        return self._floor.read_only

    @read_only.setter
    def read_only(self, read_only: bool) -> None:
        self._floor.read_only = read_only

    def request(self, request: Request, now_s: float, answer: Answer) -> None:
        """Serve one request; `answer` is called once, now or later."""
        floor = self._floor
        kept = self._edge.kept(request, now_s) or self._edge.barred()
        if kept is not None:
            floor.later(floor.ack_s(), now_s, lambda _due_s: answer(kept), fleeting=True)
            return
        try:
            given = self._serve(request, now_s)
        except Rejected as rejected:
            given = self._refused(rejected)
        floor.settle(now_s)
        if isinstance(given, Reply):
            reply = self._edge.leave(request, given, now_s)
            floor.later(floor.ack_s(), now_s, lambda _due_s: answer(reply), fleeting=True)
            return
        to_reply = given.reply

        def done(outcome: object) -> None:
            try:
                made = to_reply(outcome)
            except Rejected as rejected:
                made = self._refused(rejected)
            answer(self._edge.leave(request, made, now_s))

        floor.later(floor.outcome_s(), now_s, Waited(floor, given.work, done))

    def _serve(self, request: Request, now_s: float) -> Reply | Later:
        verb, target, given, body, address = request
        headers = login.lower(given)
        if self.read_only and verb not in ("GET", "OPTIONS"):
            raise no(codes.INVALID_REQUEST, READ_ONLY)
        path, _, query = target.partition("?")
        row, route, parts = self._router.find(verb, path)
        signer = None
        if row.signed:
            signed = login.Signed(headers, verb, target, body)
            signer = login.signed_by(self._floor.exchange.accounts, signed, now_s, self._rules, address)
        self._admit(row, signer, now_s, address)
        if (verb in WRITES or body) and verb != "GET" and not _is_json(headers.get("content-type", "")):
            raise no(codes.INVALID_REQUEST, FORBIDDEN)
        if signer is not None:
            login.demand(signer.key, login.permission_for(verb, path))
        return route(Call(self._floor, signer, parts, Query(query), body, now_s, self.read_only, path))

    def _admit(self, row: Endpoint, signer: Login | None, now_s: float, address: str) -> None:
        limit, who = row.limit, signer.key.key if signer else ""
        if not self._rules.v2_spares_minutes and row.path.startswith("/v2/") and row.signed:
            limit = endpoints.KEY_MINUTE
        if limit is endpoints.PUBLIC and not self._rules.public_budget_shared:
            who = f"{address} {row.path}"
        if not self.windows.allow(limit, who, now_s, address):
            raise Rejected(codes.INVALID_REQUEST.number, LIMITED_MESSAGE, LIMITED)

    def _refused(self, rejected: Rejected) -> Reply:
        if rejected.status != LIMITED:
            return refused(rejected)
        limited = {"x-valr-ratelimited": "true"}
        if self._rules.retry_after_s is not None:
            limited["retry-after"] = str(self._rules.retry_after_s)
        if self._rules.html_when_limited:
            return Reply(LIMITED, HTML | limited, _HTML_LIMITED)
        body = rest.encode(rest.Failure(code=rejected.code, message=rejected.message))
        return Reply(LIMITED, JSON | limited, body)

    def open(
        self, path: str, headers: Mapping[str, str], now_s: float, line: Line, address: str = login.LOCAL
    ) -> Session:
        """A socket at one of `SOCKETS`. A bad login is let in and then closed with 1007, as VALR does (C)."""
        given, signer, wrong = login.lower(headers), None, None
        if path == ACCOUNT_PATH or given.get(login.KEY):
            try:
                signed = login.Signed(given, "GET", path)
                signer = login.signed_by(self._floor.exchange.accounts, signed, now_s, self._rules, address)
                login.demand(signer.key, login.VIEW)
            except Rejected as rejected:
                wrong = rejected
        session = Session(self._floor, self.windows, path, signer, line)
        if wrong:
            reason = codes.BAD_SIGNATURE.message if wrong.status != FORBIDDEN else wrong.message
            session.finish(BAD_SIGNATURE_CLOSE, reason, now_s)
        elif not self._may_connect(signer, now_s, address):
            line.deliver(write(frames.RateLimited()))
            session.finish(TRY_LATER_CLOSE, "", now_s)
        else:
            self._count(session, signer)
            session.begin(now_s)
        return session

    def _may_connect(self, signer: Login | None, now_s: float, address: str) -> bool:
        limit, most = endpoints.CONNECT, self._rules.connections_per_minute
        if most is not None:
            limit = replace(limit, calls=most)
        at_once = self._rules.sockets_per_key
        if signer and at_once is not None and self._sockets.get(signer.key.key, 0) >= at_once:
            return False
        return self.windows.spend(limit, address, now_s)

    def _count(self, session: Session, signer: Login | None) -> None:
        if signer is None:
            return
        key = signer.key.key
        self._sockets[key] = self._sockets.get(key, 0) + 1

        def left() -> None:
            self._sockets[key] -= 1

        session.when_closed = left

    def __getstate__(self) -> dict[str, object]:
        """Sockets do not outlive a snapshot, and the table of routes is the program's."""
        return self.__dict__ | {"_sockets": {}, "_router": None}

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__dict__ |= state
        self._router = router()


class Waited:
    """The engine's part of a request, and somebody who waits for it. A snapshot keeps the first and not the second."""

    def __init__(self, floor: Floor, work: Action, done: Callable[[object], None] | None) -> None:
        self._floor, self._work, self._done = floor, work, done

    def __call__(self, due_s: float) -> None:
        """The engine gets to it."""
        outcome = self._work(due_s)
        self._floor.settle(due_s)
        if self._done is not None:
            self._done(outcome)

    def __getstate__(self) -> dict[str, object]:
        return self.__dict__ | {"_done": None}


def _is_json(content_type: str) -> bool:
    """Whatever is said behind a semicolon: clients name a charset (reference 11.1)."""
    return content_type.partition(";")[0].strip().lower() == "application/json"
