"""Questions to the user: `reply = yield Input(...)`."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncGenerator

import pytest

from agent.errors import InputRejected
from agent.events import Event, Input, Json, Status, Token
from agent.request import Limits, Request
from agent.run import Agent, Runner
from agent.stages import Stage, merge
from tests.streams import QUESTION, ended, says, stream, until

pytestmark = pytest.mark.anyio

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


def test_a_start_does_not_wait_for_what_only_questions_need() -> None:
    script = "import sys, agent.run; print(sorted({'jsonschema', 'referencing'} & set(sys.modules)))"
    child = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert child.stdout == "[]\n"


async def test_a_question_that_is_declined(runner: Runner) -> None:
    run_id = await asked(runner)
    await runner.answer(run_id, "which", by="me", decline=True)
    assert (await ended(runner, run_id))[1:4] == ["input which requested", "input which declined", "declined None me"]


async def test_a_question_expires_when_it_says(runner: Runner) -> None:
    async def agent(request: Request) -> AsyncGenerator[Event, Input | None]:
        soon = yield WHICH.model_copy(update={"expires_at": 0.2})
        assert soon is not None
        yield Token(text=f"{soon.state} {soon.expires_at}")
        late = yield WHICH.model_copy(update={"id": "2", "expires_at": 1e6})
        assert late is not None and late.expires_at is not None
        yield Token(text=f"{late.state} {late.expires_at < 10}")

    said = await stream(runner, agent, Limits(input=0.3))
    assert said[1:3] == ["input which expired", "expired 0.2"]
    assert said[-2] == "expired True"


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
