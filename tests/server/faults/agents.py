"""Agents that do what agents should not, and one that tells the time; the rest is tests/server/agents.py."""

import asyncio
import time
from collections.abc import AsyncIterator

from agent.events import Event, Token
from agent.request import Request
from tests.server import agents


def agent(request: Request) -> AsyncIterator[Event]:
    """`clock N PAUSE [SIZE]`: N tokens that begin with the time of day. `block SECONDS`: holds the event loop up.
    `flood N`: N tokens without a pause. `huge SIZE`: one token of so many characters. `tasks`: how many tasks there
    are in the server."""
    kind, *rest = request.question.split()
    match kind:
        case "clock":
            return clock(int(rest[0]), float(rest[1]), int(rest[2]) if len(rest) > 2 else 0)
        case "block":
            return block(float(rest[0]))
        case "flood":
            return flood(int(rest[0]))
        case "huge":
            return huge(int(rest[0]))
        case "tasks":
            return tasks()
        case _:
            return agents.agent(request)


async def clock(count: int, pause: float, size: int) -> AsyncIterator[Event]:
    for _ in range(count):
        await asyncio.sleep(pause)
        yield Token(text=f"{time.time():.6f} " + "." * size)


async def block(seconds: float) -> AsyncIterator[Event]:
    yield Token(text="before ")
    await asyncio.sleep(0.3)
    slow_tool(seconds)
    yield Token(text="after")


def slow_tool(seconds: float) -> None:
    time.sleep(seconds)


async def flood(count: int) -> AsyncIterator[Event]:
    for number in range(count):
        yield Token(text=f"{number} ")


async def huge(size: int) -> AsyncIterator[Event]:
    yield Token(text="before ")
    yield Token(text="x" * size)
    yield Token(text="after")


async def tasks() -> AsyncIterator[Event]:
    yield Token(text=str(len(asyncio.all_tasks())))
