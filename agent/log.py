"""The event log: one protocol, and the implementation that lives in memory."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Protocol

from agent.entries import Entry
from agent.errors import UnknownRun, UnknownSession, UsageError
from agent.events import Event, Outcome
from agent.live import LiveRun
from agent.request import Once, Run, RunState, Session, title_of

if TYPE_CHECKING:
    from agent.expiry import Dropped


class EventLog(Protocol):
    """Where runs are written once and read by everybody. It belongs to one event loop.

    `append` and `finish` are for the Runner alone; they return at once, and readers see an entry
    when it is stored. All reading methods raise UnknownRun for a run that is not there.
    """

    @property
    def health(self) -> str:
        """`ok`, or what keeps the log from storing."""

    async def start(self) -> None:
        """Opens the log, and ends the runs whose process is gone."""

    async def close(self) -> None: ...

    async def new_session(self, title: str = "", session_id: str = "") -> Session: ...

    async def session(self, session_id: str) -> Session:
        """Raises UnknownSession."""

    async def sessions(self, limit: int = 50) -> list[Session]:
        """Those with the newest runs first."""

    async def create(self, run: Run, once: Once | None = None) -> None:
        """Stores a new run, and its session where that is new. Raises LogUnavailable while the log cannot store, and
        UsageError where there is such a run, or one with the same idempotency key."""

    async def started(self, key: str) -> tuple[str, str] | None:
        """The id of the run that an idempotency key has started, and the fingerprint of what was asked."""

    async def also(self, run_id: str, once: Once) -> None:
        """Another key for a run that there is; a key that is taken stays as it is."""

    async def run(self, run_id: str) -> Run: ...

    async def runs(self, session_id: str = "", limit: int | None = None) -> list[Run]:
        """A session's runs, oldest first; of all sessions: newest first. With a limit only the newest."""

    def append(self, run_id: str, event: Event, at: float) -> Entry:
        """Readers see the entry once it is stored. Raises FirstlightError where the run has ended."""

    def set_state(self, run_id: str, state: RunState) -> None: ...

    def finish(self, run_id: str, outcome: Outcome, last: list[Event], at: float) -> bool:
        """Ends the run and appends its `last` events; False, and nothing appended, where it had ended before."""

    def behind(self, run_id: str) -> int:
        """How many entries of the run are not stored yet."""

    async def flush(self, run_id: str) -> None:
        """Waits until all that was appended is stored."""

    def live(self, run_id: str) -> LiveRun | None:
        """The run where its entries are in this process's memory: it runs here, or ended here a moment ago."""

    async def read(self, run_id: str, after: int = 0) -> list[Entry]:
        """The stored entries with `seq > after`."""

    async def dropped(self, run_id: str) -> "Dropped | None":
        """What the log no longer keeps of the run; None where it keeps all."""

    async def wait(self, run_id: str, after: int) -> bool:
        """Waits for an entry with `seq > after`; False when there will be none, for the run has ended."""

    def follow(self, run_id: str, after: int = 0) -> AsyncIterator[Entry]:
        """The entries with `seq > after`, as they come, up to and with `done`."""


def new_id(prefix: str) -> str:
    """An id that cannot be guessed and sorts by its time of birth."""
    return f"{prefix}_{int(time.time() * 1000):011x}{secrets.token_hex(8)}"


async def follow(log: EventLog, run_id: str, after: int = 0) -> AsyncIterator[Entry]:
    """`EventLog.follow` in terms of `read` and `wait`."""
    while True:
        for entry in await log.read(run_id, after):
            after = entry.seq
            yield entry
            if entry.type == "done":
                return
        if not await log.wait(run_id, after):
            return


class MemoryLog:
    """A log for tests and for measurements without a disk."""

    def __init__(self) -> None:
        self._live: dict[str, LiveRun] = {}
        self._runs: dict[str, Run] = {}
        self._sessions: dict[str, Session] = {}
        self._started: dict[str, tuple[str, str]] = {}

    @property
    def health(self) -> str:
        return "ok"

    async def start(self) -> None:
        return None

    async def close(self) -> None:
        return None

    async def new_session(self, title: str = "", session_id: str = "") -> Session:
        session = Session(session_id=session_id or new_id("s"), title=title, created_at=time.time())
        return self._sessions.setdefault(session.session_id, session)

    async def session(self, session_id: str) -> Session:
        try:
            return self._sessions[session_id]
        except KeyError:
            raise UnknownSession(f"no session {session_id!r}") from None

    async def sessions(self, limit: int = 50) -> list[Session]:
        newest = {run.session_id: run.created_at for run in self._runs.values()}
        found = list(reversed(self._sessions.values()))
        return sorted(found, key=lambda s: newest.get(s.session_id, s.created_at), reverse=True)[:limit]

    async def create(self, run: Run, once: Once | None = None) -> None:
        if run.run_id in self._runs or (once is not None and once.key in self._started):
            raise UsageError(f"there is a run {run.run_id!r} already, or one with its idempotency key")
        if once is not None:
            self._started[once.key] = (run.run_id, once.fingerprint)
        session = await self.new_session(session_id=run.session_id)
        if not session.title:
            titled = session.model_copy(update={"title": title_of(run.question)})
            self._sessions[run.session_id] = titled
        self._runs[run.run_id] = run
        self._live[run.run_id] = LiveRun(run.run_id)

    async def started(self, key: str) -> tuple[str, str] | None:
        return self._started.get(key)

    async def also(self, run_id: str, once: Once) -> None:
        self._started.setdefault(once.key, (run_id, once.fingerprint))

    async def run(self, run_id: str) -> Run:
        self._of(run_id)
        return self._runs[run_id]

    async def runs(self, session_id: str = "", limit: int | None = None) -> list[Run]:
        newest = [run for run in reversed(self._runs.values()) if session_id in ("", run.session_id)][:limit]
        return newest[::-1] if session_id else newest

    def append(self, run_id: str, event: Event, at: float) -> Entry:
        live = self._of(run_id)
        entry = live.append(event, at)
        live.publish()
        return entry

    def set_state(self, run_id: str, state: RunState) -> None:
        if not self._of(run_id).ended:
            self._runs[run_id] = self._runs[run_id].model_copy(update={"state": state})

    def finish(self, run_id: str, outcome: Outcome, last: list[Event], at: float) -> bool:
        live = self._of(run_id)
        if live.ended:
            return False
        for event in last:
            live.append(event, at)
        live.ended = True
        self._runs[run_id] = self._runs[run_id].model_copy(update={"state": outcome})
        live.publish()
        return True

    def behind(self, run_id: str) -> int:
        return 0

    async def flush(self, run_id: str) -> None:
        await asyncio.sleep(0)

    def live(self, run_id: str) -> LiveRun | None:
        return self._live.get(run_id)

    async def read(self, run_id: str, after: int = 0) -> list[Entry]:
        return self._of(run_id).read(after)

    async def dropped(self, run_id: str) -> "Dropped | None":
        return None

    async def wait(self, run_id: str, after: int) -> bool:
        return await self._of(run_id).wait(after)

    def follow(self, run_id: str, after: int = 0) -> AsyncIterator[Entry]:
        return self._of(run_id).follow(after)

    def _of(self, run_id: str) -> LiveRun:
        try:
            return self._live[run_id]
        except KeyError:
            raise UnknownRun(f"no run {run_id!r}") from None
