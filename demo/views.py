"""Make the parts of the page that are plain HTML."""

from html import escape

from tracker_demo.explain import Explanation
from tracker_demo.limits import Limits
from tracker_demo.pictures import COLORS, data_uri
from tracker_demo.plots import Thresholds, legend, score_plot
from tracker_demo.run import RunProgress

PREVIEW_SIDE = 960  # longest side of the pictures shown during a run

HEADER = """
<header class="page-head">
  <h1>Follow an object</h1>
  <p>Choose a video, draw a box around something in it, and see it followed, with a score that says
  how sure the tracker is in every frame.</p>
</header>
"""

EMPTY = """
<div class="empty"><p>The video with the followed objects will be here.</p></div>
"""

WAITING = """
<div class="empty"><p role="status">Starting. One video is followed at a time; if somebody else's is
before yours, it begins when that is done.</p></div>
"""

MODELS = "lite is the default; siamfc is the network of the SiamFC paper, trained here."

TWIN = """
<p>The tracker knows nothing about kinds of objects. It has one network, used twice with the same
weights, as twins. One twin turns the boxed object, the <b>exemplar</b>, into a small block of
numbers; the other turns a larger <b>search region</b> into a bigger block. The small block is then
slid over the big one, and at each place the two are compared: the result is the
<b>response map</b>. Where it is highest, there the object is.</p>
<p>Try it: this takes the video, the start frame and the first box of the first tab, and looks for
the object in another frame.</p>
"""

SIMILARITY = """
<p>The twin network turns each box into a block of numbers. The value below is the cosine of the
angle between the two blocks: 1 for equal crops. It is no probability. In sequences of the OTB
benchmark, half of the pairs of frames of one object had more than 0.50, and half of the pairs of
two objects less than 0.15; at 0.31, one decision in nine was wrong (model lite).</p>
"""


def accepted(limits: Limits) -> str:
    """Return the line that says what may be uploaded."""
    return (
        f'<p class="limits">Up to {limits.megabytes} MB, {limits.seconds} seconds and '
        f"{limits.pixels / 1e6:.1f} megapixels. It is removed when you leave.</p>"
    )


def clip_line(name: str, size: tuple[int, int], frames: int) -> str:
    """Return the line that describes the clip in a slot."""
    what = "one picture" if frames == 1 else f"{frames} frames"
    return (
        f'<p class="clip-line" role="status"><b>{escape(name)}</b> {size[0]}×{size[1]}, {what}</p>'
    )


def live(progress: RunProgress, thresholds: Thresholds) -> str:
    """Return the view of a run in progress: latest frame, states, scores so far."""
    if progress.picture is None:
        raise ValueError("expected progress with a picture; got none")
    share = 100 * progress.done / max(progress.total, 1)
    fps = progress.done / progress.seconds if progress.seconds else 0
    picture = data_uri(progress.picture, PREVIEW_SIDE)
    return f"""
<div class="live">
  <img alt="Frame {progress.done}, with the boxes found" src="{picture}">
  <div class="bar" role="progressbar" aria-label="Frames followed" aria-valuemin="0"
    aria-valuemax="{progress.total}" aria-valuenow="{progress.done}">
    <i style="width:{share:.1f}%"></i>
  </div>
  <p class="counts">{progress.done} of {progress.total} frames, {fps:.0f} per second</p>
  {states(progress)}
  {score_plot(progress.curves, thresholds)}
</div>"""


def ending(progress: RunProgress) -> str:
    """Return the line that says why a run has ended."""
    return f'<p class="ending" role="status">{escape(progress.ending)}</p>'


def scores(progress: RunProgress, thresholds: Thresholds) -> str:
    """Return the plot of the scores of a run that has ended."""
    plot = score_plot(progress.curves, thresholds)
    return f'<div class="scores"><h3>Score over time</h3>{plot}{legend(progress.curves)}</div>'


def states(progress: RunProgress) -> str:
    """Return the score and state of each object in the latest frame."""
    items = [
        f'<li class="{each.state}"><i style="background:{COLORS[(each.id - 1) % len(COLORS)]}"></i>'
        f"object {each.id}<b>{each.score:.2f}</b>{each.state}</li>"
        for each in progress.results
    ]
    return f'<ul class="states">{"".join(items)}</ul>'


def explanation(found: Explanation, frame: int) -> str:
    """Return the steps of one search in frame number ``frame``, as a row of pictures."""
    dx, dy = found.moved
    steps = (
        (
            "Exemplar",
            found.exemplar,
            "The boxed object with some context, 127×127 pixels: what to look for.",
        ),
        (
            "Search region",
            found.search,
            f"Frame {frame} around the last known place, 255×255 pixels: where to look.",
        ),
        (
            "Response map",
            found.heat,
            f"{found.cells}×{found.cells} comparisons over the search region. Red is most alike; "
            "the cross is the highest.",
        ),
        (
            "Answer",
            found.frame,
            f"The highest response is {abs(dx):.0f} pixels {'right' if dx >= 0 else 'left'} and "
            f"{abs(dy):.0f} {'down' if dy >= 0 else 'up'} from the middle of the search square "
            "(amber). Green: there the object is.",
        ),
    )
    figures = "".join(
        f'<figure><img alt="{name}" src="{data_uri(picture, 720)}">'
        f"<figcaption><b>{number}. {name}</b>{escape(text)}</figcaption></figure>"
        for number, (name, picture, text) in enumerate(steps, start=1)
    )
    return f'<div class="steps">{figures}</div>'


def similarity(value: float) -> str:
    """Return a similarity, from -1 to 1, with a scale."""
    share = 50 + 50 * value
    return f"""
<div class="similarity" role="status">
  <p><b>{value:.2f}</b> similarity of the two crops (cosine, from -1 to 1)</p>
  <div class="scale" aria-hidden="true"><i style="left:{share:.1f}%"></i></div>
  <p class="ends" aria-hidden="true"><span>-1</span><span>0</span><span>1</span></p>
</div>"""
