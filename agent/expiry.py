"""What a log no longer keeps of a run that has ended: its first entries, or all of them, and the view that they made.

What a run was stays: its question, its outcome, the answer, the sources. What is lost is how it came.
"""

import asyncio
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from pydantic import TypeAdapter

from agent.entries import Entry
from agent.log import EventLog
from agent.view import View, fold

_VIEW: TypeAdapter[View] = TypeAdapter(View)


class Dropped(NamedTuple):
    """Entries that were dropped."""

    upto: int
    """The number of the last one."""
    view: bytes
    """What all of them made, as JSON."""


def view_json(view: View) -> bytes:
    return _VIEW.dump_json(view, by_alias=True)


def drop(entries: Sequence[Entry], dropped: Dropped | None, upto: int) -> Dropped:
    """What stands for `entries` up to `upto`, and for those that were dropped before."""
    start = _VIEW.validate_json(dropped.view) if dropped else View()
    gone = [entry for entry in entries if entry.seq <= upto]
    return Dropped(gone[-1].seq if gone else (dropped.upto if dropped else 0), view_json(fold(gone, start)))


async def start_of(log: EventLog, run_id: str) -> View:
    """The view from which the entries that are kept go on."""
    dropped = await log.dropped(run_id)
    return _VIEW.validate_json(dropped.view) if dropped else View()


async def view_of(log: EventLog, run_id: str) -> View:
    """The run as it stands, whatever of its log is kept. Raises UnknownRun."""
    start = await start_of(log, run_id)
    return fold(await log.read(run_id), start)


class Expiring(Protocol):
    async def drop_older(self, seconds: float) -> int:
        """Drops the entries of all runs that began longer ago; how many runs that were."""


async def keep(log: Expiring, days: float) -> None:
    """Drops what is older, now and every hour; nothing where `days` is 0."""
    while days:
        await log.drop_older(days * 86_400)
        await asyncio.sleep(3600)
