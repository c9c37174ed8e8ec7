"""The charts of figures: valid, and readable on a phone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import altair
import jsonschema
import pytest
import vl_convert

from agent.research.figures.charts import Chart
from agent.research.figures.tools import toolbox

PHONE = 340
"""Pixels of a chart on a screen of 390."""
LONG = "selling, general and administrative expense"
DRAWN: list[tuple[str, dict[str, Any]]] = [
    ("lookup", {"company": "NVDA", "metric": "revenue"}),
    ("lookup", {"company": "MRVL", "metric": LONG, "period": "FY2026"}),
    ("trend", {"company": "AAPL", "metric": "operating margin", "count": 32}),
    ("trailing_twelve_months", {"company": "AAPL", "metric": "revenue"}),
    ("compare", {"companies": ["NVDA", "AAPL", "GOOGL", "MRVL"], "metric": LONG, "by": "growth", "period": "FY2025"}),
    ("breakdown", {"company": "NVDA", "by": "geography"}),
    ("breakdown", {"company": "NVDA", "by": "product"}),
    ("part_growth", {"company": "NVDA", "part": "China"}),
    ("concentration", {"company": "NVDA"}),
]
drawn = pytest.mark.parametrize(("tool", "arguments"), DRAWN, ids=[tool for tool, _ in DRAWN])


def chart(tool: str, arguments: dict[str, Any]) -> Chart:
    found = toolbox()[tool].call(arguments).chart
    assert found is not None
    return found


def texts(node: Any, role: str) -> Iterator[list[dict[str, Any]]]:
    """The visible texts of each mark with this role, in a Vega scene graph."""
    if isinstance(node, dict):
        if node.get("role") == role and node.get("marktype") == "text":
            yield [item for item in node["items"] if item.get("opacity") != 0]
        for below in node.values():
            yield from texts(below, role)
    elif isinstance(node, list):
        for below in node:
            yield from texts(below, role)


def size(item: dict[str, Any]) -> tuple[float, float]:
    """About how wide and high a text is drawn."""
    lines = item["text"] if isinstance(item["text"], list) else [item["text"]]
    return 0.56 * item["fontSize"] * max(map(len, lines)), 1.2 * item["fontSize"] * len(lines)


@drawn
def test_it_is_valid_vega_lite(tool: str, arguments: dict[str, Any]) -> None:
    validator = jsonschema.Draft7Validator(altair.load_schema())
    assert [error.message for error in validator.iter_errors(chart(tool, arguments))] == []


@drawn
def test_no_label_covers_another_on_a_phone(tool: str, arguments: dict[str, Any]) -> None:
    spec = chart(tool, arguments) | {"width": PHONE, "autosize": {"type": "fit-x", "contains": "padding"}}
    scene = vl_convert.vegalite_to_scenegraph(json.dumps(spec))
    axes = list(texts(scene, "axis-label"))
    assert len(axes) == 2
    for labels in axes:
        upright = len({label["x"] for label in labels}) == 1
        along, side = ("y", 1) if upright else ("x", 0)
        ordered = sorted(labels, key=lambda label: label[along])
        assert len(ordered) > 1
        for one, other in pairwise(ordered):
            room = (size(one)[side] + size(other)[side]) / 2
            assert other[along] - one[along] >= room, (one["text"], other["text"])
    [[title]] = texts(scene, "title-text")
    assert size(title)[0] <= PHONE


def test_the_whole_name_stays_in_the_data() -> None:
    spec = chart("breakdown", {"company": "NVDA", "by": "geography"})
    assert "China (including Hong Kong)" in [row["part"] for row in spec["data"]["values"]]
    assert spec["encoding"]["y"]["field"] == "part", "names of any length stand beside lying bars"


@drawn
def test_its_axes_do_not_wait_for_the_data(tool: str, arguments: dict[str, Any]) -> None:
    """A page may add the data after the chart is drawn: an axis taken from no data is a warning in the console."""
    spec = chart(tool, arguments)
    scales = vl_convert.vegalite_to_vega(json.dumps(spec))["scales"]
    [[low, high]] = [scale["domain"] for scale in scales if scale["type"] == "linear"]
    rows = [row["value"] for row in spec["data"]["values"]]
    assert low <= min(rows) and max(rows) <= high
