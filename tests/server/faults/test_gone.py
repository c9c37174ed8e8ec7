"""Readers that go away in every way there is: the server notices, cleans up, and the run does not."""

import asyncio
import random
import time
from collections.abc import Callable

import httpx
import pytest

from tests.server.conftest import Server
from tests.server.faults.conftest import Boot, Connect, complaints
from tests.server.faults.readers import Raw, asked, count_readers, numbers, text_of, whole
from tests.streams import PATIENCE

pytestmark = pytest.mark.anyio


async def gone_after(url: str, leave: Callable[[], None]) -> float:
    """Seconds from the moment at which the only reader leaves until the server has none."""
    async with httpx.AsyncClient(base_url=url) as http, asyncio.timeout(PATIENCE):
        while (await http.get("/healthz")).json()["readers"] != 1:
            await asyncio.sleep(0.001)
        began = time.monotonic()
        leave()
        while (await http.get("/healthz")).json()["readers"]:
            await asyncio.sleep(0.001)
    took = time.monotonic() - began
    print(f"gone after {took * 1000:.1f} ms")
    return took


@pytest.mark.parametrize("leave", [Raw.finish, Raw.reset])
async def test_a_reader_who_leaves_is_gone_at_once(faulty: Server, raw: Connect, leave: Callable[[Raw], None]) -> None:
    run_id = await asked(faulty.url, "count 100 0.02")
    reader = await (await raw(faulty.url, run_id)).until_event()
    assert await gone_after(faulty.url, lambda: leave(reader)) < 1
    assert await text_of(faulty.url, run_id) == "".join(f"{number} " for number in range(100))
    assert complaints(faulty) == ""


async def test_a_silent_reader_who_leaves_is_gone_at_once(faulty: Server, raw: Connect) -> None:
    run_id = await asked(faulty.url, "wait")
    reader = await (await raw(faulty.url, run_id)).until_event()
    assert await gone_after(faulty.url, reader.finish) < 0.4, "before the next ping would have told"


async def test_a_reader_who_vanishes_is_gone_after_ping_and_send_timeout(faulty: Server, raw: Connect) -> None:
    run_id = await asked(faulty.url, "wait")
    reader = await (await raw(faulty.url, run_id)).until_event()
    took = await gone_after(faulty.url, reader.vanish)
    assert 0.4 < took < 5, "a ping every 0.5 s, and 1 s for it to be acknowledged"
    assert complaints(faulty) == ""


@pytest.mark.slow
async def test_two_hundred_who_leave_under_load_leave_nothing_behind(boot: Boot, raw: Connect) -> None:
    server, draw = await asyncio.to_thread(boot), random.Random(200)
    tasks = int(await text_of(server.url, await asked(server.url, "tasks")))
    runs = [await asked(server.url, "count 150 0.02") for _ in range(4)]

    async def come_and_go(run_id: str) -> None:
        reader = await (await raw(server.url, run_id)).until_event()
        await asyncio.sleep(draw.uniform(0, 1))
        (reader.finish if draw.random() < 0.5 else reader.reset)()

    async with asyncio.timeout(2 * PATIENCE):
        await asyncio.gather(*(come_and_go(run_id) for run_id in runs for _ in range(50)))
    async with asyncio.timeout(PATIENCE):
        while await count_readers(server.url):
            await asyncio.sleep(0.01)
    for run_id in runs:
        kept = await whole(server.url, run_id)
        assert numbers(kept) == list(range(1, len(kept) + 1))
        assert [data["text"] for _, kind, data in kept if kind == "token"] == [f"{n} " for n in range(150)]
    async with asyncio.timeout(PATIENCE):
        while int(await text_of(server.url, await asked(server.url, "tasks"))) > tasks:
            await asyncio.sleep(0.1)
    assert complaints(server) == ""
