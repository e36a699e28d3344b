"""The learned filter: the exemplar's embedding, refined online by ridge regression.

SiamFC correlates every search with the embedding of the first exemplar. That embedding says what
the object looks like, not what distinguishes it from its surroundings. Here it is replaced by the
filter K, of the same shape, that responds best to the samples x_n seen so far:

    minimise over K   sum_n w_n sum_p q_n(p) (xcorr(K, x_n)(p) - y_n(p))^2  +  regularization |K|^2

with y_n a Gaussian around the object and q_n = y_n + background, so that the few positions
on the object count as much as the many beside it. Each step is one of steepest descent with the
exact step length, made of the correlation and its own gradient. Correlation filters learned on deep
features: Danelljan et al., "ECO", 2017; the descent: Bhat et al., "DiMP", 2019.
"""

import torch
from torch import Tensor

from tracker.config import TrackerConfig
from tracker.ops import xcorr, xcorr_grad_exemplar


class LearnedFilter:
    """A filter and the samples that it was learned from.

    Args:
        samples: search embeddings of the first frame ``(N, C, Hx, Wx)``.
        labels: wanted responses ``(N, Hx - Hz + 1, Wx - Wz + 1)``, peak 1.
        config: settings; those named ``filter_...`` are used.

    Attributes:
        filter: ``(1, C, Hz, Wz)``, a new tensor after each change.
    """

    def __init__(self, samples: Tensor, labels: Tensor, config: TrackerConfig) -> None:
        self._config = config
        self._first = len(samples)
        self._samples, self._labels = samples, labels
        self._weights = samples.new_full((len(samples),), 1 / len(samples))
        height = samples.shape[2] - labels.shape[1] + 1
        width = samples.shape[3] - labels.shape[2] + 1
        self.filter = samples.new_zeros(1, samples.shape[1], height, width)
        self._descend(config.filter_first_steps)

    def learn(self, sample: Tensor, label: Tensor) -> None:
        """Add a sample ``(1, C, Hx, Wx)`` with its label ``(1, ...)``, and descend.

        When the memory is full, the sample with the smallest weight is dropped.
        """
        config, first = self._config, self._first
        weights = self._weights * (1 - config.filter_lr)
        kept = torch.arange(len(weights), device=weights.device)
        if len(weights) >= first + config.filter_memory:
            kept = kept[kept != first + int(weights[first:].argmin())]
        self._samples = torch.cat([self._samples[kept], sample])
        self._labels = torch.cat([self._labels[kept], label])
        weights = torch.cat([weights[kept], weights.new_tensor([config.filter_lr])])
        self._weights = _with_share(weights / weights.sum(), first, config.filter_first_weight)
        self._descend(config.filter_steps)

    def _descend(self, steps: int) -> None:
        """Take steps of steepest descent with exact step length."""
        regularization = self._config.filter_regularization
        importance = (self._labels + self._config.filter_background) * self._weights[:, None, None]
        for _ in range(steps):
            residual = importance * (xcorr(self.filter, self._samples)[:, 0] - self._labels)
            gradient = xcorr_grad_exemplar(residual[:, None], self._samples, 1)
            gradient += regularization * self.filter
            squared = gradient.square().sum()
            curvature = (importance * xcorr(gradient, self._samples)[:, 0].square()).sum()
            curvature += regularization * squared
            self.filter = self.filter - squared / curvature.clamp(min=1e-12) * gradient


def gaussian_label(
    size: tuple[int, int], offset: tuple[float, float], sigma: tuple[float, float]
) -> Tensor:
    """Return a Gaussian of height 1 on a response map.

    Args:
        size: height and width of the map, in cells.
        offset: its centre ``(dx, dy)`` from the centre of the map, in cells.
        sigma: standard deviations ``(x, y)``, in cells.

    Returns:
        ``(1, height, width)`` float32.
    """
    height, width = size
    rows = torch.arange(height) - (height - 1) / 2 - offset[1]
    columns = torch.arange(width) - (width - 1) / 2 - offset[0]
    vertical = torch.exp(-0.5 * (rows / sigma[1]).square())
    horizontal = torch.exp(-0.5 * (columns / sigma[0]).square())
    return (vertical[:, None] * horizontal)[None].float()


def _with_share(weights: Tensor, first: int, share: float) -> Tensor:
    """Rescale weights of sum 1 so that the first ones together have at least ``share``."""
    together = weights[:first].sum()
    if together >= share:
        return weights
    return torch.cat(
        [weights[:first] * (share / together), weights[first:] * ((1 - share) / (1 - together))]
    )
