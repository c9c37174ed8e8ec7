"""A run as a response of the OpenAI Responses API: its stream of events, and the object that they make."""

import json
import sys
from collections.abc import Sequence
from typing import Any, assert_never

from agent.entries import Entry
from agent.events import Artifact, Citation, Done, Error, Event, Input, Outcome, Status, Token, Tool, Trace, Warning
from agent.request import Run
from apps.wires.responses.items import Call, CallOutput, Fields, Text, annotations, written

ENDS: dict[Outcome, tuple[str, str]] = {
    "completed": ("response.completed", "completed"),
    "cancelled": ("response.incomplete", "cancelled"),  # the clients know this status, and no event of that name
    "timeout": ("response.incomplete", "incomplete"),
    "error": ("response.failed", "failed"),
    "interrupted": ("response.failed", "failed"),
}
SILENT = sys.maxsize
"""As `after`: for who wants the object alone."""
MOST_OF_VALUE = 512
"""Characters of a value in a response's metadata, as the API has it."""


class Encoder:
    """Takes a run's entries from the first one on, in whatever pieces; the same entries give the same events.

    `after`: the last `sequence_number` that the reader has. An event is numbered by counting from the beginning of
    the run, so a reader that comes back costs one more encoding of what it has, and no memory of it here.
    """

    def __init__(self, run: Run, after: int = -1) -> None:
        self.run = run
        self.question: Input | None = None
        """What the run asks the person just now."""
        self.done: Done | None = None
        self._after, self._number = after, 0
        self._frames: list[bytes] = []
        self._output: list[Text | Call | CallOutput] = []
        self._calls: dict[str, Call] = {}
        self._message: Text | None = None
        self._reasoning: Text | None = None
        self._cards: dict[int, Citation] = {}
        self._error: Error | None = None

    def begin(self) -> bytes:
        """What is said before the first entry."""
        self._say("response.created", response=self.response())
        self._say("response.in_progress", response=self.response())
        return self._taken()

    def __call__(self, entries: Sequence[Entry]) -> bytes:
        for entry in entries:
            self.take(entry.event)
        return self._taken()

    def response(self) -> Fields:
        """The response as it stands."""
        outcome = self.done.outcome if self.done else None
        status = ENDS[outcome][1] if outcome else "in_progress"
        created_at = int(self.run.created_at)
        return {
            "id": self.run.run_id,
            "object": "response",
            "created_at": created_at,
            "completed_at": self._ended_at() if outcome == "completed" else None,
            "status": status,
            "background": True,  # a run goes on without its readers, whether it was asked to or not
            "conversation": {"id": self.run.session_id},
            "error": self._failure() if status == "failed" else None,
            "incomplete_details": {"reason": outcome} if status == "incomplete" else None,
            "instructions": None,
            "metadata": self._metadata(),
            "model": self.run.agent,
            "output": [one.item() for one in self._output],
            "parallel_tool_calls": True,
            "tool_choice": "auto",
            "tools": [],
            "usage": self._usage(),
        }

    def take(self, event: Event) -> None:
        match event:
            case Token(channel="answer"):
                self._answer(event.text)
            case Token():
                self._think(event.text)
            case Tool():
                self._call(event)
            case Citation():
                self._cards[event.index] = event
            case Input():
                self._ask(event)
            case Error():
                self._error = event
            case Done():
                self._end(event)
            case Status() | Artifact() | Warning() | Trace():
                pass
            case _:
                assert_never(event)

    # --- what is said and thought

    def _answer(self, text: str) -> None:
        self._thought()
        if self._message is None:
            self._message = self._opened(Text("message", self._id("msg"), len(self._output)))
        self._message.pieces.append(text)
        self._say("response.output_text.delta", **self._at(self._message), delta=text, logprobs=[])

    def _think(self, text: str) -> None:
        if self._reasoning is None:
            self._reasoning = self._opened(Text("reasoning", self._id("rs"), len(self._output)))
        self._reasoning.pieces.append(text)
        self._say("response.reasoning_text.delta", **self._at(self._reasoning), delta=text)

    def _opened(self, text: Text) -> Text:
        self._add(text)
        self._say("response.content_part.added", **self._at(text), part=text.part())
        return text

    def _thought(self) -> None:
        if self._reasoning is not None:
            reasoning, self._reasoning = self._reasoning, None
            self._say("response.reasoning_text.done", **self._at(reasoning), text=reasoning.text)
            self._close_text(reasoning, whole=True)

    def _said(self, whole: bool) -> None:
        if (message := self._message) is None:
            return
        for number, one in enumerate(annotations(message.text, self._cards)):
            message.annotations.append(one)
            place = self._at(message) | {"annotation_index": number}
            self._say("response.output_text.annotation.added", **place, annotation=one)
        self._say("response.output_text.done", **self._at(message), text=message.text, logprobs=[])
        self._close_text(message, whole)

    def _close_text(self, text: Text, whole: bool) -> None:
        self._say("response.content_part.done", **self._at(text), part=text.part())
        text.status = "completed" if whole else "incomplete"
        self._say("response.output_item.done", output_index=text.index, item=text.item())

    # --- tools

    def _call(self, tool: Tool) -> None:
        if tool.call_id not in self._calls:
            self._calls[tool.call_id] = call = Call(self._id("fc"), len(self._output), tool.call_id, tool.name)
            self._add(call)
            call.arguments, call.status = json.dumps(tool.arguments), "completed"
            place = {"item_id": call.id, "output_index": call.index}
            self._say("response.function_call_arguments.delta", **place, delta=call.arguments)
            self._say("response.function_call_arguments.done", **place, arguments=call.arguments, name=call.name)
            self._say("response.output_item.done", output_index=call.index, item=call.item())
        if tool.state != "running":
            index = len(self._output)
            output = CallOutput(self._id("fco"), index, tool.call_id, written(tool), failed=tool.state == "failed")
            self._add(output)
            self._say("response.output_item.done", output_index=index, item=output.item())

    # --- the person, and the end

    def _ask(self, question: Input) -> None:
        """The API has no event for that; its clients hand on those that they do not know."""
        self.question = question if question.state == "requested" else None
        asked = question.model_dump(mode="json", exclude={"type"}, exclude_none=True)
        self._say("x.firstlight.input", input=asked, answer_url=self._answer_url())

    def _end(self, done: Done) -> None:
        self._thought()
        self._said(done.outcome == "completed")
        self.done = done
        self._say(ENDS[done.outcome][0], response=self.response())

    def _ended_at(self) -> int:
        return int(self.run.created_at + (self.done.latency_ms / 1000 if self.done else 0))

    def _failure(self) -> Fields:
        message = self._error.message if self._error else "The run was interrupted."
        return {"code": "server_error", "message": message}

    def _metadata(self) -> dict[str, str]:
        told = {"session_id": self.run.session_id}
        if self.question is not None:
            told |= {"input_id": self.question.id, "input_prompt": self.question.prompt}
            told |= {"answer_url": self._answer_url()}
        if self.done is not None and self.done.partial:
            told |= {"partial": "true"}
        return {name: value[:MOST_OF_VALUE] for name, value in told.items()}

    def _usage(self) -> Fields | None:
        counted = self.done.usage if self.done else {}
        given, made, thought = (_whole(counted.get(f"{name}_tokens")) for name in ("input", "output", "reasoning"))
        if not counted:
            return None
        return {
            "input_tokens": given,
            "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
            "output_tokens": made,
            "output_tokens_details": {"reasoning_tokens": thought},
            "total_tokens": given + made,
        }

    # --- frames

    def _add(self, one: Text | Call | CallOutput) -> None:
        self._output.append(one)
        self._say("response.output_item.added", output_index=one.index, item=one.item())

    def _at(self, text: Text) -> Fields:
        return {"item_id": text.id, "output_index": text.index, "content_index": 0}

    def _id(self, kind: str) -> str:
        return f"{kind}_{self.run.run_id}_{len(self._output)}"

    def _answer_url(self) -> str:
        return f"/v1/runs/{self.run.run_id}/input"

    def _say(self, kind: str, **fields: Any) -> None:
        number, self._number = self._number, self._number + 1
        if number > self._after:
            data = json.dumps({"type": kind, "sequence_number": number} | fields)
            self._frames.append(f"event: {kind}\ndata: {data}\n\n".encode())

    def _taken(self) -> bytes:
        frames, self._frames = self._frames, []
        return b"".join(frames)


def _whole(count: object) -> int:
    return int(count) if isinstance(count, int | float) else 0
