"""Runs: start, look at, read, stop, answer."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import JSONResponse

from apps.v1.bodies import Answered, Cancelled, NewRun, Reply, RunFacts, RunWhole, Started
from apps.v1.context import Here, Who
from apps.v1.problems import PROBLEMS
from apps.v1.reading import NDJSON, read_events, stops, stream
from apps.v1.start import start as begin

router = APIRouter(prefix="/v1/runs", tags=["runs"], responses=PROBLEMS)

EVENT_STREAM = "text/event-stream"
_STREAM: dict[int | str, dict[str, Any]] = {200: {"content": {EVENT_STREAM: {}}, "description": "The run's events."}}
_EVENTS: dict[int | str, dict[str, Any]] = {
    200: {"content": {EVENT_STREAM: {}, NDJSON: {}}, "description": "The run's events."},
    204: {"description": "The run has ended, and the reader has all of it."},
}


@router.post("", status_code=201, response_model=Started, responses=_STREAM)
async def start(
    here: Here,
    who: Who,
    asked: NewRun,
    request: Request,
    idempotency_key: Annotated[str, Header(max_length=128)] = "",
) -> Response:
    """Asks a question. The same `Idempotency-Key` with the same body starts one run, however often it is sent.

    `Accept: text/event-stream`: the events follow at once; with `?cancel_on_disconnect=1` the run stops when their
    reader leaves.
    """
    beginning = await begin(here, who, asked, idempotency_key)
    address = f"/v1/runs/{beginning.run.run_id}"
    headers = {"location": address, "link": f'<{address}/events>; rel="events"'}
    if EVENT_STREAM in request.headers.get("accept", ""):
        headers |= {"content-location": f"{address}/events"}
        return await stream(here, beginning.run, 0, stops=stops(request), headers=headers)
    again = {} if beginning.is_new else {"idempotent-replayed": "true"}
    return JSONResponse(beginning.told(here), 201 if beginning.is_new else 200, headers | again)


@router.get("/{run_id}")
async def look(here: Here, who: Who, run_id: str) -> RunWhole:
    """The run as it stands: what a screen would show of it."""
    run = await here.readable(who, run_id)
    return RunWhole(**RunFacts.of(run).model_dump(), view=await here.sessions.view(run_id))


@router.get("/{run_id}/events", responses=_EVENTS, response_class=Response)
async def events(here: Here, who: Who, run_id: str, request: Request) -> Response:
    """The run's events as they come, from behind `Last-Event-ID` or `?after=` on; a dump as NDJSON.

    `?after=latest`: only what is new. `?follow=0`: what is there, and no more. `?level=trace`: with what is for
    engineers. `?cancel_on_disconnect=1`: the run stops when this reader leaves.
    """
    may_read = here.controllable if stops(request) else here.readable
    return await read_events(here, await may_read(who, run_id), request)


@router.post("/{run_id}/cancel")
async def cancel(here: Here, who: Who, run_id: str) -> Cancelled:
    """Stops a run, and answers when it has stopped. Again and again is harmless."""
    await here.controllable(who, run_id)
    run = await here.core.runner.cancel(run_id)
    return Cancelled(run_id=run.run_id, status=run.state)


@router.post("/{run_id}/input", status_code=202)
async def answer(here: Here, who: Who, run_id: str, reply: Reply) -> Answered:
    """Answers the question that a run asks; the first valid answer wins."""
    await here.controllable(who, run_id)
    await here.core.runner.answer(run_id, reply.id, reply.value, by=reply.by, decline=reply.decline)
    return Answered(run_id=run_id, id=reply.id)
