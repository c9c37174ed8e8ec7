"""The event stream, driven as an ASGI application: what is sent, when, and how it ends."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from apps.sse import EventStream, Frames, close_all, frame

pytestmark = pytest.mark.anyio


class Reader:
    """A client of one stream: collects what is sent, and can be slow or go away."""

    def __init__(self, stream: EventStream) -> None:
        self.sent: list[dict[str, Any]] = []
        self.may_receive = asyncio.Event()
        self.may_receive.set()
        self._left = asyncio.Event()
        self.task = asyncio.create_task(stream({"type": "http", "method": "GET"}, self._receive, self._send))

    async def _receive(self) -> dict[str, Any]:
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        await self.may_receive.wait()
        self.sent.append(message)

    def leave(self) -> None:
        self._left.set()

    @property
    def bodies(self) -> list[bytes]:
        return [message["body"] for message in self.sent if message["type"] == "http.response.body"]

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(5):
            while not true():
                await asyncio.sleep(0.001)


def frames(*names: str) -> Frames:
    found = Frames()
    for seq, name in enumerate(names, 1):
        found.append(frame(name, "{}", seq))
    return found


async def ended(task: Awaitable[None]) -> None:
    async with asyncio.timeout(5):
        await task


async def test_a_frame_is_id_event_and_data_with_plain_line_feeds() -> None:
    assert frame("view", '{"a":1}', 7) == b'id: 7\nevent: view\ndata: {"a":1}\n\n'


async def test_a_backlog_is_one_write_and_the_end_closes_the_stream() -> None:
    some = frames("a", "b", "c")
    reader = Reader(EventStream(some.since(0), first=b"first"))
    await reader.until(lambda: len(reader.bodies) == 2)
    assert reader.bodies[0] == b"retry: 1000\n\nfirst"
    assert reader.bodies[1] == b"".join(some.items)
    some.append(frame("d", "{}", 4))
    await reader.until(lambda: len(reader.bodies) == 3)
    some.close()
    await ended(reader.task)
    assert reader.bodies[2:] == [some.items[3], b""]
    assert reader.sent[-1]["more_body"] is False
    assert some.readers == 0


async def test_its_headers_keep_proxies_from_collecting_it() -> None:
    reader = Reader(EventStream(frames().since(0)))
    await reader.until(lambda: bool(reader.bodies))
    headers = dict(reader.sent[0]["headers"])
    assert headers[b"content-type"] == b"text/event-stream; charset=utf-8"
    assert headers[b"cache-control"] == b"no-store, no-transform"
    assert headers[b"x-accel-buffering"] == b"no"
    reader.leave()
    await ended(reader.task)


async def test_a_reader_starts_where_it_wants_to() -> None:
    some = frames("a", "b", "c")
    some.close()
    reader = Reader(EventStream(some.since(2)))
    await ended(reader.task)
    assert reader.bodies[1] == some.items[2]


async def test_silence_is_filled_with_pings() -> None:
    reader = Reader(EventStream(frames().since(0), ping_s=0.01))
    await reader.until(lambda: reader.bodies[1:3] == [b": ping\n\n"] * 2)
    reader.leave()
    await ended(reader.task)


async def test_a_reader_who_leaves_ends_the_stream_at_once_even_in_silence() -> None:
    some = frames("a")
    reader = Reader(EventStream(some.since(0)))
    await reader.until(lambda: len(reader.bodies) == 2)
    reader.leave()
    await ended(reader.task)
    assert some.readers == 0


async def test_a_reader_who_takes_nothing_is_cut_off_and_others_are_not() -> None:
    some = frames("a")
    stuck = Reader(EventStream(some.since(0), send_timeout_s=0.05))
    other = Reader(EventStream(some.since(0), send_timeout_s=0.05))
    await other.until(lambda: len(other.bodies) == 2 and len(stuck.bodies) == 2)
    stuck.may_receive.clear()
    some.append(frame("b", "{}", 2))
    await ended(stuck.task)
    await other.until(lambda: len(other.bodies) == 3)
    assert some.readers == 1
    other.leave()
    await ended(other.task)


async def test_a_slow_reader_gets_all_that_came_meanwhile_in_one_write() -> None:
    some = frames()
    reader = Reader(EventStream(some.since(0)))
    await reader.until(lambda: len(reader.bodies) == 1)
    reader.may_receive.clear()
    for seq in range(1, 101):
        some.append(frame("token", "{}", seq))
        await asyncio.sleep(0)
    reader.may_receive.set()
    some.close()
    await ended(reader.task)
    assert b"".join(reader.bodies[1:]) == b"".join(some.items)
    assert len(reader.bodies) <= 4, "the greeting, the write it was stuck in, the rest, the end"


async def test_a_server_that_shuts_down_lets_its_readers_go() -> None:
    some = frames("a")
    readers = [Reader(EventStream(some.since(0))) for _ in range(3)]
    for reader in readers:
        await reader.until(lambda reader=reader: len(reader.bodies) == 2)  # type: ignore[misc]
    close_all()
    for reader in readers:
        await ended(reader.task)
        assert reader.sent[-1] == {"type": "http.response.body", "body": b": bye\n\n", "more_body": False}
    assert not some.closed


async def test_a_client_that_takes_a_clean_end_for_success_gets_a_broken_one() -> None:
    reader = Reader(EventStream(frames("a").since(0), abort=True))
    await reader.until(lambda: len(reader.bodies) == 2)
    close_all()
    await ended(reader.task)
    assert all(message.get("more_body", True) for message in reader.sent)
