"""Judge whether an object is there: the score of a frame, and the state given the scores so far.

How high a response peaks depends on the object: 0.8 for one whose appearance stays, 0.35 for one
that turns and blurs, which a patch of background reaches for the first. So a peak is compared with
the peaks that this object usually gives.

Score and state are functions of the scores as they are written to files, so that a resumed run
repeats an unbroken one exactly.
"""

import math

from tracker.config import TrackerConfig
from tracker.result import State

LOWEST_USUAL = 0.05
"""Lower bound of the usual peak."""
MAX_LOG_ODDS = 9.0
"""Log odds of a score of 0.9999, the highest that four decimals tell from 1."""


class Presence:
    """The presence of one object: its state, and the scores behind it.

    Attributes:
        state: of the last frame.
        lost_for: frames spent lost since the object was last tracked, or since a cut.
        was_cut: whether the scene was cut since it was last tracked.
    """

    def __init__(self, config: TrackerConfig) -> None:
        self._config = config
        self._usual = config.usual_peak
        self._doubt = 0.0  # log odds by which the last scores fell short of lost_score
        self._good = 0  # frames in a row with a score of tracking_score or more
        self._recovering = False  # lost, and not tracked since
        self.state: State = "tracking"
        self.lost_for, self.was_cut = 0, False

    @property
    def is_lost(self) -> bool:
        """Whether the object is lost."""
        return self.state == "lost"

    @property
    def is_trusted(self) -> bool:
        """Whether the last frame's box may be learned from, and returned to after a loss."""
        return not (self._doubt or self._recovering)

    @property
    def memory(self) -> tuple[float, float, int, bool]:
        """Everything that the next score and state depend on.

        Returns:
            The usual peak, the doubt, the number of frames in a row with a score of
            ``tracking_score`` or more, and whether the object was lost and not tracked since.
        """
        return self._usual, self._doubt, self._good, self._recovering

    def share(self, peak: float) -> float:
        """Return a response peak divided by the usual peak."""
        return peak / self._usual

    def score(self, peak: float) -> float:
        """Return the probability that a response peak is the object, in [0, 1], to 4 decimals."""
        config = self._config
        log_odds = config.score_slope * (peak * self._unit - config.score_midpoint)
        return round(1 / (1 + math.exp(-min(max(log_odds, -700.0), 700.0))), 4)

    def next_state(self, score: float) -> State:
        """Return the state after one more frame in which the object was searched around its box."""
        config = self._config
        relapsed = self._recovering and score < config.lost_score
        if relapsed or self._doubt_after(score) >= config.lost_doubt:
            return "lost"
        if score < config.tracking_score:
            return "uncertain"
        settled = not self._recovering or self._good + 1 >= config.found_frames
        return "tracking" if settled else "uncertain"

    def advance(self, score: float, state: State) -> None:
        """Advance to the next frame, with the score and state written for this one."""
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
        """Note that the scene was cut: the object is lost, and may return anywhere or never."""
        self.state, self.was_cut = "lost", True
        self._recovering, self._doubt, self._good, self.lost_for = True, 0.0, 0, 1

    @property
    def _unit(self) -> float:
        """Factor on a peak: a blend of 1 and 1 / usual peak, by ``score_share``."""
        share = self._config.score_share
        return 1 - share + share / self._usual

    def _doubt_after(self, score: float) -> float:
        """Return the doubt after one more frame: a cumulative sum that good frames reset to 0.

        Source: Page, "Continuous Inspection Schemes", 1954.
        """
        return max(0.0, self._doubt + _log_odds(self._config.lost_score) - _log_odds(score))

    def _peak(self, score: float) -> float:
        """Return the peak that gave a written score: the inverse of ``score``."""
        config = self._config
        return (_log_odds(score) / config.score_slope + config.score_midpoint) / self._unit


def _log_odds(score: float) -> float:
    """Return the log odds of a stored score, clamped to ``MAX_LOG_ODDS``."""
    least = 1 / (1 + math.exp(MAX_LOG_ODDS))
    score = min(max(score, least), 1 - least)
    return math.log(score / (1 - score))
