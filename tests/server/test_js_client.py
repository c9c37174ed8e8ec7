"""Our JavaScript client under Node: the whole run, whatever happens to the connection."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from agent.client import Client
from agent.event_stream import EventStreamParser
from agent.request import Request
from tests.server.agents import HARD
from tests.server.chaos import Chaos, Weather, chaos
from tests.server.conftest import RunJs, Server
from tests.streams import PATIENCE

pytestmark = pytest.mark.anyio

Told = list[dict[str, Any]]


async def told(js: RunJs, act: str, **given: Any) -> Told:
    """What the client says, while this loop goes on serving it."""
    return await asyncio.to_thread(js, "firstlight.mjs", json.dumps({"act": act, **given}))


def entries(said: Told) -> Told:
    return [one for one in said if "seq" in one]


async def started(server: Server, question: str) -> str:
    async with Client(server.url) as client:
        return await client.start(Request(question=question))


async def stored(server: Server, run_id: str) -> Told:
    """The run as the server sends it, once it has ended."""
    async with httpx.AsyncClient(base_url=server.url, timeout=PATIENCE) as http:
        parser = EventStreamParser()
        frames = list(parser.feed((await http.get(f"/v1/runs/{run_id}/events")).content))
    return [{"seq": int(one.last_event_id), "type": one.event, "data": json.loads(one.data)} for one in frames]


@dataclass
class Canned:
    """A server with one prepared answer for each request, the last of them for all that follow."""

    answers: list[bytes]
    cursors: list[str] = field(default_factory=list)
    """The `Last-Event-ID` of each request."""
    url: str = ""

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = (await reader.readuntil(b"\r\n\r\n")).decode()
        head = dict(line.lower().split(": ", 1) for line in request.splitlines()[1:] if line)
        self.cursors.append(head["last-event-id"])
        answer = self.answers[min(len(self.cursors), len(self.answers)) - 1]
        writer.write(answer)
        if not answer.endswith(HANGS):
            writer.close()
        else:
            await reader.read()
            writer.close()


HANGS = b": and then nothing\n"


@contextlib.asynccontextmanager
async def canned(*answers: bytes) -> AsyncIterator[Canned]:
    served = Canned(list(answers))
    server = await asyncio.start_server(served.answer, "127.0.0.1", 0)
    served.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield served


def stream(*events: tuple[int, str, dict[str, Any]], more: bytes = b"") -> bytes:
    frames = "".join(f"id: {seq}\nevent: {type_}\ndata: {json.dumps(data)}\n\n" for seq, type_, data in events)
    return b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n" + frames.encode() + more


def refusal(status: int, code: str = "") -> bytes:
    body = json.dumps({"code": code, "detail": "no"}).encode() if code else b""
    kind = b"Content-Type: application/problem+json\r\n" if code else b""
    length = b"" if status == 204 else b"Content-Length: %d\r\n" % len(body)
    return b"HTTP/1.1 %d Said\r\nConnection: close\r\n" % status + kind + length + b"\r\n" + body


ONE, TWO, DONE = (1, "token", {"text": "a"}), (2, "token", {"text": "b"}), (3, "done", {"outcome": "completed"})


def names(said: Told) -> list[str]:
    return [f"{one['seq']} {one['type']}" if "seq" in one else next(iter(one.values())) for one in said]


async def test_a_whole_run_is_what_the_server_sent(server: Server, js: RunJs) -> None:
    run_id = await started(server, "all")
    said = await told(js, "follow", base=server.url, run=run_id)
    assert entries(said) == await stored(server, run_id)
    assert HARD in [one["data"].get("text") for one in entries(said)], "with U+2028, which ends no line here"
    assert said[-1] == {"ended": True}


async def test_a_run_is_the_same_wherever_the_connection_is_cut(server: Server, js: RunJs) -> None:
    run_id = await started(server, "all")
    uncut = await stored(server, run_id)
    async with Client(server.url) as client:
        sizes = [len(entry.frame) async for entry in client.follow(run_id)]
    four_at_once = asyncio.Semaphore(4)

    async def cut_after(size: int, *, again: bool) -> None:
        async with four_at_once, chaos(server.url) as proxy:
            proxy.weather = Weather(cut_after=300 + size)  # the head of the answer, and so many events
            clearing = asyncio.create_task(until_cut(proxy, again))
            said = await told(js, "follow", base=proxy.url, run=run_id)
            clearing.cancel()
            assert entries(said) == uncut
            assert {"state": "lost"} in said

    async def until_cut(proxy: Chaos, again: bool) -> None:
        while again or proxy.passed < (proxy.weather.cut_after or 0):
            await asyncio.sleep(0.01)
        proxy.weather = Weather()

    async with asyncio.TaskGroup() as all_cuts:
        for k in range(1, len(uncut)):
            all_cuts.create_task(cut_after(sum(sizes[:k]), again=False))
        all_cuts.create_task(cut_after(max(sizes), again=True))


async def test_a_reset_in_the_middle_of_a_live_run_loses_nothing(server: Server, js: RunJs) -> None:
    run_id = await started(server, "count 60 0.02")
    async with chaos(server.url) as proxy:
        proxy.weather = Weather(cut_after=1500, reset=True)
        said = await told(js, "follow", base=proxy.url, run=run_id)
    assert entries(said) == await stored(server, run_id)


async def test_a_502_for_a_while_is_waited_for(js: RunJs) -> None:
    bad = refusal(502)
    async with canned(stream(ONE), bad, bad, bad, stream(TWO, DONE)) as server:
        said = await told(js, "follow", base=server.url, run="r")
    assert names(said) == ["open", "1 token", "lost", "open", "2 token", "3 done", True]
    assert server.cursors == ["0", "1", "1", "1", "1"]


async def test_a_connection_that_went_silent_is_left(js: RunJs) -> None:
    async with canned(stream(ONE, more=HANGS), stream(TWO, DONE)) as server:
        said = await told(js, "follow", base=server.url, run="r", silence=300)
    assert names(said) == ["open", "1 token", "lost", "open", "2 token", "3 done", True]
    assert server.cursors == ["0", "1"]


async def test_a_cursor_from_before_a_restored_log_begins_again(server: Server, js: RunJs) -> None:
    async with canned(refusal(409, "cursor_ahead"), stream(ONE, TWO, DONE)) as other:
        said = await told(js, "follow", base=other.url, run="r", after=99)
    assert (other.cursors, names(said)) == (["99", "0"], ["lost", "open", "1 token", "2 token", "3 done", True])
    run_id = await started(server, "count 20 0.05")
    said = await told(js, "follow", base=server.url, run=run_id, after=99)
    assert entries(said) == await stored(server, run_id)


async def test_what_is_over_is_not_asked_for_again(server: Server, js: RunJs) -> None:
    run_id = await started(server, "all")
    last = len(await stored(server, run_id))
    assert await told(js, "follow", base=server.url, run=run_id, after=last) == [{"ended": True}], "204"
    async with canned(refusal(410, "log_expired")) as gone:
        assert await told(js, "follow", base=gone.url, run="r") == [
            {"refused": 410, "code": "log_expired", "detail": "no"}
        ]
        assert gone.cursors == ["0"]
    (unknown,) = await told(js, "follow", base=server.url, run="r_nothing")
    assert (unknown["refused"], unknown["code"]) == (404, "unknown_run")


async def test_a_gap_is_told_and_followed_by_what_is_still_there(js: RunJs) -> None:
    gap = (2, "gap", {"from": 1, "to": 2, "snapshot": {"message": {"answer": "ab"}}})
    async with canned(stream(gap, DONE)) as server:
        said = await told(js, "follow", base=server.url, run="r")
    assert names(said) == ["open", "2 gap", "3 done", True]
    assert said[1]["data"]["snapshot"]["message"]["answer"] == "ab"


async def test_a_kind_of_event_from_a_newer_server_is_passed_on(js: RunJs) -> None:
    async with canned(stream((1, "applause", {"loud": True}), DONE)) as server:
        said = await told(js, "follow", base=server.url, run="r")
    assert names(said) == ["open", "1 applause", "3 done", True]


async def test_a_reader_who_leaves_is_gone_at_once(server: Server, js: RunJs) -> None:
    run_id = await started(server, "wait")
    said = await told(js, "follow", base=server.url, run=run_id, abortAt=1)
    assert names(said) == ["open", "1 token", "AbortError"]


async def test_a_question_is_answered_and_a_run_is_stopped(server: Server, js: RunJs) -> None:
    said = await told(js, "talk", base=server.url, question="ask", value=True, by="Ada")
    assert [(one.get("type"), one.get("state"), one.get("by")) for one in said[:2]] == [
        ("input", "requested", ""),
        ("input", "answered", "Ada"),
    ]
    assert said[-1] == {"status": "completed"}
    said = await told(js, "talk", base=server.url, question="wait")
    assert (said[0]["status"], said[-1]) == ("cancelled", {"status": "cancelled"})


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
async def test_an_event_stream_is_the_same_wherever_its_bytes_are_cut(js: RunJs, end: str) -> None:
    lines = [
        "\ufeff: a comment",
        "id: 1",
        "event: token",
        'data: {"text": "a\u2028b \U0001f600"}',
        "",
        "data",
        "data:x",
    ]
    lines += [
        "retry: 1000",
        "",
        "id:2",
        "id: a\0b",
        "event: lonely",
        "",
        "data: two",
        "data:  lines",
        "",
        "data: unfinished",
    ]
    (events,) = await told(js, "parse", text=end.join(lines))
    assert events == [
        {"event": "token", "data": '{"text": "a\u2028b \U0001f600"}', "id": "1"},
        {"event": "message", "data": "\nx", "id": "1"},
        {"event": "message", "data": "two\n lines", "id": "2"},
    ]
