"""Readers of a real server: over the event stream, over the WebSocket, and bare sockets that misbehave."""

import asyncio
import contextlib
import ctypes
import json
import socket
import struct
import sys
from collections.abc import AsyncIterator
from typing import Any

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from agent.client import Client
from agent.entries import Entry
from agent.event_stream import EventStreamParser, ServerSentEvent
from agent.request import Request
from tests.streams import PATIENCE

Shown = list[tuple[int, str, dict[str, Any]]]
"""What a reader was given: number, type and data of each entry."""


async def by_stream(client: Client, run_id: str, shown: Shown) -> None:
    """Follows a run to its end, as our client does."""
    async for entry in client.follow(run_id, shown[-1][0] if shown else 0):
        shown.append(as_shown(entry))


async def by_socket(url: str, run_id: str, shown: Shown) -> None:
    """The same over the WebSocket, which is opened again whenever it is lost."""
    while not shown or shown[-1][1] != "done":
        with contextlib.suppress(OSError, WebSocketException):
            async with connect(url.replace("http", "ws") + "/v1/ws") as there:
                after = shown[-1][0] if shown else 0
                await there.send(json.dumps({"op": "subscribe", "run_id": run_id, "after": after}))
                async for text in there:
                    message = json.loads(text)
                    if message.get("op") == "end":
                        break
                    if "event" in message:
                        shown.append((message["id"], message["event"], message["data"]))
        await asyncio.sleep(0.05)


def as_shown(entry: Entry) -> tuple[int, str, dict[str, Any]]:
    return entry.seq, entry.type, json.loads(entry.data)


def numbers(shown: Shown) -> list[int]:
    return [seq for seq, _, _ in shown]


async def whole(url: str, run_id: str) -> Shown:
    """All of a run, once it has ended."""
    shown: Shown = []
    async with Client(url) as client, asyncio.timeout(PATIENCE):
        await by_stream(client, run_id, shown)
    return shown


async def asked(url: str, question: str) -> str:
    async with Client(url) as client:
        return await client.start(Request(question=question))


async def text_of(url: str, run_id: str) -> str:
    return "".join(str(data["text"]) for _, kind, data in await whole(url, run_id) if kind == "token")


async def count_readers(url: str) -> int:
    async with httpx.AsyncClient(trust_env=False) as http:
        return int((await http.get(f"{url}/healthz")).json()["readers"])


class Raw:
    """One connection to a run's event stream, as bytes: it reads when it is told to."""

    def __init__(self, url: str, run_id: str, after: int = 0, *, receive_buffer: int = 0) -> None:
        host, _, port = url.removeprefix("http://").partition(":")
        self.link = socket.socket()
        if receive_buffer:
            self.link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.link.setblocking(False)
        self._address = (host, int(port))
        self._ask = f"GET /v1/runs/{run_id}/events HTTP/1.1\r\nHost: {host}\r\nLast-Event-ID: {after}\r\n\r\n".encode()
        self.events: list[ServerSentEvent] = []
        self._parser = EventStreamParser()
        self._head = b""

    async def open(self) -> "Raw":
        loop = asyncio.get_running_loop()
        await loop.sock_connect(self.link, self._address)
        await loop.sock_sendall(self.link, self._ask)
        return self

    async def read(self) -> bool:
        """Takes some bytes; False where the connection has ended. Chunk sizes are no fields, and ignored as such."""
        try:
            piece = await asyncio.get_running_loop().sock_recv(self.link, 65536)
        except ConnectionError:
            return False
        self.events += self._parser.feed(piece)
        return bool(piece)

    async def until_event(self, number: int = 1) -> "Raw":
        async with asyncio.timeout(PATIENCE):
            while len(self.events) < number:
                assert await self.read()
        return self

    def finish(self) -> None:
        """Leaves politely (FIN)."""
        self.link.close()

    def reset(self) -> None:
        """Leaves with a reset (RST)."""
        self.link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.link.close()

    def vanish(self) -> None:
        """Nothing that is sent to it arrives any more, nor is it acknowledged: a socket filter that drops all."""
        assert sys.platform == "linux"
        drop_all = ctypes.create_string_buffer(struct.pack("HBBI", 0x06, 0, 0, 0))  # BPF_RET | BPF_K: keep 0 bytes
        program = struct.pack("HP", 1, ctypes.addressof(drop_all))
        self.link.setsockopt(socket.SOL_SOCKET, 26, program)  # SO_ATTACH_FILTER


@contextlib.asynccontextmanager
async def readers(*reading: Any) -> AsyncIterator[None]:
    """Runs readers beside the body, and waits for their end."""
    async with asyncio.timeout(2 * PATIENCE), asyncio.TaskGroup() as group:
        for one in reading:
            group.create_task(one)
        yield
