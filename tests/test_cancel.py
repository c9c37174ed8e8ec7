"""Stop means stop, however the agent takes it."""

import asyncio
import random
import time
from collections.abc import AsyncIterator

import pytest

from agent import run as run_module
from agent.errors import UnknownRun
from agent.events import Event, Status, Token, Tool
from agent.log import EventLog
from agent.request import Request
from agent.run import Runner
from agent.stop import check_stopped
from tests.streams import QUESTION, ended, forever, said, says, until

pytestmark = pytest.mark.anyio


async def test_a_run_that_is_cancelled_before_its_first_event(runner: Runner) -> None:
    began = False

    async def agent(request: Request) -> AsyncIterator[Event]:
        nonlocal began
        began = True
        yield Token(text="never")

    run_id = await runner.start(agent, QUESTION)
    assert (await runner.cancel(run_id)).state == "cancelled"
    assert await ended(runner, run_id) == ["done cancelled"]
    assert not began


async def test_a_run_that_is_cancelled_in_the_middle(runner: Runner) -> None:
    cleaned: list[str] = []

    async def agent(request: Request) -> AsyncIterator[Event]:
        try:
            yield Status(step="generating", label="Writing")
            yield Tool(call_id="1", name="lookup")
            yield Token(text="half an ans")
            await forever()
            yield Token(text="never")
        finally:
            cleaned.append("closed")

    run_id = await runner.start(agent, QUESTION)
    await until(runner, run_id, 3)
    run = await runner.cancel(run_id)
    assert run.state == "cancelled"
    assert await ended(runner, run_id) == [
        "generating running",
        "tool lookup running",
        "half an ans",
        "tool lookup failed (Stopped)",
        "generating skipped (Stopped)",
        "done cancelled partial",
    ]
    assert cleaned == ["closed"]


async def test_cancelling_again_and_again_is_harmless(runner: Runner) -> None:
    async def agent(request: Request) -> AsyncIterator[Event]:
        yield Token(text="a")
        await forever()

    run_id = await runner.start(agent, QUESTION)
    await until(runner, run_id, 1)
    runs = await asyncio.gather(*(runner.cancel(run_id) for _ in range(10)))
    assert {run.state for run in runs} == {"cancelled"}
    assert (await runner.cancel(run_id)).state == "cancelled"
    assert await ended(runner, run_id) == ["a", "done cancelled partial"]


async def test_a_run_that_has_ended_cannot_be_cancelled_any_more(runner: Runner) -> None:
    run_id = await runner.start(says(Token(text="a")), QUESTION)
    await runner.wait(run_id)
    assert (await runner.cancel(run_id)).state == "completed"
    assert await ended(runner, run_id) == ["a", "done completed"]
    with pytest.raises(UnknownRun, match="r404"):
        await runner.cancel("r404")


async def test_a_cancel_that_races_the_end(event_log: EventLog) -> None:
    """A thousand times: one `done`, nothing after it, and the state of the run is what `done` says."""
    runner, draw = Runner(event_log), random.Random(1)

    async def agent(request: Request) -> AsyncIterator[Event]:
        yield Token(text="a")
        for _ in range(int(request.question)):
            await asyncio.sleep(0)
        yield Token(text="b")

    async def race() -> str:
        run_id = await runner.start(agent, Request(question=str(draw.randrange(4))))
        for _ in range(draw.randrange(8)):
            await asyncio.sleep(0)
        run = await runner.cancel(run_id)
        lines = said(await event_log.read(run_id))
        await asyncio.sleep(0)
        assert said(await event_log.read(run_id)) == lines
        assert [line.startswith("done") for line in lines] == [False] * (len(lines) - 1) + [True]
        assert lines[-1].startswith(f"done {run.state}")
        return run.state

    async def races(count: int) -> list[str]:
        return [await race() for _ in range(count)]

    states = [state for part in await asyncio.gather(*(races(100) for _ in range(10))) for state in part]
    assert len(states) == 1000
    assert {"cancelled", "completed"} == set(states), "both sides must win sometimes, or it is no race"


async def test_nothing_is_sent_after_a_cancel_was_acknowledged(runner: Runner) -> None:
    """Not even by an agent that swallows the cancellation, nor by one of its threads."""
    calls: list[float] = []
    ended_with: list[str] = []
    patience = time.monotonic() + 15

    def call_the_model() -> None:
        check_stopped()
        calls.append(time.monotonic())

    def in_a_thread() -> None:
        try:
            while time.monotonic() < patience:
                call_the_model()
                time.sleep(0.001)
        except Exception as stopped:
            ended_with.append(type(stopped).__name__)

    async def agent(request: Request) -> AsyncIterator[Event]:
        threads = asyncio.create_task(asyncio.to_thread(in_a_thread))
        yield Token(text="a")
        while time.monotonic() < patience:
            try:
                call_the_model()
                await asyncio.sleep(0.001)
            except asyncio.CancelledError:
                await threads

    run_id = await runner.start(agent, QUESTION)
    await until(runner, run_id, 1)
    while len(calls) < 10:
        await asyncio.sleep(0.001)
    await runner.cancel(run_id)
    acknowledged = time.monotonic()
    await asyncio.sleep(0.05)
    assert max(calls) <= acknowledged
    assert ended_with == ["Stopped"]
    assert await ended(runner, run_id) == ["a", "done cancelled partial"]


async def test_an_agent_that_will_not_stop_is_left_behind(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_module, "_FIRST_CANCEL", 0.05)
    monkeypatch.setattr(run_module, "_SECOND_CANCEL", 0.05)
    swallowed, released = 0, asyncio.Event()

    async def agent(request: Request) -> AsyncIterator[Event]:
        nonlocal swallowed
        yield Token(text="a")
        while not released.is_set():
            try:
                await released.wait()
            except asyncio.CancelledError:
                swallowed += 1
        yield Token(text="I am still here")

    run_id = await runner.start(agent, QUESTION)
    await until(runner, run_id, 1)
    assert (await runner.cancel(run_id)).state == "cancelled"
    assert swallowed == 2
    assert said(await runner.log.read(run_id)) == ["a", "done cancelled partial"]
    released.set()
    while runner.running():
        await asyncio.sleep(0.001)
    assert said(await runner.log.read(run_id)) == ["a", "done cancelled partial"]


async def test_an_agent_that_says_more_after_a_cancel_is_not_heard(runner: Runner) -> None:
    async def agent(request: Request) -> AsyncIterator[Event]:
        yield Token(text="a")
        try:
            await forever()
        except asyncio.CancelledError:
            yield Token(text="one more thing")

    run_id = await runner.start(agent, QUESTION)
    await until(runner, run_id, 1)
    await runner.cancel(run_id)
    assert await ended(runner, run_id) == ["a", "done cancelled partial"]


async def test_a_reader_that_leaves_does_not_hurt_the_run(runner: Runner) -> None:
    go_on = asyncio.Event()

    async def agent(request: Request) -> AsyncIterator[Event]:
        yield Token(text="a")
        await go_on.wait()
        yield Token(text="b")

    run_id = await runner.start(agent, QUESTION)
    async for _ in runner.log.follow(run_id):
        break
    go_on.set()
    assert await ended(runner, run_id) == ["a", "b", "done completed"]
