"""What whoever runs a server needs: its logs, its limits, who may come in."""

import asyncio
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from agent.home import open_core
from agent.request import Request
from tests.server.agents import agent
from tests.server.conftest import ROOT, Server, Start
from tests.streams import PATIENCE

pytestmark = pytest.mark.anyio


def test_tokens_stay_out_of_the_access_log(start: Start) -> None:
    server = start(options=["--access-log"])
    with httpx.Client(base_url=server.url) as http:
        started = http.post("/v1/runs", json={"question": "all"}).json()
        assert http.get(f"{started['events_url']}?after=1&token={started['token']}").status_code == 200
        assert http.get(f"/v1/runs/r_nothing?token={started['token']}").status_code == 404
    server.process.terminate()
    assert server.process.wait(PATIENCE) is not None
    written = server.output.read_text() + (server.process.stdout.read() if server.process.stdout else "")
    assert f"{started['events_url']}?after=1&token=... " in written
    assert started["token"] not in written


def test_other_sites_are_let_in_only_where_they_are_named(server: Server, start: Start) -> None:
    head = {"origin": "https://one.example"}
    refused = httpx.post(f"{server.url}/v1/runs", json={"question": "all"}, headers=head)
    assert (refused.status_code, refused.json()["code"]) == (403, "other_site")
    assert "access-control-allow-origin" not in refused.headers
    named = start(FIRSTLIGHT_ORIGINS="https://one.example, https://two.example/")
    answer = httpx.post(f"{named.url}/v1/runs", json={"question": "all"}, headers=head)
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (201, "https://one.example")
    ask = {"access-control-request-method": "POST", "access-control-request-headers": "idempotency-key"}
    assert httpx.options(f"{named.url}/v1/runs", headers=head | ask).status_code == 200
    other = httpx.post(f"{named.url}/v1/runs", json={"question": "all"}, headers={"origin": "https://three.example"})
    assert other.status_code == 403


async def test_a_socket_from_another_site_is_refused(server: Server) -> None:
    url = server.url.replace("http", "ws") + "/v1/ws"
    with pytest.raises(InvalidStatus):
        async with connect(url, origin="https://one.example"):  # type: ignore[arg-type]
            pass


def test_a_server_that_others_can_reach_says_that_it_asks_for_no_key() -> None:
    command = [sys.executable, "-m", "apps.api", "--host", "0.0.0.0", "--port", "0"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout and process.stderr
    assert "FIRSTLIGHT_API_KEY" in process.stderr.readline()
    process.stdout.readline()
    process.terminate()
    process.communicate(timeout=PATIENCE)


@pytest.mark.parametrize(
    ("variable", "value"), [("FIRSTLIGHT_RUNS", "many"), ("FIRSTLIGHT_READERS", "-3"), ("FIRSTLIGHT_RATE", "fast")]
)
def test_a_setting_that_is_none_is_named(start: Start, variable: str, value: str) -> None:
    with pytest.raises(AssertionError, match=f"{value!r}|'{value}'"):
        start(**{variable: value})


def test_more_runs_than_the_server_takes_are_told_to_come_back(start: Start) -> None:
    server = start(FIRSTLIGHT_RUNS="2")
    with httpx.Client(base_url=server.url) as http:
        answers = [http.post("/v1/runs", json={"question": "wait"}) for _ in range(5)]
        assert [answer.status_code for answer in answers] == [201] * 4 + [429]
        assert int(answers[-1].headers["retry-after"]) > 0
        states = [http.get(f"/v1/runs/{answer.json()['run_id']}").json()["status"] for answer in answers[:4]]
        assert states == ["running", "running", "queued", "queued"]
        assert http.post(f"/v1/runs/{answers[3].json()['run_id']}/cancel").json()["status"] == "cancelled"
        assert http.post("/v1/runs", json={"question": "all"}).status_code == 201


async def test_old_entries_are_dropped_and_the_answer_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, start: Start
) -> None:
    async with open_core(tmp_path) as core:
        run_id = await core.runner.start(agent, Request(question="all"))
        await core.runner.wait(run_id)
    server = start(data=tmp_path, FIRSTLIGHT_KEEP_DAYS="0.000001")
    async with httpx.AsyncClient(base_url=server.url) as http, asyncio.timeout(PATIENCE):
        while (await http.get(f"/v1/runs/{run_id}/events")).status_code != 410:
            await asyncio.sleep(0.05)
        assert "$46.7 billion" in (await http.get(f"/v1/runs/{run_id}")).json()["view"]["message"]["answer"]
