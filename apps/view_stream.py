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
from dataclasses import dataclass, field

from agent.entries import Entry
from agent.log import EventLog
from agent.request import Run
from agent.view import View, apply
from apps.answer import Answer
from apps.cards import Items, drawn_from, section
from apps.markup import Markdown
from apps.sse import Frames, frame
from apps.warm import in_thread

FRAME_S = 1 / 30
BUSY_SHARE = 3
"""After a frame that took long to render, this many times its duration is left to others."""
IN_A_THREAD = 20_000
"""Characters: more new text than this is rendered beside the event loop."""
LINGER_S = 20
"""How long a producer is kept without readers: a page that reloads comes back to it."""


@dataclass(slots=True)
class Item:
    """A drawn item: its HTML (None: taken away), and the frame in which it last changed."""

    html: str | None
    seq: int


@dataclass(slots=True)
class Screen:
    """All that the frames so far have drawn, and what changes from one to the next."""

    run: Run
    view: View = field(default_factory=View)
    answer: Answer = field(init=False)
    items: dict[str, dict[int, Item]] = field(default_factory=dict)
    _drawn: dict[str, object] = field(default_factory=dict)
    _said: int = 0

    def __post_init__(self) -> None:
        self.answer = Answer(Markdown(self.run.run_id))

    def apply(self, entry: Entry) -> None:
        self.view = apply(self.view, entry)

    @property
    def unrendered(self) -> int:
        return len(self.view.message.answer) - self._said

    def changes(self) -> list[list[str | int | None]]:
        """Draws the view, and returns what has changed since the last call."""
        changed: list[list[str | int | None]] = []
        for name, origin in drawn_from(self.view).items():
            if name not in self._drawn or self._drawn[name] != origin:
                self._drawn[name] = origin
                self._update(name, section(name, self.view, self.run), changed)
        answer = self.view.message.answer
        ended = self.view.stream.phase == "ended"
        if len(answer) > self._said or ended:
            self.answer.markdown.cite([one.index for one in self.view.message.citations])
            settled = self.answer.finished
            self.answer.add(answer[self._said :])
            self.answer.render(closed=ended)
            self._said = len(answer)
            self._update("answer", dict(enumerate(self.answer.blocks[settled:], settled)), changed, settled)
        return changed

    def since(self, seq: int) -> list[list[str | int | None]]:
        """The whole of every item that has changed after the entry `seq`."""
        return [
            [name, i, item.html] for name, items in self.items.items() for i, item in items.items() if item.seq > seq
        ]

    def _update(self, name: str, new: Items, changed: list[list[str | int | None]], first: int = 0) -> None:
        """Brings the items of a section, from the number `first` on, to `new`."""
        seq, items = self.view.stream.seq, self.items.setdefault(name, {})
        gone = [i for i, item in items.items() if i >= first and i not in new and item.html is not None]
        for i in gone:
            items[i] = Item(None, seq)
            changed.append([name, i, None])
        for i, html in new.items():
            old = items.get(i)
            if old is None or old.html != html:
                items[i] = Item(html, seq)
                changed.append(difference(name, i, old.html if old else None, html))


def difference(name: str, item: int, old: str | None, new: str) -> list[str | int | None]:
    """The change from `old` to `new`, as short as a common beginning makes it."""
    keep = _common(old or "", new)
    if keep < 32:
        return [name, item, new]
    # JavaScript counts in UTF-16 units.
    units = keep if new.isascii() else len(new[:keep].encode("utf-16-le")) // 2
    return [name, item, units, new[keep:]]


def _common(a: str, b: str) -> int:
    """Length of the common beginning, found by halving: comparing slices is fast."""
    low, high = 0, min(len(a), len(b))
    while low < high:
        middle = (low + high + 1) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


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
            run_id, after, next_at = self.screen.run.run_id, 0, 0.0
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

    def _changes(self) -> tuple[list[list[str | int | None]], float]:
        began = time.thread_time()
        return self.screen.changes(), time.thread_time() - began

    def _frame(self, changed: list[list[str | int | None]]) -> bytes:
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


class ViewStreams:
    """The producers of a process: one for each run that somebody watches."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._open: dict[str, ViewStream] = {}

    async def open(self, run_id: str) -> ViewStream:
        """The run's stream, with its first frame ready. Raises UnknownRun."""
        run = await self._log.run(run_id)
        stream = self._open.get(run_id)
        if stream is None or _failed(stream):
            stream = self._open[run_id] = ViewStream(self._log, run)
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
        if self._open.get(stream.screen.run.run_id) is stream:
            del self._open[stream.screen.run.run_id]

    def close(self) -> None:
        for stream in self._open.values():
            stream.task.cancel()
        self._open.clear()


def _failed(stream: ViewStream) -> bool:
    return stream.task.done() and (stream.task.cancelled() or stream.task.exception() is not None)
