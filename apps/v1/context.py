"""What the routes stand on: one core, and what this server knows beside it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, cast

from fastapi import Depends
from starlette.requests import HTTPConnection

from agent.home import Core
from agent.request import Run
from apps.entry_stream import Tails
from apps.session import Sessions
from apps.v1.access import Access, Caller
from apps.v1.limits import Limits
from apps.v1.metrics import Metrics
from apps.v1.presence import Presence
from apps.v1.tokens import Tokens, secret_of
from apps.view_stream import WatchedRuns


@dataclass(frozen=True, slots=True)
class Context:
    """Lives on the core's event loop."""

    core: Core
    sessions: Sessions
    tails: Tails
    watched: WatchedRuns
    access: Access
    limits: Limits
    presence: Presence
    metrics: Metrics
    _stopping: set[asyncio.Task[Run]] = field(default_factory=set)

    @classmethod
    def of(cls, sessions: Sessions) -> "Context":
        core = sessions.core
        access = Access(Tokens(secret_of(core.folder)))
        limits = Limits(core.runner)
        metrics = Metrics(core.runner, core.log, lambda: limits.readers)
        return cls(core, sessions, Tails(core.log), WatchedRuns(core.log), access, limits, Presence(), metrics)

    async def readable(self, caller: Caller, run_id: str) -> Run:
        """Raises UnknownRun, and Refused where the caller may not read it."""
        run = await self.core.log.run(run_id)
        caller.may_read(run)
        return run

    async def controllable(self, caller: Caller, run_id: str) -> Run:
        """Raises UnknownRun, and Refused where the caller may not control it."""
        run = await self.core.log.run(run_id)
        caller.may_control(run)
        return run

    def reader(self, run_id: str, *, stops: bool = False) -> Callable[[bool], None]:
        """Counts a reader of a run. What is returned is told, when it ends, whether the reader has left before the
        run's end; with `stops` that stops the run. Raises Refused where there are too many readers."""
        gone = self.limits.reader(run_id)

        def ended(left: bool) -> None:
            gone()
            if stops and left:
                task = asyncio.create_task(self.core.runner.cancel(run_id))
                self._stopping.add(task)
                task.add_done_callback(self._stopping.discard)

        return ended

    def close(self) -> None:
        self.tails.close()
        self.watched.close()


async def _context(connection: HTTPConnection) -> Context:  # FastAPI calls what is not async in a thread
    return cast(Context, connection.app.state.context)


async def _caller(connection: HTTPConnection) -> Caller:
    return (await _context(connection)).access.caller(connection)


Here = Annotated[Context, Depends(_context)]
Who = Annotated[Caller, Depends(_caller)]
