"""The page of the web demo in Gradio: its layout, and the handlers of its events.

    tracker demo        or, in a checkout, python demo/app.py

This is the only module that imports Gradio. The logic behind the page is in ``session``.
"""

import os
import sys
from collections.abc import Callable, Iterator
from functools import wraps
from html import escape
from inspect import isgeneratorfunction
from pathlib import Path
from typing import Any, NamedTuple, TypeVar
from urllib.parse import quote

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read while Gradio loads

import gradio as gr
from gradio.data_classes import FileData

from tracker import compare
from tracker_demo import views
from tracker_demo.clip import Clip
from tracker_demo.explain import explain
from tracker_demo.limits import Limits
from tracker_demo.messages import Refused, sentence
from tracker_demo.models import DemoModels
from tracker_demo.plots import Thresholds
from tracker_demo.run import Files, RunProgress
from tracker_demo.session import NO_CLIP, Session, Slot
from tracker_demo.visitors import Visitors

AnyComponent = TypeVar("AnyComponent", bound=gr.components.Component)
Outputs = tuple[Any, ...]
"""One value for each output component of an event."""

TITLE = "Follow an object"
WEBCAM_S = 20  # longest recording in seconds
FILE_TYPES = ["video", "image", ".mkv", ".webm", ".mov", ".avi", ".ts", ".h264"]

_HERE = Path(__file__).parent
CSS = (_HERE / "page.css").read_text(encoding="utf-8")
_AT_ONCE: dict[str, Any] = {
    "queue": False,
    "show_progress": "hidden",
    "api_visibility": "private",
}
_SCROLL = "() => document.querySelector('.results').scrollIntoView({behavior: 'smooth'})"


