"""Our protocol over HTTP, as its documentation says: what is answered, to whom, and what is refused."""

import asyncio
import json
from collections.abc import AsyncIterator

import httpx
import pytest

from agent.event_stream import EventStreamParser
from agent.home import Core
from agent.request import Limits, Request
from agent.sqlite_log import SqliteLog
from apps.api import build, opened
from apps.session import Sessions
from apps.v1 import limits
from tests.server.agents import agent
from tests.streams import PATIENCE

pytestmark = pytest.mark.anyio


async def finished(core: Core, question: str = "all") -> str:
    run_id = await core.runner.start(agent, Request(question=question))
    async with asyncio.timeout(PATIENCE):
        await core.runner.wait(run_id)
    await core.log.flush(run_id)
    return run_id


async def test_a_question_is_answered_with_where_its_events_are(core: Core, http: httpx.AsyncClient) -> None:
    answer = await http.post("/v1/runs", json={"question": "all"})
    body = answer.json()
    assert answer.status_code == 201
    assert set(body) == {"run_id", "session_id", "status", "events_url", "token"}
    assert answer.headers["location"] == f"/v1/runs/{body['run_id']}"
    events = await http.get(body["events_url"])
    frames = list(EventStreamParser().feed(events.content))
    entries = await core.log.read(body["run_id"])
    assert [(int(frame.last_event_id), frame.event) for frame in frames] == [(e.seq, e.type) for e in entries]
    assert events.text.startswith("retry: ")
    assert "\r" not in events.text.replace("\\r", "")
    whole = (await http.get(f"/v1/runs/{body['run_id']}")).json()
    assert (whole["status"], whole["view"]["stream"]["outcome"]) == ("completed", "completed")
    assert "$46.7 billion" in whole["view"]["message"]["answer"]


async def test_a_post_that_accepts_events_gets_them_at_once(http: httpx.AsyncClient) -> None:
    answer = await http.post("/v1/runs", json={"question": "all"}, headers={"accept": "text/event-stream"})
    assert answer.headers["content-location"].endswith("/events")
    assert [frame.event for frame in EventStreamParser().feed(answer.content)][-1] == "done"


async def test_no_reader_splits_a_token_that_holds_a_line_separator(core: Core, http: httpx.AsyncClient) -> None:
    run_id = await finished(core)
    text = (await http.get(f"/v1/runs/{run_id}/events")).text
    data = [line.removeprefix("data: ") for line in text.splitlines() if line.startswith("data: ")]
    said = "".join(json.loads(one).get("text", "") for one in data)
    assert "Zeile\u2028eins\u2029zwei\u0085drei" in said


@pytest.mark.parametrize("count", [20])
async def test_one_key_starts_one_run_however_often_it_is_sent(core: Core, http: httpx.AsyncClient, count: int) -> None:
    head = {"idempotency-key": "k-1"}
    answers = await asyncio.gather(
        *(http.post("/v1/runs", json={"question": "all"}, headers=head) for _ in range(count))
    )
    assert len({answer.json()["run_id"] for answer in answers}) == 1
    assert sorted(answer.status_code for answer in answers) == [200] * (count - 1) + [201]
    assert sum("idempotent-replayed" in answer.headers for answer in answers) == count - 1
    other = await http.post("/v1/runs", json={"question": "other"}, headers=head)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key")
    assert len(await core.log.runs()) == 1


async def test_a_reader_gets_what_it_has_not(core: Core, http: httpx.AsyncClient) -> None:
    run_id = await finished(core)
    last = len(await core.log.read(run_id))
    url = f"/v1/runs/{run_id}/events"

    async def seqs(query: str = "", **head: str) -> list[int]:
        answer = await http.get(url + query, headers=head)
        assert answer.status_code == 200
        return [int(frame.last_event_id) for frame in EventStreamParser().feed(answer.content)]

    assert await seqs() == list(range(1, last + 1))
    assert await seqs("?after=5") == list(range(6, last + 1))
    assert await seqs("?after=2", **{"last-event-id": "5"}) == list(range(6, last + 1))
    for query in (f"?after={last}", f"?after={last + 7}", "?after=latest", "?after=-1"):
        assert (await http.get(url + query)).status_code == 204
    for query in ("?after=x", "?after=1.5", "?after=%20", "?after=" + "9" * 40):
        refused = await http.get(url + query)
        assert (refused.status_code, refused.json()["code"]) == (400, "invalid")
    dump = await http.get(url, headers={"accept": "application/x-ndjson"})
    assert [json.loads(line)["seq"] for line in dump.text.splitlines()] == list(range(1, last + 1))


async def test_a_cursor_ahead_of_a_live_run_is_of_another_log(core: Core, http: httpx.AsyncClient) -> None:
    run_id = await core.runner.start(agent, Request(question="wait"))
    async with asyncio.timeout(PATIENCE):
        await core.log.wait(run_id, 0)
    ahead = await http.get(f"/v1/runs/{run_id}/events?after=99")
    assert (ahead.status_code, ahead.json()["code"]) == (409, "cursor_ahead")
    there = await http.get(f"/v1/runs/{run_id}/events?follow=0")
    assert [frame.event for frame in EventStreamParser().feed(there.content)] == ["token"]


