"""Figures about parts of a company: segments, products, places, and customers above the disclosure threshold."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

from agent.research.figures.facts import DATA, company
from agent.research.figures.metrics import normal
from agent.research.figures.periods import FactsError, Period, UnknownPeriod

Breakdown = Literal["customer", "segment", "product", "geography"]
BREAKDOWNS: tuple[Breakdown, ...] = ("segment", "product", "geography", "customer")

_WITHIN = {"Compute": "Data Center", "Networking": "Data Center"}
"""Products that are also counted in another one."""

_ALIASES = {
    "us": "United States",
    "usa": "United States",
    "u.s.": "United States",
    "america": "United States",
    "hong kong": "China (including Hong Kong)",
    "data centre": "Data Center",
    "datacenter": "Data Center",
    "datacentre": "Data Center",
    "compute and networking": "Compute & Networking",
    "professional visualisation": "Professional Visualization",
    "cars": "Automotive",
}


class UnknownPart(FactsError):
    """A segment, product, place or customer that no filing in the table names."""


@dataclass(frozen=True, slots=True)
class Part:
    ticker: str
    metric: str
    """`revenue`, `operating_income`, or `concentration`, whose value is a fraction of `basis`."""
    breakdown: str
    member: str
    basis: str
    scope: str
    span: str
    """`Q`, `FY`, `H1` for the first half, `I` for a balance."""
    period: Period
    start: date
    end: date
    value: float
    unit: str
    concept: str
    accession: str
    url: str

    @property
    def within(self) -> str | None:
        """The member that also counts this one, as Data Center counts Compute."""
        return _WITHIN.get(self.member) if self.breakdown == "product" else None


class Parts:
    """Dimensional figures by company and period, the newest filing first where two state the same."""

    def __init__(self, folder: Path = DATA) -> None:
        with (folder / "dimensions.csv").open(newline="") as file:
            rows = [_part(row) for row in csv.DictReader(file)]
        self.all = tuple(sorted(rows, key=lambda part: (part.ticker, part.end, part.accession), reverse=True))

    def of(self, ticker: str, breakdown: str, metric: str, period: Period, basis: str = "") -> list[Part]:
        """The parts of one breakdown in a quarter or year, largest first; UnknownPeriod lists those that there are."""
        found = {
            part.member: part
            for part in self.all
            if (part.ticker, part.breakdown, part.metric, part.basis) == (ticker, breakdown, metric, basis)
            and part.period == period
            and part.span != "H1"
            and not part.scope
        }
        if not found:
            there = self.periods(ticker, breakdown, metric, basis)
            listed = ", ".join(map(str, there)) or "none"
            name = company(ticker).name
            what = _what(metric, breakdown)
            raise UnknownPeriod(f"no {what} of {name} for {str(period)!r}; available are {listed}")
        return sorted(found.values(), key=lambda part: -part.value)

    def one(
        self, ticker: str, breakdown: str, member: str, period: Period, metric: str = "revenue", basis: str = ""
    ) -> Part:
        """One part of a breakdown; UnknownPart lists those that the period has."""
        found = {part.member: part for part in self.of(ticker, breakdown, metric, period, basis)}
        if member not in found:
            raise UnknownPart(f"{member!r} is not given for {period}; available are {', '.join(found)}")
        return found[member]

    def periods(self, ticker: str, breakdown: str, metric: str = "revenue", basis: str = "") -> list[Period]:
        keys = (ticker, breakdown, metric, basis)
        found = {
            part.period
            for part in self.all
            if (part.ticker, part.breakdown, part.metric, part.basis) == keys and part.span != "H1" and not part.scope
        }
        return sorted(found)

    def latest(self, ticker: str, breakdown: str, metric: str = "revenue", basis: str = "") -> Period:
        """The newest period by its last day, a quarter before the year that ends with it."""
        there = self.periods(ticker, breakdown, metric, basis)
        if not there:
            raise UnknownPart(f"no {_what(metric, breakdown)} for {company(ticker).name}")
        return there[-1]

    def named(self, ticker: str, text: str) -> tuple[str, str]:
        """Breakdown and member that `text` names, such as `china` or `Data Center`."""
        wanted = normal(_ALIASES.get(normal(text), text)).replace(" and ", " & ")
        members = {
            (part.breakdown, part.member)
            for part in self.all
            if part.ticker == ticker and part.metric != "concentration"
        } | {
            (part.breakdown, part.member)
            for part in self.all
            if part.ticker == ticker and part.basis == "revenue" and not part.scope and part.breakdown == "customer"
        }
        exact = [key for key in sorted(members) if normal(key[1]) == wanted]
        loose = [key for key in sorted(members) if re.search(rf"\b{re.escape(wanted)}\b", normal(key[1]))]
        if not exact and len(loose) != 1:
            listed = ", ".join(member for _, member in sorted(members)) or "none"
            raise UnknownPart(f"no part of {company(ticker).name} is called {text!r}; known are {listed}")
        return (exact or loose)[0]


def _what(metric: str, breakdown: str) -> str:
    return f"{breakdown} concentration" if metric == "concentration" else f"{metric.replace('_', ' ')} by {breakdown}"


@cache
def parts() -> Parts:
    """The dimensional figures that the package ships, loaded at the first call."""
    return Parts()


def _part(row: dict[str, str]) -> Part:
    return Part(
        ticker=row["ticker"],
        metric=row["metric"],
        breakdown=row["breakdown"],
        member=row["member"],
        basis=row["basis"],
        scope=row["scope"],
        span=row["period"],
        period=Period(int(row["fiscal_year"]), int(row["fiscal_quarter"]) if row["fiscal_quarter"] else None),
        start=date.fromisoformat(row["start"]),
        end=date.fromisoformat(row["end"]),
        value=float(row["value"]),
        unit=row["unit"],
        concept=row["concept"],
        accession=row["accession"],
        url=row["url"],
    )
