"""Measure each frame by a toolkit's rules: overlap and centre error against the ground truth.

All functions take results ``(N, 4)``, truth ``(N, 4)`` and the name of a policy
(:mod:`tracker.evaluation.policies`). They raise ``DatasetError`` for different numbers of rows or
no frame that counts, and ``ValueError`` for an unknown policy. They return one value per frame;
``"got10k"`` leaves out the frames whose truth has a NaN.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tracker.boxes import overlap, xywh_to_cxcywh
from tracker.evaluation.policies import PolicyName, get_policy

Array = NDArray[np.float64]


def overlaps(results: ArrayLike, truth: ArrayLike, policy: PolicyName = "otb") -> Array:
    """Return each frame's intersection over union ``(N,)`` in [0, 1]; -1 where truth is invalid."""
    rules = get_policy(policy)
    results, truth = rules.prepare(results, truth)
    return np.where(rules.has_overlap(truth), overlap(results, truth), -1.0)


def center_errors(results: ArrayLike, truth: ArrayLike, policy: PolicyName = "otb") -> Array:
    """Return the distance of the centres in pixels ``(N,)``; -1 (a hit) where truth is invalid.

    The toolkits' centre ``x + (w - 1) / 2`` is half a pixel away from the centre in
    :mod:`tracker.boxes`, for both boxes alike, so the distance is the same.
    """
    rules = get_policy(policy)
    results, truth = rules.prepare(results, truth)
    return np.where(rules.has_center(truth), _length(_center_offsets(results, truth)), -1.0)


def normalized_center_errors(
    results: ArrayLike, truth: ArrayLike, policy: PolicyName = "otb"
) -> Array:
    """Return the distance of the centres ``(N,)``, x in target widths and y in target heights.

    This is the measure of TrackingNet and LaSOT. It is -1 where the truth is invalid.
    """
    rules = get_policy(policy)
    results, truth = rules.prepare(results, truth)
    sizes = np.maximum(truth[:, 2:], np.finfo(float).eps)
    errors = _length(_center_offsets(results, truth) / sizes)
    return np.where(rules.has_center(truth), errors, -1.0)


def _center_offsets(results: Array, truth: Array) -> Array:
    """Return the results' centres minus the truth's, ``(N, 2)`` in pixels."""
    return (xywh_to_cxcywh(results) - xywh_to_cxcywh(truth))[:, :2]


def _length(offsets: Array) -> Array:
    """Return the length of each offset ``(N, 2)`` as ``(N,)``."""
    lengths: Array = np.sqrt((offsets**2).sum(axis=1))
    return lengths
