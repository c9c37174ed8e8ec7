"""The core of a process: its data folder, its log and its Runner."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_data_path

from agent.errors import UsageError
from agent.expiry import keep
from agent.log import EventLog
from agent.pacing import paced
from agent.registry import chosen, resolve
from agent.replay import Recording
from agent.request import Limits, Once, Request
from agent.run import Runner
from agent.sqlite_log import SqliteLog

RUNS = "FIRSTLIGHT_RUNS"
"""How many runs may work at a time; as many again may wait."""
KEEP_DAYS = "FIRSTLIGHT_KEEP_DAYS"
"""After how many days the entries of a run are dropped; without it they are kept."""


def data_folder() -> Path:
    """Where runs and collections are kept: `FIRSTLIGHT_DATA`, else the user's data folder."""
    chosen_folder = os.environ.get("FIRSTLIGHT_DATA")
    return Path(chosen_folder).expanduser() if chosen_folder else user_data_path("firstlight", appauthor=False)


@dataclass(frozen=True)
class Core:
    """What every front end needs. It lives on one event loop."""

    log: EventLog
    runner: Runner
    folder: Path

    async def ask(self, request: Request, *, agent: str = "", once: Once | None = None) -> str:
        """Starts the agent of that name, at the request's pace, and returns the run's id."""
        name = agent or chosen()
        paced_agent = paced(resolve(name), request.pace, request.seed)
        return await self.runner.start(paced_agent, request, name=name, once=once)

    async def replay(self, recording: Recording, speed: float = 1.0, *, session_id: str = "") -> str:
        """Plays a recording as a run that is labelled as its replay, and returns the run's id."""
        agent = recording.agent(speed)
        enough = recording.entries[-1].at / speed + 60  # the recorded run may have had longer limits, or waited
        limits = Limits(deadline=enough, idle=enough)
        request = Request(question=recording.run.question, session_id=session_id, limits=limits)
        original = recording.run.run_id
        return await self.runner.start(agent, request, name="replay", replay_of=original)


def number(variable: str, default: float) -> float:
    """What an environment variable says. Raises UsageError where that is no number, or a negative one."""
    said = os.environ.get(variable) or str(default)
    try:
        value = float(said)
    except ValueError:
        value = -1
    if not 0 <= value < 1e9:
        raise UsageError(f"{variable} must be a number, 0 or more, not {said!r}")
    return value


@asynccontextmanager
async def open_core(folder: Path | None = None, *, limits: Limits | None = None) -> AsyncIterator[Core]:
    """Opens the log in `folder` (the data folder by default); on leaving, what still runs is interrupted."""
    where = folder or data_folder()
    most, days = max(1, int(number(RUNS, 256))), number(KEEP_DAYS, 0)
    log = SqliteLog(where)
    await log.start()
    runner = Runner(log, limits=limits, max_running=most)
    keeping = asyncio.create_task(keep(log, days))
    try:
        yield Core(log, runner, where)
    finally:
        keeping.cancel()
        await runner.close()
        await log.close()
