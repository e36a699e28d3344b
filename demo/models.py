"""The models of the demo, loaded once and shared by all visitors."""

import threading

from tracker import MultiTracker
from tracker.devices import pick_device
from tracker.models import Model, available_models, load_model
from tracker_demo.messages import Refused


class DemoModels:
    """Loads each shipped model on first use; visitors share it, since networks are only read.

    Args:
        device: as in ``tracker.Tracker``.

    Raises:
        DeviceError: the device does not exist.
    """

    def __init__(self, device: str = "auto") -> None:
        pick_device(device)
        self._device = device
        self._models: dict[str, Model] = {}
        self._loading = threading.Lock()

    @staticmethod
    def names() -> list[str]:
        """Return the names of the models that can be chosen, the default first."""
        return [name for name, shipped in available_models().items() if shipped]

    def model(self, name: str) -> Model:
        """Return a shipped model by its name; the path of a file is no name.

        Raises:
            Refused: there is no such model.
        """
        if name not in self.names():
            raise Refused(f"There is no model of this name; choose {' or '.join(self.names())}.")
        with self._loading:
            if name not in self._models:
                self._models[name] = load_model(name)
            return self._models[name]

    def tracker(self, name: str) -> MultiTracker:
        """Make a new tracker with the model ``name``."""
        return MultiTracker(self.model(name), self._device)
