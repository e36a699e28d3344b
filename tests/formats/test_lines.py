"""What all line files share: each row is on disk at once; numbers have four decimals."""

import pytest

from tests.formats.results import RESULTS
from tracker.errors import OutputError
from tracker.formats import open_writer
from tracker.formats.lines import LineWriter, format_box, one_based, output_error, partial_path


@pytest.mark.parametrize("kind", ["csv", "otb", "mot"])
def test_every_row_is_on_disk_at_once(tmp_path, kind):
    path = tmp_path / "r.txt"
    writer = open_writer(kind, path)
    before = path.read_text().count("\n")
    for i, result in enumerate(RESULTS, start=1):
        writer.write(result)
        assert path.read_text().count("\n") == before + i
    writer.close()


class FrameNumbers(LineWriter):
    """A format of one number per line."""

    header = "frame"

    def line(self, result):
        return str(result.frame)


def test_a_writer_is_its_header_and_its_lines(tmp_path):
    path = tmp_path / "numbers.txt"
    with FrameNumbers(path) as writer:
        assert path.read_text() == "frame\n"
        for result in RESULTS:
            writer.write(result)
    assert path.read_text() == "frame\n0\n1\n5\n"
    writer.close()  # a second time
    with pytest.raises(OutputError, match="it exists"):
        FrameNumbers(path)


def test_boxes_as_text():
    assert one_based((0, -1.5, 3, 4)) == (1, -0.5, 3, 4)
    assert format_box((0, -1.00004, 1e4, 2 / 3)) == "0.0000,-1.0000,10000.0000,0.6667"


def test_rows_are_collected_beside_their_target(tmp_path):
    assert partial_path("a/r.json").as_posix() == "a/r.json.part"
    assert partial_path(tmp_path / "r") == tmp_path / "r.part"


def test_faults_in_words(tmp_path):
    path = tmp_path / "r"
    text = str(output_error(path, FileExistsError()))
    assert text == f"could not write {path}: it exists, and overwriting was not asked for"
    text = str(output_error(path, OSError(28, "No space left on device")))
    assert text == f"could not write {path}: No space left on device"
