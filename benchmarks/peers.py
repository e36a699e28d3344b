"""How fast trackers update, side by side: ours, the usual way to write SiamFC, and OpenCV's.

    python benchmarks/peers.py [--threads 2] [--rounds 5] [--contrib PYTHON] [--json FILE]

Frames per second of `update` alone, on the processor, on 640x480 frames that are in memory before
the clock starts: the left part of the project's sample clip. Nothing runs beside anything else; the
trackers take turns, and medians over the rounds are reported. The mean overlap with the truth says
whether a tracker still follows the object: losing it can be fast.

    our models   those that have weights; learning, done every few frames, is in their time
    eager port   three-scale SiamFC on PyTorch as the well-known ports have it, `EagerSiamFC` below
    OpenCV       MIL, and CSRT and KCF if PYTHON, an interpreter of another environment, has
                 opencv-contrib-python; each in a process of its own
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import NamedTuple

from tracker.threads import spin_briefly

spin_briefly()  # as the command line does, before PyTorch loads

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from jobs import use_threads
from speed import machine, shipped_models
from tqdm import tqdm

from tracker.boxes import Box, overlap
from tracker.models import load_model
from tracker.models.backbones.lite import AlexNetBackbone
from tracker.synthetic.sample import FRAMES, SampleClip
from tracker.tracking.tracker import Tracker

WIDTH, HEIGHT = 640, 480
CLIP_WIDTH = 854  # the clip is 16:9
FOLLOWS = 0.4  # least mean overlap of the port with trained weights: it must do its work
PORT = "SiamFC, eager port"


class Run(NamedTuple):
    """One pass over the clip: seconds of all updates, and the boxes that they returned."""

    seconds: float
    boxes: list[Box]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--frames", type=int, default=FRAMES, help=f"3 to {FRAMES} of the clip")
    parser.add_argument("--contrib", metavar="PYTHON", help="it has opencv-contrib-python")
    parser.add_argument("--json", type=Path, help="write the numbers to this file")
    args = parser.parse_args()
    use_threads(args.threads)

    frames, truth = make_clip(args.frames)
    models, versions = shipped_models(), {"torch": torch.__version__, "opencv": cv2.__version__}
    is_trained = "siamfc" in models
    opencv = {"MIL": sys.executable}
    if args.contrib:
        ask = [args.contrib, "-c", "import cv2; print(cv2.__version__)"]
        versions["opencv-contrib"] = subprocess.check_output(ask, text=True).strip()
        opencv |= {"CSRT": args.contrib, "KCF": args.contrib}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.npy"
        np.save(path, frames)

        def run(name: str) -> Run:
            if name in opencv:
                return run_opencv(opencv[name], name, path, truth[0], args.threads)
            tracker = EagerSiamFC(is_trained) if name == PORT else Tracker(name, "cpu")
            return run_here(tracker, frames, truth[0])

        names = [*models, PORT, *opencv]
        # The first pass warms up, and shows who follows the object.
        overlaps = {name: float(overlap(run(name).boxes, truth[1:]).mean()) for name in names}
        if is_trained and overlaps[PORT] < FOLLOWS:
            print(f"{PORT} is left out: its overlap is {overlaps[PORT]:.2f}", file=sys.stderr)
            names.remove(PORT)
        fps: dict[str, list[float]] = {name: [] for name in names}
        for _ in tqdm(range(args.rounds), unit="round", disable=None):
            for name in names:
                fps[name].append((args.frames - 1) / run(name).seconds)

    default = median(fps[models[0]])
    report = {
        "machine": machine(),
        "threads": args.threads,
        "versions": versions,
        "frames": args.frames,
        "rounds": args.rounds,
        "port_weights": "siamfc" if is_trained else "random",
        "trackers": {
            name: {
                "fps": median(values),
                "fps_range": [min(values), max(values)],
                "ratio": median(values) / default,
                "mean_overlap": None if name == PORT and not is_trained else overlaps[name],
            }
            for name, values in fps.items()
        },
    }
    print_report(report)
    if args.json:
        args.json.write_text(json.dumps(report, indent=2) + "\n")


def make_clip(count: int) -> tuple[np.ndarray, list[Box]]:
    """The left part of the sample clip, which its target never leaves: frames and true boxes."""
    clip = SampleClip((CLIP_WIDTH, HEIGHT), count)
    frames, truth = zip(*((frame[:, :WIDTH], box) for frame, box in clip), strict=True)
    return np.stack(frames), list(truth)


def run_here(tracker: "Tracker | EagerSiamFC", frames: np.ndarray, box: Box) -> Run:
    """Follow the object in this process."""
    tracker.init(frames[0], box)
    boxes, seconds = [], 0.0
    for frame in frames[1:]:
        started = time.perf_counter()
        result = tracker.update(frame)
        seconds += time.perf_counter() - started
        boxes.append(getattr(result, "box", result))
    return Run(seconds, boxes)


def run_opencv(python: str, kind: str, clip: Path, box: Box, threads: int) -> Run:
    """Follow the object with OpenCV's tracker in a child process, and wait for its end."""
    script = Path(__file__).with_name("contrib_tracker.py")
    command = [python, script, clip, kind, ",".join(map(str, box)), str(threads)]
    return Run(**json.loads(subprocess.check_output(command)))


