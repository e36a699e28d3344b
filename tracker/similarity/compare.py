"""Compare how similar two objects look to the twin network."""

import os
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from tracker.boxes import center_and_size, check_box
from tracker.crops import crop_squares, exemplar_extent, mean_color
from tracker.frames import as_frame, frame_size
from tracker.models import Model, load_model
from tracker.models.inference.extract import extract


def compare(
    image: Any,
    box: ArrayLike,
    other_image: Any,
    other_box: ArrayLike,
    model: str | os.PathLike[str] | Model = "default",
) -> float:
    """Return the cosine similarity of the embeddings of two objects, each given by image and box.

    Args:
        image: RGB uint8 ``(H, W, 3)``, or another image that ``as_frame`` converts.
        box: ``(x, y, w, h)`` in pixels of ``image``, 0-based.
        other_image: the image with the other object.
        other_box: its box, in pixels of ``other_image``.
        model: as in ``Tracker``; for many calls, pass a loaded ``Model``.

    Returns:
        A value in [-1, 1], 1 for equal crops. It is not a probability, and values of different
        models are not comparable. Appearance is compared position by position, so that a turned
        object differs from itself.

    Raises:
        FrameError, BoxError: an image or a box cannot be used.
        WeightsError: the weights cannot be used.
    """
    loaded = model if isinstance(model, Model) else load_model(model)
    crops = np.concatenate(
        [_exemplar(loaded, image, box), _exemplar(loaded, other_image, other_box)]
    )
    network = loaded.network.eval()
    with torch.inference_mode():
        embeddings = network.exemplar_part(extract(network, crops).embedding)
        first, second = embeddings.flatten(1).double()
        cosine = torch.nn.functional.cosine_similarity(first, second, dim=0)
    return float(cosine.clamp(-1, 1))


def _exemplar(model: Model, image: Any, box: ArrayLike) -> NDArray[np.uint8]:
    """Cut out the exemplar crop of an object, ``(1, s, s, 3)``."""
    frame = as_frame(image)
    center, size = center_and_size(check_box(box, frame_size(frame)))
    extent = exemplar_extent(size[0], size[1], model.config.context_amount)
    return crop_squares(frame, center, [extent], model.config.exemplar_size, mean_color(frame))
