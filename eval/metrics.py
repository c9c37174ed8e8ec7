"""The metrics of a set of runs: one row a run, and what they come to.

The definitions stand in agent/metrics.py, where the pages read them too.
"""

import math
from collections.abc import Mapping, Sequence

from pydantic import BaseModel, ConfigDict

from agent.entries import Entry
from agent.metrics import FAILURES, MEANING, STAGE_MEANING, Row, measure
from eval.stats import NEEDED, Percentile, percentile

HEADLINE = ("ttff", "ttft", "ttfvt", "ttfc", "e2e", "lsg", "stall_s", "unattributed")
"""What the table in the terminal shows."""
WAITS = ("ttff", "ttfs", "ttft", "ttfo", "ttfvt", "e2e")
"""Metrics that a failed run without a value holds up for ever: `adjusted` counts it as infinite."""

Percentiles = dict[str, Percentile]
"""`p50`, `p90`, `p95`, `p99`."""


class Figure(BaseModel):
    """A metric over all valid runs."""

    model_config = ConfigDict(frozen=True)

    unit: str
    n: int
    """Runs in which it is defined."""
    percentiles: Percentiles
    adjusted: Percentiles | None = None
    """The same with failures as infinite."""


class Summary(BaseModel):
    """`summary.json`."""

    model_config = ConfigDict(frozen=True)

    runs: int
    outcomes: dict[str, int]
    failures: int
    invalid: int
    metrics: dict[str, Figure]


def row(entries: Sequence[Entry], tau: float, **facts: str | int) -> Row:
    """One line of `runs.parquet`: the `facts` of the run (ids, repetition), then its metrics."""
    return {**facts, **measure(entries, tau)}


def columns(rows: Sequence[Row]) -> list[str]:
    """All columns of all rows: the metrics in the dictionary's order, those of stages after them, by stage."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    return sorted(names, key=lambda name: (is_stage_column(name), _order(name)))


def is_stage_column(name: str) -> bool:
    return any(name.startswith(f"{kind}_") for kind in STAGE_MEANING)


def _order(name: str) -> tuple[int, str]:
    kinds = list(STAGE_MEANING)
    for number, kind in enumerate(kinds):
        if name.startswith(f"{kind}_"):
            return number, name
    return 0, ""


def unit(name: str) -> str:
    if is_stage_column(name):
        return "ms"
    return MEANING[name][0]


def summarise(rows: Sequence[Row]) -> Summary:
    """What the rows come to. Every run is counted; invalid ones are in no percentile."""
    outcomes: dict[str, int] = {}
    for each in rows:
        outcomes[str(each["outcome"])] = outcomes.get(str(each["outcome"]), 0) + 1
    valid = [each for each in rows if each["outcome"] != "invalid"]
    names = [name for name in columns(rows) if name in MEANING or is_stage_column(name)]
    return Summary(
        runs=len(rows),
        outcomes=outcomes,
        failures=sum(count for outcome, count in outcomes.items() if outcome in FAILURES),
        invalid=outcomes.get("invalid", 0),
        metrics={name: _figure(name, valid) for name in names},
    )


def _figure(name: str, rows: Sequence[Row]) -> Figure:
    values = numbers(rows, name)
    adjusted = None
    if name in WAITS:
        never = sum(row.get(name) is None and row["outcome"] in FAILURES for row in rows)
        adjusted = _percentiles([*values, *[math.inf] * never])
    return Figure(unit=unit(name), n=len(values), percentiles=_percentiles(values), adjusted=adjusted)


def _percentiles(values: Sequence[float]) -> Percentiles:
    return {f"p{p}": percentile(values, p) for p in NEEDED}


def numbers(rows: Sequence[Mapping[str, object]], name: str) -> list[float]:
    """The values of a column where it has one."""
    return [float(value) for row in rows if isinstance(value := row.get(name), (int, float))]