async def test_what_the_log_has_dropped_is_said(core: Core, http: httpx.AsyncClient) -> None:
    run_id = await finished(core)
    log = core.log
    assert isinstance(log, SqliteLog)
    answer = (await http.get(f"/v1/runs/{run_id}")).json()["view"]
    await log.drop(run_id, 8)
    gap, first, *_ = EventStreamParser().feed((await http.get(f"/v1/runs/{run_id}/events?after=3")).content)
    assert (gap.event, gap.last_event_id, first.last_event_id) == ("gap", "8", "9")
    told = json.loads(gap.data)
    assert (told["from"], told["to"]) == (4, 8)
    assert (await http.get(f"/v1/runs/{run_id}")).json()["view"] == answer
    await log.drop(run_id)
    gone = await http.get(f"/v1/runs/{run_id}/events")
    assert (gone.status_code, gone.json()["code"]) == (410, "log_expired")
    assert (await http.get(gone.json()["result_url"])).json()["view"] == answer


@pytest.mark.parametrize(
    ("body", "status", "told"),
    [
        ({"question": "x", "foo": 1}, 422, "unknown key 'foo'"),
        ({"question": ""}, 422, "question"),
        ({}, 422, "question"),
        ({"question": "x", "pace": "brisk"}, 422, "'brisk'"),
        ({"question": "x", "agent": "os:system"}, 422, "expected one of"),
        ({"question": "x", "deadline": -1}, 422, "deadline"),
        ({"question": "x" * 1_000_001}, 413, ""),
    ],
)
async def test_what_cannot_be_asked_is_said(
    http: httpx.AsyncClient, body: dict[str, object], status: int, told: str
) -> None:
    answer = await http.post("/v1/runs", json=body)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert told in answer.json()["detail"]


async def test_a_body_without_an_announced_length_is_counted(http: httpx.AsyncClient) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(30):
            yield b"x" * 50_000

    answer = await http.post("/v1/runs", content=pieces(), headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_long")


async def test_a_client_that_sends_the_whole_conversation_may_send_more(http: httpx.AsyncClient) -> None:
    head = {"content-type": "application/json"}
    for size, status in ((2_000_000, 422), (9_000_000, 413)):
        for path in ("/agui", "/api/chat"):
            answer = await http.post(path, content=b" " * size + b"{}", headers=head)
            assert (path, size, answer.status_code) == (path, size, status)


async def test_a_token_is_for_its_run_and_its_role(core: Core, http: httpx.AsyncClient) -> None:
    mine = (await http.post("/v1/runs", json={"question": "wait"})).json()
    other = (await http.post("/v1/runs", json={"question": "wait"})).json()
    bearer = {"authorization": f"Bearer {mine['token']}"}
    assert (await http.get(f"/v1/runs/{mine['run_id']}", headers=bearer)).status_code == 200
    assert (await http.get(f"/v1/runs/{other['run_id']}", headers=bearer)).status_code == 403
    assert (await http.get("/v1/sessions", headers=bearer)).status_code == 403
    assert (await http.get(f"/v1/runs/{mine['run_id']}?token={mine['token'][:-2]}xx")).status_code == 401
    assert (await http.post(f"/v1/runs/{mine['run_id']}/cancel", headers=bearer)).json()["status"] == "cancelled"


async def test_with_a_key_nobody_comes_in_without_it(core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRSTLIGHT_API_KEY", "sesame")
    app = build()
    async with opened(app, Sessions(core)):
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://here.invalid") as http:
            refused = await http.post("/v1/runs", json={"question": "all"})
            assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
            assert (await http.get("/v1/sessions", headers={"authorization": "Bearer wrong"})).status_code == 401
            started = await http.post("/v1/runs", json={"question": "all"}, headers={"authorization": "Bearer sesame"})
            assert started.status_code == 201
            body = started.json()
            assert (await http.get(f"{body['events_url']}?token={body['token']}")).status_code == 200
            assert (await http.get("/healthz")).status_code == 200


async def test_too_many_readers_and_runs_are_told_when_to_come_back(
    core: Core, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIRSTLIGHT_RATE", "2/minute")
    monkeypatch.setattr(limits, "MOST_READERS_OF_RUN", 0)
    app = build()
    async with opened(app, Sessions(core)):
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://here.invalid") as http:
            answers = [await http.post("/v1/runs", json={"question": "all"}) for _ in range(3)]
            assert [answer.status_code for answer in answers] == [201, 201, 429]
            assert 1 <= int(answers[-1].headers["retry-after"]) <= 60
            crowded = await http.get(answers[0].json()["events_url"])
            assert (crowded.status_code, crowded.json()["code"]) == (429, "too_many")


async def test_metrics_tell_what_runs_were_like(core: Core, http: httpx.AsyncClient) -> None:
    await http.get((await http.post("/v1/runs", json={"question": "all"})).json()["events_url"])
    await http.get((await http.post("/v1/runs", json={"question": "fail"})).json()["events_url"])
    async with asyncio.timeout(PATIENCE):
        while 'firstlight_runs_total{outcome="partial"} 1.0' not in (text := (await http.get("/metrics")).text):
            await asyncio.sleep(0.01)
    assert 'firstlight_runs_total{outcome="completed"} 1.0' in text
    assert "gen_ai_server_time_to_first_token_seconds_count 2.0" in text
    assert (
        'gen_ai_client_operation_duration_seconds_count{gen_ai_operation_name="retrieval",step="retrieving"} 1.0'
        in text
    )


async def test_a_deadline_ends_a_run(core: Core, http: httpx.AsyncClient) -> None:
    events = (await http.post("/v1/runs", json={"question": "wait", "deadline": 0.2})).json()["events_url"]
    frames = list(EventStreamParser().feed((await http.get(events)).content))
    assert json.loads(frames[-1].data)["outcome"] == "timeout"
    assert Limits().deadline != 0.2
