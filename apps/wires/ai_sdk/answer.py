"""A run as one answer to an AI SDK client: from its first chunk to its end, or to a question for the person."""

import json
from collections.abc import Callable, Sequence
from typing import Any, cast

from agent.entries import Entry, payload_of
from agent.events import Done, Event, Token
from agent.live import LiveRun
from agent.request import Run
from agent.view import View
from apps.entry_stream import EntrySource
from apps.v1.context import Context
from apps.wires.ai_sdk.chunks import Chunk, Chunks, joined
from apps.wires.ai_sdk.messages import reduced

Wire = Callable[[list[Chunk], bool], bytes]
"""Chunks as bytes, and whether these are the last."""


class Answer:
    """One reader's position in the answer (apps/sse.py Source)."""

    def __init__(self, live: LiveRun, wire: Wire, after: int = 0) -> None:
        """`after`: the question behind which it goes on, for a client that has all up to there."""
        self._live, self._wire = live, wire
        self._chunks = Chunks(live.run_id)
        self._over = False
        for entry in live.entries[: max(0, after - live.first + 1)]:
            self._chunks.of(entry)  # what a marker or a tool's output refers to came before the question
        self._first = [self._chunks.start()]
        self._entries = EntrySource(live, after, self._encode)
        self.subscribe, self.unsubscribe = live.subscribe, live.unsubscribe

    def take(self) -> bytes:
        if self._first:
            first, self._first = self._first, []
            return self._wire(first, False)
        return self._entries.take()

    @property
    def ended(self) -> bool:
        return self._over or self._entries.ended

    def _encode(self, entries: Sequence[Entry]) -> bytes:
        chunks: list[Chunk] = []
        for entry in entries:
            if self._over:
                break
            chunks += self._chunks.of(entry)
            self._over = self._chunks.ended
            if self._chunks.asking and not closed(self._live, entry.seq):
                chunks.append(self._chunks.pause())
                self._over = True
        return self._wire(joined(chunks), self._over) if chunks else b""


def sse(chunks: list[Chunk], over: bool) -> bytes:
    """Frames of the event stream; ASCII, for readers that split lines where Unicode does."""
    frames = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks)
    return (frames + "data: [DONE]\n\n" * over).encode()


def closed(live: LiveRun, seq: int) -> bool:
    """Whether the question in the entry `seq` is open no more: the next entry about a question is its answer."""
    return any(entry.type == "input" for entry in live.entries[seq - live.first + 1 : live.visible])


async def live_run(here: Context, run: Run) -> LiveRun:
    """The run as it grows; where its first entries are no longer kept, as short as its view."""
    live = await here.tails.of(run.run_id)
    if live.closed and live.first == 1 and live.entries:
        return live
    if run.is_open or not live.closed:
        return live
    events = _short(await here.sessions.view(run.run_id))
    entries = [Entry(run.run_id, seq, 0.0, event.type, payload_of(event)) for seq, event in enumerate(events, 1)]
    return LiveRun(run.run_id, entries, ended=True)


def _short(view: View) -> list[Event]:
    """Events that make the view again."""
    message, stream, total = view.message, view.stream, view.stream.timings.total_ms
    said = [Token(text=message.answer)] if message.answer else []
    done = Done(outcome=stream.outcome or "interrupted", partial=stream.partial, latency_ms=total or 0)
    return cast(list[Event], [*message.citations, *view.artifacts.values(), *said, *view.warnings, done])


def message_of(live: LiveRun) -> dict[str, Any]:
    """The assistant message that a client has made of the run so far."""
    chunks = Chunks(live.run_id)
    return reduced([chunks.start(), *(chunk for entry in live.entries[: live.visible] for chunk in chunks.of(entry))])
