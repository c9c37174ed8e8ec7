"""The bench's side of a connection. It must not be what is measured, so nothing is parsed while events arrive."""

import asyncio
import re
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from time import perf_counter_ns
from typing import NamedTuple, cast

from eval.bench.transport.source import SECOND, WIDTH

PATIENCE_S = 30.0
_FRESH_S = 2.0
_TAIL = 128
_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)\r\n")
_HEAD = rb'(?:"run_id":"([^"]{1,64})","id":\d+,"event":"token","data":\{)?'
_TOKEN = re.compile(_HEAD + rb'"text":"(\d{20}) ","channel":"answer","offset":(\d+),"t_ms":[\d.]+\}')
_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER: on, for no time."""


class Wire(asyncio.Protocol):
    """Keeps what arrives, and when."""

    def __init__(self) -> None:
        self.chunks: list[tuple[int, bytes]] = []
        self.closed = False
        self._awaited, self._tail = b"", b""
        self._found: asyncio.Future[int] | None = None

    @classmethod
    async def connect(cls, port: int) -> "Wire":
        _, wire = await asyncio.get_running_loop().create_connection(cls, "127.0.0.1", port)
        return wire

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        now = perf_counter_ns()
        self.chunks.append((now, data))
        if self._found is not None:
            if self._awaited in self._tail + data and not self._found.done():
                self._found.set_result(now)
            self._tail = (self._tail + data)[-_TAIL:]

    def connection_lost(self, error: Exception | None) -> None:
        self.closed = True
        if self._found is not None and not self._found.done():
            self._found.set_exception(ConnectionError(f"closed before {self._awaited!r} came: {self.text[-500:]!r}"))

    @property
    def text(self) -> bytes:
        """All that has arrived."""
        return b"".join(data for _, data in self.chunks)

    @property
    def last(self) -> int:
        """When something has arrived last; 0: nothing has."""
        return self.chunks[-1][0] if self.chunks else 0

    def write(self, data: bytes) -> int:
        """When it was sent."""
        now = perf_counter_ns()
        self._transport.write(data)
        return now

    async def heard(self, awaited: bytes, since: int = 0) -> int:
        """When these bytes have arrived, in the chunk with the number `since` or a later one."""
        so_far = b""
        for at, data in self.chunks[since:]:
            so_far = so_far[-_TAIL:] + data
            if awaited in so_far:
                return at
        self._awaited, self._tail = awaited, so_far[-_TAIL:]
        self._found = asyncio.get_running_loop().create_future()
        try:
            return await asyncio.wait_for(self._found, PATIENCE_S)
        finally:
            self._found = None

    async def upgrade(self, path: str) -> None:
        """Makes a WebSocket of the connection."""
        key = "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: Zmlyc3RsaWdodC1iZW5jaA=="
        self.write(f"GET {path} HTTP/1.1\r\nHost: bench\r\nConnection: Upgrade\r\n{key}\r\n\r\n".encode())
        await self.heard(b"\r\n\r\n")
        if not self.text.startswith(b"HTTP/1.1 101"):
            raise ConnectionError(f"expected 101 for {path!r}, got {self.text[:500]!r}")

    def say(self, message: str) -> int:
        """Sends a WebSocket message, masked with zeros, and says when."""
        body = message.encode()
        size = bytes([0x80 | len(body)]) if len(body) < 126 else b"\xfe" + struct.pack("!H", len(body))
        return self.write(b"\x81" + size + bytes(4) + body)

    def leave(self, *, reset: bool = True) -> int:
        """Closes the connection without a word, with RST or with FIN, and says when."""
        if reset:
            self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        now = perf_counter_ns()
        self._transport.abort()
        return now


@dataclass
class Answer:
    """What a request has brought."""

    sent: int
    arrived: int
    status: int
    body: bytes


class Talk:
    """Requests with short answers, one after the other on one connection."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._wire: Wire | None = None
        self._turn = asyncio.Lock()

    async def ask(self, method: str, path: str, body: bytes = b"") -> Answer:
        async with self._turn:
            wire = await self._connected()
            wire.chunks.clear()
            sent = wire.write(request(method, path, body))
            arrived = await wire.heard(b"\r\n\r\n")
            head, _, rest = wire.text.partition(b"\r\n\r\n")
            length = _LENGTH.search(head + b"\r\n")
            while length is None or len(rest) < int(length[1]):
                await asyncio.sleep(0.0002)
                arrived, rest = wire.last, wire.text.partition(b"\r\n\r\n")[2]
                if length is None and (wire.closed or rest.endswith(b"0\r\n\r\n")):
                    break
            return Answer(sent, arrived, int(head[9:12]), rest)

    async def _connected(self) -> Wire:
        """The connection, or a new one where the server may be about to close it."""
        if self._wire is not None and perf_counter_ns() - self._wire.last > _FRESH_S * SECOND:
            self._wire.leave(reset=False)
            self._wire = None
        if self._wire is None or self._wire.closed:
            self._wire = await Wire.connect(self._port)
        return self._wire


def request(method: str, path: str, body: bytes = b"") -> bytes:
    """A request with a JSON body."""
    kind = b"Content-Type: application/json\r\nContent-Length: %d\r\n" % len(body) if method == "POST" else b""
    return b"%b %b HTTP/1.1\r\nHost: bench\r\n%b\r\n%b" % (method.encode(), path.encode(), kind, body)


class Arrival(NamedTuple):
    """One token as it came."""

    run_id: bytes
    """Empty where the wire does not say it."""
    number: int
    said: int
    arrived: int


def arrivals(chunks: list[tuple[int, bytes]]) -> Iterator[Arrival]:
    """The tokens in what a wire has kept; a token has arrived with its last byte."""
    whole = b"".join(data for _, data in chunks)
    at, end, rest = 0, 0, iter(chunks)
    for token in _TOKEN.finditer(whole):
        while end < token.end():
            at, data = next(rest)
            end += len(data)
        yield Arrival(token[1] or b"", int(token[3]) // WIDTH, int(token[2]), at)
