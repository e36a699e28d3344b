"""The published result files and curves beside the project, read without the data-set readers."""

import json
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data" / "otb_reference"


class OtbReference:
    """Ground truth, results of published trackers, and the curves that toolkits made of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sequences = json.loads((folder / "sequences.json").read_text())
        self.names = [sequence["name"] for sequence in self.sequences]
        self.otb2013 = [sequence["name"] for sequence in self.sequences if sequence["otb2013"]]
        self.boxes = lru_cache(maxsize=None)(self._boxes)

    def truth(self, name: str) -> np.ndarray:
        return self.boxes(f"groundtruth/{name}.txt")

    def results(self, tracker: str, name: str) -> np.ndarray:
        return self.boxes(f"results/{tracker}/{name}.txt")

    def got10k_curves(self, tracker: str) -> dict:
        path = self.folder / "reference_got10k_toolkit" / f"{tracker}.json"
        return json.loads(path.read_text())["seq_wise"]

    @cached_property
    def matlab_curves(self) -> dict[str, dict[str, tuple[np.ndarray, np.ndarray]]]:
        """Success and precision curve by tracker and sequence."""
        with np.load(self.folder / "reference_matlab_toolkit.npz") as arrays:
            trackers, names = arrays["trackers"].tolist(), arrays["sequences"].tolist()
            success, precision = arrays["success"], arrays["precision"]
        return {
            tracker: {name: (success[i, j], precision[i, j]) for j, name in enumerate(names)}
            for i, tracker in enumerate(trackers)
        }

    def _boxes(self, path: str) -> np.ndarray:
        boxes = np.loadtxt(self.folder / path, delimiter=",", ndmin=2) - (1, 1, 0, 0)
        boxes.setflags(write=False)
        return boxes
