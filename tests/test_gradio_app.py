"""The Gradio page without a browser: what its parts show of a session, and how it starts."""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from agent.events import Artifact, Citation, Event, Input, Status, Token, Warning
from agent.request import Request, Run
from agent.view import Message, Stream, Timings, View, fold
from apps import words
from apps.cards import section
from apps.gradio_page import charts, header, session_list, shown
from apps.session import Conversation, FinishedRun, Sessions, open_sessions
from tests.hostile import HOSTILE
from tests.timed import done, run

BARS = {"data": {"values": [{"a": 1, "b": 2}]}, "mark": "bar", "encoding": {"x": {"field": "a", "type": "nominal"}}}
gate = asyncio.Event()
unblocked = threading.Event()


async def answering(request: Request) -> AsyncIterator[Event]:
    yield Status(step="retrieving", label="Searching")
    yield Citation(index=1, title="A card", quote="a quote")
    yield Artifact(id="c", kind="chart", title="Bars", data=BARS)
    if request.question.startswith("wait"):
        await gate.wait()
    if request.question.startswith("block"):
        await asyncio.to_thread(unblocked.wait)
    yield Token(text=f"To {request.question!r}: yes [1].")


@pytest.fixture(autouse=True)
def _agent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AGENT", "tests.test_gradio_app:answering")
    monkeypatch.setenv("FIRSTLIGHT_DATA", str(tmp_path))


async def answered(sessions: Sessions, question: str, session_id: str = "") -> Conversation:
    run = await sessions.ask(question, session_id)
    await sessions.core.runner.wait(run.run_id)
    return await sessions.attach(run.session_id)


def test_an_empty_session_shows_what_one_can_do_and_what_will_appear_where() -> None:
    page = shown(Conversation())
    assert words.WELCOME in page.conversation
    assert page.empty and not page.running
    for name in ("steps", "sources", "artifacts", "tools"):
        assert words.EMPTY[name] in page.panels[name]


def test_panels_that_an_answer_left_empty_say_that_nothing_more_will_come() -> None:
    said = run((0.1, Token(text="Hello.")), done(0.2))
    asked = Run(run_id="r_1", session_id="s_1", agent="a", question="?", created_at=0, state="completed")
    page = shown(Conversation(finished=(FinishedRun(asked, fold(said)),)))
    for name in ("steps", "sources", "artifacts", "tools"):
        assert words.NONE[name] in page.panels[name]


@pytest.mark.anyio
async def test_a_session_shows_all_turns_and_the_panels_of_the_last() -> None:
    async with open_sessions() as sessions:
        first = await answered(sessions, "one?")
        assert first.session is not None
        conversation = await answered(sessions, "two?", first.session.session_id)
    page = shown(conversation)
    assert page.conversation.count('class="fl-turn"') == 2
    assert "yes <a class=" in page.conversation
    assert page.conversation.count("a quote") == 1, "an older turn keeps its sources at hand"
    last = conversation.finished[-1].run.run_id
    assert f'id="src-{last}-1"' in page.panels["sources"]
    assert "Searching" in page.panels["steps"]
    assert len(page.charts) == 1
    assert page.newest == last
    assert not page.empty


@pytest.mark.anyio
async def test_a_running_turn_is_left_to_the_browser() -> None:
    gate.clear()
    async with open_sessions() as sessions:
        run = await sessions.ask("wait for it")
        while len(await sessions.core.log.read(run.run_id)) < 3:
            await sessions.core.log.wait(run.run_id, len(await sessions.core.log.read(run.run_id)))
        conversation = await sessions.attach(run.session_id)
        page = shown(conversation, await sessions.view(run.run_id))
        gate.set()
        await sessions.core.runner.wait(run.run_id)
    assert page.running
    assert f'data-section="answer" data-run="{run.run_id}"' in page.conversation
    assert f'data-section="sources" data-run="{run.run_id}"' in page.panels["sources"]
    assert "A card" not in page.panels["sources"]
    assert len(page.charts) == 1, "charts are drawn by Gradio, as soon as they are there"


def test_a_chart_loads_nothing_and_a_broken_one_is_left_out() -> None:
    remote = {
        **BARS,
        "data": {"url": "https://elsewhere.invalid/data.csv"},
        "encoding": {"href": {"value": "https://x"}},
    }
    specs = {"good": BARS, "remote": remote, "broken": {"mark": 7, "encoding": []}}
    view = View(artifacts={name: Artifact(id=name, kind="chart", data=spec) for name, spec in specs.items()})
    drawn = [chart.to_json() for chart in charts(view)]
    assert any('"bar"' in chart for chart in drawn)
    assert not any("https://elsewhere" in chart or "https://x" in chart for chart in drawn)
    assert len(drawn) < 3


