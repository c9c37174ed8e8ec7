"""The server: our protocol, other people's, and a plain page. `make serve`, `python -m apps.api`.

Both pages stand on the same application; `ApiFirst` puts it before theirs.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from agent.errors import UnknownAgent
from agent.registry import chosen, resolve
from apps.serving import PortTaken, address, arguments, is_open_to_all, listen, serve
from apps.session import Sessions, open_sessions
from apps.threads import in_thread
from apps.v1 import health, runs, sessions, socket, static, view
from apps.v1.access import origins
from apps.v1.context import Context
from apps.v1.problems import MOST_BYTES, handle
from apps.warm import warm_up
from apps.wires import agui, ai_sdk, langgraph, responses

DEFAULT_PORT = 8010
PATHS = ("/v1/", "/plain", "/agui", "/api/chat", "/threads", "/runs/", "/healthz", "/metrics", "/docs", "/openapi.json")


def build() -> FastAPI:
    """The application; its requests need `opened` around them."""
    app = FastAPI(title="Firstlight", version="1", redoc_url=None)
    for part in (runs, view, sessions, socket, agui, ai_sdk, responses, langgraph, static, health):
        app.include_router(part.router)
    handle(app)
    if allowed := origins():
        app.add_middleware(CORSMiddleware, allow_origins=allowed, **_CORS)
    return app


_CORS: dict[str, Any] = {
    "allow_methods": ["GET", "POST"],
    "allow_headers": ["Authorization", "Content-Type", "Idempotency-Key", "Last-Event-ID"],
    "expose_headers": ["Location", "Link", "Content-Location", "Idempotent-Replayed", "Retry-After"],
}


@asynccontextmanager
async def opened(app: FastAPI, sessions: Sessions) -> AsyncIterator[Context]:
    """Lets the application answer from a core, on the core's event loop."""
    context = app.state.context = Context.of(sessions)
    try:
        yield context
    finally:
        context.close()


class ApiFirst:
    """Gives the API its requests before a page's own middleware compresses, counts or refuses them."""

    def __init__(self, app: ASGIApp, api: ASGIApp, paths: tuple[str, ...] = PATHS) -> None:
        self._page, self._api, self._paths = app, api, paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        ours = scope["type"] in ("http", "websocket") and scope["path"].startswith(self._paths)
        await (self._api if ours else self._page)(scope, receive, send)


def main(argv: list[str] | None = None) -> int:
    """Serves until it is interrupted. Exit 0; 2 where the port is taken."""
    parser = arguments("python -m apps.api", "The API and a plain page.", DEFAULT_PORT)
    parser.add_argument("--access-log", action="store_true", help="print a line for each request, without tokens")
    options = parser.parse_args(argv)
    try:
        resolve(chosen())
        listening = listen(options.host, options.port, "make serve PORT={port}, or python -m apps.api --port {port}")
    except (PortTaken, UnknownAgent) as error:
        print(error, file=sys.stderr)
        return 2
    if warning := is_open_to_all(options.host):
        print(warning, file=sys.stderr)
    with listening:
        here, log = address(options.host, listening), options.access_log
        said = f"Firstlight   {here}/\nAPI          {here}/docs"
        serve(site(), listening, lambda: print(said, flush=True), access_log=log, ws_max_size=MOST_BYTES)
    return 0


def site() -> FastAPI:
    """The application over a core of its own."""
    app = build()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with open_sessions() as sessions, opened(app, sessions):
            warming = asyncio.create_task(in_thread(warm_up))
            yield
            warming.cancel()

    app.router.lifespan_context = lifespan
    return app


if __name__ == "__main__":
    sys.exit(main())
