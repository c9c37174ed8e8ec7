"""The Runner: whole streams of small agents."""

import asyncio
from collections.abc import AsyncIterator
from typing import cast

import pytest

from agent import run as run_module
from agent.entries import Entry
from agent.events import Citation, Done, Error, Event, Status, Token, Tool, Trace, Warning
from agent.log import EventLog, MemoryLog
from agent.request import Request
from agent.run import Runner
from tests.streams import QUESTION, ended, forever, said, says, stream, until

pytestmark = pytest.mark.anyio


async def test_a_whole_run(runner: Runner) -> None:
    async def agent(request: Request) -> AsyncIterator[Event]:
        yield Status(step="retrieving", label=f"Looking for {request.question}")
        yield Tool(call_id="1", name="lookup", arguments={"q": request.question})
        yield Tool(call_id="1", name="lookup", state="done", output=1)
        yield Status(step="retrieving", state="done", detail="1 found")
        yield Citation(index=1, title="10-Q", quote="Revenue rose.")
        yield Token(text="Let me see.", channel="reasoning")
        yield Token(text="It ")
        yield Token(text="rose [1].")
        yield Trace(name="usage", data={"input_tokens": 3, "output_tokens": 2, "model": "m"})
        yield Trace(name="usage", data={"input_tokens": 4})

    run_id = await runner.start(agent, Request(question="NVDA"), name="mine")
    assert await ended(runner, run_id) == [
        "retrieving running",
        "tool lookup running",
        "tool lookup done",
        "retrieving done (1 found)",
        "citation 1",
        "thinks Let me see.",
        "It ",
        "rose [1].",
        "trace usage",
        "trace usage",
        "done completed",
    ]
    entries = await runner.log.read(run_id)
    assert [entry.seq for entry in entries] == list(range(1, 12))
    assert [entry.at for entry in entries] == sorted(entry.at for entry in entries)
    done = entries[-1].event
    assert isinstance(done, Done)
    assert done.usage == {"input_tokens": 7, "output_tokens": 2}
    assert done.latency_ms == pytest.approx(entries[-1].at * 1000, abs=0.001)
    run = await runner.log.run(run_id)
    assert (run.state, run.agent, run.question, run.is_open) == ("completed", "mine", "NVDA", False)
    while runner.running():
        await asyncio.sleep(0)


async def test_an_agent_that_says_nothing(runner: Runner) -> None:
    assert await stream(runner, says()) == ["done completed"]


async def test_an_agent_may_be_any_async_iterator(runner: Runner) -> None:
    class Countdown:
        left = 2

        def __aiter__(self) -> "Countdown":
            return self

        async def __anext__(self) -> Event:
            if not self.left:
                raise StopAsyncIteration
            self.left -= 1
            return Token(text=str(self.left))

    assert await stream(runner, lambda request: Countdown()) == ["1", "0", "done completed"]


async def test_offsets_are_stamped_by_the_runner(runner: Runner) -> None:
    run_id = await runner.start(says(Token(text="🙂é", offset=99), Token(text="b", offset=99)), QUESTION)
    await runner.wait(run_id)
    tokens = [entry.event for entry in await runner.log.read(run_id) if entry.type == "token"]
    assert [token.offset for token in tokens if isinstance(token, Token)] == [0, 2]


async def test_what_is_open_at_the_end_is_closed(runner: Runner) -> None:
    agent = says(Status(step="retrieving"), Tool(call_id="1", name="lookup"), Token(text="a"))
    assert await stream(runner, agent) == [
        "retrieving running",
        "tool lookup running",
        "a",
        "tool lookup done",
        "retrieving done",
        "done completed",
    ]


async def test_a_session_goes_on_with_its_earlier_turns(runner: Runner) -> None:
    turns: list[tuple[tuple[str, str], ...]] = []

    async def agent(request: Request) -> AsyncIterator[Event]:
        turns.append(tuple((turn.question, turn.answer) for turn in request.turns))
        yield Token(text=f"answer to {request.question}")

    for question in ("one", "two", "three"):
        await runner.wait(await runner.start(agent, Request(question=question, session_id="s")))
    assert turns == [
        (),
        (("one", "answer to one"),),
        (("one", "answer to one"), ("two", "answer to two")),
    ]


