"""Ctrl-C at an awkward moment is still Ctrl-C."""

import asyncio
import signal

import pytest

from valr_maker.cli.loop import run


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
