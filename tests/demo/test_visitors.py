"""Visitors: each has their own session, until they leave or are silent for too long."""

import pytest

from tracker_demo.limits import Limits
from tracker_demo.messages import Refused
from tracker_demo.visitors import KEEP_S, RETURN_S, Visitors


def files_in(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def test_visitors_have_nothing_of_each_other(models, tmp_path, patch_video):
    visitors = Visitors(tmp_path, models, Limits())
    visitors.session("ann").open("track", patch_video, "hers.mp4")
    with pytest.raises(Refused):
        visitors.session("bob").clip()
    assert visitors.session("ann") is visitors.session("ann")
    visitors.leave("nobody")
    assert len(visitors) == 2
    visitors.close()
    assert not files_in(tmp_path)


def test_visitors_who_leave_are_forgotten_unless_they_come_back(models, tmp_path):
    now = [0.0]
    visitors = Visitors(tmp_path, models, Limits(), clock=lambda: now[0])
    ann, bob = visitors.session("ann"), visitors.session("bob")
    visitors.leave("ann")
    visitors.leave("bob")
    now[0] = RETURN_S / 2
    assert visitors.session("bob") is bob
    now[0] = RETURN_S + 1
    visitors.sweep()
    assert ann.closed
    assert not bob.closed
    assert len(list(tmp_path.iterdir())) == 1


def test_visitors_who_fall_asleep_make_room(models, tmp_path):
    now = [0.0]
    visitors = Visitors(tmp_path, models, Limits(visitors=2), clock=lambda: now[0])
    ann, _ = visitors.session("ann"), visitors.session("bob")
    with pytest.raises(Refused, match="Too many visitors"):
        visitors.session("eve")
    now[0] = KEEP_S / 2
    visitors.touch("bob")
    now[0] = KEEP_S + 1
    visitors.session("eve")
    assert ann.closed
    assert len(visitors) == 2
