"""What a set of runs says, in plain sentences."""

import math
from collections.abc import Sequence

from agent.metrics import Row, duration
from eval.metrics import Summary, numbers
from eval.stats import Percentile

_NAMES = {
    "empty": "gave no answer",
    "partial": "failed after a part of the answer",
    "error": "failed",
    "cancelled": "were cancelled",
    "timeout": "timed out",
    "interrupted": "were interrupted",
    "invalid": "could not be measured",
}


def headline(summary: Summary, rows: Sequence[Row], planned: int) -> list[str]:
    """Two to six sentences, the most important first. `planned`: how many runs were to be made."""
    said = [
        _waited(summary, "ttff", "The first sign of work was there after"),
        _waited(summary, "ttfvt", "The first words of the answer were there after"),
        _waited(summary, "e2e", "The whole answer was there after"),
        _silence(rows),
        _spent(rows),
        _outcomes(summary, planned),
    ]
    return [sentence for sentence in said if sentence]


def _waited(summary: Summary, metric: str, words: str) -> str:
    figure = summary.metrics.get(metric)
    if figure is None or figure.n == 0:
        return ""
    middle = figure.percentiles["p50"]
    if middle.value is None:
        return f"{words}: no median from {middle.n} runs ({middle.reason})."
    return f"{words} {duration(middle.value)} (median of {middle.n} runs; 95 % interval {interval(middle)})."


def _silence(rows: Sequence[Row]) -> str:
    silent = [row for row in rows if row.get("lsg") is not None]
    if not silent:
        return ""
    worst = max(silent, key=lambda row: float(row["lsg"] or 0))
    steps = {name: value for name, value in worst.items() if name.startswith("silence_by_stage_") and value}
    step = max(steps, key=lambda name: float(steps[name] or 0)).removeprefix("silence_by_stage_") if steps else ""
    during = f", while {step.replace('_', ' ')}" if step else ""
    lasted = duration(float(worst["lsg"] or 0))
    return f"The longest silence of all runs lasted {lasted} (prompt {worst['prompt_id']!r}{during})."


def _spent(rows: Sequence[Row]) -> str:
    whole = math.fsum(numbers(rows, "ended"))
    names = {name for row in rows for name in row if name.startswith("stage_wall_")}
    spent = {name.removeprefix("stage_wall_"): math.fsum(numbers(rows, name)) for name in names}
    if not spent or not whole:
        return ""
    step = max(spent, key=lambda name: spent[name])
    return f"The largest part of the time went into {step.replace('_', ' ')}: {spent[step] / whole:.0%}."


def _outcomes(summary: Summary, planned: int) -> str:
    completed, runs = summary.outcomes.get("completed", 0), summary.runs
    others = [f"{n} {_NAMES[outcome]}" for outcome, n in summary.outcomes.items() if outcome != "completed"]
    if runs < planned:
        ends = ", ".join([f"{completed} completed", *others] if others else ["all completed"] if runs else [])
        return f"Interrupted: {runs} of {planned} runs were made{', ' if ends else ''}{ends}."
    if not others:
        return f"All {runs} runs completed."
    return f"{completed} of {runs} runs completed; {', '.join(others)}."


def amount(value: float, unit: str) -> str:
    """A value of a metric with its unit."""
    if unit == "ms":
        return duration(value)
    return duration(value * 1000) if unit == "s" else f"{value:.3g}"


def interval(percentile: Percentile, unit: str = "ms") -> str:
    if percentile.low is None or percentile.high is None:
        return "NA"
    return f"{amount(percentile.low, unit)} to {amount(percentile.high, unit)}"
