"""The examination in its order, and what it says of the five readiness components."""

from collections.abc import Sequence

from valr_maker.doctor import account, here, order_trip, outside
from valr_maker.doctor.findings import Finding, State, Step
from valr_maker.doctor.patient import Patient
from valr_maker.engine import readiness
from valr_maker.errors import Exit

MILLI = 0.001
NETWORK = "Check the network and the address; without a network: --venue sandbox"

STEPS: tuple[Step[Patient], ...] = (
    Step("python", "Python and packages", here.python),
    Step("file", "strategy file", here.file),
    Step("address", "address and TLS", outside.address, remedy=NETWORK),
    Step("clock", "clock", outside.clock, ("address",), remedy=NETWORK),
    Step("status", "exchange status", outside.status, ("address",), remedy=NETWORK),
    Step("rules", "pairs and rules", outside.rules, ("address", "file"), readiness.RULES, NETWORK),
    Step("symbols", "symbol mapping", outside.symbols, ("rules",), readiness.SYMBOLS),
    Step("order types", "order types", outside.order_types, ("rules",), remedy=NETWORK),
    Step("book", "order book", outside.book, ("rules",), readiness.BOOKS,
         "A run polls the book over REST after 15 s; if this stays, check the network for blocked WebSockets"),
    Step("price source", "price source", outside.price_source, ("file", "rules"),
         remedy="See what stands behind the colon; current_market needs no other source"),
    Step("key", "API key", account.key, ("address",), remedy=NETWORK),
    Step("permissions", "permissions", account.permissions, ("key",)),
    Step("allow-list", "IP allow-list", account.allow_list, ("key",)),
    Step("fees", "fees", account.fees, ("key", "rules"), remedy=NETWORK),
    Step("balances", "balances", account.balances, ("key", "rules"), readiness.BALANCE, NETWORK),
    Step("user stream", "user stream", account.user_stream, ("key",), readiness.STREAM,
         "A run polls orders and balances over REST after 15 s; check the network for blocked WebSockets"),
    Step("others", "orders on the account", account.others, ("key", "rules"), remedy=NETWORK),
    Step("budget", "rate budget", account.budget, ("file",)),
    Step("diagnostics", "the file's diagnostics", account.diagnostics, ("file",)),
    Step("round trip", "order round trip", order_trip.round_trip, ("status", "book", "permissions", "balances", "user stream"),
         remedy="See what the exchange says above"),
    Step("disk", "disk", here.disk),
)  # fmt: skip


def time_words(seconds: float) -> str:
    """A time as people read it.

    >>> time_words(0.0004), time_words(0.0123), time_words(1.958)
    ('<1 ms', '12 ms', '1.96 s')
    """
    if seconds < MILLI:
        return "<1 ms"
    return f"{seconds / MILLI:.0f} ms" if seconds < 1 else f"{seconds:.2f} s"


def components(findings: Sequence[Finding]) -> dict[str, str]:
    """Hummingbot's five names: ready and after how long, or why not."""
    words = {}
    for finding in findings:
        if not finding.component:
            continue
        ready = finding.state in (State.OK, State.WARNING)
        words[finding.component] = (
            f"ready after {time_words(finding.usable_s)}" if ready else f"not ready: {finding.text}"
        )
    return {name: words[name] for name in readiness.NAMES if name in words}


def verdict(
    findings: Sequence[Finding], well: str = "It can quote", ill: str = "It will not quote as it should"
) -> tuple[str, Exit]:
    """One sentence, and what the command ends with: the first failure is the cause."""
    failed = [finding for finding in findings if finding.state is State.FAILED]
    if failed:
        first = failed[0]
        more = f" ({len(failed) - 1} more failed)" if len(failed) > 1 else ""
        return f"{ill}: {first.title}: {first.text}{more}", first.exit_code
    warned = sum(finding.state is State.WARNING for finding in findings)
    if not warned:
        return f"{well}.", Exit.OK
    return f"{well}, with {warned} warning{'' if warned == 1 else 's'}.", Exit.OK
