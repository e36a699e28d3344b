"""Ctrl-C and SIGTERM during training."""

import signal
import threading

import pytest

from tracker.training.interrupts import deferred_interrupts, leave_interrupts_to_parent

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@pytest.mark.parametrize("number", SIGNALS)
def test_an_interrupt_is_recorded_and_the_handlers_come_back(number):
    before = [signal.getsignal(each) for each in SIGNALS]
    with deferred_interrupts() as arrived:
        assert not arrived()
        signal.raise_signal(number)
        assert arrived()
    assert [signal.getsignal(each) for each in SIGNALS] == before


def test_a_second_interrupt_acts_at_once():
    with pytest.raises(KeyboardInterrupt), deferred_interrupts() as came:  # noqa: PT012
        signal.raise_signal(signal.SIGINT)
        assert came()
        signal.raise_signal(signal.SIGINT)


def test_outside_the_main_thread_signals_are_left_alone():
    seen = []

    def use():
        with deferred_interrupts() as came:
            seen.append(came())

    thread = threading.Thread(target=use)
    thread.start()
    thread.join()
    assert seen == [False]


def test_a_worker_ignores_ctrl_c_and_ends_on_sigterm():
    before = [signal.getsignal(number) for number in SIGNALS]
    try:
        leave_interrupts_to_parent(0)
        assert [signal.getsignal(number) for number in SIGNALS] == [signal.SIG_IGN, signal.SIG_DFL]
    finally:
        for number, handler in zip(SIGNALS, before, strict=True):
            signal.signal(number, handler)
