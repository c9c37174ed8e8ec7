"""The conversation, and beside it the progress, sources, artifacts and tool log of the latest answer."""

from functools import lru_cache

import streamlit as st

from agent.errors import FirstlightError, UnknownSession
from agent.request import Run
from agent.view import View
from apps import pages_artifacts, pages_live, pages_sidebar, turns, words
from apps.session import Conversation, Sessions, Turn, bridge


def draw() -> None:
    sessions = bridge().sessions
    conversation = _attach(sessions, st.query_params.get("session", ""))
    pages_sidebar.draw(sessions, conversation)
    _header()
    left, right = st.columns([7, 5], gap="medium")
    with left:
        with st.container(key="conversation", height=560, border=True, autoscroll=False):
            _turns(conversation)
        _notice()
        st.chat_input(words.ASK, key="question", on_submit=_submit)
    run, view = _shown(conversation)
    with right:
        with st.container(key="progress", border=True):
            st.html(f"<h3>{words.PROGRESS}</h3>{turns.panel('steps', run, view)}")
        sources, artifacts, tools = st.tabs([words.SOURCES, words.ARTIFACTS, words.TOOL_LOG], key="panels")
        with sources:
            st.html(turns.panel("sources", run, view))
        with artifacts:
            pages_artifacts.draw(run, view or _now(sessions, run))
        with tools:
            st.html(turns.panel("tools", run, view))


def _attach(sessions: Sessions, session_id: str) -> Conversation:
    try:
        return bridge().call(sessions.attach(session_id))
    except UnknownSession as error:
        st.session_state.notice = f"{error}."
        return Conversation()


def _header() -> None:
    with st.container(key="header", horizontal=True, vertical_alignment="bottom"):
        st.html(f"<h1>{words.TITLE}</h1><p>{words.LINE}</p>")
        paces = list(words.PACES)
        st.selectbox(
            words.PACE, paces, paces.index(words.DEFAULT_PACE), format_func=words.PACES.__getitem__, key="pace", width=170
        )
        if collections := pages_sidebar.collections():
            options = ["", *collections]
            st.selectbox(
                words.COLLECTION, options, format_func=lambda name: name or words.NO_COLLECTION, key="collection", width=190
            )


def _turns(conversation: Conversation) -> None:
    with st.container(key="turns"):
        for turn in conversation.turns:
            st.html(_html(turn, turn is conversation.turns[-1] and conversation.live is None))
        if not conversation.turns and conversation.live is None:
            _welcome()
    pages_live.draw(conversation.live)


@lru_cache(maxsize=1_000)
def _html(turn: Turn, latest: bool) -> str:
    return turns.finished(turn.run, turn.view, latest=latest)


def _welcome() -> None:
    with st.container(key="welcome"):
        st.html(f"<p>{words.WELCOME}</p><h4>{words.START}</h4>")
        for n, question in enumerate(_starters()):
            st.button(pages_sidebar.plain(question), key=f"starter-{n}", on_click=_ask, args=(question,))


@lru_cache(maxsize=1)
def _starters() -> tuple[str, ...]:
    from agent.research.agent import catalogue

    return tuple(catalogue())[:5]


def _submit() -> None:
    _ask(str(st.session_state.question or ""))


def _ask(question: str) -> None:
    sessions = bridge().sessions
    pace, collection = st.session_state.get("pace", words.DEFAULT_PACE), st.session_state.get("collection", "")
    asked = sessions.ask(question, st.query_params.get("session", ""), pace=pace, collection=collection)
    try:
        run = bridge().call(asked)
    except FirstlightError as error:
        st.session_state.notice = str(error)
    else:
        st.query_params["session"] = run.session_id


def _notice() -> None:
    if notice := st.session_state.pop("notice", ""):
        st.warning(pages_sidebar.plain(notice), icon=":material/info:")


def _shown(conversation: Conversation) -> tuple[Run | None, View | None]:
    """The run of the panels at the right, and its view where it has ended."""
    if conversation.live is not None:
        return conversation.live, None
    if conversation.turns:
        return conversation.turns[-1].run, conversation.turns[-1].view
    return None, None


def _now(sessions: Sessions, run: Run | None) -> View:
    return View() if run is None else bridge().call(sessions.view(run.run_id))
