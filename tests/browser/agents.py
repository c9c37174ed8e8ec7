"""Agents of the browser tests. The question says what they do, and a gate says how far they may go.

A gate is a file in the data folder that a test writes: the number of events that may be said. So a
test decides when something happens, and never waits for a clock.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from itertools import count
from pathlib import Path

from agent.events import Artifact, Citation, Event, Input, Status, Token, Tool, Warning
from agent.home import data_folder
from agent.replay import Recording
from agent.request import Request


RECORDING = Path(__file__).with_name("recording.jsonl")
EVERYTHING = 10**9


def gate(name: str, folder: Path | None = None) -> Path:
    return (folder or data_folder()) / "gates" / name


async def by_question(request: Request) -> AsyncGenerator[Event, Input | None]:
    """`hostile`, `lines NAME`, `ask me`, or the recording; a `NAME` is that of a gate."""
    kind, _, name = request.question.partition(" ")
    if kind == "hostile":
        events = said(hostile())
    elif kind == "lines":
        events = through(gate(name), lines(400))
    elif kind == "gated":
        events = through(gate(name), recorded())
    else:
        events = said(recorded())
    async for event in events:
        yield event


def recorded() -> list[Event]:
    return [entry.event for entry in Recording.load(RECORDING).entries if entry.type not in ("done", "trace")]


async def said(events: list[Event]) -> AsyncIterator[Event]:
    for event in events:
        await asyncio.sleep(0)
        yield event


async def through(gate_file: Path, events: list[Event]) -> AsyncIterator[Event]:
    """The events, no further than the gate allows."""
    allowed = 0
    for n in count():
        while n >= allowed:
            allowed = await asyncio.to_thread(_allowed, gate_file)
            if n >= allowed:
                await asyncio.sleep(0.01)
        if n == len(events):
            return
        yield events[n]


def _allowed(gate_file: Path) -> int:
    try:
        return int(gate_file.read_text() or 0)
    except (FileNotFoundError, ValueError):
        return 0


def lines(n: int) -> list[Event]:
    """An answer of `n` numbered paragraphs: taller than any screen."""
    return [Status(step="generating", label="Writing"), *(Token(text=f"Line {i} of the answer.\n\n") for i in range(n))]


def hostile() -> list[Event]:
    """Every field that a page shows, filled with text that wants to be more than text."""
    from tests.hostile import HOSTILE

    text = "\n\n".join(HOSTILE)
    events: list[Event] = [Status(step="retrieving", label=evil, id=f"s{i}") for i, evil in enumerate(HOSTILE)]
    events += [Citation(index=i, title=evil, source=evil, url=evil[:2000], locator=evil, quote=evil)
               for i, evil in enumerate(HOSTILE, 1)]
    events += [Tool(call_id=f"t{i}", name=evil, arguments={"q": evil}, output=evil, log=evil, state="done")
               for i, evil in enumerate(HOSTILE)]
    events += [Artifact(id=f"v{i}", kind="value", title=evil,
                        data={"value": 1, "unit": evil, "text": evil, "formula": evil, "inputs": []})
               for i, evil in enumerate(HOSTILE)]
    events.append(Artifact(id="table", kind="table", title="<b>Table</b>",
                           data={"columns": ["a", "b"], "rows": [[evil[:200], "x"] for evil in HOSTILE]}))
    events += [Warning(code="hostile", message=evil) for evil in HOSTILE]
    return [*events, Token(text=text), Token(text="\n\nThe end of it.")]
