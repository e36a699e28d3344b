"""The command ``tracker train``: it makes weights from a folder of pictures and a recipe."""

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
from tracker.training.annotations import PictureGroup, hold_out, read_picture_groups
from tracker.training.checkpoint import TrainingState, fresh_model, load_checkpoint
from tracker.training.distributed import join_group
from tracker.training.initial import initial_model
from tracker.training.log import Progress
from tracker.training.loop import train
from tracker.training.output import CHECKPOINT, TrainingOutput, check_output
from tracker.training.pairs import PairSampler
from tracker.training.recipe import Recipe, Tables, override, read_recipe

# The recipe of a loss where --recipe is absent; other losses have that of the shipped model.
DEFAULT_RECIPES = dict.fromkeys(("logistic", "contrastive", "triplet"), "embedding") | {
    "imitation": "imitation"
}


@dataclass(frozen=True)
class TrainingJob:
    """The options of ``tracker train`` as given."""

    data: Path
    output: Path
    recipe: str | None  # a shipped one or a file; None for that of the loss or of the resumed run
    settings: Mapping[str, Any]  # "table.setting": value, which overrides the recipe
    device: str
    threads: int | None  # of PyTorch; None lets it choose
    workers: int  # processes that make the pairs; 0 for none but this one
    overwrite: bool
    resume: bool
    quiet: bool


def run_training(job: TrainingJob) -> None:
    """Train, or resume a training, and write the results as they come.

    Raises:
        TrackerError: the recipe or the data is wrong, the output exists, or training fails.
        KeyboardInterrupt: the user interrupted it; raised after a checkpoint.
    """
    if job.threads:
        torch.set_num_threads(job.threads)
    with join_group(job.device) as processes:
        if processes.leads:
            check_output(job.output, overwrite=job.overwrite, resume=job.resume)
        earlier = load_checkpoint(job.output / CHECKPOINT) if job.resume else None
        recipe = _resumed(job, earlier["recipe"]) if earlier else _new(job)
        config = recipe.training
        if config.batch_size % processes.size:
            raise RecipeError(
                f"expected a batch size that is a multiple of the {processes.size} "
                f"processes; got {config.batch_size}"
            )

        groups = read_picture_groups(job.data)
        data = _describe(groups, job.data)
        if earlier and earlier["data"] != data:
            raise RecipeError(f"{job.output} was trained on {earlier['data']}; got {data}")
        training, held_out = hold_out(groups, config.hold_out_every)

        model = fresh_model(earlier, config) if earlier else _first_model(recipe, training)
        state = TrainingState(model, config, processes.device)
        if earlier:
            state.restore(earlier["state"])
        sampler = _sampler(training, recipe, model.config)

        processes.wait()  # until all have read the checkpoint, which this run will replace
        done = state.step * config.batch_size
        with Progress(done, config.pairs, job.quiet or not processes.leads) as progress:
            output = None
            if processes.leads:
                output = TrainingOutput(
                    job.output, recipe, data, held_out, str(processes.device), progress, done
                )
            train(state, config, sampler, processes, output, progress, job.workers)
        if output and not job.quiet:
            print(f"wrote {job.output}")


def _new(job: TrainingJob) -> Recipe:
    """Return the recipe of a new training, with the settings of the options."""
    loss = str(job.settings.get("training.loss"))
    name = job.recipe or DEFAULT_RECIPES.get(loss, "lite")
    return Recipe.from_tables(override(read_recipe(name), job.settings))


def _first_model(recipe: Recipe, training: Sequence[PictureGroup]) -> Model:
    """Make the model with the first weights and the tracker settings of a recipe."""
    model = initial_model(recipe.training, training)
    try:
        return model.with_settings(**recipe.tracker)
    except SettingError as error:  # of a setting of the recipe with the first weights
        raise RecipeError(f"[tracker]: {error}") from error


def _resumed(job: TrainingJob, text: str) -> Recipe:
    """Return the recipe ``text`` of a resumed training.

    Raises:
        RecipeError: the options ask for another recipe.
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


def _sampler(groups: Sequence[PictureGroup], recipe: Recipe, tracker: TrackerConfig) -> PairSampler:
    """Make the sampler of the pairs of a recipe, with crops of the tracker's sizes."""
    try:
        return PairSampler(
            groups,
            recipe.pairs,
            recipe.training.seed,
            exemplar_size=tracker.exemplar_size,
            search_size=tracker.search_size,
            context_amount=tracker.context_amount,
            length=recipe.training.pairs,
        )
    except ValueError as error:  # settings that do not fit the sizes of the crops
        raise RecipeError(f"[pairs]: {error}") from error


def _describe(groups: Sequence[PictureGroup], root: Path) -> str:
    """Count what there is to train on, in words, and add a hash of all names and boxes."""
    counts: Counter[str] = Counter()
    digest = hashlib.sha256()
    for group in groups:
        annotations = [annotation for track in group.tracks for annotation in track]
        counts["tracks of videos" if group.kind == "videos" else "objects of stills"] += len(
            group.tracks
        )
        counts["boxes"] += len(annotations)
        counts["pictures without boxes"] += len(group.pictures)
        for annotation in annotations:
            digest.update(f"{annotation.picture.relative_to(root)} {annotation.box}\n".encode())
        for picture in group.pictures:
            digest.update(f"{picture.relative_to(root)}\n".encode())
    amounts = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
    return f"{amounts} in {len(groups)} groups (SHA-256 {digest.hexdigest()[:16]})"
