"""Our Python client against a real server: the whole run, however often the connection is cut."""

import asyncio
import json

import pytest

from agent.client import Client
from agent.entries import Entry
from agent.errors import ServerError, UnknownRun
from agent.request import Request
from tests.server.chaos import Weather, chaos
from tests.server.conftest import Server
from tests.streams import PATIENCE

pytestmark = pytest.mark.anyio


async def whole(client: Client, run_id: str) -> list[Entry]:
    async with asyncio.timeout(PATIENCE):
        return [entry async for entry in client.follow(run_id)]


async def test_a_run_is_the_same_to_the_byte_wherever_the_connection_is_cut(server: Server) -> None:
    async with Client(server.url) as direct, chaos(server.url) as proxy:
        run_id = await direct.start(Request(question="all"))
        uncut = await whole(direct, run_id)
        ends = [sum(len(entry.frame) for entry in uncut[:k]) for k in range(1, len(uncut))]
        for end in ends:
            proxy.weather = Weather()
            async with Client(proxy.url) as client:
                connections = proxy.connections
                proxy.weather.cut_after = 300 + end  # the head of the answer, and so many events
                assert await whole(client, run_id) == uncut
                assert proxy.connections > connections


async def test_a_server_that_comes_back_is_followed_on(server: Server) -> None:
    async with chaos(server.url) as proxy, Client(proxy.url) as client:
        run_id = await client.start(Request(question="count 60 0.02"))
        seen: list[Entry] = []
        async with asyncio.timeout(PATIENCE):
            async for entry in client.follow(run_id):
                seen.append(entry)
                if len(seen) == 10:
                    proxy.weather = Weather(cut_after=0, reset=True, refuse=True)
                    asyncio.get_running_loop().call_later(0.5, lambda: setattr(proxy, "weather", Weather()))
        assert [entry.seq for entry in seen] == list(range(1, len(seen) + 1))
        assert seen[-1].type == "done"


async def test_what_the_server_refuses_is_said(server: Server) -> None:
    async with Client(server.url) as client:
        with pytest.raises(UnknownRun, match="r_nothing"):
            await whole(client, "r_nothing")
        with pytest.raises(ServerError, match="expected one of"):
            await client.start(Request(question="x"), agent="os:system")


async def test_nobody_there_is_said_and_not_waited_for_without_end() -> None:
    async with Client("http://127.0.0.1:9", patience=0.5) as client:
        with pytest.raises(ServerError, match="cannot be reached"):
            await whole(client, "r_1")


async def test_stop_stops_and_an_answer_arrives(server: Server) -> None:
    async with Client(server.url) as client:
        waiting = await client.start(Request(question="wait"))
        assert await client.cancel(waiting) == "cancelled"
        assert await client.cancel(waiting) == "cancelled"
        asking = await client.start(Request(question="ask"))
        async with asyncio.timeout(PATIENCE):
            async for entry in client.follow(asking):
                if entry.type == "input" and json.loads(entry.payload)["state"] == "requested":
                    await client.answer(asking, "go", True)
        assert b"you said True (answered)" in b"".join(entry.payload for entry in await whole(client, asking))
