"""The slow work on the event log's file, in a thread and on a connection of its own.

Checkpoints (their sync would stall the event loop), the archive of ended runs, and the endings of
runs whose process is gone.
"""

import asyncio
import contextlib
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from agent.ending import Ending
from agent.events import Error
from agent.live import LiveRun
from agent.owner import Owner
from agent.sqlite_store import SqliteStore

_BIG_WAL = 64 * 2**20
_BUSY_MS = 1000


class Upkeep:
    """`writing` is held while this thread writes: the log's own writer then waits its turn without blocking."""

    def __init__(self, path: Path, owner: Owner, writing: threading.Lock) -> None:
        self._path, self._owner, self._writing = path, owner, writing
        self._archiving: set[asyncio.Task[None]] = set()

    def open(self) -> None:
        """Creates the file where it is missing. Raises sqlite3.Error."""
        self._store = SqliteStore(self._path, busy_ms=_BUSY_MS)
        self._store.create_schema()
        self._thread = ThreadPoolExecutor(1, "log-upkeep")

    async def close(self) -> None:
        await asyncio.gather(*self._archiving, return_exceptions=True)
        self._thread.shutdown()
        self._store.close()

    async def catch_up(self) -> None:
        """Ends the runs whose process is gone, and archives what was not archived."""
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._thread, self._catch_up)

    async def end_if_orphaned(self, run_id: str) -> None:
        """Ends a run whose process is gone; what it had said is kept."""
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._thread, self._end_if_orphaned, run_id)

    def archive(self, run_id: str) -> None:
        """Moves a run that has ended out of the journal, some time soon."""
        task = asyncio.create_task(self._archive_soon(run_id))
        self._archiving.add(task)
        task.add_done_callback(self._archiving.discard)

    async def checkpoint(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._checkpoint)

    async def drop(self, run_id: str, upto: int | None) -> None:
        """Drops entries of a run that has ended."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._drop, run_id, upto)

    async def drop_older(self, seconds: float) -> int:
        """Drops the entries of runs that began longer ago; how many runs."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._drop_older, seconds)

    async def _archive_soon(self, run_id: str) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._archive, run_id)

    # --- in the thread

    def _catch_up(self) -> None:
        for run_id in self._store.open_runs():
            self._end_if_orphaned(run_id)
        for run_id in self._store.unarchived_runs():
            self._archive(run_id)

    def _end_if_orphaned(self, run_id: str) -> None:
        if self._owner.is_alive(self._store.owner(run_id)):
            return
        entries = self._store.entries(run_id)
        ending = Ending()
        for entry in entries:
            ending.see(entry.event)
        at = entries[-1].at if entries else 0.0
        lost = Error(code="worker_lost", message="The process that worked on this was ended.", retryable=True)
        live = LiveRun(run_id, entries)
        last = [live.append(event, at) for event in ending.events("interrupted", at, lost)]
        with contextlib.suppress(sqlite3.Error), self._writing:  # it stays open, and the next look tries again
            self._store.end(run_id, "interrupted", last)
        self._archive(run_id)

    def _archive(self, run_id: str) -> None:
        with contextlib.suppress(sqlite3.Error):  # it stays in the journal, and the next start tries again
            entries = self._store.entries(run_id)
            with self._writing:
                self._store.archive(run_id, entries)

    def _drop(self, run_id: str, upto: int | None) -> None:
        self._archive(run_id)
        with self._writing:
            self._store.drop(run_id, upto)

    def _drop_older(self, seconds: float) -> int:
        old = self._store.ended_before(time.time() - seconds)
        for run_id in old:
            with self._writing:
                self._store.drop(run_id, None)
        return len(old)

    def _checkpoint(self) -> None:
        with contextlib.suppress(sqlite3.Error):
            self._store.checkpoint()
            wal = self._path.with_name(self._path.name + "-wal")
            if wal.exists() and wal.stat().st_size > _BIG_WAL:
                with self._writing:
                    self._store.checkpoint("TRUNCATE")
