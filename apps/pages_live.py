"""The live answer: static/run_view.js, told of what Streamlit draws, and telling Streamlit what it saw.

The script draws the empty sections of the running turn; the browser fills them. This component only
joins the two, so it stands in the same container in every run of the script: moved, it would start anew.
"""

from pathlib import Path

import streamlit as st

from agent.request import Run
from apps import words

_JS = (Path(__file__).parent / "static" / "streamlit_live.js").read_text(encoding="utf-8")
_component = st.components.v2.component("firstlight_live", js=_JS, isolate_styles=False)


def draw(live: Run | None, session_id: str, asked: int, choices: dict[str, str]) -> None:
    """`asked`: how many questions this viewer has sent. `choices`: what the browser keeps for a reload. The triggers,
    a run's end and a new chart, do nothing but run the script again."""
    run_id = live.run_id if live else ""
    data = {"run": run_id, "session": session_id, "asked": asked, "choices": choices, "received": words.RECEIVED}
    _component(key="live-answer", data=data, on_ended_change=_again, on_charts_change=_again)


def _again() -> None:
    return None
