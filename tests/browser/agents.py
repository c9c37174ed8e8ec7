"""Agents of the browser tests. The question says what they do, and a gate says how far they may go.

A gate is a file in the data folder that a test writes: the number of events that may be said. So a
test decides when something happens, and never waits for a clock.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterator
from itertools import count
from pathlib import Path

from pydantic import JsonValue

from agent.events import Artifact, Citation, Event, Input, Json, Status, Token, Tool, Warning
from agent.home import data_folder
from agent.registry import About
from agent.replay import Recording
from agent.request import Request
from tests.hostile import HOSTILE

ABOUT = About(line="Does what the question says.", starters=("Is it *rising* [or $not$]?",), pace="hosted")
RECORDING = Path(__file__).with_name("recording.jsonl")
EVERYTHING = 10**9
SCHEMAS: dict[str, Json] = {
    "words": {"type": "string", "minLength": 3},
    "choice": {"enum": ["NVIDIA", "AMD"]},
    "confirm": {"type": "boolean"},
}


def gate(name: str, folder: Path | None = None) -> Path:
    return (folder or data_folder()) / "gates" / name


async def by_question(request: Request) -> AsyncGenerator[Event, Input | None]:
    """`hostile`, `lines NAME`, `gated NAME`, `ask me KIND`, `asking NAME`, `expiring NAME`, or the recording.

    A `NAME` is that of a gate.
    """
    kind, _, name = request.question.partition(" ")
    if request.question.startswith("ask me "):
        schema = SCHEMAS[request.question.removeprefix("ask me ")]
        reply = yield Input(id="q1", prompt="Which <b>one</b>?", schema=schema)
        assert reply is not None
        yield Token(text=f"You {reply.state}: {reply.value!r}.")
        return
    if kind in ("asking", "expiring"):
        reply = yield Input(id="q1", prompt="Is <b>anybody</b> there?", schema=SCHEMAS["words"])
        assert reply is not None
        yield Status(step="generating", label="Going on")
        async for event in through(gate(name), [Token(text=f"You {reply.state}. "), Token(text="That is all.")]):
            yield event
        return
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


def said_after(events: int) -> str:
    """The last whole word of the recorded answer after so many events."""
    text = "".join(event.text for event in recorded()[:events] if isinstance(event, Token))
    return re.sub(r"[*#`|]", "", text).split()[-1]


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
    events: list[Event] = []
    for n, evil in enumerate(HOSTILE, 1):
        few = evil[:5_000]
        values: Json = {"value": 1, "unit": few, "text": few, "formula": few, "inputs": [{"label": few, "text": few}]}
        events += [
            Status(step=few, id=f"s{n}", label=few, detail=few, state="done"),
            Citation(index=n, title=few, source=few, url=few, locator=few, quote=evil),
            Tool(call_id=f"t{n}", name=few, arguments={few: few}, output=few, log=few, state="done"),
            Artifact(id=f"v{n}", kind="value", title=few, data=values),
            Artifact(id=f"d{n}", kind="documents", title=few, data={"documents": [{"title": few, "url": few}]}),
            Artifact(
                id=f"f{n}", kind="file", title=few, data={"name": few, "media_type": few, "url": few, "text": few}
            ),
            Warning(code="hostile", message=few),
        ]
    bars: list[JsonValue] = [{"a": evil[:500], "b": n} for n, evil in enumerate(HOSTILE)]
    chart: Json = {
        "title": HOSTILE[0],
        "mark": "bar",
        "data": {"values": bars, "url": "https://elsewhere.invalid/rows"},
    }
    chart["encoding"] = {"x": {"field": "a", "type": "nominal"}, "y": {"field": "b", "type": "quantitative"}}
    events.append(Artifact(id="chart", kind="chart", title="<b>A chart</b>", data=chart))
    rows: list[JsonValue] = [[evil[:500], n] for n, evil in enumerate(HOSTILE)]
    events.append(
        Artifact(id="table", kind="table", title="<b>A table</b>", data={"columns": ["<i>a</i>", "b"], "rows": rows})
    )
    return [*events, Token(text="\n\n".join(HOSTILE)), Token(text="\n\nThe end of it.")]
