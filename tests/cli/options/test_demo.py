"""Options of ``tracker demo``."""


def test_defaults(parse):
    args = parse("demo")
    assert (args.host, args.port, args.limits, args.device) == ("127.0.0.1", 7860, "", "auto")


def test_values(parse):
    args = parse("demo", "--host", "0.0.0.0", "--port", "0", "--limits", "objects=2,pixels=100")
    assert (args.host, args.port, args.limits) == ("0.0.0.0", 0, "objects=2,pixels=100")
