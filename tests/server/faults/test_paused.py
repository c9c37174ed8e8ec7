"""A server that stands still for a while, as a whole or because an agent holds its event loop up."""

import asyncio
import signal

import httpx
import pytest

from agent.client import Client
from tests.server.chaos import chaos
from tests.server.faults.conftest import Boot, complaints
from tests.server.faults.readers import Shown, asked, by_socket, by_stream, numbers, readers, text_of, whole

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


async def test_readers_of_a_server_that_was_frozen_go_on(boot: Boot) -> None:
    """Those that wait keep their connection; one that takes silence for death opens another. Both see all, once."""
    server = await asyncio.to_thread(boot)
    run_id = await asked(server.url, "count 150 0.02")
    patient: Shown = []
    nervous: Shown = []
    socket: Shown = []
    async with chaos(server.url) as one, chaos(server.url) as other:
        brief = httpx.AsyncClient(base_url=other.url, timeout=httpx.Timeout(10, read=1), trust_env=False)
        async with Client(one.url) as waiting, Client(other.url, http=brief) as leaving:
            following = by_stream(waiting, run_id, patient), by_stream(leaving, run_id, nervous)
            async with readers(*following, by_socket(server.url, run_id, socket)):
                while not (patient and nervous and socket):
                    await asyncio.sleep(0.01)
                server.process.send_signal(signal.SIGSTOP)
                await asyncio.sleep(3)
                server.process.send_signal(signal.SIGCONT)
        assert one.connections == 1 < other.connections
    kept = await whole(server.url, run_id)
    assert patient == nervous == socket == kept
    assert numbers(kept) == list(range(1, len(kept) + 1))
    assert kept[-1][2]["outcome"] == "completed"
    assert complaints(server) == ""


async def test_an_agent_that_holds_the_server_up_is_named_and_others_lose_nothing(boot: Boot) -> None:
    server = await asyncio.to_thread(boot)
    other = await asked(server.url, "count 100 0.02")
    shown: Shown = []
    async with Client(server.url) as client, readers(by_stream(client, other, shown)):
        guilty = await asked(server.url, "block 2")
    assert shown == await whole(server.url, other)
    assert await text_of(server.url, other) == "".join(f"{number} " for number in range(100))
    assert await text_of(server.url, guilty) == "before after"
    told = complaints(server)
    assert guilty in told
    assert "slow_tool" in told
    assert other not in told
