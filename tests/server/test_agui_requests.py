"""What AG-UI clients may send, who may send it, and what is answered where it cannot be done."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from agent.home import open_core
from apps.api import build, opened
from apps.session import Sessions
from tests.streams import PATIENCE

pytestmark = pytest.mark.anyio


@pytest.fixture
async def http(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    monkeypatch.setenv("AGENT", "tests.server.agents:agent")
    app = build()
    async with open_core(tmp_path) as core, opened(app, Sessions(core)):
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://here.invalid") as client:
            yield client


def body(question: object = "all", thread: str = "t", run: str = "r1", **more: Any) -> dict[str, Any]:
    messages = [{"id": "u1", "role": "user", "content": question}] if question else []
    return {"threadId": thread, "runId": run, "messages": messages} | more


async def post(http: httpx.AsyncClient, asked: dict[str, Any], token: str = "") -> list[dict[str, Any]]:
    response = await http.post("/agui", json=asked, headers={"authorization": f"Bearer {token}"} if token else {})
    assert response.status_code == 200, response.text
    frames = response.text.split("\n\n")
    return [json.loads(frame.removeprefix("data: ")) for frame in frames if frame.startswith("data: ")]


def text(events: list[dict[str, Any]]) -> str:
    return "".join(event["delta"] for event in events if event["type"] == "TEXT_MESSAGE_CONTENT")


@pytest.mark.parametrize(
    ("wrong", "status", "said"),
    [
        ({"threadId": 7}, 422, "threadId"),
        ({"runId": ""}, 422, "runId"),
        ({"messages": "hello"}, 422, "messages"),
        ({"messages": [{"id": "m", "role": "user", "content": 7}]}, 422, "messages.0.content"),
        ({"messages": []}, 422, "'user'"),
        ({"messages": [{"id": "m", "role": "user", "content": "  "}]}, 422, "'user'"),
        ({"resume": [{"interruptId": "x", "status": "perhaps"}]}, 422, "'perhaps'"),
        ({"resume": [{"interruptId": "x", "status": "resolved"}]}, 409, "'x'"),
        ({"forwardedProps": {"pace": "fast"}}, 422, "forwardedProps.pace: Input should be"),
        ({"forwardedProps": {"deadline": -1}}, 422, "forwardedProps.deadline"),
        ({"forwardedProps": {"agent": "os:system"}}, 422, "expected one of"),
        ({"forwardedProps": []}, 422, "forwardedProps"),
    ],
)
async def test_what_cannot_be_asked_is_said(
    http: httpx.AsyncClient, wrong: dict[str, Any], status: int, said: str
) -> None:
    response = await http.post("/agui", json=body() | wrong)
    assert (response.status_code, response.headers["content-type"]) == (status, "application/problem+json")
    assert said in response.json()["detail"]


async def test_text_parts_make_the_question_and_what_is_not_known_is_ignored(http: httpx.AsyncClient) -> None:
    parts = [{"type": "image", "source": {"type": "url", "value": "x"}}, {"type": "text", "text": "count 2"}]
    more: dict[str, Any] = {
        "protocolVersion": "9.9",
        "novelty": 1,
        "tools": [],
        "context": [],
        "state": [1],
        "forwardedProps": None,
    }
    events = await post(http, body(parts, **more))
    assert (text(events), events[-1]["type"]) == ("0 1 ", "RUN_FINISHED")


async def test_what_is_asked_while_the_thread_answers_joins_it_and_is_told(http: httpx.AsyncClient) -> None:
    waiting = (await http.post("/v1/runs", json={"question": "wait"})).json()
    thread = waiting["session_id"]
    joined = asyncio.create_task(post(http, body("count 3", thread)))
    async with asyncio.timeout(PATIENCE):
        while "firstlight_readers 1.0" not in (await http.get("/metrics")).text:
            await asyncio.sleep(0.01)
        assert (await http.post(f"/agui/{thread}/cancel")).json() == {
            "run_id": waiting["run_id"],
            "status": "cancelled",
        }
        events = await joined
    told = [event["value"]["message"] for event in events if event["type"] == "CUSTOM"]
    assert told == ["The thread is still answering 'wait': 'count 3' was not asked."]
    assert events[-1]["outcome"] == {"type": "cancelled"}


async def test_a_viewer_reads_and_neither_asks_nor_answers(http: httpx.AsyncClient) -> None:
    session = (await http.post("/v1/sessions", json={"title": "Review"})).json()
    thread, owner = session["session_id"], session["token"]
    links = f"/v1/sessions/{thread}/links"
    link = await http.post(links, json={"role": "viewer"}, headers={"authorization": f"Bearer {owner}"})
    viewer = link.json()["token"]
    asked = await post(http, body("ask", thread), owner)
    (interrupt,) = asked[-1]["outcome"]["interrupts"]
    assert (await post(http, body("", thread, "r7"), viewer))[-1]["outcome"]["interrupts"] == [interrupt]
    resume = [{"interruptId": interrupt["id"], "status": "resolved", "payload": True}]
    head = {"authorization": f"Bearer {viewer}"}
    for path, sent in (
        ("/agui", body("", thread, "r8", resume=resume)),
        ("/agui?cancel_on_disconnect=1", body("", thread, "r8")),
        (f"/agui/{thread}/cancel", {}),
    ):
        assert (await http.post(path, json=sent, headers=head)).status_code == 403
    assert (await post(http, body("", thread, "r8", resume=resume), owner))[-1]["outcome"] == {"type": "success"}
    assert (await http.post("/agui", json=body("all", thread, "r9"), headers=head)).status_code == 403
    assert (await http.post("/agui", json=body("all", "elsewhere"), headers=head)).status_code == 403


async def test_an_answer_sent_twice_is_given_once(http: httpx.AsyncClient) -> None:
    (interrupt,) = (await post(http, body("ask")))[-1]["outcome"]["interrupts"]
    yes = [{"interruptId": interrupt["id"], "status": "resolved", "payload": True}]
    no = [{"interruptId": interrupt["id"], "status": "resolved", "payload": False}]
    ends = [await post(http, body("ask", run="r2", resume=resume)) for resume in (yes, yes, no)]
    answers = [
        event["messages"][-1]["content"] for end in ends for event in end if event["type"] == "MESSAGES_SNAPSHOT"
    ]
    assert all("First, you said True (answered).".startswith(answer) for answer in answers)
    assert answers[-1] == "First, you said True (answered)."
    other = [{"interruptId": interrupt["id"].replace(":2", ":1"), "status": "resolved"}]
    assert (await http.post("/agui", json=body("ask", run="r3", resume=other))).status_code == 409
