"""Recordings: a run's log as a file, and an agent that says it again with its timing.

A recording is JSON lines: the run's record first, then its entries as `Entry.line` writes them.
"""

import asyncio
import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from agent.entries import Entry
from agent.errors import BadRecording, Ended, UsageError
from agent.events import Done, Event, Input
from agent.log import EventLog
from agent.request import Request, Run
from agent.run import Agent


@dataclass(frozen=True)
class Recording:
    """A run that has ended, with all of its entries."""

    run: Run
    entries: tuple[Entry, ...]

    @classmethod
    def load(cls, path: Path) -> "Recording":
        """Reads what `save` wrote. Raises BadRecording, naming the line that is wrong."""
        try:
            lines = path.read_text(encoding="utf-8").removesuffix("\n").split("\n")  # text may hold U+2028
        except (OSError, UnicodeDecodeError) as error:
            raise BadRecording(f"cannot read the recording {str(path)!r}: {error}") from error
        run: Run | None = None
        entries: list[Entry] = []
        try:
            run = Run.model_validate(json.loads(lines[0])["run"])
            for line in lines[1:]:
                entries.append(Entry.from_line(line))
        except (ValidationError, ValueError, KeyError, TypeError, AttributeError) as error:
            number = len(entries) + 2 if run else 1
            raise BadRecording(f"{str(path)!r} is not a recording: line {number}: {error!r}") from error
        for number, entry in enumerate(entries, start=1):
            if entry.seq != number or (entry.type == "done") != (number == len(entries)):
                wrong = f"line {number + 1}: entry {entry.seq}, {entry.type}"
                raise BadRecording(f"{str(path)!r}: expected entries 1, 2, 3 ... and one `done`, the last; {wrong}")
        if not entries:
            raise BadRecording(f"{str(path)!r} is not a whole recording: it has no entries")
        return cls(run, tuple(entries))

    @property
    def is_whole(self) -> bool:
        return bool(self.entries) and self.entries[-1].type == "done"

    def save(self, path: Path) -> None:
        head = json.dumps({"run": self.run.model_dump(mode="json")}, ensure_ascii=False)
        lines = [head, *(entry.line() for entry in self.entries)]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def agent(self, speed: float = 1.0) -> Agent:
        """An agent that says what was recorded when it was said; at `speed` 2 in half of the time."""
        if not speed > 0:
            raise UsageError(f"a speed is greater than 0, not {speed!r}")
        return lambda request: self._play(request, speed)

    async def _play(self, _: Request, speed: float) -> AsyncGenerator[Event, Input | None]:
        loop = asyncio.get_running_loop()
        began = loop.time()
        for entry in self.entries:
            event = entry.event
            # Deadlines are absolute, so that one late timer does not delay all that follows.
            if (wait := began + entry.at / speed - loop.time()) > 0:
                await asyncio.sleep(wait)
            if isinstance(event, Done):
                if event.outcome != "completed":
                    raise Ended(event.outcome)
                return
            if not (isinstance(event, Input) and event.state == "requested"):  # an answered question is history
                yield event


async def recording_of(log: EventLog, run_id: str) -> Recording:
    """A run of the log as a recording. Raises UsageError while it still runs."""
    recording = Recording(await log.run(run_id), tuple(await log.read(run_id)))
    if not recording.is_whole:
        raise UsageError(f"run {run_id!r} has not ended yet: only a whole run can be recorded")
    return recording
