"""The training loop: ``train`` is the function to read, from top to bottom.

Every batch depends on the recipe and its number alone, and everything that changes is in
``TrainingState``. So on the CPU a resumed training ends with the same weights, bit by bit, as an
uninterrupted one with the same number of threads.
"""

import math
import time
from collections.abc import Iterator
from dataclasses import fields

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from tracker.errors import RecipeError, TrackerError, TrainingError
from tracker.models import TwinNetwork
from tracker.training.checkpoint import TrainingState
from tracker.training.config import TrainingConfig
from tracker.training.distributed import ProcessGroup
from tracker.training.freezing import set_trainable
from tracker.training.interrupts import deferred_interrupts, leave_interrupts_to_parent
from tracker.training.log import Progress, Row, Total, Totals, added, totals_of_batch
from tracker.training.objectives import OBJECTIVES, Measures
from tracker.training.output import TrainingOutput
from tracker.training.pairs import Batch, Pair, PairSampler, collate
from tracker.training.schedule import learning_rate_share, set_learning_rate, update_average


def train(
    state: TrainingState,
    config: TrainingConfig,
    sampler: PairSampler,
    processes: ProcessGroup,
    output: TrainingOutput | None,
    progress: Progress,
    workers: int = 0,
) -> None:
    """Train on the pairs that the state has not seen yet, to the last one of the recipe.

    Args:
        state: the network, the optimizer and the progress so far; changed in place.
        config: how to train.
        sampler: the pairs, at least ``config.pairs``.
        processes: the processes that train together.
        output: writes the results; None in processes that do not write.
        progress: shows the pairs done and the loss.
        workers: number of processes that make the pairs; with 0 this one makes them.

    Raises:
        RecipeError: everything that the loss depends on is frozen.
        TrainingError: the loss or its gradient is not finite; that step was not taken.
        KeyboardInterrupt: SIGINT or SIGTERM arrived; raised after a checkpoint.
    """
    objective = _Objective(state.network, config.loss)
    unfreezing = math.ceil(config.unfreeze_at * config.steps)
    # The gradient of the gain is a raw correlation, thousands of times that of a weight.
    clipped = [weight for name, weight in state.network.named_parameters() if name != "gain"]
    forward: nn.Module | None = None
    last_checkpoint, started = time.monotonic(), time.monotonic() - state.seconds

    with deferred_interrupts() as interrupted:
        for batch in _batches(sampler, config, processes, state.step, workers):
            if forward is None or state.step == unfreezing:
                freeze = config.freeze if state.step < unfreezing else 0
                set_trainable(state.network, freeze, config.batch_norm)
                forward = processes.wrap(objective)
            share = learning_rate_share(state.step, config)
            set_learning_rate(state.optimizer, share)

            with torch.autocast(
                processes.device.type, torch.bfloat16, config.precision == "bfloat16"
            ):
                loss, measures = forward(_on_device(batch, processes.device))
            _check_trainable(loss, config)
            state.optimizer.zero_grad()
            loss.backward()
            norm = nn.utils.clip_grad_norm_(clipped, config.clip)

            totals, stop = _over_all(processes, loss, measures, interrupted())
            _check_finite(totals["loss"].mean, float(norm), state.step * config.batch_size)
            state.optimizer.step()
            update_average(state.average, state.network, config.ema, state.step)
            state.step += 1
            state.seconds = time.monotonic() - started
            state.totals = added(state.totals, totals)
            progress.step(config.batch_size, totals["loss"].mean)

            validates = state.step == config.steps or _due(config.validate_every, state, config)
            if validates or _due(config.log_every, state, config):
                if output:
                    if validates:
                        output.checkpoint(state)  # before it: validating may fail
                    score = output.validate(state) if validates else None
                    output.log(_row(state, config, share, score))
                state.totals = {}
            if output and (
                stop or time.monotonic() - last_checkpoint > 60 * config.checkpoint_minutes
            ):
                output.checkpoint(state)
                last_checkpoint = time.monotonic()
            if stop:
                raise KeyboardInterrupt
    if output:
        output.checkpoint(state)


