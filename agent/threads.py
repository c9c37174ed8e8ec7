"""Threads of one's own for what blocks the event loop: those that agents have left busy do not hold it up.

They are daemons, so that a process can end beside one that hangs. What they are at then has a moment to finish, for
native code that is cut off in the middle (onnxruntime while it loads) aborts the process.
"""

import asyncio
import atexit
import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from contextvars import copy_context
from queue import SimpleQueue
from typing import Any, TypeVar, TypeVarTuple, Unpack, cast

T = TypeVar("T")
Args = TypeVarTuple("Args")

GRACE = 20.0
"""Seconds that running work is waited for when the process ends."""


class Threads:
    """Up to `most` threads, each started when work finds none idle."""

    def __init__(self, most: int, name: str) -> None:
        self._most, self._name = most, name
        self._jobs: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._idle = threading.Semaphore(0)
        self._started = 0
        self._starting = threading.Lock()
        self._running: set[Future[Any]] = set()
        self._ended = False
        atexit.register(self._end)

    async def run(self, work: Callable[[Unpack[Args]], T], *args: *Args) -> T:
        """Calls `work` in a thread, in this context; what waits in line when its task is cancelled is not begun."""
        future: Future[T] = Future()
        context = copy_context()

        def job() -> None:
            if self._ended or not future.set_running_or_notify_cancel():
                self._idle.release()
                return
            self._running.add(future)
            result: T | None = None
            failure: BaseException | None = None
            try:
                result = context.run(work, *args)
            except BaseException as error:
                failure = error
            self._idle.release()  # before its caller hears of it, who may bring more work
            if failure is None:
                future.set_result(cast(T, result))
            else:
                future.set_exception(failure)
            self._running.discard(future)

        self._jobs.put(job)
        with self._starting:
            if not self._idle.acquire(blocking=False) and self._started < self._most:
                self._started += 1
                threading.Thread(target=self._work, name=f"{self._name}-{self._started}", daemon=True).start()
        return await asyncio.wrap_future(future)

    def _work(self) -> None:
        while True:
            self._jobs.get()()

    def _end(self) -> None:
        self._ended = True
        wait(tuple(self._running), GRACE)
