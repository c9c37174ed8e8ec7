"""The sidebar: a new session, earlier ones, and this session's link for another browser or front end."""

import re
from urllib.parse import urlencode

import streamlit as st

from apps import words
from apps.markup import text
from apps.session import Conversation, Sessions, bridge

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|~$:<>&])")


def plain(said: str) -> str:
    """Text as Markdown that shows it as it is: Streamlit reads its labels as Markdown."""
    return _MARKDOWN.sub(r"\\\1", " ".join(said.split()))


def draw(sessions: Sessions, conversation: Conversation) -> None:
    here = conversation.session.session_id if conversation.session else ""
    with st.sidebar:
        st.button(words.NEW_SESSION, icon=":material/add:", width="stretch", on_click=_open, args=("",))
        st.caption(words.SESSIONS)
        with st.container(key="sessions", gap=None):
            recent = bridge().call(sessions.recent())
            for session in recent:
                chosen = session.session_id == here
                title = plain(session.title or session.session_id)
                st.button(
                    f"**{title}**" if chosen else title,
                    key=session.session_id,
                    type="tertiary",
                    width="stretch",
                    on_click=_open,
                    args=(session.session_id,),
                )
            if not recent:
                st.caption(words.NO_SESSIONS)
        if here:
            st.caption(words.SHARE)
        links(sessions, here)


def links(sessions: Sessions, session_id: str) -> None:
    """The session's own link, and those to it in the other front ends of this process."""
    if session_id:
        here = text(urlencode({"session": session_id}))
        st.html(f'<button class="fl-copy" data-copy="?{here}">{words.COPY}</button>')
    for name, address in sessions.links(session_id).items():
        if name not in (words.STREAMLIT, words.LATENCY):
            st.link_button(words.OPEN_IN.format(page=name), address, icon=":material/open_in_new:", width="stretch")


def _open(session_id: str) -> None:
    if session_id:
        st.query_params["session"] = session_id
    else:
        st.query_params.pop("session", None)
