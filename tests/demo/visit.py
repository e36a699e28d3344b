"""A visitor with a browser: opens the page, draws, tracks, looks at the result."""

import csv
import json
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

DESKTOP = {"width": 1200, "height": 900}
PHONE = {"width": 390, "height": 844}


class Visit:
    """One open page. ``asked`` has the address of every request that the browser made."""

    def __init__(self, context, page) -> None:
        self.context, self.page = context, page
        self.asked: list[str] = []
        page.on("request", lambda request: self.asked.append(request.url))

    def hosts(self) -> set[str]:
        network = (url for url in self.asked if urlsplit(url).scheme in ("http", "https", "ws"))
        return {urlsplit(url).hostname for url in network}

    def send(self, path: Path, slot: str = "track") -> None:
        """Upload a file and wait until its first frame can be drawn on."""
        before = self.area(slot).get("picture")
        self.page.locator(f"#{slot}-upload input[type=file]").first.set_input_files(path)
        self.wait_for_picture(slot, before)

    def wait_for_picture(self, slot: str = "track", before: str | None = None) -> None:
        self.page.wait_for_function(
            """([slot, before]) => {
                const image = document.querySelector(`#${slot}-area img`);
                return image && image.complete && image.naturalWidth > 0
                    && image.getAttribute("src") !== before;
            }""",
            arg=[slot, before],
        )

    def area(self, slot: str = "track") -> dict:
        """What is drawn, as the page shows it: the picture's address and the boxes."""
        picture = self.page.locator(f"#{slot}-area img").get_attribute("src")
        rows = self.page.locator(f"#{slot}-area textarea").input_value().splitlines()
        return {"picture": picture, "boxes": [[float(v) for v in row.split(",")] for row in rows]}

    def corners(self, box, size, slot: str = "track") -> list[tuple[float, float]]:
        """Two opposite corners of a box in frame pixels, in CSS pixels of the window."""
        canvas = self.page.locator(f"#{slot}-area canvas")
        canvas.scroll_into_view_if_needed()
        area = canvas.bounding_box()
        x, y, w, h = box
        return [
            (area["x"] + px / size[0] * area["width"], area["y"] + py / size[1] * area["height"])
            for px, py in ((x, y), (x + w, y + h))
        ]

    def draw(self, box, size, slot: str = "track") -> None:
        """Drag a box, given in frame pixels, with the mouse."""
        (x0, y0), (x1, y1) = self.corners(box, size, slot)
        mouse = self.page.mouse
        mouse.move(x0, y0)
        mouse.down()
        mouse.move((x0 + x1) / 2, (y0 + y1) / 2)
        mouse.move(x1, y1)
        mouse.up()

    def draw_by_touch(self, box, size, slot: str = "track") -> None:
        """The same with a finger."""
        (x0, y0), (x1, y1) = self.corners(box, size, slot)
        touch = self.context.new_cdp_session(self.page)
        steps = [("touchStart", x0, y0), ("touchMove", (x0 + x1) / 2, (y0 + y1) / 2)]
        for kind, x, y in [*steps, ("touchMove", x1, y1)]:
            touch.send(
                "Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]}
            )
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    def track(self) -> None:
        self.page.locator("#track").click()
        self.page.locator("#live .ending").wait_for(state="detached")  # that of the run before

    def ending(self, seconds: float = 120) -> str:
        """Wait for the end of a run; the sentence that it ends with."""
        ending = self.page.locator("#live .ending")
        ending.wait_for(timeout=1000 * seconds)
        return ending.inner_text()

    def download(self, label: str) -> Path:
        with self.page.expect_download() as got:
            self.page.locator(f"#get-{label}").click()
        return Path(got.value.path())

    def rows(self) -> list[dict[str, str]]:
        with open(self.download("CSV"), newline="") as file:
            return list(csv.DictReader(file))

    def document(self) -> dict:
        return json.loads(self.download("JSON").read_text())

    def error(self) -> str:
        """Wait for an error on the page; its sentence."""
        toast = self.page.locator(".toast-body").first
        toast.wait_for()
        return toast.inner_text()


@contextmanager
def page_of(context, address: str):
    """Open the page in a browser context and wait until it can be used."""
    page = context.new_page()
    try:
        page.set_default_timeout(60_000)
        visitor = Visit(context, page)
        page.goto(address)
        page.locator("#track").wait_for()
        yield visitor
    finally:
        page.close()


@contextmanager
def visit(browser, address: str, viewport, **options):
    """The same in a context of its own."""
    context = browser.new_context(viewport=viewport, **options)
    try:
        with page_of(context, address) as visitor:
            yield visitor
    finally:
        context.close()
