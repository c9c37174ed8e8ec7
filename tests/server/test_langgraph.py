"""The unmodified `langgraph_sdk` client against a real server: streams that resume by themselves, stops, failures."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from langgraph_sdk import get_client
from langgraph_sdk.client import LangGraphClient
from langgraph_sdk.errors import APIStatusError, BadRequestError, NotFoundError, UnprocessableEntityError
from langgraph_sdk.schema import StreamPart

from agent.client import Client
from tests.server.agents import HARD
from tests.server.chaos import Chaos, Weather, chaos
from tests.server.conftest import Server, Start
from tests.streams import PATIENCE

pytestmark = pytest.mark.anyio

ANSWER = f"Revenue was $46.7 billion [1]. {HARD} And [2]."
MODES: Any = ["custom", "messages-tuple", "values", "updates"]


@asynccontextmanager
async def client_of(url: str) -> AsyncIterator[LangGraphClient]:
    async with get_client(url=url, api_key=None) as client:
        yield client


@pytest.fixture
async def graph(server: Server) -> AsyncIterator[LangGraphClient]:
    async with client_of(server.url) as client:
        yield client


def asks(question: str) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": question}]}


async def thread_of(graph: LangGraphClient) -> str:
    return (await graph.threads.create())["thread_id"]


async def streamed(graph: LangGraphClient, question: str, thread: str = "", **more: Any) -> list[StreamPart]:
    thread = thread or await thread_of(graph)
    more = {"stream_mode": MODES} | more
    async with asyncio.timeout(PATIENCE):
        return [part async for part in graph.runs.stream(thread, "agent", input=asks(question), **more)]


def text_of(parts: Iterable[StreamPart]) -> str:
    chunks: list[Any] = [part.data for part in parts if part.event == "messages"]
    return "".join(chunk[0]["content"] for chunk in chunks)


def ids(parts: Iterable[StreamPart]) -> list[str | None]:
    return [part.id for part in parts if part.event != "end"]


@asynccontextmanager
async def cutting(proxy: Chaos, after: int) -> AsyncIterator[None]:
    """The first connection ends after so many bytes; those behind it do not."""

    async def clear() -> None:
        while proxy.passed < after:
            await asyncio.sleep(0.005)
        proxy.weather = Weather()

    proxy.weather = Weather(cut_after=after)
    clearing = asyncio.create_task(clear())
    async with asyncio.timeout(PATIENCE):
        yield
        await clearing
    assert proxy.connections > 1


async def test_the_text_arrives_in_pieces_and_whole(graph: LangGraphClient) -> None:
    parts = await streamed(graph, "all")
    assert parts[0].event == "metadata" and parts[0].data["run_id"].startswith("r_")
    assert parts[-1].event == "end"
    assert text_of(parts) == ANSWER
    assert len(set(ids(parts))) == len(parts) - 1
    updates = [part.data for part in parts if part.event == "updates"]
    assert [list(update) for update in updates] == [["agent"]]
    first, last = [part.data["messages"] for part in parts if part.event == "values"]
    assert [message["type"] for message in first] == ["human"]
    assert [(message["type"], message["content"]) for message in last] == [("human", "all"), ("ai", ANSWER)]
    assert updates[0]["agent"]["messages"] == last[1:]
    more = last[1]["additional_kwargs"]
    assert [card["index"] for card in more["citations"]] == [1, 2]
    assert more["reasoning_content"] == "Thinking it over. "


async def test_our_events_are_handed_on_as_they_are(server: Server, graph: LangGraphClient) -> None:
    parts = await streamed(graph, "all", stream_mode="custom")
    async with Client(server.url) as client:
        entries = [entry async for entry in client.follow(parts[0].data["run_id"])]
    told = [{"type": entry.type, **json.loads(entry.data)} for entry in entries]
    assert [part.data for part in parts if part.event == "custom"] == told
    assert {part.event for part in parts} == {"metadata", "custom", "end"}


async def test_it_is_the_same_wherever_the_connection_is_cut(server: Server, graph: LangGraphClient) -> None:
    """The client comes back by itself, a second later; so all the cuts are made side by side."""
    thread = await thread_of(graph)
    uncut = await streamed(graph, "all", thread)
    run_id = uncut[0].data["run_id"]
    url = f"{server.url}/threads/{thread}/runs/{run_id}/stream"
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.get(url)
    head = sum(len(name) + len(value) + 4 for name, value in answer.headers.raw) + 40
    frames = [f"{part}\n\n" for part in answer.text.split("\n\n") if part.startswith("id: ")]
    assert len(frames) == len(uncut) - 1

    async def cut(k: int) -> None:
        async with chaos(server.url) as proxy, client_of(proxy.url) as client:
            end = sum(len(frame.encode()) for frame in frames[:k])
            async with cutting(proxy, head + end):
                assert [part async for part in client.runs.join_stream(thread, run_id)] == uncut

    await asyncio.gather(*(cut(k) for k in range(1, len(frames) - 1)))


async def test_a_live_stream_that_is_cut_goes_on_where_it_was(server: Server) -> None:
    async with chaos(server.url) as proxy, client_of(proxy.url) as client, cutting(proxy, 3000):
        seen = await streamed(client, "count 100 0.01")
    assert text_of(seen) == "".join(f"{n} " for n in range(100))
    assert len(set(ids(seen))) == len(seen) - 1 and seen[-1].event == "end"


async def test_a_reader_may_join_later_and_from_where_it_was(graph: LangGraphClient) -> None:
    thread = await thread_of(graph)
    whole = await streamed(graph, "all", thread)
    run_id, half = whole[0].data["run_id"], len(whole) // 2
    assert [part async for part in graph.runs.join_stream(thread, run_id)] == whole
    last: Any = whole[half].id
    rest = [part async for part in graph.runs.join_stream(thread, run_id, last_event_id=last)]
    assert rest == whole[half + 1 :]
    text = [part async for part in graph.runs.join_stream(thread, run_id, stream_mode="messages-tuple")]
    assert text_of(text) == ANSWER
    assert set(ids(text)) < set(ids(whole)), "a frame has the same id in every choice of modes"


async def test_a_thread_is_a_conversation(graph: LangGraphClient) -> None:
    await graph.threads.create(thread_id="my own thread")
    await streamed(graph, "count 2", "my own thread")
    told: Any = await graph.runs.wait("my own thread", "agent", input=asks("count 3"))
    said = [(message["type"], message["content"]) for message in told["messages"]]
    assert said == [("human", "count 2"), ("ai", "0 1 "), ("human", "count 3"), ("ai", "0 1 2 ")]
    state: Any = await graph.threads.get_state("my own thread")
    assert state["values"] == told and state["next"] == []
    thread = await graph.threads.get("my own thread")
    assert (thread["thread_id"], thread["status"], thread["values"]) == ("my own thread", "idle", told)
    runs = await graph.runs.list("my own thread")
    assert [run["status"] for run in runs] == ["success", "success"]
    joined: Any = await graph.runs.join("my own thread", runs[0]["run_id"])
    assert joined == told


async def test_a_run_in_the_background_is_joined(graph: LangGraphClient) -> None:
    thread, created = await thread_of(graph), []
    run = await graph.runs.create(thread, "agent", input=asks("count 30 0.01"), on_run_created=created.append)
    assert run["status"] in ("pending", "running") and run["thread_id"] == thread
    assert created == [{"run_id": run["run_id"], "thread_id": thread}]
    told: Any = await graph.runs.join(thread, run["run_id"])
    assert told["messages"][-1]["content"] == "".join(f"{n} " for n in range(30))
    assert (await graph.runs.get(thread, run["run_id"]))["status"] == "success"


async def test_a_run_needs_no_thread(graph: LangGraphClient) -> None:
    async with asyncio.timeout(PATIENCE):
        parts = [part async for part in graph.runs.stream(None, "agent", input=asks("all"), stream_mode=MODES)]
        told: Any = await graph.runs.wait(None, "agent", input=asks("count 1"))
    assert text_of(parts) == ANSWER
    assert told["messages"][-1]["content"] == "0 "


async def test_stop_stops_and_never_looks_complete(graph: LangGraphClient) -> None:
    thread, parts = await thread_of(graph), []
    async with asyncio.timeout(PATIENCE):
        async for part in graph.runs.stream(thread, "agent", input=asks("wait"), stream_mode=MODES):
            parts.append(part)
            if part.event == "messages":
                await graph.runs.cancel(thread, parts[0].data["run_id"], wait=True)
    assert (parts[-1].event, parts[-1].data["error"]) == ("error", "cancelled")
    run_id = parts[0].data["run_id"]
    assert (await graph.runs.get(thread, run_id))["status"] == "interrupted"
    await graph.runs.cancel(thread, run_id)
    with pytest.raises(UnprocessableEntityError, match="rollback"):
        await graph.runs.cancel(thread, run_id, action="rollback")


async def test_a_failure_is_shown(graph: LangGraphClient) -> None:
    parts = await streamed(graph, "fail")
    assert parts[-1].event == "error"
    assert parts[-1].data["error"] == "agent_error" and "the model went away" in parts[-1].data["message"]
    assert text_of(parts) == "Half an "
    with pytest.raises(Exception, match="the model went away"):
        await graph.runs.wait(await thread_of(graph), "agent", input=asks("fail"))


async def test_a_question_interrupts_and_an_answer_resumes(graph: LangGraphClient) -> None:
    thread = await thread_of(graph)
    parts = await streamed(graph, "ask", thread)
    assert parts[-1].event == "end"
    asked = {"id": "go", "value": "Go on?", "response_schema": {"type": "boolean"}}
    assert [p.data for p in parts if p.event == "updates"] == [{"__interrupt__": [asked]}]
    assert [p.data.get("__interrupt__") for p in parts if p.event == "values"] == [None, [asked]]
    found = await graph.threads.get(thread)
    assert found["status"] == "interrupted" and list(found["interrupts"].values()) == [[asked]]
    with pytest.raises(httpx.HTTPStatusError, match="does not answer"):
        await graph.runs.wait(thread, "agent", command={"resume": "perhaps"})
    with pytest.raises(httpx.HTTPStatusError, match="still answering"):
        await graph.runs.wait(thread, "agent", input=asks("count 1"))
    last: Any = parts[-2].id
    run_id = parts[0].data["run_id"]
    again = [part.event async for part in graph.runs.join_stream(thread, run_id, last_event_id=last)]
    assert again == ["end"], "a reader that knows the question is not held"
    command: Any = {"resume": {"go": True}}
    async with asyncio.timeout(PATIENCE):
        rest = [part async for part in graph.runs.stream(thread, "agent", command=command, stream_mode=MODES)]
    assert rest[0].event == "metadata" and rest[0].data == parts[0].data
    assert text_of([*parts, *rest]) == "First, you said True (answered)."
    assert not set(ids(parts)) & set(ids(rest))
    whole = [part async for part in graph.runs.join_stream(thread, run_id)]
    assert text_of(whole) == text_of([*parts, *rest])
    with pytest.raises(httpx.HTTPStatusError, match="asks nothing"):
        await graph.runs.wait(thread, "agent", command={"resume": True})
    second = await thread_of(graph)
    waiting: Any = await graph.runs.wait(second, "agent", input=asks("ask"))
    assert waiting["__interrupt__"] == [asked]
    done: Any = await graph.runs.wait(second, "agent", command={"resume": False})
    assert done["messages"][-1]["content"] == "First, you said False (answered)."


async def test_a_new_question_can_stop_the_last_one(graph: LangGraphClient) -> None:
    thread = await thread_of(graph)
    waiting = await graph.runs.create(thread, "agent", input=asks("wait"))
    told: Any = await graph.runs.wait(thread, "agent", input=asks("count 1"), multitask_strategy="interrupt")
    assert told["messages"][-1]["content"] == "0 "
    assert (await graph.runs.get(thread, waiting["run_id"]))["status"] == "interrupted"


async def test_a_reader_that_leaves_only_leaves(graph: LangGraphClient) -> None:
    async def left(**more: Any) -> tuple[str, str]:
        thread = await thread_of(graph)
        stream = graph.runs.stream(thread, "agent", input=asks("wait"), **more)
        first = await anext(stream)
        await stream.aclose()  # type: ignore[attr-defined]
        return thread, first.data["run_id"]

    thread, stopped = await left(on_disconnect="cancel")
    async with asyncio.timeout(PATIENCE):
        while (await graph.runs.get(thread, stopped))["status"] != "interrupted":
            await asyncio.sleep(0.02)
    thread, waiting = await left()
    assert (await graph.runs.get(thread, waiting))["status"] in ("pending", "running")
    await graph.runs.cancel(thread, waiting, wait=True)


async def test_what_is_refused_is_said(graph: LangGraphClient) -> None:
    thread = await thread_of(graph)
    for nothing in (graph.threads.get("t_nothing"), graph.runs.get(thread, "r_nothing")):
        with pytest.raises(NotFoundError, match="nothing"):
            await nothing
    mine = (await streamed(graph, "count 1", thread))[0].data["run_id"]
    with pytest.raises(NotFoundError, match="in thread"):
        await graph.runs.get(await thread_of(graph), mine)
    with pytest.raises(UnprocessableEntityError, match="stream_mode"):
        await streamed(graph, "count 1", stream_mode="debug")
    with pytest.raises(UnprocessableEntityError, match="messages"):
        await graph.runs.create(thread, "agent", input={"x": 1})
    with pytest.raises(BadRequestError, match="12-1"):
        _ = [part async for part in graph.runs.join_stream(thread, mine, last_event_id="x")]
    with pytest.raises(APIStatusError, match="empty"):
        await graph.runs.create(thread, "agent", input=asks(" "))


async def test_a_killed_server_never_looks_complete(start: Start) -> None:
    server = start()
    port = int(server.url.rpartition(":")[2])
    restarted: asyncio.Task[Server] | None = None
    async with client_of(server.url) as client:
        thread, seen = await thread_of(client), []
        async for part in client.runs.stream(thread, "agent", input=asks("count 1000 0.02"), stream_mode=MODES):
            seen.append(part)
            if len(seen) == 20:
                server.process.kill()
                server.process.wait()
                restarted = asyncio.create_task(asyncio.to_thread(start, data=server.data, port=port))
    assert restarted is not None
    await restarted
    assert (seen[-1].event, seen[-1].data["error"]) == ("error", "worker_lost")
    assert len(set(ids(seen))) == len(seen)
    values: Any = [part.data for part in seen if part.event == "values"][-1]
    assert values["messages"][-1]["content"] == text_of(seen) != ""
