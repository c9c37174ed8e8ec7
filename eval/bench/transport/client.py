"""A client of one server: opens streams in the arm's way, and acts on them."""

import asyncio
import json
import re
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from urllib.parse import quote

from eval.bench.transport.wire import PATIENCE_S, Answer, Talk, Wire, request

_AT_A_TIME = 16
_STARTED = re.compile(rb'"op": ?"start".*?"run_id": ?"([^"]+)"')


@dataclass
class Stream:
    """An open one."""

    wire: Wire
    run_id: str = ""
    """Empty where the server knows no runs."""


class Client:
    """Of the server on that port; `way` is an arm's `wire`."""

    def __init__(self, port: int, way: str) -> None:
        self._port, self._way = port, way
        self._talks = [Talk(port) for _ in range(_AT_A_TIME)]
        self._turn = 0

    @property
    def has_runs(self) -> bool:
        return self._way in ("sse", "websocket")

    # --- streams

    async def open(self, question: str) -> Stream:
        """A stream of its own, on a connection of its own."""
        if self._way == "sse":
            run_id = await self._start(question)
            return Stream(await self._read(f"/v1/runs/{run_id}/events"), run_id)
        if self._way == "websocket":
            wire = await self._socket("/v1/ws")
            return Stream(wire, await self._start_over(wire, question))
        path = f"/stream?ask={quote(question)}"
        return Stream(await (self._read(path) if self._way == "get" else self._socket(path)))

    async def again(self, stream: Stream, question: str) -> Stream:
        """Another reader of it; a new stream where the server knows no runs."""
        if self._way == "sse":
            return Stream(await self._read(f"/v1/runs/{stream.run_id}/events?after=0"), stream.run_id)
        if self._way == "websocket":
            wire = await self._socket("/v1/ws")
            wire.say(json.dumps({"op": "subscribe", "run_id": stream.run_id, "ref": "again"}))
            await wire.heard(b'"again"')
            return Stream(wire, stream.run_id)
        return await self.open(question)

    async def open_all(self, questions: list[str], *, shared: bool = False) -> list[Stream]:
        """All of them; `shared`: over one WebSocket."""
        one = await self._socket("/v1/ws") if shared else None
        if one is not None:
            streams = [Stream(one, await self._start_over(one, question)) for question in questions]
        else:
            streams = await self.gather(map(self.open, questions))
        await self.until(lambda readers, _: readers >= len(questions))
        return streams

    async def gather(self, opening: Iterable[Awaitable[Stream]]) -> list[Stream]:
        """What opens them, a few at a time."""
        turns = asyncio.Semaphore(_AT_A_TIME)

        async def in_turn(one: Awaitable[Stream]) -> Stream:
            async with turns:
                return await one

        return await asyncio.gather(*map(in_turn, opening))

    async def go(self, seconds: float) -> None:
        """Opens the gate behind which the streams wait."""
        question = f"go {seconds}"
        if self.has_runs:
            await self._start(question)
        else:
            await self._ask("GET", f"/stream?ask={quote(question)}")

    # --- acts

    async def cancel(self, stream: Stream) -> tuple[int, int]:
        """When it was asked for, and when it was acknowledged."""
        if self._way == "websocket":
            ref = f"cancel {stream.run_id}"
            since = len(stream.wire.chunks)
            sent = stream.wire.say(json.dumps({"op": "cancel", "run_id": stream.run_id, "ref": ref}))
            return sent, await stream.wire.heard(ref.encode(), since)
        answer = await self._ask("POST", f"/v1/runs/{stream.run_id}/cancel", b"{}")
        return answer.sent, answer.arrived

    async def readers(self) -> int:
        """How many the server counts."""
        return int(json.loads((await self._ask("GET", "/healthz")).body)["readers"])

    async def until(self, true: Callable[[int, int], bool], seconds: float = PATIENCE_S) -> int:
        """When the server's readers and runs were so for the first time. Raises TimeoutError."""
        give_up = time.monotonic() + seconds
        while time.monotonic() < give_up:
            answer = await self._ask("GET", "/healthz")
            counts = json.loads(answer.body)
            if true(counts["readers"], counts.get("running", 0)):
                return answer.arrived
        raise TimeoutError(f"after {seconds:g} s the server still counts {counts}")

    async def rest(self) -> None:
        """Waits until the server has nothing to do."""
        await self.until(lambda readers, running: not readers and not running)

    # --- how

    async def _start(self, question: str) -> str:
        answer = await self._ask("POST", "/v1/runs", json.dumps({"question": question}).encode())
        return str(json.loads(answer.body)["run_id"])

    async def _start_over(self, wire: Wire, question: str) -> str:
        since = len(wire.chunks)
        wire.say(json.dumps({"op": "start", "question": question, "ref": question}))
        await wire.heard(b'"op": "start"', since)
        said = b"".join(data for _, data in wire.chunks[since:])
        found = _STARTED.search(said)
        if found is None:
            problem = said.partition(b'"problem": ')[2] or said
            raise ConnectionError(f"no run was started: {problem[:500].decode(errors='replace')}")
        return found[1].decode()

    async def _read(self, path: str) -> Wire:
        wire = await Wire.connect(self._port)
        wire.write(request("GET", path))
        await wire.heard(b"\r\n\r\n")
        if not wire.text.startswith(b"HTTP/1.1 200"):
            raise ConnectionError(f"expected 200 for {path!r}, got {wire.text[:500]!r}")
        return wire

    async def _socket(self, path: str) -> Wire:
        wire = await Wire.connect(self._port)
        await wire.upgrade(path)
        return wire

    async def _ask(self, method: str, path: str, body: bytes = b"") -> Answer:
        self._turn += 1
        answer = await self._talks[self._turn % len(self._talks)].ask(method, path, body)
        if answer.status >= 400:
            raise ConnectionError(f"{method} {path}: {answer.status} {answer.body[:500]!r}")
        return answer
