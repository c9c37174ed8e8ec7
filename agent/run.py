"""The Runner: drives agents, and is the only one that writes what they say into the log."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from typing import cast

from agent.drive import Drive
from agent.errors import InputRejected, LogUnavailable, UnknownRun, UsageError
from agent.events import Done, Event
from agent.log import EventLog, new_id
from agent.request import Limits, Once, Request, Run
from agent.turns import Turns

Agent = Callable[[Request], AsyncIterator[Event]]
"""An async generator of events. `reply = yield Input(...)` asks the user."""

_FIRST_CANCEL, _SECOND_CANCEL, _INTERRUPT = 5.0, 5.0, 1.0
"""Seconds that a stubborn agent has after the first and the second cancel, and when the process ends."""


class Runner:
    """Starts, cancels and answers runs. One a process; it lives on the log's event loop.

    At most `max_running` runs work at a time; the others are queued.
    """

    def __init__(self, log: EventLog, *, limits: Limits | None = None, max_running: int = 256) -> None:
        self.log = log
        self.limits = limits
        self.max_running = max_running
        self._slots = asyncio.Semaphore(max_running)
        self._drives: dict[str, Drive] = {}
        self._turns = Turns(log)
        self.on_end: list[Callable[[str], None]] = []
        """Told the id of each run that has ended here, on the event loop."""

    async def start(
        self, agent: Agent, request: Request, *, name: str = "agent", replay_of: str = "", once: Once | None = None
    ) -> str:
        """Starts a run and returns its id at once. The session is made where it is new, and its earlier turns are
        added to the request. Raises LogUnavailable while the log cannot store."""
        submitted = time.perf_counter()
        if self.log.health != "ok":
            raise LogUnavailable(f"the event log cannot store a new run: {self.log.health}")
        request = await self._filled_in(request)
        run = Run(
            run_id=new_id("r"),
            session_id=request.session_id,
            agent=name,
            question=request.question,
            created_at=time.time(),
            request=request.model_dump(mode="json", exclude={"question", "session_id", "turns"}),
            replay_of=replay_of,
        )
        await self.log.create(run, once)
        drive = Drive(self.log, run.run_id, agent, request, submitted, self._slots)
        self._drives[run.run_id] = drive
        drive.task.add_done_callback(lambda _: self._forget(run.run_id))
        return run.run_id

    def _forget(self, run_id: str) -> None:
        self._drives.pop(run_id, None)
        for told in self.on_end:
            told(run_id)

    async def cancel(self, run_id: str) -> Run:
        """Stops a run, and returns when it has stopped; again and again is harmless. Raises UsageError for a run of
        another process, and LogUnavailable while the log cannot store its end.

        An agent that will not stop is left behind after ten seconds: what it still says is not logged."""
        drive = self._drives.get(run_id)
        if drive is not None:
            drive.stop("cancelled")
            if not await drive.ended_within(_FIRST_CANCEL):
                drive.stop("cancelled")
                if not await drive.ended_within(_SECOND_CANCEL):
                    drive.abandon("cancelled")
        try:
            await asyncio.wait_for(self.log.flush(run_id), _FIRST_CANCEL)
        except TimeoutError:
            said = f"run {run_id!r} has stopped, but the event log cannot store that yet: {self.log.health}"
            raise LogUnavailable(said) from None
        run = await self.log.run(run_id)
        if run.is_open:
            raise UsageError(f"run {run_id!r} is driven by another process: stop it there")
        return run

    async def answer(
        self, run_id: str, input_id: str, value: object = None, *, by: str = "", decline: bool = False
    ) -> None:
        """Answers the run's open question. Raises InputRejected where it is not open, or the value does not fit."""
        drive = self._drives.get(run_id)
        if drive is None:
            await self.log.flush(run_id)
            run = await self.log.run(run_id)
            where = "is driven by another process: answer it there" if run.is_open else "asks nothing: it has ended"
            raise InputRejected(f"run {run_id!r} {where}")
        drive.answer(input_id, value, by=by, decline=decline)

    async def wait(self, run_id: str) -> Done:
        """Waits for the end of a run and returns its `done`."""
        async for entry in self.log.follow(run_id):
            if entry.type == "done":
                return cast(Done, entry.event)
        raise UnknownRun(f"run {run_id!r} has no end in the log")

    def running(self) -> list[str]:
        """The ids of the runs that this process drives."""
        return list(self._drives)

    async def close(self) -> None:
        """Interrupts what still runs, and returns when its end is in the log."""
        await asyncio.gather(*(self._interrupt(drive) for drive in list(self._drives.values())))

    async def _interrupt(self, drive: Drive) -> None:
        drive.stop("interrupted")
        if not await drive.ended_within(_INTERRUPT):
            drive.abandon("interrupted")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.log.flush(drive.run_id), timeout=5)

    async def _filled_in(self, request: Request) -> Request:
        """The request with a session, the session's earlier turns and the Runner's limits."""
        update: dict[str, object] = {}
        if self.limits is not None and request.limits == Limits():
            update["limits"] = self.limits
        if not request.session_id:
            update["session_id"] = new_id("s")
        elif not request.turns:
            update["turns"] = await self._turns.of(request.session_id)
        return request.model_copy(update=update) if update else request
