"""The demo in a real browser: draw, track, play, download, cancel, by mouse, finger and keys."""

import os
import re
import time
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.demo.clips import real_video, still_video
from tests.demo.visit import DESKTOP, PHONE, page_of, visit
from tracker.boxes import overlap
from tracker.synthetic.sample import SampleClip, write_sample

# These need a quiet machine and, for now, a run of their own: `make test-all` has them.
pytestmark = [pytest.mark.exhaustive, pytest.mark.timeout(600)]

SIZES = [(1920, 1080), (1080, 1920), (3840, 2160), (640, 360), (64, 48)]
PLAYED = """
async () => {
    const video = document.querySelector("#result video");
    video.muted = true;
    await video.play();
    while (video.currentTime < 0.1) await new Promise((done) => setTimeout(done, 20));
    video.pause();
    return {
        size: [video.videoWidth, video.videoHeight], seconds: video.duration,
        decoded: video.getVideoPlaybackQuality().totalVideoFrames, error: video.error,
    };
}
"""


@pytest.fixture(scope="module")
def street(tmp_path_factory):
    """Two seconds of the sample clip, 320x180, and its true boxes."""
    clip = SampleClip((320, 180), 50)
    folder = tmp_path_factory.mktemp("street")
    return write_sample(folder, clip=clip).video, [clip.truth(i) for i in range(50)], clip.size


@pytest.fixture(scope="module")
def desktop(browser):
    """One context for all: the page's scripts are loaded once."""
    context = browser.new_context(viewport=DESKTOP)
    yield context
    context.close()


@pytest.fixture
def desk(desktop, served):
    with page_of(desktop, served.address) as visitor:
        yield visitor


def boxes_of(rows, number="1"):
    return [[float(row[key]) for key in "xywh"] for row in rows if row["id"] == number]


def test_from_upload_to_result(desk, street):
    path, truth, size = street
    desk.send(path)
    desk.draw(truth[0], size)
    desk.track()
    assert desk.ending() == "Done: 50 frames."
    assert overlap(boxes_of(desk.rows()), truth).mean() > 0.7
    assert len(desk.document()["results"]) == 50
    assert desk.download("video").read_bytes()[4:8] == b"ftyp"
    played = desk.page.evaluate(PLAYED)
    assert played["size"] == list(size)
    assert played["seconds"] == pytest.approx(2, abs=0.1)
    assert played["decoded"] > 1
    assert played["error"] is None
    label = desk.page.locator("#scores svg").get_attribute("aria-label")
    assert label.startswith("Score over time. Object 1: lowest score ")
    assert desk.hosts() == {"127.0.0.1"}


def test_a_real_sequence(desk, otb_data, tmp_path):
    path, truth = real_video(otb_data, "Crossing", tmp_path / "crossing.mp4", 60)
    desk.send(path)
    desk.draw(truth[0], (360, 240))
    desk.track()
    assert desk.ending() == "Done: 60 frames."
    assert overlap(boxes_of(desk.rows()), truth).mean() > 0.6


def test_the_page_is_ready_soon(browser, served):
    began = time.monotonic()
    with visit(browser, served.address, DESKTOP) as visitor:
        visitor.page.locator("#sample").wait_for()
        assert time.monotonic() - began < 10
        assert visitor.page.title() == "Follow an object"


@pytest.mark.parametrize("hand", ["mouse", "touch"])
def test_drawn_boxes_arrive_within_a_pixel(browser, served, tmp_path, hand):
    arrived = {}
    with visit(browser, served.address, PHONE, has_touch=hand == "touch") as visitor:
        draw = visitor.draw if hand == "mouse" else visitor.draw_by_touch
        for width, height in SIZES:
            box = [width * 0.21, height * 0.33, width * 0.37, height * 0.29]
            path = tmp_path / f"{width}x{height}.mp4"
            visitor.send(still_video(path, (width, height)))
            draw(box, (width, height))
            visitor.track()
            visitor.ending()
            x, y, w, h = boxes_of(visitor.rows())[0]
            wanted = [box[0], box[1], box[0] + box[2], box[1] + box[3]]
            arrived[width, height] = np.abs(np.subtract([x, y, x + w, y + h], wanted)).max()
    assert len(arrived) == 5
    assert max(arrived.values()) <= 1, arrived


def test_several_boxes_with_a_finger_on_a_phone(browser, served, street):
    path, truth, size = street
    with visit(browser, served.address, PHONE, has_touch=True, is_mobile=True) as phone:
        phone.send(path)
        phone.draw_by_touch(truth[0], size)
        phone.draw_by_touch((200, 60, 60, 50), size)
        assert len(phone.area()["boxes"]) == 2
        wide = "document.documentElement.scrollWidth"
        assert phone.page.evaluate(wide) <= PHONE["width"], "nothing to scroll sideways"
        phone.track()
        phone.ending()
        rows = phone.rows()
        assert [row["id"] for row in rows] == ["1", "2"] * 50
        assert overlap(boxes_of(rows), truth).mean() > 0.7


def test_boxes_by_keyboard_and_as_text(desk, street):
    desk.send(street[0])
    canvas = desk.page.locator("#track-area canvas")
    canvas.focus()
    canvas.press("n")
    (x, y, w, h) = desk.area()["boxes"][0]
    for key in ("ArrowRight", "ArrowDown", "Control+ArrowLeft", "Shift+ArrowRight"):
        canvas.press(key)
    assert desk.area()["boxes"] == [[x + 1 - 10, y + 1, w + 1, h]]
    text = desk.page.locator("#track-area textarea")
    text.fill("10, 20, 30, 40\n50.5 60 20 20")
    desk.track()
    desk.ending()
    assert [boxes_of(desk.rows(), n)[0] for n in "12"] == [[10, 20, 30, 40], [50.5, 60, 20, 20]]
    text.fill("10, 20, thirty")
    assert text.get_attribute("aria-invalid") is not None
    desk.page.locator("#track-area .clear").click()
    assert desk.area()["boxes"] == []
    canvas.press("n")
    canvas.press("n")
    canvas.press("Delete")
    assert len(desk.area()["boxes"]) == 1


