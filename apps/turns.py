"""A turn of the conversation and the panels beside it as HTML, finished or live.

A live one has the same empty sections, marked `data-run`, which static/run_view.js fills.
"""

import json

from agent.request import Run
from agent.view import View
from apps import words
from apps.answer import blocks_of
from apps.cards import LEFT, Items, labels, section
from apps.markup import Markdown, text

MOST_KEPT = 500
_finished: dict[tuple[str, bool], str] = {}
"""The HTML of turns that have ended: they do not change, and a page draws all of a session's at once."""


def question(asked: str) -> str:
    return f'<div class="fl-question">{text(asked, 4_000)}</div>'


def finished(run: Run, view: View, *, latest: bool) -> str:
    """A finished turn. The sources of the latest stand in the panel; those of older ones fold out below."""
    key = (run.run_id, latest)
    if key not in _finished:
        _finished[key] = _draw(run, view, latest)
        if len(_finished) > MOST_KEPT:
            del _finished[next(iter(_finished))]
    return _finished[key]


def _draw(run: Run, view: View, latest: bool) -> str:
    parts = [_slot(name, _left(name, run, view)) for name in LEFT]
    if not latest and view.message.citations:
        cards = "".join(section("sources", view, run).values())
        found = f"{words.SOURCES} ({len(view.message.citations)})"
        parts.append(f'<details class="fl fl-older"><summary>{found}</summary>{cards}</details>')
    return f'<article class="fl-turn">{question(run.question)}{"".join(parts)}</article>'


def _left(name: str, run: Run, view: View) -> Items:
    if name != "answer":
        return section(name, view, run)
    markdown = Markdown(run.run_id)
    markdown.cite([one.index for one in view.message.citations])
    return dict(enumerate(blocks_of(markdown, view.message.answer)))


def live(run: Run) -> str:
    """The running turn, to be filled in the browser."""
    parts = "".join(_slot(name, {}, run.run_id) for name in LEFT)
    tags = "".join(f'<span class="fl-tag">{label}</span>' for label in labels(run))
    note = f'<p class="fl-times fl-while-live">{tags}</p>' if tags else ""
    return f'<article class="fl-turn fl-live">{question(run.question)}{parts}{note}</article>'


def panel(name: str, run: Run | None = None, view: View | None = None) -> str:
    """One of the panels at the right: of a finished run, of a live one (no `view`), or of none."""
    told = f' data-tabs="{text(_tabs(run, view), 4_000)}"' if name == "steps" else ""
    if run is None:
        return _slot(name, {}, also=told)
    if view is None:
        return _slot(name, {}, run.run_id, told)
    return _slot(name, section(name, view, run), also=told, empty=words.NONE)


def _tabs(run: Run | None, view: View | None) -> str:
    """What the tabs beside the steps are called, and how many items each holds; null: as many as the browser has
    been sent of the live run `of`."""
    live = run is not None and view is None
    of, shown = run.run_id if run else "", view or View()
    counts = {"sources": len(shown.message.citations), "artifacts": len(shown.artifacts), "tools": len(shown.tools)}
    return json.dumps(
        [
            {"section": name, "name": words.TABS[name], "items": None if live else items, "of": of}
            for name, items in counts.items()
        ]
    )


def jumps() -> str:
    """Buttons that lead to the parts of a page that is too narrow to show them side by side."""
    parts = {words.CONVERSATION: "[data-stick]", words.PROGRESS: ".fl-steps", words.SOURCES: "[role=tablist]"}
    buttons = (f'<button type="button" data-jump="{where}">{name}</button>' for name, where in parts.items())
    return f'<nav class="fl-jumps" aria-label="{words.JUMP}">{"".join(buttons)}</nav>'


def _slot(name: str, items: Items, run_id: str = "", also: str = "", empty: dict[str, str] = words.EMPTY) -> str:
    follows = f' data-run="{text(run_id)}"' if run_id else ""
    role = {"status": ' role="status" aria-live="polite"', "steps": ' role="list"'}.get(name, "")
    said = f' data-empty="{empty[name]}"' if name in empty else ""
    body = "".join(f"<div>{items[key]}</div>" for key in sorted(items))
    return f'<div class="fl fl-{name}" data-section="{name}"{follows}{role}{said}{also}>{body}</div>'
