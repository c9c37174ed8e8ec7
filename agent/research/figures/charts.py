"""Small Vega-Lite charts as plain data: neutral greys and one blue, readable on a light and on a dark page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from agent.research.figures.results import Row

Chart = dict[str, Any]

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
_GREY, _BLUE, _FAINT = "#8a8f98", "#4c8bf5", "#8a8f9833"
_PALETTE = [_BLUE, "#e0913a", "#3fae8c", "#b072d1", "#d9607a", "#8a8f98", "#c2a83e"]
_SCALES = ((1e9, "USD billion"), (1e6, "USD million"))
_UNITS = {"percent": "%", "USD/share": "USD a share", "times": "times"}


def bars(title: str, rows: Sequence[Row], unit: str, by: str = "period", stack: str | None = None) -> Chart:
    """Bars of `value` over the rows' `by`, in their order; with `stack`, piled by that field in the rows' `order`."""
    values, axis = _scaled(rows, unit)
    encoding: dict[str, Any] = {
        "x": {"field": by, "type": "nominal", "sort": None, "title": None, "axis": {"labelAngle": 0}},
        "y": {"field": "value", "type": "quantitative", "title": axis},
        "tooltip": [{"field": by, "type": "nominal"}, {"field": "value", "type": "quantitative", "format": ",.2f"}],
    }
    if stack:
        encoding["color"] = {
            "field": stack,
            "type": "nominal",
            "sort": None,
            "title": None,
            "scale": {"range": _PALETTE},
        }
        encoding["order"] = {"field": "order", "type": "quantitative"}
    mark = {"type": "bar", "cornerRadiusEnd": 2} | ({} if stack else {"color": _BLUE})
    return _themed(title, values, mark, encoding)


def line(title: str, rows: Sequence[Row], unit: str) -> Chart:
    """A line of `value` over the rows' `end` dates."""
    values, axis = _scaled(rows, unit)
    encoding: dict[str, Any] = {
        "x": {"field": "end", "type": "temporal", "title": None},
        "y": {"field": "value", "type": "quantitative", "title": axis, "scale": {"zero": unit != "percent"}},
        "tooltip": [
            {"field": "period", "type": "nominal"},
            {"field": "value", "type": "quantitative", "format": ",.2f"},
        ],
    }
    return _themed(title, values, {"type": "line", "point": True, "color": _BLUE}, encoding)


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


def _themed(title: str, values: list[Row], mark: dict[str, Any], encoding: dict[str, Any]) -> Chart:
    return {
        "$schema": SCHEMA,
        "title": {"text": title, "anchor": "start", "color": _GREY, "fontSize": 13, "fontWeight": "normal"},
        "data": {"values": values},
        "mark": mark,
        "encoding": encoding,
        "width": "container",
        "height": 220,
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
