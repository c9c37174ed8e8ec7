"""A server with agents that misbehave, and what must be true of its process."""

from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.server.conftest import Server, Start
from tests.server.faults.readers import Raw

AGENT = "tests.server.faults.agents:agent"
Boot = Callable[..., Server]
Connect = Callable[..., Awaitable[Raw]]


@pytest.fixture
def boot(start: Start) -> Boot:
    """Starts a server of these agents."""
    return partial(start, AGENT=AGENT, FIRSTLIGHT_RATE="100000/minute")


@pytest.fixture(scope="session")
def faulty(start_for_all: Start) -> Server:
    """The one for faults that a server survives."""
    return start_for_all(
        AGENT=AGENT, FIRSTLIGHT_RATE="100000/minute", FIRSTLIGHT_PING="0.5", FIRSTLIGHT_SEND_TIMEOUT="1"
    )


@pytest.fixture
def raw() -> Iterator[Connect]:
    """Opens bare readers, which are closed at the end of the test."""
    opened: list[Raw] = []

    async def connect(url: str, run_id: str, after: int = 0, *, receive_buffer: int = 0) -> Raw:
        opened.append(Raw(url, run_id, after, receive_buffer=receive_buffer))
        return await opened[-1].open()

    yield connect
    for reader in opened:
        reader.finish()


def again(boot: Boot, server: Server) -> Server:
    """The same server, started anew at its address."""
    server.process.wait()
    return boot(data=server.data, port=int(server.url.rpartition(":")[2]))


def complaints(server: Server) -> str:
    """What the server has printed on its standard error: nothing, if all is well."""
    return Path(server.output).read_text()
