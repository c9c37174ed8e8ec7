"""All readers lose their connection at once, and come back at once."""

import asyncio
import time
from typing import Any

import psutil
import pytest

from agent.client import Client
from tests.server.chaos import chaos
from tests.server.conftest import Server
from tests.server.faults.conftest import Boot, complaints
from tests.server.faults.readers import asked, by_stream, numbers, readers, whole
from tests.streams import PATIENCE

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

READERS, RUNS = 320, 4


class Noted(list[tuple[int, str, dict[str, Any]]]):
    """What a reader was shown, and when it was shown something that was said after the storm began."""

    since = 0.0
    on_the_way = 0
    """The last entry that can have been on its way when the storm began."""
    back = 0.0

    def append(self, shown: tuple[int, str, dict[str, Any]]) -> None:
        super().append(shown)
        if not self.back and self.since and shown[0] > self.on_the_way:
            self.back = time.monotonic()


def busy(server: Server) -> float:
    times = psutil.Process(server.process.pid).cpu_times()
    return float(times.user + times.system)


async def test_hundreds_of_readers_that_come_back_at_once_have_caught_up_within_seconds(boot: Boot) -> None:
    server = await asyncio.to_thread(boot)
    runs = [await asked(server.url, "count 120 0.2") for _ in range(RUNS)]
    all_shown = [Noted() for _ in range(READERS)]
    async with chaos(server.url) as proxy, Client(proxy.url) as client:
        reading = (by_stream(client, runs[k % RUNS], shown) for k, shown in enumerate(all_shown))
        async with readers(*reading):
            async with asyncio.timeout(PATIENCE):
                while not all(all_shown):
                    await asyncio.sleep(0.02)
            Noted.on_the_way = max(shown[-1][0] for shown in all_shown) + 1
            before, Noted.since = busy(server), time.monotonic()
            proxy.break_all()
            async with asyncio.timeout(PATIENCE):
                while not all(shown.back for shown in all_shown):
                    await asyncio.sleep(0.02)
            worked = busy(server) - before
        assert proxy.connections >= 2 * READERS
    took = sorted(shown.back - Noted.since for shown in all_shown)
    p99 = took[round(READERS * 0.99) - 1]
    print(f"back after p50 {took[READERS // 2]:.2f} s, p99 {p99:.2f} s, all {took[-1]:.2f} s")
    print(f"{worked / READERS * 1000:.1f} ms of the server's CPU for each")
    assert worked < READERS * 0.02, "its work, for how long that takes is a matter of what else the machine does"
    for k, run_id in enumerate(runs):
        kept = await whole(server.url, run_id)
        assert numbers(kept) == list(range(1, len(kept) + 1))
        assert all(shown == kept for shown in all_shown[k::RUNS])
    assert complaints(server) == ""
