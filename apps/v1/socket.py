"""`/v1/ws`: many runs over one WebSocket, in both directions.

The client sends objects with an `op`, and with a `ref` of its own where it wants to tell answers apart:

    {"op": "subscribe", "run_id", "after"?, "level"?}   {"op": "unsubscribe", "run_id"}
    {"op": "start", "question", ...}   as the body of POST /v1/runs, "idempotency_key"?; subscribes too
    {"op": "cancel", "run_id"}         {"op": "input", "run_id", "id", "value" | "decline"}
    {"op": "join", "session_id", "name", "token"?}      {"op": "leave"}      {"op": "ping"}

The server sends entries, `{"run_id", "id", "event", "data"}`, whose `data` is that of the event stream to the byte;
`{"op": "end", "run_id"}` behind a run's last entry; `{"op": "presence", "session_id", "people"}`; an answer to each
`op`, `{"op", "ref", "ok": true, ...}` or `{"op", "ref", "ok": false, "problem": {...}}`; and `{"op": "ping"}` after
15 s of silence.
"""

import asyncio
import json
import time
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import Any, assert_never

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from pydantic import ValidationError

from agent.entries import Entry
from agent.errors import FirstlightError
from apps.entry_stream import EntrySource
from apps.sse import LARGE, PING_S, SEND_TIMEOUT_S
from apps.v1.access import Caller, admit
from apps.v1.context import Context
from apps.v1.ops import OPS, Answer, Cancel, Join, Leave, Op, Ping, Pong, Start, Subscribe, Unsubscribe
from apps.v1.presence import Person
from apps.v1.problems import MOST_BYTES, Refused, body_of
from apps.v1.start import start

router = APIRouter()

_MOST_SUBSCRIPTIONS = 1000

Reply = dict[str, Any]


@router.websocket("/v1/ws")
async def ws(websocket: WebSocket) -> None:
    here: Context = websocket.app.state.context
    if (caller := await admit(websocket, here.access)) is not None:
        await Socket(websocket, here, caller).serve()


