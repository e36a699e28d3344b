"""Composite sequences with exact truth: objects that disappear and return, or that cross.

From annotated clips: ``leave`` (a camera pans away and back), ``cut`` (another clip in between)
and ``occlusion`` (something slides over the object). From still pictures with one box: ``still``
(a cut-out moves out of the frame and back). Each has two absences of 30 to 200 frames.

With two objects that stay in view: ``crossing`` (look-alikes pass in front of each other).

Each frame is made when it is requested; the same generator state gives the same pixels.
"""

from tracker.synthetic.composited.camera import cut, leave
from tracker.synthetic.composited.composite import PRESENT_FROM, Composite
from tracker.synthetic.composited.crossing import Crossing, PicturedObject, crossing
from tracker.synthetic.composited.footage import Footage
from tracker.synthetic.composited.occlusion import occlusion
from tracker.synthetic.composited.still import still

__all__ = [
    "PRESENT_FROM",
    "Composite",
    "Crossing",
    "Footage",
    "PicturedObject",
    "crossing",
    "cut",
    "leave",
    "occlusion",
    "still",
]
