"""The faults that are made here: the rows of the table, and how often each is tried."""

from dataclasses import dataclass, field

SEED = 20261122


def check_sentence(error: Exception) -> None:
    """The message is one line with what was expected and what was got."""
    assert "expected" in str(error)
    assert "got" in str(error)
    assert "\n" not in str(error)


@dataclass
class Fault:
    """A row of the table: a kind of fault, how often it is made, and what came of it."""

    title: str
    quick: int | None = None  # generated inputs in ``make test``; None where the list is fixed
    full: int | None = None  # and in ``make robustness``
    tried: int = 0
    failures: list[str] = field(default_factory=list)
    lost: int = 0
    notes: list[str] = field(default_factory=list)


FAULTS = {
    "test_mutated_media": Fault("media files with bytes changed, cut out or repeated", 98, 1400),
    "test_truncation": Fault("mp4 cut off at any point, index first or last", 10, 100),
    "test_no_video": Fault("no video: empty, text, sound only, folder, pipe, no permission ..."),
    "test_size_change": Fault("size of the picture changes in the middle"),
    "test_formats": Fault("uneven times, rotation, 10 bits, gray, alpha, odd sizes, gif, names"),
    "test_odd_frames": Fault("arrays of every kind as frames", 100, 500),
    "test_odd_boxes": Fault("boxes of every kind", 100, 1000),
    "test_lost_objects": Fault(
        "objects that leave, shrink to nothing or were never there", 40, 1000
    ),
    "test_full_disk": Fault("disk full at any size", 4, 40),
    "test_kill": Fault("killed (SIGKILL) at any moment, then resumed", 3, 50),
    "test_signals_and_pipes": Fault("Ctrl-C, SIGTERM, closed or missing streams, no terminal"),
    "test_streams": Fault("stream servers that are silent, slow, reset or break off"),
    "test_damaged_weights": Fault("damaged, foreign and malicious weights", 60, 400),
    "test_missing_extension": Fault("compiled extension missing, broken or of another machine"),
    "test_operator_misuse": Fault("correlation called with wrong or odd tensors", 60, 400),
    "test_contested_outputs": Fault("outputs that exist, are inputs, or belong to a live run"),
    "test_changed_run": Fault("resumed with another model, source or option"),
    "test_determinism": Fault("the same run again, with 1 and 2 threads", 4, 6),
    "test_soak": Fault("frames in one run, memory and descriptors flat", 600, 20_000),
}
