"""The built-in agent when it is stopped, or a stage takes too long."""

import threading
from typing import Any

import pytest

from agent.errors import Stopped
from agent.events import Tool
from agent.request import Limits, Request
from agent.research import toolrun
from agent.research.agent import research
from agent.research.answer import searching, tokens
from agent.stop import watch
from tests.research_stream import LEAD, codes, events, steps, text

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("warm")]


async def test_the_work_is_done_off_the_event_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    threads: dict[str, int] = {}
    for module, name in ((searching, "find"), (toolrun, "run")):
        original = getattr(module, name)

        def noted(*given: Any, name: str = name, original: Any = original) -> Any:
            threads[name] = threading.get_ident()
            return original(*given)

        monkeypatch.setattr(module, name, noted)
    await events(LEAD)
    assert set(threads) == {"find", "run"}
    assert threading.get_ident() not in threads.values()


async def test_no_tool_is_called_after_a_stop() -> None:
    stopped = watch()
    called = []
    with pytest.raises(Stopped):
        async for event in research(Request(question="NVIDIA revenue and net income in FY2025")):
            if isinstance(event, Tool):
                called.append(event.call_id)
                stopped[0] = True
    assert set(called) == {"call-1"}


async def test_a_search_that_takes_too_long_does_not_take_the_figures_along(monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()
    monkeypatch.setattr(searching, "find", lambda *_: released.wait(30))
    try:
        stream = await events(LEAD, limits=Limits(stages={"retrieving": 0.05}))
    finally:
        released.set()
    assert "retrieving failed" in steps(stream)
    assert "stage_timeout" in codes(stream)
    assert "785" in text(stream)


async def test_a_tool_that_takes_too_long_is_stood_in_for_by_quotes(monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()
    monkeypatch.setattr(toolrun, "run", lambda _: released.wait(30))
    try:
        stream = await events(LEAD, limits=Limits(stages={"running_tool": 0.05}))
    finally:
        released.set()
    assert "running_tool failed" in steps(stream)
    assert "[1]" in text(stream) and "brief" in text(stream)


async def test_a_generation_that_takes_too_long_still_leaves_the_quotes(monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()
    expected = text(await events("How many employees does NVIDIA have?"))
    monkeypatch.setattr(tokens, "pieces", lambda _: released.wait(30))
    try:
        question = "How many employees does NVIDIA have?"
        stream = await events(question, limits=Limits(stages={"generating": 0.05}))
    finally:
        released.set()
    assert "generating failed" in steps(stream)
    assert text(stream) == expected
