"""The requests of AI SDK clients over HTTP: ask, resume, stop, and the messages so far."""

import time
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from agent.errors import UnknownRun
from agent.request import Run
from apps.sse import EventStream
from apps.threads import in_thread
from apps.v1.access import Caller
from apps.v1.bodies import Cancelled
from apps.v1.context import Context, Here, Who
from apps.v1.problems import PROBLEMS
from apps.v1.reading import stops
from apps.wires.ai_sdk.answer import Answer, live_run, message_of, sse
from apps.wires.ai_sdk.asking import WIRE, Chat, Place, place_of
from apps.wires.ai_sdk.messages import question_of
from apps.wires.threads import last_run, stop_last_run

router = APIRouter(prefix="/api/chat", tags=["AI SDK"], responses=PROBLEMS)

HEADERS = {
    "content-type": "text/event-stream",
    "cache-control": "no-cache, no-transform",
    "connection": "keep-alive",
    "x-vercel-ai-ui-message-stream": "v1",
    "x-accel-buffering": "no",
}
LINGER_S = 120
"""How long a run can be resumed after its end: a client whose connection broke has not seen the end, and takes
"nothing to resume" for a finished answer. Who has seen it gets the same message again."""
_STREAM: dict[int | str, dict[str, Any]] = {200: {"content": {"text/event-stream": {}}, "description": "The answer."}}
_NONE: dict[int | str, dict[str, Any]] = {204: {"description": "There is nothing to resume."}}
MOST_RUNS = 100
"""Of a chat, the newest ones, when its messages are asked for."""

ChatId = Annotated[str, Path(min_length=1, max_length=500)]


@router.post("", responses=_STREAM, response_class=Response)
async def send(here: Here, who: Who, chat: Chat, request: Request) -> Response:
    """Asks the last message of the user, and streams the answer. The same message again joins its answer; an assistant
    message with an answered approval continues it.

    `?cancel_on_disconnect=1`: the run stops when the reader goes, for transports whose stop only closes the socket.
    """
    place = await place_of(here, who, chat)
    return await _stream(here, who, place, request)


@router.get("/{chat_id:path}/stream", responses=_STREAM | _NONE, response_class=Response)
async def resume(here: Here, who: Who, chat_id: ChatId, request: Request) -> Response:
    """The chat's live run from its beginning, under the same message id; 204 where none is live."""
    run = await resumable(here, who, chat_id)
    return Response(status_code=204) if run is None else await _stream(here, who, Place(run), request)


@router.post("/{chat_id:path}/stop")
async def stop(here: Here, who: Who, chat_id: ChatId) -> Cancelled:
    """Stops the chat's run, and answers when it has stopped. Again and again is harmless."""
    return await stop_last_run(here, who, WIRE, chat_id)


@router.get("/{chat_id:path}")
async def messages(here: Here, who: Who, chat_id: ChatId) -> list[dict[str, Any]]:
    """The chat so far as UI messages, for `useChat({messages})`. An empty list for a chat that is new."""
    told: list[dict[str, Any]] = []
    try:
        newest = await last_run(here, who, WIRE, chat_id)
    except UnknownRun:
        return told
    for run in await here.core.log.runs(newest.session_id, limit=MOST_RUNS):
        live = await live_run(here, run)
        told += [question_of(run), await in_thread(partial(message_of, live))]
    return told


async def resumable(here: Context, who: Caller, chat_id: str) -> Run | None:
    """The run that a client may have to go on reading. Raises Refused."""
    try:
        run = await last_run(here, who, WIRE, chat_id)
    except UnknownRun:
        return None
    if run.is_open or run.state == "interrupted":
        return run
    live = await here.tails.of(run.run_id)
    ended_at = run.created_at + (live.entries[-1].at if live.entries else 0)
    return run if time.time() - ended_at < LINGER_S else None


async def _stream(here: Context, who: Caller, place: Place, request: Request) -> Response:
    run, after = place
    if leaving_stops := stops(request):
        who.may_control(run)
    answer = Answer(await live_run(here, run), sse, after)
    return EventStream(
        answer, headers=HEADERS, retry_ms=0, abort=True, on_end=here.reader(run.run_id, stops=leaving_stops)
    )
