"""What both pages share on top of the core: sessions, their finished runs, and the one that is live.

The core lives on one event loop. The API and the Gradio page run there and await `Sessions` directly;
Streamlit's script threads call it through the `Bridge`.
"""

import asyncio
import atexit
import secrets
import threading
from collections import OrderedDict
from collections.abc import AsyncIterator, Coroutine
from concurrent.futures import Future
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode
from weakref import WeakValueDictionary

from pydantic import ValidationError

from agent.errors import UnknownSession, UsageError
from agent.expiry import start_of
from agent.home import Core, open_core
from agent.registry import about, chosen
from agent.request import Limits, Once, Request, Run, Session
from agent.view import View, fold
from apps.threads import in_thread

T = TypeVar("T")

_KEPT_RUNS = 500
_PATIENCE = 30.0


class Busy(UsageError):
    """The session has a run that has not ended: one question at a time."""


@dataclass(frozen=True, slots=True)
class FinishedRun:
    """A question that was answered, with all that came of it."""

    run: Run
    view: View


@dataclass(frozen=True, slots=True)
class Conversation:
    """A session as a page shows it."""

    session: Session | None = None
    """None: a new one, made by the first question."""
    finished: tuple[FinishedRun, ...] = ()
    """Oldest first."""
    live: Run | None = None


class Sessions:
    """Asks questions in sessions, and tells what a session holds. Lives on the core's loop."""

    def __init__(self, core: Core, pages: dict[str, str] | None = None) -> None:
        self.core = core
        self.pages = pages or {}
        """The front ends of this process: name and path, `{"Gradio": "/gradio/"}`."""
        self._asking: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        """Of sessions in which somebody asks right now."""
        self._finished: OrderedDict[str, FinishedRun] = OrderedDict()

    async def ask(
        self,
        question: str,
        session_id: str = "",
        *,
        pace: str = "",
        collection: str = "",
        model: str = "",
        agent: str = "",
        limits: Limits | None = None,
        once: Once | None = None,
    ) -> Run:
        """Starts a run and returns at once. Without a session, a new one is made and named after the question.

        Raises Busy while the session's last run goes on, UsageError for an empty or an overlong question,
        UnknownSession, and LogUnavailable while the log cannot store.
        """
        question = question.strip()
        if not question:
            raise UsageError("a question must not be empty")
        seed = secrets.randbelow(2**31)
        try:
            request = Request(
                question=question,
                session_id=session_id,
                pace=pace,
                collection=collection,
                model=model,
                limits=limits or Limits(),
                seed=seed,
            )
        except ValidationError as error:
            raise UsageError(f"this cannot be asked: {error.errors()[0]['msg']}") from error
        if not session_id:
            return await self._start(request, agent, once)
        async with self._asking.setdefault(session_id, asyncio.Lock()):
            if await self._live(session_id) is not None:
                raise Busy("This session is still answering. Stop it, or wait for its end.")
            return await self._start(request, agent, once)

    async def attach(self, session_id: str) -> Conversation:
        """The session with its finished runs and its live one. Raises UnknownSession."""
        if not session_id:
            return Conversation()
        session = await self._session(session_id)
        runs = await self.core.log.runs(session_id)
        finished = [await self._read(run) for run in runs if not run.is_open]
        live = next((run for run in reversed(runs) if run.is_open), None)
        return Conversation(session, tuple(finished), live)

    async def newest(self, session_id: str) -> str:
        """The id of the session's last run; empty where there is none."""
        runs = await self.core.log.runs(session_id)
        return runs[-1].run_id if runs else ""

    async def view(self, run_id: str) -> View:
        """The run as it stands now."""
        start, entries = await start_of(self.core.log, run_id), await self.core.log.read(run_id)
        return await in_thread(lambda: fold(entries, start))

    async def recent(self, limit: int = 30) -> list[Session]:
        """Newest first."""
        return await self.core.log.sessions(limit)

    def collections(self) -> list[str]:
        """The names of the document collections that the agent can be asked about. Reads the disk: not for the
        event loop."""
        return about(chosen()).collections(self.core.folder)

    def links(self, session_id: str) -> dict[str, str]:
        """The session's address in each front end of this process, by the front end's name."""
        query = "?" + urlencode({"session": session_id}) if session_id else ""
        return {name: path + query for name, path in self.pages.items()}

    async def _start(self, request: Request, agent: str, once: Once | None) -> Run:
        return await self.core.log.run(await self.core.ask(request, agent=agent, once=once))

    async def _session(self, session_id: str) -> Session:
        try:
            return await self.core.log.session(session_id)
        except UnknownSession:
            raise UnknownSession(f"no session {session_id!r}: it may belong to another data folder") from None

    async def _live(self, session_id: str) -> Run | None:
        await self._session(session_id)
        runs = await self.core.log.runs(session_id)
        return next((run for run in reversed(runs) if run.is_open), None)

    async def _read(self, run: Run) -> FinishedRun:
        """A finished run does not change: it is read once."""
        if run.run_id in self._finished:
            self._finished.move_to_end(run.run_id)
        else:
            self._finished[run.run_id] = FinishedRun(run, await self.view(run.run_id))
            if len(self._finished) > _KEPT_RUNS:
                self._finished.popitem(last=False)
        return self._finished[run.run_id]


class Bridge:
    """Lets a thread without an event loop call `Sessions` on the loop that it lives on."""

    def __init__(self, sessions: Sessions, loop: asyncio.AbstractEventLoop) -> None:
        self.sessions = sessions
        self._loop = loop

    def call(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """The coroutine's result; raises what it raises."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(_PATIENCE)


_bridge: Bridge | None = None
_opening = threading.Lock()


@asynccontextmanager
async def open_sessions(pages: dict[str, str] | None = None) -> AsyncIterator[Sessions]:
    """Opens the core on the running loop, and lets this process's script threads reach it."""
    global _bridge
    async with open_core() as core:
        sessions = Sessions(core, pages)
        _bridge = Bridge(sessions, asyncio.get_running_loop())
        try:
            yield sessions
        finally:
            _bridge = None


def bridge() -> Bridge:
    """The process's bridge. Where no server opened a core (a script run by a test), it opens one of its own."""
    with _opening:
        return _bridge or _open_on_own_loop()


def _open_on_own_loop() -> Bridge:
    opened: Future[Bridge] = Future()
    loop, end = asyncio.new_event_loop(), asyncio.Event()

    async def serve() -> None:
        try:
            async with open_sessions():
                assert _bridge is not None
                opened.set_result(_bridge)
                await end.wait()
        except Exception as failure:
            if opened.done():
                raise
            opened.set_exception(failure)

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),), name="core", daemon=True)
    thread.start()

    def close() -> None:
        loop.call_soon_threadsafe(end.set)
        thread.join(_PATIENCE)

    found = opened.result(_PATIENCE)
    atexit.register(close)
    return found
