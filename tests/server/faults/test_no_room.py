"""A log that cannot store: nothing is shown that is not stored, the server says so, and recovers by itself."""

import asyncio
import resource
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import httpx
import pytest

from agent.client import Client
from tests.scripts import stored
from tests.server.conftest import Server
from tests.server.faults.conftest import Boot, complaints
from tests.server.faults.readers import Shown, asked, by_stream, readers, text_of, whole
from tests.streams import PATIENCE

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

Fault = Callable[[Server], AbstractContextManager[None]]


@contextmanager
def locked(server: Server) -> Iterator[None]:
    """Somebody else writes to the file, and does not come to an end."""
    other = sqlite3.connect(server.data / "firstlight.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


@contextmanager
def full(server: Server) -> Iterator[None]:
    """No file can grow any more: what a full disk does to the log."""
    soft, hard = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (4096, hard))
    try:
        yield
    finally:
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (soft, hard))


async def until_health(http: httpx.AsyncClient, status: int) -> dict[str, str]:
    async with asyncio.timeout(PATIENCE):
        while (answer := await http.get("/healthz")).status_code != status:
            await asyncio.sleep(0.01)
    return dict(answer.json())


@pytest.mark.parametrize(("fault", "named"), [(locked, "locked"), (full, "full|disk|I/O")])
async def test_nothing_is_shown_that_is_not_stored_and_all_is_well_by_itself(
    boot: Boot, fault: Fault, named: str
) -> None:
    server = await asyncio.to_thread(boot)
    run_id = await asked(server.url, "count 150 0.02")
    shown: Shown = []
    async with Client(server.url) as client, httpx.AsyncClient(base_url=server.url, timeout=PATIENCE) as http:
        async with readers(by_stream(client, run_id, shown)):
            while len(shown) < 10:
                await asyncio.sleep(0.01)
            with fault(server):
                told = await until_health(http, 503)
                before = len(shown)
                assert told["status"] == "degraded"
                assert any(word in told["log"] for word in named.split("|"))
                refused = await http.post("/v1/runs", json={"question": "count 1"})
                assert (refused.status_code, refused.json()["code"]) == (503, "log_unavailable")
                assert int(refused.headers["retry-after"]) > 0
                await asyncio.sleep(3)
                assert len(shown) == before == len(stored(server.data, run_id))
            await until_health(http, 200)
        assert [data["text"] for _, kind, data in shown if kind == "token"] == [f"{n} " for n in range(150)]
        assert shown == await whole(server.url, run_id)
        assert await text_of(server.url, await asked(server.url, "count 3")) == "0 1 2 "
    assert "Traceback" not in complaints(server)