class EagerSiamFC:
    """SiamFC with three scales, as the PyTorch ports of the paper's reference code have it.

    Crops have whole-pixel corners and come off a bordered copy of the frame; the network runs in
    eager float32 as it was trained; all three maps are upsampled before a scale is chosen.

    Args:
        trained: use the shipped weights. Random ones take the same time; what they answer is
            then not followed, so that the crops stay of an ordinary size.
    """

    SCALES = 1.0375 ** np.array([-1, 0, 1])
    PENALTY, SCALE_LR, WINDOW = 0.9745, 0.59, 0.176
    STRIDE, UPSAMPLING, MAP = 8, 16, 17

    def __init__(self, trained: bool) -> None:
        self._trained = trained
        self._network = load_model("siamfc").network.backbone if trained else AlexNetBackbone()
        self._network.eval()
        hann = np.hanning(self.MAP * self.UPSAMPLING)
        self._window = np.outer(hann, hann) / np.outer(hann, hann).sum()

    @torch.no_grad()
    def init(self, frame: np.ndarray, box: Box) -> None:
        x, y, w, h = box
        self._center, self._size = np.array([x + w / 2, y + h / 2]), np.array([w, h])
        self._extent = np.sqrt(np.prod(self._size + (w + h) / 2))
        self._growth = 1.0
        self._color = cv2.mean(frame)[:3]
        self._exemplar = self._embed([self._crop(frame, self._extent, 127)])

    @torch.no_grad()
    def update(self, frame: np.ndarray) -> Box:
        extents = self._extent * self._growth * 255 / 127 * self.SCALES
        search = self._embed([self._crop(frame, extent, 255) for extent in extents])
        responses = F.conv2d(search, self._exemplar, groups=len(self._exemplar)) * 0.001
        side = self.MAP * self.UPSAMPLING
        maps = np.stack(
            [
                cv2.resize(each, (side, side), interpolation=cv2.INTER_CUBIC)
                for each in responses[:, 0].numpy()
            ]
        )
        maps[[0, 2]] *= self.PENALTY
        scale = int(maps.max(axis=(1, 2)).argmax())
        response = maps[scale] - maps[scale].min()
        response /= response.sum() + 1e-16
        response = (1 - self.WINDOW) * response + self.WINDOW * self._window
        row, column = np.unravel_index(response.argmax(), response.shape)
        cells = np.array([column, row]) - (side - 1) / 2
        if self._trained:
            self._center += cells * self.STRIDE / self.UPSAMPLING * extents[scale] / 255
            growth = self._growth * (1 + self.SCALE_LR * (self.SCALES[scale] - 1))
            self._growth = np.clip(growth, 0.2, 5)
        size = self._size * self._growth
        return (*(self._center - size / 2).tolist(), *size.tolist())

    def _embed(self, crops: list[np.ndarray]) -> torch.Tensor:
        return self._network(
            torch.from_numpy(np.stack(crops)).permute(0, 3, 1, 2).float()
        ).embedding

    def _crop(self, frame: np.ndarray, extent: float, size: int) -> np.ndarray:
        side = round(extent)
        left, top = np.round(self._center - (side - 1) / 2).astype(int)
        height, width = frame.shape[:2]
        border = max(0, -left, -top, left + side - width, top + side - height)
        if border:
            borders = [int(border)] * 4
            frame = cv2.copyMakeBorder(frame, *borders, cv2.BORDER_CONSTANT, value=self._color)
        left, top = left + border, top + border
        return cv2.resize(frame[top : top + side, left : left + side], (size, size))


def print_report(report: dict) -> None:
    versions = ", ".join(f"{name} {version}" for name, version in report["versions"].items())
    print(
        f"{report['machine']}, {report['threads']} threads, {versions}; {WIDTH}x{HEIGHT}, "
        f"{report['frames']} frames, {report['rounds']} rounds; weights of the port: "
        f"{report['port_weights']}\n"
    )
    print("| tracker | fps (median) | range | ratio | mean overlap |\n|---|---|---|---|---|")
    for name, row in report["trackers"].items():
        low, high = row["fps_range"]
        followed = "-" if row["mean_overlap"] is None else f"{row['mean_overlap']:.2f}"
        speed = f"{row['fps']:.1f} | {low:.1f}-{high:.1f} | {row['ratio']:.2f}"
        name = f"OpenCV {name}" if name in ("MIL", "CSRT", "KCF") else name
        print(f"| {name} | {speed} | {followed} |")


if __name__ == "__main__":
    main()
