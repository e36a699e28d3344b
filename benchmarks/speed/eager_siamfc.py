"""SiamFC in PyTorch, run on a GPU as its well-known ports do, with our weights and our geometry.

The frame stays on the host: OpenCV cuts out three crops, which are uploaded as float32; the network
runs in eager mode as it was trained; the correlation is a grouped convolution; the responses are
downloaded, upsampled by OpenCV and searched by NumPy. Geometry and settings are those of
``siamfc``, so that the boxes agree: only then can times be compared.
"""

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from tracker.boxes import Box, center_and_size, cxcywh_to_xywh
from tracker.crops import crop_squares, exemplar_extent, mean_color, scale_factors, search_extent
from tracker.frames import Frame
from tracker.models import load_model
from tracker.tracking.response import (
    apply_window,
    best_scale,
    cosine_window,
    displacement,
    find_peak,
    upsample,
)


class EagerSiamFC:
    """Follows one object.

    Args:
        device: where the network runs.
        compiled: compile the backbone by ``torch.compile``.
    """

    def __init__(self, device: str, compiled: bool = False) -> None:
        model = load_model("siamfc")
        self._device, self._config = device, model.config
        self._network = model.network.to(device).eval()
        backbone = self._network.backbone
        self._backbone = torch.compile(backbone) if compiled else backbone
        self._scales = scale_factors(self._config.num_scales, self._config.scale_step)

    def init(self, frame: Frame, box: Box) -> None:
        """Start on the box."""
        self._center, self._size = center_and_size(box)
        self._fill = mean_color(frame)
        side = self._config.exemplar_size
        self._exemplar = self._embed(frame, [self._exemplar_extent()], side)

    def update(self, frame: Frame) -> Box:
        """Follow the object into the next frame."""
        config = self._config
        side = search_extent(self._exemplar_extent(), config.exemplar_size, config.search_size)
        responses = self._respond(
            self._embed(frame, [side * zoom for zoom in self._scales], config.search_size)
        )
        maps = upsample(responses, config.response_upsampling)
        scale = best_scale(maps, config.scale_penalty)
        window = cosine_window(maps.shape[-1])
        peak = find_peak(apply_window(maps[scale], window, config.window_influence))
        moved = displacement(
            peak, maps.shape[-1], config.response_upsampling, self._network.total_stride
        )
        zoom = self._scales[scale]
        self._center = self._center + np.array(moved) * side * zoom / config.search_size
        self._size = self._size * (1 + config.scale_lr * (zoom - 1))
        x, y, w, h = cxcywh_to_xywh([*self._center, *self._size]).tolist()
        return (x, y, w, h)

    def _exemplar_extent(self) -> float:
        """Return the side of the exemplar's crop, frame pixels."""
        width, height = self._size
        return exemplar_extent(width, height, self._config.context_amount)

    @torch.inference_mode()
    def _embed(self, frame: Frame, extents: Sequence[float], size: int) -> torch.Tensor:
        """Embed square crops around the object, resized to ``size``."""
        crops = crop_squares(frame, tuple(self._center), extents, size, self._fill)
        pixels = torch.from_numpy(crops).permute(0, 3, 1, 2).float().to(self._device)
        embedding: torch.Tensor = self._backbone(pixels).embedding
        return embedding

    @torch.inference_mode()
    def _respond(self, search: torch.Tensor) -> NDArray[np.float32]:
        """Correlate the embedded crops with the exemplar: ``(N, n, n)``."""
        count, channels, height, width = search.shape
        exemplars = self._exemplar.expand(count, -1, -1, -1)
        planes = search.reshape(1, count * channels, height, width)
        responses = F.conv2d(planes, exemplars, groups=count)[0]
        maps: NDArray[np.float32] = (
            (self._network.gain * responses + self._network.bias).cpu().numpy()
        )
        return maps
