"""Readers that do not read: they cost nobody anything, are sent away, and can come back."""

import asyncio
import time

import psutil
import pytest

from agent.client import Client
from agent.entries import Entry
from agent.events import Token
from tests.server.conftest import Server
from tests.server.faults.conftest import Boot, Connect, complaints
from tests.server.faults.readers import Raw, asked, count_readers
from tests.streams import PATIENCE

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

SLOW = 20
CLOCK, LOG_MB = "clock 250 0.02 100000", 25
MB = 2**20


def percentile(found: list[float], percent: int) -> float:
    return found[min(len(found) - 1, len(found) * percent // 100)]


async def latencies(url: str, run_id: str) -> list[float]:
    """How long each token of `clock` that is said from now on takes to be here, sorted."""
    began, found = time.time(), []
    async with Client(url) as client:
        async for entry in client.follow(run_id):
            if isinstance(event := entry.event, Token) and (said := float(event.text.split()[0])) > began + 0.2:
                found.append(time.time() - said)
    return sorted(found)


async def stored(url: str, run_id: str, after: int) -> list[Entry]:
    async with Client(url) as client, asyncio.timeout(PATIENCE):
        return [entry async for entry in client.follow(run_id, after)]


async def test_readers_that_do_not_read_are_sent_away_and_hurt_nobody(boot: Boot, raw: Connect) -> None:
    server = await asyncio.to_thread(boot, FIRSTLIGHT_PING="0.5", FIRSTLIGHT_SEND_TIMEOUT="3")
    process = psutil.Process(server.process.pid)
    alone = await latencies(server.url, await asked(server.url, CLOCK))
    await asyncio.sleep(1.5)  # its archive is made
    before = process.memory_info().rss
    run_id = await asked(server.url, CLOCK)
    await asyncio.sleep(1)  # so that each of them has a backlog
    slow = [await (await raw(server.url, run_id, receive_buffer=4096)).until_event() for _ in range(SLOW)]
    following = asyncio.create_task(latencies(server.url, run_id))
    peak = before
    while not following.done():
        peak = max(peak, process.memory_info().rss)
        await asyncio.sleep(0.05)
    beside, grown = await following, (peak - before) / MB
    for name, found in (("alone", alone), ("beside", beside)):
        print(f"{name} p50 {percentile(found, 50) * 1000:.1f} ms, p99 {percentile(found, 99) * 1000:.1f} ms")
    print(f"{grown:.1f} MB more for {LOG_MB} MB of log")
    assert percentile(beside, 50) < percentile(alone, 50) + 0.1
    assert grown < LOG_MB + 2 * SLOW
    async with asyncio.timeout(PATIENCE):
        while await count_readers(server.url):
            await asyncio.sleep(0.05)
    await comes_back(server, run_id, slow[0])
    assert "Traceback" not in complaints(server)


async def comes_back(server: Server, run_id: str, reader: Raw) -> None:
    """It reads what was on its way, to the end of the connection, and then the rest: the same bytes in all."""
    async with asyncio.timeout(PATIENCE):
        while await reader.read():
            pass
    whole = await stored(server.url, run_id, 0)
    got = len(reader.events)
    assert 0 < got < len(whole)
    assert [event.data.encode() for event in reader.events] == [entry.data for entry in whole[:got]]
    assert int(reader.events[-1].last_event_id) == got
    assert await stored(server.url, run_id, got) == whole[got:]
