"""The Runner: whole streams of small agents, and every way in which a run can end."""

import asyncio
import random
import sys
import time
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any, cast

import pytest

from agent import drive as drive_module
from agent import run as run_module
from agent.errors import InputRejected, StageTimeout, UnknownRun
from agent.events import Citation, Done, Error, Event, Input, Json, Status, Token, Tool, Trace, Warning
from agent.log import EventLog, MemoryLog
from agent.request import Limits, Request
from agent.run import Agent, Runner
from agent.stages import Stage, limited, merge
from agent.stop import check_stopped
from tests.streams import ended, said, says, stream

pytestmark = pytest.mark.anyio

QUESTION = Request(question="?")


async def until(runner: Runner, run_id: str, entries: int) -> None:
    """Waits until a reader has seen so many entries."""
    while len(await runner.log.read(run_id)) < entries:
        assert await runner.log.wait(run_id, len(await runner.log.read(run_id)))


async def forever() -> None:
    await asyncio.Event().wait()


# --- a run that is well


async def test_a_whole_run(runner: Runner) -> None:
    async def agent(request: Request) -> AsyncIterator[Event]:
        yield Status(step="retrieving", label=f"Looking for {request.question}")
        yield Tool(call_id="1", name="lookup", arguments={"q": request.question})
        yield Tool(call_id="1", name="lookup", state="done", output=1)
        yield Status(step="retrieving", state="done", detail="1 found")
        yield Citation(index=1, title="10-Q")
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
        "tool lookup failed",
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


# --- agents that fail


async def test_an_agent_that_raises(runner: Runner) -> None:
    async def agent(request: Request) -> AsyncIterator[Event]:
        yield Status(step="generating")
        yield Token(text="half")
        raise RuntimeError("the model is gone")

    assert await stream(runner, agent) == [
        "generating running",
        "half",
        "generating failed (Failed)",
        "error agent_error: RuntimeError: the model is gone",
        "done error partial",
    ]


async def test_an_agent_that_says_an_error_ends_in_error(runner: Runner) -> None:
    agent = says(Error(code="no_model", message="No model answers."), Warning(code="w", message=""))
    assert await stream(runner, agent) == ["error no_model: No model answers.", "warning w", "done error"]


async def test_an_agent_that_raises_before_it_says_anything(runner: Runner) -> None:
    def agent(request: Request) -> AsyncIterator[Event]:
        raise ValueError("no such model")

    assert await stream(runner, agent) == ["error agent_error: ValueError: no such model", "done error"]


@pytest.mark.parametrize("garbage", ["text", None, 3, {"type": "token"}, Done(outcome="completed", latency_ms=1)])
async def test_an_agent_that_yields_what_it_may_not(runner: Runner, garbage: Any) -> None:
    first, error, done = await stream(runner, says(Token(text="a"), garbage, Token(text="never")))
    assert (first, done) == ("a", "done error partial")
    assert error.startswith("error agent_protocol: AgentProtocolError: an agent yields events (Status, Token, Tool")
    assert repr(garbage) in error


async def test_an_agent_that_exits_the_process_only_ends_its_run(runner: Runner) -> None:
    async def agent(request: Request) -> AsyncIterator[Event]:
        yield Token(text="a")
        sys.exit(3)

    assert await stream(runner, agent) == ["a", "error agent_error: SystemExit: 3", "done error partial"]


async def test_an_error_in_groups_is_unwrapped(runner: Runner) -> None:
    async def agent(request: Request) -> AsyncIterator[Event]:
        async with asyncio.TaskGroup() as group:
            async with asyncio.TaskGroup() as inner:
                inner.create_task(asyncio.sleep(0))
                raise LookupError("lost")
            group.create_task(asyncio.sleep(0))
        yield Token(text="never")

    assert await stream(runner, agent) == ["error agent_error: LookupError: lost", "done error"]


async def test_a_cancellation_that_leaks_out_of_an_agent_is_its_error(runner: Runner) -> None:
    async def agent(request: Request) -> AsyncIterator[Event]:
        yield Token(text="a")
        raise asyncio.CancelledError

    assert await stream(runner, agent) == ["a", "error agent_error: CancelledError: ", "done error partial"]


class Unspeakable(Exception):
    def __str__(self) -> str:
        raise TypeError("not even this")


