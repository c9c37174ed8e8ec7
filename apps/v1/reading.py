"""Reading a run's entries: from where, in which form, and what is said where that cannot be."""

import json
import random
from collections.abc import Mapping

from fastapi import Response
from starlette.requests import Request

from agent.expiry import Dropped
from agent.request import Run
from apps.entry_stream import Encode, EntrySource, all_frames, frames
from apps.sse import EventStream
from apps.v1.context import Context
from apps.v1.problems import Refused

NDJSON = "application/x-ndjson"
LATEST = -1


def cursor(request: Request) -> int:
    """The last entry that the reader has, LATEST for what is there by now. `Last-Event-ID` counts more than `after`,
    for EventSource repeats its first address. Raises Refused for anything but a number."""
    given = request.headers.get("last-event-id") or request.query_params.get("after") or "0"
    if given in ("latest", "-1"):
        return LATEST
    if not (given.isascii() and given.isdigit() and len(given) < 16):
        raise Refused(400, "invalid", f"the last event id must be a whole number or 'latest', not {given[:100]!r}")
    return int(given)


async def read_events(context: Context, run: Run, request: Request) -> Response:
    """The answer to `GET /v1/runs/{id}/events`."""
    everything = request.query_params.get("level") == "trace"
    if NDJSON in request.headers.get("accept", ""):
        return await _dump(context, run, everything)
    encode = all_frames if everything else frames
    follow = request.query_params.get("follow", "1") not in ("0", "false")
    return await stream(context, run, cursor(request), encode=encode, follow=follow, stops=stops(request))


def stops(request: Request) -> bool:
    """Whether the reader wants the run to end when it leaves."""
    return request.query_params.get("cancel_on_disconnect", "0") not in ("0", "false", "")


async def stream(
    context: Context,
    run: Run,
    after: int,
    *,
    encode: Encode = frames,
    follow: bool = True,
    stops: bool = False,
    headers: Mapping[str, str] = {},
) -> Response:
    """The run's entries behind `after` as server-sent events; 204 where there are none any more. `stops`: the run
    is stopped when the reader leaves before its end."""
    live = await context.tails.of(run.run_id)
    dropped = await context.core.log.dropped(run.run_id)
    if dropped is not None and not live.entries:
        if after in (LATEST, dropped.upto):
            return Response(status_code=204)
        raise Refused(410, "log_expired", "the entries of this run are no longer kept", result_url=_result(run))
    after = live.last if after == LATEST else after
    if after > live.last and not live.closed:
        detail = f"the last event id {after} is ahead of this run, which is at {live.last}: begin again at 0"
        raise Refused(409, "cursor_ahead", detail)
    if after >= live.last and live.closed:
        return Response(status_code=204)  # only that tells an EventSource that there is nothing left
    first = b""
    if live.first > after + 1:
        first, after = _gap(after, live.first, dropped), live.first - 1
    on_end = context.reader(run.run_id, stops=stops and follow)
    source = EntrySource(live, after, encode, follow=follow)
    retry_ms = random.randint(800, 1500)  # else all readers of a server that restarts come back at the same moment
    return EventStream(source, first=first, headers=headers, retry_ms=retry_ms, on_end=on_end)


def _gap(after: int, first: int, dropped: Dropped | None) -> bytes:
    """The event that stands for entries which the log has dropped: what they made, and where it goes on."""
    data = {"from": after + 1, "to": first - 1, "snapshot": json.loads(dropped.view) if dropped else None}
    return f"id: {first - 1}\nevent: gap\ndata: {json.dumps(data)}\n\n".encode()


def _result(run: Run) -> str:
    return f"/v1/runs/{run.run_id}"


async def _dump(context: Context, run: Run, everything: bool) -> Response:
    entries = await context.core.log.read(run.run_id)
    lines = [entry.line() for entry in entries if everything or entry.type != "trace"]
    return Response("".join(line + "\n" for line in lines), media_type=NDJSON)
