"""The demo as a server: hostile requests, several visitors, and many runs in a row."""

import os
import re
import signal
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from tests.demo.api import Api, httpx
from tests.demo.hostile import BAD_BOXES, bombs, not_videos, playlists
from tracker.boxes import overlap
from tracker.formats import read_csv
from tracker.video import VideoSink

# These need a quiet machine and, for now, a run of their own: `make test-all` has them.
pytestmark = [pytest.mark.exhaustive, pytest.mark.timeout(600)]

BOX = [40, 50, 44, 36]  # the moving patch in frame 0


@pytest.fixture(scope="module")
def strict(serve):
    return serve("megabytes=2,seconds=60,frames=1000,pixels=2100000,objects=8")


def is_a_sentence(text):
    return bool(re.fullmatch(r"[A-Z][^\n]{10,200}[.!]", text)) and not re.search(
        r"/(tmp|etc|root|home|usr|work)\b|Traceback|Error\b|<class|\.py\b", text
    )


def test_52_hostile_inputs_are_refused_with_a_sentence(strict, tmp_path, patch_video):
    api = Api(strict.address)
    secret = tmp_path / "secret.ts"
    secret.write_text("the secret")
    before = strict.resident_bytes()
    refused: dict[str, str] = {}

    def ask(name, answer):
        assert answer is None, f"{name} was taken: {answer}"
        refused[name] = api.refusal

    names = [
        "/etc/passwd",
        "/proc/self/environ",
        f"{strict.folder}/../secret.ts",
        str(secret),
        "../../../../etc/passwd",
        "file:///etc/passwd",
        "demo/app.py",
        "clip.mp4\0.png",
    ]
    for name in names:
        ask(f"traversal {name}", api.open_uploaded(name))
    for url in (
        "http://127.0.0.1:9/x.mp4",
        "http://169.254.169.254/latest/meta-data/",
        "https://example.com/x.mp4",
        "ftp://127.0.0.1/x.mp4",
    ):
        ask(f"address {url}", api.open_uploaded(url))
    large = tmp_path / "large.mp4"
    large.write_bytes(os.urandom(2_100_000))
    with pytest.raises(httpx.HTTPStatusError) as caught:
        api.upload(large)
    assert caught.value.response.status_code == 413
    refused["oversize"] = "The upload was refused by its size."
    for make in (not_videos, bombs):
        for name, path in make(tmp_path).items():
            ask(name, api.open(path))
    for name, path in playlists(tmp_path, secret).items():
        ask(name, api.open(path))
    assert api.open(patch_video) is not None
    for number, boxes in enumerate(BAD_BOXES):
        ask(f"boxes {number}", api.track(boxes))

    assert len(refused) == 52
    wrong = {name: text for name, text in refused.items() if not is_a_sentence(text)}
    assert not wrong
    assert api.track([BOX])[0].count("Done: 12 frames.") == 1, "the server still works"
    assert strict.resident_bytes() - before < 400 * 2**20, "nothing large was decoded"


def test_other_values_are_refused_too(strict, patch_video):
    api = Api(strict.address)
    api.open(patch_video)
    for start, model in (
        (99, "lite"),
        (-1, "lite"),
        ("x", "lite"),
        (None, "lite"),
        (1e400, "lite"),
        (0, "/weights.safetensors"),
        (0, None),
        (0, {}),
    ):
        try:
            assert api.track([BOX], start, model) is None, (start, model)
        except ValueError:  # no JSON
            continue
        assert "/" not in api.refusal
    assert api.call("open_track", None, 5) is None
    assert api.refusal
    assert api.track([BOX]) is not None


def test_files_of_the_server_cannot_be_fetched(strict):
    api = Api(strict.address)
    for name in (
        "/etc/passwd",
        "demo/app.py",
        f"{strict.folder}/../x",
        "http://example.com/",
        "..",
    ):
        answer = api.fetch(name)
        assert answer.status_code in (403, 404)
        assert "root:" not in answer.text
    assert api.http.get("/gradio_api/proxy=http://127.0.0.1:9/").status_code == 404


