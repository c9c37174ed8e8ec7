"""Several people in one session over the server: who is told what, and whose answer counts."""

import asyncio
from typing import Any

import httpx
import pytest

from apps.v1.presence import Person, Presence
from tests.server.conftest import Server
from tests.server.test_socket import talk
from tests.streams import PATIENCE

pytestmark = pytest.mark.anyio

ADA, BEN = Person(name="Ada", role="owner"), Person(name="Ben", role="viewer")


def test_everybody_in_a_session_hears_of_everybody_and_nobody_else_does() -> None:
    presence = Presence()
    heard: dict[str, list[list[Person]]] = {"ada": [], "ben": [], "elsewhere": []}
    ada_leaves = presence.join("s1", ADA, heard["ada"].append)
    ben_leaves = presence.join("s1", BEN, heard["ben"].append)
    presence.join("s2", ADA, heard["elsewhere"].append)
    assert presence.people("s1") == [ADA, BEN]
    ada_leaves()
    ada_leaves()
    ben_leaves()
    assert heard == {"ada": [[ADA], [ADA, BEN]], "ben": [[ADA, BEN], [BEN]], "elsewhere": [[ADA]]}
    assert presence.people("s1") == []


async def made(server: Server) -> tuple[str, str]:
    """A session, and its owner's token."""
    async with httpx.AsyncClient(base_url=server.url) as http:
        session = (await http.post("/v1/sessions", json={"title": "Together"})).json()
    return session["session_id"], session["token"]


async def link(server: Server, session_id: str, owner: str, role: str) -> str:
    head = {"authorization": f"Bearer {owner}"}
    async with httpx.AsyncClient(base_url=server.url, headers=head) as http:
        return str((await http.post(f"/v1/sessions/{session_id}/links", json={"role": role})).json()["token"])


async def test_the_first_valid_answer_wins_and_the_other_is_told(server: Server) -> None:
    session_id, owner = await made(server)
    editor = await link(server, session_id, owner, "editor")
    async with talk(server, f"?token={owner}") as ada, talk(server, f"?token={editor}") as ben:
        await ada.say(op="join", session_id=session_id, name="Ada")
        await ben.say(op="join", session_id=session_id, name="Ben")
        await ada.say(op="start", question="ask", session_id=session_id)
        run_id = (await ada.until(op="start"))["run_id"]
        await ben.say(op="subscribe", run_id=run_id)
        for one in (ada, ben):
            await one.until(event="input")
        await asyncio.gather(*(one.say(op="input", run_id=run_id, id="go", value=True, ref=1) for one in (ada, ben)))
        answers: dict[str, Any] = {"Ada": await ada.until(op="input", ref=1), "Ben": await ben.until(op="input", ref=1)}
        (winner,) = [name for name, answer in answers.items() if answer["ok"]]
        (loser,) = [answer for answer in answers.values() if not answer["ok"]]
        assert loser["problem"]["code"] == "input_rejected"
        for one in (ada, ben):
            if not any(message.get("op") == "end" for message in one.heard):
                await one.until(op="end")
            assert [m["data"]["by"] for m in one.heard if m.get("event") == "input"] == ["", winner]


async def test_an_answer_without_a_name_says_nothing_of_who_gave_it(server: Server) -> None:
    """Not an address, and no part of a token."""
    session_id, owner = await made(server)
    head = {"authorization": f"Bearer {owner}"}
    async with httpx.AsyncClient(base_url=server.url, headers=head, timeout=PATIENCE) as http:
        body = {"question": "ask", "session_id": session_id}
        run_id = (await http.post("/v1/runs", json=body)).json()["run_id"]
        async with asyncio.timeout(PATIENCE):
            while (await http.post(f"/v1/runs/{run_id}/input", json={"id": "go", "value": True})).status_code == 409:
                await asyncio.sleep(0.01)
            while not (answered := (await http.get(f"/v1/runs/{run_id}")).json()["view"]["answered"]):
                await asyncio.sleep(0.01)
    assert [(one["state"], one["value"], one["by"]) for one in answered] == [("answered", True, "")]


async def test_a_session_says_what_its_reader_may_do(server: Server) -> None:
    session_id, owner = await made(server)
    viewer = await link(server, session_id, owner, "viewer")
    async with httpx.AsyncClient(base_url=server.url) as http:
        for token, role in ((owner, "owner"), (viewer, "viewer")):
            head = {"authorization": f"Bearer {token}"}
            assert (await http.get(f"/v1/sessions/{session_id}", headers=head)).json()["role"] == role
        head = {"authorization": f"Bearer {viewer}"}
        refused = await http.post(f"/v1/sessions/{session_id}/links", json={"role": "owner"}, headers=head)
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
