"""Numbers, spans of time and states in the words that every screen uses. No clock: ages come with the Status."""

from decimal import ROUND_DOWN, Context, Decimal

from valr_maker.engine.engine import Phase
from valr_maker.engine.status import Status

MINUTE_S, HOUR_S, DAY_S = 60, 3600, 86400
TENTHS_BELOW_S = 10.0
DECIMALS = Decimal("1E-8")
_CUT = Context(prec=60, rounding=ROUND_DOWN)

ORDER_STATES = {
    "pending_new": "on its way",
    "partially_filled": "part filled",
    "pending_cancel": "cancelling",
    "unknown": "unclear",
}


def number(value: Decimal | None) -> str:
    """Plain digits, cut to 8 decimals, without trailing zeros; a dash for nothing.

    >>> number(Decimal("84.60")), number(Decimal("1E+2")), number(Decimal("0.123456789")), number(None)
    ('84.6', '100', '0.12345678', '-')
    """
    if value is None:
        return "-"
    digits = format(value.quantize(DECIMALS, context=_CUT), "f").rstrip("0").rstrip(".")
    return "0" if digits == "-0" else digits


def percent(value: float | None) -> str:
    """A figure that is in % already: `1 %`, `0.0619 %`.

    >>> percent(1.0), percent(0.06193), percent(None)
    ('1 %', '0.0619 %', '-')
    """
    return "-" if value is None else f"{value:.3g} %"


def span(seconds: float) -> str:
    """How long, in at most two units.

    >>> span(3.21), span(42.9), span(125), span(7384), span(200_000)
    ('3.2 s', '42 s', '2 min 5 s', '2 h 3 min', '2 d 7 h')
    """
    whole = int(max(seconds, 0.0))
    if seconds < TENTHS_BELOW_S:
        return f"{max(seconds, 0.0):.1f} s"
    if whole < MINUTE_S:
        return f"{whole} s"
    if whole < HOUR_S:
        return f"{whole // MINUTE_S} min {whole % MINUTE_S} s"
    if whole < DAY_S:
        return f"{whole // HOUR_S} h {whole % HOUR_S // MINUTE_S} min"
    return f"{whole // DAY_S} d {whole % DAY_S // HOUR_S} h"


def one_line(text: str) -> str:
    r"""What the exchange or a library said, safe to print: one line, no control characters.

    >>> one_line("two\nlines \x1b[2J")
    'two lines [2J'
    """
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def venue_words(venue: str) -> str:
    """Real money is spoken out loud."""
    return "LIVE: real money" if venue == "live" else f"{venue}: play money"


def state_words(status: Status) -> str:
    """`quoting`, or that it does not and why."""
    why = one_line(status.why)
    if status.phase == Phase.QUOTING:
        return f"quoting {why}" if why else "quoting"
    lead = "starting, not quoting yet" if status.phase == Phase.STARTING else status.phase
    if not why or why == status.phase:
        return lead
    return why if why.startswith(f"{status.phase}:") else f"{lead}: {why}"


def next_words(status: Status) -> str:
    """When time alone will next change something."""
    if status.next_action_s is not None:
        return f"next action in {status.next_action_s:.0f} s"
    return "next action: when something changes" if status.phase in (Phase.QUOTING, Phase.HOLDING) else ""


def order_state(state: str) -> str:
    """The state of an own order in a word or two."""
    return ORDER_STATES.get(state, state)
