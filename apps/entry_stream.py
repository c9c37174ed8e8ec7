"""A run's entries for any number of readers, each with its own encoding."""

import asyncio
import time
from collections.abc import Callable, Sequence
from weakref import WeakValueDictionary

from agent.entries import Entry
from agent.live import LiveRun
from agent.log import EventLog
from apps.sse import MOST_AT_ONCE, MOST_BYTES

Encode = Callable[[Sequence[Entry]], bytes]
"""What some entries, the next ones of a run, are on a wire; empty where they say nothing there."""
LINGER_S = 20
"""How long the copy of another process's run is kept without readers."""


def frames(entries: Sequence[Entry]) -> bytes:
    """Our own event stream, without what is for engineers."""
    return b"".join(entry.frame for entry in entries if entry.type != "trace")


def all_frames(entries: Sequence[Entry]) -> bytes:
    """The same with it: `level=trace`."""
    return b"".join(entry.frame for entry in entries)


class EntrySource:
    """A reader of a run from the entry behind `after` on (apps/sse.py Source)."""

    def __init__(self, live: LiveRun, after: int = 0, encode: Encode = frames, *, follow: bool = True) -> None:
        """Without `follow` it ends with what is there by now."""
        self._live, self._encode = live, encode
        self._at = max(0, after - live.first + 1)
        self._upto = None if follow else live.visible
        self.subscribe, self.unsubscribe = live.subscribe, live.unsubscribe

    def take(self) -> bytes:
        while some := self._next():
            self._at += len(some)
            if body := self._encode(some):
                return body
        return b""

    def _next(self) -> list[Entry]:
        """Some entries: few if they are large, for what a slow reader has been given waits in memory."""
        some = self._live.entries[self._at : min(self._there, self._at + MOST_AT_ONCE)]
        size = 0
        for count, entry in enumerate(some, 1):
            size += len(entry.payload)
            if size >= MOST_BYTES:
                return some[:count]
        return some

    @property
    def ended(self) -> bool:
        return self._live.closed or self._upto is not None

    @property
    def _there(self) -> int:
        return self._live.visible if self._upto is None else self._upto


class Tails:
    """The runs of a log as they grow. What another process writes is read once for all readers here."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._copies: dict[str, LiveRun] = {}
        self._ended: WeakValueDictionary[str, LiveRun] = WeakValueDictionary()
        """Runs that ended, as long as somebody reads them."""
        self._reading: dict[str, asyncio.Task[LiveRun]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def of(self, run_id: str) -> LiveRun:
        """The run, growing while it goes on. Raises UnknownRun."""
        live = self._log.live(run_id) or self._copies.get(run_id) or self._ended.get(run_id)
        if live is not None:
            return live
        if run_id not in self._reading:  # once for all that ask meanwhile: they come back together
            reading = self._reading[run_id] = asyncio.create_task(self._read(run_id))
            reading.add_done_callback(lambda _: self._reading.pop(run_id))
        return await asyncio.shield(self._reading[run_id])

    async def _read(self, run_id: str) -> LiveRun:
        entries = await self._log.read(run_id)
        if not (await self._log.run(run_id)).is_open:
            if not entries or entries[-1].type != "done":  # it ended meanwhile
                entries = await self._log.read(run_id)
            live = self._ended[run_id] = LiveRun(run_id, entries, ended=True)
            return live
        live = self._copies[run_id] = LiveRun(run_id, entries)
        task = asyncio.create_task(self._copy(live))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return live

    async def _copy(self, live: LiveRun) -> None:
        read_at = time.monotonic()
        try:
            while await self._log.wait(live.run_id, live.visible):
                live.entries += await self._log.read(live.run_id, live.visible)
                live.ended = live.entries[-1].type == "done"
                live.publish()
                now = time.monotonic()
                read_at = now if live.readers else read_at
                if now - read_at > LINGER_S:
                    return
        finally:
            del self._copies[live.run_id]

    def close(self) -> None:
        for task in (*self._tasks, *self._reading.values()):
            task.cancel()
