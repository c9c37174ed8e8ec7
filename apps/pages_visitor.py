"""Which session the Streamlit page shows, and to whom: what its address says, and keeps saying on the other page."""

import streamlit as st

from apps.session import bridge
from apps.v1.problems import Refused
from apps.visitors import NOBODY, Visitor
from apps.visitors import visitor as admitted

_KEPT = ("session", "token")


def come_back() -> None:
    """Coming back from another page, whose address says nothing: what was open before."""
    if st.session_state.pop("away", False) and "session" not in st.query_params:
        for name in _KEPT:
            if st.session_state.get(name):
                st.query_params[name] = st.session_state[name]
    for name in _KEPT:
        st.session_state[name] = st.query_params.get(name, "")


def stay_open() -> None:
    """For a page whose address says nothing of its own."""
    st.session_state.away = True
    for name in _KEPT:
        if given := st.query_params.get(name):
            st.session_state[name] = given


def session_id() -> str:
    return str(st.session_state.get("session", ""))


def visitor() -> Visitor:
    """Who they are; where they may not come in, a notice says why."""
    try:
        return admitted(bridge().sessions, str(st.session_state.get("token", "")), session_id())
    except Refused as error:
        st.session_state.notice = str(error)
        return NOBODY
