"""The event log in one SQLite file.

Appended entries are committed once per turn of the event loop, and only then do readers see them:
what was shown is never lost when the process is killed. (Power loss can cost the last moment:
the WAL is synced at checkpoints only.) One process writes a run; any process on the machine may
read it. Reads of old runs, and the slow work (agent/sqlite_upkeep.py), have threads and connections of their own.
"""

import asyncio
import contextlib
import sqlite3
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path

from agent.bursts import Bursts
from agent.entries import Entry
from agent.errors import LogUnavailable, UnknownRun, UsageError
from agent.events import Event, Outcome
from agent.expiry import Dropped
from agent.live import LiveRun
from agent.local_disk import network_filesystem
from agent.log import follow, new_id
from agent.owner import Owner
from agent.request import Once, Run, RunState, Session
from agent.sqlite_reads import SqliteReads
from agent.sqlite_store import ALSO, NEW_SESSION, SET_STATE, Row, SqliteStore, Write, journal_row
from agent.sqlite_upkeep import Upkeep

_CHECKPOINT_SECONDS = 1.0
_KEPT_BYTES = 256 * 2**20
_KEPT_SECONDS = 300.0
_POLL_SECONDS = 0.02
_RETRY_SECONDS = (0.005, 0.02, 0.1, 0.25, 0.5, 1.0)


