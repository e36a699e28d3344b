"""A working folder with a clip, and no display."""

import pytest


@pytest.fixture
def no_display(monkeypatch):
    """No display, so that boxes must be given."""
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)


@pytest.fixture
def clip_folder(tmp_path, monkeypatch, patch_video, no_display):
    """An empty working folder with ``clip.mp4``, the moving patch, in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "clip.mp4").write_bytes(patch_video.read_bytes())
    return tmp_path