async def test_an_earlier_turn_is_read_from_the_log_once() -> None:
    class CountingLog(MemoryLog):
        reads = 0

        async def read(self, run_id: str, after: int = 0) -> list[Entry]:
            self.reads += 1
            return await super().read(run_id, after)

    log = CountingLog()
    runner = Runner(log)
    for _ in range(5):
        await runner.wait(await runner.start(says(Token(text="a")), Request(question="?", session_id="s")))
    assert log.reads == 4, "at the second question the first turn is read, and so on"


async def test_secrets_are_not_stored(runner: Runner) -> None:
    key = "sk-" + "a1" * 12

    async def agent(request: Request) -> AsyncIterator[Event]:
        yield Tool(call_id="1", name="fetch", arguments={"password": "hunter2", "q": "x"}, log=f"used {key}")
        yield Error(code="model", message=f"Incorrect API key provided: {key}")
        yield Trace(name="retry", data={"reason": key})
        yield Warning(code="retry", message=f"trying again after {key}")
        raise RuntimeError(f"Bearer {key} was refused")

    run_id = await runner.start(agent, QUESTION)
    await runner.wait(run_id)
    log = b"".join(entry.payload for entry in await runner.log.read(run_id))
    assert b"hunter2" not in log and key.encode() not in log
    assert log.count(b"[redacted]") >= 5


async def test_runs_wait_for_their_turn() -> None:
    runner = Runner(MemoryLog(), max_running=2)
    go_on = asyncio.Event()

    async def agent(request: Request) -> AsyncIterator[Event]:
        yield Token(text=request.question)
        await go_on.wait()

    runs = [await runner.start(agent, Request(question=f"{i}")) for i in range(4)]
    for run_id in runs[:2]:
        await until(runner, run_id, 1)
    assert [(await runner.log.run(run_id)).state for run_id in runs] == ["running", "running", "queued", "queued"]
    await runner.cancel(runs[2])
    assert said(await runner.log.read(runs[2])) == ["done cancelled"]
    go_on.set()
    assert await ended(runner, runs[3]) == ["3", "done completed"]
    assert await ended(runner, runs[0]) == ["0", "done completed"]


async def test_closing_interrupts_what_runs(event_log: EventLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_module, "_INTERRUPT", 0.2)
    runner, released = Runner(event_log, max_running=3), asyncio.Event()

    async def quick(request: Request) -> AsyncIterator[Event]:
        yield Token(text="half")
        await forever()

    async def stubborn(request: Request) -> AsyncIterator[Event]:
        yield Token(text="half")
        while not released.is_set():
            try:
                await released.wait()
            except asyncio.CancelledError:
                continue

    runs = [await runner.start(agent, QUESTION) for agent in (quick, stubborn, stubborn, quick)]
    for run_id in runs[:3]:
        await until(runner, run_id, 1)
    await runner.close()
    streams = [said(await event_log.read(run_id)) for run_id in runs]
    assert streams == [*[["half", "done interrupted partial"]] * 3, ["done interrupted"]]
    assert [(await event_log.run(run_id)).state for run_id in runs] == ["interrupted"] * 4
    released.set()
    while runner.running():
        await asyncio.sleep(0.001)


async def test_a_quick_agent_leaves_room_for_readers_and_for_cancel(event_log: EventLog) -> None:
    """It never waits for anything itself, and still a reader sees it at work, and it can be stopped."""
    runner = Runner(event_log)

    async def agent(request: Request) -> AsyncIterator[Event]:
        while True:
            yield Token(text="la ")

    run_id = await runner.start(agent, QUESTION)
    await until(runner, run_id, 1)
    run = await asyncio.wait_for(runner.cancel(run_id), 60)
    assert run.state == "cancelled"
    lines = said(await event_log.read(run_id))
    assert lines == ["la "] * (len(lines) - 1) + ["done cancelled partial"]


async def test_waiting_for_a_run_that_has_ended(runner: Runner) -> None:
    run_id = await runner.start(says(Token(text="a")), QUESTION)
    first = await runner.wait(run_id)
    assert first.outcome == "completed"
    assert await runner.wait(run_id) == first
    assert cast(object, (await runner.log.read(run_id))[-1].event) == first
