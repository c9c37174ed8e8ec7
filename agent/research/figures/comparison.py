"""The tool that sets several companies side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from agent.research.figures import charts
from agent.research.figures.calculation import calculated
from agent.research.figures.facts import Fact, Facts
from agent.research.figures.filers import FILERS
from agent.research.figures.measures import NotComparable, change
from agent.research.figures.periods import Period
from agent.research.figures.provenance import cutoff
from agent.research.figures.quantities import Quantity, latest, quantity
from agent.research.figures.results import Caveat, Result, Row, day, listed, show

By = Literal["value", "growth"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One company's figure, or its growth."""

    now: Quantity
    value: float
    unit: str
    quantities: tuple[Quantity, ...]
    caveats: tuple[Caveat, ...] = ()

    @property
    def shown(self) -> str:
        return show(self.value, self.unit)


def compare(
    facts: Facts, tickers: Sequence[str], metric: str, period: Period | None = None, by: By = "value"
) -> Result:
    """One metric, or its growth over a year, of several companies in the same fiscal period or each one's latest.

    The value is the largest; a company whose growth has no base stands last.
    """
    if len(set(tickers)) < 2:
        raise NotComparable(f"a comparison needs two companies, got {', '.join(map(repr, tickers))}")
    entries = [_entry(facts, ticker, metric, period, by) for ticker in dict.fromkeys(tickers)]
    unit = "percent" if any(entry.unit == "percent" for entry in entries) else entries[0].unit
    entries.sort(key=lambda entry: (entry.unit == unit, entry.value), reverse=True)
    first = entries[0].now
    what = first.metric.label if by == "value" else _changed(first)
    quantities = [each for entry in entries for each in entry.quantities]
    rows = tuple(_row(entry) for entry in entries if entry.unit == unit)
    return calculated(
        facts,
        "compare",
        quantities,
        label=f"{what}, {listed([entry.now.filer.name for entry in entries])} compared",
        value=entries[0].value,
        unit=entries[0].unit,
        of=entries[0].now.filer.name,
        sentence=_sentence(what, first.was if by == "value" else "was", entries),
        formula=first.formula if by == "value" else change(*entries[0].quantities)[2],
        extra=(
            *_calendars([entry.now.facts[0] for entry in entries]),
            *_joined([caveat for entry in entries for caveat in entry.caveats]),
        ),
        series=rows,
        table=[
            {"company": entry.now.filer.name, "period": str(entry.now.period), what: entry.shown} for entry in entries
        ],
        chart=charts.bars(what, rows, unit, by="company"),
    )


def _entry(facts: Facts, ticker: str, metric: str, period: Period | None, by: By) -> Entry:
    now = quantity(facts, ticker, metric, period or latest(facts, ticker, metric), rebase=True)
    end = cutoff(facts, now.filer.ticker, now.period, period)
    if by == "value":
        return Entry(now, now.value, now.unit, (now,), tuple(end))
    before = quantity(facts, ticker, metric, now.period.year_earlier(), rebase=True)
    value, unit, _, base = change(now, before)
    return Entry(now, value, unit, (now, before), (*base, *end))


def _changed(figure: Quantity) -> str:
    return f"{'Change' if figure.metric.kind == 'ratio' else 'Growth'} of {figure.name} over a year"


def _sentence(what: str, was: str, entries: Sequence[Entry]) -> str:
    """`Gross margin was higher at Alphabet: 62.4% in Q1 FY2026 (...), ahead of Apple with 48.2% in ...`."""
    best, *others = entries
    behind = listed([f"{entry.now.filer.name} with {entry.shown} {entry.now.when}" for entry in others])
    first = "highest" if len(others) > 1 else "higher"
    return f"{what} {was} {first} at {best.now.filer.name}: {best.shown} {best.now.when}, ahead of {behind}."


def _joined(found: Sequence[Caveat]) -> list[Caveat]:
    """The caveats, with where each company's data ends as one of them."""
    ends = sorted(caveat.message for caveat in found if caveat.code == "data_cutoff")
    rest = [caveat for caveat in found if caveat.code != "data_cutoff"]
    return [*rest, Caveat("data_cutoff", " ".join(ends))] if ends else rest


def _row(entry: Entry) -> Row:
    end = entry.now.facts[0].end.isoformat()
    return {"company": entry.now.filer.name, "period": str(entry.now.period), "end": end, "value": entry.value}


def _calendars(found: Sequence[Fact]) -> list[Caveat]:
    found = sorted(found, key=lambda fact: FILERS[fact.ticker].name)
    ends = [fact.end for fact in found]
    if (max(ends) - min(ends)).days <= 10:
        return []
    periods = "; ".join(
        f"{FILERS[fact.ticker].name} {fact.period} ends {day(fact.end)}, "
        f"its fiscal year in {FILERS[fact.ticker].year_end}"
        for fact in found
    )
    return [Caveat("fiscal_calendars", f"The periods differ: {periods}.")]