@pytest.mark.anyio
async def test_the_list_of_sessions_names_them_as_text() -> None:
    async with open_sessions({"Streamlit": "/streamlit/", "Gradio": "/gradio/"}) as sessions:
        conversation = await answered(sessions, HOSTILE[0])
        listed = session_list(await sessions.recent(), sessions.links("s_1"), "s_1")
    assert conversation.session is not None
    assert f'href="?session={conversation.session.session_id}"' in listed
    assert "&lt;script&gt;" in listed and "<script>" not in listed
    assert 'href="/streamlit/?session=s_1"' in listed
    assert "/gradio/" not in listed, "one is there already"


@pytest.mark.anyio
async def test_an_agent_of_ten_lines_has_a_page_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    from apps.gradio_app import build

    monkeypatch.setenv("AGENT", "agent.examples.ten_lines:my_agent")
    assert header() == "<h1>Firstlight</h1><p>my agent</p>"
    async with open_sessions() as sessions:
        parts = {part.elem_id: part for part in build(sessions).blocks.values()}
    assert parts["pace"].value == ""
    assert parts["collection"].visible is False
    assert parts["starters"].children == []


@pytest.mark.anyio
async def test_questions_of_several_users_do_not_wait_for_each_other() -> None:
    """Gradio's queue serves one at a time by default."""
    from apps.gradio_app import build

    async with open_sessions() as sessions:
        handlers = [fn for fn in build(sessions).fns.values() if fn.fn is not None]
    assert len(handlers) >= 6
    assert not any(fn.queue for fn in handlers)


@pytest.mark.anyio
async def test_a_page_that_was_open_while_the_server_restarted_can_still_ask() -> None:
    """Gradio refuses a choice that it has not offered, and forgets at a restart what it offered later."""
    from apps.gradio_app import build

    async with open_sessions() as sessions:
        page = build(sessions)
        ask = next(number for number, fn in page.fns.items() if fn.name == "ask")
        await page.process_api(ask, ["yes?", "", "", "hosted", ""])
        runs = await sessions.core.log.runs()
        await sessions.core.runner.wait(runs[0].run_id)
    assert [run.question for run in runs] == ["yes?"]


@pytest.mark.anyio
async def test_a_stopped_agent_whose_thread_goes_on_does_not_hold_up_the_next_question() -> None:
    """A thread cannot be stopped: stopped runs may keep all threads of the loop's executor."""
    from apps.gradio_app import build

    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
    try:
        async with open_sessions() as sessions:
            run = await sessions.ask("block")
            while len(await sessions.core.log.read(run.run_id)) < 3:
                await sessions.core.log.wait(run.run_id, len(await sessions.core.log.read(run.run_id)))
            await sessions.core.runner.cancel(run.run_id)
            page = build(sessions)
            ask = next(number for number, fn in page.fns.items() if fn.name == "ask")
            async with asyncio.timeout(20):
                await page.process_api(ask, ["and now?", run.session_id, "", "", ""])
                conversation = await answered(sessions, "yes?")
    finally:
        unblocked.set()
    assert [turn.view.message.answer for turn in conversation.finished] == ["To 'yes?': yes [1]."]


def test_what_a_stop_leaves_says_nothing_of_what_never_came() -> None:
    """No warnings of an answer that was not begun, and an open question was not left unanswered."""
    stopped = Stream(phase="ended", outcome="cancelled", timings=Timings(total_ms=2_000))
    open_one, missed = (Input(id=str(at), prompt=f"Until {at}?", state="expired", expires_at=at) for at in (600, 1))
    view = View(stream=stopped, warnings=(Warning(code="thin", message="Thin."),), expired=(missed, open_one))
    run = Run(run_id="r_1", session_id="s_1", agent="a", question="?", created_at=0)
    assert section("warnings", view, run) == {}
    assert [html for html in section("input", view, run).values() if "Until 1?" not in html] == []
    said = replace(view, message=Message(answer="So"))
    assert "Thin." in section("warnings", said, run)[0]
    failed = replace(view, stream=replace(stopped, outcome="error"))
    assert len(section("input", failed, run)) == 2
    assert "Thin." in section("warnings", failed, run)[0]


def test_a_question_that_expired_before_the_stop_was_left_unanswered() -> None:
    """However long it was waited for: the run's own time stands still meanwhile, `expires_at` does not."""
    stopped = Stream(phase="ended", outcome="cancelled", timings=Timings(total_ms=2_000, waited_ms=600_000))
    missed, open_one = (Input(id=str(at), prompt=f"Until {at}?", state="expired", expires_at=at) for at in (600, 1_200))
    run = Run(run_id="r_1", session_id="s_1", agent="a", question="?", created_at=0)
    (shown,) = section("input", View(stream=stopped, expired=(missed, open_one)), run).values()
    assert "Until 600?" in shown


@contextmanager
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        yield int(busy.getsockname()[1])


def test_a_taken_port_gives_a_clear_line_and_the_way_to_another(capsys: pytest.CaptureFixture[str]) -> None:
    from apps.gradio_server import main

    with taken_port() as port:
        assert main(["--port", str(port)]) == 2
    said = capsys.readouterr().err
    assert f"Cannot listen on 127.0.0.1:{port}" in said
    assert f"--port {port + 1}" in said
