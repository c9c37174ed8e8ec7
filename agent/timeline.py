"""What a person could see of a finished run, and when: the base of every measurement.

Times are seconds since submit, on a clock that stands still while the run waits for the user: how long somebody
thinks about a question says nothing about the agent. In process, submitting and sending are one moment, so every time
here counts from it.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, assert_never

from agent.entries import Entry
from agent.errors import FirstlightError
from agent.events import Artifact, Citation, Done, Error, Event, Input, Status, Token, Tool, Trace, Warning
from agent.markers import CODES


class InvalidRun(FirstlightError):
    """Entries that cannot be measured: incomplete, out of order, or with a clock that ran backwards."""


class Interval(NamedTuple):
    start: float
    end: float


class Sight(NamedTuple):
    """Something that changed on the screen."""

    at: float
    type: str
    text: str
    step: str = ""
    """Of a status: its step."""


class Chunk(NamedTuple):
    """A token event."""

    at: float
    channel: str
    text: str


@dataclass
class Timeline:
    """A run in the terms that the metrics are written in. Made by `timeline`."""

    run_id: str
    ended: float
    done: Done
    seen: list[Sight] = field(default_factory=list)
    """The visible events: a status whose text changed, text that is not blank, an artifact, a
    citation, a warning, an error, a question to the user."""
    first: dict[str, float] = field(default_factory=dict)
    """When the first event of each type came; of a status, the first with a text."""
    chunks: list[Chunk] = field(default_factory=list)
    content: list[float] = field(default_factory=list)
    """When text, citations and artifacts came."""
    stages: dict[str, list[Interval]] = field(default_factory=dict)
    """When each step ran, one interval for each time that one of its ids was open."""
    waited: float = 0.0
    """Seconds in which the run waited for the user, which are in none of the other times."""
    statuses: int = 0
    """How many statuses changed what is shown."""
    ungrounded: int = 0
    """How many warnings say that the answer's sources do not hold it."""


def timeline(entries: Iterable[Entry]) -> Timeline:
    """The timeline of one whole run, its entries in any order. Raises InvalidRun."""
    ordered = sorted(entries, key=lambda entry: entry.seq)
    events = [entry.event for entry in ordered]
    done = _check(ordered, events)
    clock = _Clock()
    line = Timeline(ordered[0].run_id, 0.0, done)
    line.ungrounded = sum(isinstance(event, Warning) and event.code in CODES for event in events)
    shown: dict[str, tuple[str, str]] = {}
    began: dict[str, tuple[str, float]] = {}
    for entry, event in zip(ordered, events, strict=True):
        line.ended = at = clock.at(entry.at, event)
        _see(line, at, event, shown)
        if isinstance(event, Status):
            _step(line, at, event, began)
    line.waited = clock.waited
    for step, start in began.values():
        line.stages[step].append(Interval(start, line.ended))
    return line


class _Clock:
    """Stands still from a question to the user until its answer."""

    def __init__(self) -> None:
        self.waited = 0.0
        self._open: set[str] = set()
        self._since = 0.0

    def at(self, at: float, event: Event) -> float:
        if self._open:
            self.waited += at - self._since
        self._since = at
        if isinstance(event, Input):
            (self._open.add if event.state == "requested" else self._open.discard)(event.id)
        return at - self.waited


def _check(ordered: Sequence[Entry], events: Sequence[Event]) -> Done:
    if not ordered:
        raise InvalidRun("a run without entries")
    if len(runs := {entry.run_id for entry in ordered}) > 1:
        raise InvalidRun(f"entries of several runs: {sorted(runs)!r}")
    last = 0.0
    for number, entry in enumerate(ordered, 1):
        if entry.seq != number:
            raise InvalidRun(f"entry {number} has the number {entry.seq!r}")
        if not math.isfinite(entry.at) or entry.at < last:
            raise InvalidRun(f"the clock ran backwards at entry {number}: {entry.at!r} s after {last!r} s")
        last = entry.at
    ends = [number for number, event in enumerate(events, 1) if isinstance(event, Done)]
    done = events[-1]
    if len(ends) != 1 or not isinstance(done, Done):
        raise InvalidRun(f"a run ends in exactly one done: here {len(ends)} of {len(events)} entries are one")
    return done


def _see(line: Timeline, at: float, event: Event, shown: dict[str, tuple[str, str]]) -> None:
    match event:
        case Status():
            label, detail = shown.get(event.id, (event.step, ""))
            now = (event.label or label, event.detail or detail)
            if shown.get(event.id) == now or not now[0].strip():
                return
            shown[event.id] = now
            line.statuses += 1
            text = " ".join(now).strip()
        case Token():
            line.chunks.append(Chunk(at, event.channel, event.text))
            line.content.append(at)
            text = event.text
        case Artifact() | Citation():
            line.content.append(at)
            text = event.title
        case Warning() | Error():
            text = event.message
        case Input():
            text = event.prompt
        case Tool() | Trace() | Done():
            return
        case _:
            assert_never(event)
    line.first.setdefault(event.type, at)
    if not isinstance(event, Token) or text.strip():
        line.seen.append(Sight(at, event.type, text, event.step if isinstance(event, Status) else ""))


def _step(line: Timeline, at: float, status: Status, began: dict[str, tuple[str, float]]) -> None:
    spans = line.stages.setdefault(status.step, [])
    if status.state == "running":
        began.setdefault(status.id, (status.step, at))
    else:
        spans.append(Interval(began.pop(status.id, (status.step, at))[1], at))


def union(intervals: Iterable[Interval]) -> list[Interval]:
    """The same time without overlaps, in order."""
    merged: list[Interval] = []
    for interval in sorted(intervals):
        if merged and interval.start <= merged[-1].end:
            merged[-1] = Interval(merged[-1].start, max(merged[-1].end, interval.end))
        else:
            merged.append(interval)
    return merged


def length(intervals: Iterable[Interval]) -> float:
    """Seconds covered by at least one of the intervals."""
    return math.fsum(interval.end - interval.start for interval in union(intervals))


def common(some: Iterable[Interval], others: Iterable[Interval]) -> list[Interval]:
    """The time that lies in some of both."""
    right = union(others)
    return [
        Interval(max(a.start, b.start), min(a.end, b.end))
        for a in union(some)
        for b in right
        if a.start < b.end and b.start < a.end
    ]
