"""Runs whose entries the log no longer keeps: readers are told, and get what the entries made."""

import asyncio
from pathlib import Path

import pytest

from agent.client import Client, Gap
from agent.errors import LogExpired
from agent.sqlite_log import SqliteLog
from agent.view import View, fold
from tests.server.conftest import RunJs, Server
from tests.server.faults.conftest import Boot, again, complaints
from tests.server.faults.readers import asked, whole

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


async def dropped(boot: Boot, server: Server, run_id: str, upto: int | None) -> Server:
    """The same server, whose log has dropped entries while it was away."""
    server.process.kill()
    server.process.wait()
    log = SqliteLog(Path(server.data))
    await log.start()
    await log.drop(run_id, upto)
    await log.close()
    return await asyncio.to_thread(again, boot, server)


async def views(client: Client, run_id: str, after: int) -> tuple[View, View]:
    """What a screen shows behind the gap, and at the end."""
    start: list[Gap] = []
    entries = [entry async for entry in client.follow(run_id, after, on_gap=start.append)]
    assert [entry.seq for entry in entries] == list(range(start[0].last + 1, entries[-1].seq + 1))
    return start[0].view, fold(entries, start[0].view)


async def test_a_reader_behind_what_is_kept_goes_on_from_what_it_made(boot: Boot, js: RunJs) -> None:
    server = await asyncio.to_thread(boot)
    run_id = await asked(server.url, "all")
    last = len(await whole(server.url, run_id))
    async with Client(server.url) as client:
        before = fold([entry async for entry in client.follow(run_id)])
        server = await dropped(boot, server, run_id, 8)
        told, end = await views(client, run_id, 3)
        assert told.stream.seq == 8
        assert (end.message, end.artifacts, end.tools) == (before.message, before.artifacts, before.tools)
        assert (end.stream.seq, end.stream.outcome) == (last, "completed")
        with pytest.raises(LogExpired, match="entries 4 to 8"):
            [entry async for entry in client.follow(run_id, 3)]
        assert [entry.seq async for entry in client.follow(run_id, 8)] == list(range(9, last + 1))
        gap, *rest = await asyncio.to_thread(js, "follow.mjs", server.url, run_id, "3")
        assert (gap["type"], gap["seq"], gap["data"]["from"], gap["data"]["to"]) == ("gap", 8, 4, 8)
        assert gap["data"]["snapshot"]["stream"]["seq"] == told.stream.seq
        assert [entry["seq"] for entry in rest] == list(range(9, last + 1))
        server = await dropped(boot, server, run_id, None)
        with pytest.raises(LogExpired, match="no longer kept"):
            [entry async for entry in client.follow(run_id)]
        [refused] = await asyncio.to_thread(js, "follow.mjs", server.url, run_id, "0")
        assert (refused["status"], refused["code"]) == (410, "log_expired")
        assert [entry async for entry in client.follow(run_id, last)] == []
    assert complaints(server) == ""
