"""Serves the Gradio page alone: what `python apps/gradio_app.py` does."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.types import ASGIApp

from agent.errors import UnknownAgent
from agent.registry import chosen, resolve
from apps import api, words
from apps.gradio_app import mount
from apps.serving import PortTaken, address, arguments, listen, serve
from apps.session import open_sessions
from apps.threads import in_thread
from apps.warm import warm_up

DEFAULT_PORT = 7860


def main(argv: list[str] | None = None) -> int:
    """Serves until it is interrupted. Exit 0; 2 where the port is taken."""
    options = arguments("python apps/gradio_app.py", "The Gradio page alone.", DEFAULT_PORT).parse_args(argv)
    try:
        resolve(chosen())
        listening = listen(options.host, options.port, "python apps/gradio_app.py --port {port}")
    except (PortTaken, UnknownAgent) as error:
        print(error, file=sys.stderr)
        return 2
    with listening:
        here = address(options.host, listening)
        serve(site(), listening, lambda: print(f"Firstlight on {here}/  Ctrl-C ends it.", flush=True))
    return 0


def site() -> ASGIApp:
    """The page and the routes that it needs, over a core of their own."""

    service = api.build()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_sessions({words.GRADIO: "/"}) as sessions, api.opened(service, sessions):
            page = FastAPI(openapi_url=None)
            mount(page, sessions, "/")
            async with page.router.lifespan_context(page):
                app.mount("", page)
                warming = asyncio.create_task(in_thread(warm_up))
                yield
                warming.cancel()

    return api.ApiFirst(FastAPI(lifespan=lifespan, openapi_url=None), service)
