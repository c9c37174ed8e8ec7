"""The requests of OpenAI Responses clients."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import JSONResponse

from apps.v1.context import Here, Who
from apps.v1.start import start
from apps.wires.responses.asked import NewResponse, new_run
from apps.wires.responses.problems import FAILURES, Route
from apps.wires.responses.reading import ended, ended_or_left, standing, stream

router = APIRouter(prefix="/v1/responses", tags=["OpenAI Responses"], responses=FAILURES, route_class=Route)

_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/json": {}, "text/event-stream": {}}, "description": "A response, or its events."}
}
Key = Annotated[str, Header(max_length=128)]


@router.post("", responses=_ANSWERS, response_class=Response)
async def create(
    here: Here,
    who: Who,
    asked: NewResponse,
    request: Request,
    idempotency_key: Key = "",
    cancel_on_disconnect: bool = False,
) -> Response:
    """Asks a question: answered with a stream, when the run has ended, or with `background` at once.

    A client that leaves only leaves; with `?cancel_on_disconnect=1` it stops the run. A run that asks the person
    something is answered as it stands, and its metadata tell what is asked, and where to answer.
    """
    run = (await start(here, who, await new_run(here, who, asked), idempotency_key)).run
    if asked.stream:
        return await stream(here, run, cancel_on_disconnect=cancel_on_disconnect)
    if asked.background:
        return JSONResponse(await standing(here, run))
    if cancel_on_disconnect:
        return JSONResponse(await ended_or_left(here, run, request))
    return JSONResponse(await ended(here, run))


@router.get("/{response_id}", name="retrieve", responses=_ANSWERS, response_class=Response)
async def retrieve(
    here: Here,
    who: Who,
    response_id: str,
    is_stream: Annotated[bool, Query(alias="stream")] = False,
    starting_after: Annotated[int, Query(ge=-1)] = -1,
) -> Response:
    """A response as it stands; with `?stream=true` its events behind the number `starting_after`."""
    run = await here.readable(who, response_id)
    if is_stream:
        return await stream(here, run, starting_after)
    return JSONResponse(await standing(here, run))


@router.post("/{response_id}/cancel", responses=_ANSWERS, response_class=Response)
async def cancel(here: Here, who: Who, response_id: str) -> Response:
    """Stops a response, and answers when it has stopped. Again and again is harmless."""
    await here.controllable(who, response_id)
    return JSONResponse(await standing(here, await here.core.runner.cancel(response_id)))
