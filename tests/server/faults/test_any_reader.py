"""Whatever is said, wherever readers begin, and however often they are cut off: each gets the rest of the log."""

import asyncio
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.event_stream import EventStreamParser
from agent.events import Done, Event
from agent.log import EventLog, MemoryLog
from agent.sqlite_log import SqliteLog
from apps.entry_stream import Encode, EntrySource, Tails, all_frames, frames
from apps.sse import EventStream
from tests.strategies import events
from tests.streams import PATIENCE, new_run

Heard = tuple[int, str, bytes]
Habits = tuple[int, int, list[int]]
habits = st.tuples(st.integers(0, 30), st.integers(0, 9), st.lists(st.integers(0, 600), max_size=5))
"""Of a reader: what it has already, when it comes, and the bytes that each of its connections lives."""


class Reader:
    """A client over ASGI, whose connections are cut in the middle of anything."""

    def __init__(self, tails: Tails, after: int, lives: Sequence[int], encode: Encode) -> None:
        self._tails, self.at, self._lives, self._encode = tails, after, list(lives), encode
        self.heard: list[Heard] = []

    async def read(self) -> None:
        for _ in range(len(self._lives) + 2):  # more connections than it loses are of no use
            live = await self._tails.of("r1")
            if live.closed and self.at >= live.last:
                return  # where the server answers 204
            await self._connect(EventStream(EntrySource(live, self.at, self._encode)))
            if self.heard and self.heard[-1][1] == "done":
                return

    async def _connect(self, stream: EventStream) -> None:
        left, parser = asyncio.Event(), EventStreamParser()
        life = self._lives.pop() if self._lives else 10**9

        async def receive() -> dict[str, Any]:
            await left.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            nonlocal life
            piece = message.get("body", b"")[:life]
            life -= len(piece)
            for event in parser.feed(piece):
                self.at = int(event.last_event_id)
                self.heard.append((self.at, event.event, event.data.encode()))
            if life == 0:
                left.set()
            await asyncio.sleep(0)

        await stream({"type": "http"}, receive, send)


async def write(log: EventLog, said: Sequence[Event], turns: Sequence[int]) -> None:
    for number, event in enumerate(said):
        log.append("r1", event, number / 1000)
        for _ in range(turns[number % len(turns)]):
            await asyncio.sleep(0)
    log.finish("r1", "completed", [Done(outcome="completed", latency_ms=1)], 1)


async def play(
    log: EventLog,
    said: Sequence[Event],
    turns: Sequence[int],
    who: Sequence[Habits],
    encode: Encode,
) -> None:
    await log.start()
    await log.create(new_run())
    tails = Tails(log)
    readers = [Reader(tails, min(after, len(said)), lives, encode) for after, _, lives in who]
    begin = {reader: reader.at for reader in readers}

    async def come(reader: Reader, later: int) -> None:
        while len(await log.read("r1")) < reader.at:  # nobody has what was not said
            await asyncio.sleep(0)
        for _ in range(later):
            await asyncio.sleep(0)
        await reader.read()

    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
        group.create_task(write(log, said, turns))
        for reader, (_, later, _) in zip(readers, who, strict=True):
            group.create_task(come(reader, later))
    whole = await log.read("r1")
    sent = [(e.seq, e.type, e.data) for e in whole if encode is all_frames or e.type != "trace"]
    assert [kind for _, kind, _ in sent if kind != "trace"] == [e.type for e in said if e.type != "trace"] + ["done"]
    for reader in readers:
        assert reader.heard == [one for one in sent if one[0] > begin[reader]]
    live = log.live("r1")
    assert live is not None and live.readers == 0
    await log.close()


@pytest.mark.parametrize("encode", [all_frames, frames])
@pytest.mark.parametrize("open_log", [lambda _: MemoryLog(), SqliteLog])
@settings(max_examples=40)
@given(
    said=st.lists(events, max_size=30),
    turns=st.lists(st.integers(0, 3), min_size=1, max_size=4),
    who=st.lists(habits, min_size=1, max_size=4),
)
def test_each_reader_gets_exactly_what_it_has_not(
    open_log: Callable[[Path], EventLog],
    encode: Encode,
    said: list[Event],
    turns: list[int],
    who: list[Habits],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(play(open_log(Path(folder)), said, turns, who, encode))
