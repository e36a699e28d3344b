"""Work that is spread over threads on each of which PyTorch works alone."""

import os
from threading import Thread, current_thread

import pytest
import torch

from tracker.models.inference.side_by_side import side_by_side


@pytest.fixture(params=[1, 2, 3])
def threads(request):
    before = torch.get_num_threads()
    torch.set_num_threads(request.param)
    yield request.param
    torch.set_num_threads(before)


def test_results_come_in_order(threads):
    assert side_by_side(lambda number: number**2, range(20)) == [n**2 for n in range(20)]
    assert side_by_side(lambda number: number**2, []) == []


def test_one_thing_has_all_threads_and_several_have_one_each(threads):
    def seen(_: int) -> tuple[int, str]:
        return torch.get_num_threads(), current_thread().name

    here = (threads, current_thread().name)
    assert side_by_side(seen, [0]) == [here]
    *several, left_over = side_by_side(seen, range(13))
    assert {count for count, _ in several} == {1}
    assert left_over == here
    if threads > 1:
        assert all(name.startswith("crops") for _, name in several)


def test_the_number_of_threads_stays_as_it_was_here_and_in_threads_to_come(threads):
    side_by_side(str, range(4))
    assert torch.get_num_threads() == threads
    later = []
    thread = Thread(target=lambda: later.append(torch.get_num_threads()))
    thread.start()
    thread.join()
    assert later == [threads]


def test_an_error_arrives_and_the_next_call_works(threads):
    with pytest.raises(ZeroDivisionError):
        side_by_side(lambda number: 1 // number, [1, 0, 2])
    assert side_by_side(str, [1, 2]) == ["1", "2"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_forked_process_has_threads_of_its_own(threads):
    side_by_side(str, range(4))
    child = os.fork()
    if child == 0:
        works = side_by_side(str, range(4)) == ["0", "1", "2", "3"]
        os._exit(0 if works else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
