"""A client of the demo that sends what it likes, as a browser would or would not."""

import json
import secrets
from pathlib import Path
from typing import Any

import pytest

httpx = pytest.importorskip("httpx", reason="gradio is not installed")


class Api:
    """One visitor without a browser.

    ``call`` returns what an event gave last, or the sentence that it was refused with as a
    ``str`` in ``refusal``.
    """

    def __init__(self, address: str) -> None:
        self.http = httpx.Client(base_url=address, timeout=120)
        self.key = secrets.token_hex(8)
        config = self.http.get("/config").json()
        self._events = {each["api_name"]: each["id"] for each in config["dependencies"]}
        self._components = {each["api_name"]: each["inputs"] for each in config["dependencies"]}
        self.refusal: str | None = None

    def upload(self, path: Path, name: str | None = None) -> str:
        """Send a file; its place on the server."""
        with open(path, "rb") as file:
            answer = self.http.post(
                "/gradio_api/upload", files={"files": (name or path.name, file)}
            )
        answer.raise_for_status()
        return answer.json()[0]

    def open(self, path: Path, slot: str = "track", name: str | None = None) -> list | None:
        return self.open_uploaded(self.upload(path, name), slot)

    def open_uploaded(self, place: Any, slot: str = "track") -> list | None:
        file = {"path": place, "meta": {"_type": "gradio.FileData"}}
        return self.call(f"open_{slot}", None, file)

    def track(self, boxes: Any, start: Any = 0, model: Any = "lite") -> list | None:
        return self.call("track", {"boxes": boxes}, start, model)

    def call(self, event: str, *values: Any) -> list | None:
        """Run one event to its end; None where it was refused, with ``refusal`` set."""
        self.refusal = None
        body = {"data": list(values), "fn_index": self._events[event], "session_hash": self.key}
        answer = self.http.post("/gradio_api/queue/join", json=body)
        if answer.status_code != 200:
            self.refusal = str(answer.json()["detail"])
            return None
        return self._wait(answer.json()["event_id"])

    def _wait(self, event_id: str) -> list | None:
        got = None
        with self.http.stream("GET", f"/gradio_api/queue/data?session_hash={self.key}") as stream:
            for line in stream.iter_lines():
                message = json.loads(line[5:]) if line.startswith("data:") else {}
                if message.get("event_id") != event_id or "output" not in message:
                    continue
                output = message["output"]
                if message["msg"] == "process_generating" and got is None:
                    got = output["data"]
                elif message["msg"] == "process_completed":
                    if not message["success"]:
                        self.refusal = output.get("error") or "refused without a sentence"
                        return None
                    return output["data"]
        raise AssertionError("the server ended the answer early")

    def fetch(self, place: str) -> httpx.Response:
        return self.http.get(f"/gradio_api/file={place}")

    def stay(self) -> "Stay":
        """Keep the page open until the context is left."""
        return Stay(self)


class Stay:
    """The connection by which the server knows that a page is open."""

    def __init__(self, api: Api) -> None:
        self._client = httpx.Client(base_url=api.http.base_url, timeout=None)
        self._request = self._client.build_request("GET", f"/gradio_api/heartbeat/{api.key}")

    def __enter__(self) -> "Stay":
        self._answer = self._client.send(self._request, stream=True)
        self._lines = self._answer.iter_lines()  # kept: dropping it would close the connection
        next(self._lines)
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._answer.close()
        self._client.close()
