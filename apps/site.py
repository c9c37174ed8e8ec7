"""The one process's web site: a landing page, our API, and both front ends under it.

Streamlit is up in two seconds. Importing Gradio takes ten, so its page is mounted when a thread has
done that; until then its address answers with a page that reloads itself.
"""

import asyncio
import importlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from starlette.routing import Mount

from apps.api import routes
from apps.session import Sessions, serving
from apps.warm import in_thread, warm_up

STREAMLIT, GRADIO = "/streamlit/", "/gradio/"
PAGES = {"Streamlit": STREAMLIT, "Gradio": GRADIO}


def build(on_gradio: Callable[[], None]) -> FastAPI:
    """The site; `on_gradio` is called when Gradio's page is there."""
    page = streamlit.App(Path(__file__).with_name("streamlit_app.py"))
    streamlit_lives = page.lifespan()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with streamlit_lives(app), serving(PAGES) as sessions:
            app.router.routes[:0] = routes(sessions.core)
            behind = [asyncio.create_task(in_thread(warm_up)), asyncio.create_task(add_gradio(app, sessions))]
            try:
                yield
            finally:
                for task in behind:
                    task.cancel()
                await asyncio.gather(*behind, return_exceptions=True)

    async def add_gradio(app: FastAPI, sessions: Sessions) -> None:
        module = await in_thread(lambda: importlib.import_module("apps.gradio_app"))
        gradio = FastAPI(openapi_url=None)
        module.mount(gradio, sessions, GRADIO.rstrip("/"))
        async with gradio.router.lifespan_context(gradio):
            app.router.routes[-1] = Mount("", gradio)
            on_gradio()
            await asyncio.Event().wait()

    app = FastAPI(lifespan=lifespan, openapi_url=None)
    app.add_api_route("/", lambda: HTMLResponse(_LANDING))
    app.mount(STREAMLIT.rstrip("/"), page)
    app.add_api_route(GRADIO.rstrip("/") + "{rest:path}", lambda: HTMLResponse(_STARTING, 503))
    return app


_STYLE = """
  :root { color-scheme: light dark; --ink: #16181d; --soft: #5c6470; --ground: #f7f8fb; --card: #fff; --line: #e4e7ee; --link: #4f46e5; }
  @media (prefers-color-scheme: dark) {
    :root { --ink: #e7e9ef; --soft: #a2a9b8; --ground: #0f1117; --card: #181b24; --line: #2a2f3c; --link: #a5b4fc; }
  }
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--ground); color: var(--ink);
         font: 16px/1.5 Inter, system-ui, sans-serif; }
  main { max-width: 40rem; padding: 1.5rem; }
  h1 { font-size: 1.6rem; margin: 0 0 .25rem; }
  p { color: var(--soft); margin: 0 0 1.5rem; }
  nav { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); }
  a { display: block; padding: 1.1rem 1.25rem; border: 1px solid var(--line); border-radius: .75rem; background: var(--card);
      color: var(--link); font-weight: 600; text-decoration: none; }
  a:hover, a:focus-visible { border-color: var(--link); }
  a span { display: block; color: var(--soft); font-weight: 400; font-size: .9rem; }
"""

_HEAD = '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'

_LANDING = f"""{_HEAD}<link rel="icon" href="data:,"><title>Firstlight</title><style>{_STYLE}</style>
<main><h1>Firstlight</h1>
<p>Shows, and measures, how an AI agent's answer arrives. The same runs, in two front ends.</p>
<nav><a href="{STREAMLIT}">Streamlit<span>Ask, and look at latency</span></a>
<a href="{GRADIO}">Gradio<span>Ask</span></a></nav></main></html>"""

_STARTING = f"""{_HEAD}<link rel="icon" href="data:,"><meta http-equiv="refresh" content="2">
<title>Firstlight is starting</title><style>{_STYLE}</style>
<main><h1>The Gradio page is starting</h1>
<p>This takes about ten seconds after the start of the demo. The page reloads itself.</p>
<nav><a href="{STREAMLIT}">Streamlit<span>is ready already</span></a></nav></main></html>"""
