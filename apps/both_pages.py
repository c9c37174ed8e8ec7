"""The one process's web site: a landing page, our API, and both front ends under it.

Streamlit is up at once. Importing Gradio takes several times as long, so its page is mounted when a thread has
done that; until then its address answers with a page that reloads itself, and that says so if it failed.
"""

import asyncio
import importlib
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import streamlit
from fastapi import FastAPI
from fastapi.responses import FileResponse, HTMLResponse
from starlette.routing import Mount
from starlette.types import ASGIApp

from apps import api, landing, words
from apps.session import Sessions, open_sessions
from apps.threads import in_thread
from apps.warm import warm_up

STATIC = Path(__file__).parent / "static"
STREAMLIT, GRADIO = "/streamlit/", "/gradio/"
PAGES = {words.STREAMLIT: STREAMLIT, words.GRADIO: GRADIO, words.LATENCY: STREAMLIT + "latency"}
LINKS = {words.ASK_IN_GRADIO: "gradio/", words.ASK_IN_STREAMLIT: "streamlit/", words.LATENCY: "streamlit/latency"}
"""From the root of the site."""


def build(on_gradio: Callable[[], None]) -> ASGIApp:
    """The site; `on_gradio` is called when Gradio's page is there."""
    service = api.build()
    page = streamlit.App(Path(__file__).with_name("streamlit_app.py"))
    streamlit_lives = page.lifespan()
    instead: dict[str, Any] = {"content": landing.starting(LINKS), "status_code": 503}

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with streamlit_lives(app), open_sessions(PAGES) as sessions, api.opened(service, sessions):
            behind = [asyncio.create_task(in_thread(warm_up)), asyncio.create_task(add_gradio(app, sessions))]
            try:
                yield
            finally:
                for task in behind:
                    task.cancel()
                await asyncio.gather(*behind, return_exceptions=True)

    async def add_gradio(app: FastAPI, sessions: Sessions) -> None:
        gradio = FastAPI(openapi_url=None)
        try:
            module = await in_thread(lambda: importlib.import_module("apps.gradio_app"))
            await in_thread(lambda: module.mount(gradio, sessions, GRADIO.rstrip("/")))
        except Exception:
            logging.getLogger("uvicorn.error").exception("The Gradio page cannot start; the Streamlit page goes on.")
            instead.update(content=landing.failed(LINKS), status_code=500)
            return
        async with gradio.router.lifespan_context(gradio):
            app.router.routes[-1] = Mount("", gradio)
            on_gradio()
            await asyncio.Event().wait()

    app = FastAPI(lifespan=lifespan, openapi_url=None)
    app.add_api_route("/favicon.ico", lambda: FileResponse(STATIC / "icon.svg", media_type="image/svg+xml"))
    app.add_api_route("/", lambda: HTMLResponse(landing.landing(LINKS)))
    app.add_route(STREAMLIT + "latency", landing.to_latency)
    app.mount(STREAMLIT.rstrip("/"), page)
    app.add_api_route(GRADIO.rstrip("/") + "{rest:path}", lambda: HTMLResponse(**instead))
    return api.ApiFirst(app, service)
