"""The HTTP routes under both pages: the view stream, Stop, answers to the run's questions, our script and style.

Plain Starlette routes, so that they fit beside Gradio, beside Streamlit, and alone. All of them are
meant for pages of this server: what changes something refuses requests from other sites.
"""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from agent.errors import FirstlightError, InputRejected, LogUnavailable, UnknownRun, UsageError
from agent.home import Core
from apps.sse import EventStream
from apps.view_stream import WatchedRuns

STATIC = Path(__file__).parent / "static"
KINDS = {"js": "text/javascript", "css": "text/css"}
FILES = ("run_view.js", "scroll.js", "run_view.css", "gradio_page.js", "gradio.css")
MOST_BYTES = 1_000_000
"""Of a request's body."""

Endpoint = Callable[[Request], Awaitable[Response]]


def routes(core: Core) -> list[BaseRoute]:
    """The routes over one core; they run on its loop."""
    watched = WatchedRuns(core.log)

    async def view(request: Request) -> Response:
        after = _after(request)
        stream = await watched.stream(request.path_params["run_id"])
        begin = await stream.resume(after)
        # EventSource comes back after every clean end; only 204 tells it that there is nothing left.
        return Response(status_code=204) if begin is None else EventStream(stream.frames, begin[1], first=begin[0])

    async def cancel(request: Request) -> Response:
        _same_site(request.headers)
        run = await core.runner.cancel(request.path_params["run_id"])
        return JSONResponse({"run_id": run.run_id, "state": run.state})

    async def answer(request: Request) -> Response:
        _same_site(request.headers)
        fields = await _body(request)
        run_id, input_id = request.path_params["run_id"], str(fields.get("id", ""))
        decline = fields.get("decline") is True
        await core.runner.answer(run_id, input_id, fields.get("value"), by="page", decline=decline)
        return JSONResponse({"run_id": run_id, "id": input_id}, 202)

    return [
        Route("/v1/runs/{run_id}/view", _told(view)),
        Route("/v1/runs/{run_id}/cancel", _told(cancel), methods=["POST"]),
        Route("/v1/runs/{run_id}/input", _told(answer), methods=["POST"]),
        Route("/v1/static/{name}", _told(static)),
    ]


async def static(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in FILES:
        return _problem(404, f"no file {name!r}")
    return FileResponse(STATIC / name, media_type=KINDS[name.partition(".")[2]], headers={"cache-control": "no-cache"})


def _after(request: Request) -> int:
    """The last entry that the reader has; EventSource repeats its first URL, so its header counts more."""
    given = request.headers.get("last-event-id") or request.query_params.get("after") or "0"
    if not given.isascii() or not given.isdigit():
        raise UsageError(f"the last event id must be a number, not {given[:100]!r}")
    return int(given)


def _same_site(headers: Headers) -> None:
    """Raises Forbidden where a page of another site sent the request."""
    origin = headers.get("origin")
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Forbidden("only pages of this server may do that")
    if origin is not None and urlsplit(origin).netloc != headers.get("host"):
        raise Forbidden(f"pages of {origin[:200]!r} may not do that")


class Forbidden(FirstlightError):
    """A page of another site asked for a change."""


async def _body(request: Request) -> dict[str, object]:
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise UsageError("the content type must be application/json")
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            raise UsageError(f"the body must not be longer than {MOST_BYTES} bytes")
    try:
        fields = json.loads(body)
    except ValueError as error:
        raise UsageError("the body must be JSON") from error
    if not isinstance(fields, dict):
        raise UsageError("the body must be a JSON object")
    return fields


_STATUS = {UnknownRun: 404, InputRejected: 409, Forbidden: 403, LogUnavailable: 503, UsageError: 400}


def _told(endpoint: Endpoint) -> Endpoint:
    """Answers with what went wrong instead of with a traceback."""

    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except FirstlightError as error:
            kind = next((kind for kind in _STATUS if isinstance(error, kind)), None)
            if kind is None:
                raise
            return _problem(_STATUS[kind], str(error))

    return answer


def _problem(status: int, detail: str) -> Response:
    return JSONResponse({"status": status, "detail": detail}, status, media_type="application/problem+json")
