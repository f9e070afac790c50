"""VALR's front end, between the exchange and the internet: its cache, its headers, its web pages (reference 2, 8.15).

Room rule: pure. Public answers carry how long they may be kept; as a setting they are kept here too, and so are stale.
"""

from valr_maker.chance import Chance
from valr_maker.sandbox.calls import Reply, Request
from valr_maker.sandbox.refusals import FORBIDDEN, LIMITED
from valr_maker.sandbox.rules import Rules

HTML = {"content-type": "text/html"}
BAD_REQUEST = 400
MALFORMED = b"<html><head><title>400 Bad Request</title></head><body><h1>400</h1>Malformed or illegal.</body></html>"
"""Our wording of the page that comes at times although the order went through (C)."""
VIA = {"via": "1.1 google"}
"""On every reply (D, V)."""
UPSTREAM = {"x-valr-upstream-service-time": "1"}
"""How many milliseconds the exchange took, on every public reply (V)."""
BARRED = b"<html><head><title>403 Forbidden</title></head><body><h1>403</h1>Forbidden.</body></html>"
"""Likewise of the page that a firewall sends in front of VALR (C)."""
KEPT_MAX = 1_000
AGES_S = {
    "marketsummary": 5, "pairs": 60, "currencies": 60, "ordertypes": 60, "orderbook": 30, "trades": 30,
}  # fmt: skip
"""By a part of a public path; the wire's figures where they are known (V). Candles, time and status are not listed (D)."""


def max_age_s(path: str) -> int:
    """For how long a public answer may be kept; 1 for signed market data (D), 0 for everything else."""
    if path.startswith("/v1/marketdata/"):
        return 1
    if not path.startswith("/v1/public/"):
        return 0
    return next((AGES_S[part] for part in path.split("/") if part in AGES_S), 0)


class Edge:
    """What stands in front of the desk."""

    def __init__(self, rules: Rules, chance: Chance) -> None:
        self._rules, self._chance = rules, chance
        self._kept: dict[str, tuple[float, Reply]] = {}

    def kept(self, request: Request, now_s: float) -> Reply | None:
        """An answer from before that is still young enough; only public ones are shared between clients."""
        if not self._rules.edge_cache or request.verb != "GET" or not request.target.startswith("/v1/public/"):
            return None
        made_s, reply = self._kept.get(request.target, (0.0, None))
        age_s = now_s - made_s
        if reply is None or age_s >= max_age_s(request.target.partition("?")[0]):
            return None
        return reply._replace(headers=dict(reply.headers) | {"age": str(int(age_s))})

    def leave(self, request: Request, reply: Reply, now_s: float) -> Reply:
        """An answer on its way out, with the front end's headers, rarely as a page of its own.

        Errors are kept as answers are (V); not a 429, which is meant for one client alone (I).
        """
        path = request.target.partition("?")[0]
        reply = reply._replace(headers={**reply.headers, **VIA})
        age_s = max_age_s(path) if request.verb == "GET" and reply.status != LIMITED else 0
        if path.startswith("/v1/public/"):
            reply = reply._replace(headers=dict(reply.headers) | UPSTREAM)
        if age_s:
            scope = "public" if "/public/" in path else "private"
            headers = {"cache-control": f"max-age={age_s},{scope}", "age": "0"} | UPSTREAM
            reply = reply._replace(headers=dict(reply.headers) | headers)
            if self._rules.edge_cache and scope == "public":
                if len(self._kept) >= KEPT_MAX:
                    self._kept.pop(next(iter(self._kept)))
                self._kept[request.target] = (now_s, reply)
        elif request.verb != "GET" and reply.status < BAD_REQUEST and self._draws(self._rules.html_400_chance):
            return Reply(BAD_REQUEST, HTML | VIA, MALFORMED)
        return reply

    def barred(self) -> Reply | None:
        """At times nothing gets past the firewall."""
        return Reply(FORBIDDEN, HTML | VIA, BARRED) if self._draws(self._rules.html_403_chance) else None

    def _draws(self, chance: float) -> bool:
        return chance > 0 and self._chance.unit() < chance
