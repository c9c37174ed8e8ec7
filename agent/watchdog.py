"""Notices an agent that holds the event loop up, and names it.

An agent that calls `time.sleep`, or a client that blocks, stops all runs and all readers of its process. Nothing on
the event loop can tell, so a thread feels the loop's pulse while runs go on.
"""

import asyncio
import logging
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from weakref import WeakKeyDictionary

_PULSE_SECONDS = 0.25
_STILL = 4
"""Looks in a row that find no pulse and the same task. They are counted, for a process that stands still as a whole is
nobody's fault; and where the tasks change, there are only too many of them."""
_log = logging.getLogger("firstlight")
_watchdogs: WeakKeyDictionary[asyncio.AbstractEventLoop, "Watchdog"] = WeakKeyDictionary()


@contextmanager
def watched() -> Iterator[None]:
    """Watches the running loop meanwhile."""
    loop = asyncio.get_running_loop()
    watchdog = _watchdogs.setdefault(loop, Watchdog())
    watchdog.enter(loop)
    try:
        yield
    finally:
        watchdog.leave()


class Watchdog:
    """One for each event loop; its thread lives as long as somebody is inside."""

    def __init__(self) -> None:
        self._inside = self._beats = 0

    def enter(self, loop: asyncio.AbstractEventLoop) -> None:
        self._inside += 1
        if self._inside == 1:
            self._left = threading.Event()
            self._pulse(loop)
            look = (loop, threading.get_ident(), self._left)
            threading.Thread(target=self._look, args=look, name="watchdog", daemon=True).start()

    def leave(self) -> None:
        self._inside -= 1
        if not self._inside:
            self._timer.cancel()
            self._left.set()

    def _pulse(self, loop: asyncio.AbstractEventLoop) -> None:
        self._beats += 1
        self._timer = loop.call_later(_PULSE_SECONDS, self._pulse, loop)

    def _look(self, loop: asyncio.AbstractEventLoop, thread: int, left: threading.Event) -> None:
        seen: tuple[int, asyncio.Task[object] | None] = (0, None)
        still = 0
        while not left.wait(_PULSE_SECONDS):
            now = (self._beats, asyncio.current_task(loop))
            still = still + 1 if now == seen else 0
            seen = now
            if still == _STILL and now[1] is not None and (frame := sys._current_frames().get(thread)) is not None:
                _log.warning(_said(now[1], frame))


def _said(task: "asyncio.Task[object]", frame: FrameType) -> str:
    calls = "".join(traceback.format_stack(frame)[-6:])
    who = f"{task.get_name()!r} holds the event loop up"
    return f"{who}: no run and no reader of this process gets on. It is in\n{calls}"
