"""The result of a calculation: beside its value and words, the inputs, sources and caveats of the figures behind it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from agent.research.figures.charts import Chart
from agent.research.figures.facts import Fact, Facts
from agent.research.figures.part_sources import merged, part_input, part_sources
from agent.research.figures.parts import Part
from agent.research.figures.provenance import caveats, sources
from agent.research.figures.quantities import Quantity, fact_input
from agent.research.figures.results import Caveat, Input, Result, Row

Figure = Quantity | Fact | Part
"""What a calculation is made of."""
NOTES = ("data_cutoff", "parts_coverage", "chart_restated")
"""Caveats that take no trust from a value."""


def calculated(
    facts: Facts,
    tool: str,
    figures: Sequence[Figure],
    *,
    label: str,
    value: float,
    sentence: str,
    formula: str,
    unit: str = "percent",
    of: str = "",
    beside: Sequence[Figure] = (),
    extra: Iterable[Caveat] = (),
    series: Sequence[Row] = (),
    table: Sequence[Row] = (),
    chart: Chart | None = None,
) -> Result:
    """A result from `figures`; the caveats that they give rise to stand before the `extra` ones.

    Those of `NOTES` become its notes, the others its warnings. What stands `beside` the figures of the formula is cited
    as well.
    """
    cited = (*figures, *beside)
    parts = [figure for figure in cited if isinstance(figure, Part)]
    used = tuple(dict.fromkeys(fact for figure in cited for fact in _facts(figure)))
    inputs = tuple(dict.fromkeys(given for figure in figures for given in _inputs(figure)))
    others = tuple(dict.fromkeys(given for figure in beside for given in _inputs(figure)))
    told = tuple(dict.fromkeys((*caveats(facts, used), *extra)))
    return Result(
        tool=tool,
        label=label,
        value=value,
        unit=unit,
        sentence=sentence,
        formula=formula,
        inputs=inputs,
        beside=tuple(given for given in others if given not in inputs),
        sources=merged((*part_sources(facts, parts), *sources(facts, used))),
        of=of,
        warnings=tuple(each for each in told if each.code not in NOTES),
        notes=tuple(each for each in told if each.code in NOTES),
        series=tuple(series),
        table=tuple(table),
        chart=chart,
    )


def _facts(figure: Figure) -> tuple[Fact, ...]:
    if isinstance(figure, Quantity):
        return figure.facts
    return (figure,) if isinstance(figure, Fact) else ()


def _inputs(figure: Figure) -> tuple[Input, ...]:
    if isinstance(figure, Quantity):
        return figure.inputs()
    return (fact_input(figure),) if isinstance(figure, Fact) else (part_input(figure),)
