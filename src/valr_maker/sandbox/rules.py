"""What the sandbox can be told to do differently. The defaults are VALR's ways as far as they are known.

What no source knows (reference 13) is a setting here, with the question it answers; docs/conformance.md lists them, and
`valr-maker sandbox serve --set NAME=VALUE` sets them (settings.py).
"""

from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Latency:
    """How long the exchange takes: to answer, and until the engine has looked at an order (reference 11.11)."""

    ack_s: float = 0.003
    """Section 11.11: until an answer."""
    outcome_s: float = 0.008
    """Section 11.11: until the engine has looked at an order."""
    jitter_s: float = 0.0
    """Section 11.9: at most so much more, by chance each time: answers and orders overtake one another."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Every setting of a world beside its pairs, funds and seed."""

    latency: Latency = field(default_factory=Latency)

    # Who may ask, and how often
    timestamp_window_s: float = 30.0
    """Question 2: how far a timestamp may be off. Signatures may be replayed."""
    bad_signature_status: int = 401
    """Question 1: the status of -11252."""
    limits_enforced: bool = True
    """False: nobody counts, for tests that ask more than VALR would allow."""
    public_budget_shared: bool = True
    """Question 4: one budget for all of /v1/public/*; false gives each path its own."""
    v2_spares_minutes: bool = True
    """Question 4: whether /v2 orders have the budget per second of /v1, or count in the minute."""
    html_when_limited: bool = False
    """Question 3: some 429s come as a web page (C)."""
    retry_after_s: int | None = None
    """Question 3: the header of a 429, if it has one."""
    connections_per_minute: int | None = None
    """None is VALR's 60; sockets beyond it hear RATE_LIMIT_EXCEEDED and are closed."""
    sockets_per_key: int | None = None
    """Question 15: at once, for one key; None is without end."""
    pairs_per_subscription: int | None = None
    """Question 15: more in one event are an ERROR; None is without end."""

    # What answers look like
    edge_cache: bool = False
    """Public answers may be as old as their max-age, as behind VALR's front end (reference 2)."""
    html_400_chance: float = 0.0
    """How often the front end answers a write with a page of HTML although it was carried out (reference 8.15)."""
    html_403_chance: float = 0.0
    """How often the front end bars a request with a page of HTML: it was not carried out (reference 8.15)."""
    invalid_frames: bool = False
    """Question 5: refuse order messages with INVALID_..._REQUEST, as the mirror has it, not inside the reply."""
    unknown_frame_is_error: bool = False
    """Question 5: an unknown message type is answered with ERROR, not UNSUPPORTED."""
    unsigned_trade_authenticated: bool = False
    """Question 6: whether an unsigned trade socket hears AUTHENTICATED too."""
    placed_frame: bool = False
    """Section 12: an ORDER_STATUS_UPDATE `Placed` for an order that merely rests, as the documents list it."""
    ack_after_events: bool = False
    """Section 8.3: the answer to an order message comes after the events that it caused."""
    reference_totals: bool = True
    """Section 3.1: balances say what they are worth in USDC; VALR may leave that out on accounts without margin."""
    transfer_answers_id: bool = False
    """Section 3.1: a transfer is answered with its number, as VALR's notes of 2026 have it; its documents: nothing."""
    history_window_days: int | None = None
    """Section 2.6, 8.12: what a history shows when no time is asked for; VALR may take 30."""

    # What the engine does
    upper_case_only: bool = False
    """Section 3.2: refuse a side in lower case, as the tightened validation of 2024 may."""
    slippage_band_pct: Decimal = Decimal(5)
    """How far from the best opposite price a market order may trade."""
    limits_repriced: bool = False
    """A limit order beyond the band is moved to its edge (`Repriced Due To Slippage`)."""
    post_only_code: int = -11
    """Question 1: code of the v2 answer to a post-only order that would match."""
    duplicate_id_code: int = -11
    """Question 1: code of the v2 answer to a customer id in use."""
    unfilled_code: int = -11
    """Question 1: code of the v2 answer to a FOK order that cannot fill."""
    fok_status: str = "Failed"
    """Question 1: a FOK order that cannot fill is `Failed` or `Cancelled`."""
    ioc_empty_status: str = "Cancelled"
    """Question 1: an IOC order that met nobody is `Cancelled` or `Failed`."""
    customer_id_burnt_s: float = 0.0
    """Section 12: how long a customer id is refused after its order ended; one client reports 24 h."""
    simple_pct: Decimal = Decimal("1.6")
    """Fee of a simple order, in percent points (reference 7.4)."""


DEFAULT = Rules()
