"""Many streams at once: agents that speak on a timer, each with a reader, in the real Runner."""

import asyncio
import time
from collections.abc import AsyncIterator, Coroutine
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
    """CPU time of the whole process: agents and their timers, Runner, log, readers."""
    latencies: list[float] = field(default_factory=list)
    """Seconds from the agent's yield to the reader, one an event."""

    @property
    def cpu_us_per_event(self) -> float:
        return self.cpu_s / max(1, self.events) * 1e6

    @property
    def reached(self) -> float:
        """Tokens a second that a stream really said: below `rate` where the machine was too busy."""
        return self.events / self.streams / self.seconds


async def load(log: EventLog, *, streams: int, rate: float, seconds: float) -> Load:
    """Runs `streams` agents that say `rate` tokens a second, and measures for `seconds`."""
    measured = Load(streams, rate, seconds)
    measuring = False
    said: dict[str, list[float]] = {}
    runner = Runner(log, max_running=streams)
    stop = asyncio.Event()

    async def say(request: Request) -> AsyncIterator[Event]:
        due = asyncio.get_running_loop().time()
        times = said[request.question]
        while not stop.is_set():
            due += 1 / rate
            await asyncio.sleep(max(0.0, due - asyncio.get_running_loop().time()))
            times.append(time.perf_counter())
            yield Token(text="word ")

    async def read(run_id: str, times: list[float]) -> None:
        count = 0
        async for entry in log.follow(run_id):
            if entry.type == "token":
                if measuring:
                    measured.latencies.append(time.perf_counter() - times[count])
                    measured.events += 1
                count += 1

    readers = []
    for number in range(streams):
        said[str(number)] = []
        run_id = await runner.start(say, Request(question=str(number)))
        readers.append(asyncio.create_task(read(run_id, said[str(number)])))
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
