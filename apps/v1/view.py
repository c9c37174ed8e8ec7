"""The view stream: what a page has to draw of a run (apps/view_stream.py)."""

from fastapi import APIRouter, Request, Response

from apps.sse import EventStream
from apps.v1.context import Here, Who
from apps.v1.problems import PROBLEMS
from apps.v1.reading import cursor

router = APIRouter(prefix="/v1/runs", tags=["pages"], responses=PROBLEMS)


@router.get("/{run_id}/view", response_class=Response)
async def view(here: Here, who: Who, run_id: str, request: Request) -> Response:
    """What changes in a page while the run goes on, as HTML."""
    await here.readable(who, run_id)
    stream = await here.watched.stream(run_id)
    begin = await stream.resume(max(0, cursor(request)))
    if begin is None:
        return Response(status_code=204)  # only that tells an EventSource that there is nothing left
    first, start = begin
    return EventStream(stream.frames.since(start), first=first, on_end=here.reader(run_id))
