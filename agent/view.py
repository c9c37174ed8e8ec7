"""What a screen shows of a run: `apply` folds the log into a `View`, entry by entry."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from itertools import groupby
from typing import Literal, assert_never, cast

from agent.entries import Entry
from agent.events import (
    Artifact,
    Citation,
    Done,
    Error,
    Event,
    Input,
    Json,
    Outcome,
    Status,
    Token,
    Tool,
    Trace,
    Warning,
)


@dataclass(frozen=True, slots=True)
class Step:
    """A step with the times at which it began and ended, in milliseconds since submit."""

    step: str
    id: str
    state: Literal["running", "done", "failed", "skipped"]
    label: str
    detail: str
    started_ms: float
    ended_ms: float | None = None


FIRST_FEEDBACK, FIRST_TOKEN, FIRST_TEXT = "first feedback", "first token", "first text"
TOTAL, WAITED = "total", "waited for you"
_NOTICED_MS = 10.0
"""Text that follows the first token later than this followed reasoning, or blank text."""


@dataclass(frozen=True, slots=True)
class Timings:
    """What a person waited for, in milliseconds since submit; None until it happened.

    The clock stands still while the run waits for the person, as in agent/timeline.py."""

    first_feedback_ms: float | None = None
    """The first event that a screen shows."""
    first_token_ms: float | None = None
    """The first token, of the answer or of the reasoning before it."""
    first_text_ms: float | None = None
    """The first visible character of the answer."""
    total_ms: float | None = None
    waited_ms: float = 0
    """How long the run has waited for answers of the person."""
    asked_ms: float | None = None
    """When the open question was asked."""

    def named(self) -> dict[str, float]:
        """What there is to say under an answer, in the words of every screen: milliseconds by name."""
        first, text = self.first_token_ms, self.first_text_ms
        said_before_text = first is not None and text is not None and text - first >= _NOTICED_MS
        found = {
            FIRST_FEEDBACK: self.first_feedback_ms,
            FIRST_TOKEN: first,
            FIRST_TEXT: text if said_before_text else None,
            TOTAL: self.total_ms,
            WAITED: self.waited_ms or None,
        }
        return {name: ms for name, ms in found.items() if ms is not None}


@dataclass(frozen=True, slots=True)
class Stream:
    """How far the run is."""

    phase: Literal["queued", "running", "waiting_input", "ended"] = "queued"
    steps: tuple[Step, ...] = ()
    seq: int = 0
    """The last entry that was applied."""
    outcome: Outcome | None = None
    partial: bool = False
    timings: Timings = Timings()


@dataclass(frozen=True, slots=True)
class Message:
    """What the agent says."""

    answer: str = ""
    reasoning: str = ""
    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class View:
    """A run as it stands after the entries that were applied."""

    stream: Stream = Stream()
    message: Message = Message()
    artifacts: Mapping[str, Artifact] = field(default_factory=dict)
    """The newest version of each, in the order of their first appearance."""
    tools: tuple[Tool, ...] = ()
    warnings: tuple[Warning, ...] = ()
    error: Error | None = None
    input: Input | None = None
    """The open question to the user."""
    expired: tuple[Input, ...] = ()
    """Questions to the user that nobody answered."""
    answered: tuple[Input, ...] = ()
    """Those that somebody answered, or declined."""
    usage: Json = field(default_factory=dict)


def apply(view: View, entry: Entry) -> View:
    """The view after one more entry. An entry that was already seen changes nothing."""
    if entry.seq <= view.stream.seq:
        return view
    event = entry.event
    return _fold(_timed(view, entry, event), event, entry.at * 1000)


def fold(entries: Iterable[Entry], view: View | None = None) -> View:
    """The view after all of the entries."""
    view = view or View()
    for are_tokens, group in groupby(entries, key=lambda entry: entry.type == "token"):
        apply_all = _apply_tokens if are_tokens else _apply_each
        view = apply_all(view, group)
    return view


def _apply_each(view: View, entries: Iterable[Entry]) -> View:
    return reduce(apply, entries, view)


def _apply_tokens(view: View, entries: Iterable[Entry]) -> View:
    """What `apply` makes of each of these tokens in turn, without a copy of the whole answer for each."""
    said: dict[str, list[str]] = {"answer": [], "reasoning": []}
    seq = view.stream.seq
    for entry in entries:
        if entry.seq <= seq:
            continue
        seq, token, timings = entry.seq, cast(Token, entry.event), view.stream.timings
        is_new = None in (timings.first_feedback_ms, timings.first_token_ms)
        if is_new or (timings.first_text_ms is None and token.channel == "answer"):
            view = apply(view, entry)
        else:
            said[token.channel].append(token.text)
    message = replace(
        view.message,
        answer=view.message.answer + "".join(said["answer"]),
        reasoning=view.message.reasoning + "".join(said["reasoning"]),
    )
    return replace(view, stream=replace(view.stream, seq=seq), message=message)


def _timed(view: View, entry: Entry, event: Event) -> View:
    stream = view.stream
    phase = "running" if stream.phase == "queued" else stream.phase
    timings = _timings(stream.timings, event, entry.at * 1000)
    return replace(view, stream=replace(stream, seq=entry.seq, phase=phase, timings=timings))


def _timings(timings: Timings, event: Event, at_ms: float) -> Timings:
    now = at_ms - timings.waited_ms
    if timings.first_feedback_ms is None and _is_feedback(event):
        timings = replace(timings, first_feedback_ms=now)
    if isinstance(event, Token):
        if timings.first_token_ms is None:
            timings = replace(timings, first_token_ms=now)
        if timings.first_text_ms is None and event.channel == "answer" and event.text.strip():
            timings = replace(timings, first_text_ms=now)
    elif isinstance(event, Input):
        timings = _asked(timings, event, at_ms)
    elif isinstance(event, Done):
        timings = replace(timings, total_ms=event.latency_ms - timings.waited_ms)
    return timings


def _asked(timings: Timings, question: Input, at_ms: float) -> Timings:
    if question.state == "requested":
        return replace(timings, asked_ms=at_ms)
    since = at_ms if timings.asked_ms is None else timings.asked_ms
    return replace(timings, waited_ms=timings.waited_ms + at_ms - since, asked_ms=None)


def _is_feedback(event: Event) -> bool:
    match event:
        case Status(label=label, step=step):
            return bool((label or step).strip())
        case Token(text=text):
            return bool(text.strip())
        case Artifact() | Citation() | Warning() | Error() | Input():
            return True
        case Tool() | Trace() | Done():
            return False
        case _:
            assert_never(event)


def _fold(view: View, event: Event, at_ms: float) -> View:
    match event:
        case Token():
            return replace(view, message=_say(view.message, event))
        case Status():
            return replace(view, stream=replace(view.stream, steps=_upsert_step(view.stream.steps, event, at_ms)))
        case Tool():
            return replace(view, tools=_upsert_tool(view.tools, event))
        case Artifact():
            return replace(view, artifacts=_newest(view.artifacts, event))
        case Citation():
            return replace(view, message=_cite(view.message, event))
        case Warning():
            return replace(view, warnings=(*view.warnings, event))
        case Error():
            return replace(view, error=event)
        case Input():
            return _ask(view, event)
        case Trace():
            return view
        case Done():
            return _end(view, event)
        case _:
            assert_never(event)


def _say(message: Message, token: Token) -> Message:
    if token.channel == "answer":
        return replace(message, answer=message.answer + token.text)
    return replace(message, reasoning=message.reasoning + token.text)


def _upsert_step(steps: tuple[Step, ...], status: Status, at_ms: float) -> tuple[Step, ...]:
    ended = None if status.state == "running" else at_ms
    for i, old in enumerate(steps):
        if old.id == status.id:
            new = Step(
                status.step,
                status.id,
                status.state,
                status.label or old.label,
                status.detail or old.detail,
                old.started_ms,
                ended,
            )
            return (*steps[:i], new, *steps[i + 1 :])
    return (*steps, Step(status.step, status.id, status.state, status.label, status.detail, at_ms, ended))


def _upsert_tool(tools: tuple[Tool, ...], tool: Tool) -> tuple[Tool, ...]:
    for i, old in enumerate(tools):
        if old.call_id == tool.call_id:
            arguments = tool.arguments or old.arguments
            return (*tools[:i], tool.model_copy(update={"arguments": arguments}), *tools[i + 1 :])
    return (*tools, tool)


def _newest(artifacts: Mapping[str, Artifact], artifact: Artifact) -> Mapping[str, Artifact]:
    old = artifacts.get(artifact.id)
    if old is not None and old.version > artifact.version:
        return artifacts
    return {**artifacts, artifact.id: artifact}


def _cite(message: Message, citation: Citation) -> Message:
    others = tuple(c for c in message.citations if c.index != citation.index)
    return replace(message, citations=tuple(sorted((*others, citation), key=lambda c: c.index)))


def _ask(view: View, question: Input) -> View:
    if question.state == "requested":
        return replace(view, input=question, stream=replace(view.stream, phase="waiting_input"))
    stream = replace(view.stream, phase="running")
    if question.state == "expired":
        return replace(view, input=None, expired=(*view.expired, question), stream=stream)
    return replace(view, input=None, answered=(*view.answered, question), stream=stream)


def _end(view: View, done: Done) -> View:
    stream = replace(view.stream, phase="ended", outcome=done.outcome, partial=done.partial)
    return replace(view, stream=stream, input=None, usage=done.usage)
