"""The order of the numbers that the frame kernels read and write.

``csrc/tracking.h`` is the source: its structs are rows of doubles in Python, with these fields in
this order. The compiled extension carries the names, and ``layout_mismatch`` compares them, so that
an extension built from other sources is never fed with rows that it would misread.
"""

import re
from collections.abc import Mapping
from itertools import zip_longest

from tracker.result import STATES

SETTINGS = (
    "exemplar_size",
    "search_size",
    "context_amount",
    "num_scales",
    "scale_step",
    "scale_penalty",
    "scale_lr",
    "box_lr",
    "box_center",
    "max_growth",
    "max_shift",
    "hold_score",
    "window_influence",
    "response_upsampling",
    "total_stride",
    "min_size_ratio",
    "max_size_ratio",
    "min_side",
    "score_midpoint",
    "score_slope",
    "score_share",
    "usual_lr",
    "lowest_usual",
    "max_log_odds",
    "tracking_score",
    "lost_score",
    "lost_doubt",
    "found_frames",
    "frame_width",
    "frame_height",
)
"""Names of the settings that the kernels take: those of ``TrackerConfig``, and facts about the
network and the frame."""

LAYOUTS = {
    "Settings": " ".join(SETTINGS),
    "Target": "box[4] trusted[4] first_size[2] fill[3] usual doubt good recovering",
    "Candidate": "center[2] peak zoom",
    "Result": "box[4] score state",
    "State": " ".join(STATES),
}
"""Fields of every struct of ``csrc/tracking.h``, in order: one number each, or as many as in []."""


def _columns(struct: str) -> int:
    """Count the numbers in a row of a struct."""
    return sum(int(size or 1) for size in re.findall(r"\w+(?:\[(\d+)\])?", LAYOUTS[struct]))


TARGET_COLUMNS = _columns("Target")
"""Length of the row of one object's state."""
CANDIDATE_COLUMNS = _columns("Candidate")
"""Length of the row of one object's likeliest place."""
RESULT_COLUMNS = _columns("Result")
"""Length of the row of one object's result; ``state`` is an index into ``STATES``."""


def layout_mismatch(compiled: Mapping[str, str]) -> str | None:
    """Compare the fields of an extension with ``LAYOUTS``.

    Args:
        compiled: the ``LAYOUTS`` of the extension.

    Returns:
        The first difference, "expected ...; got ...", or None if there is none.
    """
    for name, fields in LAYOUTS.items():
        pairs = zip_longest(fields.split(), compiled.get(name, "").split(), fillvalue="nothing")
        for number, (want, got) in enumerate(pairs, start=1):
            if want != got:
                return f"expected field {number} of {name} to be {want}; got {got}"
    return None
