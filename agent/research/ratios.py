"""One figure of a company relative to another, such as debt to equity: a tool beside those of tools.py."""

from typing import Any

from agent.research.figures import arithmetic
from agent.research.figures.facts import Facts, company
from agent.research.figures.periods import Period
from agent.research.figures.provenance import caveats, cutoff, sources
from agent.research.figures.quantities import latest, quantity
from agent.research.figures.results import Result, show


def ratio(facts: Facts, ticker: str, metric: str, to: str, period: Period | None = None) -> Result:
    """`metric` as per cent of `to` in one period, the latest by default.

    Raises UnknownMetric or UnknownPeriod where a figure is missing, NotDefined for a ratio to zero.
    """
    at = period or latest(facts, ticker, metric)
    part, whole = (quantity(facts, ticker, name, at) for name in (metric, to))
    value = arithmetic.ratio(part.value, whole.value)
    used = tuple(dict.fromkeys((*part.facts, *whole.facts)))
    name = part.filer.name
    return Result(
        tool="ratio",
        label=f"{name} {part.name} to {whole.name}, {at}",
        value=value,
        unit="percent",
        sentence=f"{name}'s {part.name} in {at} came to {show(value, 'percent')} of its {whole.name}: "
        f"{part.shown} against {whole.shown}, a ratio of {show(value / 100, 'times')}.",
        formula=f"{part.name} ÷ {whole.name} × 100",
        table=({"period": str(at), "Ratio": show(value / 100, "times")},),
        inputs=(*part.inputs(), *whole.inputs()),
        sources=sources(facts, used),
        warnings=(*caveats(facts, used), *([] if period else [cutoff(facts, part.filer.ticker, at)])),
    )


def call(arguments: dict[str, Any], facts: Facts) -> Result:
    """The same from plain arguments: `company`, `metric`, `to`, and optionally `period`."""
    period = arguments.get("period")
    at = Period.parse(period) if period else None
    return ratio(facts, company(arguments["company"]).ticker, arguments["metric"], arguments["to"], at)
