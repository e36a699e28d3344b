"""Time one of OpenCV's trackers in a process of its own; ``peers.py`` starts it.

    PYTHON benchmarks/speed/contrib_tracker.py CLIP.npy KIND X,Y,W,H THREADS

opencv-python and opencv-contrib-python cannot be installed together, so PYTHON may belong to
another environment: this file needs only OpenCV and NumPy. CLIP holds RGB frames ``(N, H, W, 3)``.
Prints one JSON object: the seconds of all updates together, and their boxes.
"""

import json
import sys
import time

import cv2
import numpy as np

WARM_UPS = 2


def main() -> None:
    """Run the command line."""
    path, kind, box, threads = sys.argv[1:]
    cv2.setNumThreads(int(threads))
    x, y, w, h = (round(float(side)) for side in box.split(","))
    frames = [np.ascontiguousarray(frame[..., ::-1]) for frame in np.load(path)]
    follow(kind, frames[: WARM_UPS + 1], (x, y, w, h))
    seconds, boxes = follow(kind, frames, (x, y, w, h))
    print(json.dumps({"seconds": seconds, "boxes": boxes}))


def follow(
    kind: str, frames: list[np.ndarray], box: tuple[int, ...]
) -> tuple[float, list[list[float]]]:
    """Return the seconds of the updates and their boxes; if none is found, the last box is kept.

    Args:
        kind: "MIL", "CSRT" or "KCF": the name of OpenCV's class after "Tracker".
        frames: BGR.
        box: whole pixels ``(x, y, w, h)``, in the first frame.
    """
    tracker = getattr(cv2, f"Tracker{kind}").create()
    tracker.init(frames[0], box)
    boxes, seconds = [], 0.0
    for frame in frames[1:]:
        started = time.perf_counter()
        found, seen = tracker.update(frame)
        seconds += time.perf_counter() - started
        box = seen if found else box
        boxes.append([float(side) for side in box])
    return seconds, boxes


if __name__ == "__main__":
    main()
