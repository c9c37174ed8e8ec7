"""Small Vega-Lite charts as plain data: neutral greys and one blue, readable on a light and on a dark page.

They are as wide as their container, and no label covers another down to the 340 px of a phone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from textwrap import wrap
from typing import Any

from agent.research.figures.results import Row

Chart = dict[str, Any]

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
_GREY, _BLUE, _FAINT = "#8a8f98", "#4c8bf5", "#8a8f9833"
_PALETTE = [_BLUE, "#e0913a", "#3fae8c", "#b072d1", "#d9607a", "#8a8f98", "#c2a83e"]
_SCALES = ((1e9, "USD billion"), (1e6, "USD million"))
_UNITS = {"percent": "%", "USD/share": "USD a share", "times": "times"}
_HEIGHT, _BAR = 220, 34
_LINE = 18
"""Characters of a name beside a bar, before it is broken."""
_TITLE = 44
"""Characters of a title, before it is broken."""
_PERIODS = {
    "labelAngle": 0,
    "labelOverlap": "parity",
    "labelExpr": "split(replace(datum.label, 'FY20', 'FY'), ' ')",
}
"""Q2 FY2026 as two short lines; where even those would touch, every other one is shown."""


def bars(title: str, rows: Sequence[Row], unit: str, by: str = "period", stack: str | None = None) -> Chart:
    """Bars of `value` over the rows' `by`, in their order; with `stack`, piled by that field in the rows' `order`.

    Periods stand side by side; anything else has names of any length, so its bars lie.
    """
    values, axis = _scaled(rows, unit)
    lying = by != "period"
    axis_of_names = _names(str(row[by]) for row in rows) if lying else _PERIODS
    names = {"field": by, "type": "nominal", "sort": None, "title": None, "axis": axis_of_names}
    sizes = {
        "field": "value",
        "type": "quantitative",
        "title": axis,
        "axis": {"tickCount": 5},
        "scale": _domain(_ends(values, by) if stack else _numbers(values), zero=True),
        "stack": "zero" if stack else None,
    }
    encoding: dict[str, Any] = {
        "x": sizes if lying else names,
        "y": names if lying else sizes,
        "tooltip": [{"field": by, "type": "nominal"}, {"field": "value", "type": "quantitative", "format": ",.2f"}],
    }
    if stack:
        encoding["color"] = {
            "field": stack,
            "type": "nominal",
            "sort": None,
            "title": None,
            "scale": {"range": _PALETTE},
            "legend": {"columns": 4},
        }
        encoding["order"] = {"field": "order", "type": "quantitative"}
    mark = {"type": "bar", "cornerRadiusEnd": 2} | ({} if stack else {"color": _BLUE})
    return _themed(title, values, mark, encoding, _BAR * len(rows) if lying else _HEIGHT)


def line(title: str, rows: Sequence[Row], unit: str) -> Chart:
    """A line of `value` over the rows' periods, in their order."""
    values, axis = _scaled(rows, unit)
    encoding: dict[str, Any] = {
        "x": {"field": "period", "type": "ordinal", "sort": None, "title": None, "axis": _PERIODS},
        "y": {
            "field": "value",
            "type": "quantitative",
            "title": axis,
            "scale": _domain(_numbers(values), zero=unit != "percent"),
        },
        "tooltip": [
            {"field": "period", "type": "nominal"},
            {"field": "value", "type": "quantitative", "format": ",.2f"},
        ],
    }
    return _themed(title, values, {"type": "line", "point": True, "color": _BLUE}, encoding, _HEIGHT)


def _domain(found: Sequence[float], *, zero: bool) -> dict[str, Any]:
    """A scale from end to end of the values, so that a page may add the data after it has drawn the axes."""
    sizes = [*found, 0.0] if zero or not found else found
    low, high = min(sizes), max(sizes)
    return {"domain": [low, high if high > low else low + 1], "nice": True}


def _numbers(values: Sequence[Row]) -> list[float]:
    return [row["value"] for row in values if isinstance(row["value"], (int, float))]


def _ends(values: Sequence[Row], by: str) -> list[float]:
    """Where each pile of bars ends."""
    return [sum(_numbers([row for row in values if row[by] == name])) for name in {row[by] for row in values}]


def _names(texts: Iterable[str]) -> dict[str, Any]:
    """An axis of names, long ones on two lines."""
    lines = {text: wrap(text, _LINE) for text in texts if len(text) > _LINE}
    return {"labelLimit": 140} | ({"labelExpr": f"{json.dumps(lines)}[datum.label] || datum.label"} if lines else {})


def _scaled(rows: Sequence[Row], unit: str) -> tuple[list[Row], str]:
    sizes = [abs(row["value"]) for row in rows if isinstance(row["value"], (int, float))]
    top = max(sizes, default=0.0)
    factor, axis = 1.0, _UNITS.get(unit, unit)
    if unit == "USD":
        factor, axis = next(((size, name) for size, name in _SCALES if top >= size), (1.0, "USD"))
    elif unit == "shares":
        factor, axis = 1e6, "million shares"
    scaled = [
        row | {"value": round(row["value"] / factor, 4) if isinstance(row["value"], (int, float)) else None}
        for row in rows
    ]
    return scaled, axis


def _themed(title: str, values: list[Row], mark: dict[str, Any], encoding: dict[str, Any], height: int) -> Chart:
    text = wrap(title, _TITLE) if len(title) > _TITLE else title
    return {
        "$schema": SCHEMA,
        "title": {"text": text, "anchor": "start", "color": _GREY, "fontSize": 13, "fontWeight": "normal"},
        "data": {"values": values},
        "mark": mark,
        "encoding": encoding,
        "width": "container",
        "height": height,
        "background": "transparent",
        "config": {
            "view": {"stroke": None},
            "axis": {
                "labelColor": _GREY,
                "titleColor": _GREY,
                "gridColor": _FAINT,
                "domainColor": _FAINT,
                "tickColor": _FAINT,
                "titleFontWeight": "normal",
            },
            "legend": {"labelColor": _GREY, "orient": "top"},
        },
    }
