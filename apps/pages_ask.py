"""The conversation, and beside it the progress, sources, artifacts and tool log of the latest answer."""

import streamlit as st

from agent.errors import FirstlightError, UnknownSession
from agent.registry import about, chosen
from agent.request import Run
from apps import company, pages_artifacts, pages_live, pages_sidebar, pages_visitor, turns, words
from apps.choices import COLLECTION, PACE, cookie, kept_collection, kept_pace, libraries, starters
from apps.markup import text
from apps.session import Busy, Conversation, Sessions, bridge
from apps.visitors import Visitor


def draw() -> None:
    """The live answer first, for its reader waits for it; everything stands where the containers are."""
    sessions = bridge().sessions
    pages_visitor.come_back()
    visitor = pages_visitor.visitor()
    conversation = _attach(sessions, pages_visitor.session_id()) if visitor.role else Conversation()
    names = sessions.collections() if visitor.may_act else []
    st.session_state.setdefault(PACE, kept_pace(st.context.cookies))
    st.session_state.setdefault(COLLECTION, kept_collection(st.context.cookies, names))
    header = st.container(key="header", horizontal=True, vertical_alignment="bottom")
    with st.container(key="jumps"):
        st.html(turns.jumps())
    left, right = st.columns([7, 5], gap="medium")
    with left, st.container(key="left"):
        answers = st.container(key="conversation", height=560, border=True, autoscroll=False)
        notice = st.container(key="notice")
        asking = st.container(key="asking", horizontal=True, vertical_alignment="center", gap="small")
        with st.container(key="here"):
            st.html(company.strip(visitor))
    live = st.container(key="live")
    with answers:
        _turns(conversation, visitor)
    with live:
        choices = {cookie(name): st.session_state[name] for name in (PACE, COLLECTION)}
        session_id = conversation.session.session_id if conversation.session else ""
        pages_live.draw(conversation.live, session_id, st.session_state.get("asked", 0), choices)
    with notice:
        _notice(conversation.live)
    with asking:
        _asking(conversation.live, visitor)
    with right, st.container(key="right"):
        _panels(sessions, conversation)
    with header:
        _header(names, visitor)
    pages_sidebar.draw(sessions, conversation, visitor)
    if conversation.live is None:
        _look_for_others(conversation)


def _attach(sessions: Sessions, session_id: str) -> Conversation:
    try:
        return bridge().call(sessions.attach(session_id))
    except UnknownSession as error:
        st.session_state.notice = f"{error}."
        return Conversation()


def _header(names: list[str], visitor: Visitor) -> None:
    """`names`: the user's document collections."""
    st.html(f"<h1>{words.TITLE}</h1><p>{text(about(chosen()).line, 300)}</p>")
    if names:
        _select(words.COLLECTION, COLLECTION, libraries(names), 190)
    if visitor.may_act:
        _select(words.PACE, PACE, words.PACES, 170)


def _select(label: str, key: str, options: dict[str, str], width: int) -> None:
    said = options.__getitem__
    st.selectbox(label, list(options), format_func=said, key=key, width=width, persist_state="session")


def _turns(conversation: Conversation, visitor: Visitor) -> None:
    """The running turn stands where it will stand finished, so that nothing moves when it ends."""
    for turn in conversation.finished:
        latest = turn is conversation.finished[-1] and conversation.live is None
        st.html(turns.finished(turn.run, turn.view, latest=latest))
    if conversation.live is not None:
        st.html(turns.live(conversation.live))
    elif not conversation.finished:
        _welcome(starters() if visitor.may_act else ())


def _welcome(questions: tuple[str, ...]) -> None:
    with st.container(key="welcome"):
        st.html(f"<h2>{words.WELCOME_TITLE}</h2><p>{words.WELCOME}</p>")
        with st.container(key="starters", horizontal=True, horizontal_alignment="center"):
            for n, question in enumerate(questions):
                st.button(pages_sidebar.plain(question), key=f"starter-{n}", on_click=_ask, args=(question,))


def _submit() -> None:
    _ask(str(st.session_state.question or ""))


def _ask(question: str) -> None:
    st.session_state.asked = st.session_state.get("asked", 0) + 1
    pages_visitor.come_back()  # the address may have changed since the page was drawn
    if not pages_visitor.visitor().may_act:
        return
    sessions = bridge().sessions
    pace, collection = (st.session_state.get(name, "") for name in (PACE, COLLECTION))
    asked = sessions.ask(question, pages_visitor.session_id(), pace=pace, collection=collection)
    try:
        run = bridge().call(asked)
    except FirstlightError as error:
        st.session_state["busy" if isinstance(error, Busy) else "notice"] = str(error)
        st.session_state.question = question  # it stays in the box
    else:
        st.query_params["session"] = run.session_id


def _notice(live: Run | None) -> None:
    """That a run goes on is said until it has ended, what else there is to say once."""
    if live is None:
        st.session_state.pop("busy", None)
    if notice := st.session_state.pop("notice", "") or st.session_state.get("busy", ""):
        st.warning(pages_sidebar.plain(notice), icon=":material/info:")


def _asking(live: Run | None, visitor: Visitor) -> None:
    if not visitor.may_act:
        st.html(company.watching(visitor) or '<i class="fl-idle"></i>')
        return
    st.chat_input(words.ASK, key="question", on_submit=_submit)
    stop = f'<button class="fl-stop" data-stop="{live.run_id}">{words.STOP}</button>' if live else ""
    st.html(stop or '<i class="fl-idle"></i>', width="content")


def _panels(sessions: Sessions, conversation: Conversation) -> None:
    """The parts of the latest run: filled by the browser while it goes on, drawn here when it has ended."""
    run, view = conversation.live, None
    if run is None and conversation.finished:
        run, view = conversation.finished[-1].run, conversation.finished[-1].view
    with st.container(key="progress", border=True):
        st.html(f"<h3>{words.PROGRESS}</h3>{turns.panel('steps', run, view)}")
    sources, artifacts, tools = st.tabs([words.SOURCES, words.ARTIFACTS, words.TOOL_LOG], key="panels")
    with sources:
        st.html(turns.panel("sources", run, view))
    with artifacts:
        if run is not None and view is None:
            pages_artifacts.draw_live(run, bridge().call(sessions.view(run.run_id)))
        else:
            pages_artifacts.draw(run, view)
    with tools:
        st.html(turns.panel("tools", run, view))


@st.fragment(run_every=2)
def _look_for_others(conversation: Conversation) -> None:
    """Draws the page anew when somebody asked in this session elsewhere: another browser, the other front end."""
    if conversation.session is None:
        return
    sessions, session_id = bridge().sessions, conversation.session.session_id
    shown = conversation.finished[-1].run.run_id if conversation.finished else ""
    if bridge().call(sessions.newest(session_id)) != shown:
        st.rerun()