def test_a_corner_can_be_dragged(desk, street):
    path, _, size = street
    desk.send(path)
    desk.draw((100, 50, 60, 40), size)
    desk.draw((160, 90, 20, 30), size)  # begins on the corner of the box
    ((x, y, w, h),) = desk.area()["boxes"]
    assert (x, y, w, h) == pytest.approx((100, 50, 80, 70), abs=1)


def test_a_later_start_frame(desk, street):
    path, truth, size = street
    desk.send(path)
    before = desk.area()["picture"]
    number = desk.page.locator("#track-frame input[type=number]")
    number.fill("30")
    number.press("Enter")
    desk.wait_for_picture(before=before)
    desk.draw(truth[30], size)
    desk.track()
    assert desk.ending() == "Done: 20 frames."
    rows = desk.rows()
    assert [int(row["frame"]) for row in rows] == list(range(30, 50))
    assert overlap(boxes_of(rows), truth[30:]).mean() > 0.6


def test_cancel_in_the_middle_keeps_what_is_done(desk):
    desk.page.locator("#sample").click()
    desk.wait_for_picture()
    boxes = [(30 + 70 * i, 100, 50, 60) for i in range(8)]
    desk.page.locator("#track-area textarea").fill(
        "\n".join(f"{x},{y},{w},{h}" for x, y, w, h in boxes)
    )
    desk.track()
    desk.page.locator("#live .live img").wait_for()
    desk.page.locator("#cancel").click()
    told = desk.ending()
    done = int(re.match(r"Cancelled after (\d+) frames?;", told)[1])
    assert 1 <= done < 150
    assert len(desk.rows()) == 8 * done
    assert desk.page.evaluate(PLAYED)["error"] is None or done < 4


def test_the_webcam(desk):
    desk.page.locator("#webcam .open").click()
    desk.page.locator("#webcam .record").click()
    desk.page.get_by_text("Recording, 1 of 20 s").wait_for()
    desk.page.locator("#webcam .record").click()
    desk.wait_for_picture()
    desk.page.locator("#track-area textarea").fill("40, 40, 80, 80")
    desk.track()
    assert desk.ending().startswith("Done: ")
    assert len(desk.rows()) > 3


def test_mistakes_are_told_in_a_sentence(desk, street, tmp_path):
    desk.track()
    assert "Choose a video first" in desk.error()
    (tmp_path / "no.mp4").write_text("no video")
    desk.page.reload()
    desk.page.locator("#track-upload input[type=file]").first.set_input_files(tmp_path / "no.mp4")
    assert "Cannot read the file as a video" in desk.error()
    desk.page.reload()
    desk.send(street[0])
    desk.track()
    assert "Draw a box around the object first" in desk.error()
    assert desk.page.locator("#track").is_enabled()


def test_how_it_works_and_compare(desk, street):
    path, truth, size = street
    desk.send(path)
    desk.draw(truth[0], size)
    desk.page.get_by_role("tab", name="How it works").click()
    desk.page.locator("#explain").click()
    desk.page.locator(".steps figure").nth(3).wait_for()
    titles = desk.page.locator(".steps figcaption b").all_inner_texts()
    assert titles == ["1. Exemplar", "2. Search region", "3. Response map", "4. Answer"]
    desk.page.get_by_role("tab", name="Compare").click()
    for slot in ("left", "right"):
        desk.page.locator(f"#{slot}-share").click()
        desk.wait_for_picture(slot)
        desk.draw(truth[0], size, slot)
    desk.page.locator("#compare").click()
    value = float(desk.page.locator(".similarity b").inner_text())
    assert value > 0.95


def test_every_control_can_be_reached_by_the_keyboard(desk, street):
    desk.send(street[0])
    desk.page.locator("body").press("Tab")
    reached = set()
    for _ in range(40):
        reached.add(
            desk.page.evaluate(
                "(e => e.id || e.closest('[id]')?.id || e.tagName)(document.activeElement)"
                " + ' ' + document.activeElement.tagName"
            )
        )
        desk.page.keyboard.press("Tab")
    for tag in ("CANVAS", "TEXTAREA"):
        assert any(name.endswith(tag) for name in reached), reached
    assert {"sample BUTTON", "track BUTTON"} <= reached


def test_the_picture_of_the_readme(browser, served, tmp_path):
    """`make demo-picture` keeps what this makes."""
    path = Path(os.environ.get("DEMO_PICTURE", tmp_path / "demo.png"))
    truth = SampleClip().truth(0)
    with visit(browser, served.address, DESKTOP) as visitor:
        visitor.page.locator("#sample").click()
        visitor.wait_for_picture()
        visitor.draw(truth, (640, 360))
        visitor.track()
        assert visitor.ending() == "Done: 150 frames."
        visitor.page.evaluate(PLAYED.replace("0.1", "1.2"))
        visitor.page.mouse.move(0, 0)
        visitor.page.evaluate("window.scrollTo(0, 0)")
        visitor.page.screenshot(path=path, full_page=True)
    height, width, _ = cv2.imread(str(path)).shape
    assert width == DESKTOP["width"]
    assert height < 1400
