"""Asking a server: from the command line, and as an agent of one's own."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from agent.client import Client
from agent.events import Done, Input, Token
from agent.home import Core, open_core
from agent.request import Request
from tests.server.conftest import ROOT, Server
from tests.streams import PATIENCE

pytestmark = pytest.mark.anyio


def command(server: Server, *more: str) -> subprocess.CompletedProcess[str]:
    ask = [sys.executable, "-m", "agent", "ask", *more]
    return subprocess.run(ask, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, stdin=subprocess.DEVNULL)


def test_a_server_is_asked_from_the_command_line(server: Server) -> None:
    told = command(server, "all", "--url", server.url)
    assert told.returncode == 0, told.stderr
    assert "$46.7 billion" in told.stdout
    lines = [
        json.loads(line) for line in command(server, "all", "--url", server.url, "--jsonl").stdout.split("\n")[:-1]
    ]
    assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))
    assert command(server, "fail", "--url", server.url).returncode == 1


def test_what_the_server_does_not_do_is_one_line(server: Server) -> None:
    for arguments, words in ((["--agent", "os:system"], "expected one of"), (["--session", "s_none"], "s_none")):
        told = command(server, "all", "--url", server.url, *arguments)
        assert (told.returncode, told.stderr.count("\n")) == (1, 1)
        assert words in told.stderr
    nobody = command(server, "all", "--url", "http://127.0.0.1:9")
    assert (nobody.returncode, "cannot be reached" in nobody.stderr) == (1, True)


async def whole(core: Core, server: Server, question: str, **more: str) -> tuple[str, Done]:
    run_id = await core.ask(Request(question=question, **more), agent=server.url)
    async with asyncio.timeout(PATIENCE):
        events = [entry.event async for entry in core.log.follow(run_id)]
    text = "".join(event.text for event in events if isinstance(event, Token) and event.channel == "answer")
    assert isinstance(events[-1], Done)
    return text, events[-1]


async def test_a_server_is_an_agent_of_ours(server: Server, tmp_path: Path) -> None:
    async with open_core(tmp_path) as core, Client(server.url) as client:
        there = [entry.event async for entry in client.ask("all")]
        said = "".join(event.text for event in there if isinstance(event, Token) and event.channel == "answer")
        text, done = await whole(core, server, "all")
        assert (text, done.outcome) == (said, "completed")


async def test_a_question_to_the_user_goes_through(server: Server, tmp_path: Path) -> None:
    async with open_core(tmp_path) as core:
        run_id = await core.ask(Request(question="ask"), agent=server.url)
        text = ""
        async with asyncio.timeout(PATIENCE):
            async for entry in core.log.follow(run_id):
                event = entry.event
                if isinstance(event, Input) and event.state == "requested":
                    await core.runner.answer(run_id, event.id, True, by="Ada")
                text += event.text if isinstance(event, Token) else ""
        assert text == "First, you said True (answered)."


async def test_stop_here_stops_there(server: Server, tmp_path: Path) -> None:
    async with open_core(tmp_path) as core, httpx.AsyncClient(base_url=server.url) as http:
        run_id = await core.ask(Request(question="wait"), agent=server.url)
        async with asyncio.timeout(PATIENCE):
            await core.log.wait(run_id, 0)
            there = (await http.get("/v1/sessions")).json()[0]["session_id"]
            assert (await core.runner.cancel(run_id)).state == "cancelled"
        (run,) = (await http.get(f"/v1/sessions/{there}")).json()["runs"]
        assert (run["question"], run["status"]) == ("wait", "cancelled")


async def test_a_failure_there_is_a_failure_here(server: Server, tmp_path: Path) -> None:
    async with open_core(tmp_path) as core:
        text, done = await whole(core, server, "fail")
        assert (text, done.outcome, done.partial) == ("Half an ", "error", True)
