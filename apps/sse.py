"""Server-sent events for any number of readers of one thing that grows.

A reader is a position in what grows: it has no queue, so a slow one costs nothing and gets in one
write all that came meanwhile. Starlette's StreamingResponse is not used because it stops
listening for a disconnect on some servers, and cannot ping without a second task.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Protocol

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from agent.home import number

HEADERS = {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store, no-transform",
    "x-accel-buffering": "no",
}
MOST_AT_ONCE = 256
MOST_BYTES = 256 * 1024
"""Frames joined in one write, so that a long backlog does not become one huge string."""
LARGE = 16 * 1024
"""Bytes of a write that is no longer one of many small ones."""
PING_S = number("FIRSTLIGHT_PING", 15)
SEND_TIMEOUT_S = number("FIRSTLIGHT_SEND_TIMEOUT", 30)


class Source(Protocol):
    """One reader's position in something that grows on the event loop."""

    def take(self) -> bytes:
        """A piece of what came since the last call; empty where nothing did."""

    @property
    def ended(self) -> bool:
        """Nothing will come any more, beyond what `take` has yet to give."""

    def subscribe(self, wake: Callable[[], None]) -> None:
        """`wake` is called when there may be more to take, or when it has ended."""

    def unsubscribe(self, wake: Callable[[], None]) -> None: ...


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

    def since(self, start: int) -> "FramesSource":
        """A reader of the frames from the number `start` on."""
        return FramesSource(self, start)

    def subscribe(self, wake: Callable[[], None]) -> None:
        self._wake.add(wake)

    def unsubscribe(self, wake: Callable[[], None]) -> None:
        self._wake.discard(wake)

    def _wake_all(self) -> None:
        for wake in tuple(self._wake):
            wake()


class FramesSource:
    """A reader of `frames`."""

    def __init__(self, frames: Frames, start: int) -> None:
        self._frames, self._at = frames, start
        self.subscribe, self.unsubscribe = frames.subscribe, frames.unsubscribe

    def take(self) -> bytes:
        some = self._frames.items[self._at : self._at + MOST_AT_ONCE]
        self._at += len(some)
        return b"".join(some)

    @property
    def ended(self) -> bool:
        return self._frames.closed


def frame(event: str, data: str, seq: int) -> bytes:
    """One server-sent event; `data` is a single line."""
    return f"id: {seq}\nevent: {event}\ndata: {data}\n\n".encode()


class EventStream(Response):
    """Sends `first`, then all that its source gives, until that has ended or the reader is gone."""

    def __init__(
        self,
        source: Source,
        *,
        first: bytes = b"",
        headers: Mapping[str, str] = {},
        retry_ms: int = 1000,
        ping_s: float = PING_S,
        send_timeout_s: float = SEND_TIMEOUT_S,
        most_s: float = 3600,
        abort: bool = False,
        on_end: Callable[[bool], None] | None = None,
    ) -> None:
        """`retry_ms`: after how long EventSource comes back; 0 for clients that take that frame for an event.
        `ping_s`: silence after which a comment is sent. `send_timeout_s`: a write that takes longer ends the
        stream, and `most_s`: so does its age; the reader can come back with Last-Event-ID. `abort`: where it ends
        before its source does, the connection breaks, for clients that take a clean end for success. `on_end` is told
        whether the reader has left, or was sent away, before that."""
        self.status_code = 200
        self.background = None
        self.init_headers(HEADERS | dict(headers))
        self._source = source
        self._first = (b"retry: %d\n\n" % retry_ms if retry_ms else b": open\n\n") + first
        self._ping_s, self._send_timeout_s, self._most_s = ping_s, send_timeout_s, most_s
        self._abort = abort
        self._on_end = on_end
        self._news = asyncio.Event()
        self._closing = self._stuck = False
        self._sending = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        gone = asyncio.create_task(_disconnected(receive))
        gone.add_done_callback(lambda _: self._news.set())
        self._task = asyncio.current_task()
        self._loop = asyncio.get_running_loop()
        self._began = self._sent = self._loop.time()
        self._look_later()
        self._source.subscribe(self._news.set)
        _serving.add(self)
        whole = False
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            whole = await self._serve(gone, send)
        except asyncio.CancelledError:
            if not self._stuck or self._task is None:
                raise
            self._task.uncancel()
        finally:
            self._timer.cancel()
            _serving.discard(self)
            self._source.unsubscribe(self._news.set)
            gone.cancel()
            if self._on_end is not None:
                self._on_end(not whole and not self._closing)

    async def _serve(self, gone: "asyncio.Task[None]", send: Send) -> bool:
        """Whether the reader has got everything."""
        await self._send(send, self._first)
        while not gone.done():
            self._news.clear()
            if body := self._source.take():
                await self._send(send, body)
                if len(body) > LARGE:  # a server takes a long backlog without a turn for anybody else
                    await asyncio.sleep(0)
            elif self._source.ended:
                await self._send(send, b"", more=False)
                return True
            elif self._closing:
                if not self._abort:  # a server closes the connection of an answer that is not finished
                    await self._send(send, b": bye\n\n", more=False)
                return False
            elif self._loop.time() - self._sent >= self._ping_s:
                await self._send(send, b": ping\n\n")
            else:
                await self._news.wait()
        return False

    def close(self) -> None:
        """Ends the stream after what is there by now; the reader comes back with its last event id."""
        self._closing = True
        self._news.set()

    async def _send(self, send: Send, body: bytes, *, more: bool = True) -> None:
        self._sent, self._sending = self._loop.time(), True
        await send({"type": "http.response.body", "body": body, "more_body": more})
        self._sending = False

    def _look_later(self) -> None:
        """One timer a stream keeps all of its limits: a timer for each write would cost more than the write."""
        self._timer = self._loop.call_later(min(self._ping_s, self._send_timeout_s) / 4, self._look)

    def _look(self) -> None:
        now = self._loop.time()
        if self._sending and now - self._sent > self._send_timeout_s and self._task is not None:
            self._stuck = True
            self._task.cancel()
            return
        if now - self._began > self._most_s:
            self._closing = True
        if self._closing or now - self._sent >= self._ping_s:
            self._news.set()
        self._look_later()


_serving: set[EventStream] = set()


def close_all() -> None:
    """For a server that shuts down: it would wait for streams that only end with their runs."""
    for stream in tuple(_serving):
        stream.close()


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
