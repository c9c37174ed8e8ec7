"""The Streamlit front end: `streamlit run apps/streamlit_app.py`, or beside Gradio in apps/both_pages.py.

Streamlit runs this file as `__main__` whenever it draws a page; its server imports it once, for `app`.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from apps import pages_ask, pages_latency, words
from apps.landing import to_latency
from apps.session import open_sessions
from apps.threads import in_thread
from apps.warm import warm_up

STATIC = Path(__file__).parent / "static"


def draw() -> None:
    st.set_page_config(page_title=words.TITLE, page_icon=str(STATIC / "icon.svg"), layout="wide")
    for style in ("run_view.css", "streamlit.css"):
        st.html(STATIC / style)
    ask = st.Page(pages_ask.draw, title="Ask", icon=":material/forum:", default=True)
    latency = st.Page(pages_latency.draw, title=words.LATENCY, icon=":material/timeline:", url_path="latency")
    page = st.navigation([ask, latency])
    if st.query_params.get("page") == "latency":
        st.session_state.session = st.query_params.get("session", "")
        st.switch_page(latency)
    page.run()


class ApiFirst:
    """Gives our routes the requests under /v1, before Streamlit's middleware compresses or counts them.

    The routes need the core, which is there only when the server's loop runs.
    """

    def __init__(self, app: ASGIApp, api: Router) -> None:
        self._streamlit, self._api = app, api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        ours = scope["type"] == "http" and (scope["path"].startswith("/v1/") or scope["path"] == "/latency")
        await (self._api if ours else self._streamlit)(scope, receive, send)


@asynccontextmanager
async def lifespan(_: object) -> AsyncIterator[None]:
    from apps.api import routes

    async with open_sessions() as sessions:
        api.routes.extend(routes(sessions.core))
        warming = asyncio.create_task(in_thread(warm_up))
        yield
        warming.cancel()


if __name__ == "__main__":
    draw()
else:
    api = Router([Route("/latency", to_latency)])
    app = st.App(__file__, lifespan=lifespan, middleware=[Middleware(ApiFirst, api=api)])
