"""Tools over one metric of one company: its value, its growth, a margin, compound growth."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from agent.research.figures import arithmetic, charts
from agent.research.figures.arithmetic import NotDefined
from agent.research.figures.calculation import calculated
from agent.research.figures.facts import Facts
from agent.research.figures.metrics import UnknownMetric, metric_named
from agent.research.figures.periods import FactsError, Period
from agent.research.figures.provenance import cutoff
from agent.research.figures.quantities import Quantity, latest, periods, quantity
from agent.research.figures.results import Caveat, Result, Row, show

HISTORY = 8
Against = Literal["year", "quarter"]
MARGINS = ("gross", "operating", "net", "free_cash_flow")


class NotComparable(FactsError):
    """Figures that cannot be set side by side."""


def lookup(facts: Facts, ticker: str, metric: str, period: Period | None = None) -> Result:
    """A metric of a period, the latest quarter by default; with the history before it."""
    found = quantity(facts, ticker, metric, period or latest(facts, ticker, metric))
    today = quantity(facts, ticker, metric, found.period, rebase=True)
    extra = cutoff(facts, found.filer.ticker, found.period, period)
    if today.rebased:
        extra.append(Caveat("split_not_restated", f"On today's share count it is {today.shown}."))
    return _result(
        "lookup",
        facts,
        (found,),
        value=found.value,
        unit=found.unit,
        label=f"{found.filer.name} {found.name}, {found.period}",
        sentence=f"{possessive(found.filer.name)} {found.name} {found.when} {found.was} {found.shown}.",
        formula=found.formula,
        extra=extra,
    )


def growth(facts: Facts, ticker: str, metric: str, period: Period | None = None, against: Against = "year") -> Result:
    """Change against the same period a year earlier, or the quarter before.

    Relative in per cent; of a ratio, in percentage points; from zero or a loss, the difference, with a caveat.
    """
    at = period or latest(facts, ticker, metric)
    new = quantity(facts, ticker, metric, at, rebase=True)
    old = quantity(facts, ticker, metric, at.year_earlier() if against == "year" else at.quarter_earlier(), rebase=True)
    extra = cutoff(facts, new.filer.ticker, new.period, period)
    value, unit, formula, base = change(new, old)
    moved = "was unchanged" if value == 0 else "rose" if value > 0 else "fell"
    by = "" if value == 0 else f" {show(abs(value), unit).lstrip('+')}"
    who = f"{possessive(new.filer.name)} {new.name}"
    return _result(
        "growth",
        facts,
        (new, old),
        value=value,
        unit=unit,
        label=f"{new.filer.name} {new.name}, change from {old.period} to {new.period}",
        sentence=f"{who} {moved}{by} from {old.shown} in {old.period} to {new.shown} in {new.period}.",
        formula=formula,
        extra=[*extra, *base],
    )


def change(new: Quantity, old: Quantity) -> tuple[float, str, str, list[Caveat]]:
    """Value, unit, formula and caveats of the change between two quantities of one metric."""
    difference = f"{new.name}({new.period}) − {new.name}({old.period})"
    if new.metric.kind == "ratio":
        unit = "percentage points" if new.unit == "percent" else new.unit
        return new.value - old.value, unit, difference, []
    try:
        formula = f"({difference}) ÷ {new.name}({old.period}) × 100"
        return arithmetic.growth(new.value, old.value), "percent", formula, []
    except NotDefined:
        message = f"{old.shown} in {old.period} is no base for a growth rate: the difference is shown."
        return new.value - old.value, new.unit, difference, [Caveat("negative_base", message)]


def margin(facts: Facts, ticker: str, kind: str, period: Period | None = None) -> Result:
    """Gross, operating, net or free cash flow margin: profit as per cent of revenue."""
    if kind not in MARGINS:
        raise UnknownMetric(f"no margin is called {kind!r}; known are {', '.join(MARGINS)}")
    name = f"{kind}_margin"
    found = quantity(facts, ticker, name, period or latest(facts, ticker, name))
    extra = cutoff(facts, found.filer.ticker, found.period, period)
    *profit, revenue = (f"{fact.symbol} of {show(fact.value, fact.unit)}" for fact in found.inputs())
    return _result(
        "margin",
        facts,
        (found,),
        value=found.value,
        unit="percent",
        label=f"{found.filer.name} {found.name}, {found.period}",
        sentence=f"{possessive(found.filer.name)} {found.name} in {found.period} was {found.shown}: "
        f"{' less '.join(profit)} on {revenue}.",
        formula=f"{found.formula} × 100",
        extra=extra,
    )


def compound(facts: Facts, ticker: str, metric: str, first: Period, last: Period) -> Result:
    """Compound annual growth between two fiscal years, or the same quarter of two years."""
    if first.quarter != last.quarter or not first < last:
        raise NotComparable(f"compound growth needs the same part of two years, got {str(first)!r} and {str(last)!r}")
    if metric_named(metric).kind == "ratio":
        raise NotComparable(f"{metric!r} is a ratio; ask for its change in percentage points")
    old, new = (quantity(facts, ticker, metric, at, rebase=True) for at in (first, last))
    years = last.year - first.year
    value = arithmetic.cagr(new.value, old.value, years)
    who = f"{possessive(new.filer.name)} {new.name}"
    return _result(
        "compound_growth",
        facts,
        (new, old),
        value=value,
        unit="percent",
        label=f"{new.filer.name} {new.name}, compound annual growth {first} to {last}",
        sentence=f"{who} grew {show(value, 'percent')} a year from {old.shown} in {first} to {new.shown} in {last}.",
        formula=f"(({new.name}({last}) ÷ {new.name}({first})) ^ (1 ÷ {years}) − 1) × 100",
        extra=(),
    )


def history(facts: Facts, end: Quantity, count: int = HISTORY) -> list[Quantity]:
    """Up to `count` periods of the same length that end with `end`, oldest first."""
    yearly = end.period.quarter is None
    known = periods(facts, end.filer.ticker, end.metric.name, yearly)
    upto = [period for period in known if period <= end.period][-count:]
    return [quantity(facts, end.filer.ticker, end.metric.name, period, rebase=True) for period in upto]


def rows(quantities: Iterable[Quantity]) -> tuple[Row, ...]:
    """Chart rows: period, last day, value, company, how a figure was derived, and the filings."""
    return tuple(
        {
            "period": str(each.period),
            "end": each.facts[0].end.isoformat(),
            "value": each.value,
            "company": each.filer.name,
            "derived": "; ".join(dict.fromkeys(fact.derived for fact in each.facts if fact.derived)),
            "accession": " ".join(dict.fromkeys(fact.accession for fact in each.facts)),
        }
        for each in quantities
    )


def possessive(name: str) -> str:
    return f"{name}'s"


def rebased(*quantities: Quantity) -> list[Caveat]:
    at = ", ".join(str(each.period) for each in quantities if each.rebased)
    message = f"Restated by us to today's share count after a later stock split: {at}."
    return [Caveat("split_adjusted", message)] if at else []


def _redrawn(past: Iterable[Quantity]) -> list[Caveat]:
    """The same, of figures that only the table and the chart show."""
    return [Caveat("chart_restated", each.message) for each in rebased(*past)]


def _result(
    tool: str,
    facts: Facts,
    quantities: tuple[Quantity, ...],
    *,
    value: float,
    unit: str,
    label: str,
    sentence: str,
    formula: str,
    extra: Iterable[Caveat],
) -> Result:
    """With the history of the first quantity beside it."""
    subject = quantities[0]
    past = history(facts, subject)
    return calculated(
        facts,
        tool,
        quantities,
        label=label,
        value=value,
        unit=unit,
        sentence=sentence,
        formula=formula,
        extra=(*extra, *rebased(*quantities), *_redrawn(past)),
        series=rows(past),
        table=[{"period": str(each.period), subject.metric.label: each.shown} for each in past],
        chart=charts.bars(f"{subject.filer.name}: {subject.name}", rows(past), subject.unit) if len(past) > 1 else None,
    )
