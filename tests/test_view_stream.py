"""The view stream: what browsers draw from it is what the View holds, at a cost that stays in proportion."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.entries import Entry, payload_of
from agent.events import Artifact, Citation, Done, Event, Input, Status, Token, Tool, Warning
from agent.log import MemoryLog
from agent.request import Request, Run
from agent.run import Runner
from agent.view import fold
from apps.answer import blocks_of
from apps.cards import drawn_from, section
from apps.markup import Markdown
from apps.screen import Item, Screen, difference
from apps.view_stream import ViewStream, WatchedRuns

RUN = Run(run_id="r_1", session_id="s_1", agent="test", question="?", created_at=0)

EVENTS: list[Event] = [
    Status(step="retrieving", label="Searching"),
    Citation(index=1, title="A card", quote="a quote"),
    Status(step="retrieving", state="done", detail="kept 1"),
    Tool(call_id="t", name="growth", state="running"),
    Tool(call_id="t", name="growth", state="done", output=1),
    Artifact(id="a", kind="value", data={"text": "1 %"}),
    Artifact(id="a", version=2, kind="value", data={"text": "2 %"}),
    Status(step="generating", label="Writing"),
    *[
        Token(text=part)
        for part in ("# So\n", "\nIt ", "**rose** ", "\U0001f600 [1].\n", "\n- one\n", "- two\n\n", "End")
    ],
    Input(id="i", prompt="Go on?"),
    Input(id="i", prompt="Go on?", state="answered", value="yes"),
    Warning(code="w", message="Careful."),
    Token(text="."),
    Done(outcome="completed", latency_ms=1000),
]


def entries(events: list[Event]) -> list[Entry]:
    return [Entry("r_1", seq, seq / 10, event.type, payload_of(event)) for seq, event in enumerate(events, 1)]


class Browser:
    """What static/run_view.js does with frames, in a dozen lines."""

    def __init__(self) -> None:
        self.items: dict[str, dict[int, str]] = {}

    def draw(self, changes: list[list[object]]) -> None:
        for name, item, html, *tail in json.loads(json.dumps(changes)):
            items = self.items.setdefault(name, {})
            if html is None:
                items.pop(item, None)
            elif tail:
                kept = items[item].encode("utf-16-le")[: 2 * html].decode("utf-16-le")
                items[item] = kept + tail[0]
            else:
                items[item] = html

    @property
    def shown(self) -> dict[str, dict[int, str]]:
        return {name: items for name, items in self.items.items() if items}


def expected(events: list[Event]) -> dict[str, dict[int, str]]:
    """All sections of the run, drawn once from its whole View."""
    view = fold(entries(events))
    markdown = Markdown("r_1")
    markdown.cite([1])
    parts = {name: section(name, view, RUN) for name in drawn_from(view)}
    parts["answer"] = dict(enumerate(blocks_of(markdown, view.message.answer)))
    return {name: items for name, items in parts.items() if items}


@given(st.sets(st.integers(1, len(EVENTS))), st.integers(0, len(EVENTS)))
def test_however_frames_and_readers_are_cut_every_browser_shows_the_same(cuts: set[int], joins: int) -> None:
    screen, first, late = Screen(RUN), Browser(), None
    resumed = Browser()
    for entry in entries(EVENTS):
        screen.apply(entry)
        if entry.seq in cuts or entry.seq == len(EVENTS):
            changes: list[list[object]] = [list(change) for change in screen.changes()]
            first.draw(changes)
            if late is not None:
                late.draw(changes)
            elif entry.seq >= joins:
                late = Browser()
                late.draw([list(change) for change in screen.since(0)])
                resumed.items = {name: dict(items) for name, items in late.items.items()}
                at = entry.seq
    resumed.draw([list(change) for change in screen.since(at)])
    assert first.shown == expected(EVENTS)
    assert late is not None and late.shown == first.shown
    assert resumed.shown == first.shown


def test_a_change_is_as_short_as_the_common_beginning_makes_it() -> None:
    old = "<p>" + "\U0001f600é" * 50 + "</p>"
    new = "<p>" + "\U0001f600é" * 51 + "</p>"
    assert difference("answer", 3, old, new) == ["answer", 3, 3 + 150, "\U0001f600é</p>"]
    assert difference("answer", 3, None, "<p>x</p>") == ["answer", 3, "<p>x</p>"]


@pytest.mark.parametrize("text", ["word and word, ", "x = 1\n", "- item\n"], ids=["paragraph", "code", "list"])
def test_the_bytes_of_a_long_block_grow_with_its_length_and_not_with_its_square(text: str) -> None:
    """Twice the answer costs about twice the bytes, and a byte of text a few on the wire, whatever the block."""

    def cost(tokens: int) -> int:
        opening = "```\n" if "=" in text else ""
        screen, total = Screen(RUN), 0
        for entry in entries([Token(text=opening or " "), *[Token(text=text)] * tokens]):
            screen.apply(entry)
            total += len(json.dumps(screen.changes(), ensure_ascii=False))
        return total

    once, twice = cost(100), cost(200)
    assert twice < 2.3 * once
    assert once < 100 * (len(text) + 120)


class Unwalked(dict[int, Item]):
    """Items that may be looked up, but not looked through."""

    def __iter__(self) -> Iterator[int]:
        raise AssertionError("a frame must not cost more, the longer the answer is")

    items = keys = values = __iter__  # type: ignore[assignment]


def test_a_frame_of_a_long_answer_does_not_look_through_what_is_finished() -> None:
    screen = Screen(RUN)
    events: list[Event] = [Token(text=f"Paragraph {n}.\n\n") for n in range(50)]
    events += [Token(text="- one"), Token(text="\n- two\n\n"), Token(text="\nThe end."), Token(text=" Now.")]
    screen.items["answer"] = Unwalked()
    changed = []
    for entry in entries(events):
        screen.apply(entry)
        changed = screen.changes()
    assert [change[:2] for change in changed] == [["answer", 51]]


async def slow(request: Request) -> AsyncIterator[Event]:
    for n in range(200):
        yield Token(text=f"word {n} ")
        await asyncio.sleep(0.001)


@pytest.mark.anyio
async def test_viewers_share_one_producer_that_draws_at_most_thirty_times_a_second() -> None:
    log = MemoryLog()
    runner, watched = Runner(log), WatchedRuns(log)
    began = asyncio.get_running_loop().time()
    run_id = await runner.start(slow, Request(question="?"))
    first, second = await asyncio.gather(watched.stream(run_id), watched.stream(run_id))
    assert first is second
    await runner.wait(run_id)
    await first.task
    took = asyncio.get_running_loop().time() - began
    assert first.frames.closed
    assert 2 <= len(first.frames.items) <= 30 * took + 2
    assert b'"phase":"ended"' in first.frames.items[-1]
    watched.close()


@pytest.mark.anyio
async def test_a_reader_of_all_of_an_ended_run_is_told_that_there_is_no_more() -> None:
    log = MemoryLog()
    runner = Runner(log)
    run_id = await runner.start(slow, Request(question="?"))
    await runner.wait(run_id)
    stream = ViewStream(log, await log.run(run_id))
    await stream.ready.wait()
    last = len(await log.read(run_id))
    assert await stream.resume(last) is None
    body, start = await stream.resume(last - 1) or (b"", -1)
    assert body.startswith(b"id: %d\nevent: view\n" % last) and start == len(stream.frames.items)
    whole, _ = await stream.resume(last + 1000) or (b"", -1)
    assert b"word 199" in whole, "a number of another log counts as none"
    await stream.task
