"""All errors that the project raises on purpose.

Each message is one sentence that names what was expected and what was got. The command line
prints that sentence and ends with the error's ``exit_code``:

    2  bad input: the source, a box, the weights or an option is wrong; nothing was written for it
    3  the source ended early; every result up to that point is kept
    4  an output could not be written
"""


class TrackerError(Exception):
    """Base class: ``except TrackerError`` catches everything the project raises on purpose."""

    exit_code = 2


class SourceError(TrackerError):
    """A video, image folder, camera or stream cannot be opened or read."""


class SourceEndedEarly(SourceError):
    """A source stopped before its announced end; all frames before that were delivered."""

    exit_code = 3


class BoxError(TrackerError):
    """A box is not four finite numbers, has no area, or lies outside the frame."""


class FrameError(TrackerError):
    """A frame is not an image of a supported shape and type."""


class SettingError(TrackerError, ValueError):
    """A setting is unknown, of another type, or out of its range."""


class WeightsError(TrackerError):
    """Weights are missing, damaged, not finite, or belong to another network."""


class DatasetError(TrackerError):
    """A data set is incomplete or a line of it cannot be read."""


class RecipeError(TrackerError):
    """A training recipe cannot be read, or a setting in it is unknown or out of range."""


class TrainingError(TrackerError):
    """Training cannot go on: the loss is NaN or infinite."""


class OutputError(TrackerError):
    """An output file cannot be created or written."""

    exit_code = 4


class ExtensionError(TrackerError):
    """The compiled extension is required but missing or unusable."""


class DeviceError(TrackerError):
    """The requested device does not exist on this machine."""


class DisplayError(TrackerError):
    """A window is needed but there is no display, or the installed OpenCV has no windows."""


class DependencyError(TrackerError):
    """A package that only this command needs is not installed."""


class EntrantError(TrackerError):
    """A tracker named for a benchmark cannot be made here, or lacks ``init`` or ``update``."""
