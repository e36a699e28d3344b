"""``tracker.compare``: how alike two crops look to the network."""

import numpy as np
import pytest
import torch

import tracker
from tracker.errors import BoxError, FrameError
from tracker.models import load_model
from tracker.similarity.compare import _exemplar
from tracker.video.pictures import read_image


@pytest.fixture(scope="module", params=["lite", "siamfc"])
def model(request):
    return load_model(request.param)


def test_equal_crops_have_one(model, moving_patch):
    frame, box = moving_patch.frames[0], moving_patch.boxes[0]
    assert tracker.compare(frame, box, frame, box, model) == pytest.approx(1, abs=1e-6)


def test_it_is_the_cosine_of_the_embeddings_and_symmetric(model, moving_patch):
    first = (moving_patch.frames[0], moving_patch.boxes[0])
    other = (moving_patch.frames[5], (10, 10, 40, 30))
    value = tracker.compare(*first, *other, model)
    assert tracker.compare(*other, *first, model) == pytest.approx(value, abs=1e-6)
    crops = np.concatenate([_exemplar(model, *first), _exemplar(model, *other)])
    with torch.inference_mode():
        pixels = torch.from_numpy(crops).permute(0, 3, 1, 2).float()
        a, b = model.network.embed_exemplar(pixels).numpy().reshape(2, -1).astype(float)
    assert value == pytest.approx(a @ b / np.sqrt((a @ a) * (b @ b)), abs=1e-5)


def test_the_same_object_is_more_alike_than_another_place(model, moving_patch):
    frames, boxes = moving_patch.frames, moving_patch.boxes
    same = tracker.compare(frames[0], boxes[0], frames[8], boxes[8], model)
    other = tracker.compare(frames[0], boxes[0], frames[8], (10, 120, 44, 36), model)
    assert same > other + 0.2


def test_real_objects(otb_data):
    model = load_model()

    def sight(name, frame, box):
        return read_image(otb_data / name / "img" / f"{frame:04}.jpg"), box

    girl, later = sight("Girl", 1, (57, 21, 31, 45)), sight("Girl", 60, (55, 31, 31, 45))
    deer = sight("Deer", 1, (306, 5, 95, 65))
    assert tracker.compare(*girl, *later, model) > tracker.compare(*girl, *deer, model) + 0.1


def test_what_cannot_be_used_is_refused(moving_patch):
    frame, box = moving_patch.frames[0], moving_patch.boxes[0]
    with pytest.raises(BoxError):
        tracker.compare(frame, box, frame, (500, 500, 10, 10))
    with pytest.raises(FrameError):
        tracker.compare(frame, box, None, box)
