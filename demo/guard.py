"""Refuse requests before Gradio sees them: other files, addresses, and oversized bodies.

Gradio fetches public addresses that a visitor names as a file or in a value. The demo does not
need that, and a visitor must not be able to make the server call others. A content security policy
forbids the same to the page in the browser.
"""

import json
import os
import re
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import unquote

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

MOST_BODY_BYTES = 1_000_000
"""Largest body of a request that is not an upload; such requests carry values and boxes only."""

_FILE = re.compile(r"/(?:gradio_api/)?file(?:=|/)(.*)", re.DOTALL)
_HEARTBEAT = re.compile(r"/heartbeat/([^/]+)$")
_UPLOAD = "/upload"
_FORBIDDEN = ("/proxy=", "/component_server", "/stream/", "/deep_link", "/monitoring")
_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "style-src 'self' 'unsafe-inline'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    "font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'self'"
)
_NO_REASON = b'"error":null'  # Gradio's answer to values that it cannot read
_REASON = b'"error":"The request is not one that this page makes."'
_HEADERS = [
    (b"content-security-policy", _POLICY.encode()),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
]


class Guard:
    """ASGI middleware that passes on only the requests that the page itself makes.

    Args:
        app: the application behind it.
        folder: the only folder that files are served from; uploads go there too.
        max_bytes: uploads are refused while the folder holds more than this.
        on_leave: called with the visitor's key when a page is closed.
    """

    def __init__(
        self,
        app: Callable[..., Awaitable[None]],
        folder: Path,
        max_bytes: int,
        on_leave: Callable[[str], None],
    ) -> None:
        self._app, self._folder, self._max_bytes = app, os.path.realpath(folder), max_bytes
        self._on_leave = on_leave

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request with a refusal, or pass it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = unquote(scope["path"])
        if any(part in path for part in _FORBIDDEN):
            await _answer(send, 404, "There is nothing here.")
            return
        asked = _FILE.search(path)
        if asked and not self._is_ours(asked[1]):
            await _answer(send, 403, "Only files of the page itself are served.")
            return
        if scope["method"] == "POST" and _UPLOAD in path and self._is_full():
            await _answer(send, 507, "The server holds too many uploads; try again later.")
            return
        if scope["method"] == "POST" and _UPLOAD not in path:
            body = await _read(receive)
            if body is None:
                await _answer(send, 413, "The request is too large.")
                return
            if not self._is_harmless(body):
                await _answer(send, 400, "Only files that were sent to this page can be used.")
                return
            receive = _again(body, receive)
        if alive := _HEARTBEAT.search(path):
            receive = self._until_gone(alive[1], receive)
        await self._app(scope, receive, _with_headers(send))

    def _until_gone(self, key: str, receive: Receive) -> Receive:
        """Return a ``receive`` that calls ``on_leave`` when the page's connection ends.

        Each open page holds one connection; Gradio notices its end only after some seconds.
        """

        async def watched() -> MutableMapping[str, Any]:
            message = await receive()
            if message["type"] == "http.disconnect":
                self._on_leave(key)
            return message

        return watched

    def _is_ours(self, name: str) -> bool:
        """Return whether ``name`` is a file in the folder; links out of it do not count."""
        if "\0" in name:
            return False
        real = os.path.realpath(name)
        return real.startswith(self._folder + os.sep) and os.path.isfile(real)

    def _is_full(self) -> bool:
        """Return whether the folder holds more than ``max_bytes``."""
        sizes: dict[int, int] = {}  # by inode: an upload and a visitor's link to it are one file
        for folder, _, names in os.walk(self._folder):
            for name in names:
                with suppress(OSError):
                    found = os.stat(os.path.join(folder, name))
                    sizes[found.st_ino] = found.st_size
        return sum(sizes.values()) > self._max_bytes

    def _is_harmless(self, body: bytes) -> bool:
        """Return whether every file that a request names was uploaded to this server."""
        try:
            values = json.loads(body or b"null")
            return all(isinstance(name, str) and self._is_ours(name) for name in _files(values))
        except (ValueError, RecursionError):
            return False


def _files(value: Any) -> Iterator[Any]:
    """Yield the ``path`` of every file in the values of a request, however deep."""
    if isinstance(value, dict):
        if "path" in value:
            yield value["path"]
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _files(item)


async def _read(receive: Receive) -> bytes | None:
    """Read the body of a request; None if it is larger than ``MOST_BODY_BYTES``."""
    body = b""
    while True:
        message = await receive()
        part: bytes = message.get("body", b"")
        body += part
        if len(body) > MOST_BODY_BYTES:
            return None
        if not message.get("more_body", False):
            return body


def _again(body: bytes, receive: Receive) -> Receive:
    """Return a ``receive`` that delivers a body that was already read, then what follows."""
    given = False

    async def once() -> MutableMapping[str, Any]:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return once


def _with_headers(send: Send) -> Send:
    """Return a ``send`` that adds the security headers and puts words to empty errors."""
    streams = False

    async def wrapped(message: MutableMapping[str, Any]) -> None:
        nonlocal streams
        if message["type"] == "http.response.start":
            headers = list(message.get("headers", []))
            streams = any(value.startswith(b"text/event-stream") for _, value in headers)
            message = {**message, "headers": headers + _HEADERS}
        elif streams and _NO_REASON in message.get("body", b""):
            message = {**message, "body": message["body"].replace(_NO_REASON, _REASON)}
        await send(message)

    return wrapped


async def _answer(send: Send, status: int, text: str) -> None:
    """Answer a request with a status and a sentence as JSON."""
    body = json.dumps({"detail": text}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers + _HEADERS})
    await send({"type": "http.response.body", "body": body})
