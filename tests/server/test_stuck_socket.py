"""A WebSocket whose client takes nothing is let go, and the runs that it followed go on."""

import asyncio
import socket

import httpx
import pytest

from tests.server.conftest import Start
from tests.streams import PATIENCE

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

UPGRADE = (
    "GET /v1/ws HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


def say(message: str) -> bytes:
    """A text message, masked with zeros."""
    body = message.encode()
    return bytes([0x81, 0x80 | len(body)]) + bytes(4) + body


async def test_a_socket_that_takes_nothing_is_let_go_and_its_run_ends_well(start: Start) -> None:
    server = await asyncio.to_thread(start, FIRSTLIGHT_SEND_TIMEOUT="1")
    host, port = server.url.removeprefix("http://").split(":")
    async with httpx.AsyncClient(base_url=server.url, timeout=PATIENCE) as web, asyncio.timeout(2 * PATIENCE):
        with socket.socket() as stuck:
            stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            stuck.connect((host, int(port)))
            stuck.sendall(UPGRADE.format(host=host).encode())
            assert stuck.recv(4096).startswith(b"HTTP/1.1 101")
            run_id = (await web.post("/v1/runs", json={"question": "count 60000"})).json()["run_id"]
            stuck.sendall(say(f'{{"op":"subscribe","run_id":"{run_id}"}}'))
            seen = 0
            while (readers := (await web.get("/healthz")).json()["readers"]) or not seen:
                seen = max(seen, readers)
                await asyncio.sleep(0.05)
        while (status := (await web.get(f"/v1/runs/{run_id}")).json()["status"]) == "running":
            await asyncio.sleep(0.1)
        assert status == "completed"
    assert "Traceback" not in server.output.read_text()
