"""Is the object there? The score of a frame, and the state that follows from the scores so far.

How high a response peaks depends on the object: 0.8 for one that keeps its looks, 0.35 for one that
turns and blurs, which is also what a patch of background reaches for the first. So a peak is judged
by how it compares with what this object usually answers.

Everything is a function of the scores as they are written, so that a resumed run goes on exactly.
"""

import math

from tracker.config import TrackerConfig

LOWEST_USUAL = 0.05
"""Of the usual peak: below it, a share of it says nothing."""
MAX_LOG_ODDS = 9.0
"""What a score of 0.9999 says; more is lost in its four decimals."""


class Presence:
    """What the scores of one object say about its being there.

    Attributes:
        state: of the last frame: "tracking", "uncertain" or "lost".
        lost_for: frames spent lost since the object was last tracked, or since a cut.
        was_cut: whether the scene was cut since then.
    """

    def __init__(self, config: TrackerConfig) -> None:
        self._config = config
        self._usual = config.usual_peak
        self._doubt = 0.0  # by how much the log odds of the last scores fell short
        self._good = 0  # frames in a row from tracking_score on
        self._recovering = False  # lost, and not tracked since
        self.state, self.lost_for, self.was_cut = "tracking", 0, False

    @property
    def is_lost(self) -> bool:
        return self.state == "lost"

    @property
    def is_trusted(self) -> bool:
        """Whether the last frame's box is one to come back to, and to learn from."""
        return not (self._doubt or self._recovering)

    @property
    def memory(self) -> tuple[float, float, int, bool]:
        """All that the next score and state depend on.

        Returns:
            The usual peak, the doubt, the frames in a row from ``tracking_score`` on, and whether
            the object has been lost and not tracked since.
        """
        return self._usual, self._doubt, self._good, self._recovering

    def share(self, peak: float) -> float:
        """A response peak in units of what this object usually answers."""
        return peak / self._usual

    def score(self, peak: float) -> float:
        """The chance that a response peak is the object's, in [0, 1], to four decimals."""
        config = self._config
        log_odds = config.score_slope * (peak * self._unit - config.score_midpoint)
        return round(1 / (1 + math.exp(-min(max(log_odds, -700.0), 700.0))), 4)

    def next_state(self, score: float) -> str:
        """The state after one more frame in which the object was looked for around its box."""
        config = self._config
        relapsed = self._recovering and score < config.lost_score
        if relapsed or self._doubt_after(score) >= config.lost_doubt:
            return "lost"
        if score < config.tracking_score:
            return "uncertain"
        settled = not self._recovering or self._good + 1 >= config.found_frames
        return "tracking" if settled else "uncertain"

    def advance(self, score: float, state: str) -> None:
        """Go on to the next frame, with what was written for this one."""
        config = self._config
        self.state = state
        if state == "lost":
            self._recovering, self._doubt, self._good = True, 0.0, 0
            self.lost_for += 1
            return
        self._doubt = self._doubt_after(score)
        self._good = self._good + 1 if score >= config.tracking_score else 0
        if state == "tracking":
            self._recovering, self.lost_for, self.was_cut = False, 0, False
        if self.is_trusted:
            usual = self._usual + config.usual_lr * (self._peak(score) - self._usual)
            self._usual = max(usual, LOWEST_USUAL)

    def note_cut(self) -> None:
        """The scene was cut: the object is anywhere or nowhere."""
        self.state, self.was_cut = "lost", True
        self._recovering, self._doubt, self._good, self.lost_for = True, 0.0, 0, 1

    @property
    def _unit(self) -> float:
        """Factor on a peak: partly none, partly one over the usual peak."""
        share = self._config.score_share
        return 1 - share + share / self._usual

    def _doubt_after(self, score: float) -> float:
        """The doubt after one more frame: a cumulative sum that good frames bring back to 0.

        Source: Page, "Continuous Inspection Schemes", 1954.
        """
        return max(0.0, self._doubt + _log_odds(self._config.lost_score) - _log_odds(score))

    def _peak(self, score: float) -> float:
        """The peak behind a written score."""
        config = self._config
        return (_log_odds(score) / config.score_slope + config.score_midpoint) / self._unit


def _log_odds(score: float) -> float:
    """Of a written score, which says no more than ``MAX_LOG_ODDS``."""
    least = 1 / (1 + math.exp(MAX_LOG_ODDS))
    score = min(max(score, least), 1 - least)
    return math.log(score / (1 - score))
