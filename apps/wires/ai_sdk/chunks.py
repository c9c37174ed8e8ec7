"""A run's entries as chunks of an AI SDK UI message stream, version 1 (https://ai-sdk.dev/docs/ai-sdk-ui/stream-protocol).

One assistant message stands for one run, and its id is the run's: a replay replaces the message instead of adding
one. An `error` chunk makes the client stop reading, so it comes last, behind all that there is to keep.
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any, assert_never

from agent.entries import Entry
from agent.events import Artifact, Citation, Done, Error, Event, Input, Status, Token, Tool, Trace, Warning
from agent.view import View, apply
from apps.wires.ai_sdk.sources import Sources
from apps.wires.ai_sdk.speech import Speech

Chunk = dict[str, Any]

_FAILED = {
    "timeout": "The answer took too long.",
    "error": "The answer failed.",
    "interrupted": "The answer was interrupted.",
}


class Chunks:
    """What the entries of a run are, one after the other, for one reader. It needs no request."""

    def __init__(self, run_id: str) -> None:
        self.run_id = run_id
        self.ended = False
        self.asking = False
        """The last entry is a question that the client answers in a new request."""
        self._view = View()
        self._speech = Speech()
        self._sources = Sources()
        self._question: tuple[int, bool] = (0, False)
        """The number of the entry that asks, and whether it is asked as an approval."""
        self._tools: set[str] = set()
        self._warnings = 0

    def start(self) -> Chunk:
        """The first chunk of every answer."""
        return {"type": "start", "messageId": self.run_id, "messageMetadata": {"run_id": self.run_id}}

    def pause(self) -> Chunk:
        """The last chunk of an answer that ends with a question."""
        return {"type": "finish", "finishReason": "tool-calls"}

    def of(self, entry: Entry) -> list[Chunk]:
        """The chunks of the next entry."""
        is_token = entry.type == "token"
        if not is_token or self._view.stream.timings.first_text_ms is None:  # the answer is not needed twice
            self._view = apply(self._view, entry)
        self.asking = False
        return list(self._of(entry.event, entry.seq))

    def _of(self, event: Event, seq: int) -> Iterable[Chunk]:
        match event:
            case Token():
                return self._speech.say(event)
            case Status():
                step = next(step for step in self._view.stream.steps if step.id == event.id)
                return [_data("step", step.id, asdict(step))]
            case Tool():
                return self._tool(event)
            case Artifact():
                is_newest = self._view.artifacts[event.id].version == event.version
                return [_data("artifact", event.id, event.model_dump(exclude={"type"}))] if is_newest else []
            case Citation():
                return self._cite(event)
            case Warning():
                self._warnings += 1
                return [_data("warning", str(self._warnings), {"code": event.code, "message": event.message})]
            case Error():
                return [_data("error", "error", event.model_dump(exclude={"type"}))]
            case Input():
                return self._input(event, seq)
            case Trace():
                return []
            case Done():
                return self._done(event)
            case _:
                assert_never(event)

    def _tool(self, event: Tool) -> Iterator[Chunk]:
        """They run on the server: `providerExecuted` keeps clients from running them, or waiting for the person."""
        call = {"toolCallId": event.call_id, "dynamic": True, "providerExecuted": True}
        if event.call_id not in self._tools:
            self._tools.add(event.call_id)
            yield {"type": "tool-input-available", "toolName": event.name, "input": event.arguments} | call
        said = event.output if event.output is not None else event.log
        if event.state == "failed":
            yield {"type": "tool-output-error", "errorText": event.log or f"{event.name} failed"} | call
        elif event.state == "done":
            yield {"type": "tool-output-available", "output": said} | call
        elif said:
            yield {"type": "tool-output-available", "output": said, "preliminary": True} | call

    def _cite(self, event: Citation) -> Iterator[Chunk]:
        source, is_new = self._sources.of(event)
        if is_new:
            yield source.chunk
        self._speech.cards[event.index] = (source, event.quote)
        yield _data("citation", str(event.index), event.model_dump(exclude={"type"}) | {"source_id": source.id})

    # --- questions

    def _input(self, event: Input, seq: int) -> Iterator[Chunk]:
        yield from self._speech.close()
        if event.state == "requested":
            self._question = (seq, event.schema_.get("type") == "boolean")
        asked, is_approval = self._question
        if not is_approval:
            fields = event.model_dump(mode="json", by_alias=True, exclude={"type"})
            yield _data("input", f"ask-{asked}", fields | {"run_id": self.run_id})
        elif event.state == "requested":
            yield from self._ask(event, asked)
        else:
            yield from self._answered(event, asked)

    def _ask(self, event: Input, asked: int) -> Iterator[Chunk]:
        """A step of its own, for clients look there whether all is answered; not `providerExecuted`, for the client
        has to do something."""
        self.asking = True
        call = f"ask-{asked}"
        yield {"type": "start-step"}
        yield {
            "type": "tool-input-available",
            "toolCallId": call,
            "toolName": "approval",
            "title": event.prompt,
            "input": {"prompt": event.prompt, "expires_at": event.expires_at},
            "dynamic": True,
        }
        approval = approval_id(self.run_id, asked)
        yield {"type": "tool-approval-request", "approvalId": approval, "toolCallId": call, "reason": event.prompt}
        yield {"type": "finish-step"}

    def _answered(self, event: Input, asked: int) -> Iterator[Chunk]:
        call, approval = f"ask-{asked}", approval_id(self.run_id, asked)
        if event.state == "expired":
            yield {"type": "tool-output-error", "toolCallId": call, "errorText": "The question was not answered."}
        else:
            approved = event.state == "answered" and event.value is True
            yield {"type": "tool-approval-response", "approvalId": approval, "approved": approved}
            if approved:
                yield {"type": "tool-output-available", "toolCallId": call, "output": {"by": event.by}}
            else:
                yield {"type": "tool-output-denied", "toolCallId": call}
        yield {"type": "start-step"}

    # --- the end

    def _done(self, done: Done) -> Iterator[Chunk]:
        self.ended = True
        yield from self._speech.close()
        timings = self._view.stream.timings
        told = {
            "outcome": done.outcome,
            "partial": done.partial,
            "latency_ms": done.latency_ms,
            "first_feedback_ms": timings.first_feedback_ms,
            "first_token_ms": timings.first_token_ms,
            "usage": done.usage,
        }
        if done.outcome == "completed":
            yield {"type": "finish", "finishReason": "stop", "messageMetadata": told}
            return
        yield {"type": "message-metadata", "messageMetadata": told}
        if done.outcome == "cancelled":
            yield {"type": "abort", "reason": "cancelled"}
            return
        error = self._view.error
        yield {"type": "error", "errorText": error.message if error else _FAILED[done.outcome]}
        yield {"type": "finish", "finishReason": "error"}


def approval_id(run_id: str, seq: int) -> str:
    """The name of the question that is asked in this entry."""
    return f"{run_id}.{seq}"


def joined(chunks: Iterable[Chunk]) -> list[Chunk]:
    """The same with deltas that follow each other in one: who comes back has many of them to read."""
    out: list[Chunk] = []
    for chunk in chunks:
        last = out[-1] if out else {}
        if "delta" in chunk and chunk["type"] == last.get("type") and chunk["id"] == last["id"]:
            last["delta"] += chunk["delta"]
        else:
            out.append(chunk)
    return out


def _data(name: str, part_id: str, data: object) -> Chunk:
    return {"type": f"data-{name}", "id": part_id, "data": data}
