"""Options of ``tracker info``."""


def test_values(parse):
    assert not parse("info").settings
    assert parse("info", "--settings").settings
