"""Charts of measured runs as Vega-Lite specs: plain dicts with their data inside, as wide as their container.

They go into `st.vega_lite_chart`, an `altair.Chart.from_dict` or a page with vega-embed alike.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from statistics import median
from typing import Any

from agent.entries import Entry
from agent.metrics import FAILURES, TAU, Row, first_visible_text, stalls
from agent.timeline import Timeline, timeline

Spec = dict[str, Any]

_SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
_LANES = {
    "token": "text",
    "citation": "sources",
    "artifact": "artifacts",
    "warning": "warnings",
    "error": "errors",
    "input": "questions",
}
_BAR, _TICK, _SILENCE, _RULE = "#7c9cc4", "#4a6da7", "#d62728", "#2a7f62"
_COLORS = ["#4c78a8", "#f58518", "#54a24b", "#b279a2", "#72b7b2", "#9d755d", "#eeca3b", "#bab0ac"]
"""Told apart by the colour-blind, and none is the red of silence."""
_LANE = 22
_TICKS = 800
"""More than the pixels of a chart, so that thinning to it hides nothing."""


def _spec(**parts: Any) -> Spec:
    fit = {"type": "fit-x", "contains": "padding"}
    return {"$schema": _SCHEMA, "width": "container", "autosize": fit, "background": "transparent", **parts}


def waterfall(entries: Iterable[Entry], tau: float = TAU) -> Spec:
    """One run: steps as bars, visible events as ticks, silence over `tau` seconds in red. Raises InvalidRun."""
    line = timeline(entries)
    begun = sorted(line.stages, key=lambda step: min(line.stages[step], default=(0.0, 0.0)))
    lanes = [_words(step) for step in begun]
    lanes += [lane for kind, lane in _LANES.items() if any(sight.type == kind for sight in line.seen)]
    bars = [
        {"lane": _words(step), "from": span.start, "to": span.end, "seconds": round(span.end - span.start, 3)}
        for step, spans in line.stages.items()
        for span in spans
    ]
    silent = [{"from": s.start, "to": s.end, "seconds": round(s.end - s.start + tau, 3)} for s in stalls(line, tau)]
    x = {"type": "quantitative", "title": "seconds since the question", "scale": {"domain": [0, line.ended or 0.001]}}
    y = {"type": "nominal", "title": None, "sort": lanes, "scale": {"domain": lanes}, "axis": {"labelLimit": 120}}
    span_x = {"x": {"field": "from", **x}, "x2": {"field": "to"}}
    seconds = {"field": "seconds", "title": "seconds"}
    return _spec(
        height=_LANE * max(1, len(lanes)),
        layer=[
            {
                "data": {"values": silent},
                "mark": {"type": "rect", "color": _SILENCE, "opacity": 0.22},
                "encoding": {**span_x, "tooltip": [{**seconds, "title": "seconds of silence"}]},
            },
            {
                "data": {"values": bars},
                "mark": {"type": "bar", "color": _BAR, "stroke": _BAR, "strokeWidth": 1},
                "encoding": {**span_x, "y": {"field": "lane", **y}, "tooltip": [{"field": "lane"}, seconds]},
            },
            {
                "data": {"values": _ticks(line)},
                "mark": {"type": "tick", "color": _TICK, "thickness": 1.5},
                "encoding": {
                    "x": {"field": "at", **x},
                    "y": {"field": "lane", **y},
                    "tooltip": [{"field": "what"}, {"field": "at", "title": "seconds"}, {"field": "events"}],
                },
            },
            {
                "data": {"values": _rules(line)},
                "mark": {"type": "rule", "color": _RULE, "strokeDash": [4, 3]},
                "encoding": {"x": {"field": "at", **x}, "tooltip": [{"field": "what"}, {"field": "at"}]},
            },
        ],
    )


def _words(step: str) -> str:
    """A step's name as people write it: `running tool`."""
    return step.replace("_", " ")


def _ticks(line: Timeline) -> list[dict[str, object]]:
    width = max(line.ended, 1e-6) / _TICKS
    placed = sorted((_words(sight.step) or _LANES[sight.type], int(sight.at / width), sight) for sight in line.seen)
    ticks: list[dict[str, object]] = []
    for (where, _), group in groupby(placed, key=lambda item: item[:2]):
        sights = [sight for _, _, sight in group]
        first = sights[0]
        what = first.text[:120] if first.type != "token" else "text"
        ticks.append({"lane": where, "at": round(first.at, 4), "what": what, "events": len(sights)})
    return ticks


