"""All errors that the project raises on purpose.

Each message is one sentence that names what was expected and what was got. The command line
prints the sentence and exits with the error's ``exit_code``:

    2  bad input: the source, a box, the weights or an option is wrong
    3  the source ended early; the results up to that point are kept
    4  an output could not be written
"""


class TrackerError(Exception):
    """Base class of all errors that the project raises on purpose."""

    exit_code = 2


class SourceError(TrackerError):
    """A video, image folder, camera or stream cannot be opened or read."""


class SourceEndedEarly(SourceError):
    """A source stopped before its announced end; all earlier frames were delivered."""

    exit_code = 3


class BoxError(TrackerError):
    """A box is not four finite numbers, is too small or too large, or lies outside the frame."""


class FrameError(TrackerError):
    """A frame is not an image of a supported shape and type."""


class SettingError(TrackerError, ValueError):
    """A setting is unknown, of another type, or out of its range."""


class WeightsError(TrackerError):
    """A weights file is missing, damaged, not finite, or belongs to another network."""


class DatasetError(TrackerError):
    """A data set is incomplete, or one of its files cannot be read."""


class RecipeError(TrackerError):
    """A training recipe cannot be read, or a setting in it is unknown or out of range."""


class TrainingError(TrackerError):
    """Training cannot continue: the loss is NaN or infinite."""


class OutputError(TrackerError):
    """An output file cannot be created or written."""

    exit_code = 4


class ExtensionError(TrackerError):
    """The compiled extension is required, but missing or unusable; or a kernel did not start."""


class DeviceError(TrackerError):
    """The requested device does not exist on this machine."""


class DisplayError(TrackerError):
    """A window is needed, but there is no display, or the installed OpenCV has no windows."""


class DependencyError(TrackerError):
    """An optional package that this command needs is not installed."""


class EntrantError(TrackerError):
    """A tracker named for a benchmark is not available, or lacks ``init`` or ``update``."""
