"""The HTTP routes over a core: what they answer, and to whom."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path

import httpx
import pytest

from agent.events import Event, Input, Status, Token
from agent.home import Core, open_core
from agent.request import Request
from apps.api import build, opened
from apps.session import Sessions

pytestmark = pytest.mark.anyio


async def asking(request: Request) -> AsyncGenerator[Event, Input | None]:
    reply = yield Input(id="go", prompt="Go on?", schema_={"type": "boolean"})
    yield Token(text=f"You said {reply.value if reply else None}.")


async def short(request: Request) -> AsyncIterator[Event]:
    yield Status(step="writing", label="Writing")
    yield Token(text="One.")


@pytest.fixture
async def core(tmp_path: Path) -> AsyncIterator[Core]:
    async with open_core(tmp_path) as core:
        yield core


@pytest.fixture
async def client(core: Core) -> AsyncIterator[httpx.AsyncClient]:
    app = build()
    async with opened(app, Sessions(core)):
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://here.invalid") as client:
            yield client


async def waiting(core: Core) -> str:
    """A run that asks something, with its question open."""
    run_id = await core.runner.start(asking, Request(question="?"))
    async with asyncio.timeout(5):
        while not any(entry.type == "input" for entry in await core.log.read(run_id)):
            await core.log.wait(run_id, len(await core.log.read(run_id)))
    return run_id


async def test_a_view_is_streamed_up_to_the_end_and_then_there_is_no_more(
    core: Core, client: httpx.AsyncClient
) -> None:
    run_id = await core.runner.start(short, Request(question="?"))
    await core.runner.wait(run_id)
    answer = await client.get(f"/v1/runs/{run_id}/view")
    assert answer.headers["content-type"].startswith("text/event-stream")
    frames = [part for part in answer.text.split("\n\n") if part.startswith("id: ")]
    last = json.loads(frames[-1].partition("data: ")[2])
    assert last["phase"] == "ended"
    assert ["answer", 0, "<p>One.</p>\n"] in last["set"]
    seq = frames[-1].partition("\n")[0].removeprefix("id: ")
    assert (await client.get(f"/v1/runs/{run_id}/view", headers={"last-event-id": seq})).status_code == 204
    assert (await client.get(f"/v1/runs/{run_id}/view?after={seq}")).status_code == 204
    earlier = await client.get(f"/v1/runs/{run_id}/view?after={seq}", headers={"last-event-id": "1"})
    assert "One." in earlier.text, "the header counts more than the address, which EventSource repeats"


async def test_what_is_not_there_or_not_a_number_is_said(client: httpx.AsyncClient) -> None:
    missing = await client.get("/v1/runs/r_nothing/view")
    assert missing.status_code == 404
    assert missing.headers["content-type"] == "application/problem+json"
    assert "r_nothing" in missing.json()["detail"]
    assert (await client.get("/v1/runs/r_nothing/view?after=x")).status_code == 404
    assert (await client.post("/v1/runs/r_nothing/cancel")).status_code == 404
    assert (await client.get("/v1/static/..%2Fapi.py")).status_code == 404
    assert (await client.get("/v1/static/run_view.js")).headers["content-type"].startswith("text/javascript")


async def test_stop_stops_and_again_is_harmless(core: Core, client: httpx.AsyncClient) -> None:
    run_id = await waiting(core)
    for _ in range(2):
        answer = await client.post(f"/v1/runs/{run_id}/cancel")
        assert answer.status_code == 200
        assert answer.json() == {"run_id": run_id, "status": "cancelled"}


@pytest.mark.parametrize(
    "headers", [{"origin": "http://elsewhere.invalid"}, {"sec-fetch-site": "cross-site"}, {"origin": "null"}]
)
async def test_a_page_of_another_site_changes_nothing(
    core: Core, client: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    run_id = await waiting(core)
    assert (await client.post(f"/v1/runs/{run_id}/cancel", headers=headers)).status_code == 403
    body = {"id": "go", "value": True}
    assert (await client.post(f"/v1/runs/{run_id}/input", json=body, headers=headers)).status_code == 403
    assert (await core.log.run(run_id)).is_open


async def test_an_answer_goes_to_the_run_once(core: Core, client: httpx.AsyncClient) -> None:
    run_id = await waiting(core)
    address = f"/v1/runs/{run_id}/input"
    assert (await client.post(address, json={"id": "go", "value": "neither"})).status_code == 409
    same = {"origin": "http://here.invalid", "sec-fetch-site": "same-origin"}
    assert (await client.post(address, json={"id": "go", "value": True}, headers=same)).status_code == 202
    assert (await client.post(address, json={"id": "go", "value": False})).status_code == 409
    await core.runner.wait(run_id)
    assert any(b"You said True." in entry.payload for entry in await core.log.read(run_id))


@pytest.mark.parametrize(("body", "status"), [(b"{", 422), (b"[]", 422), (b"x" * 1_000_001, 413)])
async def test_a_body_that_is_no_answer_is_refused(
    core: Core, client: httpx.AsyncClient, body: bytes, status: int
) -> None:
    run_id = await waiting(core)
    headers = {"content-type": "application/json"}
    assert (await client.post(f"/v1/runs/{run_id}/input", content=body, headers=headers)).status_code == status
    assert (await client.post(f"/v1/runs/{run_id}/input", content=b"{}")).status_code == 422
