"""What went wrong, in the shape that OpenAI's clients make their exceptions of."""

import json
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from agent.errors import FirstlightError
from apps.v1.problems import of

_TYPES = {401: "authentication_error", 403: "permission_error", 404: "not_found_error", 429: "rate_limit_error"}
_HANDED_ON = ("retry-after", "www-authenticate")


class Failure(BaseModel):
    message: str
    type: str
    param: str | None = None
    code: str


class Failed(BaseModel):
    """The body of every answer that is no success."""

    error: Failure


FAILURES: dict[int | str, dict[str, Any]] = {
    status: {"model": Failed} for status in (400, 401, 403, 404, 409, 410, 422, 429, 503)
}


class Route(APIRoute):
    """A route that answers its failures so."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await answer(request)
            except FirstlightError as error:
                return _refused(error)
            except RequestValidationError as error:
                return _invalid(error)

        return handled


def _refused(error: FirstlightError) -> JSONResponse:
    problem = of(error)
    told = json.loads(bytes(problem.body))
    headers = {name: problem.headers[name] for name in _HANDED_ON if name in problem.headers}
    return _failed(problem.status_code, told["code"], told["detail"], headers=headers)


def _invalid(error: RequestValidationError) -> JSONResponse:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"][1:]) or str(first["loc"][0])
    return _failed(422, "invalid", f"{where}: {first['msg']}", where)


def _failed(
    status: int, code: str, message: str, param: str | None = None, headers: dict[str, str] | None = None
) -> JSONResponse:
    kind = _TYPES.get(status, "invalid_request_error" if status < 500 else "server_error")
    failed = Failed(error=Failure(message=message, type=kind, param=param, code=code))
    return JSONResponse(failed.model_dump(), status, headers)
