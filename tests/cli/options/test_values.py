"""Values of options: what is accepted, and what the message says otherwise."""

from argparse import ArgumentTypeError

import pytest

from tracker.cli.options.values import box, count, names, port, positive, reinit, seconds


@pytest.mark.parametrize(
    ("parse", "text", "value"),
    [
        (seconds, "0.5", 0.5),
        (seconds, "1e3", 1000.0),
        (positive, "1", 1),
        (count, "0", 0),
        (port, "0", 0),
        (port, "65535", 65535),
        (names, "Alpha,Beta", ["Alpha", "Beta"]),
        (names, "Alpha", ["Alpha"]),
        (box, "1,2.5,3,4", (1.0, 2.5, 3.0, 4.0)),
        (box, " -1 2\t3,  4 ", (-1.0, 2.0, 3.0, 4.0)),
        (reinit, "7:1,2,3,4", (7, (1.0, 2.0, 3.0, 4.0))),
        (reinit, "0:-1,-2,3,4", (0, (-1.0, -2.0, 3.0, 4.0))),
    ],
)
def test_accepted(parse, text, value):
    assert parse(text) == value


@pytest.mark.parametrize(
    ("parse", "texts", "message"),
    [
        (seconds, ["0", "-1", "inf", "nan", "soon", ""], "expected seconds above 0; got "),
        (positive, ["0", "-1", "1.5", "two", ""], "expected a whole number, at least 1; got "),
        (count, ["-1", "1.5", "two", ""], "expected a whole number, at least 0; got "),
        (port, ["-1", "65536", "http", ""], "expected a port from 0 to 65535; got "),
        (box, ["1,2,3", "1,2,3,4,5", "a,b,c,d", "1,,2,3", ""], "expected four numbers X,Y,W,H; "),
        (reinit, ["1,2,3,4", "-1:1,2,3,4", "x:1,2,3,4"], "expected FRAME:X,Y,W,H; got "),
        (reinit, ["1:1,2,3"], "expected four numbers X,Y,W,H; got '1,2,3'"),
    ],
)
def test_refused(parse, texts, message):
    for text in texts:
        with pytest.raises(ArgumentTypeError) as caught:
            parse(text)
        assert str(caught.value).startswith(message)
