"""Reading a run as a response: as it stands, when it has ended, as a stream."""

import asyncio

from starlette.requests import Request

from agent.request import Run
from apps.entry_stream import EntrySource
from apps.sse import EventStream
from apps.threads import in_thread
from apps.v1.context import Context
from apps.v1.problems import Refused
from apps.wires.remains import remains
from apps.wires.responses.encoder import SILENT, Encoder
from apps.wires.responses.items import Fields


async def standing(here: Context, run: Run) -> Fields:
    """The response as it stands."""
    encoder = Encoder(run, SILENT)
    if (left := await remains(here, run)) is not None:
        for event in left:
            encoder.take(event)
        return encoder.response()
    live = await here.tails.of(run.run_id)
    entries = live.entries[: live.visible]
    await in_thread(lambda: encoder(entries))
    return encoder.response() | ({"status": "queued"} if run.state == "queued" and not entries else {})


async def ended(here: Context, run: Run) -> Fields:
    """The response when the run has ended; or when it asks the person something, for nobody would see that."""
    encoder, seen = Encoder(run, SILENT), 0
    while encoder.done is None and encoder.question is None and await here.core.log.wait(run.run_id, seen):
        entries = await here.core.log.read(run.run_id, seen)
        encoder(entries)
        seen = entries[-1].seq
    return encoder.response()


async def ended_or_left(here: Context, run: Run, request: Request) -> Fields:
    """The same; where the client leaves before that, the run is stopped."""
    left = asyncio.create_task(_left(request))
    waiting = asyncio.create_task(ended(here, run))
    try:
        await asyncio.wait((left, waiting), return_when=asyncio.FIRST_COMPLETED)
        if not waiting.done():
            await here.core.runner.cancel(run.run_id)
        return await waiting
    finally:
        left.cancel()
        waiting.cancel()


async def stream(here: Context, run: Run, after: int = -1, *, cancel_on_disconnect: bool = False) -> EventStream:
    """The events behind the one with the number `after`."""
    if await here.core.log.dropped(run.run_id) is not None:
        raise Refused(410, "log_expired", f"the events of {run.run_id!r} are no longer kept; the response itself is")
    live, encoder = await here.tails.of(run.run_id), Encoder(run, after)
    on_end = here.reader(run.run_id, stops=cancel_on_disconnect)
    source = EntrySource(live, 0, encoder)
    # the clients take a frame with a reconnection time for an event without data
    return EventStream(source, first=encoder.begin(), retry_ms=0, abort=True, on_end=on_end)


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
