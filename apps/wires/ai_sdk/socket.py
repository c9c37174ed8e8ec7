"""`/api/chat/ws` (and `/api/chat`): the same answers over one WebSocket, for the AI SDK's WebSocketChatTransport.

The client sends `send`, `resume` and `abort` frames, each with a `requestId` of its own; the server `start`, `chunk`s
with a `sequence` from 0 on, and `end`; `no-active` where there is nothing to resume; `error` for what is refused.
"""

import asyncio
import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from agent.errors import FirstlightError
from agent.request import Run
from apps.v1.access import Caller, admit
from apps.v1.context import Context
from apps.v1.problems import MOST_BYTES, Refused
from apps.wires.ai_sdk.answer import Answer, live_run
from apps.wires.ai_sdk.asking import Chat, Place, place_of
from apps.wires.ai_sdk.chunks import Chunk
from apps.wires.ai_sdk.routes import resumable

router = APIRouter()

SEND_TIMEOUT_S = 30.0


class _Frame(BaseModel):
    requestId: str = Field(min_length=1, max_length=200)


class Send(_Frame):
    type: Literal["send"]
    id: str
    trigger: str = "submit-message"
    messages: list[dict[str, Any]]
    body: dict[str, Any] = {}

    def chat(self) -> Chat:
        """Raises ValidationError."""
        return Chat.model_validate(self.body | {"id": self.id, "messages": self.messages, "trigger": self.trigger})


class Resume(_Frame):
    type: Literal["resume"]
    id: str = Field(min_length=1, max_length=500)


class Abort(_Frame):
    type: Literal["abort"]


Frame = Send | Resume | Abort
_FRAMES: TypeAdapter[Frame] = TypeAdapter(Annotated[Frame, Field(discriminator="type")])


@router.websocket("/api/chat/ws")
@router.websocket("/api/chat")
async def ws(websocket: WebSocket) -> None:
    here: Context = websocket.app.state.context
    if (caller := await admit(websocket, here.access)) is not None:
        await ChatSocket(websocket, here, caller).serve()


class ChatSocket:
    """One connection: any number of answers side by side. They go on without it."""

    def __init__(self, websocket: WebSocket, here: Context, who: Caller) -> None:
        self._websocket, self._here, self._who = websocket, here, who
        self._runs: dict[str, Run | None] = {}
        """The runs behind the requests that are being answered; None while one is being started."""
        self._aborted: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def serve(self) -> None:
        try:
            while True:
                text = await self._websocket.receive_text()
                task = asyncio.create_task(self._handle(text))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
        except (WebSocketDisconnect, RuntimeError, KeyError):
            pass  # gone, closed because it did not read, or it sends bytes
        finally:
            for task in self._tasks:
                task.cancel()

    async def _handle(self, text: str) -> None:
        request_id = ""
        try:
            if len(text) > MOST_BYTES:
                raise Refused(413, "too_long", f"at most {MOST_BYTES} characters")
            request_id = _request_id(text)
            frame = _FRAMES.validate_json(text)
            if isinstance(frame, Abort):
                await self._abort(frame.requestId)
            else:
                await self._answer(frame)
        except ValidationError as error:
            await self._fail(request_id, _told(error))
        except FirstlightError as error:
            await self._fail(request_id, str(error))
        except (WebSocketDisconnect, RuntimeError):
            pass
        except TimeoutError:
            await self._websocket.close(1008, "not read for too long")

    async def _answer(self, frame: Send | Resume) -> None:
        self._runs[frame.requestId] = None
        try:
            place = await self._place(frame)
            if place is None:
                await self._send({"type": "no-active", "requestId": frame.requestId})
                return
            self._runs[frame.requestId] = place.run
            if frame.requestId in self._aborted:
                await self._abort(frame.requestId)
            else:
                await self._stream(frame.requestId, place)
        finally:
            del self._runs[frame.requestId]
            self._aborted.discard(frame.requestId)

    async def _place(self, frame: Send | Resume) -> Place | None:
        if isinstance(frame, Send):
            return await place_of(self._here, self._who, frame.chat())
        run = await resumable(self._here, self._who, frame.id)
        return None if run is None else Place(run)

    async def _stream(self, request_id: str, place: Place) -> None:
        answer = Answer(await live_run(self._here, place.run), _Lines(request_id), place.after)
        gone, news = self._here.limits.reader(place.run.run_id), asyncio.Event()
        answer.subscribe(news.set)
        try:
            await self._send({"type": "start", "requestId": request_id})
            while request_id not in self._aborted:
                news.clear()
                if lines := answer.take():
                    for line in lines.decode().splitlines():
                        await self._send_text(line)
                elif answer.ended:
                    return
                else:
                    await news.wait()
        finally:
            answer.unsubscribe(news.set)
            gone()

    async def _abort(self, request_id: str) -> None:
        """Stops the run, also one that is only being started: the client's Stop is the person's."""
        if request_id not in self._runs:
            return
        self._aborted.add(request_id)
        if (run := self._runs[request_id]) is not None:
            self._who.may_control(run)
            await self._here.core.runner.cancel(run.run_id)

    async def _fail(self, request_id: str, why: str) -> None:
        await self._send({"type": "error", "requestId": request_id, "errorText": why})

    async def _send(self, frame: dict[str, Any]) -> None:
        await self._send_text(json.dumps(frame))

    async def _send_text(self, text: str) -> None:
        async with asyncio.timeout(SEND_TIMEOUT_S):
            await self._websocket.send_text(text)


class _Lines:
    """Chunks as numbered frames, a line each."""

    def __init__(self, request_id: str) -> None:
        self._request_id, self._sequence = request_id, 0

    def __call__(self, chunks: list[Chunk], over: bool) -> bytes:
        frames: list[dict[str, Any]] = []
        for chunk in chunks:
            told = {"type": "chunk", "requestId": self._request_id, "sequence": self._sequence, "chunk": chunk}
            frames.append(told)
            self._sequence += 1
        if over:
            frames.append({"type": "end", "requestId": self._request_id})
        return "".join(json.dumps(frame) + "\n" for frame in frames).encode()


def _request_id(text: str) -> str:
    """Of a frame that may not be one of ours."""
    try:
        found = json.loads(text)
    except ValueError:
        return ""
    return str(found.get("requestId", "")) if isinstance(found, dict) else ""


def _told(error: ValidationError) -> str:
    one = error.errors(include_url=False)[0]
    return f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}, not {one['input']!r:.100}"
