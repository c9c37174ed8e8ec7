"""What both pages share: questions in sessions, turns, one run at a time."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from agent.errors import UnknownSession, UsageError
from agent.events import Event, Token
from agent.request import Request
from agent.run import Agent
from apps import session
from apps.session import Busy, Sessions, open_sessions

Test = Callable[[Sessions], Coroutine[Any, Any, None]]
gates: dict[str, asyncio.Event] = {}


async def answering(request: Request) -> AsyncIterator[Event]:
    """Says what it was asked, and before that waits for the gate that a test has put there."""
    if request.question in gates:
        await gates[request.question].wait()
    yield Token(text=f"{request.question}, {request.pace or 'as it is'}, {len(request.turns)} earlier")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Test], None]:
    monkeypatch.setenv("FIRSTLIGHT_DATA", str(tmp_path))
    monkeypatch.setenv("AGENT", "tests.test_session:answering")
    gates.clear()

    async def serve(test: Test) -> None:
        async with open_sessions({"Streamlit": "/streamlit/", "Gradio": "/gradio/"}) as sessions:
            await test(sessions)

    return lambda test: asyncio.run(serve(test))


def test_a_first_question_makes_a_session_that_is_called_after_it(run: Callable[[Test], None]) -> None:
    async def test(sessions: Sessions) -> None:
        asked = await sessions.ask("  What \n is new?  ")
        await sessions.core.runner.wait(asked.run_id)
        conversation = await sessions.attach(asked.session_id)
        assert conversation.session is not None
        assert conversation.session.title == "What is new?", "spaces and line ends are single spaces"
        assert [turn.view.message.answer for turn in conversation.finished] == ["What \n is new?, as it is, 0 earlier"]
        assert conversation.live is None
        assert [one.session_id for one in await sessions.recent()] == [asked.session_id]

    run(test)


def test_turns_are_in_order_and_the_running_one_is_apart(run: Callable[[Test], None]) -> None:
    async def test(sessions: Sessions) -> None:
        first = await sessions.ask("one")
        await sessions.core.runner.wait(first.run_id)
        gates["two"] = asyncio.Event()
        second = await sessions.ask("two", first.session_id)
        conversation = await sessions.attach(first.session_id)
        assert [turn.run.question for turn in conversation.finished] == ["one"]
        assert conversation.live is not None
        assert conversation.live.run_id == second.run_id == await sessions.newest(first.session_id)
        gates["two"].set()
        await sessions.core.runner.wait(second.run_id)
        conversation = await sessions.attach(first.session_id)
        assert conversation.finished[1].view.message.answer == "two, as it is, 1 earlier"
        assert conversation.live is None

    run(test)


def test_a_second_question_is_refused_while_the_first_is_answered(run: Callable[[Test], None]) -> None:
    async def test(sessions: Sessions) -> None:
        made = await sessions.core.log.new_session("a session")
        gates["a"] = gates["b"] = asyncio.Event()
        both = await asyncio.gather(
            sessions.ask("a", made.session_id), sessions.ask("b", made.session_id), return_exceptions=True
        )
        assert [isinstance(one, Busy) for one in both].count(True) == 1
        assert len(await sessions.core.log.runs(made.session_id)) == 1
        elsewhere = await sessions.ask("c")
        assert elsewhere.session_id != made.session_id

    run(test)


def test_a_first_question_does_not_wait_for_another_one(run: Callable[[Test], None]) -> None:
    async def test(sessions: Sessions) -> None:
        start, gate = sessions.core.runner.start, asyncio.Event()

        async def held(agent: Agent, request: Request, **more: Any) -> str:
            if request.question == "held":
                await gate.wait()
            return await start(agent, request, **more)

        sessions.core.runner.start = held  # type: ignore[method-assign]
        first = asyncio.create_task(sessions.ask("held"))
        await asyncio.sleep(0)
        assert (await asyncio.wait_for(sessions.ask("meanwhile"), 10)).question == "meanwhile"
        gate.set()
        assert (await first).question == "held"

    run(test)


def test_nothing_is_kept_of_a_session_in_which_nobody_asks(run: Callable[[Test], None]) -> None:
    async def test(sessions: Sessions) -> None:
        made = [await sessions.core.log.new_session(f"number {n}") for n in range(3)]
        asking = asyncio.gather(*(sessions.ask("x", one.session_id) for one in made))
        await asyncio.sleep(0)
        assert sorted(sessions._asking) == sorted(one.session_id for one in made)
        await asking
        assert list(sessions._asking) == []

    run(test)


def test_what_cannot_be_asked_says_why(run: Callable[[Test], None]) -> None:
    async def test(sessions: Sessions) -> None:
        with pytest.raises(UsageError, match="must not be empty"):
            await sessions.ask(" \n ")
        with pytest.raises(UsageError, match="at most 100000 characters"):
            await sessions.ask("x" * 100_001)
        with pytest.raises(UnknownSession, match="s_gone"):
            await sessions.ask("x", "s_gone")
        with pytest.raises(UnknownSession):
            await sessions.attach("s_gone")
        with pytest.raises(UsageError, match="'warp'"):
            await sessions.ask("x", pace="warp")
        assert await sessions.attach("") == session.Conversation()
        assert await sessions.recent() == []

    run(test)


def test_links_name_the_session_in_both_front_ends(run: Callable[[Test], None]) -> None:
    async def test(sessions: Sessions) -> None:
        assert sessions.links("s 1&x") == {
            "Streamlit": "/streamlit/?session=s+1%26x",
            "Gradio": "/gradio/?session=s+1%26x",
        }
        assert sessions.links("") == {"Streamlit": "/streamlit/", "Gradio": "/gradio/"}

    run(test)


def test_a_thread_reaches_the_sessions_and_gets_their_errors(run: Callable[[Test], None]) -> None:
    async def test(sessions: Sessions) -> None:
        def script() -> str:
            asked = session.bridge().call(sessions.ask("from a thread"))
            with pytest.raises(UnknownSession):
                session.bridge().call(sessions.attach("s_gone"))
            return asked.question

        assert session.bridge().sessions is sessions
        assert await asyncio.to_thread(script) == "from a thread"

    run(test)


def test_a_process_without_a_server_opens_a_core_of_its_own_and_ends(tmp_path: Path) -> None:

    code = (
        "from apps.session import bridge; b = bridge(); run = b.call(b.sessions.ask('x'));"
        "b.call(b.sessions.core.runner.wait(run.run_id)); print(b.call(b.sessions.view(run.run_id)).message.answer)"
    )
    environment = os.environ | {"FIRSTLIGHT_DATA": str(tmp_path), "AGENT": "tests.test_session:answering"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "x, as it is, 0 earlier\n"
    assert done.stderr == ""


def test_a_session_that_is_not_there_is_told_the_same_way_when_it_is_opened_and_asked(
    run: Callable[[Test], None],
) -> None:
    async def test(sessions: Sessions) -> None:
        for tried in (sessions.attach("s_nope"), sessions.ask("one", "s_nope")):
            with pytest.raises(UnknownSession) as told:
                await tried
            assert str(told.value) == "no session 's_nope': it may belong to another data folder"

    run(test)