def test_a_name_cannot_leave_the_upload_folder(strict, patch_video):
    place = Api(strict.address).upload(patch_video, "../../../../tmp/escaped.mp4")
    assert place.startswith(str(strict.folder))
    assert ".." not in place


def test_it_is_served_to_this_machine_only(served):
    assert served.address.startswith("http://127.0.0.1:")
    port = int(served.address.rstrip("/").rpartition(":")[2])
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()]
    listening = [row[1] for row in rows if row[3] == "0A"]
    assert f"0100007F:{port:04X}" in listening
    assert f"00000000:{port:04X}" not in listening


def visitor_clip(folder, number):
    """A clip and a box that are this visitor's alone: the patch moves at their own speed."""
    rng = np.random.default_rng(number)
    background = rng.integers(60, 110, (120, 160, 3), np.uint8)
    patch = rng.integers(0, 255, (6, 6, 3), np.uint8).repeat(5, 0).repeat(5, 1)
    boxes = [[20.0 + number * 2 + i, 30.0 + i, 30.0, 30.0] for i in range(10)]
    path = folder / f"visitor{number}.mp4"
    with VideoSink(path, (160, 120), 25) as sink:
        for index, (x, y, w, h) in enumerate(boxes):
            frame = background.copy()
            frame[int(y) : int(y + h), int(x) : int(x + w)] = patch
            sink.write(frame, index / 25)
    return path, boxes


def test_eight_visitors_at_once_get_their_own_results(served, tmp_path):
    got = {}

    def be(number):
        path, truth = visitor_clip(tmp_path, number)
        api = Api(served.address)
        with api.stay():
            assert api.open(path), api.refusal
            answer = api.track([truth[0]])
            assert answer, api.refusal
            rows = api.http.get(answer[4]["value"]["url"]).text
            assert answer[1]["value"]["path"] not in {each[1] for each in got.values()}
            got[number] = (rows, answer[1]["value"]["path"], truth)

    threads = [threading.Thread(target=be, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 8
    for number, (rows, _, truth) in got.items():
        (tmp_path / "rows.csv").write_text(rows)
        results = read_csv(tmp_path / "rows.csv")
        assert overlap([each.box for each in results], truth).min() > 0.5, number
        others = [o for n, (_, _, o) in got.items() if n != number]
        assert all(results[0].box != tuple(other[0]) for other in others)


def run_often(served, path, times):
    """Memory growth in bytes over ``times`` visits with a run each, and the files that remain."""
    for number in range(times + 5):
        if number == 5:
            assert not wait_until_empty(served)
            early = served.resident_bytes()
        api = Api(served.address)
        with api.stay():
            assert api.open(path), api.refusal
            assert api.track([BOX]), api.refusal
    left = wait_until_empty(served)
    return served.resident_bytes() - early, left


def wait_until_empty(served, seconds=90):
    """Wait for those who left to be forgotten; the files that remain, but for shared uploads."""
    for _ in range(seconds):
        left = [
            file for file in served.files() if file.name != "patch.mp4" or "visitor-" in str(file)
        ]
        if not left:
            time.sleep(5)  # for their memory to be given back
            break
        time.sleep(1)
    return left


def test_15_runs_in_a_row_leave_nothing(serve, patch_video):
    growth, left = run_often(serve(), patch_video, 15)
    print(f"memory grew by {growth / 2**20:.1f} MiB over 15 runs")
    assert not left
    assert growth < 20 * 2**20


@pytest.mark.exhaustive
def test_60_runs_in_a_row_leave_nothing(serve, patch_video):
    growth, left = run_often(serve(), patch_video, 60)
    print(f"memory grew by {growth / 2**20:.1f} MiB over 60 runs")
    assert not left
    assert growth < 20 * 2**20


def test_interrupting_the_server_removes_every_file(serve, patch_video):
    served = serve()
    api = Api(served.address)
    api.open(patch_video)
    assert served.files()
    served.process.send_signal(signal.SIGINT)
    assert served.process.wait(timeout=60) == 0
    assert not served.files()
    assert not list(served.folder.iterdir())
