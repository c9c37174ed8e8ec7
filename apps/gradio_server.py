"""Serves the Gradio page alone: what `python apps/gradio_app.py` does."""

import argparse
import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI

from apps.api import routes
from apps.gradio_app import mount
from apps.session import serving
from apps.sse import close_all
from apps.warm import warm_up

DEFAULT_PORT = 7860


def main(argv: list[str] | None = None) -> int:
    """Serves until it is interrupted. Exit 0; 2 where the port is taken."""
    parser = argparse.ArgumentParser(prog="python apps/gradio_app.py", description="The Gradio page alone.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on; default: this machine only")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help=f"default {DEFAULT_PORT}; 0: any free one")
    options = parser.parse_args(argv)
    try:
        listening = socket.create_server((options.host, options.port))
    except OSError as error:
        other = options.port + 1
        print(f"Cannot listen on {options.host}:{options.port} ({os.strerror(error.errno or 0)}).", file=sys.stderr)
        print(f"Choose another port: python apps/gradio_app.py --port {other}", file=sys.stderr)
        return 2
    with listening:
        print(f"Firstlight on http://{options.host}:{listening.getsockname()[1]}/  Ctrl-C ends it.", flush=True)
        config = uvicorn.Config(site(), log_level="warning", access_log=False, timeout_graceful_shutdown=1)
        Server(config).run(sockets=[listening])
    return 0


class Server(uvicorn.Server):
    """Lets the readers of live answers go before it waits for open requests."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        close_all()
        await super().shutdown(sockets)


def site() -> FastAPI:
    """The page and the routes that it needs, over a core of their own."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with serving({"Gradio": "/"}) as sessions:
            page = FastAPI(openapi_url=None)
            mount(page, sessions, "/")
            app.router.routes.extend(routes(sessions.core))
            async with page.router.lifespan_context(page):
                app.mount("", page)
                warming = asyncio.create_task(asyncio.to_thread(warm_up))
                yield
                warming.cancel()

    return FastAPI(lifespan=lifespan, openapi_url=None)
