"""The stream that every server of the bench sends: tokens that carry the moment at which they were said.

The clock is CLOCK_MONOTONIC, which all processes of a machine share. A stream waits behind the gate,
so that all are connected before the first one speaks; the question is one of

    speak PHASE RATE     when the gate opens, and PHASE seconds later: RATE tokens a second until it closes
    history TOKENS       so many at once, then behind the gate, as above
    go SECONDS           opens the gate for so long, and closes it for those that have passed before
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from time import perf_counter_ns

from agent.events import Event, Status, Token
from agent.request import Request

SECOND = 1_000_000_000
WIDTH = 21
"""Characters of a token: twenty digits and a space, so that its offset tells which one it is."""


def now_said() -> str:
    """A token."""
    return f"{perf_counter_ns():020d} "


def payload(number: int) -> str:
    """The data of token `number` as our own server would write it."""
    at = perf_counter_ns()
    return f'{{"text":"{at:020d} ","channel":"answer","offset":{WIDTH * number},"t_ms":{at / 1e6:.3f}}}'


@dataclass
class Opening:
    """From when to when the gate is open."""

    since: int
    until: int


class Gate:
    """Opens for all streams at once, and closes for those that have passed when it is opened again. Lives on one
    event loop."""

    def __init__(self) -> None:
        self._next: asyncio.Future[Opening] | None = None
        self._last: Opening | None = None

    async def passed(self) -> Opening:
        if self._next is None:
            self._next = asyncio.get_running_loop().create_future()
        return await asyncio.shield(self._next)

    def open(self, seconds: float) -> None:
        now = perf_counter_ns()
        if self._last is not None:
            self._last.until = min(self._last.until, now)
        self._last = Opening(now, now + int(seconds * SECOND))
        waiting, self._next = self._next, None
        if waiting is not None:
            waiting.set_result(self._last)


_gate = Gate()


async def beats(question: str) -> AsyncIterator[None]:
    """Yields whenever a token is due. A stream that is late does not move the moments when the next ones are due."""
    kind, *rest = question.split()
    if kind == "go":
        _gate.open(float(rest[0]))
        return
    if kind == "history":
        for _ in range(int(rest[0])):
            yield
        rest = ["0", "50"]
    phase, rate = map(float, rest)
    opening = await _gate.passed()
    due, period = opening.since + int(phase * SECOND), int(SECOND / rate)
    while due < opening.until > perf_counter_ns():
        await asyncio.sleep(max(0, due - perf_counter_ns()) / SECOND)
        yield
        due += period


async def agent(request: Request) -> AsyncIterator[Event]:
    """The stream as an agent of ours."""
    yield Status(step="generating", label="Speaking")
    async for _ in beats(request.question):
        yield Token(text=now_said())
