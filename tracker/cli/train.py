"""One ``tracker train``: a folder of pictures and a recipe in; weights, log and curves out."""

import hashlib
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from tracker.config import TrackerConfig
from tracker.errors import RecipeError, SettingError
from tracker.models import Model
from tracker.training.annotations import Source, hold_out, read_sources
from tracker.training.checkpoint import TrainingState, fresh_model, load_checkpoint
from tracker.training.distributed import join_group
from tracker.training.initial import initial_model
from tracker.training.log import Progress
from tracker.training.loop import train
from tracker.training.output import CHECKPOINT, TrainingOutput, check_output
from tracker.training.pairs import PairSampler
from tracker.training.recipe import Recipe, Tables, override, read_recipe

# The recipe for a loss where none is named: the shipped one trains the box head alone.
DEFAULT_RECIPES = dict.fromkeys(("logistic", "contrastive", "triplet"), "embedding") | {
    "imitation": "imitation"
}


@dataclass(frozen=True)
class TrainingJob:
    """What to train on what: the options of ``tracker train``, as given."""

    data: Path
    output: Path
    recipe: str | None  # a shipped one or a file; None for the loss's or, resumed, the run's own
    settings: Mapping[str, Any]  # "table.setting": value, in place of the recipe's
    device: str
    threads: int | None  # of PyTorch; None for its own choice
    workers: int  # processes that make the pairs
    overwrite: bool
    resume: bool
    quiet: bool


def run_training(job: TrainingJob) -> None:
    """Train, or go on with a training, and write the results as they come.

    Raises:
        TrackerError: the recipe or the data is wrong, the output exists, or training cannot go on.
        KeyboardInterrupt: after a checkpoint.
    """
    if job.threads:
        torch.set_num_threads(job.threads)
    with join_group(job.device) as group:
        if group.leads:
            check_output(job.output, overwrite=job.overwrite, resume=job.resume)
        earlier = load_checkpoint(job.output / CHECKPOINT) if job.resume else None
        recipe = _resumed(job, earlier["recipe"]) if earlier else _new(job)
        config = recipe.training
        if config.batch_size % group.size:
            raise RecipeError(
                f"expected a batch size that is a multiple of the {group.size} "
                f"processes; got {config.batch_size}"
            )

        sources = read_sources(job.data)
        data = _describe(sources, job.data)
        if earlier and earlier["data"] != data:
            raise RecipeError(f"{job.output} was trained on {earlier['data']}; got {data}")
        training, held_out = hold_out(sources, config.hold_out_every)

        model = fresh_model(earlier, config) if earlier else _first_model(recipe, training)
        state = TrainingState(model, config, group.device)
        if earlier:
            state.restore(earlier["state"])
        sampler = _sampler(training, recipe, model.config)

        group.wait()  # nobody reads the checkpoint any more
        done = state.step * config.batch_size
        with Progress(done, config.pairs, job.quiet or not group.leads) as progress:
            output = None
            if group.leads:
                output = TrainingOutput(
                    job.output, recipe, data, held_out, str(group.device), progress, done
                )
            train(state, config, sampler, group, output, progress, job.workers)
        if output and not job.quiet:
            print(f"wrote {job.output}")


def _new(job: TrainingJob) -> Recipe:
    name = job.recipe or DEFAULT_RECIPES.get(job.settings.get("training.loss"), "lite")
    return Recipe.from_tables(override(read_recipe(name), job.settings))


def _first_model(recipe: Recipe, training: Sequence[Source]) -> Model:
    model = initial_model(recipe.training, training)
    try:
        return model.with_settings(**recipe.tracker)
    except SettingError as error:  # of a setting of the recipe with the first weights
        raise RecipeError(f"[tracker]: {error}") from error


def _resumed(job: TrainingJob, text: str) -> Recipe:
    """The recipe of a training to go on with; another one may not be asked for.

    Raises:
        RecipeError: the options ask for another.
    """
    own: Tables = tomllib.loads(text)
    recipe = Recipe.from_tables(own)
    asked = override(read_recipe(job.recipe) if job.recipe else own, job.settings)
    changes = recipe.differences(Recipe.from_tables(asked))
    if changes:
        raise RecipeError(
            f"expected the recipe that {job.output} was begun with; other settings "
            f"now: {'; '.join(changes)}"
        )
    return recipe


def _sampler(sources: Sequence[Source], recipe: Recipe, tracker: TrackerConfig) -> PairSampler:
    try:
        return PairSampler(
            sources,
            recipe.pairs,
            recipe.training.seed,
            exemplar_size=tracker.exemplar_size,
            search_size=tracker.search_size,
            context_amount=tracker.context_amount,
            length=recipe.training.pairs,
        )
    except ValueError as error:  # settings that do not fit the sizes of the crops
        raise RecipeError(f"[pairs]: {error}") from error


def _describe(sources: Sequence[Source], root: Path) -> str:
    """What there is to train on, and a fingerprint of its names and boxes."""
    counts: Counter[str] = Counter()
    digest = hashlib.sha256()
    for source in sources:
        views = [view for track in source.tracks for view in track]
        counts["tracks of videos" if source.kind == "videos" else "objects of stills"] += len(
            source.tracks
        )
        counts["boxes"] += len(views)
        counts["pictures without boxes"] += len(source.pictures)
        for view in views:
            digest.update(f"{view.picture.relative_to(root)} {view.box}\n".encode())
        for picture in source.pictures:
            digest.update(f"{picture.relative_to(root)}\n".encode())
    amounts = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
    return f"{amounts} in {len(sources)} groups (SHA-256 {digest.hexdigest()[:16]})"
