"""Nobody waits for a screen: a terminal that stands still must never hold up the bot."""

import os
import threading

from valr_maker.screens.outlet import HELD_MAX, Outlet

PIPE_HOLDS = 65536
"""What a pipe takes on Linux before its writer has to wait."""


def test_text_comes_out_in_order():
    reading, writing = os.pipe()
    with os.fdopen(writing, "w") as stream, os.fdopen(reading) as reader:
        outlet = Outlet(stream)
        for number in range(5):
            outlet.write(f"line {number}\n")
        assert outlet.finish(10.0)
        assert [reader.readline() for _ in range(5)] == [f"line {number}\n" for number in range(5)]


def test_a_pipe_that_nobody_reads_holds_up_no_writer():
    """The writer gets on at once; what is too much is dropped and counted."""
    reading, writing = os.pipe()
    stream = os.fdopen(writing, "w")
    outlet = Outlet(stream)
    for _ in range(HELD_MAX + 100):
        outlet.write("x" * PIPE_HOLDS)
    assert outlet.busy
    assert outlet.dropped >= 1
    assert not outlet.finish(0.1)
    reader = threading.Thread(target=lambda: [None for _ in iter(lambda: os.read(reading, PIPE_HOLDS), b"")])
    reader.start()  # now somebody reads: it all comes out
    assert outlet.finish(30.0)
    stream.close()
    reader.join(30.0)
    os.close(reading)


def test_a_reader_that_went_away_is_told_once():
    reading, writing = os.pipe()
    os.close(reading)
    gone = threading.Event()
    stream = os.fdopen(writing, "w")
    outlet = Outlet(stream, gone.set)
    outlet.write("anybody?\n")
    assert gone.wait(10.0)
    assert outlet.finish(10.0)
    before = outlet.dropped
    outlet.write("still anybody?\n")
    assert outlet.dropped == before + 1
    try:
        stream.close()
    except BrokenPipeError:
        os.closerange(writing, writing + 1)
