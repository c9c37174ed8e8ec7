"""The tool that sets one figure of a company against another, such as debt to equity."""

from __future__ import annotations

from agent.research.figures import arithmetic
from agent.research.figures.calculation import calculated
from agent.research.figures.facts import Facts
from agent.research.figures.measures import possessive
from agent.research.figures.periods import Period
from agent.research.figures.provenance import cutoff
from agent.research.figures.quantities import latest, quantity
from agent.research.figures.results import Result, show


def ratio(facts: Facts, ticker: str, metric: str, to: str, period: Period | None = None) -> Result:
    """`metric` as per cent of `to` in one period, the latest by default.

    Raises UnknownMetric or UnknownPeriod where a figure is missing, NotDefined for a ratio to zero.
    """
    at = period or latest(facts, ticker, metric)
    part, whole = (quantity(facts, ticker, name, at) for name in (metric, to))
    value = arithmetic.ratio(part.value, whole.value)
    name = part.filer.name
    return calculated(
        facts,
        "ratio",
        (part, whole),
        label=f"{name} {part.name} to {whole.name}, {at}",
        value=value,
        sentence=f"{possessive(name)} {part.name} {part.when} came to {show(value, 'percent')} of its {whole.name}: "
        f"{part.shown} against {whole.shown}, a ratio of {show(value / 100, 'times')}.",
        formula=f"{part.name} ÷ {whole.name} × 100",
        extra=cutoff(facts, part.filer.ticker, at, period),
        table=({"period": str(at), "Ratio": show(value / 100, "times")},),
    )
