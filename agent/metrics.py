"""The metrics that need only a run's entries, by the names of the metric dictionary.

`measure(entries)` gives one row: column name -> value, None where a metric is not defined for the
run, never 0 in its stead. `MEANING` says what each column is and its unit. A value in the unit `ms`
counts from submit where it is a moment. Each metric is a function of a `Timeline`.
"""

import math
from collections.abc import Iterable
from itertools import pairwise
from statistics import median
from typing import Literal

from agent.entries import Entry
from agent.timeline import Interval, InvalidRun, Timeline, common, length, timeline

Value = float | int | str | bool | None
Row = dict[str, Value]
Result = Literal["completed", "empty", "partial", "error", "cancelled", "timeout", "interrupted", "invalid"]

TAU = 1.0
"""Seconds after which a silence is a stall: the limit of an unbroken flow of thought (Nielsen 1993)."""

FAILURES: frozenset[str] = frozenset({"empty", "partial", "error", "timeout", "interrupted"})
"""Outcomes that count against the agent; a cancel does not, and an invalid run says nothing."""

MEANING: dict[str, tuple[str, str]] = {
    "ttff": ("ms", "time to first feedback: the first visible event"),
    "ttfs": ("ms", "time to first status"),
    "ttft": ("ms", "time to first token, of any channel"),
    "ttfo": ("ms", "time to the first token of the answer"),
    "ttfvt": ("ms", "time to the first visible text of the answer"),
    "ttfc": ("ms", "time to first citation"),
    "ttfa": ("ms", "time to first artifact"),
    "tterr": ("ms", "time to the first error"),
    "e2e": ("ms", "end to end: the last text, citation or artifact of a completed run"),
    "ended": ("ms", "the end of the run, whatever its outcome"),
    "waited": ("ms", "time in which the run waited for an answer of the user; no other time holds it"),
    "done_lag": ("ms", "from the last content to the end of the run"),
    "icl": ("ms", "inter-chunk latency: median between two pieces of text"),
    "icl_max": ("ms", "inter-chunk latency: the longest"),
    "lsg": ("ms", "longest silence gap: nothing new to see"),
    "stall_n": ("", "silences longer than 1 s"),
    "stall_s": ("s", "time in silences beyond their first second"),
    "tsi": ("s", "text speed index: mean time at which a character of the answer arrived"),
    "unattributed": ("ms", "time until e2e in which no step was running"),
    "overlap": ("x", "time of all steps over the time in which any ran"),
    "n_chunks": ("", "pieces of text"),
    "n_status": ("", "statuses that changed what is shown"),
    "n_ungrounded": ("", "warnings that an answer's markers, cards or numbers are not held by its sources"),
}
STAGE_MEANING: dict[str, tuple[str, str]] = {
    "stage_start": ("ms", "when the step first began"),
    "stage_wall": ("ms", "time in which the step was running"),
    "silence_by_stage": ("ms", "silence beyond 1 s while the step was running"),
}
"""Columns that exist once a step, such as `stage_wall_retrieving`."""


def duration(ms: float) -> str:
    """`0.4 ms`, `12 ms`, `2.00 s`; infinite is `never`."""
    if math.isinf(ms):
        return "never"
    if ms >= 1000:
        return f"{ms / 1000:#.3g} s" if ms < 99_950 else f"{ms / 1000:.0f} s"
    return f"{ms:.1f} ms" if 0 < ms < 10 else f"{ms:.0f} ms"


