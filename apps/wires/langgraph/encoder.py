"""A run as the event stream of a LangGraph server."""

import json
from collections.abc import Collection, Sequence
from typing import Literal, assert_never

from agent.entries import Entry
from agent.events import Artifact, Citation, Done, Error, Event, Input, Json, Status, Token, Tool, Trace, Warning
from agent.request import Run
from apps.wires.langgraph.messages import Fields, ai, chunk, human

Mode = Literal["custom", "messages", "updates", "values"]
MODES: tuple[Mode, ...] = ("custom", "messages", "updates", "values")
Cursor = tuple[int, int]
"""A frame's place: the number of its entry, and which of that entry's frames it is, whatever the reader's modes."""
START: Cursor = (0, -1)
LAST = 9
"""Behind all frames of an entry."""
NODE = "agent"
END = b"event: end\ndata: null\n\n"
_KINDS = ("metadata", *MODES, "error")
_WORDS = {"cancelled": "The run was cancelled.", "interrupted": "The run was interrupted."}


class Encoder:
    """Takes a run's entries from the first one on, in whatever pieces; the same entries give the same frames.

    `after`: the place of the last frame that the reader has. `earlier`: the messages of the thread before this run.
    """

    def __init__(
        self, run: Run, modes: Collection[str] = MODES, after: Cursor = START, earlier: Sequence[Fields] = ()
    ) -> None:
        self.run = run
        self.question: Input | None = None
        """What the run asks the person just now."""
        self.seq = 0
        """The last entry that was taken."""
        self.done: Done | None = None
        self._modes, self._after, self._earlier = modes, after, earlier
        self._frames: list[bytes] = []
        self._said: dict[str, list[str]] = {"answer": [], "reasoning": []}
        self._cards: list[Citation] = []
        self._error: Error | None = None

    def begin(self) -> bytes:
        """What is said before the first entry."""
        self._frame("metadata", self.hello())
        self._state()
        return self._taken()

    def hello(self) -> Fields:
        return {"run_id": self.run.run_id, "attempt": 1}

    def __call__(self, entries: Sequence[Entry]) -> bytes:
        for entry in entries:
            self.seq = entry.seq
            if entry.type != "trace" and "custom" in self._modes:
                self._send("custom", "custom", b'{"type":"%b",' % entry.type.encode() + entry.data[1:])
            self.take(entry.event)
        return self._taken()

    def values(self) -> Fields:
        """The thread's state as it stands."""
        told: Fields = {"messages": [*self._earlier, human(self.run)]}
        if any(self._said.values()):
            told["messages"].append(self._message())
        if self.question is not None:
            told["__interrupt__"] = [interrupt(self.question)]
        if (failure := self.failure()) is not None:
            told["__error__"] = failure
        return told

    def waits(self) -> bool:
        """The run asks the person something that the reader does not know yet."""
        return self.question is not None and (self.seq, LAST) > self._after

    def failure(self) -> Fields | None:
        """Why the run did not complete."""
        if self.done is None or self.done.outcome == "completed":
            return None
        if self._error is not None:
            return {"error": self._error.code, "message": self._error.message}
        outcome = self.done.outcome
        return {"error": outcome, "message": _WORDS.get(outcome, f"The run ended: {outcome}.")}

    def take(self, event: Event) -> None:
        match event:
            case Token():
                self._said[event.channel].append(event.text)
                where = {"run_id": self.run.run_id, "langgraph_node": NODE}
                self._frame("messages", [chunk(self.run.run_id, event), where])
            case Citation():
                self._cards.append(event)
            case Input():
                self._ask(event)
            case Error():
                self._error = event
            case Done():
                self._end(event)
            case Status() | Tool() | Artifact() | Warning() | Trace():
                pass
            case _:
                assert_never(event)

    def _ask(self, question: Input) -> None:
        self.question = question if question.state == "requested" else None
        if self.question is not None:
            self._frame("updates", {"__interrupt__": [interrupt(self.question)]})
            self._state()

    def _end(self, done: Done) -> None:
        self.done = done
        if any(self._said.values()):
            self._frame("updates", {NODE: {"messages": [self._message()]}})
        self._state()
        if (failure := self.failure()) is None:
            self._frames.append(END)
        else:
            self._frame("error", failure)

    def _message(self) -> Fields:
        answer, reasoning = ("".join(self._said[channel]) for channel in ("answer", "reasoning"))
        usage: Json = self.done.usage if self.done else {}
        return ai(self.run.run_id, answer, reasoning, self._cards, usage)

    def _state(self) -> None:
        if "values" in self._modes:
            self._frame("values", {k: v for k, v in self.values().items() if k != "__error__"})

    def _frame(self, kind: str, data: object) -> None:
        if kind in self._modes or kind not in MODES:
            self._send(kind, kind, json.dumps(data).encode())

    def _send(self, kind: str, event: str, data: bytes) -> None:
        place = (self.seq, _KINDS.index(kind))
        if place > self._after:
            self._frames.append(b"id: %d-%d\nevent: %b\ndata: %b\n\n" % (*place, event.encode(), data))

    def _taken(self) -> bytes:
        frames, self._frames = self._frames, []
        return b"".join(frames)


def interrupt(question: Input) -> Fields:
    """A question to the person, as LangGraph has it; `command={"resume": …}` answers it."""
    return {"id": question.id, "value": question.prompt, "response_schema": question.schema_}
