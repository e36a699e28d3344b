"""How well the box of each frame agrees with the ground truth, as a toolkit counts it.

All functions take results ``(N, 4)``, truth ``(N, 4)`` and the name of a policy
(:mod:`tracker.evaluation.policies`). They raise ``DatasetError`` for different numbers of rows or
no frame that counts, and ``ValueError`` for an unknown policy. Row i of what they return is frame
i, except that ``"got10k"`` leaves out frames whose truth has a NaN.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tracker.boxes import overlap, xywh_to_cxcywh
from tracker.evaluation.policies import get_policy

Array = NDArray[np.float64]


def overlaps(results: ArrayLike, truth: ArrayLike, policy: str = "otb") -> Array:
    """Intersection over union of each frame, ``(N,)`` in [0, 1]; -1 where the truth is invalid."""
    rules = get_policy(policy)
    results, truth = rules.prepare(results, truth)
    return np.where(rules.has_overlap(truth), overlap(results, truth), -1.0)


def center_errors(results: ArrayLike, truth: ArrayLike, policy: str = "otb") -> Array:
    """Distance of the centres in pixels, ``(N,)``, >= 0; -1, a hit, where the truth is invalid.

    The toolkits' centre ``x + (w - 1) / 2`` is half a pixel off :mod:`tracker.boxes`' in both
    boxes alike: the distance is the same.
    """
    rules = get_policy(policy)
    results, truth = rules.prepare(results, truth)
    return np.where(rules.has_center(truth), _length(_center_offsets(results, truth)), -1.0)


def normalized_center_errors(results: ArrayLike, truth: ArrayLike, policy: str = "otb") -> Array:
    """Distance of the centres with x in target widths and y in target heights, ``(N,)``, >= 0.

    As in TrackingNet and LaSOT; -1 where the truth is invalid.
    """
    rules = get_policy(policy)
    results, truth = rules.prepare(results, truth)
    sizes = np.maximum(truth[:, 2:], np.finfo(float).eps)
    errors = _length(_center_offsets(results, truth) / sizes)
    return np.where(rules.has_center(truth), errors, -1.0)


def _center_offsets(results: Array, truth: Array) -> Array:
    return (xywh_to_cxcywh(results) - xywh_to_cxcywh(truth))[:, :2]


def _length(offsets: Array) -> Array:
    return np.sqrt((offsets**2).sum(axis=1))
