"""A TCP proxy that does to a connection what networks do: delay, starve, cut, reset, swallow, close half."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator
from dataclasses import dataclass

PIECE = 64 * 1024


@dataclass
class Weather:
    """What happens to the bytes that come from the server. It may be changed while connections are open."""

    delay_s: float = 0.0
    bytes_per_s: float = 0.0
    """0: as fast as they come."""
    cut_after: int | None = None
    """Bytes of a connection after which it is closed."""
    reset: bool = False
    """It is closed with a reset instead of an end."""
    blackhole: bool = False
    """Nothing gets through any more, in either direction, and nothing is closed."""
    half_close: bool = False
    """Where it is cut, the server is not told: only its answers end."""
    refuse: bool = False
    """New connections are reset at once."""


class Chaos:
    """A proxy in front of `host:port`, in the weather of the moment."""

    def __init__(self, host: str, port: int) -> None:
        self.weather = Weather()
        self.connections = 0
        self.passed = 0
        """Bytes that clients were given."""
        self._host, self._port = host, port
        self._open: set[asyncio.Task[None]] = set()
        self._writers: list[asyncio.StreamWriter] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, backlog=1024)

    async def close(self) -> None:
        self._server.close()
        for task in tuple(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)
        for writer in self._writers:
            writer.transport.abort()
        await asyncio.sleep(0)

    def break_all(self) -> None:
        """Resets every connection that is open."""
        for writer in self._writers:
            if not writer.transport.is_closing():
                _reset(writer)
        self._writers.clear()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        if self.weather.refuse:
            _reset(writer)
            return
        there, back = await asyncio.open_connection(self._host, self._port)
        self._writers += [writer, back]
        up = asyncio.create_task(self._pass_up(reader, back))
        down = asyncio.create_task(self._pass_down(there, writer, back))
        for task in (up, down):
            self._open.add(task)
            task.add_done_callback(self._open.discard)

    async def _pass_up(self, reader: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, OSError):
            while piece := await reader.read(PIECE):
                await self._clear()
                back.write(piece)
                await back.drain()
            back.close()

    async def _pass_down(
        self, there: asyncio.StreamReader, writer: asyncio.StreamWriter, back: asyncio.StreamWriter
    ) -> None:
        given = 0
        with contextlib.suppress(ConnectionError, OSError):
            while piece := await there.read(PIECE):
                weather = self.weather
                await asyncio.sleep(weather.delay_s)
                await self._clear()
                if weather.cut_after is not None:
                    piece = piece[: max(0, weather.cut_after - given)]
                if weather.bytes_per_s:
                    await asyncio.sleep(len(piece) / weather.bytes_per_s)
                writer.write(piece)
                await writer.drain()
                given += len(piece)
                self.passed += len(piece)
                if weather.cut_after is not None and given >= weather.cut_after:
                    break
            if self.weather.reset:
                _reset(writer)
            elif self.weather.half_close:
                writer.write_eof()
                return
            else:
                writer.close()
            back.close()

    async def _clear(self) -> None:
        while self.weather.blackhole:
            await asyncio.sleep(0.01)


def _reset(writer: asyncio.StreamWriter) -> None:
    """Closes so that the other side sees ECONNRESET: a linger time of zero."""
    link: socket.socket = writer.get_extra_info("socket")
    link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@contextlib.asynccontextmanager
async def chaos(url: str) -> AsyncIterator[Chaos]:
    """A proxy in front of the server at `url`."""
    host, _, port = url.removeprefix("http://").partition(":")
    proxy = Chaos(host, int(port))
    await proxy.start()
    try:
        yield proxy
    finally:
        await proxy.close()
