"""Compare the GPU's boxes with the CPU's on real sequences, in float32 and in 16 bits.

    python -m benchmarks.accuracy.agreement OTB [--frames 60] [--model lite] [--json FILE]

The CPU follows each target. In every frame in which the target is not lost, the GPU finds it too,
from the same state, by the captured graph: crops, network and decision. Separate runs would say
little: the last digit of a box changes pixels of the next crop, so that on hard sequences two runs
on the CPU that begin a ten-thousandth of a pixel apart end up pixels apart.

Fails (exit code 1) if less than 99.5 % of the boxes in float32 are within 0.5 px of the CPU's, or
if the success AUC in bfloat16 differs by more than 0.003 from the CPU's.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from tracker.boxes import Box, overlap
from tracker.datasets import load_otb
from tracker.devices import pick_device
from tracker.evaluation.metrics import success_auc, success_curve
from tracker.frames import Frame
from tracker.models import Model, backbone_in, fuse_for_inference, load_model
from tracker.tracking.cuda import CapturedFrame, CudaRuntime
from tracker.tracking.engine import PRECISIONS, Engine
from tracker.tracking.target import Target, Verdict

NEAR, SHARE_NEAR = 0.5, 0.995  # pixels in any side of a box; least share of boxes that near
AUC_DIFFERENCE = 0.003  # largest difference in bfloat16

Boxes = NDArray[np.float64]


def main() -> int:
    """Run the command line; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("otb", type=Path, help="folder of OTB sequences")
    parser.add_argument("--frames", type=int, default=60, help="of each sequence, from the first")
    parser.add_argument("--model", default="default")
    parser.add_argument("--json", type=Path, help="write the numbers to this file")
    args = parser.parse_args()

    model = load_model(args.model)
    engine = Engine(model, "cpu")
    captured = {name: captured_frame(model, name) for name in PRECISIONS}
    boxes: dict[str, list[Boxes]] = {name: [] for name in ("truth", "CPU", *captured)}
    for clip in tqdm(load_otb(args.otb), unit="sequence", disable=None):
        frames = (clip.read_frame(number) for number in range(min(args.frames, len(clip))))
        target = engine.start(next(frames), clip.boxes[0])
        for frame, truth in zip(frames, clip.boxes[1:], strict=False):
            found = {} if target.presence.is_lost else find(captured, frame, target)
            (result,) = engine.follow(frame, [target])
            if found and not target.presence.was_cut:
                for name, box in {"truth": truth, "CPU": result.box, **found}.items():
                    boxes[name].append(np.array(box))
    report = compare({name: np.array(rows) for name, rows in boxes.items()})
    print_report(report)
    if args.json:
        args.json.write_text(json.dumps(report, indent=2) + "\n")
    return 0 if agrees(report) else 1


def captured_frame(model: Model, precision: str) -> CapturedFrame:
    """Make the part of an engine that runs on the GPU."""

    def fail(frame: Frame, targets: Sequence[Target]) -> list[Verdict]:
        raise SystemExit("the captured graph does not run: see the warning")

    network = fuse_for_inference(model.network).to(pick_device("cuda"))
    network = backbone_in(network, PRECISIONS[precision])
    return CapturedFrame(network, model.config, CudaRuntime(pick_device("cuda")), uncaptured=fail)


def find(captured: dict[str, CapturedFrame], frame: Frame, target: Target) -> dict[str, Box]:
    """Return the GPU's box in a frame, by precision."""
    return {name: each(frame, [target])[0].box for name, each in captured.items()}


def compare(boxes: dict[str, Boxes]) -> dict[str, Any]:
    """Return success AUC and distances from the CPU's boxes, for boxes ``(N, 4)`` by name."""
    rows = {}
    for name in boxes.keys() - {"truth"}:
        distances = np.abs(boxes[name] - boxes["CPU"]).max(axis=1)
        rows[name] = {
            "success AUC": success_auc(success_curve(overlap(boxes[name], boxes["truth"]))),
            "within 0.5 px": float((distances <= NEAR).mean()),
            "median distance, px": float(np.median(distances)),
            "largest distance, px": float(distances.max()),
        }
    return {"frames": len(boxes["CPU"]), "boxes": dict(sorted(rows.items()))}


def agrees(report: dict[str, Any]) -> bool:
    """Return whether the GPU's boxes agree with the CPU's as the module's text demands."""
    rows = report["boxes"]
    difference = rows["bfloat16"]["success AUC"] - rows["CPU"]["success AUC"]
    near: float = rows["float32"]["within 0.5 px"]
    return near >= SHARE_NEAR and bool(abs(difference) <= AUC_DIFFERENCE)


def print_report(report: dict[str, Any]) -> None:
    """Print the table."""
    names = next(iter(report["boxes"].values()))
    print(f"{report['frames']} frames\n")
    print("| boxes of |", *(f"{name} |" for name in names))
    print("|---|" + "---|" * len(names))
    for name, row in report["boxes"].items():
        print(f"| {name} |", *(f"{value:.4f} |" for value in row.values()))


if __name__ == "__main__":
    sys.exit(main())
