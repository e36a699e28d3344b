"""The training loop, from top to bottom: ``train`` is the page to read.

Every batch is a function of the recipe and its number, and everything that changes is in
``TrainingState``, so that on the CPU a run that goes on from a checkpoint ends with the same
weights, bit by bit, as an unbroken one with the same number of threads.
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
from tracker.training.distributed import Group
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
    group: Group,
    output: TrainingOutput | None,
    progress: Progress,
    workers: int = 0,
) -> None:
    """Train until all pairs of the recipe are done, from wherever the state is.

    Args:
        state: is changed in place.
        config: how to train.
        sampler: the pairs, at least ``config.pairs``.
        group: the processes that train together.
        output: where the results go; None in processes that do not write.
        progress: is told of each batch.
        workers: processes that make the pairs; 0 for none but this one.

    Raises:
        RecipeError: all that the loss depends on is frozen.
        TrainingError: the loss or its gradient is not finite; the last step was not done.
        KeyboardInterrupt: after a checkpoint.
    """
    objective = _Objective(state.network, config.loss)
    unfreezing = math.ceil(config.unfreeze_at * config.steps)
    # The gradient of the gain is a raw correlation, thousands of times that of a weight.
    clipped = [weight for name, weight in state.network.named_parameters() if name != "gain"]
    forward: nn.Module | None = None
    last_checkpoint, started = time.monotonic(), time.monotonic() - state.seconds

    with deferred_interrupts() as interrupted:
        for batch in _batches(sampler, config, group, state.step, workers):
            if forward is None or state.step == unfreezing:
                freeze = config.freeze if state.step < unfreezing else 0
                set_trainable(state.network, freeze, config.batch_norm)
                forward = group.wrap(objective)
            share = learning_rate_share(state.step, config)
            set_learning_rate(state.optimizer, share)

            with torch.autocast(group.device.type, torch.bfloat16, config.precision == "bfloat16"):
                loss, measures = forward(_on_device(batch, group.device))
            _check_trainable(loss, config)
            state.optimizer.zero_grad()
            loss.backward()
            norm = nn.utils.clip_grad_norm_(clipped, config.clip)

            totals, stop = _over_all(group, loss, measures, interrupted())
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
                        output.checkpoint(state)  # what is done is not lost, however that ends
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
        return self._objective(self.network, batch)


def _batches(
    sampler: PairSampler, config: TrainingConfig, group: Group, first: int, workers: int
) -> Iterator[Batch]:
    """This process's share of each batch from number ``first`` on.

    Raises:
        TrackerError: as the sampler does, also where a worker process read the pair.
    """
    size = config.batch_size
    shares = [
        group.share(range(step * size, (step + 1) * size)) for step in range(first, config.steps)
    ]
    loader = DataLoader(
        _Guarded(sampler),
        batch_sampler=shares,
        collate_fn=_collate,
        num_workers=workers,
        prefetch_factor=4 if workers else None,
        worker_init_fn=leave_interrupts_to_parent,
        generator=torch.Generator(),  # the loader draws a number, not to be from the global one
    )
    for batch in loader:
        if isinstance(batch, TrackerError):
            raise batch
        yield batch


class _Guarded(Dataset):
    """Gives errors back as items: raised in a worker, they would come with its traceback."""

    def __init__(self, sampler: PairSampler) -> None:
        self._sampler = sampler

    def __getitem__(self, index: int) -> Pair | TrackerError:
        try:
            return self._sampler[index]
        except TrackerError as error:
            return error


def _collate(items: list[Pair | TrackerError]) -> Batch | TrackerError:
    return next((item for item in items if isinstance(item, TrackerError)), None) or collate(items)


def _on_device(batch: Batch, device: torch.device) -> Batch:
    """The batch where it is needed, the crops as float in the layout that convolutions like."""
    moved = {each.name: getattr(batch, each.name).to(device) for each in fields(batch)}
    for name in ("exemplar", "search"):
        moved[name] = moved[name].float().contiguous(memory_format=torch.channels_last)
    return Batch(**moved)


def _over_all(group: Group, loss: Tensor, measures: Measures, stop: bool) -> tuple[Totals, bool]:
    """What a batch measured and whether to stop, over all processes, so that all do the same."""
    totals = totals_of_batch(loss, measures)
    table = torch.stack([*totals.values(), loss.new_tensor([stop, 0], dtype=torch.float64)])
    *rows, (stops, _) = group.sum(table).tolist()
    return {name: Total(*row) for name, row in zip(totals, rows, strict=True)}, stops > 0


def _check_trainable(loss: Tensor, config: TrainingConfig) -> None:
    if not loss.requires_grad:
        raise RecipeError(
            f"with freeze = {config.freeze} nothing is left that the loss {config.loss} could train"
        )


def _check_finite(loss: float, gradient: float, pairs: int) -> None:
    if not (math.isfinite(loss) and math.isfinite(gradient)):
        raise TrainingError(
            f"expected a finite loss and gradient; got {loss:g} and {gradient:g} after {pairs} "
            "pairs: try a lower learning rate, the last checkpoint is kept"
        )


def _due(every: int, state: TrainingState, config: TrainingConfig) -> bool:
    """Whether a multiple of ``every`` pairs was reached with the last batch."""
    done = state.step * config.batch_size
    return done // every > (done - config.batch_size) // every


def _row(state: TrainingState, config: TrainingConfig, share: float, score: float | None) -> Row:
    return {
        "pairs": state.step * config.batch_size,
        "seconds": state.seconds,
        **{name: total.mean for name, total in state.totals.items()},
        "learning_rate": share * config.learning_rate,
        "validation": score,
    }
