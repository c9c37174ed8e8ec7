"""The AI SDK's own chat against a real server, over its two transports."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.server.agents import HARD
from tests.server.chaos import Chaos, Weather
from tests.server.conftest import RunJs, Server, Start
from tests.streams import PATIENCE

pytestmark = pytest.mark.anyio

ALL = f"Revenue was $46.7 billion [1]. {HARD} And [2]."
HEAD = 300
"""Bytes of an answer before its first frame, about."""


@pytest.fixture(params=["sse", "ws"])
def wire(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def at(server: Server, wire: str) -> str:
    return f"{wire} {server.url}"


def parts(message: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [part for part in message["parts"] if part["type"] == kind]


def ask(chat: str, question: str, **more: object) -> dict[str, Any]:
    message = {"id": "m1", "role": "user", "parts": [{"type": "text", "text": question}]}
    return {"id": chat, "messages": [message], "trigger": "submit-message"} | more


def test_an_answer_arrives_with_all_that_belongs_to_it(js: RunJs, server: Server, at: str) -> None:
    chat, after = js("ai.mjs", "ask", at, f"whole {at}", "all", "count 3")
    assert (chat["status"], chat["roles"], chat["text"]) == ("ready", ["user", "assistant"], ALL)
    message = chat["message"]
    assert [part["text"] for part in parts(message, "reasoning")] == ["Thinking it over. "]
    assert [part["url"] for part in parts(message, "source-url")] == ["https://example.org/1"]
    assert [part["title"] for part in parts(message, "source-document")] == ["A 10-K"]
    cards = [part["data"] for part in parts(message, "data-citation")]
    assert [(card["index"], card["quote"]) for card in cards] == [(1, "Fact."), (2, HARD)]
    assert [(part["id"], part["data"]["state"]) for part in parts(message, "data-step")] == [
        ("retrieving", "done"),
        ("generating", "done"),
    ]
    assert [part["data"]["version"] for part in parts(message, "data-artifact")] == [2]
    assert [part["data"]["code"] for part in parts(message, "data-warning")] == ["partial_data"]
    (tool,) = parts(message, "dynamic-tool")
    assert (tool["state"], tool["output"]) == ("output-available", {"value": 46743})
    cited = parts(message, "text")[0]["citations"]
    in_text = chat["text"].encode("utf-16-le")
    places = [in_text[2 * one["startIndex"] : 2 * one["endIndex"]].decode("utf-16-le") for one in cited]
    assert places == ["[1]", "[2]"]
    metadata = message["metadata"]
    assert (metadata["outcome"], metadata["partial"]) == ("completed", False)
    assert 0 < metadata["first_feedback_ms"] <= metadata["first_token_ms"] <= metadata["latency_ms"]
    assert (after["text"], after["roles"]) == ("0 1 2 ", ["user", "assistant"] * 2)
    history = httpx.get(f"{server.url}/api/chat/{quote(f'whole {at}', safe='')}").json()
    assert history[1] == message
    assert [one["role"] for one in history] == after["roles"]


async def test_the_answer_has_the_headers_and_frames_of_the_protocol(server: Server) -> None:
    async with httpx.AsyncClient(base_url=server.url) as client:
        answer = await client.post("/api/chat", json=ask("frames", "count 2", pace="", anything="else"))
        wanted = {
            "content-type": "text/event-stream",
            "cache-control": "no-cache, no-transform",
            "connection": "keep-alive",
            "x-vercel-ai-ui-message-stream": "v1",
            "x-accel-buffering": "no",
        }
        assert {name: answer.headers[name] for name in wanted} == wanted
        frames = answer.text.split("\n\n")
        assert all(frame.startswith("data: {") for frame in frames[1:-2])
        assert frames[-2:] == ["data: [DONE]", ""]
        assert (await client.get("/api/chat/nobody/stream")).status_code == 204
        assert (await client.get("/api/chat/nobody")).json() == []


async def test_what_cannot_be_asked_is_said(server: Server) -> None:
    async with httpx.AsyncClient(base_url=server.url) as client:
        assert "with text" in (await client.post("/api/chat", json=ask("wrong", " "))).json()["detail"]
        assert (
            "os:system" in (await client.post("/api/chat", json=ask("wrong", "x", agent="os:system"))).json()["detail"]
        )
        assert "pace" in (await client.post("/api/chat", json=ask("wrong", "x", pace="fast"))).json()["detail"]
        said = {"id": "a", "role": "assistant", "parts": []}
        assert "resume" in (await client.post("/api/chat", json={"id": "wrong", "messages": [said]})).json()["detail"]
        odd = {"id": "wrong", "messages": [said | {"parts": [{"state": "approval-responded"}]}]}
        assert (await client.post("/api/chat", json=odd)).status_code == 422
        lone = '{"id":"wrong","messages":[{"role":"user","parts":[{"type":"text","text":"\\ud800"}]}]}'
        headers = {"content-type": "application/json"}
        assert (await client.post("/api/chat", content=lone, headers=headers)).status_code == 422
        approval = {"state": "approval-responded", "approval": {"id": "r_1.2", "approved": True}}
        other = {"id": "wrong", "messages": [said | {"parts": [approval]}]}
        assert (await client.post("/api/chat", json=other)).status_code == 404


def test_a_refusal_is_an_error_of_the_chat(js: RunJs, at: str) -> None:
    (chat,) = js("ai.mjs", "ask", at, f"refused {at}", " ")
    assert chat["status"] == "error"
    assert "with text" in chat["error"]


def test_the_same_message_joins_and_another_one_asks(js: RunJs, at: str) -> None:
    (chat,) = js("ai.mjs", "again", at, f"again {at}")
    sent, sent_again, regenerated, edited = chat["ids"]
    assert sent == sent_again
    assert len({sent, regenerated, edited}) == 3
    assert chat["text"] == "0 1 2 3 "


@pytest.mark.parametrize(
    ("said", "state", "text"), [("yes", "output-available", "True"), ("no", "output-denied", "False")]
)
def test_an_approval_is_asked_and_answered_in_one_message(js: RunJs, at: str, said: str, state: str, text: str) -> None:
    asked, answered, stored = js("ai.mjs", "approve", at, f"approve {said} {at}", said)
    assert (asked["status"], asked["text"]) == ("ready", "First, ")
    (question,) = parts(asked["message"], "dynamic-tool")
    assert (question["state"], question["title"]) == ("approval-requested", "Go on?")
    assert answered["roles"] == ["user", "assistant"]
    assert answered["text"] == f"First, you said {text} (answered)."
    assert [part["state"] for part in parts(answered["message"], "dynamic-tool")] == [state]
    assert stored["history"] == answered["message"]


def test_an_approval_waits_for_a_reload_and_the_first_answer_counts(js: RunJs, at: str) -> None:
    asked, answered, too_late = js("ai.mjs", "approve_later", at, f"approve later {at}")
    assert [part["state"] for part in parts(asked["message"], "dynamic-tool")] == ["approval-requested"]
    for chat in (answered, too_late):
        assert chat["roles"] == ["user", "assistant"]
        assert chat["text"] == "First, you said True (answered)."
        assert [part["state"] for part in parts(chat["message"], "dynamic-tool")] == ["output-available"]


async def status_of(server: Server, run_id: str) -> str:
    async with httpx.AsyncClient(base_url=server.url) as client:
        return str((await client.get(f"/v1/runs/{run_id}")).json()["status"])


async def becomes(server: Server, run_id: str, status: str) -> None:
    async with asyncio.timeout(PATIENCE):
        while await status_of(server, run_id) != status:
            await asyncio.sleep(0.01)


async def test_stop_stops_the_run_and_keeps_the_text(js: RunJs, server: Server, at: str) -> None:
    stopped, chat = await asyncio.to_thread(js, "ai.mjs", "stop", at, f"stop {at}", "post")
    assert stopped["status"] == "cancelled"
    assert (chat["status"], chat["text"], chat["message"]["metadata"]["outcome"]) == ("ready", "Waiting", "cancelled")
    assert await status_of(server, stopped["run_id"]) == "cancelled"


async def test_where_the_transport_has_a_stop_it_stops_the_run(js: RunJs, server: Server) -> None:
    (chat,) = await asyncio.to_thread(js, "ai.mjs", "stop", f"ws {server.url}", "stop ws", "close")
    assert (chat["status"], chat["text"]) == ("ready", "Waiting")
    await becomes(server, chat["run_id"], "cancelled")


async def test_a_stop_that_only_closes_the_socket_stops_the_run_where_that_was_asked_for(
    js: RunJs, server: Server
) -> None:
    (chat,) = await asyncio.to_thread(js, "ai.mjs", "stop", f"sse {server.url}", "stop gone", "disconnect")
    await becomes(server, chat["run_id"], "cancelled")
    (chat,) = await asyncio.to_thread(js, "ai.mjs", "stop", f"sse {server.url}", "stop left", "close")
    assert await status_of(server, chat["run_id"]) == "running"
    async with httpx.AsyncClient(base_url=server.url) as client:
        assert (await client.post("/api/chat/stop left/stop")).json()["status"] == "cancelled"


def test_a_failure_is_an_error_and_keeps_the_text(js: RunJs, at: str) -> None:
    (chat,) = js("ai.mjs", "ask", at, f"fail {at}", "fail")
    assert (chat["status"], chat["text"]) == ("error", "Half an ")
    assert "the model went away" in chat["error"]
    assert chat["message"]["metadata"]["outcome"] == "error"
    assert [part["data"]["state"] for part in parts(chat["message"], "data-step")] == ["failed"]


def test_an_answer_whose_server_is_killed_never_looks_finished(js: RunJs, start: Start) -> None:
    doomed = start()
    before = js("ai.mjs", "kill", str(doomed.process.pid), "SIGKILL", f"sse {doomed.url}", f"ws {doomed.url}")
    doomed.process.wait()
    again = start(data=doomed.data)
    after = js("ai.mjs", "reopen", f"sse {again.url}", f"ws {again.url}")
    for chat, resumed in zip(before, after, strict=True):
        assert chat["status"] == "error"
        assert "outcome" not in chat["message"]["metadata"]
        assert resumed["loaded"]["message"]["metadata"]["outcome"] == "interrupted"
        assert (resumed["status"], resumed["roles"]) == ("error", ["user", "assistant"])
        assert resumed["text"].startswith(chat["text"])


def test_an_answer_whose_server_shuts_down_never_looks_finished(js: RunJs, start: Start) -> None:
    doomed = start()
    for chat in js("ai.mjs", "kill", str(doomed.process.pid), "SIGTERM", f"sse {doomed.url}", f"ws {doomed.url}"):
        assert chat["status"] == "error"
        assert chat["message"]["metadata"].get("outcome", "interrupted") == "interrupted"


class CutsOnce(Chaos):
    """Cuts its first connection only."""

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.connections:
            self.weather = Weather()
        await super()._accept(reader, writer)


@asynccontextmanager
async def cutting(server: Server, *ends: int) -> AsyncIterator[list[str]]:
    """Addresses of the server, each cut after so many bytes."""
    host, _, port = server.url.removeprefix("http://").partition(":")
    async with AsyncExitStack() as stack:
        proxies = [CutsOnce(host, int(port)) for _ in ends]
        for proxy, end in zip(proxies, ends, strict=True):
            await proxy.start()
            stack.push_async_callback(proxy.close)
            proxy.weather.cut_after = end
        yield [proxy.url for proxy in proxies]


async def test_an_answer_is_the_same_to_the_byte_wherever_the_connection_is_cut(
    js: RunJs, server: Server, wire: str
) -> None:
    async with httpx.AsyncClient(base_url=server.url) as client:
        body = (await client.post("/api/chat", json=ask(f"uncut {wire}", "all"))).content
    frames = body.split(b"\n\n")
    ends = [HEAD + sum(len(frame) + 2 for frame in frames[:k]) for k in range(len(frames))]
    async with cutting(server, *ends) as urls:
        chats = await asyncio.to_thread(js, "ai.mjs", "cut", "all", *(f"{wire} {url}" for url in urls))
    assert sum(chat["cut"] for chat in chats) > len(chats) / 2
    for chat in chats:
        assert (chat["status"], chat["roles"], chat["text"]) == ("ready", ["user", "assistant"], ALL)
        assert chat["message"]["metadata"]["outcome"] == "completed"


async def test_a_live_answer_is_gone_on_with_wherever_it_is_cut(js: RunJs, server: Server, wire: str) -> None:
    async with cutting(server, 400, 500, 600, 1200, 2400) as urls:
        chats = await asyncio.to_thread(js, "ai.mjs", "cut", "count 40 0.01", *(f"{wire} {url}" for url in urls))
    assert [chat["cut"] for chat in chats] == [True] * 5
    for chat in chats:
        assert (chat["status"], chat["roles"]) == ("ready", ["user", "assistant"])
        assert chat["text"] == "".join(f"{number} " for number in range(40))


def test_a_page_that_is_loaded_again_shows_one_answer(js: RunJs, at: str) -> None:
    chats = js("ai.mjs", "reload", at, f"reload {at}", "1", "60", "160")
    assert len(chats) == 4
    for chat in chats:
        assert (chat["status"], chat["roles"]) == ("ready", ["user", "assistant"])
        assert chat["text"] == "".join(f"{number} " for number in range(60))
        assert chat["message"] == chats[0]["message"]
