"""Artifacts drawn by Streamlit: a value with its formula, a table, a chart."""

from typing import cast

import pandas as pd
import streamlit as st
from pydantic import JsonValue

from agent.events import Artifact, Json
from agent.request import Run
from agent.view import View
from apps import cards, turns

Spec = dict[str, object]


def draw(run: Run | None, view: View) -> None:
    """The artifacts of a run, in the order of their appearance."""
    if run is None or not view.artifacts:
        st.html(turns.panel("artifacts", None))
        return
    for artifact in view.artifacts.values():
        with st.container(key=f"artifact-{run.run_id}-{list(view.artifacts).index(artifact.id)}", border=True):
            _draw(run, artifact)


def _draw(run: Run, artifact: Artifact) -> None:
    if artifact.kind == "chart":
        st.html(f"<h4>{cards.text(artifact.title, 300)}</h4>")
        st.vega_lite_chart(local(artifact.data), width="stretch")
    elif artifact.kind == "table":
        st.html(f"<h4>{cards.text(artifact.title, 300)}</h4>")
        st.dataframe(frame(artifact.data), hide_index=True, width="stretch")
    else:
        st.html(cards.artifact(run.run_id, artifact))


def frame(data: Json) -> pd.DataFrame:
    """A table artifact. A column that mixes numbers and text becomes text; one name may stand twice."""
    columns, rows = data.get("columns"), data.get("rows")
    names = [str(name) for name in columns] if isinstance(columns, list) else []
    lines = [(row + [None] * len(names))[: len(names)] for row in rows if isinstance(row, list)] if isinstance(rows, list) else []
    table = pd.DataFrame(lines, columns=[f"{n}. {name}" if names.count(name) > 1 else name for n, name in enumerate(names, 1)])
    mixed = [name for name in table.columns if table[name].map(type).nunique() > 1 and table[name].dtype == object]
    return table.assign(**{name: table[name].map(lambda one: "" if one is None else str(one)) for name in mixed})


def local(spec: Json) -> Spec:
    """A chart that loads nothing and leads nowhere: without the addresses of data, images and links in it."""
    return cast(Spec, _without(spec, {"url", "href", "usermeta"}))


def _without(value: JsonValue, keys: set[str]) -> JsonValue:
    if isinstance(value, dict):
        return {name: _without(one, keys) for name, one in value.items() if name not in keys}
    if isinstance(value, list):
        return [_without(one, keys) for one in value]
    return value
