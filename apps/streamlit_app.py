"""The Streamlit front end: `streamlit run apps/streamlit_app.py`, or beside Gradio in apps/both_pages.py.

Streamlit runs this file as `__main__` whenever it draws a page; its server imports it once, for `app`.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from apps import pages_ask, pages_latency, pages_visitor, words
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
        pages_visitor.stay_open()
        st.switch_page(latency)
    page.run()


@asynccontextmanager
async def lifespan(_: object) -> AsyncIterator[None]:
    async with open_sessions() as sessions, opened(service, sessions):
        warming = asyncio.create_task(in_thread(warm_up))
        yield
        warming.cancel()


if __name__ == "__main__":
    draw()
else:
    from apps.api import PATHS, ApiFirst, build, opened

    service = build()
    service.add_route("/latency", to_latency)
    first = Middleware(ApiFirst, api=service, paths=(*PATHS, "/latency"))
    app = st.App(__file__, lifespan=lifespan, middleware=[first])
