"""The score of a response peak, and the state that follows from the scores so far."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.config import TrackerConfig
from tracker.result import STATES
from tracker.tracking.presence import LOWEST_USUAL, Presence

PLAIN = {"score_slope": 10.0, "score_midpoint": 0.5, "usual_peak": 0.4, "usual_lr": 0.5}
BOUNDS = {"lost_score": 0.1, "tracking_score": 0.5, "lost_doubt": 2.0, "found_frames": 3}
# A frame of score 0.05 adds log(9) + log(19) - 2 log(9) = 0.747 to the doubt: three make it lost.


def presence_of(**settings):
    return Presence(TrackerConfig(**PLAIN | BOUNDS | settings))


def states(presence, scores):
    """Take scores one after the other; the states that follow from them."""
    found = []
    for score in scores:
        found.append(presence.next_state(score))
        presence.advance(score, found[-1])
    return found


def lost(**settings):
    """An object that has just become lost."""
    presence = presence_of(**settings)
    assert states(presence, [0.05] * 3) == ["uncertain", "uncertain", "lost"]
    return presence


@pytest.mark.parametrize(
    ("peak", "share", "expected"),
    [
        (0.5, 0.0, 0.5),
        (0.7, 0.0, 0.8808),  # 1 / (1 + exp(-10 (0.7 - 0.5)))
        (0.3, 0.0, 0.1192),
        (0.2, 1.0, 0.5),  # half of the usual peak, 0.4
        (0.4, 1.0, 0.9933),  # all of it: 1 / (1 + exp(-10 (1 - 0.5)))
        (0.0, 1.0, 0.0067),
        (0.4, 0.5, 0.8808),  # 0.2 of the peak itself and 0.5 of the share
    ],
)
def test_a_score_is_a_logistic_of_the_peak_or_of_its_share(peak, share, expected):
    assert presence_of(score_share=share).score(peak) == expected


@pytest.mark.parametrize(("peak", "expected"), [(1e9, 1.0), (-1e9, 0.0), (0.5123, 0.5307)])
def test_scores_end_at_0_and_1_and_have_four_decimals(peak, expected):
    assert presence_of().score(peak) == expected


def test_an_object_is_there_to_begin_with():
    presence = presence_of()
    assert presence.state == "tracking"
    assert presence.is_trusted
    assert not presence.is_lost
    assert presence.lost_for == 0


def test_a_peak_in_units_of_the_usual_one():
    assert presence_of(usual_peak=0.4).share(0.3) == pytest.approx(0.75)


@pytest.mark.parametrize(
    ("score", "expected"),
    [
        (1.0, "tracking"),
        (0.5, "tracking"),
        (0.4999, "uncertain"),
        (0.1, "uncertain"),
        (0.0999, "uncertain"),
        (0.0, "lost"),
    ],
)
def test_the_state_of_one_score(score, expected):
    assert presence_of().next_state(score) == expected


def test_an_object_is_lost_after_some_doubtful_frames():
    presence = presence_of()
    assert states(presence, [0.05, 0.05]) == ["uncertain"] * 2
    assert not presence.is_lost
    assert states(presence, [0.05]) == ["lost"]
    assert presence.is_lost


@pytest.mark.parametrize(
    ("score", "frames"),  # 1 of odds that are 2.0 lower than those of 0.1: 0.0148
    [(0.0, 1), (0.0147, 1), (0.0149, 2), (0.039, 2), (0.0395, 3), (0.0534, 3), (0.0542, 4)],
)
def test_the_lower_the_scores_the_fewer_frames_it_takes(score, frames):
    assert states(presence_of(), [score] * frames) == ["uncertain"] * (frames - 1) + ["lost"]


@pytest.mark.parametrize(
    ("between", "expected"),
    [
        (0.1, ["uncertain", "lost"]),  # neither more doubt nor less
        (0.15, ["uncertain", "uncertain", "lost"]),  # 0.463 less
        (0.4, ["uncertain", "uncertain", "uncertain", "lost"]),  # none left
        (0.9, ["tracking", "uncertain", "uncertain", "lost"]),
    ],
)
def test_a_better_frame_between_takes_doubt_away(between, expected):
    scores = [between, 0.05, 0.05, 0.05][: len(expected)]
    assert states(presence_of(), [0.05, 0.05, *scores]) == ["uncertain", "uncertain", *expected]


def test_an_object_is_never_lost_from_lost_score_on():
    assert states(presence_of(), [0.1] * 20) == ["uncertain"] * 20


def test_a_box_is_trusted_but_while_it_is_doubted():
    presence, trusted = presence_of(), []
    for score in (0.9, 0.3, 0.05, 0.05, 0.1, 0.15, 0.9, 0.05, 0.9):
        states(presence, [score])
        trusted.append(presence.is_trusted)
    assert trusted == [True, True, False, False, False, False, True, False, True]


def test_what_was_found_is_tracked_after_some_good_frames_in_a_row():
    """The frame that it was found in is the first of them."""
    presence = lost(found_frames=3)
    presence.advance(0.9, "uncertain")
    assert not presence.is_lost
    assert not presence.is_trusted
    assert states(presence, [0.9]) == ["uncertain"]
    assert not presence.is_trusted
    assert states(presence, [0.5]) == ["tracking"]
    assert presence.is_trusted


def test_what_was_found_with_a_fair_score_has_all_good_frames_to_come():
    presence = lost(found_frames=3)
    presence.advance(0.4, "uncertain")
    assert states(presence, [0.9] * 3) == ["uncertain", "uncertain", "tracking"]


def test_a_fair_frame_between_ends_the_row_of_good_ones():
    presence = lost(found_frames=3)
    presence.advance(0.9, "uncertain")
    assert states(presence, [0.9, 0.1, 0.9, 0.9, 0.9]) == ["uncertain"] * 4 + ["tracking"]


def test_a_relapse_while_recovering_is_lost_at_once():
    presence = lost()
    presence.advance(0.9, "uncertain")
    assert states(presence, [0.9, 0.0999]) == ["uncertain", "lost"]


def test_after_a_recovery_doubt_grows_anew():
    presence = lost()
    presence.advance(0.9, "uncertain")
    scores = [0.9, 0.9, 0.05, 0.05, 0.05]
    assert states(presence, scores) == ["uncertain", "tracking", "uncertain", "uncertain", "lost"]


def test_good_frames_before_a_relapse_do_not_count():
    presence = lost(found_frames=3)
    presence.advance(0.9, "uncertain")
    assert states(presence, [0.9, 0.05]) == ["uncertain", "lost"]
    presence.advance(0.9, "uncertain")
    assert states(presence, [0.9, 0.9]) == ["uncertain", "tracking"]


def test_frames_spent_lost_are_counted_until_it_is_tracked():
    """The sweep goes on from where a wrong find broke it off."""
    presence = lost()
    assert presence.lost_for == 1
    presence.advance(0.05, "lost")
    assert presence.lost_for == 2
    presence.advance(0.9, "uncertain")
    assert presence.lost_for == 2
    states(presence, [0.05])
    assert presence.lost_for == 3
    presence.advance(0.9, "uncertain")
    states(presence, [0.9, 0.9])
    assert (presence.state, presence.lost_for) == ("tracking", 0)


@pytest.mark.parametrize(
    ("share", "score", "usual"),
    [
        (0.0, 0.8808, 0.55),  # the peak was 0.7; half-way from 0.4
        (0.0, 0.1192, 0.35),
        (1.0, 0.8808, 0.34),  # the share was 0.7, the peak 0.28
        (1.0, 0.9933, 0.4),
        (0.5, 0.8808, 0.4),
        (0.0, 1.0, 0.9),  # log odds of 9 at most: the peak was 1.4
    ],
)
def test_the_usual_peak_follows_that_of_a_written_score(share, score, usual):
    presence = presence_of(score_share=share)
    presence.advance(score, presence.next_state(score))
    assert presence.share(usual) == pytest.approx(1, rel=1e-3)


def test_the_usual_peak_stays_above_its_least():
    presence = presence_of(lost_score=0.0, score_share=1.0, usual_lr=1.0)
    states(presence, [0.0])
    assert presence.share(LOWEST_USUAL) == pytest.approx(1)


def test_the_usual_peak_follows_only_trusted_frames():
    presence = presence_of()
    states(presence, [0.05, 0.05])  # doubted
    assert presence.share(0.4) == 1
    states(presence, [0.05])
    presence.advance(0.05, "lost")
    presence.advance(0.9, "uncertain")  # found
    states(presence, [0.9])
    assert presence.share(0.4) == 1
    states(presence, [0.9])  # tracked
    assert presence.share(0.4) != 1


peaks = st.one_of(st.floats(-0.5, 1.5), st.floats(-1e6, 1e6))


@settings(deadline=None)
@given(
    run=st.lists(st.tuples(peaks, st.booleans()), max_size=40),
    share=st.sampled_from([0.0, 0.3, 1.0]),
    rate=st.sampled_from([0.0, 0.1, 1.0]),
    doubt=st.sampled_from([0.1, 2.0, 6.0]),
    found=st.integers(1, 4),
)
def test_what_is_written_is_all_that_counts(run, share, rate, doubt, found):
    """Scores and states, read back from text, bring another object to the same point."""
    config = TrackerConfig(
        score_share=share,
        usual_lr=rate,
        lost_doubt=doubt,
        found_frames=found,
        score_slope=10.14,
        score_midpoint=0.758,
        lost_score=0.1,
    )
    presence, written = Presence(config), []
    for peak, confirmed in run:
        score = presence.score(peak)
        if presence.is_lost:
            state = "uncertain" if confirmed else "lost"
        else:
            state = presence.next_state(score)
        assert 0 <= score <= 1
        assert state in STATES
        presence.advance(score, state)
        assert presence.is_lost == (state == "lost")
        assert presence.share(1.0) > 0
        written.append(f"{score:.4f},{state}")
    again = Presence(config)
    for line in written:
        score, state = line.split(",")
        again.advance(float(score), state)
    assert (again.state, again.lost_for) == (presence.state, presence.lost_for)
    assert again.is_trusted == presence.is_trusted
    for peak in (0.05, 0.2, 0.25, 0.3, 0.5, 1.0):
        assert again.share(peak) == presence.share(peak)
        assert again.score(peak) == presence.score(peak)
    for later in ((0.05,), (0.9, 0.9, 0.9, 0.9), (0.05, 0.05, 0.05, 0.05), (0.3, 0.9, 0.05, 0.9)):
        one, other = Presence(config), Presence(config)
        for line in written:
            score, state = line.split(",")
            for each in (one, other):
                each.advance(float(score), state)
        assert states(one, later) == states(other, later)


def test_a_cut_makes_an_object_lost_whatever_it_was():
    for before in ([0.9], [0.05], [0.05] * 3, [0.05] * 3 + [0.9]):
        presence = presence_of()
        states(presence, before)
        presence.note_cut()
        assert presence.is_lost
        assert presence.was_cut
        assert not presence.is_trusted
        presence.advance(0.05, "lost")
        assert presence.lost_for == 2


def test_a_cut_is_forgotten_once_the_object_is_tracked_again():
    presence = presence_of(found_frames=3)
    presence.note_cut()
    presence.advance(0.9, "uncertain")  # what was found
    assert states(presence, [0.9]) == ["uncertain"]
    assert presence.was_cut
    assert states(presence, [0.9]) == ["tracking"]
    assert not presence.was_cut
