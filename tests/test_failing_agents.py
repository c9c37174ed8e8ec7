"""Agents that fail: each run ends all the same, and says why."""

import asyncio
import sys
from collections.abc import AsyncIterator
from typing import Any

import pytest

from agent import drive as drive_module
from agent.events import Done, Error, Event, Status, Token, Tool, Warning
from agent.pacing import paced
from agent.request import Request
from agent.run import Runner
from tests.streams import says, stream

pytestmark = pytest.mark.anyio


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


@pytest.mark.parametrize("pace", ["", "hosted"])
async def test_a_plain_function_is_told_what_an_agent_is(runner: Runner, pace: str) -> None:
    def agent(request: Request) -> Any:
        return 3

    *_, error, done = await stream(runner, paced(agent, pace))
    words = "an agent yields events from an async generator; this one returned 'int'"
    assert error == f"error agent_protocol: AgentProtocolError: {words}"
    assert done == "done error"


async def test_an_agent_that_forgot_to_yield_leaves_no_coroutine_behind(runner: Runner) -> None:
    async def agent(request: Request) -> Any:
        return 3

    forgetful: Any = agent
    assert "this one returned 'coroutine'" in (await stream(runner, forgetful))[0]


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
