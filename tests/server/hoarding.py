"""A proxy that collects an event stream and passes it on in bursts, in a thread of its own."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator

PIECE = 64 * 1024


class Hoarder:
    """In front of `host:port`; what is no event stream goes through at once."""

    def __init__(self, host: str, port: int, hold_s: float) -> None:
        self._host, self._port, self._hold_s = host, port, hold_s
        self._tasks: set[asyncio.Task[None]] = set()
        self.bursts = 0
        """So often was something passed on late."""

    async def serve(self, ready: "threading.Event", end: asyncio.Event) -> None:
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        ready.set()
        await end.wait()
        server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        there, back = await asyncio.open_connection(self._host, self._port)
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(_pass(reader, back))
                both.create_task(self._hold(there, writer))
        except* (OSError, asyncio.CancelledError):
            pass  # one side is gone, or the proxy ends
        finally:
            writer.transport.abort()
            back.transport.abort()

    async def _hold(self, there: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        held, holding = bytearray(), False

        async def flush_now_and_then() -> None:
            while True:
                await asyncio.sleep(self._hold_s)
                if held:
                    self.bursts += 1
                    writer.write(bytes(held))
                    held.clear()

        flushing = asyncio.create_task(flush_now_and_then())
        try:
            while piece := await there.read(PIECE):
                holding = holding or b"text/event-stream" in piece
                if holding:
                    held += piece
                else:
                    writer.write(piece)
                    await writer.drain()
            writer.write(bytes(held))
            writer.close()
        finally:
            flushing.cancel()


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while piece := await reader.read(PIECE):
        writer.write(piece)
        await writer.drain()
    writer.close()


@contextlib.contextmanager
def hoarding(url: str, hold_s: float = 1.5) -> Iterator[Hoarder]:
    """Such a proxy in front of the server at `url`."""
    host, _, port = url.removeprefix("http://").partition(":")
    hoarder, ready = Hoarder(host, int(port), hold_s), threading.Event()
    loop, end = asyncio.new_event_loop(), asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(hoarder.serve(ready, end),))
    thread.start()
    assert ready.wait(10)
    try:
        yield hoarder
    finally:
        loop.call_soon_threadsafe(end.set)
        thread.join(10)
        loop.close()
