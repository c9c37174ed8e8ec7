"""The Gradio front end: `python apps/gradio_app.py`, or mounted beside Streamlit by apps/both_pages.py.

Every part of the page is a value made by apps/gradio_page.py from the session, and the session's id
is in the address; so a reload, a second browser and the end of a run all draw the page the same way.
Only the running answer is drawn by static/run_view.js.
"""

import sys
from typing import Any

import gradio as gr
from fastapi import FastAPI

from agent.errors import FirstlightError, UnknownSession
from agent.request import Run
from apps import company, turns, words
from apps.choices import COLLECTION, PACE, cookie, kept_collection, kept_pace, libraries, starters
from apps.gradio_page import MOST_CHARTS, PANELS, Shown, header, session_list, shown, ways
from apps.session import Conversation, Sessions
from apps.threads import in_thread
from apps.v1.problems import Refused
from apps.visitors import NOBODY, Visitor, visitor

# The style is linked, for Gradio's own `css=` loses the rules inside of @media.
HEAD = """<link rel="stylesheet" href="/v1/static/run_view.css">
<link rel="stylesheet" href="/v1/static/gradio.css">
<script type="module" src="/v1/static/gradio_page.js"></script>"""

PANE = f'<div class="fl-pane" data-stick data-received="{words.RECEIVED}" tabindex="0">${{value}}</div>'

# Gradio draws a changed value into the same elements; then the component looks for what it has to fill.
MOUNT = """
import('/v1/static/gradio_page.js').then(page => {
  const look = () => page.fill(element, options);
  watch('value', look);
  look();
});
const options = {};"""
TELL = """
options.onEnded = run => trigger('ended', { run });
options.onCharts = run => trigger('charts', { run });"""


def _js(function: str) -> str:
    """A function of static/gradio_page.js, as Gradio takes it."""
    return f"(...given) => import('/v1/static/gradio_page.js').then(page => page.{function})"


OPEN = _js(f"open({{ 'submit-button': {words.SEND!r}, 'stop-button': {words.STOP!r} }})")
HERE = _js("here()")
DRAWS, IS_DRAWN = _js("draws(...given)"), _js("isDrawn()")
ASKS, REMEMBER = _js("asks(...given)"), _js("remember(...given)")
IS_TAKEN = _js("isTaken()")


def build(sessions: Sessions) -> gr.Blocks:
    """The page over a process's sessions."""
    with gr.Blocks(title=words.TITLE, analytics_enabled=False, fill_width=True) as page:
        _Page(sessions).draw(page)
        page.queue(default_concurrency_limit=None)
    assert isinstance(page, gr.Blocks)
    return page


def mount(app: FastAPI, sessions: Sessions, path: str) -> None:
    """Puts the page under a path of `app`. The routes of apps/api.py must be at the root of the server."""
    gr.mount_gradio_app(app, build(sessions), path, theme=_theme(), head=HEAD, footer_links=[])


def _theme() -> gr.themes.Base:
    return gr.themes.Default(
        primary_hue="indigo", neutral_hue="slate", radius_size="lg", font=["Inter", "system-ui", "sans-serif"]
    )


