"""Many streams at once: agents that speak on a timer, each with a reader."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

from agent.events import Event, Token
from agent.log import EventLog
from agent.request import Request
from agent.run import Runner

T = TypeVar("T")

SECONDS = 6.0
_SETTLING = 1.0
"""Seconds after the last start that are not measured."""


@dataclass
class Load:
    """What the measured seconds showed."""

    streams: int
    rate: float
    seconds: float
    events: int = 0
    cpu_s: float = 0.0
    """CPU time of the whole process: agents and their timers, what is between them and their readers, readers."""
    latencies: list[float] = field(default_factory=list)
    """Seconds from the agent's yield to the reader, one an event."""

    @property
    def cpu_us_per_event(self) -> float:
        return self.cpu_s / max(1, self.events) * 1e6

    @property
    def reached(self) -> float:
        """Tokens a second that a stream really said: below `rate` where the machine was too busy."""
        return self.events / self.streams / self.seconds


Voice = AsyncIterator[Event]
"""What an agent says."""
Channel = Callable[[Voice], Awaitable[AsyncIterator[object]]]
"""Starts an agent; its reader's side, which yields once for every token."""


def through(log: EventLog, streams: int) -> Channel:
    """Our own channel: each agent in the real Runner, each reader on the log."""
    runner = Runner(log, max_running=streams)

    async def tokens(run_id: str) -> AsyncIterator[object]:
        async for entry in log.follow(run_id):
            if entry.type == "token":
                yield entry

    async def opened(voice: Voice) -> AsyncIterator[object]:
        return tokens(await runner.start(lambda _: voice, Request(question="load")))

    return opened


async def queued(voice: Voice) -> AsyncIterator[object]:
    """The floor: a bare queue between the same agent and the same reader."""
    queue: asyncio.Queue[Event | None] = asyncio.Queue()

    async def say() -> None:
        async for event in voice:
            queue.put_nowait(event)
        queue.put_nowait(None)

    async def tokens(saying: asyncio.Task[None]) -> AsyncIterator[object]:
        while (event := await queue.get()) is not None:
            yield event
        await saying

    return tokens(asyncio.create_task(say()))


async def load(channel: Channel, *, streams: int, rate: float, seconds: float) -> Load:
    """Runs `streams` agents that say `rate` tokens a second, and measures for `seconds`."""
    measured = Load(streams, rate, seconds)
    measuring = False
    stop = asyncio.Event()
    clock = asyncio.get_running_loop().time

    async def say(times: list[float]) -> Voice:
        due = clock()
        while not stop.is_set():
            due += 1 / rate
            await asyncio.sleep(max(0.0, due - clock()))
            times.append(time.perf_counter())
            yield Token(text="word ")

    async def read(tokens: AsyncIterator[object], times: list[float]) -> None:
        count = 0
        async for _ in tokens:
            if measuring:
                measured.latencies.append(time.perf_counter() - times[count])
                measured.events += 1
            count += 1

    readers = []
    for _ in range(streams):
        times: list[float] = []
        readers.append(asyncio.create_task(read(await channel(say(times)), times)))
        await asyncio.sleep(1 / rate / streams)  # spread over the period, as people are
    await asyncio.sleep(_SETTLING)
    cpu, measuring = time.process_time(), True
    await asyncio.sleep(seconds)
    measured.cpu_s, measuring = time.process_time() - cpu, False
    stop.set()
    await asyncio.gather(*readers)
    return measured


def run_as_served(work: Coroutine[Any, Any, T]) -> T:
    """Runs it on the event loop that the server has: uvloop, where there is one for the platform."""
    try:
        from uvloop import new_event_loop
    except ImportError:
        return asyncio.run(work)
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(work)