def measure(entries: Iterable[Entry], tau: float = TAU) -> Row:
    """One row of metrics. A run that cannot be measured has outcome `invalid`, its reason beside it, and no values."""
    try:
        line = timeline(entries)
    except InvalidRun as reason:
        return {"outcome": "invalid", "invalid": str(reason), **dict.fromkeys(MEANING)}
    gaps = icl(line)
    row: Row = {
        "outcome": outcome(line),
        "done_outcome": line.done.outcome,
        "done_partial": line.done.partial,
        "invalid": "",
        "ttff": _ms(min((sight.at for sight in line.seen), default=None)),
        "ttfs": _ms(line.first.get("status")),
        "ttft": _ms(line.first.get("token")),
        "ttfo": _ms(min((chunk.at for chunk in line.chunks if chunk.channel == "answer"), default=None)),
        "ttfvt": _ms(first_visible_text(line)),
        "ttfc": _ms(line.first.get("citation")),
        "ttfa": _ms(line.first.get("artifact")),
        "tterr": _ms(line.first.get("error")),
        "e2e": _ms(e2e(line)),
        "ended": _ms(line.ended),
        "waited": _ms(line.waited),
        "done_lag": _ms(done_lag(line)),
        "icl": _ms(median(gaps)) if gaps else None,
        "icl_max": _ms(max(gaps, default=None)),
        "lsg": _ms(max((gap.end - gap.start for gap in silences(line)), default=None)),
        "stall_n": sum(gap.end - gap.start > tau for gap in silences(line)),
        "stall_s": math.fsum(stall.end - stall.start for stall in stalls(line, tau)),
        "tsi": text_speed_index(line),
        "unattributed": _ms(unattributed(line)),
        "overlap": overlap(line),
        "n_chunks": len(line.chunks),
        "n_status": line.statuses,
        "n_ungrounded": line.ungrounded,
    }
    return row | _stages(line, tau)


def _stages(line: Timeline, tau: float) -> Row:
    row: Row = {}
    quiet = stalls(line, tau)
    for step, spans in line.stages.items():
        row[f"stage_start_{step}"] = _ms(min((span.start for span in spans), default=None))
        row[f"stage_wall_{step}"] = _ms(length(spans))
        row[f"silence_by_stage_{step}"] = _ms(length(common(quiet, spans)))
    return row


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000, 6)


def outcome(line: Timeline) -> Result:
    """How the run ended for the person: `done` refined by what there was to read."""
    answered = first_visible_text(line) is not None
    match line.done.outcome:
        case "completed":
            return "completed" if answered or "artifact" in line.first else "empty"
        case "error":
            return "partial" if answered else "error"
        case other:
            return other


def first_visible_text(line: Timeline) -> float | None:
    return min((chunk.at for chunk in line.chunks if chunk.channel == "answer" and chunk.text.strip()), default=None)


def e2e(line: Timeline) -> float | None:
    """Seconds to the last content. None unless the run completed: a cut answer has no end to measure."""
    return max(line.content) if outcome(line) == "completed" else None


def done_lag(line: Timeline) -> float | None:
    end = e2e(line)
    return None if end is None else line.ended - end


def icl(line: Timeline) -> list[float]:
    """Inter-chunk latencies in seconds; empty below two chunks. A chunk may hold any number of tokens."""
    times = [chunk.at for chunk in line.chunks]
    return [after - before for before, after in pairwise(times)]


def silences(line: Timeline) -> list[Interval]:
    """The gaps between submit, each visible event, and the end of the wait.

    The wait ends with the last content of a completed run, and with any other run itself.
    """
    end = e2e(line)
    end = line.ended if end is None else end
    times = [0.0, *(sight.at for sight in line.seen if sight.at <= end), end]
    return [Interval(before, after) for before, after in pairwise(times)]


def stalls(line: Timeline, tau: float = TAU) -> list[Interval]:
    """What is left of each silence after its first `tau` seconds."""
    return [Interval(gap.start + tau, gap.end) for gap in silences(line) if gap.end - gap.start > tau]


def text_speed_index(line: Timeline) -> float | None:
    """Mean arrival time in seconds of the answer's characters (the Speed Index of web pages, for text)."""
    answer = [chunk for chunk in line.chunks if chunk.channel == "answer"]
    characters = sum(len(chunk.text) for chunk in answer)
    return math.fsum(chunk.at * len(chunk.text) for chunk in answer) / characters if characters else None


def unattributed(line: Timeline) -> float | None:
    end = e2e(line)
    if end is None:
        return None
    spans = [span for spans in line.stages.values() for span in spans]
    return max(0.0, end - length(common(spans, [Interval(0, end)])))


def overlap(line: Timeline) -> float | None:
    spans = [span for spans in line.stages.values() for span in spans]
    covered = length(spans)
    return math.fsum(span.end - span.start for span in spans) / covered if covered else None
