"""A bounded queue that is interrupted at random moments."""

import random
import signal
import threading
import time

import pytest

from tracker.video.bounded_queue import BoundedQueue


def test_order_and_length():
    queue = BoundedQueue(2)
    queue.put(1)
    queue.put(2)
    waiting = threading.Thread(target=queue.put, args=(3,))
    waiting.start()
    time.sleep(0.05)
    assert waiting.is_alive()
    assert [queue.get(), queue.get(), queue.get()] == [1, 2, 3]
    waiting.join(10)
    assert not waiting.is_alive()


@pytest.fixture
def interrupted_soon():
    """Arm a timer that strikes the main thread like Ctrl-C within half a millisecond."""
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    draw = random.Random(0)
    yield lambda: signal.setitimer(signal.ITIMER_REAL, draw.uniform(5e-6, 5e-4))
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("main_thread", ["puts", "gets"])
def test_interrupts_leave_it_usable(interrupted_soon, main_thread):
    """Two thousand times: whatever was being done, the other thread can be brought to its end."""
    for _ in range(2000):
        queue, ended = BoundedQueue(4), threading.Event()

        def other(queue=queue, ended=ended):
            if main_thread == "puts":
                while queue.get() is not None:
                    pass
            else:
                while not ended.is_set():
                    queue.put(0)

        thread = threading.Thread(target=other, daemon=True)
        thread.start()
        try:
            interrupted_soon()
            while True:
                queue.put(0) if main_thread == "puts" else queue.get()
        except KeyboardInterrupt:
            pass
        if main_thread == "puts":
            queue.put(None)
        else:
            ended.set()
            queue.make_room()
        thread.join(10)
        assert not thread.is_alive()
