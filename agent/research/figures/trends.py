"""Tools over several periods of one company: a trend, and the trailing twelve months."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from agent.research.figures import charts
from agent.research.figures.calculation import calculated
from agent.research.figures.facts import Facts
from agent.research.figures.measures import NotComparable, change, history, possessive, rebased, rows
from agent.research.figures.metrics import metric_named
from agent.research.figures.periods import Period, UnknownPeriod
from agent.research.figures.provenance import cutoff
from agent.research.figures.quantities import Quantity, latest, quantity, spelled
from agent.research.figures.results import Caveat, Result, Row, day, show

Frequency = Literal["quarter", "year"]


def trend(
    facts: Facts,
    ticker: str,
    metric: str,
    count: int = 8,
    until: Period | None = None,
    frequency: Frequency = "quarter",
) -> Result:
    """A metric over `count` quarters or years up to `until`, the latest by default; the value is the whole change."""
    at = until or latest(facts, ticker, metric, yearly=frequency == "year")
    end = quantity(facts, ticker, metric, at, rebase=True)
    past = history(facts, end, max(count, 2))
    if len(past) < 2:
        raise UnknownPeriod(f"{end.name} of {end.filer.name} has no period before {str(at)!r}")
    first, last = past[0], past[-1]
    value, unit, formula, base = change(last, first)
    extra = cutoff(facts, end.filer.ticker, end.period, until)
    missing = [str(period) for period in at.back(len(past)) if period not in {each.period for each in past}]
    if missing:
        extra.append(Caveat("gap", f"No figure for {', '.join(missing)}; the series is not continuous."))
    who = f"{possessive(end.filer.name)} {end.name}"
    top = max(past, key=lambda each: each.value)
    return calculated(
        facts,
        "trend",
        (last, first),
        beside=past[1:-1],
        label=f"{end.filer.name} {end.name}, change from {first.period} to {last.period}",
        value=value,
        unit=unit,
        sentence=f"{who} went from {first.shown} in {first.period} to {last.shown} in {last.period}, "
        f"{_moved(value, unit)}; the highest of the {len(past)} {_units(past)} was {top.shown} in {top.period}.",
        formula=formula,
        extra=(*base, *extra, *rebased(*past)),
        series=rows(past),
        table=_steps(past),
        chart=charts.line(f"{end.filer.name}: {end.name}", rows(past), end.unit),
    )


def trailing_twelve_months(facts: Facts, ticker: str, metric: str, period: Period | None = None) -> Result:
    """The sum of the four quarters that end with `period`; of a ratio, the ratio of the sums."""
    wanted = metric_named(metric)
    if wanted.kind in ("balance", "average"):
        raise NotComparable(f"{wanted.name!r} is a {wanted.kind} and does not add up over quarters")
    at = period or latest(facts, ticker, metric)
    if at.quarter is None:
        at = Period(at.year, 4)
    quarters = [quantity(facts, ticker, metric, each, rebase=True) for each in at.back(4)]
    end = quarters[-1]
    value = _total(quarters)
    names = " + ".join(f"{end.name}({each.period})" for each in quarters)
    if wanted.formula and wanted.kind == "ratio":
        names = f"{spelled(wanted)}, each summed over {quarters[0].period} to {end.period}"
    until = f"twelve months to {day(end.facts[0].end)}"
    return calculated(
        facts,
        "trailing_twelve_months",
        quarters,
        label=f"{end.filer.name} {end.name}, {until}",
        value=value,
        unit=end.unit,
        sentence=f"{possessive(end.filer.name)} {end.name} over the {until} "
        f"({quarters[0].period} to {end.period}) {end.was} {show(value, end.unit)}.",
        formula=names,
        extra=(*cutoff(facts, end.filer.ticker, end.period, period), *rebased(*quarters)),
        series=rows(quarters),
        table=_steps(quarters),
        chart=charts.bars(f"{end.filer.name}: {end.name}", rows(quarters), end.unit),
    )


def _total(quarters: Sequence[Quantity]) -> float:
    formula = quarters[0].metric.formula
    if quarters[0].metric.kind != "ratio" or formula is None:
        return sum(each.value for each in quarters)
    count = len(quarters[0].facts)
    sums = [sum(each.facts[index].value for each in quarters) for index in range(count)]
    whole = sums[-1]
    part = sums[0] if count == 2 else sums[0] - sums[1]  # free cash flow margin: two parts before the revenue
    return part / whole * (100 if quarters[0].unit == "percent" else 1)


def _steps(past: Sequence[Quantity]) -> list[Row]:
    steps: list[Row] = []
    for index, each in enumerate(past):
        row: Row = {"period": str(each.period), each.metric.label: each.shown}
        if index:
            value, unit, *_ = change(each, past[index - 1])
            row["change"] = show(value, unit)
        steps.append(row)
    return steps


def _moved(value: float, unit: str) -> str:
    if value == 0:
        return "no change"
    return f"a {'rise' if value > 0 else 'fall'} of {show(abs(value), unit).lstrip('+')}"


def _units(past: Sequence[Quantity]) -> str:
    return "quarters" if past[-1].period.quarter else "years"