def reporting_errors(handler: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap an event handler so that every exception becomes a sentence on the page."""

    def as_sentence(error: Exception) -> gr.Error:
        text = escape(sentence(error))
        return gr.Error(text, duration=12, title="That did not work", print_exception=False)

    @wraps(handler)
    def call(*args: Any) -> Any:
        try:
            return handler(*args)
        except Exception as error:
            raise as_sentence(error) from None

    @wraps(handler)
    def generate(*args: Any) -> Iterator[Any]:
        try:
            yield from handler(*args)
        except Exception as error:
            raise as_sentence(error) from None

    return generate if isgeneratorfunction(handler) else call


def unchecked(component: AnyComponent) -> AnyComponent:
    """Turn off Gradio's check of a component's value; the session checks it and refuses it better.

    The messages of Gradio's checks are about Python types, and its check of an uploaded file leaves
    an empty file behind.
    """
    component.preprocess = lambda value: value
    return component


class Picker(NamedTuple):
    """The components that choose a clip, a frame of it, and boxes in that frame."""

    line: gr.HTML
    frame: gr.Slider
    area: gr.HTML


class Page:
    """The page of the demo.

    Args:
        visitors: the sessions behind the page.
        models: the models that can be chosen.
        limits: the limits that the page shows.
        sample: returns the path of the sample clip.

    Attributes:
        blocks: the page as Gradio serves it.
    """

    def __init__(
        self, visitors: Visitors, models: DemoModels, limits: Limits, sample: Callable[[], Path]
    ) -> None:
        self._visitors, self._models, self._limits = visitors, models, limits
        self._sample = sample
        with gr.Blocks(
            title=TITLE, analytics_enabled=False, delete_cache=(300, 3600), fill_width=False
        ) as self.blocks:
            gr.HTML(views.HEADER)
            with gr.Tab("Track"):
                track, model = self._track_tab()
            with gr.Tab("How it works"):
                self._explain_tab(track, model)
            with gr.Tab("Compare"):
                self._compare_tab(model)

    def _track_tab(self) -> tuple[Picker, gr.Radio]:
        """Lay out the first tab; return its picker and the choice of the model."""
        with gr.Row(elem_classes="columns"):
            with gr.Column(min_width=320):
                picker = self._picker("track", "Video or picture", "Start frame")
                names = self._models.names()
                model = unchecked(
                    gr.Radio(
                        names, value=names[0], label="Model", info=views.MODELS, elem_id="model"
                    )
                )
                with gr.Row(elem_classes="go"):
                    go = gr.Button("Track", variant="primary", elem_id="track")
                    cancel = gr.Button("Cancel", interactive=False, elem_id="cancel")
            with gr.Column(min_width=320, elem_classes="results"):
                live = gr.HTML(views.EMPTY, elem_id="live")
                video = gr.Video(label="Result", visible=False, elem_id="result", buttons=[])
                scores = gr.HTML(elem_id="scores")
                with gr.Row():
                    files = [
                        gr.DownloadButton(
                            f"Download {kind}",
                            visible=False,
                            size="sm",
                            min_width=100,
                            elem_id=f"get-{kind}",
                        )
                        for kind in ("video", "CSV", "JSON")
                    ]
        outputs = [live, video, scores, *files, go, cancel]
        run = go.click(reporting_errors(self._arm), outputs=outputs, **_AT_ONCE).success(
            reporting_errors(self._track),
            [picker.area, picker.frame, model],
            outputs,
            show_progress="hidden",
            **_work("track"),
        )
        run.failure(self._disarm, outputs=[live, go, cancel], **_AT_ONCE)
        go.click(None, js=_SCROLL)
        cancel.click(reporting_errors(self._stop), **_AT_ONCE)
        return picker, model

    def _explain_tab(self, track: Picker, model: gr.Radio) -> None:
        """Lay out the tab that explains one search, with the clip and boxes of the first tab."""
        gr.HTML(views.TWIN)
        with gr.Row(elem_classes="go"):
            frame = gr.Slider(0, 1, 0, step=1, label="Frame to search", elem_id="explain-frame")
            go = gr.Button("Look for it", variant="primary", scale=0, elem_id="explain")
        steps = gr.HTML(elem_id="steps")
        inputs = [track.area, track.frame, frame, model]
        go.click(reporting_errors(self._explain), inputs, steps, **_work("explain"))
        frame.release(reporting_errors(self._explain), inputs, steps, **_work(None))
        track.line.change(reporting_errors(self._follow_clip), outputs=frame, **_AT_ONCE)

    def _compare_tab(self, model: gr.Radio) -> None:
        """Lay out the tab that compares two boxes."""
        gr.HTML(views.SIMILARITY)
        with gr.Row(elem_classes="columns"):
            with gr.Column(min_width=320):
                left = self._picker("left", "First picture or video", "Frame")
            with gr.Column(min_width=320):
                right = self._picker("right", "Second picture or video", "Frame")
        go = gr.Button("Compare", variant="primary", elem_id="compare")
        value = gr.HTML(elem_id="similarity")
        inputs = [left.area, left.frame, right.area, right.frame, model]
        go.click(reporting_errors(self._compare), inputs, value, **_work("compare"))

    def _picker(self, slot: Slot, label: str, frame_label: str) -> Picker:
        """Lay out the components that choose a clip, a frame and boxes."""
        which = gr.State(slot)
        upload = unchecked(
            gr.File(label=label, height=132, file_types=FILE_TYPES, elem_id=f"{slot}-upload")
        )
        with gr.Row(elem_classes="sources"):
            if slot == "track":
                other = gr.Button("Use the sample video", size="sm", elem_id="sample")
                webcam = gr.HTML(
                    {},
                    html_template=_text("webcam.html"),
                    js_on_load=_text("webcam.js"),
                    seconds=min(WEBCAM_S, self._limits.seconds),
                    elem_id="webcam",
                )
            else:
                text = "Use the video of the first tab"
                other = gr.Button(text, size="sm", elem_id=f"{slot}-share")
        if slot == "track":
            gr.HTML(views.accepted(self._limits))
        line = gr.HTML(elem_id=f"{slot}-line")
        frame = gr.Slider(
            0, 1, 0, step=1, label=frame_label, visible=False, elem_id=f"{slot}-frame"
        )
        area = gr.HTML(
            {},
            html_template=_text("boxes.html"),
            js_on_load=_text("boxes.js"),
            elem_id=f"{slot}-area",
        )
        parts = [upload, line, frame, area]
        upload.upload(
            reporting_errors(self._open), [which, upload], parts, **_files(f"open_{slot}")
        )
        if slot == "track":
            other.click(reporting_errors(self._open_sample), None, parts, **_files("sample"))
            webcam.recorded(reporting_errors(self._open_recording), webcam, parts, **_files(None))
        else:
            other.click(reporting_errors(self._share), which, parts, **_files(None))
        frame.input(
            reporting_errors(self._frame),
            [which, frame, area],
            area,
            show_progress="hidden",
            trigger_mode="always_last",
            **_files(f"frame_{slot}"),
        )
        return Picker(line, frame, area)

    def _open(self, slot: Slot, file: FileData | None, request: gr.Request) -> Outputs:
        """Open an upload in a slot."""
        if file is None:
            raise Refused(NO_CLIP)
        session, path = self._of(request), Path(file.path)
        return self._shown(session, slot, session.open(slot, path, path.name))

    def _open_sample(self, request: gr.Request) -> Outputs:
        """Open the sample clip in the first tab."""
        session = self._of(request)
        return self._shown(session, "track", session.open("track", self._sample(), "sample"))

    def _open_recording(self, value: Any, request: gr.Request) -> Outputs:
        """Open a recording of the webcam in the first tab."""
        path = value.get("path") if isinstance(value, dict) else None
        if not isinstance(path, str):
            raise Refused("The recording did not arrive; please try again.")
        session = self._of(request)
        return self._shown(session, "track", session.open("track", Path(path), "webcam"))

    def _share(self, slot: Slot, request: gr.Request) -> Outputs:
        """Use the clip of the first tab in another slot."""
        session = self._of(request)
        return self._shown(session, slot, session.share(slot))

    def _shown(self, session: Session, slot: Slot, clip: Clip) -> Outputs:
        """Return the values that show a new clip in a picker."""
        last = clip.frames - 1
        return (
            None,  # empties the upload component for the next file
            views.clip_line(clip.name, clip.size, clip.frames),
            gr.Slider(maximum=max(last, 1), value=0, visible=last > 0),
            _area(session, slot, 0, []),
        )

    def _frame(self, slot: Slot, index: Any, area: Any, request: gr.Request) -> dict[str, Any]:
        """Show another frame of a clip under the same boxes."""
        boxes = area.get("boxes") if isinstance(area, dict) else None
        return _area(self._of(request), slot, index, boxes or [])

    def _follow_clip(self, request: gr.Request) -> gr.Slider:
        """Fit the slider of the second tab to the clip of the first."""
        last = self._of(request).clip().frames - 1
        return gr.Slider(maximum=max(last, 1), value=min(last, 10), visible=last > 0)

    def _arm(self, request: gr.Request) -> Outputs:
        """Prepare the page and the session for a run that may have to wait."""
        self._of(request).arm()
        hidden = gr.update(value=None, visible=False)
        return (views.WAITING, hidden, "", *[hidden] * 3, *_buttons(running=True))

    def _disarm(self) -> Outputs:
        """Reset the page after a run that was refused."""
        return (views.EMPTY, *_buttons(running=False))

    def _stop(self, request: gr.Request) -> None:
        """End the visitor's run."""
        self._of(request).stop()

    def _track(self, area: Any, start: Any, model: Any, request: gr.Request) -> Iterator[Outputs]:
        """Track the boxed objects and show the progress."""
        config = self._models.model(model).config
        thresholds = Thresholds(config.tracking_score, config.lost_score)
        for progress in self._of(request).track(area, start, model):
            self._visitors.touch(request.session_hash)
            if progress.files is None:
                yield (views.live(progress, thresholds), *[gr.skip()] * 7)
            else:
                yield self._ended(progress, progress.files, thresholds)

    def _ended(self, progress: RunProgress, files: Files, thresholds: Thresholds) -> Outputs:
        """Return the values that show the results of a run."""
        return (
            views.ending(progress),
            gr.Video(files.video, visible=True),
            views.scores(progress, thresholds),
            *(gr.DownloadButton(value=path, visible=True) for path in files),
            *_buttons(running=False),
        )

    def _explain(self, area: Any, start: Any, frame: Any, model: Any, request: gr.Request) -> str:
        """Search one frame for the first boxed object and show the steps."""
        session = self._of(request)
        clip, box = session.clip(), session.boxes("track", area)[0]
        exemplar_frame, search_frame = clip.frame(start).image, clip.frame(frame).image
        believed = session.believed(frame, start, box)
        found = explain(self._models.model(model), exemplar_frame, box, search_frame, believed)
        return views.explanation(found, frame)

    def _compare(
        self,
        left: Any,
        left_frame: Any,
        right: Any,
        right_frame: Any,
        model: Any,
        request: gr.Request,
    ) -> str:
        """Compare the first box of each picker."""
        session = self._of(request)
        left_image = session.clip("left").frame(left_frame).image
        left_box = session.boxes("left", left)[0]
        right_image = session.clip("right").frame(right_frame).image
        right_box = session.boxes("right", right)[0]
        value = compare(
            left_image, left_box, right_image, right_box, model=self._models.model(model)
        )
        return views.similarity(value)

    def _of(self, request: gr.Request) -> Session:
        """Return the session of the visitor who sent a request."""
        return self._visitors.session(request.session_hash)


def _area(session: Session, slot: Slot, index: Any, boxes: list[Any]) -> dict[str, Any]:
    """Return the value of a drawing area: the address and size of its picture, and the boxes."""
    picture = quote(str(session.picture(slot, index)))
    size = session.clip(slot).size
    return {"picture": f"gradio_api/file={picture}", "size": size, "boxes": boxes}


def _buttons(running: bool) -> Outputs:
    """Return the updates of the buttons "Track" and "Cancel"."""
    return gr.update(interactive=not running), gr.update(interactive=running)


def _work(name: str | None) -> dict[str, Any]:
    """Return the options of an event that runs the network: one at a time for all visitors."""
    return {"concurrency_id": "work", "concurrency_limit": 1} | _named(name)


def _files(name: str | None) -> dict[str, Any]:
    """Return the options of an event that reads a frame or two: two at a time."""
    return {"concurrency_id": "files", "concurrency_limit": 2} | _named(name)


def _named(name: str | None) -> dict[str, Any]:
    """Return the options that let the tests call an event by a name, or hide it."""
    return {"api_name": name, "api_visibility": "undocumented" if name else "private"}


def _text(name: str) -> str:
    """Return the content of a file beside this module."""
    return (_HERE / name).read_text(encoding="utf-8")


def theme() -> gr.themes.Base:
    """Return the colours and fonts of the page; system fonts, so that nothing is downloaded."""
    return gr.themes.Default(
        primary_hue="emerald",
        neutral_hue="slate",
        radius_size="md",
        font=["system-ui", "sans-serif"],
        font_mono=["ui-monospace", "monospace"],
    ).set(
        body_text_color_subdued="*neutral_600",
        body_text_color_subdued_dark="*neutral_400",
        block_label_text_color="*neutral_600",
        block_info_text_color="*neutral_600",
        button_primary_background_fill="*primary_700",
        button_primary_background_fill_hover="*primary_800",
    )


if __name__ == "__main__":
    from tracker.cli.main import main

    sys.exit(main(["demo", *sys.argv[1:]]))
