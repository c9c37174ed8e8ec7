"""What went wrong, as `application/problem+json` (RFC 9457): a code for programs, a sentence for people."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agent.errors import (
    FirstlightError,
    InputRejected,
    LogExpired,
    LogUnavailable,
    UnknownAgent,
    UnknownRun,
    UnknownSession,
    UsageError,
)
from apps.session import Busy


class Problem(BaseModel):
    """The body of every answer that is no success."""

    status: int
    code: str
    """What happened, for programs: `unknown_run`, `invalid`, `too_many`, ..."""
    title: str
    detail: str
    """What was given and what was expected, for people."""


class Refused(FirstlightError):
    """A request that is not answered as it was asked."""

    def __init__(self, status: int, code: str, detail: str, headers: Mapping[str, str] | None = None, **more: Any):
        super().__init__(detail)
        self.status, self.code, self.headers, self.more = status, code, headers, more


_KINDS: dict[type[FirstlightError], tuple[int, str]] = {
    UnknownRun: (404, "unknown_run"),
    UnknownSession: (404, "unknown_session"),
    UnknownAgent: (422, "unknown_agent"),
    Busy: (409, "busy"),
    InputRejected: (409, "input_rejected"),
    LogExpired: (410, "log_expired"),
    LogUnavailable: (503, "log_unavailable"),
    UsageError: (400, "invalid"),
}
_TITLES = {
    400: "Not usable",
    401: "Who are you?",
    403: "Not allowed",
    404: "Not there",
    405: "Not that way",
    409: "Not now",
    410: "Gone",
    413: "Too long",
    415: "Not that kind",
    422: "Not understood",
    429: "Too many",
    503: "Not possible at the moment",
}
RETRY_AFTER = "5"
MOST_BYTES = 1_000_000
"""Of a request's body, and of a WebSocket message."""
MOST_BYTES_WITH_HISTORY = 8_000_000
_WITH_HISTORY = ("/agui", "/api/chat", "/v1/responses", "/threads", "/runs")
"""Where clients send the whole conversation with every question."""
PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "description": title, "content": {"application/problem+json": {}}}
    for status, title in _TITLES.items()
}
"""For the OpenAPI document."""


def problem(status: int, code: str, detail: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    return JSONResponse(_body(status, code, detail), status, headers=headers, media_type="application/problem+json")


def of(error: FirstlightError) -> JSONResponse:
    """The answer that an error is. Raises it where it is none of those that a request can cause."""
    body = body_of(error)
    headers = error.headers if isinstance(error, Refused) else None
    if headers is None and body["status"] == 503:
        headers = {"retry-after": RETRY_AFTER}
    return JSONResponse(body, body["status"], headers=headers, media_type="application/problem+json")


def body_of(error: FirstlightError) -> dict[str, Any]:
    """The same without the HTTP around it."""
    if isinstance(error, Refused):
        return _body(error.status, error.code, str(error)) | error.more
    for kind, (status, code) in _KINDS.items():
        if isinstance(error, kind):
            return _body(status, code, str(error))
    raise error


def _body(status: int, code: str, detail: str) -> dict[str, Any]:
    return Problem(status=status, code=code, title=_TITLES.get(status, "Failed"), detail=detail).model_dump()


def handle(app: FastAPI) -> None:
    """Lets the app answer its failures so."""

    async def refused(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, FirstlightError)
        return of(error)

    async def invalid(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        return problem(422, "invalid", "; ".join(_told(one) for one in error.errors()))

    async def http(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        code = "too_long" if error.status_code == 413 else "http"
        return problem(error.status_code, code, str(error.detail), error.headers)

    app.add_middleware(BodyLimit)
    app.add_exception_handler(FirstlightError, refused)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http)


def _told(error: Mapping[str, Any]) -> str:
    """One thing that a request got wrong: where, what was given, what was expected."""
    where = ".".join(str(part) for part in error["loc"][1:]) or str(error["loc"][0])
    if error["type"] == "extra_forbidden":
        return f"unknown key {where!r}"
    given = "" if error["type"] in ("missing", "json_invalid") else f", not {error['input']!r:.100}"
    return f"{where}: {error['msg']}{given}"


class BodyLimit:
    """Refuses a body that is too long, by its announced length or while it arrives."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = MOST_BYTES_WITH_HISTORY if scope["path"].startswith(_WITH_HISTORY) else MOST_BYTES
        too_long = f"a body holds at most {most} bytes here"
        announced = Headers(scope=scope).get("content-length", "")
        if announced.isdigit() and int(announced) > most:
            await problem(413, "too_long", too_long)(scope, receive, send)
            return
        arrived = 0

        async def counted() -> Message:
            nonlocal arrived
            message = await receive()
            arrived += len(message.get("body", b""))
            if arrived > most:
                raise HTTPException(413, too_long)
            return message

        await self._app(scope, counted, send)
