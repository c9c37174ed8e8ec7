"""Agents that say too much: the run ends with a clear error, and the server goes on."""

import asyncio
import json

import httpx
import psutil
import pytest

from agent.event_stream import EventStreamParser, ServerSentEvent
from tests.server.faults.conftest import Boot, complaints
from tests.server.faults.readers import asked, count_readers, text_of, whole

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

MB = 2**20


async def counted(url: str, run_id: str) -> tuple[int, list[ServerSentEvent]]:
    """How many entries a run has, and its last ones: to read them all would take longer than to make them."""
    count, tail = 0, b""
    async with httpx.AsyncClient(timeout=60) as http, http.stream("GET", f"{url}/v1/runs/{run_id}/events") as answer:
        async for piece in answer.aiter_raw():
            count += piece.count(b"\nevent: ") + (tail[-7:] + piece[:7]).count(b"\nevent: ")
            tail = (tail + piece)[-4096:]
    return count, list(EventStreamParser().feed(tail))


async def test_a_million_events_end_with_a_clear_error_and_bounded_memory(boot: Boot) -> None:
    server = await asyncio.to_thread(boot)
    process = psutil.Process(server.process.pid)
    await text_of(server.url, await asked(server.url, "flood 100"))
    before = process.memory_info().rss
    count, end = await counted(server.url, await asked(server.url, "flood 1000000"))
    error, done = end[-2:]
    assert (error.event, json.loads(error.data)["code"]) == ("error", "log_limit")
    assert "200,000 events" in error.data
    assert (json.loads(done.data)["outcome"], json.loads(done.data)["partial"]) == ("error", True)
    assert int(done.last_event_id) == count
    grown = (process.memory_info().rss - before) / MB
    print(f"{count:,} entries, {grown:.0f} MB more")
    assert grown < 400
    assert await text_of(server.url, await asked(server.url, "count 3")) == "0 1 2 "
    assert await count_readers(server.url) == 0
    assert complaints(server) == ""


async def test_an_event_that_is_too_large_is_not_stored(boot: Boot) -> None:
    server = await asyncio.to_thread(boot)
    kept = await whole(server.url, await asked(server.url, f"huge {100 * MB}"))
    assert [kind for _, kind, _ in kept] == ["token", "error", "done"]
    assert kept[1][2]["code"] == "log_limit"
    assert "16 MB" in kept[1][2]["message"]
    assert complaints(server) == ""
