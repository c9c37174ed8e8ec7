"""Server-sent events for any number of readers of one growing list of frames.

A reader is a position in the list: it has no queue, so a slow one costs nothing and gets in one
write all that came meanwhile. Starlette's StreamingResponse is not used because it stops
listening for a disconnect on some servers, and cannot ping without a second task.
"""

import asyncio
from collections.abc import Callable

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

HEADERS = {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store, no-transform",
    "x-accel-buffering": "no",
}
MOST_AT_ONCE = 256
"""Frames joined in one write, so that a long backlog does not become one huge string."""


class Frames:
    """Encoded frames that grow until they are closed. It belongs to one event loop."""

    def __init__(self) -> None:
        self.items: list[bytes] = []
        self.closed = False
        self._wake: set[Callable[[], None]] = set()

    @property
    def readers(self) -> int:
        return len(self._wake)

    def append(self, frame: bytes) -> None:
        self.items.append(frame)
        self._wake_all()

    def close(self) -> None:
        self.closed = True
        self._wake_all()

    def subscribe(self, wake: Callable[[], None]) -> None:
        self._wake.add(wake)

    def unsubscribe(self, wake: Callable[[], None]) -> None:
        self._wake.discard(wake)

    def _wake_all(self) -> None:
        for wake in tuple(self._wake):
            wake()


def frame(event: str, data: str, seq: int) -> bytes:
    """One server-sent event; `data` is a single line."""
    return f"id: {seq}\nevent: {event}\ndata: {data}\n\n".encode()


class EventStream(Response):
    """Sends `first`, then the frames from `start` on, until they are closed or the reader is gone."""

    def __init__(
        self,
        frames: Frames,
        start: int = 0,
        *,
        first: bytes = b"",
        retry_ms: int = 1000,
        ping_s: float = 15,
        send_timeout_s: float = 30,
    ) -> None:
        """`ping_s`: silence after which a comment is sent. `send_timeout_s`: a write that takes
        longer ends the stream; the reader can come back with Last-Event-ID."""
        self.status_code = 200
        self.background = None
        self.init_headers(HEADERS)
        self._frames = frames
        self._at = start
        self._first = b"retry: %d\n\n" % retry_ms + first
        self._ping_s = ping_s
        self._closing = False
        self._send_timeout_s = send_timeout_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        news = asyncio.Event()
        gone = asyncio.create_task(_disconnected(receive))
        gone.add_done_callback(lambda _: news.set())
        self._frames.subscribe(news.set)
        self._wake = news.set
        _serving.add(self)
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            await self._send(send, self._first)
            while not gone.done():
                news.clear()
                if self._at < len(self._frames.items):
                    upto = min(len(self._frames.items), self._at + MOST_AT_ONCE)
                    body = b"".join(self._frames.items[self._at : upto])
                    self._at = upto
                    await self._send(send, body)
                elif self._frames.closed or self._closing:
                    await self._send(send, b"", more=False)
                    return
                elif not await _within(news, self._ping_s):
                    await self._send(send, b": ping\n\n")
        except TimeoutError:
            return
        finally:
            _serving.discard(self)
            self._frames.unsubscribe(news.set)
            gone.cancel()

    def close(self) -> None:
        """Ends the stream after what is there by now; the reader comes back with its last event id."""
        self._closing = True
        self._wake()

    async def _send(self, send: Send, body: bytes, *, more: bool = True) -> None:
        async with asyncio.timeout(self._send_timeout_s):
            await send({"type": "http.response.body", "body": body, "more_body": more})


_serving: set[EventStream] = set()


def close_all() -> None:
    """For a server that shuts down: it would wait for streams that only end with their runs."""
    for stream in tuple(_serving):
        stream.close()


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _within(event: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True
