"""Show in pictures how the twin network finds an object of one frame in another."""

from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from tracker.boxes import Box, center_and_size, cxcywh_to_xywh
from tracker.crops import crop_squares, exemplar_extent, mean_color, search_extent
from tracker.frames import Frame
from tracker.models import Model, TwinNetwork
from tracker.tracking.response import displacement, find_peak, upsample

Pair = NDArray[np.float64]
"""Two numbers ``(2,)`` in frame pixels, x before y."""

_UPSAMPLING = 8
_HEAT_OPACITY = 0.62
_SEARCHED, _FOUND = (255, 184, 28), (38, 208, 124)


@dataclass(frozen=True)
class Explanation:
    """The inputs and the answer of the network, as pictures.

    Attributes:
        exemplar: the exemplar crop, RGB.
        search: the search crop, RGB.
        heat: the search crop with the response map over it, from blue (low) to red (high).
        frame: the frame with the search square and a box at the highest response.
        moved: ``(x, y)`` in frame pixels, from the middle of the search square to the highest
            response.
        cells: width and height of the response map.
    """

    exemplar: Frame
    search: Frame
    heat: Frame
    frame: Frame
    moved: tuple[float, float]
    cells: int


def explain(
    model: Model, exemplar_frame: Frame, box: Box, search_frame: Frame, believed: Box
) -> Explanation:
    """Search one frame for the object of another frame, with the twin network alone.

    A tracker does the same in every frame, but with a learned filter that it refines.

    Args:
        model: the network and its settings.
        exemplar_frame: a frame with the object.
        box: the object in ``exemplar_frame``.
        search_frame: the frame to search.
        believed: where in ``search_frame`` to search: around the centre of this box.
    """
    config, network = model.config, model.network.eval()
    (x, y), (w, h) = center_and_size(box)
    extent = exemplar_extent(w, h, config.context_amount)
    fill = mean_color(exemplar_frame)
    exemplar = crop_squares(exemplar_frame, (x, y), [extent], config.exemplar_size, fill)
    center, size = center_and_size(believed)
    (x, y), (w, h) = center, size
    extent = exemplar_extent(w, h, config.context_amount)
    extent = search_extent(extent, config.exemplar_size, config.search_size)
    search = crop_squares(search_frame, (x, y), [extent], config.search_size, fill)
    with torch.inference_mode():
        response = network(_tensor(exemplar, network), _tensor(search, network))[0].cpu().numpy()
    refined = upsample(response, _UPSAMPLING)[0]
    in_crop = displacement(find_peak(refined), len(refined), _UPSAMPLING, network.total_stride)
    moved = np.array(in_crop) * extent / config.search_size
    return Explanation(
        exemplar=exemplar[0],
        search=search[0],
        heat=_heat(search[0], refined, network.total_stride / _UPSAMPLING, in_crop),
        frame=_frame(search_frame, center, extent, center + moved, size),
        moved=(float(moved[0]), float(moved[1])),
        cells=response.shape[-1],
    )


def _tensor(crops: NDArray[np.uint8], network: TwinNetwork) -> torch.Tensor:
    """Return crops ``(N, H, W, 3)`` as the network takes them, ``(N, 3, H, W)``."""
    return torch.from_numpy(crops).to(network.gain.device).permute(0, 3, 1, 2).float()


def _heat(
    search: Frame, response: NDArray[np.float32], cell: float, peak: tuple[float, float]
) -> Frame:
    """Draw the response over the search crop, each value where it was computed.

    Args:
        search: the search crop.
        response: the upsampled response map.
        cell: crop pixels per value of ``response``.
        peak: ``(x, y)`` of the highest value in crop pixels, from the middle of the crop.
    """
    low, high = float(response.min()), float(response.max())
    levels = ((response - low) / max(high - low, 1e-9) * 255).astype(np.uint8)
    colors = cv2.cvtColor(cv2.applyColorMap(levels, cv2.COLORMAP_TURBO), cv2.COLOR_BGR2RGB)
    side = round(len(response) * cell)
    colors = cv2.resize(colors, (side, side), interpolation=cv2.INTER_LINEAR)
    heat = search.copy()
    offset = max(0, (len(search) - side) // 2)
    part = heat[offset : offset + side, offset : offset + side]
    colors = colors[: part.shape[0], : part.shape[1]]
    part[:] = cv2.addWeighted(colors, _HEAT_OPACITY, part, 1 - _HEAT_OPACITY, 0)
    middle = (len(search) - 1) / 2
    at = (round(middle + peak[0]), round(middle + peak[1]))
    cv2.drawMarker(heat, at, (16, 18, 22), cv2.MARKER_CROSS, 17, 3, cv2.LINE_AA)
    cv2.drawMarker(heat, at, (255, 255, 255), cv2.MARKER_CROSS, 15, 1, cv2.LINE_AA)
    return heat


def _frame(frame: Frame, center: Pair, extent: float, found: Pair, size: Pair) -> Frame:
    """Draw the search square and the found box on the frame.

    Args:
        frame: the frame that was searched.
        center: the centre of the search square ``(2,)``.
        extent: the side of the search square.
        found: the centre of the found box ``(2,)``.
        size: the size of the found box ``(2,)``.
    """
    picture = frame.copy()
    thick = max(2, round(min(frame.shape[:2]) / 200))
    for color, at, sides in ((_SEARCHED, center, (extent, extent)), (_FOUND, found, size)):
        x, y, w, h = cxcywh_to_xywh([*at, *sides])
        corners = np.clip([x, y, x + w, y + h], -1e6, 1e6).round().astype(int).tolist()
        cv2.rectangle(picture, corners[:2], corners[2:], (16, 18, 22), thick + 2, cv2.LINE_AA)
        cv2.rectangle(picture, corners[:2], corners[2:], color, thick, cv2.LINE_AA)
    return picture
