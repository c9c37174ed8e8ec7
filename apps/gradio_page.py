"""What the parts of the Gradio page show of a session: pure functions from a `Conversation` to values."""

import warnings
from dataclasses import dataclass

import altair as alt

from agent.request import Session
from agent.view import View
from apps import turns, words
from apps.artifacts import local
from apps.cards import RIGHT
from apps.markup import text
from apps.session import Conversation

MOST_CHARTS = 4
PANELS = RIGHT

# Gradio brings Vega-Lite 5, which warns of newer specs. And it draws charts in tabs that are not open, where a
# chart as wide as its container has no width: so it has one in pixels, and the style makes it smaller.
LOOK = {"$schema": "https://vega.github.io/schema/vega-lite/v5.json"}
SIZE = {"width": 520, "autosize": {"type": "fit", "contains": "padding"}}
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
    done, live = conversation.turns, conversation.live
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
    return f"<h1>{words.TITLE}</h1><p>{words.LINE}</p>"


def new_session() -> str:
    return f'<a class="fl-new" href="?">{words.NEW_SESSION}</a>'


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
                size = {} if SEVERAL_VIEWS & spec.keys() else SIZE
                found.append(alt.Chart.from_dict({**spec, **LOOK, **size}))
        except Exception:  # Altair lets through whatever its schema library raises
            continue
    return found[:MOST_CHARTS]


def session_list(sessions: list[Session], links: dict[str, str], current: str) -> str:
    """Links to earlier sessions, and to this one in each front end."""
    parts = [f"<h4>{words.SESSIONS}</h4>"]
    for one in sessions:
        here = ' aria-current="page"' if one.session_id == current else ""
        parts.append(f'<a href="?session={text(one.session_id)}"{here}>{text(one.title, 120)}</a>')
    if not sessions:
        parts.append(f"<p>{words.NO_SESSIONS}</p>")
    if current:
        parts.append(f'<h4>{words.SHARE}</h4><button data-copy="?session={text(current)}">{words.COPY}</button>')
        parts += [f'<a href="{text(url)}">{words.OPEN_IN.format(page=text(name))}</a>' for name, url in links.items()]
    return f'<nav class="fl-sessions" aria-label="{words.SESSIONS}">{"".join(parts)}</nav>'