@pytest.mark.parametrize(
    ("failure", "message"),
    [
        (FileNotFoundError("no file b\udcff"), r"FileNotFoundError: no file b\udcff"),
        (Unspeakable(), "Unspeakable"),
        (ValueError("x" * 10**6), f"ValueError: {'x' * 1988} …"),
    ],
    ids=["bytes", "str raises", "a megabyte"],
)
async def test_an_exception_that_is_hard_to_write_down(runner: Runner, failure: Exception, message: str) -> None:
    async def agent(request: Request) -> AsyncIterator[Event]:
        raise failure
        yield

    assert await stream(runner, agent) == [f"error agent_error: {message}", "done error"]


async def test_a_tool_output_that_is_no_text_does_not_keep_a_run_open(runner: Runner) -> None:
    """A model's arguments may hold half of a surrogate pair; the log cannot, and the tool is not open then."""
    first, error, done = await stream(
        runner, says(Token(text="a"), Tool(call_id="1", name="t", arguments={"q": "\ud800"}))
    )
    assert (first, done) == ("a", "done error partial")
    assert "surrogates not allowed" in error


async def test_a_run_that_says_too_much(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drive_module, "_MAX_EVENTS", 10)

    async def agent(request: Request) -> AsyncIterator[Event]:
        while True:
            yield Token(text="la ")

    lines = await stream(runner, agent)
    assert lines[:-2] == ["la "] * 11
    assert lines[-2:] == ["error log_limit: LogLimit: a run may say 10 events and 64 MB", "done error partial"]


async def test_a_run_that_says_too_many_bytes(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drive_module, "_MAX_BYTES", 2**20)
    lines = await stream(runner, says(*[Token(text="x" * 2**18)] * 8))
    assert len(lines) < 8
    assert lines[-2:] == ["error log_limit: LogLimit: a run may say 200,000 events and 1 MB", "done error partial"]


# --- cancel


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
        run_id = await runner.start(agent, Request(question=str(draw.randrange(4)), session_id="s", turns=()))
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

    # One session would hand each run all of its thousand earlier turns.
    runner._turns = lambda session_id: asyncio.sleep(0, ())  # type: ignore[method-assign, assignment]
    states = [state for part in await asyncio.gather(*(races(100) for _ in range(10))) for state in part]
    assert len(states) == 1000
    assert {"cancelled", "completed"} == set(states), "both sides must win sometimes, or it is no race"


async def test_nothing_is_sent_after_a_cancel_was_acknowledged(runner: Runner) -> None:
    """Not even by an agent that swallows the cancellation, nor by one of its threads."""
    calls: list[float] = []
    ended_with: list[str] = []

    def call_the_model() -> None:
        check_stopped()
        calls.append(time.monotonic())

    def in_a_thread() -> None:
        try:
            while True:
                call_the_model()
                time.sleep(0.001)
        except Exception as stopped:
            ended_with.append(type(stopped).__name__)

    async def agent(request: Request) -> AsyncIterator[Event]:
        threads = asyncio.create_task(asyncio.to_thread(in_a_thread))
        yield Token(text="a")
        while True:
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


