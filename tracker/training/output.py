"""The output folder of a training, with weights, checkpoint, log, recipe and curves."""

from collections.abc import Sequence
from pathlib import Path

import tracker
from tracker.errors import OutputError
from tracker.models import save_model
from tracker.plotting import can_plot
from tracker.training.annotations import PictureGroup
from tracker.training.checkpoint import TrainingState, save_checkpoint
from tracker.training.curves import draw_curves
from tracker.training.log import LogFile, Progress, Row, read_log
from tracker.training.recipe import Recipe
from tracker.training.validation import tracking_score

WEIGHTS, CHECKPOINT, LOG, RECIPE, CURVES = FILES = (
    "weights.safetensors",
    "checkpoint.pt",
    "log.csv",
    "recipe.toml",
    "curves.png",
)


def check_output(folder: Path, *, overwrite: bool, resume: bool) -> None:
    """Check that a training may write to a folder, before anything is written.

    Raises:
        OutputError: it holds a training that would be lost, or none to resume, or it is a file.
    """
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"expected a folder for the output; {folder} is a file")
    if resume and not (folder / CHECKPOINT).is_file():
        raise OutputError(f"{folder}: there is no {CHECKPOINT} to go on from")
    existing = [name for name in FILES if (folder / name).exists()]
    if existing and not (overwrite or resume):
        raise OutputError(f"{folder / existing[0]}: it exists; give --resume or --overwrite")


class TrainingOutput:
    """Writes the results of a training as they come.

    Args:
        folder: created if it does not exist. Files of an earlier training there are replaced,
            unless it is resumed.
        recipe: the recipe of this training.
        data: what it trains on, in words.
        held_out: the videos to validate on.
        device: where to validate.
        progress: shows the rows of the log.
        done: pairs done before, above 0 for a resumed training; later rows of the log are dropped.
    """

    def __init__(
        self,
        folder: Path,
        recipe: Recipe,
        data: str,
        held_out: Sequence[PictureGroup],
        device: str,
        progress: Progress,
        done: int,
    ) -> None:
        self._folder, self._recipe, self._data = folder, recipe, data
        self._held_out, self._device, self._progress = held_out, device, progress
        folder.mkdir(parents=True, exist_ok=True)
        if not done:
            for name in FILES:
                (folder / name).unlink(missing_ok=True)
        self._log = LogFile(folder / LOG, keep_until=done)
        (folder / RECIPE).write_text(recipe.to_toml(), encoding="utf-8")

    def validate(self, state: TrainingState) -> float:
        """Return the tracking score of the averaged weights on the held-out videos."""
        return tracking_score(state.averaged_model(), self._held_out, self._device)

    def log(self, row: Row) -> None:
        """Add a row to the log and show it; after a validation, draw the curves anew."""
        self._log.write(row)
        self._progress.row(row)
        if row["validation"] is not None and can_plot():
            draw_curves(self._folder / LOG, self._folder / CURVES)

    def checkpoint(self, state: TrainingState) -> None:
        """Write the checkpoint and the averaged weights."""
        pairs = state.step * self._recipe.training.batch_size
        save_checkpoint(
            self._folder / CHECKPOINT,
            state,
            {
                "recipe": self._recipe.to_toml(),
                "data": self._data,
            },
        )
        save_model(
            self._folder / WEIGHTS,
            state.averaged_model(),
            about={
                "training": f"{pairs} of {self._recipe.training.pairs} pairs, "
                f"tracker {tracker.__version__}",
                "data": self._data,
                "recipe": self._recipe.to_toml(),
                "validation": self._last_validation(),
            },
        )

    def _last_validation(self) -> str:
        """Return the latest validation of the log in words."""
        rows = read_log(self._folder / LOG)
        scores = [row["validation"] for row in rows if row["validation"] not in ("", "nan")]
        return f"mean overlap {scores[-1]} on held-out videos" if scores else "none yet"
