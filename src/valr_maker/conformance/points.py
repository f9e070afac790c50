"""The numbered lists of the reference, point by point: pains, checklist, beliefs and open questions (8, 11, 12, 13)."""

from typing import NamedTuple


class Point(NamedTuple):
    """One point, what the sandbox does about it, and where that is proved. Ids may be of other tests: then words."""

    number: str
    about: str
    answer: str
    ids: tuple[str, ...] = ()


PAINS = (
    Point("8.1", "202 is not success", "as VALR", ("REST-301", "REST-304")),
    Point("8.2", "a v1 cancel has an empty body", "as VALR", ("REST-412",)),
    Point("8.3", "acks, events and states overtake one another", "setting ack_after_events", ("WS-415", "WS-405", "REST-402")),
    Point("8.4", "no status frame for an order that rests", "setting placed_frame", ("WS-311", "WS-312")),
    Point("8.5", "SUBSCRIBE replaces", "as VALR", ("WS-105", "WS-108")),
    Point("8.6", "silent ends after 60 s", "as VALR", ("WS-121", "WS-124", "WS-133")),
    Point("8.7", "a failed login connects, then closes", "as VALR", ("WS-004", "WS-005")),
    Point("8.8", "the sub-account in header and signature", "as VALR", ("REST-006", "REST-018", "WS-006", "WS-007")),
    Point("8.9", "the query is signed as sent", "as VALR", ("REST-003",)),
    Point("8.10", "the public cache", "setting edge_cache", ("REST-140", "REST-141", "REST-612")),
    Point("8.11", "thirty public calls a minute", "as VALR", ("REST-601",)),
    Point("8.12", "filters that are ignored, cancels that are hidden, windows", "as VALR; setting history_window_days",
          ("REST-504", "REST-506", "REST-509", "REST-514")),
    Point("8.13", "three spellings of one thing", "as VALR", ("REST-501", "REST-504", "WS-302", "WS-311")),
    Point("8.14", "an image is no diff", "as VALR", ("WS-222", "WS-247")),
    Point("8.15", "HTML although the order went through", "settings html_400_chance, html_403_chance, html_when_limited",
          ("REST-611", "REST-617", "REST-608")),
    Point("8.16", "a customer id twice", "settings duplicate_id_code, customer_id_burnt_s", ("REST-332", "REST-333")),
    Point("8.17", "zeros are stripped", "as VALR", ("REST-330",)),
    Point("8.18", "ids beyond 2^53", "as VALR", ("REST-131", "REST-381")),
    Point("8.19", "documents that drift", "as the wire, see 12", ("WS-244", "REST-009", "WS-245")),
    Point("8.20", "alpha, beta, experimental", "served like the rest", ("WS-231", "REST-336", "WS-412")),
    Point("8.21", "pairs with simple orders only", "as VALR", ("REST-327",)),
    Point("8.22", "ccxt has no VALR", "nothing to do"),
)  # fmt: skip
CHECKLIST = (
    Point("11.1", "TLS and plain, keep-alive, header case, charset", "`--tls`", ("REST-004", "REST-010")),
    Point("11.2", "raw target and body, lenient bodies", "as VALR", ("REST-003", "REST-305", "REST-307", "REST-308")),
    Point("11.3", "v1 and v2 side by side", "as VALR", ("REST-301", "REST-302", "REST-412", "REST-415")),
    Point("11.4", "truncation, tick, texts, codes", "as VALR", ("REST-312", "REST-328", "REST-329", "REST-413")),
    Point("11.5", "reserves", "as inferred: no fee is set aside", ("REST-204",)),
    Point("11.6", "fees and balances to the last digit", "as VALR", ("REST-203", "REST-206", "REST-504")),
    Point(
        "11.7",
        "ids, events, statuses, post-only, self-trade",
        "as VALR",
        ("REST-341", "REST-510", "REST-334", "REST-337"),
    ),
    Point("11.8", "trade socket", "as VALR", ("WS-105", "WS-109", "WS-201", "WS-231", "WS-232", "WS-242", "WS-131")),
    Point(
        "11.9",
        "account socket",
        "as VALR; settings ack_after_events, latency.jitter_s",
        ("WS-301", "WS-303", "WS-004", "WS-412", "WS-415", "REST-618"),
    ),
    Point(
        "11.10",
        "faults",
        "settings here, the rest in sandbox/faults.py",
        ("REST-608", "REST-611", "REST-612", "REST-146"),
    ),
    Point("11.11", "latencies", "setting latency", ("REST-614", "WS-417")),
)
BELIEVED = (
    Point("12", "AGGREGATED keys: PascalCase or lower case", "PascalCase", ("WS-201",)),
    Point("12", "LastChange and SequenceNumber inside data or on top", "inside", ("WS-201",)),
    Point("12", "OPEN_ORDERS_UPDATE: array or object", "array", ("WS-301", "WS-302")),
    Point("12", "ORDER_STATUS_UPDATE: by itself or subscribed", "by itself; SUBSCRIBE is taken", ("WS-303", "WS-313")),
    Point("12", "a status frame for a resting order", "none; setting placed_frame", ("WS-311", "WS-312")),
    Point("12", "a failure on v2: 400 or 201", "400 with orderId", ("REST-303",)),
    Point("12", "a v1 cancel: 202 empty or 200", "202 empty", ("REST-412",)),
    Point("12", "a v1 order's body: with customerOrderId or without", "with, when one was given", ("REST-301",)),
    Point("12", "CANCEL_LIMIT_ORDER, BATCH_ORDERS or the mirror's names", "the documented ones", ("WS-405", "WS-407", "WS-418")),
    Point("12", "fields of a change over the socket", "newPrice and so on", ("WS-404",)),
    Point("12", "pair of a summary on the socket", "currencyPairSymbol", ("WS-245",)),
    Point("12", "mark price every 5 s or 3 s", "3 s", ("WS-244",)),
    Point("12", "depth of the book: 20, 40, 41", "40", ("REST-147", "WS-222")),
    Point("12", "without a key: 403 or 400", "400, -11268", ("REST-009",)),
    Point("12", "hyphens in a customer id", "allowed", ("REST-311", "REST-317")),
    Point("12", "a customer id again", "among open orders only; setting customer_id_burnt_s", ("REST-332", "REST-333")),
    Point("12", "size of a batch: 20 or 10", "20", ("REST-384",)),
    Point("12", "REPRICE on v2", "yes", ("REST-406",)),
    Point("12", "limits of 2024 or of today", "today's", ("REST-604", "REST-605", "REST-606", "WS-127", "WS-414")),
    Point("12", "currency of a maker's fee and reward", "fee in what is received, reward in what is paid",
          ("REST-207", "REST-208", "WS-320")),
    Point("12", "login for the trade socket", "not needed", ("WS-002",)),
)  # fmt: skip
UNKNOWN = (
    Point("13.1", "status and code of: tick, maximum, customer id twice, post-only, FOK and IOC unfilled, order not found, "
          "-11252", "-11 with validationErrors for the first two; settings duplicate_id_code, post_only_code, "
          "unfilled_code, fok_status, ioc_empty_status, bad_signature_status; -16 is 400",
          ("REST-312", "REST-319", "REST-332", "REST-334", "REST-339", "REST-340", "REST-413", "REST-007")),
    Point("13.2", "window of a timestamp, replays", "setting timestamp_window_s; replays are taken", ("REST-012",)),
    Point("13.3", "Retry-After and body of a 429", "settings retry_after_s, html_when_limited", ("REST-608", "REST-609")),
    Point("13.4", "shared public budget, v2 per second", "settings public_budget_shared, v2_spares_minutes",
          ("REST-602", "REST-607")),
    Point("13.5", "answers to BATCH_ORDERS, INVALID_*, unknown types, SUBSCRIBE on the account socket",
          "BATCH_ORDERS_WS_RESPONSE; settings invalid_frames, unknown_frame_is_error; SUBSCRIBED",
          ("WS-407", "WS-408", "WS-409", "WS-111", "WS-303")),
    Point("13.6", "AUTHENTICATED unsigned; key, signature or header wrong", "setting unsigned_trade_authenticated; 1007 for all",
          ("WS-002", "WS-003", "WS-004", "WS-005")),
    Point("13.7", "order of the account's events", "that of 5.5; settings ack_after_events, placed_frame",
          ("WS-311", "WS-313", "WS-314", "WS-316", "WS-317", "WS-401", "WS-415")),
    Point("13.8", "shape of a maker's reward; a fee of zero", 'makerReward and its currency, no fee; a fee of zero is "0"',
          ("WS-320", "REST-208", "WS-325")),
    Point("13.9", "throttling of AGGREGATED, its sequence", "0.5 s; one counter with FULL and REST", ("WS-247", "WS-235", "REST-147")),
    Point("13.10", "how long finished orders can be asked for; not found", "the newest 10,000; -1", ("REST-501",)),
    Point("13.11", "reserves, rounding, minimum of remainders and changes",
          "no fee is reserved, nothing is rounded, remainders are not judged, changes as a whole",
          ("REST-203", "REST-204", "REST-407")),
    Point("13.12", "today's parameters of the pairs", "a dated table, data/pairs.json"),
    Point("13.13", "queue and type after postOnlyReprice", "at the end of the new price's queue; `post-only limit`", ("REST-336",)),
    Point("13.14", "FULL after subscribing again", "a new snapshot, updates go on from it", ("WS-232", "WS-238")),
    Point("13.15", "pairs a SUBSCRIBE, sockets a key, length of a message",
          "settings pairs_per_subscription, sockets_per_key; a message of up to 4 MiB", ("WS-113", "WS-128")),
)  # fmt: skip
LISTS: dict[str, tuple[Point, ...]] = {
    "8. Pain points": PAINS,
    "11. Checklist of a simulator": CHECKLIST,
    "12. Where sources disagree": BELIEVED,
    "13. What nobody knows": UNKNOWN,
}
