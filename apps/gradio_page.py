"""What the parts of the Gradio page show of a session: pure functions from a `Conversation` to values."""

import warnings
from dataclasses import dataclass

import altair as alt

from agent.events import Artifact, Json
from agent.registry import about, chosen
from agent.request import Session
from agent.view import View
from apps import company, turns, words
from apps.artifacts import local
from apps.cards import RIGHT
from apps.markup import text
from apps.session import Conversation
from apps.visitors import ANYBODY, Visitor

MOST_CHARTS = 4
PANELS = RIGHT

# Gradio brings Vega-Lite 5, which warns of newer specs. And it draws charts in tabs that are not open, where a
# chart as wide as its container has no width: so it has one in pixels, and the style makes it smaller.
SCHEMA: Json = {"$schema": "https://vega.github.io/schema/vega-lite/v5.json"}
SIZE: Json = {"width": 460, "autosize": {"type": "fit", "contains": "padding"}}
# Drawn once, a chart stands on a light page and on a dark one: nothing behind it, and inks that read on both.
INK, LINE = "#7c869a", "#7c869a40"
LETTERS: Json = {"labelColor": INK, "titleColor": INK, "titleFontWeight": 500, "labelFontSize": 11, "titleFontSize": 11}
LOOK: Json = {
    "background": "transparent",
    "font": "Inter, system-ui, sans-serif",
    "view": {"stroke": None},
    "axis": {**LETTERS, "gridColor": LINE, "domainColor": LINE, "tickColor": LINE},
    "legend": LETTERS,
    "title": {"anchor": "start", "color": INK, "fontSize": 13, "offset": 12},
    "range": {"category": ["#4f46e5", "#0ea5e9", "#f59e0b", "#10b981", "#ec4899", "#8b5cf6"]},
}
SEVERAL_VIEWS = {"hconcat", "vconcat", "concat", "facet", "repeat"}


@dataclass(frozen=True)
class Shown:
    """The values of the page's parts."""

    session_id: str
    newest: str
    """The id of the session's last run."""
    conversation: str
    panels: dict[str, str]
    charts: list[alt.TopLevelMixin]
    running: bool
    empty: bool

    @staticmethod
    def notice(message: str) -> str:
        return f'<p class="fl-notice" role="alert">{text(message, 500)}</p>' if message else ""


def shown(conversation: Conversation, now: View | None = None) -> Shown:
    """`now`: the view of the live run, for the charts that it has already."""
    done, live = conversation.finished, conversation.live
    parts = [turns.finished(turn.run, turn.view, latest=turn is done[-1] and live is None) for turn in done]
    if live is not None:
        parts.append(turns.live(live))
        run, view = live, None
    elif done:
        run, view = done[-1].run, done[-1].view
    else:
        run, view = None, None
    return Shown(
        session_id=conversation.session.session_id if conversation.session else "",
        newest=run.run_id if run else "",
        conversation="".join(parts)
        or f'<div class="fl-welcome"><h2>{words.WELCOME_TITLE}</h2><p>{words.WELCOME}</p></div>',
        panels={name: turns.panel(name, run, view) for name in RIGHT},
        charts=charts(view or now or View()),
        running=live is not None,
        empty=not parts,
    )


def header() -> str:
    return f"<h1>{words.TITLE}</h1><p>{text(about(chosen()).line, 300)}</p>"


def ways(links: dict[str, str], visitor: Visitor = ANYBODY) -> str:
    """To a new session, and to the Latency page where this process has one."""
    there = {words.LATENCY: links[words.LATENCY]} if words.LATENCY in links else {}
    if not visitor.is_guest:
        there[words.NEW_SESSION] = visitor.address()
    return "".join(f'<a class="fl-way" href="{text(url)}">{name}</a>' for name, url in there.items())


def charts(view: View) -> list[alt.TopLevelMixin]:
    """The chart artifacts as Altair charts; one that is not a valid spec is left out."""
    found: list[alt.TopLevelMixin] = []
    for one in view.artifacts.values():
        spec = local(one.data)
        if one.kind != "chart" or not isinstance(spec, dict):
            continue
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found.append(alt.Chart.from_dict(_drawable(one, spec)))
        except Exception:  # Altair lets through whatever its schema library raises
            continue
    return found[:MOST_CHARTS]


def _drawable(one: Artifact, spec: Json) -> Json:
    """The spec with our look where it says nothing itself, and with the artifact's title."""
    size: Json = {} if SEVERAL_VIEWS & spec.keys() else SIZE
    own = spec.get("config")
    title: Json = {"title": one.title} if one.title else {}
    return {**spec, **SCHEMA, **size, **title, "config": {**LOOK, **(own if isinstance(own, dict) else {})}}


def session_list(sessions: list[Session], links: dict[str, str], current: str, visitor: Visitor = ANYBODY) -> str:
    """Links to earlier sessions, and to this one in each front end."""
    parts = [] if visitor.is_guest else [f"<h4>{words.SESSIONS}</h4>"]
    for one in sessions:
        here = ' aria-current="page"' if one.session_id == current else ""
        title = f'title="{text(one.title, 500)}"'
        parts.append(f'<a href="{text(visitor.address(one.session_id))}" {title}{here}>{text(one.title, 120)}</a>')
    if not sessions and not visitor.is_guest:
        parts.append(f"<p>{words.NO_SESSIONS}</p>")
    if current and visitor.role:
        parts.append(f"<h4>{words.SHARE}</h4>{company.share(current, visitor)}")
        pages = {name: url for name, url in links.items() if name not in (words.GRADIO, words.LATENCY)}
        parts += [f'<a href="{text(url)}">{words.OPEN_IN.format(page=text(name))}</a>' for name, url in pages.items()]
    return f'<nav class="fl-sessions" aria-label="{words.SESSIONS}">{"".join(parts)}</nav>'
