"""A turn of the conversation and the panels beside it as HTML, finished or live.

A live one has the same empty sections, marked `data-run`, which static/run_view.js fills.
"""

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
    if run is None:
        return _slot(name, {})
    return _slot(name, {}, run.run_id) if view is None else _slot(name, section(name, view, run))


def _slot(name: str, items: Items, run_id: str = "") -> str:
    follows = f' data-run="{text(run_id)}"' if run_id else ""
    role = {"status": ' role="status" aria-live="polite"', "steps": ' role="list"'}.get(name, "")
    empty = f' data-empty="{words.EMPTY[name]}"' if name in words.EMPTY else ""
    body = "".join(f"<div>{items[key]}</div>" for key in sorted(items))
    return f'<div class="fl fl-{name}" data-section="{name}"{follows}{role}{empty}>{body}</div>'
