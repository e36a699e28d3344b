"""Options that several commands have."""

import argparse

from tracker.cli.options.common import add_device, add_settings


def test_settings_are_collected_in_order():
    parser = argparse.ArgumentParser()
    add_settings(parser, "NAME=VALUE", "a setting")
    add_device(parser.add_argument_group("how"))
    args = parser.parse_args(["--set", "a=1", "--device", "cuda:1", "--set", "b=2"])
    assert (args.settings, args.device) == (["a=1", "b=2"], "cuda:1")
    args = parser.parse_args([])
    assert (args.settings, args.device) == ([], "auto")
    assert "--set NAME=VALUE  a setting" in parser.format_help()
