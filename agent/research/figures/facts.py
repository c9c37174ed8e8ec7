"""The facts table: published and derived figures of a few companies, typed, read-only, loaded once from facts.csv.

A value is the latest filed one for its period, and its filing the first that published this value. Quarters that a
company does not publish are derived from year-to-date figures and say so in `Fact.derived`.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from agent.research.figures.filers import FILERS, Filer, folder_url
from agent.research.figures.metrics import METRICS, UnknownMetric, metric_named
from agent.research.figures.periods import FactsError, Period, UnknownPeriod

DATA = Path(__file__).parents[1] / "data"


class UnknownCompany(FactsError):
    """A company that has no figures in the table."""


@dataclass(frozen=True, slots=True)
class Operand:
    """A published figure that a derived one was computed from."""

    accession: str
    value: float


@dataclass(frozen=True, slots=True)
class Fact:
    ticker: str
    metric: str
    period: Period
    start: date | None
    """None for a balance, which is of the day `end`."""
    end: date
    value: float
    unit: str
    """`USD`, `USD/share`, `shares` or `ratio`."""
    concept: str
    form: str
    accession: str
    filed: date
    derived: str
    """Empty when published; else what was computed: `H1-Q1`, `9M-H1`, `FY-9M`, or two metrics with a sign."""
    operands: tuple[Operand, ...]

    @property
    def weeks(self) -> int:
        """Length in weeks, 0 for a balance; a 53-week year has one quarter of 14."""
        return round(((self.end - self.start).days + 1) / 7) if self.start else 0

    @property
    def url(self) -> str:
        return folder_url(self.ticker, self.accession)


@dataclass(frozen=True, slots=True)
class Filing:
    accession: str
    ticker: str
    form: str
    filed: date
    period: Period

    @property
    def title(self) -> str:
        return f"{FILERS[self.ticker].name} {self.form}, {self.period}"

    @property
    def url(self) -> str:
        return folder_url(self.ticker, self.accession)


class Facts:
    """Figures by company, metric and period. Rows become `Fact`s when their metric is first asked for."""

    def __init__(self, folder: Path = DATA) -> None:
        self._rows: dict[tuple[str, str], list[list[str]]] = defaultdict(list)
        for row in _read(folder / "facts.csv"):
            self._rows[row[0], row[1]].append(row)
        self.filings = {filing.accession: filing for filing in map(_filing, _read(folder / "filings.csv"))}
        self._series: dict[tuple[str, str], dict[Period, Fact]] = {}

    def lookup(self, ticker: str, metric: str, period: Period) -> Fact:
        """The figure of one period; of a balance, a year means its last day.

        Raises UnknownCompany, UnknownMetric or UnknownPeriod.
        """
        known = self._known(ticker, metric)
        at = Period(period.year, 4) if METRICS[metric].kind == "balance" and not period.quarter else period
        if at not in known:
            raise UnknownPeriod(self._missing(ticker, metric, period))
        return known[at]

    def periods(self, ticker: str, metric: str, yearly: bool = False) -> list[Period]:
        """Quarters, or years, that have a figure, ascending."""
        known = self._known(ticker, metric)
        if yearly and METRICS[metric].kind == "balance":
            return sorted(Period(period.year) for period in known if period.quarter == 4)
        return sorted(period for period in known if (period.quarter is None) == yearly)

    def series(self, ticker: str, metric: str, yearly: bool = False) -> list[Fact]:
        return [self.lookup(ticker, metric, period) for period in self.periods(ticker, metric, yearly)]

    def latest(self, ticker: str, metric: str, yearly: bool = False) -> Period:
        """The newest quarter, or year, that has a figure."""
        periods = self.periods(ticker, metric, yearly) or self.periods(ticker, metric, not yearly)
        return periods[-1]

    def has(self, ticker: str, metric: str) -> bool:
        return (ticker, metric) in self._rows

    def last_filing(self, ticker: str) -> Filing:
        """The newest filing of a company in the table: the date at which the data ends."""
        return max((f for f in self.filings.values() if f.ticker == ticker), key=lambda filing: filing.filed)

    def splits(self, ticker: str) -> list[Fact]:
        """Stock splits: `value` new shares for an old one, in effect by the day `end`."""
        return [_fact(row) for row in self._rows.get((ticker, "stock_split"), ())]

    def _known(self, ticker: str, metric: str) -> dict[Period, Fact]:
        company(ticker)
        key = (ticker, metric)
        if key not in self._series:
            if key not in self._rows:
                raise UnknownMetric(self._lacking(ticker, metric))
            self._series[key] = {fact.period: fact for fact in map(_fact, self._rows[key])}
        return self._series[key]

    def _lacking(self, ticker: str, metric: str) -> str:
        metric_named(metric)
        there = ", ".join(name for name in METRICS if self.has(ticker, name))
        return f"{FILERS[ticker].name} has no figure for {metric!r}; available are {there}"

    def _missing(self, ticker: str, metric: str, period: Period) -> str:
        periods = self.periods(ticker, metric, yearly=period.quarter is None)
        span = f"{periods[0]} to {periods[-1]}" if periods else "nothing of that length"
        why = ""
        if periods and periods[0] < period < periods[-1]:
            gaps = METRICS[metric].kind == "average" and period.quarter == 4
            why = "; it is not published for a fourth quarter alone and does not add up" if gaps else "; it has gaps"
        label = METRICS[metric].label.lower()
        return f"no {label} of {FILERS[ticker].name} for {str(period)!r}; available are {span}{why}"


def company(text: str) -> Filer:
    """The company of a ticker or name."""
    wanted = text.strip().lower()
    for filer in FILERS.values():
        if wanted in (filer.ticker.lower(), filer.name.lower()):
            return filer
    known = ", ".join(f"{filer.name} ({filer.ticker})" for filer in FILERS.values())
    raise UnknownCompany(f"no figures for {text!r}; the table holds {known}")


@cache
def facts() -> Facts:
    """The table that the package ships, loaded at the first call."""
    return Facts()


def _read(path: Path) -> Iterator[list[str]]:
    with path.open(newline="") as file:
        rows = csv.reader(file)
        next(rows)
        yield from rows


def _fact(row: list[str]) -> Fact:
    ticker, metric, _, year, quarter, start, end, value, unit, concept, form, accession, filed, derived, operands = row
    pairs = (operand.split(":") for operand in operands.split())
    return Fact(
        ticker=ticker,
        metric=metric,
        period=Period(int(year), int(quarter) if quarter else None),
        start=date.fromisoformat(start) if start else None,
        end=date.fromisoformat(end),
        value=float(value),
        unit=unit,
        concept=concept,
        form=form,
        accession=accession,
        filed=date.fromisoformat(filed),
        derived=derived,
        operands=tuple(Operand(accession, float(value)) for accession, value in pairs),
    )


def _filing(row: list[str]) -> Filing:
    accession, ticker, form, filed, year, quarter = row
    period = Period(int(year), int(quarter) if quarter else None)
    return Filing(accession, ticker, form, date.fromisoformat(filed), period)