def _rules(line: Timeline) -> list[dict[str, object]]:
    found = [
        ("first feedback", min((sight.at for sight in line.seen), default=None)),
        ("first token", line.first.get("token")),
        ("first text of the answer", first_visible_text(line)),
    ]
    rules: dict[float, str] = {}
    for what, at in found:
        if at is not None:
            rules.setdefault(round(at, 4), what)
    return [{"what": what, "at": at} for at, what in rules.items()]


def ecdf(rows: Iterable[Row], metrics: Sequence[str] = ("ttff", "ttfvt", "lsg", "e2e")) -> Spec:
    """Which share of the runs was within a time, one curve a metric in ms, with a 95 % DKW band.

    A failure without a value counts as never, so its curve ends below 1.
    """
    rows = list(rows)
    points: list[dict[str, object]] = []
    for metric in metrics:
        values = sorted(float(row[metric] or 0) for row in rows if row.get(metric) is not None)
        n = len(values) + sum(row.get(metric) is None and row["outcome"] in FAILURES for row in rows)
        band = math.sqrt(math.log(2 / 0.05) / (2 * n)) if n else 0.0
        for i, value in enumerate(values, 1):
            low, high = max(0.0, i / n - band), min(1.0, i / n + band)
            shares = {"share": i / n, "low": low, "high": high}
            # A log axis has no place for 0.
            points.append({"metric": metric, "ms": max(value, 0.01), **shares})
    x = {"field": "ms", "type": "quantitative", "scale": {"type": "log"}, "title": "milliseconds (log)"}
    color = {
        "field": "metric",
        "type": "nominal",
        "title": None,
        "sort": list(metrics),
        "scale": {"range": _COLORS},
        "legend": {"orient": "top", "symbolOpacity": 1},
    }
    share = {"type": "quantitative", "title": "share of runs", "axis": {"format": "%"}, "scale": {"domain": [0, 1]}}
    return _spec(
        height=260,
        data={"values": points},
        layer=[
            {
                "mark": {"type": "area", "interpolate": "step-after", "opacity": 0.12},
                "encoding": {"x": x, "y": {"field": "low", **share}, "y2": {"field": "high"}, "color": color},
            },
            {
                "mark": {"type": "line", "interpolate": "step-after"},
                "encoding": {
                    "x": x,
                    "y": {"field": "share", **share},
                    "color": color,
                    "tooltip": [{"field": "metric"}, {"field": "ms"}, {"field": "share", "format": ".0%"}],
                },
            },
        ],
    )


def where_time_went(rows: Iterable[Row], by: str = "prompt_id") -> Spec:
    """Median milliseconds in each step, one bar for each value of the column `by`; overlapping steps both count."""
    rows = [row for row in rows if row["outcome"] == "completed"]
    starts = {name: row[name] for row in rows for name in row if name.startswith("stage_start_")}
    steps = [name.removeprefix("stage_start_") for name in sorted(starts, key=lambda name: float(starts[name] or 0))]
    columns = {f"stage_wall_{step}": _words(step) for step in steps} | {"unattributed": "no step"}
    groups = list(dict.fromkeys(row[by] for row in rows))
    bars = [
        {"group": str(group), "step": label, "order": order, "ms": round(_median(rows, by, group, column), 3)}
        for group in groups
        for order, (column, label) in enumerate(columns.items())
    ]
    return _spec(
        height=_LANE * max(1, len(groups)),
        data={"values": bars},
        mark="bar",
        encoding={
            "y": {"field": "group", "type": "nominal", "title": None, "sort": None, "axis": {"labelLimit": 120}},
            "x": {
                "field": "ms",
                "type": "quantitative",
                "title": "milliseconds (median)",
                "axis": {"tickCount": 4, "labelFlush": False},
            },
            "color": {
                "field": "step",
                "type": "nominal",
                "title": None,
                "sort": list(columns.values()),
                "scale": {"range": _COLORS},
            },
            "order": {"field": "order"},
            "tooltip": [{"field": "group"}, {"field": "step"}, {"field": "ms"}],
        },
    ) | {"config": {"legend": {"orient": "top", "columns": 2}}}


def _median(rows: Sequence[Mapping[str, object]], by: str, group: object, column: str) -> float:
    return median(float(str(row.get(column) or 0)) for row in rows if row[by] == group)
