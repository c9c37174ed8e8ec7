"""Two servers on one data folder, as `make serve` beside `make demo`: a run of one is seen in the other."""

import asyncio

import httpx
import pytest

from agent.client import Client
from agent.request import Request
from tests.server.conftest import Server, Start
from tests.streams import PATIENCE

pytestmark = pytest.mark.anyio


async def test_a_run_started_in_one_is_seen_live_in_the_other(server: Server, start: Start) -> None:
    other = start(data=server.data)
    async with Client(server.url) as here, Client(other.url) as there, asyncio.timeout(PATIENCE):
        run_id = await here.start(Request(question="count 40 0.02"))
        seen = [entry.seq async for entry in there.follow(run_id)]
        assert [entry async for entry in here.follow(run_id)] == [entry async for entry in there.follow(run_id)]
    assert seen == list(range(1, len(seen) + 1))
    async with httpx.AsyncClient(base_url=other.url) as http:
        view = (await http.get(f"/v1/runs/{run_id}")).json()["view"]
        assert view["message"]["answer"].endswith("39 ")


async def test_what_only_its_own_process_can_do_is_said(server: Server, start: Start) -> None:
    other = start(data=server.data)
    async with Client(server.url) as here, httpx.AsyncClient(base_url=other.url) as http:
        run_id = await here.start(Request(question="wait"))
        refused = await http.post(f"/v1/runs/{run_id}/cancel")
        assert (refused.status_code, "another process" in refused.json()["detail"]) == (400, True)
        assert await here.cancel(run_id) == "cancelled"