class _Page:
    """The parts of the page, and what happens when they are used."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def draw(self, page: gr.Blocks) -> None:
        self._draw_parts()
        quick: dict[str, Any] = {"queue": False, "show_progress": "hidden"}
        parts = [self.nav, self.ways, self.here, self.conversation, *self.panels, *self.plots, self.notice]
        parts += [self.watching, self.chips, self.box]
        self.outputs = outputs = [self.session, self.newest, *parts]
        who = [self.session, self.token]
        page.load(None, js=OPEN)
        redrawn = [
            page.load(self.load, who, outputs, js=DRAWS, **quick),
            gr.Timer(3).tick(self.look, [*who, self.newest], outputs, js=DRAWS, **quick),
            self.conversation.ended(self.load, who, outputs, js=DRAWS, **quick),
        ]
        for one in redrawn:
            one.then(None, js=IS_DRAWN, **quick)
        page.load(self.choices, who, [self.pace, self.collection], js=HERE, **quick)
        for name, box in {PACE: self.pace, COLLECTION: self.collection}.items():
            box.input(None, box, js=_js(f"keep({cookie(name)!r}, given[0])"), **quick)
        self.conversation.charts(self.charts, who, self.plots, js=HERE, **quick)
        for asked, happened in [(self.box, self.box.submit), *((one, one.click) for one in self.starters)]:
            inputs = [asked, *who, self.pace, self.collection]
            happened(self.ask, inputs, outputs, js=ASKS, **quick).then(None, js=IS_TAKEN, **quick)
        self.box.stop(self.stop, who, js=HERE, **quick)
        self.session.change(None, self.session, js=REMEMBER, **quick)

    def _draw_parts(self) -> None:
        plain: dict[str, Any] = {"apply_default_css": False, "js_on_load": None}
        filled: dict[str, Any] = {"apply_default_css": False, "js_on_load": MOUNT}
        with gr.Sidebar(width=290):
            self.nav = gr.HTML(**plain)
        with gr.Row(elem_id="header"):
            gr.HTML(header(), elem_id="title", **plain)
            named: dict[str, Any] = {"label": words.COLLECTION, "container": False, "elem_id": "collection"}
            self.collection = gr.Dropdown(**_collections(self._open_to_all()), value="", **named)
            paces = [(f"{words.PACE}: {label}", name) for name, label in words.PACES.items()]
            self.pace = gr.Dropdown(paces, value=kept_pace({}), label=words.PACE, container=False, elem_id="pace")
            self.ways = gr.HTML(ways(self._sessions.links("")), elem_id="ways", **plain)
        gr.HTML(turns.jumps(), elem_id="jumps", **plain)
        with gr.Row(elem_id="desk"):
            with gr.Column(scale=7, min_width=320, elem_id="left"):
                with gr.Column(elem_id="talk"):
                    self.here = gr.HTML(elem_id="here", **plain)
                    self.conversation = gr.HTML(
                        html_template=PANE, apply_default_css=False, js_on_load=MOUNT + TELL, elem_id="conversation"
                    )
                    with gr.Row(elem_id="starters", visible=False) as self.chips:
                        self.starters = [gr.Button(question, size="sm") for question in starters()]
                self.notice = gr.HTML(elem_id="notice", **plain)
                self.watching = gr.HTML(elem_id="watching", visible=False, **plain)
                box: dict[str, Any] = {"placeholder": words.ASK, "label": words.ASK, "show_label": False}
                self.box = gr.Textbox(**box, submit_btn=True, max_lines=6, autofocus=True, elem_id="box")
            with gr.Column(scale=5, min_width=320, elem_id="right"):
                with gr.Column(elem_id="progress"):
                    gr.HTML(f"<h3>{words.PROGRESS}</h3>", **plain)
                    steps = gr.HTML(**filled)
                with gr.Tabs(elem_id="tabs"):
                    with gr.Tab(words.SOURCES, elem_id="sources"):
                        sources = gr.HTML(**filled)
                    with gr.Tab(words.ARTIFACTS, elem_id="artifacts"):
                        self.plots = [
                            gr.Plot(show_label=False, visible=False, elem_classes="plot") for _ in range(MOST_CHARTS)
                        ]
                        artifacts = gr.HTML(elem_id="shown", **filled)
                    with gr.Tab(words.TOOL_LOG, elem_id="tools"):
                        tools = gr.HTML(**filled)
        self.panels = [steps, sources, artifacts, tools]
        self.session, self.token, self.newest = (gr.Textbox(visible="hidden") for _ in range(3))

    def _open_to_all(self) -> list[str]:
        """The collections that the page names before it knows who has opened it."""
        try:
            visitor(self._sessions, "", "")
        except Refused:
            return []
        return self._sessions.collections()

    async def load(self, session_id: str, token: str) -> list[Any]:
        """The page of a session, or an empty one."""
        return await self._page(session_id, token)

    async def choices(self, session_id: str, token: str, browser: gr.Request) -> list[gr.Dropdown]:
        """What this browser chose last, and the user's document collections, where there are any."""
        may_act = _admitted(self._sessions, token, session_id).may_act
        names = await in_thread(self._sessions.collections) if may_act else []
        collection = gr.Dropdown(value=kept_collection(browser.cookies, names), **_collections(names))
        return [gr.Dropdown(value=kept_pace(browser.cookies), visible=may_act), collection]

    async def look(self, session_id: str, token: str, newest: str) -> list[Any]:
        """Shows what another browser has asked in this session meanwhile."""
        unseen = not session_id or _admitted(self._sessions, token, session_id).role is None
        if unseen or await self._sessions.newest(session_id) == newest:
            return [gr.skip()] * len(self.outputs)
        return await self.load(session_id, token)

    async def ask(self, question: str, session_id: str, token: str, pace: str, collection: str | None) -> list[Any]:
        notice, typed = "", ""
        try:
            if not visitor(self._sessions, token, session_id).may_act:
                raise Refused(403, "forbidden", words.VIEWER)
            run = await self._sessions.ask(question, session_id, pace=pace, collection=collection or "")
            session_id = run.session_id
        except FirstlightError as error:
            notice, typed = str(error), question
        return await self._page(session_id, token, notice=notice, typed=typed)

    async def stop(self, session_id: str, token: str) -> None:
        """Returns when the run has stopped; the page hears of it as of any other end."""
        if _admitted(self._sessions, token, session_id).may_act and (live := await self._live(session_id)) is not None:
            await self._sessions.core.runner.cancel(live.run_id)

    async def charts(self, session_id: str, token: str) -> list[Any]:
        """The charts that the running answer has so far."""
        if _admitted(self._sessions, token, session_id).role is None:
            return _plots(shown(Conversation()))
        return _plots(await self._shown(await self._sessions.attach(session_id)))

    async def _live(self, session_id: str) -> Run | None:
        return (await self._sessions.attach(session_id)).live

    async def _page(self, session_id: str, token: str, *, notice: str = "", typed: str | None = None) -> list[Any]:
        """Values for all outputs. `typed`: what stands in the question box afterwards; None leaves it alone."""
        who, conversation = NOBODY, Conversation()
        try:
            who = visitor(self._sessions, token, session_id)
            conversation = await self._sessions.attach(session_id)
        except (Refused, UnknownSession) as error:
            notice = notice or str(error)
        return await self._values(conversation, who, notice, typed)

    async def _shown(self, conversation: Conversation) -> Shown:
        live = conversation.live
        return shown(conversation, await self._sessions.view(live.run_id) if live else None)

    async def _values(self, conversation: Conversation, who: Visitor, notice: str, typed: str | None) -> list[Any]:
        page = await self._shown(conversation)
        links = who.links(self._sessions, page.session_id) if who.role else {}
        recent = [] if who.is_guest else await self._sessions.recent()
        buttons: dict[str, Any] = {"submit_btn": not page.running, "stop_btn": page.running, "visible": who.may_act}
        return [
            page.session_id,
            page.newest,
            session_list(recent, links, page.session_id, who),
            ways(links, who),
            company.strip(who),
            page.conversation,
            *(page.panels[name] for name in PANELS),
            *_plots(page),
            page.notice(notice),
            gr.HTML(company.watching(who), visible=who.role == "viewer"),
            gr.Row(visible=page.empty and who.may_act and bool(self.starters)),
            gr.Textbox(**buttons) if typed is None else gr.Textbox(value=typed, **buttons),
        ]


def _admitted(sessions: Sessions, token: str, session_id: str) -> Visitor:
    try:
        return visitor(sessions, token, session_id)
    except Refused:
        return NOBODY


def _collections(names: list[str]) -> dict[str, Any]:
    choices = [(f"{words.COLLECTION}: {label}", name) for name, label in libraries(names).items()]
    return {"choices": choices, "visible": bool(names)}


def _plots(page: Shown) -> list[Any]:
    drawn = [gr.Plot(chart, visible=True) for chart in page.charts]
    return drawn + [gr.Plot(visible=False)] * (MOST_CHARTS - len(drawn))


if __name__ == "__main__":
    from apps.gradio_server import main

    sys.exit(main())
