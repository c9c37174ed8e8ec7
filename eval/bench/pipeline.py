"""What one token event costs from the agent to its reader, beside a bare queue and two peers.

Every contender says the same words, gives up the event loop after each, and has one reader that
counts them: ours in the real Runner. All share one process and take turns, so that a neighbour on
the machine disturbs them alike.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from pydantic import BaseModel, ConfigDict
from rich.console import Console
from rich.table import Table

from agent.events import Event, Token
from agent.log import EventLog, MemoryLog
from agent.request import Request
from agent.run import Runner
from agent.sqlite_log import SqliteLog
from eval.bench.load import SECONDS, Load, load, queued, run_as_served, through
from eval.bench.peers import langgraph_custom, pydantic_ai_events

_STREAMS, _RATE = 500, 50.0

Contender = Callable[[int], Awaitable[int]]
"""Sends that many tokens, and returns how many its reader has counted."""


class Cost(BaseModel):
    """A row of the bench."""

    model_config = ConfigDict(frozen=True)

    name: str
    us_per_event: float | None
    """Median over the repetitions of the process's CPU time for one event, in µs: what is spent, whoever else
    uses the machine."""
    wall_us_per_event: float | None = None
    """The same by the wall clock."""
    repeats: int = 0
    events: int = 0
    """Events a repetition."""
    reached: float | None = None
    """Under load: tokens a second that each stream really said, below 50 where the machine was too busy."""
    skipped: str = ""
    """Why it was not measured."""


class Costs(BaseModel):
    rows: tuple[Cost, ...]


def measure(tokens: int, repeats: int) -> Costs:
    """All contenders, then a bare queue and SQLite under the load of 500 streams at 50 tokens a second."""
    alone = asyncio.run(_contend(tokens, repeats))
    return Costs(rows=(*alone, run_as_served(_loaded_queue()), run_as_served(_loaded_sqlite())))


async def _contend(tokens: int, repeats: int) -> list[Cost]:
    contenders: dict[str, Callable[[], AbstractAsyncContextManager[Contender]]] = {
        "asyncio-queue": lambda: nullcontext(_queue),
        "firstlight-memory": lambda: nullcontext(_ours(MemoryLog())),
        "firstlight-sqlite": _ours_stored,
        "langgraph-custom": lambda: nullcontext(langgraph_custom),
        "pydantic-ai-events": lambda: nullcontext(pydantic_ai_events),
    }
    spent: dict[str, list[tuple[float, float]]] = {name: [] for name in contenders}
    missing: dict[str, str] = {}
    for repeat in range(-1, repeats):  # the first turn only warms up
        for name in contenders:
            if name in missing:
                continue
            try:
                async with contenders[name]() as contender:
                    took = await _timed(contender, tokens)
            except ImportError as error:
                missing[name] = f"{error.name} is not installed: see requirements-bench.txt"
                continue
            if repeat >= 0:
                spent[name].append(took)
    return [_cost(name, spent[name], tokens, missing.get(name, "")) for name in contenders]


@asynccontextmanager
async def _sqlite() -> AsyncIterator[SqliteLog]:
    """A log of its own, whose upkeep has ended when the next contender begins."""
    with TemporaryDirectory(prefix="firstlight-bench-") as folder:
        log = SqliteLog(Path(folder))
        await log.start()
        yield log
        await log.close()


@asynccontextmanager
async def _ours_stored() -> AsyncIterator[Contender]:
    async with _sqlite() as log:
        yield _ours(log)


async def _timed(contender: Contender, tokens: int) -> tuple[float, float]:
    """CPU and wall seconds."""
    cpu, wall = time.process_time(), time.perf_counter()
    counted = await contender(tokens)
    took = time.process_time() - cpu, time.perf_counter() - wall
    if counted != tokens:
        raise RuntimeError(f"{counted} of {tokens} tokens reached the reader")
    return took


def _cost(name: str, spent: list[tuple[float, float]], tokens: int, skipped: str) -> Cost:
    if skipped:
        return Cost(name=name, us_per_event=None, skipped=skipped)
    cpu, wall = (round(median(each) / tokens * 1e6, 2) for each in zip(*spent, strict=True))
    return Cost(name=name, us_per_event=cpu, wall_us_per_event=wall, repeats=len(spent), events=tokens)


async def _queue(tokens: int) -> int:
    queue: asyncio.Queue[str | None] = asyncio.Queue()

    async def say() -> None:
        for _ in range(tokens):
            queue.put_nowait("word ")
            await asyncio.sleep(0)
        queue.put_nowait(None)

    saying = asyncio.create_task(say())
    count = 0
    while await queue.get() is not None:
        count += 1
    await saying
    return count


def _ours(log: EventLog) -> Contender:
    runner = Runner(log)

    async def run(tokens: int) -> int:
        async def say(_: Request) -> AsyncIterator[Event]:
            for _number in range(tokens):
                yield Token(text="word ")
                await asyncio.sleep(0)

        run_id = await runner.start(say, Request(question="q"))
        count = 0
        async for entry in log.follow(run_id):
            count += entry.type == "token"
        return count

    return run


async def _loaded_queue() -> Cost:
    return _under_load("asyncio-queue-500x50", await load(queued, streams=_STREAMS, rate=_RATE, seconds=SECONDS))


async def _loaded_sqlite() -> Cost:
    async with _sqlite() as log:
        under = await load(through(log, _STREAMS), streams=_STREAMS, rate=_RATE, seconds=SECONDS)
    return _under_load("firstlight-sqlite-500x50", under)


def _under_load(name: str, under: Load) -> Cost:
    cpu, reached = round(under.cpu_us_per_event, 2), round(under.reached, 1)
    return Cost(name=name, us_per_event=cpu, repeats=1, events=under.events, reached=reached)


def show(costs: Costs, as_json: bool) -> None:
    if as_json:
        print(costs.model_dump_json(indent=2))
        return
    table = Table(box=None, header_style="bold")
    table.add_column("µs per token event")
    for name in ("CPU", "wall"):
        table.add_column(name, justify="right")
    for row in costs.rows:
        cells = [f"{value:.1f}" if value is not None else "" for value in (row.us_per_event, row.wall_us_per_event)]
        table.add_row(row.name, *(cells if not row.skipped else [f"skipped: {row.skipped}", ""]))
    Console().print(table)
