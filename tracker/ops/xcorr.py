"""The cross-correlation operators: public functions, checks, and registration with PyTorch.

An exemplar slides over a search map; at each position where it lies wholly inside, the products of
overlapping values are summed. This is f(z, x), without its bias, of Bertinetto et al., "Fully-
Convolutional Siamese Networks for Object Tracking", 2016: z is the exemplar, x the search.
``reference.py`` defines the operators as plain loops; ``cpu.py`` and ``cuda.py`` compute them fast.

Each operator is registered together with its two gradients. Writing f for the operator, all three
are partial derivatives of ``sum(grad * f(exemplar, search))``, which is linear in each of the three
tensors. So each is a gradient of the others too, and derivatives of any order are available.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from tracker.ops import cpu, cuda

DTYPES = (torch.float64, torch.float32, torch.float16, torch.bfloat16)
AUTOCAST_KEYS = {"cpu": "AutocastCPU", "cuda": "AutocastCUDA"}


def xcorr(exemplar: Tensor, search: Tensor) -> Tensor:
    """Correlate exemplars with search maps and sum over the channels: SiamFC's f(z, x).

    For a single pair equivalent to ``F.conv2d(search, exemplar)``; for a batch of pairs to
    ``F.conv2d(search.reshape(1, B * C, Hx, Wx), exemplar, groups=B).transpose(0, 1)``.

    Search i is correlated with exemplar ``i // (Bx // Bz)``: consecutive searches share an
    exemplar, such as the scales of one object. ``Bx == 0`` gives an empty response.

    Args:
        exemplar: ``(Bz, C, Hz, Wz)``; float64, float32, float16 or bfloat16; any strides.
        search: ``(Bx, C, Hx, Wx)`` with ``Bx % Bz == 0``, ``Hx >= Hz`` and ``Wx >= Wz``; same dtype
            and device as the exemplar, except that autocast brings both to its own dtype.

    Returns:
        Response ``(Bx, 1, Hx - Hz + 1, Wx - Wz + 1)``, contiguous, in the dtype of the inputs;
        sums are accumulated in float32 at least. Differentiable in both arguments.

    Raises:
        TypeError: an argument is not a floating-point tensor, or the dtypes differ.
        ValueError: the shapes do not fit together, or the devices differ.
    """
    _check(exemplar, search)
    response: Tensor = torch.ops.tracker.xcorr(exemplar, search)
    return response


def xcorr_depthwise(exemplar: Tensor, search: Tensor) -> Tensor:
    """Correlate exemplars with search maps channel by channel.

    For a single pair equivalent to ``F.conv2d(search, exemplar.transpose(0, 1), groups=C)``; for a
    batch of pairs to ``F.conv2d(search.reshape(1, B * C, Hx, Wx),
    exemplar.reshape(B * C, 1, Hz, Wz), groups=B * C)``, reshaped to ``(B, C, ...)``. The sum over
    the channels of the result is :func:`xcorr`.

    Search i is correlated with exemplar ``i // (Bx // Bz)``: consecutive searches share an
    exemplar, such as the scales of one object. ``Bx == 0`` gives an empty response.

    Args:
        exemplar: ``(Bz, C, Hz, Wz)``; float64, float32, float16 or bfloat16; any strides.
        search: ``(Bx, C, Hx, Wx)`` with ``Bx % Bz == 0``, ``Hx >= Hz`` and ``Wx >= Wz``; same dtype
            and device as the exemplar, except that autocast brings both to its own dtype.

    Returns:
        Response ``(Bx, C, Hx - Hz + 1, Wx - Wz + 1)``, contiguous, in the dtype of the inputs;
        sums are accumulated in float32 at least. Differentiable in both arguments.

    Raises:
        TypeError: an argument is not a floating-point tensor, or the dtypes differ.
        ValueError: the shapes do not fit together, or the devices differ.
    """
    _check(exemplar, search)
    response: Tensor = torch.ops.tracker.xcorr_depthwise(exemplar, search)
    return response


def xcorr_grad_exemplar(grad: Tensor, search: Tensor, num_exemplars: int) -> Tensor:
    """Return the gradient of :func:`xcorr` for the exemplar, as used to learn a filter.

    Equivalent to ``torch.autograd.grad(xcorr(exemplar, search), exemplar, grad)``. The exemplar
    itself is not needed, because the correlation is linear in it.

    Args:
        grad: ``(Bx, 1, Hx - Hz + 1, Wx - Wz + 1)``, gradient of the loss for the response.
        search: ``(Bx, C, Hx, Wx)``, same dtype and device.
        num_exemplars: Bz; ``Bx % Bz == 0``.

    Returns:
        ``(Bz, C, Hz, Wz)``, contiguous, in the dtype of the inputs.

    Raises:
        TypeError: an argument is not a floating-point tensor, or dtypes or devices differ.
        ValueError: the shapes do not fit together.
    """
    for name, value in (("grad", grad), ("search", search)):
        _check_map(name, value)
    if grad.dtype != search.dtype or grad.device != search.device:
        raise TypeError(
            f"expected grad and search of one dtype on one device; got {grad.dtype} on "
            f"{grad.device} and {search.dtype} on {search.device}"
        )
    fits = grad.shape[2] <= search.shape[2] and grad.shape[3] <= search.shape[3]
    if grad.shape[:2] != (len(search), 1) or not fits:
        raise ValueError(
            f"expected grad as a response to the search: (batch, 1, height, width), no larger "
            f"than it; got {tuple(grad.shape)} and {tuple(search.shape)}"
        )
    if num_exemplars < 1 or len(search) % num_exemplars:
        raise ValueError(
            f"expected a number of searches that is a multiple of the number of exemplars; "
            f"got {len(search)} and {num_exemplars}"
        )
    gradient: Tensor = torch.ops.tracker.xcorr_grad_exemplar(grad, search, num_exemplars)
    return gradient


def _check(exemplar: Any, search: Any) -> None:
    for name, value in (("exemplar", exemplar), ("search", search)):
        _check_map(name, value)
    if exemplar.device != search.device:
        raise ValueError(
            f"expected exemplar and search on one device; got {exemplar.device} and {search.device}"
        )
    if exemplar.dtype != search.dtype and not _autocast_unites(exemplar, search):
        raise TypeError(
            f"expected exemplar and search of one dtype; got {exemplar.dtype} and {search.dtype}"
        )
    _check_shapes(exemplar, search)


def _check_map(name: str, value: Any) -> None:
    if not isinstance(value, Tensor):
        raise TypeError(f"expected {name} as a torch.Tensor; got {type(value).__name__}")
    if value.dtype not in DTYPES:
        raise TypeError(
            f"expected {name} in float64, float32, float16 or bfloat16; got {value.dtype}"
        )
    if value.layout != torch.strided:
        raise TypeError(f"expected {name} as a dense tensor; got {value.layout}")
    if value.ndim != 4 or 0 in value.shape[1:]:
        raise ValueError(
            f"expected {name} of shape (batch, channels, height, width) with at least one "
            f"channel and pixel; got {tuple(value.shape)}"
        )


def _autocast_unites(exemplar: Tensor, search: Tensor) -> bool:
    device_type = search.device.type
    return (
        device_type in AUTOCAST_KEYS
        and torch.is_autocast_enabled(device_type)
        and torch.float64 not in (exemplar.dtype, search.dtype)
    )


def _check_shapes(exemplar: Tensor, search: Tensor) -> None:
    num_exemplars, channels, height, width = exemplar.shape
    num_searches, search_channels, search_height, search_width = search.shape
    if channels != search_channels:
        raise ValueError(
            f"expected exemplar and search with the same number of channels; "
            f"got {channels} and {search_channels}"
        )
    unmatched = num_searches % num_exemplars if num_exemplars else num_searches
    if unmatched:
        raise ValueError(
            f"expected a number of searches that is a multiple of the number of exemplars; "
            f"got {num_searches} and {num_exemplars}"
        )
    if search_height < height or search_width < width:
        raise ValueError(
            f"expected a search at least as large as the exemplar; got height x width "
            f"{search_height}x{search_width} and {height}x{width}"
        )


LIBRARY = torch.library.Library("tracker", "FRAGMENT")


def _register(name: str, *, sums_channels: bool) -> None:
    """Register an operator and its two gradients with PyTorch.

    Each gets its schema, its implementations for CPU and CUDA, a fake implementation, from which
    ``torch.compile`` learns the shape of the result, and its own gradients; the operator itself
    also gets a rule for autocast.

    Args:
        name: of the functions in ``cpu.py`` and ``cuda.py``.
        sums_channels: whether the response has one channel instead of C.
    """
    schemas = {
        name: "(Tensor exemplar, Tensor search) -> Tensor",
        f"{name}_grad_exemplar": "(Tensor grad, Tensor search, SymInt num_exemplars) -> Tensor",
        f"{name}_grad_search": "(Tensor grad, Tensor exemplar) -> Tensor",
    }
    for op, schema in schemas.items():
        # Without the tag the compiler may pass channels_last maps as contiguous copies.
        LIBRARY.define(op + schema, tags=torch.Tag.needs_fixed_stride_order)
        LIBRARY.impl(op, getattr(cpu, op), "CompositeExplicitAutograd")
        LIBRARY.impl(op, getattr(cuda, op), "CUDA")
    forward, grad_exemplar, grad_search = (getattr(torch.ops.tracker, op).default for op in schemas)

    def fake_forward(exemplar: Tensor, search: Tensor) -> Tensor:
        _check_shapes(exemplar, search)
        channels = 1 if sums_channels else search.shape[1]
        return search.new_empty(search.shape[0], channels, *_shrink(search, exemplar))

    def fake_grad_exemplar(grad: Tensor, search: Tensor, num_exemplars: int) -> Tensor:
        return search.new_empty(num_exemplars, search.shape[1], *_shrink(search, grad))

    def fake_grad_search(grad: Tensor, exemplar: Tensor) -> Tensor:
        height = grad.shape[2] + exemplar.shape[2] - 1
        width = grad.shape[3] + exemplar.shape[3] - 1
        return exemplar.new_empty(grad.shape[0], exemplar.shape[1], height, width)

    def backward_forward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        exemplar, search = ctx.saved_tensors
        wants_exemplar, wants_search = ctx.needs_input_grad
        return (
            grad_exemplar(grad, search, exemplar.shape[0]) if wants_exemplar else None,
            grad_search(grad, exemplar) if wants_search else None,
        )

    def backward_grad_exemplar(ctx: Any, exemplar: Tensor) -> tuple[Tensor | None, ...]:
        grad, search = ctx.saved_tensors
        wants_grad, wants_search, _ = ctx.needs_input_grad
        return (
            forward(exemplar, search) if wants_grad else None,
            grad_search(grad, exemplar) if wants_search else None,
            None,
        )

    def backward_grad_search(ctx: Any, search: Tensor) -> tuple[Tensor | None, ...]:
        grad, exemplar = ctx.saved_tensors
        wants_grad, wants_exemplar = ctx.needs_input_grad
        return (
            forward(exemplar, search) if wants_grad else None,
            grad_exemplar(grad, search, exemplar.shape[0]) if wants_exemplar else None,
        )

    fakes: tuple[Callable[..., Tensor], ...] = (fake_forward, fake_grad_exemplar, fake_grad_search)
    backwards = (backward_forward, backward_grad_exemplar, backward_grad_search)
    for op, fake, backward in zip(schemas, fakes, backwards, strict=True):
        torch.library.register_fake(f"tracker::{op}", fake, lib=LIBRARY)
        torch.library.register_autograd(
            f"tracker::{op}", backward, setup_context=_save_tensors, lib=LIBRARY
        )
    for device_type, key in AUTOCAST_KEYS.items():
        LIBRARY.impl(name, _autocast(forward, device_type), key)


def _shrink(outer: Tensor, inner: Tensor) -> tuple[int, int]:
    """Count the positions, vertical and horizontal, where ``inner`` fits inside ``outer``."""
    return outer.shape[2] - inner.shape[2] + 1, outer.shape[3] - inner.shape[3] + 1


def _save_tensors(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
    ctx.save_for_backward(*(value for value in inputs if isinstance(value, Tensor)))


def _autocast(op: Callable[..., Tensor], device_type: str) -> Callable[..., Tensor]:
    """Wrap ``op`` so that it runs in the dtype of the surrounding autocast, as ``conv2d`` does.

    float64 is not converted. ``torch.library.register_autocast`` is not used, because it would fix
    one dtype for all autocast regions.
    """

    def cast_and_run(exemplar: Tensor, search: Tensor) -> Tensor:
        if exemplar.dtype != torch.float64:
            dtype = torch.get_autocast_dtype(device_type)
            exemplar, search = exemplar.to(dtype), search.to(dtype)
        with torch.autocast(device_type, enabled=False):
            return op(exemplar, search)

    return cast_and_run


_register("xcorr", sums_channels=True)
_register("xcorr_depthwise", sums_channels=False)
