"""The models, loaded once and shared by all visitors."""

import threading

from tracker import MultiTracker
from tracker.devices import pick_device
from tracker.models import Model, available_models, load_model
from tracker_demo.messages import Refused


class Engine:
    """Loads each model once. Networks are only read, so that visitors can share them.

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
    def models() -> list[str]:
        """The names of the models that can be chosen, the default first."""
        return [name for name, there in available_models().items() if there]

    def model(self, name: str) -> Model:
        """A shipped model by name; never a file.

        Raises:
            Refused: there is no such model.
        """
        if name not in self.models():
            raise Refused(f"There is no model of this name; choose {' or '.join(self.models())}.")
        with self._loading:
            if name not in self._models:
                self._models[name] = load_model(name)
            return self._models[name]

    def tracker(self, name: str) -> MultiTracker:
        """A new tracker with the model ``name``."""
        return MultiTracker(self.model(name), self._device)
