"""What the engine's window tells, in sentences; and what of its log is passed on."""

from valr_maker.events import Weight
from valr_maker.hummingbot.engine import Log
from valr_maker.hummingbot.watch import Watch

FIVE = ("symbols", "books", "balance", "rules", "stream")


def seen(missing=(), **more):
    status = {name: name not in missing for name in FIVE}
    why = {name: f"{name} is late" for name in missing}
    return {"seen": {"running": True, "strategy": True, "started": True, "status": status, "why": why, **more}}


def told(watch, *lines):
    return [note.text for at_s, line in enumerate(lines) for note in watch.take(line, float(at_s))]


def test_a_start_in_its_sentences():
    watch = Watch()
    assert told(watch, {"seen": {"running": False}}, seen({"books", "stream"}), seen({"books"}), seen()) == [
        "Hummingbot's engine runs its strategy",
        "connecting: books, stream not ready yet",
        "not ready: books: books is late",
        "ready: all 5 components 2.0 s after it began to connect",
    ]
    assert (watch.ready_s, watch.connecting_s) == (3.0, 1.0)


def test_a_component_that_is_lost_later_is_a_warning_and_named_once():
    watch = Watch()
    told(watch, seen())
    (note,) = watch.take(seen({"stream"}), 9.0)
    assert (note.text, note.weight) == ("not ready: stream: stream is late", Weight.WARNING)
    assert watch.take(seen({"stream"}, bid="1"), 10.0) == []


def test_events_are_counted():
    watch = Watch()
    lines = [{"event": kind, "what": "buy 4 @ 0.1"} for kind in ("placed", "placed", "filled", "cancelled", "failed")]
    assert told(watch, *lines)[0] == "placed buy 4 @ 0.1"
    assert (watch.placed, watch.fills, watch.cancelled, watch.failed, watch.first_order_s) == (2, 1, 1, 1, 0.0)


def test_success_without_a_strategy_is_seen_through():
    watch = Watch()
    watch.take({"seen": {"running": True, "strategy": False}}, 0.0)
    assert watch.without_strategy
    watch.take(seen(), 1.0)
    assert not watch.without_strategy


def test_a_moment_in_one_line():
    watch = Watch()
    assert watch.summary() == "Hummingbot is starting"
    order = {"side": "buy", "left": "4", "price": "0.1", "state": "open"}
    orders = [order, order | {"side": "sell", "state": "pending_cancel"}]
    watch.take(seen(pair="DOGE-USDT", bid="0.1", ask="0.2", orders=orders), 0.0)
    assert watch.summary() == (
        "DOGE-USDT | quoting | bid 0.1 ask 0.2 | orders: buy 4 @ 0.1, sell 4 @ 0.1 (cancelling) | "
        "0 placed, 0 cancelled, 0 failed, 0 fills"
    )
    watch.take(seen({"books"}, orders=[order] * 9), 0.0)
    assert "not ready: books" in watch.summary() and "3 more" in watch.summary()


def test_of_the_log_only_what_is_new_and_matters(tmp_path):
    path = tmp_path / "log"
    log = Log(path)
    assert log.new() == []
    head = "2026-01-01 00:00:00,000 - 7 - hummingbot.connector"
    path.write_text(f"{head} - INFO - fine\n{head} - WARNING - beware\nTraceback\n{head} - ERROR - cut o")
    assert log.new() == [(Weight.WARNING, "hummingbot.connector: beware")]
    with path.open("a") as file:
        file.write("ff\n")
    assert log.new() == [(Weight.ERROR, "hummingbot.connector: cut off")]
    path.write_text(f"{head} - WARNING - new day\n")
    assert log.new() == [(Weight.WARNING, "hummingbot.connector: new day")]
    assert Log(path).new() == []
