"""The sidebar: a new session, earlier ones, and this session's link for another browser or front end."""

import re

import streamlit as st

from apps import company, words
from apps.session import Conversation, Sessions, bridge
from apps.visitors import Visitor

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|~$:<>&])")


def plain(said: str) -> str:
    """Text as Markdown that shows it as it is: Streamlit reads its labels as Markdown."""
    return _MARKDOWN.sub(r"\\\1", " ".join(said.split()))


def draw(sessions: Sessions, conversation: Conversation, visitor: Visitor) -> None:
    here = conversation.session.session_id if conversation.session else ""
    with st.sidebar:
        if not visitor.is_guest:
            _earlier(sessions, here)
        if here and visitor.role:
            st.caption(words.SHARE)
        links(sessions, here, visitor)


def _earlier(sessions: Sessions, here: str) -> None:
    st.button(words.NEW_SESSION, icon=":material/add:", width="stretch", on_click=_open, args=("",))
    st.caption(words.SESSIONS)
    with st.container(key="sessions", gap=None):
        recent = bridge().call(sessions.recent())
        for session in recent:
            title = plain(session.title or session.session_id)
            st.button(
                f"**{title}**" if session.session_id == here else title,
                key=session.session_id,
                type="tertiary",
                width="stretch",
                on_click=_open,
                args=(session.session_id,),
            )
        if not recent:
            st.caption(words.NO_SESSIONS)


def links(sessions: Sessions, session_id: str, visitor: Visitor) -> None:
    """The session's own links, and those to it in the other front ends of this process."""
    if buttons := company.share(session_id, visitor, "fl-copy"):
        st.html(buttons)
    for name, address in visitor.links(sessions, session_id).items() if visitor.role else ():
        if name not in (words.STREAMLIT, words.LATENCY):
            st.link_button(words.OPEN_IN.format(page=name), address, icon=":material/open_in_new:", width="stretch")


def _open(session_id: str) -> None:
    if session_id:
        st.query_params["session"] = session_id
    else:
        st.query_params.pop("session", None)
