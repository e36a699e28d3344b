"""Fixtures of the emulated device."""

from tests.csrc.fixtures import built, compiler, gpu

__all__ = ["built", "compiler", "gpu"]
