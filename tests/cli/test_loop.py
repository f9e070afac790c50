"""Ctrl-C at an awkward moment is still Ctrl-C."""

import asyncio
import signal

import pytest
import uvloop  # noqa: F401  # it keeps the `signal.signal` that it finds as it is loaded: not the one below

from valr_maker.cli.loop import on_signals, run


def test_ctrl_c_while_the_loop_is_being_set_up_is_not_taken_for_an_error(monkeypatch):
    install = signal.signal

    def install_and_be_struck(number, handler):
        before = install(number, handler)
        if callable(handler) and handler is not signal.default_int_handler:
            signal.raise_signal(signal.SIGINT)
        return before

    monkeypatch.setattr(signal, "signal", install_and_be_struck)
    with pytest.raises(KeyboardInterrupt):
        run(asyncio.Event().wait())


def test_after_the_end_the_terminal_is_answered_as_before():
    """A closed loop must not keep Ctrl-C to itself."""

    async def listen():
        on_signals(lambda name: None)

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]
    run(listen())
    assert [signal.getsignal(number) for number in numbers] == before


def test_nohup_means_that_a_closed_terminal_is_no_reason_to_end():
    heard: list[str] = []

    async def listen():
        on_signals(heard.append)
        signal.raise_signal(signal.SIGHUP)
        signal.raise_signal(signal.SIGTERM)
        await asyncio.sleep(0.01)

    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        run(listen())
    finally:
        signal.signal(signal.SIGHUP, before)
    assert heard == ["SIGTERM"]
