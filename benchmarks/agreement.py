"""Does the GPU say what the CPU says? Frame by frame on real sequences, in float32 and in 16 bits.

    python benchmarks/agreement.py OTB [--frames 60] [--model lite] [--json FILE]

The CPU follows each target. In every frame in which it is not lost the GPU is asked, too, from the
same state: the captured graph with its crops, its network and its decision. A run of its own would
tell little: the last digit of a box decides about pixels of the next crop, so that on hard
sequences two runs of the CPU that begin a ten-thousandth of a pixel apart end up pixels apart.

Fails (exit code 1) if less than 99.5 % of the boxes in float32 are within 0.5 px of the CPU's, or
if the success AUC of the boxes in bfloat16 is not within 0.003 of that of the CPU's.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from tracker.boxes import overlap
from tracker.datasets import load_otb
from tracker.devices import pick_device
from tracker.evaluation.metrics import success_auc, success_curve
from tracker.frames import Frame
from tracker.models import Model, backbone_in, fuse_for_inference, load_model
from tracker.tracking.cuda import CapturedLook, CudaRuntime
from tracker.tracking.engine import PRECISIONS, Engine
from tracker.tracking.target import Target, Verdict

NEAR, SHARE_NEAR = 0.5, 0.995  # pixels in any side of a box, and how many must be
AUC_DIFFERENCE = 0.003


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("otb", type=Path, help="folder of the sequences")
    parser.add_argument("--frames", type=int, default=60, help="of each sequence, from the first")
    parser.add_argument("--model", default="default")
    parser.add_argument("--json", type=Path, help="write the numbers to this file")
    args = parser.parse_args()

    model = load_model(args.model)
    engine = Engine(model, "cpu")
    looks = {name: captured_look(model, name) for name in PRECISIONS}
    boxes: dict[str, list[NDArray]] = {name: [] for name in ("truth", "CPU", *looks)}
    for clip in tqdm(load_otb(args.otb), unit="sequence", disable=None):
        frames = (clip.read_frame(number) for number in range(min(args.frames, len(clip))))
        target = engine.start(next(frames), clip.boxes[0])
        for frame, truth in zip(frames, clip.boxes[1:], strict=False):
            asked = {} if target.presence.is_lost else ask(looks, frame, target)
            (result,) = engine.follow(frame, [target])
            if asked and not target.presence.was_cut:
                for name, box in {"truth": truth, "CPU": result.box, **asked}.items():
                    boxes[name].append(np.array(box))
    report = compare({name: np.array(each) for name, each in boxes.items()})
    print_report(report)
    if args.json:
        args.json.write_text(json.dumps(report, indent=2) + "\n")
    return 0 if agrees(report) else 1


def captured_look(model: Model, precision: str) -> CapturedLook:
    """What runs on the GPU, without an engine around it."""

    def fail(frame: Frame, targets: Sequence[Target]) -> list[Verdict]:
        raise SystemExit("the captured graph does not run: see the warning")

    network = fuse_for_inference(model.network).to(pick_device("cuda"))
    network = backbone_in(network, PRECISIONS[precision])
    return CapturedLook(network, model.config, CudaRuntime(pick_device("cuda")), plain=fail)


def ask(looks: dict[str, CapturedLook], frame: Frame, target: Target) -> dict[str, NDArray]:
    """Boxes of the GPU, by precision."""
    return {name: np.array(look(frame, [target])[0][0]) for name, look in looks.items()}


def compare(boxes: dict[str, NDArray]) -> dict:
    """AUC of each, and distances from the CPU's boxes, of boxes ``(N, 4)``."""
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


def agrees(report: dict) -> bool:
    rows = report["boxes"]
    difference = rows["bfloat16"]["success AUC"] - rows["CPU"]["success AUC"]
    return rows["float32"]["within 0.5 px"] >= SHARE_NEAR and abs(difference) <= AUC_DIFFERENCE


def print_report(report: dict) -> None:
    names = next(iter(report["boxes"].values()))
    print(f"{report['frames']} frames\n")
    print("| boxes of |", *(f"{name} |" for name in names))
    print("|---|" + "---|" * len(names))
    for name, row in report["boxes"].items():
        print(f"| {name} |", *(f"{value:.4f} |" for value in row.values()))


if __name__ == "__main__":
    sys.exit(main())
