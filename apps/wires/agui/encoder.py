"""A run as one AG-UI client reads it: an encoder over entries (apps/entry_stream.py), which needs no request.

What a client has is a list of messages, so a reader who comes later, or again, gets that list as it stands and then
what is new: nothing that was shown is repeated, wherever the connection was cut.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, assert_never

from pydantic import JsonValue

from agent.entries import Entry
from agent.events import Artifact, Citation, Done, Error, Event, Input, Status, Token, Tool, Trace, Warning
from agent.request import Run
from agent.view import View
from apps.wires.agui.artifacts import Artifacts
from apps.wires.agui.ending import finished, interrupted
from apps.wires.agui.events import AguiEvent, custom, event, frame, shown
from apps.wires.agui.steps import Steps
from apps.wires.agui.text import Text
from apps.wires.agui.tools import Tools

PROTOCOL = "1.0"
Messages = list[dict[str, Any]]


class Encoder:
    """One reader each: call `begin`, then give it the entries behind those of the view in their order."""

    def __init__(self, run: Run, thread_id: str, run_id: str) -> None:
        """`thread_id` and `run_id` are the client's own names."""
        self._run = run
        self._names = {"threadId": thread_id, "runId": run_id}
        self._text, self._steps = Text(run.run_id), Steps(run.run_id)
        self._tools, self._artifacts = Tools(run.run_id), Artifacts(run.run_id)
        self._error: Error | None = None
        self.finished = False
        """The client has been told how its run ends; a run that asks goes on in another one of the client's."""

    def begin(
        self, view: View | None = None, messages: Messages | None = None, state: JsonValue = None, unasked: str = ""
    ) -> bytes:
        """The first frames. `messages` are given to a client that joins: its conversation, with the run as in `view`.
        `unasked` is what it has asked meanwhile, and what will not be answered."""
        view, joins = view or View(), messages is not None
        ours = {"seq": view.stream.seq} | ({"joined": True} if joins else {})
        first = event("RUN_STARTED", **self._names, protocolVersion=PROTOCOL)
        frames = [frame(first, **ours, run_id=self._run.run_id, session_id=self._run.session_id)]
        frames += (frame(one, **ours) for one in self._so_far(view, messages, state, unasked))
        return b"".join(frames)

    def __call__(self, entries: Sequence[Entry]) -> bytes:
        frames: list[bytes] = []
        for entry in entries:
            if self.finished:
                break
            if entry.type != "trace":
                frames += (frame(one, seq=entry.seq) for one in self._said(entry.event, entry.seq))
        return b"".join(frames)

    def _so_far(self, view: View, messages: Messages | None, state: JsonValue, unasked: str) -> Iterator[AguiEvent]:
        if messages is not None:
            yield event("MESSAGES_SNAPSHOT", messages=messages)
        yield from self._text.go_on(view.message)
        yield from self._artifacts.snapshot(state, view.artifacts)
        yield from self._steps.again(view.stream.steps)
        yield from self._tools.again(view.tools)
        for citation in view.message.citations:
            yield from self._text.cite(citation)
        yield from (custom("warning", shown(warning)) for warning in view.warnings)
        yield from (custom("input", shown(question)) for question in (*view.answered, *view.expired))
        if view.error is not None:
            yield custom("error", shown(view.error))
        if unasked:
            told = f"The thread is still answering {self._run.question!r}: {unasked!r} was not asked."
            yield custom("warning", {"code": "busy", "message": told})
        self._error = view.error
        if view.stream.outcome is not None:
            latency, usage = view.stream.timings.total_ms or 0, view.usage
            yield from self._finish(
                Done(outcome=view.stream.outcome, partial=view.stream.partial, latency_ms=latency, usage=usage)
            )

    def _said(self, event: Event, seq: int) -> Iterable[AguiEvent]:
        match event:
            case Token():
                return self._text.say(event)
            case Status():
                return self._steps.see(event)
            case Tool():
                return self._tools.see(event)
            case Artifact():
                return self._artifacts.see(event)
            case Citation():
                return self._text.cite(event)
            case Warning():
                return [custom("warning", shown(event))]
            case Error():
                self._error = event
                return [custom("error", shown(event))]
            case Input():
                return self._ask(event, seq)
            case Trace():
                return []
            case Done():
                return self._finish(event)
            case _:
                assert_never(event)

    def _ask(self, question: Input, seq: int) -> Iterator[AguiEvent]:
        if question.state == "requested":
            yield from self._close()
            yield interrupted(self._names, self._run, question, seq)
        else:
            yield custom("input", shown(question))

    def _finish(self, done: Done) -> Iterator[AguiEvent]:
        yield from self._close()
        yield finished(self._names, done, self._error)

    def _close(self) -> Iterator[AguiEvent]:
        """A client takes the end of its run with anything open for a fault."""
        self.finished = True
        yield from self._text.end()
        yield from self._tools.end()
        yield from self._steps.end()
