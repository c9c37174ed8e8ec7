"""A table artifact as HTML."""

from collections.abc import Mapping

from pydantic import JsonValue

from apps.markup import text

MOST_ROWS = 200


def table(data: Mapping[str, JsonValue]) -> str:
    """`{"columns": [...], "rows": [[...]]}`; of long tables the first rows, and how many there are."""
    columns, rows = data.get("columns"), data.get("rows")
    names = columns if isinstance(columns, list) else []
    lines = [row for row in rows if isinstance(row, list)] if isinstance(rows, list) else []
    head = "".join(f'<th scope="col">{text(str(name), 200)}</th>' for name in names)
    body = "".join("<tr>" + "".join(map(_cell, row)) + "</tr>" for row in lines[:MOST_ROWS])
    more = f'<p class="fl-where">The first {MOST_ROWS} of {len(lines):,} rows.</p>' if len(lines) > MOST_ROWS else ""
    return (
        f'<div class="fl-scroll" tabindex="0" role="region" aria-label="Table"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>{more}"
    )


def _cell(value: JsonValue) -> str:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return f"<td>{'' if value is None else text(str(value), 500)}</td>"
    return f'<td class="fl-num">{value:,}</td>'
