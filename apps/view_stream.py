"""The view stream: what a browser has to draw, as HTML, while a run goes on.

One producer a run follows the log, folds the View, and renders it at most 30 times a second for
all its viewers together. A frame is the event `view`; its `id` is the last entry in it, and its data

    {"now": ms since submit, "phase": ..., "set": [[section, item, html], ...]}

holds the items that changed since the frame before. `html` null takes an item away. An item that
mostly grew is sent as `[section, item, keep, tail]`: keep so many UTF-16 units of its old HTML. So
the bytes are linear in the answer's length, however long its paragraphs are.
"""

import asyncio
import json
import time

from agent.expiry import start_of
from agent.log import EventLog
from agent.request import Run
from apps.screen import Change, Screen
from apps.sse import Frames, frame
from apps.threads import in_thread

FRAME_S = 1 / 30
BUSY_SHARE = 3
"""After a frame that took long to render, this many times its duration is left to others."""
IN_A_THREAD = 20_000
"""Characters: more new text than this is rendered beside the event loop."""
LINGER_S = 20
"""How long a producer is kept without readers: a page that reloads comes back to it."""


class ViewStream:
    """The frames of one run, made while somebody reads them."""

    def __init__(self, log: EventLog, run: Run) -> None:
        self.frames = Frames()
        self.screen = Screen(run)
        self.ready = asyncio.Event()
        """The first frame is there, or the run ended without one."""
        self._log = log
        self._drawing = asyncio.Lock()
        self.task = asyncio.create_task(self._produce())

    async def _produce(self) -> None:
        try:
            run_id, next_at = self.screen.run.run_id, 0.0
            self.screen.view = await start_of(self._log, run_id)
            if after := self.screen.view.stream.seq:  # the log has dropped the entries, and kept what they made
                async with self._drawing:
                    await self._render()
            while await self._log.wait(run_id, after):
                await asyncio.sleep(max(0.0, next_at - time.monotonic()))
                began = time.monotonic()
                for entry in await self._log.read(run_id, after):
                    self.screen.apply(entry)
                    after = entry.seq
                    if after % 500 == 0:
                        await asyncio.sleep(0)
                async with self._drawing:
                    busy = await self._render()
                next_at = began + max(FRAME_S, BUSY_SHARE * busy)
        finally:
            self.frames.close()
            self.ready.set()

    async def _render(self) -> float:
        """Makes a frame of what changed; returns the CPU seconds that it took, for a wait is no work."""
        in_a_thread = self.screen.unrendered > IN_A_THREAD
        changed, busy = await in_thread(self._changes) if in_a_thread else self._changes()
        if changed or not self.ready.is_set():
            self.frames.append(self._frame(changed))
        self.ready.set()
        return busy

    def _changes(self) -> tuple[list[Change], float]:
        began = time.thread_time()
        return self.screen.changes(), time.thread_time() - began

    def _frame(self, changed: list[Change]) -> bytes:
        stream = self.screen.view.stream
        now = max(0.0, time.time() - self.screen.run.created_at) * 1000
        data = {"now": round(now), "phase": stream.phase, "set": changed}
        return frame("view", json.dumps(data, ensure_ascii=False, separators=(",", ":")), stream.seq)

    async def resume(self, after: int) -> tuple[bytes, int] | None:
        """What a reader who has seen the entries up to `after` gets first, and the frame to go on from.
        None: the run has ended, and it has seen all of it."""
        async with self._drawing:
            stream = self.screen.view.stream
            if stream.phase == "ended" and after == stream.seq:
                return None
            # A number from the future is of another log, from before it was restored.
            since = self.screen.since(after if after <= stream.seq else 0)
            return self._frame(since), len(self.frames.items)


class WatchedRuns:
    """The runs of a process that somebody watches, each with its one producer."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._streams: dict[str, ViewStream] = {}

    async def stream(self, run_id: str) -> ViewStream:
        """The run's stream, with its first frame ready. Raises UnknownRun."""
        run = await self._log.run(run_id)
        stream = self._streams.get(run_id)
        if stream is None or _failed(stream):
            stream = self._streams[run_id] = ViewStream(self._log, run)
            self._look_later(stream)
        await stream.ready.wait()
        return stream

    def _look_later(self, stream: ViewStream) -> None:
        asyncio.get_running_loop().call_later(LINGER_S, self._drop_if_idle, stream)

    def _drop_if_idle(self, stream: ViewStream) -> None:
        if stream.frames.readers:
            self._look_later(stream)
            return
        stream.task.cancel()
        if self._streams.get(stream.screen.run.run_id) is stream:
            del self._streams[stream.screen.run.run_id]

    def close(self) -> None:
        for stream in self._streams.values():
            stream.task.cancel()
        self._streams.clear()


def _failed(stream: ViewStream) -> bool:
    return stream.task.done() and (stream.task.cancelled() or stream.task.exception() is not None)