class SqliteLog:
    """`folder` holds `firstlight.sqlite3`; raises UsageError where it cannot."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "firstlight.sqlite3"
        self._owner = Owner(folder / "owners")
        self._live: dict[str, LiveRun] = {}
        self._keys: dict[str, int] = {}
        self._ended: dict[str, float] = {}
        self._rows: list[Row] = []
        self._appended: set[LiveRun] = set()
        self._writes: list[Write] = []
        self._tick_is_due = False
        self._bursts = Bursts()
        self._failures = 0
        self._health = "ok"
        self._writing = threading.Lock()
        self._stored = asyncio.Event()
        self._dirty = False
        self._upkeep = Upkeep(self.path, self._owner, self._writing)
        self._reads = reads = SqliteReads(self.path)
        self.run, self.runs, self.started = reads.run, reads.runs, reads.started
        self.session, self.sessions = reads.session, reads.sessions
        self._keeping: asyncio.Task[None] | None = None

    @property
    def health(self) -> str:
        return self._health

    # --- opening and closing

    async def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        await asyncio.to_thread(self._open)
        await self._upkeep.catch_up()
        self._keeping = asyncio.create_task(self._keep())

    def _open(self) -> None:
        folder = self.path.parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if kind := network_filesystem(folder):
                raise UsageError(f"the data folder {str(folder)!r} is on {kind}: SQLite's WAL needs a local disk")
            self._owner.claim()
            self._upkeep.open()
            self._writer = SqliteStore(self.path, busy_ms=20)
            self._reads.open()
        except (OSError, sqlite3.Error) as error:
            self._owner.release()
            raise UsageError(f"cannot open the event log in {str(folder)!r}: {error}") from error

    async def close(self) -> None:
        if self._keeping is None:
            return
        self._keeping.cancel()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._drained(), timeout=5)
        await self._upkeep.close()
        self._reads.close()
        self._writer.close()
        self._owner.release()

    # --- writing

    async def create(self, run: Run, once: Once | None = None) -> None:
        for pause in (*_RETRY_SECONDS, None):
            try:
                if self._writing.acquire(blocking=False):
                    try:
                        key = self._writer.add_run(run, self._owner.name, once)
                    finally:
                        self._writing.release()
                    break
            except sqlite3.IntegrityError as error:
                raise UsageError(f"there is a run {run.run_id!r} already, or one with its idempotency key") from error
            except sqlite3.Error as error:
                self._health = str(error)
            if pause is None:
                self._schedule(_RETRY_SECONDS[-1])  # nothing else would find out that it is well again
                raise LogUnavailable(f"the event log cannot store a new run: {self._health}")
            await asyncio.sleep(pause)
        self._health = "ok"
        self._keys[run.run_id] = key
        self._live[run.run_id] = LiveRun(run.run_id)
        self._dirty = True

    def append(self, run_id: str, event: Event, at: float) -> Entry:
        live = self._owned(run_id)
        entry = live.append(event, at)
        self._rows.append(journal_row(self._keys[run_id], entry))
        self._appended.add(live)
        self._schedule()
        return entry

    def set_state(self, run_id: str, state: RunState) -> None:
        self._writes.append((SET_STATE, (state, run_id)))
        self._schedule()

    def finish(self, run_id: str, outcome: Outcome, last: list[Event], at: float) -> bool:
        live = self._owned(run_id)
        if live.ended:
            return False
        for event in last:
            self.append(run_id, event, at)
        live.ended = True
        self._ended[run_id] = time.monotonic()
        self.set_state(run_id, outcome)
        return True

    def _schedule(self, delay: float | None = None) -> None:
        if not self._tick_is_due:
            self._tick_is_due = True
            if delay is None:
                self._loop.call_soon(self._tick)
            else:
                self._loop.call_later(delay, self._tick)

    def _tick(self) -> None:
        """Stores what was appended since the last tick, then lets readers see it."""
        self._tick_is_due = False
        if self._bursts.should_wait(time.perf_counter()):
            self._schedule()
            return
        if not self._writing.acquire(blocking=False):  # the keeper holds the file for a moment
            self._schedule(0.001)
            return
        try:
            self._writer.write(self._rows, self._writes)
        except sqlite3.Error as error:
            self._health = str(error)
            self._failures += 1
            self._schedule(_RETRY_SECONDS[min(self._failures, len(_RETRY_SECONDS)) - 1])
            return
        finally:
            self._writing.release()
        self._publish()

    def _publish(self) -> None:
        self._health, self._failures, self._dirty = "ok", 0, True
        appended, self._appended = self._appended, set()
        self._bursts.stored(time.perf_counter(), len(self._rows))
        self._rows, self._writes = [], []
        for live in appended:
            live.publish()
            if live.closed:
                self._upkeep.archive(live.run_id)
        self._stored.set()
        self._stored = asyncio.Event()

    def behind(self, run_id: str) -> int:
        live = self._owned(run_id)
        return len(live.entries) - live.visible

    async def flush(self, run_id: str) -> None:
        while run_id in self._live and self.behind(run_id):
            await self._stored.wait()

    async def _drained(self) -> None:
        while self._rows or self._writes:
            await self._stored.wait()

    async def also(self, run_id: str, once: Once) -> None:
        await self._store((ALSO, (once.key, run_id, once.fingerprint)))

    async def _store(self, write: Write) -> None:
        """Raises LogUnavailable where that takes too long; it is stored once the log can."""
        self._writes.append(write)
        self._schedule()
        try:
            await asyncio.wait_for(self._stored.wait(), sum(_RETRY_SECONDS))
        except TimeoutError:
            raise LogUnavailable(f"the event log cannot store at the moment: {self._health}") from None

    # --- reading

    def live(self, run_id: str) -> LiveRun | None:
        return self._live.get(run_id)

    async def read(self, run_id: str, after: int = 0) -> list[Entry]:
        live = self._live.get(run_id)
        if live is not None:
            return live.read(after)
        entries = await self._reads.entries(run_id, after)
        if not entries:
            await self.run(run_id)
        return entries

    async def wait(self, run_id: str, after: int) -> bool:
        live = self._live.get(run_id)
        return await (live.wait(after) if live is not None else self._wait_for_another_process(run_id, after))

    def follow(self, run_id: str, after: int = 0) -> AsyncIterator[Entry]:
        live = self._live.get(run_id)
        return live.follow(after) if live is not None else follow(self, run_id, after)

    async def _wait_for_another_process(self, run_id: str, after: int) -> bool:
        looked = time.monotonic()
        while not await self._reads.entries(run_id, after):
            if not (await self.run(run_id)).is_open:
                return bool(await self._reads.entries(run_id, after))
            if time.monotonic() - looked > 1:
                await self._upkeep.end_if_orphaned(run_id)
                looked = time.monotonic()
            await asyncio.sleep(_POLL_SECONDS)
        return True

    async def dropped(self, run_id: str) -> Dropped | None:
        return None if run_id in self._live else await self._reads.dropped(run_id)

    async def drop(self, run_id: str, upto: int | None = None) -> None:
        """Drops an ended run's entries up to `upto`, all of them where it is None. Raises UnknownRun, and UsageError
        for a run that goes on."""
        if (await self.run(run_id)).is_open:
            raise UsageError(f"run {run_id!r} goes on: only a run that has ended can be dropped")
        await self._upkeep.drop(run_id, upto)
        self._ended.pop(run_id, None)
        self._live.pop(run_id, None)
        self._keys.pop(run_id, None)

    async def drop_older(self, seconds: float) -> int:
        """Drops the entries of all runs that began longer ago; how many runs that were."""
        return await self._upkeep.drop_older(seconds)

    async def new_session(self, title: str = "", session_id: str = "") -> Session:
        session = Session(session_id=session_id or new_id("s"), title=title, created_at=time.time())
        await self._store((NEW_SESSION, (session.session_id, session.title, session.created_at)))
        return await self.session(session.session_id)

    def _owned(self, run_id: str) -> LiveRun:
        try:
            return self._live[run_id]
        except KeyError:
            raise UnknownRun(f"no run {run_id!r} of this process") from None

    # --- upkeep

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(_CHECKPOINT_SECONDS)
            self._forget()
            if self._dirty:
                self._dirty = False
                await self._upkeep.checkpoint()

    def _forget(self) -> None:
        """Drops ended runs from memory, the oldest first, once they are old or too many; the file has them."""
        size = sum(live.size for live in self._live.values())
        for run_id, when in list(self._ended.items()):
            live = self._live[run_id]
            is_old = time.monotonic() - when > _KEPT_SECONDS
            if live.closed and (is_old or size > _KEPT_BYTES):
                size -= live.size
                del self._live[run_id], self._ended[run_id], self._keys[run_id]
