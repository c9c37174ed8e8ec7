"""Artifacts as HTML: a value with its formula, a table, a list of documents, a file."""

import re
from collections.abc import Mapping

from pydantic import JsonValue

from agent.events import Artifact
from apps.markup import link, text

MOST_ROWS = 200
FEW_INPUTS = 4
"""Of a value: more of them fold out."""
_FIGURE = re.compile(r"[-+−(]*[$€£]?\s?\d[\d,. ]{0,30}\s?(%|[a-zA-Z]{1,8})?\)?|[-–—]?")


def artifact(one: Artifact) -> str:
    """A value with its formula, a table, a list of documents or a file. A chart is an empty frame, marked with
    `data-chart`, that the page fills with a chart of its own kind."""
    title = f"<h4>{text(one.title, 300)}</h4>" if one.title else ""
    if one.kind == "chart":
        mark = f'data-chart="{text(one.id, 200)}" data-version="{one.version}"'
        return f'<article class="fl-card fl-chart" {mark}>{title}<p class="fl-where">Chart</p></article>'
    body = {"value": _value, "table": _table, "documents": _documents, "file": _file}[one.kind](one.data)
    return f'<article class="fl-card fl-{one.kind}">{title}{body}</article>'


def _value(data: Mapping[str, JsonValue]) -> str:
    shown = data.get("text") or " ".join(str(data[key]) for key in ("value", "unit") if data.get(key) is not None)
    formula = f'<p class="fl-formula"><code>{text(str(data["formula"]), 500)}</code></p>' if data.get("formula") else ""
    notes = data.get("notes")
    said = "".join(
        f'<p class="fl-where">{text(str(note), 300)}</p>' for note in (notes if isinstance(notes, list) else [])
    )
    inputs, steps = _figures(data.get("inputs")), _figures(data.get("steps"))
    computed = _folded(f"Computed from {len(inputs)} figures", inputs, len(inputs) > FEW_INPUTS)
    on_the_way = _folded("Computed on the way", steps, folds=True)
    return f'<p class="fl-figure">{text(str(shown), 300)}</p>{formula}{computed}{on_the_way}{said}'


def _figures(listed: JsonValue) -> list[str]:
    rows = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    return [
        f"<div><dt>{_field(one, 'label')}</dt><dd>{_field(one, 'text') or _field(one, 'value')}</dd></div>"
        for one in rows[:50]
    ]


def _folded(summary: str, figures: list[str], folds: bool) -> str:
    listed = f"<dl>{''.join(figures)}</dl>" if figures else ""
    return f"<details><summary>{summary}</summary>{listed}</details>" if listed and folds else listed


def _field(data: Mapping[str, JsonValue], name: str) -> str:
    return text(str(data.get(name, "")), 300)


def _documents(data: Mapping[str, JsonValue]) -> str:
    found = data.get("documents")
    rows = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    items = (link(str(one.get("url", "")), _field(one, "title")) for one in rows[:100])
    return "<ul>" + "".join(f"<li>{item}</li>" for item in items) + "</ul>"


def _file(data: Mapping[str, JsonValue]) -> str:
    name = link(str(data.get("url", "")), _field(data, "name"))
    content = f"<pre>{text(str(data['text']), 4_000)}</pre>" if data.get("text") else ""
    return f'<p>{name} <span class="fl-tag">{_field(data, "media_type")}</span></p>{content}'


def _table(data: Mapping[str, JsonValue]) -> str:
    columns, rows = data.get("columns"), data.get("rows")
    names = columns if isinstance(columns, list) else []
    lines = [row for row in rows if isinstance(row, list)] if isinstance(rows, list) else []
    shown = [[_shown(value) for value in row] for row in lines[:MOST_ROWS]]
    figures = [all(_FIGURE.fullmatch(row[n]) for row in shown if n < len(row)) for n in range(len(names))]
    side = [' class="fl-num"' if figure and shown else "" for figure in figures]
    head = "".join(f'<th scope="col"{side[n]}>{text(str(name), 200)}</th>' for n, name in enumerate(names))
    cells = (
        "".join(f"<td{side[n]}>{text(row[n], 500)}</td>" for n in range(min(len(row), len(side)))) for row in shown
    )
    body = "".join(f"<tr>{row}</tr>" for row in cells)
    more = f'<p class="fl-where">The first {MOST_ROWS} of {len(lines):,} rows.</p>' if len(lines) > MOST_ROWS else ""
    return (
        f'<div class="fl-scroll" tabindex="0" role="region" aria-label="Table"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>{more}"
    )


def _shown(value: JsonValue) -> str:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return f"{value:,}"
    return "" if value is None else str(value)


def local(spec: JsonValue) -> JsonValue:
    """A Vega-Lite spec that loads nothing and leads nowhere: without addresses of data, images and links."""
    if isinstance(spec, dict):
        return {name: local(one) for name, one in spec.items() if name not in ("url", "href", "usermeta")}
    return [local(one) for one in spec] if isinstance(spec, list) else spec