# --- limits


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
            yield Token(text=" quote [1]")

    assert await stream(runner, agent, Limits(stages={"generating": 0.05})) == [
        "generating running",
        "The mod",
        "generating failed (too slow)",
        "warning fallback",
        " quote [1]",
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


# --- questions to the user

WHICH = Input(id="which", prompt="Which company?", schema={"enum": ["NVDA", "AAPL"]})


async def asking(request: Request) -> AsyncGenerator[Event, Input | None]:
    yield Status(step="interpreting")
    reply = yield WHICH
    assert reply is not None
    yield Token(text=f"{reply.state} {reply.value} {reply.by}")


async def asked(runner: Runner, agent: Agent = asking, limits: Limits | None = None) -> str:
    run_id = await runner.start(agent, Request(question="?", limits=limits or Limits()))
    while (await runner.log.run(run_id)).state != "waiting_input":
        await asyncio.sleep(0.001)
    return run_id


async def test_a_question_that_is_answered(runner: Runner) -> None:
    run_id = await asked(runner)
    question = (await runner.log.read(run_id))[-1].event
    assert isinstance(question, Input) and question.expires_at is not None
    assert question.expires_at == pytest.approx(600, abs=30)
    await runner.answer(run_id, "which", "NVDA", by="me")
    assert await ended(runner, run_id) == [
        "interpreting running",
        "input which requested",
        "input which answered 'NVDA'",
        "answered NVDA me",
        "interpreting done",
        "done completed",
    ]


async def test_a_question_that_is_declined(runner: Runner) -> None:
    run_id = await asked(runner)
    await runner.answer(run_id, "which", by="me", decline=True)
    assert (await ended(runner, run_id))[1:4] == ["input which requested", "input which declined", "declined None me"]


async def test_a_question_that_expires(runner: Runner) -> None:
    run_id = await asked(runner, limits=Limits(input=0.05))
    assert (await ended(runner, run_id))[1:4] == ["input which requested", "input which expired", "expired None "]
    with pytest.raises(InputRejected):
        await runner.answer(run_id, "which", "NVDA")


async def test_the_first_valid_answer_wins(runner: Runner) -> None:
    run_id = await asked(runner)
    with pytest.raises(InputRejected, match="'INTC' does not answer 'Which company\\?': 'INTC' is not one of"):
        await runner.answer(run_id, "which", "INTC")
    with pytest.raises(InputRejected, match="does not ask 'other'"):
        await runner.answer(run_id, "other", "NVDA")
    await runner.answer(run_id, "which", "AAPL", by="first")
    with pytest.raises(InputRejected, match="answered already"):
        await runner.answer(run_id, "which", "NVDA", by="second")
    assert (await ended(runner, run_id))[2:4] == ["input which answered 'AAPL'", "answered AAPL first"]


async def test_an_answer_that_the_log_cannot_hold_is_refused(runner: Runner) -> None:
    async def agent(request: Request) -> AsyncGenerator[Event, Input | None]:
        yield Input(id="free", prompt="Say", schema={})

    run_id = await asked(runner, agent)
    for value in ("\ud800", {1, 2}, object()):
        with pytest.raises(InputRejected):
            await runner.answer(run_id, "free", value)
    await runner.answer(run_id, "free", {"any": ["thing", None]})
    assert await ended(runner, run_id) == [
        "input free requested",
        "input free answered {'any': ['thing', None]}",
        "done completed",
    ]


@pytest.mark.parametrize("schema", [{"type": "colour"}, {"enum": 3}])
async def test_a_question_whose_schema_is_none(runner: Runner, schema: Json) -> None:
    error, done = await stream(runner, says(Input(id="q", prompt="Which?", schema=schema)))
    assert error.startswith("error agent_protocol: AgentProtocolError: the schema of 'Which?' is not JSON Schema")
    assert done == "done error"


async def test_an_answer_after_a_cancel_is_refused(runner: Runner) -> None:
    run_id = await asked(runner)
    await runner.cancel(run_id)
    with pytest.raises(InputRejected, match="asks nothing: it has ended"):
        await runner.answer(run_id, "which", "NVDA")
    assert await ended(runner, run_id) == [
        "interpreting running",
        "input which requested",
        "input which expired",
        "interpreting skipped (Stopped)",
        "done cancelled",
    ]


async def test_an_answer_before_the_question_is_refused(runner: Runner) -> None:
    ask = asyncio.Event()

    async def agent(request: Request) -> AsyncGenerator[Event, Input | None]:
        yield Token(text="a")
        await ask.wait()
        yield WHICH

    run_id = await runner.start(agent, QUESTION)
    await until(runner, run_id, 1)
    with pytest.raises(InputRejected, match="does not ask"):
        await runner.answer(run_id, "which", "NVDA")
    ask.set()
    await until(runner, run_id, 2)
    await runner.answer(run_id, "which", "NVDA")
    assert (await ended(runner, run_id))[-2:] == ["input which answered 'NVDA'", "done completed"]


async def test_waiting_for_the_user_does_not_count(runner: Runner) -> None:
    """Neither towards the deadline, nor towards the stage that asks, nor as silence."""
    limits = Limits(deadline=2, idle=2, stages={"interpreting": 2}, grace=0)
    run_id = await asked(runner, limits=limits)
    await asyncio.sleep(2.5)
    await runner.answer(run_id, "which", "NVDA")
    assert (await ended(runner, run_id))[-1] == "done completed"


async def test_stages_side_by_side_may_each_ask(runner: Runner) -> None:
    async def stage(name: str) -> Stage:
        reply = yield Input(id=name, prompt=name)
        assert reply is not None
        yield Token(text=f"{name}={reply.value} ")

    async def agent(request: Request) -> AsyncGenerator[Event, Input | None]:
        stages = merge(stage("a"), stage("b"))
        reply: Input | None = None
        try:
            while True:
                reply = yield await stages.asend(reply)
        except StopAsyncIteration:
            pass

    run_id = await runner.start(agent, QUESTION)
    for name in ("a", "b"):
        while True:
            try:
                await runner.answer(run_id, name, name.upper())
            except InputRejected:
                await asyncio.sleep(0.001)
            else:
                break
    lines = await ended(runner, run_id)
    assert {"a=A ", "b=B ", "input a answered 'A'", "input b answered 'B'"} < set(lines)
    assert lines[-1] == "done completed"


# --- many runs, and the end of the process


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
