"""The built-in agent as a stream of events."""

import re
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from agent.events import Artifact, Citation, Event, Status, Token, Tool, Trace
from agent.log import MemoryLog
from agent.request import Request, Turn
from agent.research.agent import STARTERS, research
from agent.research.answer import tokens
from agent.research.answer.grounding import MARKER, ungrounded, unresolved
from agent.research.documents.indexing import index_folder
from agent.run import Runner
from tests.quality.score import DECLINES, Answer
from tests.research_stream import LEAD, codes, events, steps, text

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("warm")]


async def test_a_figure_goes_through_its_steps() -> None:
    stream = await events("Compare the gross margins of NVIDIA and Apple for fiscal 2025")
    assert steps(stream) == [
        "interpreting running",
        "interpreting done",
        "running_tool running",
        "running_tool done",
        "aggregating running",
        "aggregating done",
        "generating running",
        "generating done",
    ]
    labels = {event.step: event.label for event in stream if isinstance(event, Status)}
    assert labels["running_tool"] == "Comparing gross margin for NVIDIA and Apple, FY2025"


async def test_a_text_question_says_where_it_searches_and_what_it_read() -> None:
    stream = await events("What were NVIDIA's warranty liabilities in Q2 FY2026?")
    done = next(event for event in stream if isinstance(event, Status) and event.step == "retrieving" and event.detail)
    assert re.fullmatch(r"Searching \d+ briefs on NVIDIA, Q2 FY2026", done.label)
    assert done.detail == "read the nearest 6"
    read = next(event.data["hits"] for event in stream if isinstance(event, Trace) and event.name == "search")
    assert isinstance(read, list) and len(read) == 6
    assert "$2.1 billion" in text(stream)


async def test_the_lead_question_gets_both_sides_with_chart_value_table_and_warnings() -> None:
    stream = await events(LEAD)
    kinds = [event.kind for event in stream if isinstance(event, Artifact)]
    assert kinds == ["value", "table", "chart"]
    assert codes(stream) == {"hhi_lower_bound"}
    answer = text(stream)
    assert all(figure in answer for figure in ("23%", "14%", "785", "538", "39%", "46%"))
    assert any("000104581025000209" in event.url for event in stream if isinstance(event, Citation))


async def test_a_card_comes_before_the_first_token_with_its_marker() -> None:
    seen: set[int] = set()
    written = ""
    for event in await events(LEAD):
        if isinstance(event, Citation):
            seen.add(event.index)
        elif isinstance(event, Token):
            written += event.text
            assert {int(index) for index in MARKER.findall(written)} <= seen
    assert unresolved(written, seen) == (set(), set())


async def test_tokens_are_cut_as_a_model_cuts_them_and_counted() -> None:
    stream = await events(LEAD)
    count = sum(isinstance(event, Token) for event in stream)
    assert count > 80
    assert Trace(name="usage", data={"output_tokens": count}) in stream


def test_pieces_join_to_the_text_whatever_is_in_it() -> None:
    strange = "Smörgåsbord 🧑‍🚀 €5 \u202e <b>[1]</b> <|endoftext|>"
    assert "".join(tokens.pieces(strange)) == strange


def test_the_first_event_waits_for_nothing_heavy() -> None:
    code = """
import asyncio, sys
from agent.request import Request
from agent.research.agent import research
async def first():
    async for event in research(Request(question="Is customer concentration at NVIDIA rising?")):
        return event
event = asyncio.run(first())
heavy = {"numpy", "onnxruntime", "bm25s", "tokenizers", "tiktoken"}
heavy |= {"agent.research.figures.facts", "agent.research.search.retrieval"}
print(event.step, event.state, sorted(heavy & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "interpreting running []"


async def test_a_follow_up_uses_the_session() -> None:
    turns = (Turn(question="What was NVIDIA's revenue in Q2 FY2026?", answer="..."),)
    assert "$30,040 million" in text(await events("and a year earlier?", turns=turns))
    assert "$2,006.1 million" in text(await events("what about Marvell?", turns=turns))


async def test_a_figure_outside_the_table_is_declined_with_the_nearest() -> None:
    stream = await events("nvidia revenue fy2031")
    assert "no_data" in codes(stream)
    assert text(stream).startswith("I can't answer that")
    assert "not an answer to your question" in text(stream)
    assert [event.state for event in stream if isinstance(event, Tool)] == ["running", "failed"]


async def test_a_users_documents_are_asked_instead(tmp_path: Path, data: Path) -> None:
    (tmp_path / "rules.md").write_text("# Pets\n\nDogs are welcome in the office on Fridays. Cats stay at home.")
    index_folder(tmp_path, "handbook", data)
    stream = await events("When are dogs welcome in the office?", collection="handbook")
    [card] = [event for event in stream if isinstance(event, Citation)]
    assert (card.title, card.source) == ("rules.md", "handbook")
    assert "“Dogs are welcome in the office on Fridays.” [1]" in text(stream)


async def test_through_the_runner_it_completes_with_usage() -> None:
    log = MemoryLog()
    await log.start()
    runner = Runner(log)
    done = await runner.wait(await runner.start(research, Request(question=LEAD), name="research"))
    await runner.close()
    await log.close()
    assert (done.outcome, done.partial) == ("completed", False)
    assert isinstance(done.usage["output_tokens"], int) and done.usage["output_tokens"] > 80


@pytest.mark.parametrize("question", STARTERS)
async def test_every_starter_is_answered_well(question: str) -> None:
    stream = await events(question)
    answer = await _collected(stream)
    assert not DECLINES & codes(stream)
    assert len(answer.text) > 60 and answer.cards
    assert ungrounded(answer.text, answer.held(), answer.computed) == []
    assert unresolved(answer.text, [card.index for card in answer.cards]) == (set(), set())


def test_the_starters_are_few_and_led_by_the_lead_question() -> None:
    assert 8 <= len(STARTERS) <= 12
    assert STARTERS[0] == LEAD


async def _collected(stream: list[Event]) -> Answer:
    async def replay() -> AsyncIterator[Event]:
        for event in stream:
            yield event

    return await Answer.of(replay())


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("whats the attrition at nvidia", "2.5%"),
        ("headcount of apple", "164,000"),
        ("who assembles iphones", "outside partners"),
        ("how much do carriers owe apple at sept 2024", "38%"),
    ],
)
async def test_other_words_find_the_brief(question: str, said: str) -> None:
    stream = await events(question)
    assert said in text(stream) and not codes(stream) & DECLINES
