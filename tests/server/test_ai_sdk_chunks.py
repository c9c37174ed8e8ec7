"""A run as chunks of a UI message stream, without a server."""

from collections.abc import AsyncIterator

import pytest

from agent.events import Citation, Error, Event, Input, Status, Token, Tool
from agent.live import LiveRun
from agent.request import Limits, Request
from agent.run import Agent, Runner
from apps.wires.ai_sdk.answer import Answer, message_of
from apps.wires.ai_sdk.chunks import Chunk, Chunks
from tests.streams import ended, says, until

pytestmark = pytest.mark.anyio


def words(chunk: Chunk) -> str:
    """A chunk as one readable line."""
    said = (chunk.get(name) for name in ("id", "sourceId", "delta", "errorText", "output", "finishReason", "reason"))
    return " ".join([chunk["type"], *(str(one) for one in said if one is not None)])


async def live_of(runner: Runner, agent: Agent, limits: Limits | None = None) -> LiveRun:
    run_id = await runner.start(agent, Request(question="?", limits=limits or Limits()))
    await ended(runner, run_id)
    return LiveRun(run_id, await runner.log.read(run_id), ended=True)


def told(live: LiveRun) -> list[str]:
    chunks = Chunks(live.run_id)
    return [words(chunk) for entry in live.entries for chunk in chunks.of(entry)]


async def test_channels_are_parts_of_their_own_and_a_source_is_named_once(runner: Runner) -> None:
    agent = says(
        Token(text="Hm. ", channel="reasoning"),
        Citation(index=1, title="A", url="https://example.org/a", quote="One."),
        Citation(index=2, title="A", url="https://example.org/a", quote="Two."),
        Citation(index=3, title="B", url="javascript:alert(1)", quote="Three."),
        Token(text="One [1], two [2], three [3]."),
    )
    assert told(await live_of(runner, agent)) == [
        "reasoning-start part-1",
        "reasoning-delta part-1 Hm. ",
        "source-url source-1",
        "data-citation 1",
        "data-citation 2",
        "source-document source-2",
        "data-citation 3",
        "reasoning-end part-1",
        "text-start part-2",
        "text-delta part-2 One [1], two [2], three [3].",
        "text-end part-2",
        "finish stop",
    ]


async def test_a_tool_is_announced_once_with_its_progress_and_its_end(runner: Runner) -> None:
    agent = says(
        Tool(call_id="c", name="look", arguments={"a": 1}),
        Tool(call_id="c", name="look", log="half-way"),
        Tool(call_id="c", name="look", state="done", output=[1]),
        Tool(call_id="d", name="look", state="failed", log="no such thing"),
    )
    live = await live_of(runner, agent)
    assert told(live)[:-1] == [
        "tool-input-available",
        "tool-output-available half-way",
        "tool-output-available [1]",
        "tool-input-available",
        "tool-output-error no such thing",
    ]
    done, failed = message_of(live)["parts"]
    assert (done["state"], done["input"], "preliminary" in done) == ("output-available", {"a": 1}, False)
    assert (failed["state"], failed["errorText"]) == ("output-error", "no such thing")


async def test_an_error_comes_last_behind_what_there_is_to_keep(runner: Runner) -> None:
    agent = says(Status(step="writing", label="Writing"), Token(text="Half"), Error(code="gone", message="It is gone."))
    live = await live_of(runner, agent)
    assert told(live) == [
        "data-step writing",
        "text-start part-1",
        "text-delta part-1 Half",
        "data-error error",
        "data-step writing",
        "text-end part-1",
        "message-metadata",
        "error It is gone.",
        "finish error",
    ]
    assert message_of(live)["metadata"]["outcome"] == "error"


async def choose(request: Request) -> AsyncIterator[Event]:
    yield Input(id="a", prompt="Which?", schema_={"enum": [1, 2]})
    yield Input(id="b", prompt="Sure?", schema_={"type": "boolean"})


async def test_questions_that_nobody_answers_expire_where_they_are_seen(runner: Runner) -> None:
    live = await live_of(runner, choose, Limits(input=0.01))
    assert told(live) == [
        "data-input ask-1",
        "data-input ask-1",
        "start-step",
        "tool-input-available",
        "tool-approval-request Sure?",
        "finish-step",
        "tool-output-error The question was not answered.",
        "start-step",
        "finish stop",
    ]
    first, _, second, _ = message_of(live)["parts"]
    assert (first["data"]["state"], first["data"]["run_id"]) == ("expired", live.run_id)
    assert (second["state"], second["approval"]["id"]) == ("output-error", f"{live.run_id}.3")


async def test_an_answer_pauses_at_an_open_approval_and_goes_on_behind_it(runner: Runner) -> None:
    async def agent(request: Request) -> AsyncIterator[Event]:
        yield Citation(index=1, title="A", quote="One.")
        yield Input(id="go", prompt="Go on?", schema_={"type": "boolean"})
        yield Token(text="Yes [1].")

    run_id = await runner.start(agent, Request(question="?"))
    await until(runner, run_id, entries=2)
    live = runner.log.live(run_id)
    assert live is not None
    paused = read(Answer(live, line))
    assert paused[-3:] == ["tool-approval-request Go on?", "finish-step", "finish tool-calls"]
    await runner.answer(run_id, "go", True)
    await ended(runner, run_id)
    assert read(Answer(live, line, after=2)) == [
        "start",
        "tool-approval-response",
        "tool-output-available {'by': ''}",
        "start-step",
        "text-start part-1",
        "text-delta part-1 Yes [1].",
        "text-end part-1",
        "finish stop",
    ]
    whole = read(Answer(live, line))
    assert whole == paused[:-1] + read(Answer(live, line, after=2))[1:]


def line(chunks: list[Chunk], over: bool) -> bytes:
    return "".join(words(chunk) + "\n" for chunk in chunks).encode()


def read(answer: Answer) -> list[str]:
    pieces = []
    while piece := answer.take():
        pieces.append(piece)
    assert answer.ended
    return b"".join(pieces).decode().splitlines()


async def test_a_backlog_of_tokens_is_one_delta(runner: Runner) -> None:
    live = await live_of(runner, says(*(Token(text=f"{n} ") for n in range(100))))
    deltas = [words for words in read(Answer(live, line)) if words.startswith("text-delta")]
    assert deltas == ["text-delta part-1 " + "".join(f"{n} " for n in range(100))]
