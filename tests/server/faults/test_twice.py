"""Things that are asked twice, or in the wrong moment: they happen once, or are refused."""

import asyncio
import random
from collections.abc import Mapping

import httpx
import pytest

from agent.client import Client
from agent.request import Request
from tests.server.conftest import Server
from tests.server.faults.conftest import Boot, again, complaints
from tests.server.faults.readers import asked, whole
from tests.streams import PATIENCE

pytestmark = pytest.mark.anyio

CANCELS = 120


async def post(server: Server, path: str, body: Mapping[str, object], key: str = "") -> httpx.Response:
    headers = {"idempotency-key": key} if key else {}
    async with httpx.AsyncClient(base_url=server.url, timeout=PATIENCE) as http:
        return await http.post(path, json=body, headers=headers)


@pytest.mark.slow
async def test_a_question_sent_twenty_times_is_asked_once_also_across_a_restart(boot: Boot) -> None:
    server, body = await asyncio.to_thread(boot), {"question": "count 5"}
    answers = await asyncio.gather(*(post(server, "/v1/runs", body, "once") for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [200] * 19 + [201]
    server.process.kill()
    server = await asyncio.to_thread(again, boot, server)
    answers += await asyncio.gather(*(post(server, "/v1/runs", body, "once") for _ in range(20)))
    assert [answer.status_code for answer in answers[20:]] == [200] * 20
    assert all(answer.headers["idempotent-replayed"] == "true" for answer in answers[20:])
    assert len({(answer.json()["run_id"], answer.headers["location"]) for answer in answers}) == 1
    async with httpx.AsyncClient(base_url=server.url) as http:
        session = (await http.get(f"/v1/sessions/{answers[0].json()['session_id']}")).json()
    assert len(session["runs"]) == 1
    assert (await post(server, "/v1/runs", {"question": "count 6"}, "once")).status_code == 422


@pytest.mark.slow
async def test_a_stop_that_races_the_end_has_one_winner(faulty: Server) -> None:
    draw, outcomes = random.Random(3), []
    async with Client(faulty.url) as client, httpx.AsyncClient(base_url=faulty.url, timeout=PATIENCE) as http:

        async def race() -> None:
            run_id = await client.start(Request(question=f"count {draw.randrange(1, 40)} 0.003"))
            await asyncio.sleep(draw.uniform(0, 0.08))
            told = await asyncio.gather(client.cancel(run_id), client.cancel(run_id))
            kinds = [(entry.type, entry.payload) async for entry in client.follow(run_id)]
            assert [kind for kind, _ in kinds].count("done") == 1
            assert kinds[-1][0] == "done"
            assert told[0] == told[1] == (await http.get(f"/v1/runs/{run_id}")).json()["status"]
            assert f'"outcome":"{told[0]}"'.encode() in kinds[-1][1]
            outcomes.append(told[0])

        for _ in range(CANCELS // 4):
            await asyncio.gather(*(race() for _ in range(4)))
    print({outcome: outcomes.count(outcome) for outcome in set(outcomes)})
    assert set(outcomes) == {"completed", "cancelled"}, "both sides must win sometimes, or it is no race"
    assert complaints(faulty) == ""


async def until_asked(server: Server, run_id: str) -> None:
    async with Client(server.url) as client, asyncio.timeout(PATIENCE):
        async for entry in client.follow(run_id):
            if entry.type == "input":
                return


async def test_one_of_many_answers_is_stored_and_the_others_are_told(faulty: Server) -> None:
    run_id = await asked(faulty.url, "ask")
    await until_asked(faulty, run_id)
    path = f"/v1/runs/{run_id}/input"
    answers = await asyncio.gather(*(post(faulty, path, {"id": "go", "value": True, "by": str(n)}) for n in range(10)))
    assert sorted(answer.status_code for answer in answers) == [202] + [409] * 9
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"input_rejected"}
    states = [data["state"] for _, kind, data in await whole(faulty.url, run_id) if kind == "input"]
    assert states == ["requested", "answered"]
    assert (await post(faulty, path, {"id": "go", "value": True})).status_code == 409, "after the end"


async def test_an_answer_before_the_question_or_after_a_stop_is_refused(faulty: Server) -> None:
    early = await asked(faulty.url, "count 50 0.02")
    refused = await post(faulty, f"/v1/runs/{early}/input", {"id": "go", "value": True})
    assert (refused.status_code, refused.json()["code"]) == (409, "input_rejected")
    stopped = await asked(faulty.url, "ask")
    await until_asked(faulty, stopped)
    assert (await post(faulty, f"/v1/runs/{stopped}/cancel", {})).json()["status"] == "cancelled"
    refused = await post(faulty, f"/v1/runs/{stopped}/input", {"id": "go", "value": True})
    assert (refused.status_code, refused.json()["code"]) == (409, "input_rejected")
    states = [data["state"] for _, kind, data in await whole(faulty.url, stopped) if kind == "input"]
    assert states == ["requested", "expired"]
    assert "input" not in {kind for _, kind, _ in await whole(faulty.url, early)}
