"""The page's HTML: the figures in it, and nothing of a visitor's text as markup."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from tests.demo.curves import curve_of
from tracker.result import TrackResult
from tracker_demo import views
from tracker_demo.explain import Explanation
from tracker_demo.limits import Limits
from tracker_demo.pictures import COLORS
from tracker_demo.plots import Thresholds
from tracker_demo.run import RunProgress

THRESHOLDS = Thresholds(0.5, 0.2)
GRAY = np.full((60, 80, 3), 90, np.uint8)


@pytest.fixture
def progress():
    """A run of two objects after 5 of 20 frames and half a second."""
    results = [
        TrackResult(4, 0.16, 1, (0, 0, 9, 9), 0.875, "tracking"),
        TrackResult(4, 0.16, 2, (0, 0, 9, 9), 0.125, "lost"),
    ]
    curves = [curve_of([1] * 5), curve_of([1, 1, 1, 1, 0.125])]
    return RunProgress(20, 5, 0.5, GRAY, results, curves)


def parsed(html):
    """HTML as a tree, its images closed as XML wants them."""
    return ET.fromstring(re.sub(r"(<img[^>]*)>", r"\1/>", html))


def text_of(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html)).strip()


def test_names_of_files_are_no_markup():
    line = views.clip_line("<img src=x onerror=alert(1)>.mp4", (640, 360), 9)
    assert "<img" not in line
    assert text_of(views.clip_line("a.mp4", (640, 360), 9)) == "a.mp4 640×360, 9 frames"
    assert text_of(views.clip_line("a.png", (64, 36), 1)) == "a.png 64×36, one picture"


def test_the_limits():
    text = text_of(views.accepted(Limits(megabytes=5, seconds=7, pixels=2_100_000)))
    assert text.startswith("Up to 5 MB, 7 seconds and 2.1 megapixels.")


def test_a_run_in_progress(progress):
    html = views.live(progress, THRESHOLDS)
    page = parsed(html)
    assert page.find("img").get("src").startswith("data:image/jpeg;base64,")
    bar = page.find("div[@role='progressbar']")
    assert (bar.get("aria-valuenow"), bar.get("aria-valuemax")) == ("5", "20")
    assert bar.find("i").get("style") == "width:25.0%"
    assert page.find("p").text == "5 of 20 frames, 10 per second"
    assert page.find("svg") is not None


def test_a_run_without_a_frame_has_no_view():
    with pytest.raises(ValueError, match="picture"):
        views.live(RunProgress(20), THRESHOLDS)


def test_states_of_the_objects(progress):
    items = ET.fromstring(views.states(progress)).findall("li")
    assert [item.get("class") for item in items] == ["tracking", "lost"]
    assert [item.find("b").text for item in items] == ["0.88", "0.12"]
    for item, color in zip(items, COLORS, strict=False):
        assert item.find("i").get("style") == f"background:{color}"


def test_the_end_of_a_run(progress):
    progress.ending = "Done: <5> frames."
    assert text_of(views.ending(progress)) == "Done: &lt;5&gt; frames."
    html = views.scores(progress, THRESHOLDS)
    assert html.count("<polyline") == 2
    assert "object 2" in html


@pytest.mark.parametrize(
    ("moved", "words"),
    [
        ((12.4, -3.6), "12 pixels right and 4 up"),
        ((-0.6, 0.0), "1 pixels left and 0 down"),
    ],
)
def test_the_explanation_says_where_the_object_went(moved, words):
    html = views.explanation(Explanation(GRAY, GRAY, GRAY, GRAY, moved, cells=17), 8)
    steps = parsed(html).findall("figure/figcaption/b")
    assert [step.text for step in steps] == [
        "1. Exemplar",
        "2. Search region",
        "3. Response map",
        "4. Answer",
    ]
    assert words in text_of(html)
    assert "Frame 8 around" in html
    assert "17×17 comparisons" in html


@pytest.mark.parametrize(
    ("value", "place"), [(-1.0, "0.0%"), (0.0, "50.0%"), (0.5, "75.0%"), (1.0, "100.0%")]
)
def test_a_similarity_on_its_scale(value, place):
    page = ET.fromstring(views.similarity(value))
    assert page.find("p/b").text == f"{value:.2f}"
    assert page.find("div/i").get("style") == f"left:{place}"
