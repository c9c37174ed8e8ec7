"""The WebSocket against a real server: many runs, both directions, the same bytes as the event stream."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from agent.client import Client
from agent.entries import Entry
from agent.request import Request
from tests.server.conftest import Server
from tests.streams import PATIENCE

pytestmark = pytest.mark.anyio


class Talk:
    """A conversation over one socket."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.heard: list[dict[str, Any]] = []

    async def say(self, **op: Any) -> None:
        await self.socket.send(json.dumps(op))

    async def until(self, **wanted: Any) -> dict[str, Any]:
        """The next message with these fields; those before it are in `heard`."""
        async with asyncio.timeout(PATIENCE):
            while True:
                message = json.loads(await self.socket.recv())
                self.heard.append(message)
                if all(message.get(name) == value for name, value in wanted.items()):
                    return dict(message)

    def entries(self, run_id: str) -> list[tuple[int, str]]:
        return [(one["id"], one["event"]) for one in self.heard if one.get("run_id") == run_id and "event" in one]


@asynccontextmanager
async def talk(server: Server, query: str = "", **more: Any) -> AsyncIterator[Talk]:
    url = server.url.replace("http", "ws") + "/v1/ws" + query
    async with connect(url, **more) as socket:
        yield Talk(socket)


async def stored(server: Server, run_id: str) -> list[Entry]:
    async with Client(server.url) as client, asyncio.timeout(PATIENCE):
        return [entry async for entry in client.follow(run_id)]


async def test_a_run_started_over_the_socket_arrives_whole_and_as_the_event_stream_has_it(server: Server) -> None:
    async with talk(server) as one:
        await one.say(op="start", question="all", ref=7)
        started = await one.until(op="start", ref=7)
        assert started["ok"] is True
        run_id = started["run_id"]
        await one.until(op="end", run_id=run_id)
        entries = await stored(server, run_id)
        assert one.entries(run_id) == [(entry.seq, entry.type) for entry in entries]
        data = {message["id"]: message["data"] for message in one.heard if "event" in message}
        assert data == {entry.seq: json.loads(entry.data) for entry in entries}


async def test_many_runs_from_where_each_reader_was(server: Server) -> None:
    async with Client(server.url) as client:
        runs = [await client.start(Request(question="count 20 0.005")) for _ in range(5)]
    async with talk(server) as one:
        for after, run_id in enumerate(runs):
            await one.say(op="subscribe", run_id=run_id, after=after if after < 3 else 0)
        for run_id in runs:
            if not any(message.get("op") == "end" and message["run_id"] == run_id for message in one.heard):
                await one.until(op="end", run_id=run_id)
        for after, run_id in enumerate(runs):
            seqs = [seq for seq, _ in one.entries(run_id)]
            assert seqs == list(range((after if after < 3 else 0) + 1, seqs[-1] + 1))


async def test_stop_answers_and_what_is_wrong(server: Server) -> None:
    async with talk(server) as one:
        await one.say(op="start", question="wait", ref="a")
        waiting = (await one.until(op="start", ref="a"))["run_id"]
        await one.say(op="cancel", run_id=waiting)
        assert (await one.until(op="cancel"))["status"] == "cancelled"
        await one.say(op="start", question="ask", ref="b")
        asking = (await one.until(op="start", ref="b"))["run_id"]
        await one.until(event="input", run_id=asking)
        await one.say(op="input", run_id=asking, id="go", value="neither", ref=1)
        assert (await one.until(op="input", ref=1))["problem"]["code"] == "input_rejected"
        await one.say(op="input", run_id=asking, id="go", value=True, by="Ana", ref=2)
        assert (await one.until(op="input", ref=2))["ok"] is True
        await one.until(op="end", run_id=asking)
        assert [m["data"]["by"] for m in one.heard if m.get("event") == "input"] == ["", "Ana"]
        for said, code in (
            ({"op": "subscribe", "run_id": "r_nothing"}, "unknown_run"),
            ({"op": "subscribe", "run_id": asking, "after": "soon"}, "invalid"),
            ({"op": "dance"}, "invalid"),
            ({"op": "start", "question": "x", "foo": 1}, "invalid"),
        ):
            await one.say(**said, ref=9)
            assert (await one.until(ok=False))["problem"]["code"] == code
        await one.socket.send("{")
        assert (await one.until(ok=False))["problem"]["code"] == "invalid"
        await one.say(op="ping", ref=3)
        assert (await one.until(op="ping", ref=3))["ok"] is True


async def test_who_is_here_is_told_to_all_and_a_viewer_only_watches(server: Server) -> None:
    async with httpx.AsyncClient(base_url=server.url) as http:
        made = (await http.post("/v1/sessions", json={"title": "Review"})).json()
        owner, session_id = made["token"], made["session_id"]
        links, head = f"/v1/sessions/{session_id}/links", {"authorization": f"Bearer {owner}"}
        viewer = (await http.post(links, json={"role": "viewer"}, headers=head)).json()["token"]
    async with talk(server, f"?token={owner}") as ana, talk(server, f"?token={viewer}") as ben:
        await ana.say(op="join", session_id=session_id, name="Ana")
        assert (await ana.until(op="presence"))["people"] == [{"name": "Ana", "role": "owner"}]
        await ben.say(op="join", session_id=session_id, name="Ben")
        both = [{"name": "Ana", "role": "owner"}, {"name": "Ben", "role": "viewer"}]
        assert (await ben.until(op="presence"))["people"] == both
        assert (await ana.until(op="presence"))["people"] == both
        await ana.say(op="start", question="ask", session_id=session_id)
        run_id = (await ana.until(op="start"))["run_id"]
        await ben.say(op="subscribe", run_id=run_id)
        await ben.until(event="input")
        for forbidden in ({"op": "cancel"}, {"op": "input", "id": "go", "value": True}):
            await ben.say(**forbidden, run_id=run_id)
            assert (await ben.until(ok=False))["problem"]["code"] == "forbidden"
        await ben.say(op="start", question="all", session_id=session_id)
        assert (await ben.until(ok=False))["problem"]["code"] == "forbidden"
        await ana.say(op="input", run_id=run_id, id="go", value=True)
        await ben.until(op="end")
        assert [m["data"]["by"] for m in ben.heard if m.get("event") == "input"] == ["", "Ana"]
        await ana.socket.close()
        assert (await ben.until(op="presence"))["people"] == both[1:]


async def test_pages_of_other_sites_and_wrong_tokens_are_turned_away(server: Server) -> None:
    for more in ({"origin": "http://elsewhere.invalid"}, {"query": "?token=fl1.nonsense.x"}):
        with pytest.raises((InvalidStatus, ConnectionClosed)):
            async with talk(server, **more) as one:
                await one.until(op="never")
