"""Who may do what in both pages: by the key or the token in their address, and not by what their buttons say."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from streamlit.testing.v1 import AppTest

from agent.events import Event, Token
from agent.request import Request
from apps import words
from apps.gradio_app import build
from apps.session import Sessions, bridge, open_sessions
from apps.v1.problems import Refused
from apps.v1.tokens import Role, Tokens, secret_of
from apps.visitors import visitor

SCRIPT = Path(__file__).parents[1] / "apps" / "streamlit_app.py"


async def answering(request: Request) -> AsyncIterator[Event]:
    yield Token(text=f"To {request.question!r}: a secret.")
    if request.question == "wait":
        await asyncio.Event().wait()


@pytest.fixture(autouse=True)
def _locked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENT", "tests.test_visitors:answering")
    monkeypatch.setenv("FIRSTLIGHT_API_KEY", "sesame")


def token_of(sessions: Sessions, session_id: str, role: Role) -> str:
    return Tokens(secret_of(sessions.core.folder)).of_session(session_id, role).token


async def asked(sessions: Sessions, question: str) -> str:
    """A session with that question, answered or waiting."""
    run = await sessions.ask(question)
    if question != "wait":
        await sessions.core.runner.wait(run.run_id)
    return run.session_id


async def call(page: gr.Blocks, handler: str, *given: Any) -> str:
    """What a handler of the Gradio page answers, as text."""
    number = next(number for number, fn in page.fns.items() if fn.name == handler)
    return str(await page.process_api(number, list(given)))


@pytest.mark.anyio
async def test_a_key_a_link_and_nothing_open_different_doors() -> None:
    async with open_sessions() as sessions:
        mine, other = await asked(sessions, "one?"), await asked(sessions, "two?")
        with pytest.raises(Refused, match="needs a key"):
            visitor(sessions, "", mine)
        with pytest.raises(Refused):
            visitor(sessions, "wrong", mine)
        assert visitor(sessions, "sesame", mine).may_act
        for role, may_act in (("owner", True), ("editor", True), ("viewer", False)):
            guest = visitor(sessions, token_of(sessions, mine, role), mine)  # type: ignore[arg-type]
            assert (guest.role, guest.may_act, guest.is_guest) == (role, may_act, True)
            with pytest.raises(Refused, match="another run or session"):
                visitor(sessions, guest.token, other)


@pytest.mark.anyio
async def test_the_gradio_page_shows_a_stranger_nothing() -> None:
    async with open_sessions() as sessions:
        mine = await asked(sessions, "mine?")
        page = build(sessions)
        stranger = await call(page, "load", mine, "")
        assert words.KEY_NEEDED in stranger
        assert "mine?" not in stranger and "secret" not in stranger
        for handler, given in (("look", [mine, "", ""]), ("charts", [mine, ""]), ("ask", ["more?", mine, "", "", ""])):
            assert "secret" not in await call(page, handler, *given)
        assert [run.question for run in await sessions.core.log.runs()] == ["mine?"]
        assert "secret" in await call(page, "load", mine, "sesame")


@pytest.mark.anyio
async def test_a_viewers_gradio_page_shows_the_session_and_refuses_to_act() -> None:
    async with open_sessions() as sessions:
        mine, other = await asked(sessions, "wait"), await asked(sessions, "other?")
        page, viewer = build(sessions), token_of(sessions, mine, "viewer")
        shown = await call(page, "load", mine, viewer)
        assert words.VIEWER in shown and "wait" in shown
        assert "other?" not in shown and other not in shown, "a link is for one session"
        assert words.VIEWER in await call(page, "ask", "more?", mine, viewer, "", "")
        await call(page, "stop", mine, viewer)
        assert (await sessions.attach(mine)).live is not None
        await call(page, "stop", mine, token_of(sessions, mine, "editor"))
        assert (await sessions.attach(mine)).live is None
        assert len(await sessions.core.log.runs()) == 2


def opened(session: str, token: str = "") -> AppTest:
    page = AppTest.from_file(str(SCRIPT), default_timeout=60)
    page.query_params["session"] = session
    if token:
        page.query_params["token"] = token
    return page.run()


def shown(page: AppTest) -> str:
    assert not page.exception
    said = [element.proto.body for element in page.html] + [warning.value for warning in page.warning]
    return "\n".join([*said, *(button.label for button in page.button)]).replace("\\", "")


def test_the_streamlit_page_shows_a_stranger_nothing_and_a_viewer_the_session_alone() -> None:
    sessions = bridge().sessions
    mine, other = (bridge().call(asked(sessions, question)) for question in ("mine?", "other?"))
    stranger = opened(mine)
    assert words.KEY_NEEDED in shown(stranger)
    assert not any(told in shown(stranger) for told in ("secret", "mine?", "other?"))
    friend = opened(mine, "sesame")
    assert all(told in shown(friend) for told in ("secret", "mine?", "other?"))
    viewer = opened(mine, token_of(sessions, mine, "viewer"))
    assert "secret" in shown(viewer) and words.VIEWER in shown(viewer)
    assert "other?" not in shown(viewer) and not viewer.chat_input
    assert not viewer.button, "no new session, no question to begin with"
    elsewhere = opened(other, token_of(sessions, mine, "owner"))
    assert "secret" not in shown(elsewhere) and "another run or session" in shown(elsewhere)


def test_a_question_counts_by_the_address_it_comes_from() -> None:
    """The address of a page that is open can change before the next question does."""
    sessions = bridge().sessions
    mine, other = (bridge().call(asked(sessions, question)) for question in ("mine?", "other?"))
    guest = opened(mine, token_of(sessions, mine, "editor"))
    guest.query_params["session"] = other
    guest.chat_input[0].set_value("may I?").run()
    assert [run.question for run in bridge().call(sessions.core.log.runs(other))] == ["other?"]


def test_the_latency_page_shows_a_guest_no_other_session() -> None:
    sessions = bridge().sessions
    mine, _ = (bridge().call(asked(sessions, question)) for question in ("mine?", "other?"))

    def latency(token: str) -> AppTest:
        page = AppTest.from_function(_latency, default_timeout=60)
        page.query_params["session"], page.query_params["token"] = mine, token
        page.run()
        assert not page.exception
        return page

    assert [name.split(" · ")[1] for name in latency(token_of(sessions, mine, "viewer")).selectbox[0].options] == [
        "mine?"
    ]
    assert len(latency("sesame").selectbox[0].options) >= 2
    stranger = latency("wrong")
    assert not stranger.selectbox and stranger.warning


def _latency() -> None:
    from apps import pages_latency

    pages_latency.draw()
