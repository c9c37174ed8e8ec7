"""Artifacts drawn by Streamlit: a value with its formula, a table, a chart."""

from typing import cast

import pandas as pd
import streamlit as st

from agent.events import Artifact, Json
from agent.request import Run
from agent.view import View
from apps import artifacts, turns
from apps.markup import text


def draw(run: Run | None, view: View | None) -> None:
    """The artifacts of a finished run, in the order of their appearance; or of none."""
    if view is None or not view.artifacts:
        st.html(turns.panel("artifacts", run, view))
        return
    for n, artifact in enumerate(view.artifacts.values()):
        with st.container(key=f"artifact-{n}", border=True):
            _draw(artifact)


def draw_live(run: Run, view: View) -> None:
    """Those of a running one: the browser fills in what is text, and the charts that are there so far stand below."""
    st.html(turns.panel("artifacts", run))
    for n, artifact in enumerate(one for one in view.artifacts.values() if one.kind == "chart"):
        with st.container(key=f"artifact-{n}", border=True):
            _draw(artifact)


def _draw(artifact: Artifact) -> None:
    if artifact.kind == "chart":
        _title(artifact)
        spec = {"background": "transparent", **cast(Json, artifacts.local(artifact.data))}
        if artifact.title:
            spec.pop("title", None)
        st.vega_lite_chart(spec, width="stretch")
    elif artifact.kind == "table":
        _title(artifact)
        st.dataframe(frame(artifact.data), hide_index=True, width="stretch")
    else:
        st.html(f'<div class="fl">{artifacts.artifact(artifact)}</div>')


def _title(artifact: Artifact) -> None:
    if artifact.title:
        st.html(f'<div class="fl"><h4>{text(artifact.title, 300)}</h4></div>')


def frame(data: Json) -> pd.DataFrame:
    """A table artifact as a frame. A column that mixes numbers and text becomes text."""
    columns, rows = data.get("columns"), data.get("rows")
    names = [str(name) for name in columns] if isinstance(columns, list) else []
    lines = [row for row in rows if isinstance(row, list)] if isinstance(rows, list) else []
    table = pd.DataFrame([(row + [None] * len(names))[: len(names)] for row in lines], columns=_told_apart(names))
    mixed = [name for name in table.columns if table[name].map(type).nunique() > 1 and table[name].dtype == object]
    return table.assign(**{name: table[name].map(lambda one: "" if one is None else str(one)) for name in mixed})


def _told_apart(names: list[str]) -> list[str]:
    return [f"{name} ({n})" if names.count(name) > 1 else name for n, name in enumerate(names, 1)]
