"""What is read from the SQLite file, in a thread and with a connection of its own."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from agent.entries import Entry
from agent.errors import UnknownRun, UnknownSession
from agent.expiry import Dropped
from agent.request import Run, Session
from agent.sqlite_store import SqliteStore

T = TypeVar("T")


class SqliteReads:
    """The reading half of `EventLog` (agent/log.py), of runs that are in the file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def open(self) -> None:
        """Raises sqlite3.Error."""
        self._store = SqliteStore(self._path, busy_ms=5000)
        self._thread = ThreadPoolExecutor(1, "log-reader")

    def close(self) -> None:
        self._thread.shutdown()
        self._store.close()

    async def entries(self, run_id: str, after: int) -> list[Entry]:
        return await self._in_thread(lambda: self._store.entries(run_id, after))

    async def dropped(self, run_id: str) -> Dropped | None:
        return await self._in_thread(lambda: self._store.dropped(run_id))

    async def run(self, run_id: str) -> Run:
        run = await self._in_thread(lambda: self._store.run(run_id))
        if run is None:
            raise UnknownRun(f"no run {run_id!r}")
        return run

    async def started(self, key: str) -> tuple[str, str] | None:
        return await self._in_thread(lambda: self._store.started(key))

    async def runs(self, session_id: str = "", limit: int | None = None) -> list[Run]:
        return await self._in_thread(lambda: self._store.runs(session_id, limit))

    async def session(self, session_id: str) -> Session:
        session = await self._in_thread(lambda: self._store.session(session_id))
        if session is None:
            raise UnknownSession(f"no session {session_id!r}")
        return session

    async def sessions(self, limit: int = 50) -> list[Session]:
        return await self._in_thread(lambda: self._store.sessions(limit))

    async def _in_thread(self, read: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, read)
