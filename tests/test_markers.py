"""Promise: a marker without its card and a card without its quote are shown as warnings, and counted."""

from collections.abc import AsyncIterator

import pytest

from agent.events import Citation, Event, Token, Warning
from agent.log import MemoryLog
from agent.markers import markers, mismatches
from agent.metrics import measure
from agent.replay import recording_of
from agent.request import Request
from agent.run import Agent, Runner

pytestmark = pytest.mark.anyio


async def ran(*events: Event) -> tuple[list[str], object]:
    """The codes of the warnings of a run that says `events`, and how many the metrics count."""

    async def agent(_: Request) -> AsyncIterator[Event]:
        for event in events:
            yield event

    return await played(agent)


async def played(agent: Agent) -> tuple[list[str], object]:
    log = MemoryLog()
    runner = Runner(log)
    entries = [entry async for entry in log.follow(await runner.start(agent, Request(question="?")))]
    codes = [event.code for entry in entries if isinstance(event := entry.event, Warning)]
    return codes, measure(entries)["n_ungrounded"]


async def test_an_answer_whose_markers_have_cards_is_left_alone() -> None:
    card = Citation(index=1, title="10-Q", quote="Revenue rose.")
    assert await ran(card, Token(text="It rose [1]")) == ([], 0)


async def test_a_marker_without_its_card_is_a_warning_and_counted() -> None:
    assert await ran(Token(text="It rose ["), Token(text="2"), Token(text="].")) == (["marker_without_card"], 1)


async def test_a_card_without_its_quote_is_a_warning_and_counted() -> None:
    assert await ran(Citation(index=1, title="10-Q"), Token(text="It rose [1].")) == (["card_without_quote"], 1)


async def test_a_quote_of_blanks_is_none() -> None:
    assert await ran(Citation(index=1, title="10-Q", quote=" \n"), Token(text="It rose [1].")) == (
        ["card_without_quote"],
        1,
    )


async def test_a_better_card_of_the_same_number_counts() -> None:
    card = Citation(index=1, title="10-Q")
    better = card.model_copy(update={"quote": "Revenue rose."})
    assert await ran(card, better, Token(text="It rose [1].")) == ([], 0)


async def test_a_marker_in_the_reasoning_is_none() -> None:
    assert await ran(Token(text="perhaps [7]. ", channel="reasoning"), Token(text="It rose.")) == ([], 0)


async def test_an_answer_that_was_cut_is_checked_too() -> None:
    async def agent(_: Request) -> AsyncIterator[Event]:
        yield Token(text="It rose [2], and")
        raise ValueError("broken")

    assert await played(agent) == (["marker_without_card"], 1)


async def test_a_number_that_no_source_holds_is_counted_and_other_warnings_are_not() -> None:
    number, other = Warning(code="ungrounded_number", message="7 %"), Warning(code="retry", message="Trying again.")
    assert await ran(other, number, Token(text="It rose by 7 %.")) == (["retry", "ungrounded_number"], 1)


async def test_a_replay_does_not_warn_twice() -> None:
    async def agent(_: Request) -> AsyncIterator[Event]:
        yield Token(text="It rose [2].")

    log = MemoryLog()
    runner = Runner(log)
    run_id = await runner.start(agent, Request(question="?"))
    await runner.wait(run_id)
    assert await played((await recording_of(log, run_id)).agent()) == (["marker_without_card"], 1)


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ("a [1][2], b [1].", [1, 2]),
        ("a [link](https://example.org), a [1](https://example.org)", []),
        ("`x[1]` and x[2]", []),
        ("```\nrow [1]\n``` after [3]", [3]),
        ("[0] [1234] [x] [12] [345]", [0, 12, 345]),
    ],
)
async def test_what_a_marker_is(answer: str, found: list[int]) -> None:
    assert markers(answer) == found


async def test_the_warning_names_the_markers() -> None:
    (warning,) = mismatches("a [1], b [3]", {1: Citation(index=1, title="t", quote="q")})
    assert "[3]" in warning.message
    assert "[1]" not in warning.message