class Socket:
    """One connection: a reader of any number of runs, that may also act."""

    def __init__(self, websocket: WebSocket, here: Context, caller: Caller) -> None:
        self._websocket, self._here, self._caller = websocket, here, caller
        self._news = asyncio.Event()
        self._runs: dict[str, tuple[EntrySource, Callable[[], None], Callable[[], None]]] = {}
        """By run: its source, what wakes us for it, and whom to tell when we stop reading it."""
        self._fresh: dict[str, None] = {}
        """The runs that may have something to send, in the order in which they said so."""
        self._messages: list[str] = []
        """What is not an entry, in the order in which it is to be sent."""
        self._acting: set[asyncio.Task[None]] = set()
        self._leave: Callable[[], None] | None = None
        self._name = ""
        self._sent = time.monotonic()
        self._sending = self._stuck = False

    async def serve(self) -> None:
        """Until the client is gone, or does not read for so long that it might as well be."""
        listening = asyncio.create_task(self._listen())
        listening.add_done_callback(lambda _: self._news.set())
        serving = asyncio.current_task()
        watching = asyncio.create_task(self._watch(serving))
        try:
            while not listening.done():
                self._news.clear()
                if not await self._send_some():
                    await self._news.wait()
        except (WebSocketDisconnect, RuntimeError):
            pass  # gone, or closed while we were sending
        except asyncio.CancelledError:
            if not self._stuck or serving is None:
                raise
            serving.uncancel()
        finally:
            for task in (listening, watching, *self._acting):
                task.cancel()
            for run_id in list(self._runs):
                self._unsubscribe(run_id)
            if self._leave is not None:
                self._leave()

    # --- sending

    async def _send_some(self) -> bool:
        """Sends what there is by now; False where there was nothing."""
        some = await self._send_messages()
        fresh, self._fresh = self._fresh, {}
        for run_id in fresh:
            if run_id not in self._runs:
                continue
            source = self._runs[run_id][0]
            while lines := source.take():
                some = True
                for line in lines.split(b"\n")[:-1]:
                    await self._send(line.decode())
                if len(lines) > LARGE:  # a server takes a long backlog without a turn for anybody else
                    await asyncio.sleep(0)
                await self._send_messages()  # an answer to a cancel does not wait for all that a run has said
            if source.ended:
                self._unsubscribe(run_id)
                await self._send(json.dumps({"op": "end", "run_id": run_id}))
        return some

    async def _send_messages(self) -> bool:
        messages, self._messages = self._messages, []
        for message in messages:
            await self._send(message)
        return bool(messages)

    async def _send(self, text: str) -> None:
        self._sent, self._sending = time.monotonic(), True
        await self._websocket.send({"type": "websocket.send", "text": text})
        self._sending = False

    def _tell(self, message: Reply) -> None:
        self._messages.append(json.dumps(message, ensure_ascii=False))
        self._news.set()

    async def _watch(self, serving: "asyncio.Task[Any] | None") -> None:
        """One timer a socket keeps both limits: a timer for each message would cost as much as the message."""
        while True:
            await asyncio.sleep(min(PING_S, SEND_TIMEOUT_S) / 4)
            silent = time.monotonic() - self._sent
            if self._sending and silent > SEND_TIMEOUT_S and serving is not None:
                self._stuck = True
                serving.cancel()
                return
            if silent >= PING_S and not self._sending:
                self._tell({"op": "ping"})

    # --- listening

    async def _listen(self) -> None:
        while True:
            text = await self._websocket.receive_text()
            if len(text) > MOST_BYTES:
                self._tell(_refusal("", None, Refused(413, "too_long", f"at most {MOST_BYTES} characters")))
                continue
            try:
                op = OPS.validate_json(text)
            except ValidationError as error:
                self._tell(_refusal(*_named(text), Refused(422, "invalid", _first(error))))
                continue
            task = asyncio.create_task(self._answer(op))
            self._acting.add(task)
            task.add_done_callback(self._acting.discard)

    async def _answer(self, op: Op) -> None:
        try:
            self._tell({"op": op.op, "ref": op.ref, "ok": True} | await self._act(op))
        except FirstlightError as error:
            self._tell(_refusal(op.op, op.ref, error))

    def _act(self, op: Op) -> Coroutine[Any, Any, Reply]:
        match op:
            case Subscribe():
                return self._subscribe(op)
            case Start():
                return self._start(op)
            case Cancel():
                return self._cancel(op)
            case Answer():
                return self._input(op)
            case Join():
                return self._join(op)
            case Unsubscribe() | Leave() | Ping() | Pong():
                return self._simple(op)
            case _:
                assert_never(op)

    async def _subscribe(self, op: Subscribe) -> Reply:
        await self._here.readable(self._caller, op.run_id)
        await self._follow(op.run_id, op.after, trace=op.level == "trace")
        return {"run_id": op.run_id}

    async def _follow(self, run_id: str, after: int | str, *, trace: bool = False) -> None:
        if len(self._runs) >= _MOST_SUBSCRIPTIONS:
            raise Refused(429, "too_many", f"one connection follows at most {_MOST_SUBSCRIPTIONS} runs")
        live = await self._here.tails.of(run_id)
        at = live.last if after == "latest" else int(after)
        if at > live.last and not live.closed:
            raise Refused(409, "cursor_ahead", f"{at} is ahead of this run, which is at {live.last}: begin again at 0")
        self._unsubscribe(run_id)
        gone = self._here.limits.reader(run_id)
        source = EntrySource(live, at, _Lines(run_id, trace))
        wake = partial(self._heard, run_id)
        source.subscribe(wake)
        self._runs[run_id] = (source, wake, gone)
        wake()

    def _heard(self, run_id: str) -> None:
        self._fresh[run_id] = None
        self._news.set()

    def _unsubscribe(self, run_id: str) -> None:
        if (found := self._runs.pop(run_id, None)) is not None:
            source, wake, gone = found
            source.unsubscribe(wake)
            gone()

    async def _start(self, op: Start) -> Reply:
        started = await start(self._here, self._caller, op, op.idempotency_key)
        await self._follow(started.run.run_id, 0)
        return started.told(self._here)

    async def _cancel(self, op: Cancel) -> Reply:
        await self._here.controllable(self._caller, op.run_id)
        run = await self._here.core.runner.cancel(op.run_id)
        return {"run_id": run.run_id, "status": run.state}

    async def _input(self, op: Answer) -> Reply:
        await self._here.controllable(self._caller, op.run_id)
        by = op.by or self._name
        await self._here.core.runner.answer(op.run_id, op.id, op.value, by=by, decline=op.decline)
        return {"run_id": op.run_id, "id": op.id}

    async def _join(self, op: Join) -> Reply:
        if op.token:
            self._caller = self._here.access.bearer(op.token)
        await self._here.core.log.session(op.session_id)
        role = self._caller.role(session_id=op.session_id)
        if self._leave is not None:
            self._leave()
        self._name = op.name

        def heard(people: list[Person]) -> None:
            there = [person.model_dump() for person in people]
            self._tell({"op": "presence", "session_id": op.session_id, "people": there})

        self._leave = self._here.presence.join(op.session_id, Person(name=op.name, role=role), heard)
        return {"session_id": op.session_id, "role": role}

    async def _simple(self, op: Unsubscribe | Leave | Ping | Pong) -> Reply:
        if isinstance(op, Unsubscribe):
            self._unsubscribe(op.run_id)
        elif isinstance(op, Leave) and self._leave is not None:
            self._leave()
            self._leave = None
        return {}


class _Lines:
    """Entries as messages, a line each."""

    def __init__(self, run_id: str, trace: bool) -> None:
        self._head, self._trace = b'{"run_id":"%b","id":%%d,"event":"%%b","data":%%b}\n' % run_id.encode(), trace

    def __call__(self, entries: Sequence[Entry]) -> bytes:
        some = (entry for entry in entries if self._trace or entry.type != "trace")
        return b"".join(self._head % (entry.seq, entry.type.encode(), entry.data) for entry in some)


def _refusal(op: str, ref: object, error: FirstlightError) -> Reply:
    return {"op": op, "ref": ref, "ok": False, "problem": body_of(error)}


def _named(text: str) -> tuple[str, object]:
    """The `op` and the `ref` of a message that is not one of ours, as far as it has them."""
    try:
        found = json.loads(text)
    except ValueError:
        return "", None
    return (str(found.get("op", "")), found.get("ref")) if isinstance(found, dict) else ("", None)


def _first(error: ValidationError) -> str:
    one = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}"
