"""The same stream from other people's servers, without a log: `python -m eval.bench.transport.peers NAME`.

`GET /stream?ask=QUESTION` streams, `GET /healthz` tells how many streams are open. `raw` is the floor: no framework
at all, over SSE and over a WebSocket.
"""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Callable
from importlib import import_module
from urllib.parse import parse_qs

import uvicorn
from fastapi import FastAPI
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from eval.bench.transport.source import beats, payload

_open: set[object] = set()


async def numbered(question: str) -> AsyncIterator[tuple[int, str]]:
    """The stream's numbers and payloads, counted as open until it is closed."""
    mark, number = object(), 0
    _open.add(mark)
    try:
        async for _ in beats(question):
            number += 1
            yield number, payload(number - 1)
    finally:
        _open.discard(mark)


async def health(_: Request) -> JSONResponse:
    return JSONResponse({"readers": len(_open)})


def fastapi_native() -> ASGIApp:
    app = FastAPI()

    @app.get("/stream", response_class=EventSourceResponse)
    async def stream(ask: str) -> AsyncIterator[ServerSentEvent]:
        async for number, data in numbered(ask):
            yield ServerSentEvent(raw_data=data, event="token", id=str(number))

    app.add_route("/healthz", health)
    return app


def sse_starlette() -> ASGIApp:
    theirs = import_module("sse_starlette")

    async def events(ask: str) -> AsyncIterator[object]:
        async for number, data in numbered(ask):
            yield theirs.ServerSentEvent(data, event="token", id=str(number), sep="\n")

    async def stream(request: Request) -> Response:
        response: Response = theirs.EventSourceResponse(events(request.query_params["ask"]), sep="\n")
        return response

    return Starlette(routes=[Route("/stream", stream), Route("/healthz", health)])


async def raw(scope: Scope, receive: Receive, send: Send) -> None:
    """What the server alone costs: an ASGI callable that sends finished frames."""
    if scope["type"] == "lifespan":
        return
    if scope["path"] == "/healthz":
        await JSONResponse({"readers": len(_open)})(scope, receive, send)
        return
    ask = parse_qs(scope["query_string"].decode())["ask"][0]
    speak = _raw_socket if scope["type"] == "websocket" else _raw_stream
    speaking = asyncio.create_task(speak(ask, send))
    gone = asyncio.create_task(_gone(receive))
    await asyncio.wait({speaking, gone}, return_when=asyncio.FIRST_COMPLETED)
    for task in (speaking, gone):
        task.cancel()
    await asyncio.wait({speaking, gone})


async def _raw_stream(ask: str, send: Send) -> None:
    headers = [(b"content-type", b"text/event-stream")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b": open\n\n", "more_body": True})
    async for number, data in numbered(ask):
        frame = f"id: {number}\nevent: token\ndata: {data}\n\n".encode()
        await send({"type": "http.response.body", "body": frame, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def _raw_socket(ask: str, send: Send) -> None:
    await send({"type": "websocket.accept"})
    async for number, data in numbered(ask):
        await send({"type": "websocket.send", "text": f'{{"id":{number},"event":"token","data":{data}}}'})
    await send({"type": "websocket.close"})


async def _gone(receive: Receive) -> None:
    while not (await receive())["type"].endswith(".disconnect"):
        pass


APPS: dict[str, Callable[[], ASGIApp]] = {
    "fastapi": fastapi_native,
    "sse-starlette": sse_starlette,
    "raw": lambda: raw,
}


def main(name: str) -> None:
    """Serves it as apps/serving.py serves ours."""
    listening = socket.create_server(("127.0.0.1", 0))
    print(f"http://127.0.0.1:{listening.getsockname()[1]}", flush=True)
    config = uvicorn.Config(
        APPS[name](),
        http="httptools",
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        lifespan="off",
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=1,
    )
    uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    main(sys.argv[1])
