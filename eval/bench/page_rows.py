"""What the bench of the pages reports, computed from stamps and paints."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from pydantic import BaseModel, ConfigDict

from eval.bench.token_source import Order, Stamps
from eval.stats import percentile

WINDOW = 1_000
"""Tokens at either end that are compared, to see whether the lag grows."""


@dataclass(frozen=True)
class Painted:
    """What the page showed of one answer; times are seconds of the wall clock since 1970."""

    enter: float
    feedback: float | None
    frames: list[tuple[int, float]]
    """The newest token on the screen, and since when; both ascend."""
    dom_updates: int
    """Calls of a MutationObserver on the whole page."""
    long_tasks: int
    """Main-thread tasks of more than 50 ms, and their milliseconds together."""
    long_ms: float
    clock_error_ms: float
    """The browser's clock was compared with ours to within this."""

    def times(self, tokens: int) -> list[float | None]:
        """When each token was painted: with the first frame that showed it or a later one. None: never."""
        found: list[float | None] = []
        for newest, at in self.frames:
            found += [at] * (min(newest + 1, tokens) - len(found))
        return found + [None] * (tokens - len(found))


class Row(BaseModel):
    """One answer on one page. Lag: from the moment when a token was due to the first frame that shows it."""

    model_config = ConfigDict(frozen=True)

    name: str
    page: str
    tokens: int
    rate: float
    rep: int
    painted: int
    """Tokens that the page has shown when it was done, or given up."""
    p50_ms: float | None
    """None, here and below: not all of it was painted, or too few tokens for that percentile."""
    p99_ms: float | None
    last_ms: float | None
    p99_first_1000_ms: float | None
    p99_last_1000_ms: float | None
    held_ms: float | None
    """How late the source could say its last token, because the page held it back; part of the lag."""
    bytes: int
    """Received from Enter to the end, scripts and styles apart: those are `asset_bytes`."""
    asset_bytes: int
    dom_updates: int
    long_tasks: int
    long_tasks_ms: float
    server_cpu_s: float
    browser_cpu_s: float
    clock_error_ms: float
    loadavg: float
    """Of the machine, over the last minute, at the end."""


class Feedback(BaseModel):
    """From Enter to the first frame that shows the question in the conversation, in a session that grows."""

    model_config = ConfigDict(frozen=True)

    name: str
    page: str
    n: int
    median_ms: float | None
    """The agent says nothing for two seconds. None: some question was never shown."""
    worst_ms: float | None
    first_question_ms: float | None
    """The very first question to a server that has just started; median over as many servers as repetitions."""
    blocking_n: int
    blocking_median_ms: float | None
    """The agent blocks the server's event loop for these two seconds."""


class Result(BaseModel):
    rows: tuple[Row, ...]
    first_feedback: tuple[Feedback, ...]
    failures: tuple[str, ...] = ()
    """Pages that could not be measured, and why."""
    versions: dict[str, str]


class Cost(BaseModel):
    """What an answer took beside time."""

    bytes: int
    asset_bytes: int
    server_cpu_s: float
    browser_cpu_s: float
    loadavg: float


def lags(due: Sequence[float], painted: Sequence[float | None]) -> list[float]:
    """Milliseconds from due to painted, by token; infinite for one that was never painted."""
    return [math.inf if at is None else (at - when) * 1000 for when, at in zip(due, painted, strict=True)]


def row(name: str, page: str, rep: int, order: Order, stamps: Stamps | None, painted: Painted, cost: Cost) -> Row:
    """`stamps` is None where the page has not let the source finish."""
    times = painted.times(order.tokens)
    due = [stamps.began + n / order.rate for n in range(order.tokens)] if stamps else []
    lag = lags(due, times) if stamps else [math.inf] * order.tokens
    whole = stamps is not None and len(stamps.said) == order.tokens
    grows = len(lag) >= 2 * WINDOW
    return Row(
        name=name,
        page=page,
        tokens=order.tokens,
        rate=order.rate,
        rep=rep,
        painted=sum(at is not None for at in times),
        p50_ms=_finite(percentile(lag, 50).value),
        p99_ms=_finite(percentile(lag, 99).value),
        last_ms=_finite(lag[-1]),
        p99_first_1000_ms=_finite(percentile(lag[:WINDOW], 99).value) if grows else None,
        p99_last_1000_ms=_finite(percentile(lag[-WINDOW:], 99).value) if grows else None,
        held_ms=_finite((stamps.said[-1] - due[-1]) * 1000) if stamps and whole else None,
        dom_updates=painted.dom_updates,
        long_tasks=painted.long_tasks,
        long_tasks_ms=round(painted.long_ms, 1),
        clock_error_ms=round(painted.clock_error_ms, 2),
        **cost.model_dump(),
    )


def middle(values: Sequence[float]) -> float | None:
    """The median, infinite values counted in; None for no values, or an infinite one."""
    return _finite(median(values)) if values else None


def _finite(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else round(value, 1)
