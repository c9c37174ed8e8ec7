"""Where the time of an answer went: one run of the log, or a stored set of measured runs."""

import json
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import pandas as pd
import streamlit as st

from agent import charts
from agent.entries import Entry
from agent.home import data_folder
from agent.metrics import MEANING, Row, duration, measure
from agent.request import Run
from agent.timeline import InvalidRun
from agent.view import FIRST_FEEDBACK, FIRST_TOKEN, TOTAL
from apps import pages_sidebar, pages_visitor, words
from apps.pages_sidebar import plain
from apps.session import bridge

FIGURES = {
    "ttff": FIRST_FEEDBACK,
    "ttft": FIRST_TOKEN,
    "lsg": words.LONGEST_SILENCE,
    "ended": TOTAL,
}
"""The metrics that stand above a waterfall and in the table of prompts."""
NONE = "—"
ONE, MANY = "One run", "Measured runs"


def draw() -> None:
    pages_visitor.stay_open()
    visitor = pages_visitor.visitor()
    with st.sidebar:
        pages_sidebar.links(bridge().sessions, pages_visitor.session_id(), visitor)
    with st.container(key="header"):
        st.html(f"<h1>{words.LATENCY}</h1><p>{words.LATENCY_LINE}</p>")
    if visitor.role is None:
        st.warning(plain(st.session_state.pop("notice")), icon=":material/info:")
    elif visitor.is_guest:
        _one(pages_visitor.session_id())
    else:
        _all()


def _all() -> None:
    shown = st.segmented_control("What to look at", [ONE, MANY], default=ONE, label_visibility="collapsed")
    if shown == MANY:
        _measured()
    else:
        _one()


def _one(only: str = "") -> None:
    """`only`: a session, for who may see no other."""
    sessions = bridge().sessions
    found = sessions.core.log.runs(only) if only else sessions.core.log.runs(limit=100)
    runs = [run for run in bridge().call(found) if not run.is_open]
    if not runs:
        st.info("There is no finished run yet: ask something first.", icon=":material/info:")
        return
    chosen = st.selectbox("Run", runs, runs.index(_first(runs)), format_func=_name)
    _waterfall(bridge().call(sessions.core.log.read(chosen.run_id)))


def _first(runs: list[Run]) -> Run:
    """The newest of the open session, else of all; a replay only where there is nothing else."""
    session = st.session_state.get("session")
    return min(runs, key=lambda run: (bool(run.replay_of), run.session_id != session))


def _name(run: Run) -> str:
    replay = f" · {words.REPLAY}" if run.replay_of else ""
    pace = f" · simulated pace: {run.request['pace']}" if run.request.get("pace") else ""
    when = pd.Timestamp(run.created_at, unit="s", tz="UTC").strftime("%Y-%m-%d %H:%M")
    return f"{when} · {run.question[:90]}{pace}{replay} · {run.state}"


def _waterfall(entries: list[Entry]) -> None:
    row = measure(entries)
    with st.container(key="figures", horizontal=True):
        for metric, name in FIGURES.items():
            st.metric(name, _said(row[metric]), help=MEANING[metric][1], border=True)
    try:
        spec = charts.waterfall(entries)
    except InvalidRun as reason:
        st.warning(plain(f"This run cannot be measured: {reason}"), icon=":material/info:")
        return
    with st.container(key="waterfall", border=True):
        st.vega_lite_chart(spec, width="stretch")
        st.caption(words.DASHED)


def _measured() -> None:
    folders = stored()
    if not folders:
        looked = " and in ".join(f"`{folder.resolve()}`" for folder in folders_of_sets())
        st.info(f"{words.NO_MEASURED_RUNS} {looked}.", icon=":material/info:")
        return
    folder = st.selectbox("Set of runs", folders, format_func=lambda one: one.name)
    try:
        entries, prompts = load(folder, (folder / "events.jsonl").stat().st_mtime)
    except (OSError, ValueError, KeyError) as error:
        st.warning(plain(f"{folder.name} cannot be read: {error}"), icon=":material/info:")
        return
    rows: list[Row] = [measure(entries[run]) | {"run_id": run, "prompt_id": prompts[run]} for run in entries]
    left, right = st.columns(2, gap="medium")
    with left, st.container(key="cdf", border=True):
        st.html("<h4>Share of runs within a time</h4>")
        st.vega_lite_chart(charts.ecdf(rows), width="stretch")
    with right, st.container(key="stages", border=True):
        st.html("<h4>Median time in each step</h4>")
        st.vega_lite_chart(charts.where_time_went(rows), width="stretch")
    st.html("<h4>Prompts: medians</h4>")
    told = by_prompt(rows).style.format(_said, subset=list(FIGURES.values()), na_rep=NONE)  # sorted as numbers
    st.dataframe(told, width="stretch")
    chosen = st.selectbox("Run", list(entries), format_func=lambda run: f"{prompts[run]} · {run}")
    _waterfall(entries[chosen])


def folders_of_sets() -> tuple[Path, Path]:
    """Where sets of measured runs are looked for: below the working folder and below the data folder."""
    return Path("runs"), data_folder() / "runs"


def stored() -> list[Path]:
    """The folders that `python -m eval run` wrote there, newest first."""
    found = [path.parent for folder in folders_of_sets() for path in folder.glob("*/events.jsonl")]
    return sorted(found, key=lambda folder: folder.name, reverse=True)


@lru_cache(maxsize=4)
def load(folder: Path, _changed: float) -> tuple[dict[str, list[Entry]], dict[str, str]]:
    """The entries of each run, and its prompt's id. Raises OSError, ValueError or KeyError."""
    planned = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["runs"]
    prompts = {str(one["run_id"]): str(one["prompt_id"]) for one in planned}
    entries: dict[str, list[Entry]] = {run: [] for run in prompts}
    for line in (folder / "events.jsonl").read_bytes().splitlines():
        entry = Entry.from_line(line)
        entries[entry.run_id].append(entry)
    return entries, prompts


def by_prompt(rows: Iterable[Row]) -> pd.DataFrame:
    """One line a prompt: how many runs, how many of them completed, and medians in milliseconds."""
    table = pd.DataFrame(list(rows))
    groups = table.groupby("prompt_id", sort=False)
    medians = groups[list(FIGURES)].median(numeric_only=False).astype(float).rename(columns=FIGURES)
    medians.insert(0, "runs", groups.size())
    medians.insert(1, "completed", groups["outcome"].agg(lambda outcomes: int((outcomes == "completed").sum())))
    return medians.rename_axis("prompt")


def _said(ms: object) -> str:
    return duration(ms) if isinstance(ms, int | float) else NONE
