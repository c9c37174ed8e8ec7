"""kill -9 of the server under readers that come back: what they were shown stays, and the run ends."""

import asyncio
import random

import pytest

from agent.client import Client
from agent.request import Request
from agent.sqlite_store import SqliteStore
from tests.server.conftest import Server
from tests.server.faults.conftest import Boot, again, complaints
from tests.server.faults.readers import Shown, by_socket, by_stream, numbers, readers, whole

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

KILLS = 8
QUESTIONS = ("count 100000 0.001", "count 1000000", "ask")


@pytest.mark.timeout(600)
async def test_readers_of_a_server_that_is_killed_see_each_entry_once_and_an_end(boot: Boot) -> None:
    draw = random.Random(22)
    server = await asyncio.to_thread(boot)
    shown_at_all, partial = 0, 0
    for _ in range(KILLS):
        async with Client(server.url) as client:
            runs = [await client.start(Request(question=question)) for question in QUESTIONS]
            shown: dict[str, list[Shown]] = {run_id: [[], [], []] for run_id in runs}
            streams = [by_stream(client, run_id, one) for run_id in runs for one in shown[run_id][:2]]
            sockets = [by_socket(server.url, run_id, shown[run_id][2]) for run_id in runs]
            async with readers(*streams, *sockets):
                await asyncio.sleep(draw.uniform(0.0, 0.5))
                server.process.kill()
                before = {run_id: [list(one) for one in shown[run_id]] for run_id in runs}
                server = await asyncio.to_thread(again, boot, server)
                assert open_runs(server) == [], "at the moment at which it says that it is there"
        for run_id in runs:
            kept = await whole(server.url, run_id)
            assert numbers(kept) == list(range(1, len(kept) + 1))
            for seen, early in zip(shown[run_id], before[run_id], strict=True):
                assert seen == kept
                assert seen[: len(early)] == early
                shown_at_all += len(early)
            assert [kind for _, kind, _ in kept].count("done") == 1
            partial += ends_as_interrupted(kept)
    assert shown_at_all > 100
    assert partial >= KILLS
    assert complaints(server) == ""


def open_runs(server: Server) -> list[str]:
    """The runs that have not ended, as the file has them."""
    store = SqliteStore(server.data / "firstlight.sqlite3", busy_ms=5000)
    try:
        return store.open_runs()
    finally:
        store.close()


def ends_as_interrupted(kept: Shown) -> bool:
    """Whether it was interrupted, with what it had said."""
    *_, (_, before, error), (_, _, done) = kept
    if done["outcome"] != "interrupted":
        return False
    assert (before, error["code"]) == ("error", "worker_lost")
    assert done["partial"] == any(kind == "token" for _, kind, _ in kept)
    return bool(done["partial"])
