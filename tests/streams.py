"""Runs and streams, as the tests of the core write and read them."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable

from agent.entries import Entry
from agent.events import (
    Artifact,
    Citation,
    Done,
    Error,
    Event,
    Input,
    Status,
    Token,
    Tool,
    Trace,
    Warning,
)
from agent.log import EventLog
from agent.request import Limits, Request, Run
from agent.run import Agent, Runner

QUESTION = Request(question="?")
PATIENCE = 30
"""Seconds after which a run that does not end is a fault; a busy machine needs some."""


def said(entries: Iterable[Entry]) -> list[str]:
    """A stream as one readable list."""
    return [words(entry.event) for entry in entries]


def words(event: Event) -> str:
    match event:
        case Status():
            detail = f" ({event.detail})" if event.detail else ""
            return f"{event.id} {event.state}{detail}"
        case Token():
            return event.text if event.channel == "answer" else f"thinks {event.text}"
        case Tool():
            log = f" ({event.log})" if event.log else ""
            return f"tool {event.name} {event.state}{log}"
        case Artifact():
            return f"artifact {event.id} v{event.version}"
        case Citation():
            return f"citation {event.index}"
        case Warning():
            return f"warning {event.code}"
        case Error():
            return f"error {event.code}: {event.message}"
        case Input():
            answer = f" {event.value!r}" if event.state == "answered" else ""
            return f"input {event.id} {event.state}{answer}"
        case Trace():
            return f"trace {event.name}"
        case Done():
            return f"done {event.outcome}{' partial' if event.partial else ''}"


async def ended(runner: Runner, run_id: str) -> list[str]:
    """The whole stream of a run, once it has ended."""
    async with asyncio.timeout(PATIENCE):
        await runner.wait(run_id)
    return said(await runner.log.read(run_id))


async def stream(runner: Runner, agent: Agent, limits: Limits | None = None) -> list[str]:
    """Starts an agent and returns all that it said."""
    return await ended(runner, await runner.start(agent, Request(question="?", limits=limits or Limits())))


async def until(runner: Runner, run_id: str, entries: int) -> None:
    """Waits until a reader can see so many entries."""
    async with asyncio.timeout(PATIENCE):
        while len(await runner.log.read(run_id)) < entries:
            assert await runner.log.wait(run_id, len(await runner.log.read(run_id)))


async def forever() -> None:
    await asyncio.Event().wait()


def says(*events: Event) -> Agent:
    """An agent that says these events."""

    async def agent(request: Request) -> AsyncIterator[Event]:
        for event in events:
            yield event

    return agent


def new_run(run_id: str = "r1", session_id: str = "s1", question: str = "?", created_at: float | None = None) -> Run:
    when = time.time() if created_at is None else created_at
    return Run(run_id=run_id, session_id=session_id, agent="test", question=question, created_at=when)


async def write_run(log: EventLog, texts: Iterable[str], run_id: str = "r1", session_id: str = "s1") -> None:
    """Stores a whole run that says these tokens."""
    await log.create(new_run(run_id, session_id))
    for i, text in enumerate(texts):
        log.append(run_id, Token(text=text), i / 1000)
    log.finish(run_id, "completed", [Done(outcome="completed", latency_ms=1)], 0.001)
    await log.flush(run_id)
