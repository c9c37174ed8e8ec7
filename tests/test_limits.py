"""Limits: of the run, of silence, of a stage."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from agent import drive as drive_module
from agent.errors import StageTimeout
from agent.events import Event, Status, Token, Warning
from agent.log import MemoryLog
from agent.request import Limits, Request
from agent.run import Runner
from agent.stages import Stage, limited
from tests.streams import forever, stream

pytestmark = pytest.mark.anyio


async def test_the_deadline(runner: Runner) -> None:
    async def agent(request: Request) -> AsyncIterator[Event]:
        yield Status(step="generating")
        while True:
            yield Token(text="la ")
            await asyncio.sleep(0.01)

    lines = await stream(runner, agent, Limits(deadline=0.1))
    assert lines[0] == "generating running"
    assert lines[-3:] == [
        "generating failed (Out of time)",
        "error deadline: The deadline of 0.1 s has passed.",
        "done timeout partial",
    ]


async def test_silence(runner: Runner) -> None:
    async def agent(request: Request) -> AsyncIterator[Event]:
        yield Status(step="retrieving")
        await forever()

    assert await stream(runner, agent, Limits(idle=0.05)) == [
        "retrieving running",
        "retrieving failed (Out of time)",
        "error idle: Nothing was heard for 0.05 s.",
        "done timeout",
    ]


async def test_an_agent_that_will_not_stop_at_its_deadline(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drive_module, "_STUBBORN_SECONDS", 0.05)
    released = asyncio.Event()

    async def agent(request: Request) -> AsyncIterator[Event]:
        yield Token(text="a")
        while not released.is_set():
            try:
                await released.wait()
            except asyncio.CancelledError:
                continue

    assert await stream(runner, agent, Limits(deadline=0.05)) == [
        "a",
        "error deadline: The deadline of 0.05 s has passed.",
        "done timeout partial",
    ]
    released.set()


STAGE_TIMEOUT = "error stage_timeout: The step 'retrieving' took longer than its limit of 0.05 s."


async def test_a_stage_that_takes_too_long(runner: Runner) -> None:
    async def agent(request: Request) -> AsyncIterator[Event]:
        yield Status(step="interpreting")
        yield Status(step="interpreting", state="done")
        yield Status(step="retrieving")
        await forever()

    lines = await stream(runner, agent, Limits(stages={"retrieving": 0.05, "interpreting": 60}, grace=0))
    assert lines[3:] == ["retrieving failed (Out of time)", STAGE_TIMEOUT, "done timeout"]


async def test_a_stage_that_begins_late_has_its_limit_too(runner: Runner) -> None:
    """The timer that was set for the first step must not be the only one."""

    async def agent(request: Request) -> AsyncIterator[Event]:
        yield Status(step="interpreting")
        await asyncio.sleep(0.1)
        yield Status(step="retrieving")
        while True:
            yield Token(text="la ")
            await asyncio.sleep(0.01)

    lines = await stream(runner, agent, Limits(stages={"retrieving": 0.05}, grace=0))
    assert lines[-2:] == [STAGE_TIMEOUT, "done timeout partial"]


async def test_the_limit_of_a_stage_is_for_each_of_its_steps(runner: Runner) -> None:
    """Calls that overlap, each within the limit, are together longer than it."""

    async def agent(request: Request) -> AsyncIterator[Event]:
        yield Status(step="running_tool", id="0")
        for i in range(1, 8):
            await asyncio.sleep(0.1)
            yield Status(step="running_tool", id=str(i))
            yield Status(step="running_tool", id=str(i - 1), state="done")

    lines = await stream(runner, agent, Limits(stages={"running_tool": 0.5}, grace=0))
    assert lines[-1] == "done completed"


async def test_a_stage_that_keeps_its_own_limit_falls_back(runner: Runner) -> None:
    async def generate() -> Stage:
        yield Token(text="The mod")
        await forever()

    async def agent(request: Request) -> AsyncIterator[Event]:
        yield Status(step="generating")
        try:
            async for event in limited(generate(), request.limits.stages["generating"], "generating"):
                yield event
        except StageTimeout as late:
            yield Status(step="generating", state="failed", detail="too slow")
            yield Warning(code="fallback", message=str(late))
            yield Token(text=" a quote")

    assert await stream(runner, agent, Limits(stages={"generating": 0.05})) == [
        "generating running",
        "The mod",
        "generating failed (too slow)",
        "warning fallback",
        " a quote",
        "done completed partial",
    ]


async def test_a_stage_timeout_that_nobody_catches(runner: Runner) -> None:
    async def agent(request: Request) -> AsyncIterator[Event]:
        yield Token(text="a")
        raise StageTimeout("generating", 2)

    assert await stream(runner, agent) == [
        "a",
        "error stage_timeout: the step 'generating' took longer than its limit of 2 s",
        "done timeout partial",
    ]


async def test_the_runners_limits_are_for_requests_that_bring_none() -> None:
    runner = Runner(MemoryLog(), limits=Limits(idle=0.05))

    async def agent(request: Request) -> AsyncIterator[Event]:
        await forever()
        yield Token(text="never")

    assert (await stream(runner, agent))[-1] == "done timeout"
    run_id = await runner.start(agent, Request(question="?", limits=Limits(idle=100)))
    await asyncio.sleep(0.1)
    assert (await runner.log.run(run_id)).is_open
    await runner.close()