class _Objective(nn.Module):
    """Network and objective as one module, which DistributedDataParallel can wrap."""

    def __init__(self, network: TwinNetwork, loss: str) -> None:
        super().__init__()
        self.network = network
        self._objective = OBJECTIVES[loss]

    def forward(self, batch: Batch) -> tuple[Tensor, Measures]:
        """Return the loss of a batch and its measures."""
        return self._objective(self.network, batch)


def _batches(
    sampler: PairSampler, config: TrainingConfig, processes: ProcessGroup, first: int, workers: int
) -> Iterator[Batch]:
    """Make this process's share of each batch, from batch number ``first`` on.

    Raises:
        TrackerError: a pair cannot be made, here or in a worker process.
    """
    size = config.batch_size
    shares = (
        list(processes.share(range(step * size, (step + 1) * size)))
        for step in range(first, config.steps)
    )
    loader = DataLoader(
        _ErrorsAsItems(sampler),
        batch_sampler=shares,
        collate_fn=_collate,
        num_workers=workers,
        prefetch_factor=4 if workers else None,
        worker_init_fn=leave_interrupts_to_parent,
        generator=torch.Generator(),  # keeps the loader from drawing from the global one
    )
    for batch in loader:
        if isinstance(batch, TrackerError):
            raise batch
        yield batch


class _ErrorsAsItems(Dataset[Pair | TrackerError]):
    """The pairs of a sampler, with its errors as items.

    An error raised in a worker process would reach this one with a traceback in its message.
    """

    def __init__(self, sampler: PairSampler) -> None:
        self._sampler = sampler

    def __getitem__(self, index: int) -> Pair | TrackerError:
        try:
            return self._sampler[index]
        except TrackerError as error:
            return error


def _collate(items: list[Pair | TrackerError]) -> Batch | TrackerError:
    """Stack pairs into a batch; the first error, if there is one, takes its place."""
    pairs = []
    for item in items:
        if isinstance(item, TrackerError):
            return item
        pairs.append(item)
    return collate(pairs)


def _on_device(batch: Batch, device: torch.device) -> Batch:
    """Move a batch to a device; crops become float, in the layout that is fastest to convolve."""
    moved = {each.name: getattr(batch, each.name).to(device) for each in fields(batch)}
    for name in ("exemplar", "search"):
        moved[name] = moved[name].float().contiguous(memory_format=torch.channels_last)
    return Batch(**moved)


def _over_all(
    processes: ProcessGroup, loss: Tensor, measures: Measures, stop: bool
) -> tuple[Totals, bool]:
    """Sum what a batch measured over all processes, so that all of them do the same.

    Returns:
        The totals, and whether any process was asked to stop.
    """
    totals = totals_of_batch(loss, measures)
    table = torch.stack([*totals.values(), loss.new_tensor([stop, 0], dtype=torch.float64)])
    *rows, (stops, _) = processes.sum(table).tolist()
    return {name: Total(*row) for name, row in zip(totals, rows, strict=True)}, stops > 0


def _check_trainable(loss: Tensor, config: TrainingConfig) -> None:
    """Raise RecipeError if no weight that the loss depends on is trained."""
    if not loss.requires_grad:
        raise RecipeError(
            f"with freeze = {config.freeze} nothing is left that the loss {config.loss} could train"
        )


def _check_finite(loss: float, gradient: float, pairs: int) -> None:
    """Raise TrainingError if the loss or the norm of its gradient is NaN or infinite."""
    if not (math.isfinite(loss) and math.isfinite(gradient)):
        raise TrainingError(
            f"expected a finite loss and gradient; got {loss:g} and {gradient:g} after {pairs} "
            "pairs: try a lower learning rate, the last checkpoint is kept"
        )


def _due(every: int, state: TrainingState, config: TrainingConfig) -> bool:
    """Return whether the last batch reached a multiple of ``every`` pairs."""
    done = state.step * config.batch_size
    return done // every > (done - config.batch_size) // every


def _row(state: TrainingState, config: TrainingConfig, share: float, score: float | None) -> Row:
    """Return the row of the log for the batches since the last row."""
    return {
        "pairs": state.step * config.batch_size,
        "seconds": state.seconds,
        **{name: total.mean for name, total in state.totals.items()},
        "learning_rate": share * config.learning_rate,
        "validation": score,
    }
