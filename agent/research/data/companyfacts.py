"""From one company's published companyfacts JSON to rows of the facts table.

Of several published values for the same concept and dates the latest filed one is taken, with the first filing that
published this value. Quarters that a company does not publish are subtractions of year-to-date figures: half year minus
Q1, nine months minus half year, year minus nine months.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from agent.research.data.calendar import FiscalCalendar, span_of
from agent.research.data.concepts import IDENTITIES, SPECS, Kind
from agent.research.figures.filers import FILERS

FIRST_YEAR = 2019
FORMS = ("10-K", "10-Q", "10-K/A", "10-Q/A")
UNITS = {"USD": "USD", "USD/share": "USD/shares", "shares": "shares", "ratio": "pure"}

_LAST_QUARTER = {"H1": 2, "9M": 3, "FY": 4}
_SUBTRACTIONS = {2: ("H1", "Q"), 3: ("9M", "H1"), 4: ("FY", "9M")}

Slot = tuple[str, int, int]
"""Span (`Q`, `H1`, `9M`, `FY`, `I` for a date), fiscal year, the quarter in which it ends."""


@dataclass(frozen=True, slots=True)
class Row:
    """One figure with its filing; `operands` are (accession, value) of what a derived figure was computed from."""

    start: date | None
    end: date
    value: float
    unit: str
    concept: str
    form: str
    accession: str
    filed: date
    derived: str = ""
    operands: tuple[tuple[str, float], ...] = ()


class Company:
    """The published figures of one company, by metric and period."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.ticker = next(filer.ticker for filer in FILERS.values() if filer.cik == int(document["cik"]))
        self._concepts = {
            f"{taxonomy}:{name}": body["units"]
            for taxonomy, concepts in document["facts"].items()
            for name, body in concepts.items()
        }
        self.calendar = self._read_calendar()
        self.splits = tuple(self._read_splits())
        self.metrics = {metric: self._published(metric) for metric in SPECS}
        for metric, spec in SPECS.items():
            if spec.kind == "flow":
                self._add_subtracted_quarters(self.metrics[metric])
        for identity in IDENTITIES:
            self._apply(*identity)

    def filings(self) -> dict[str, tuple[str, date, tuple[int, int]]]:
        """Accession -> form, filing date, fiscal year and quarter that the filing reports on."""
        newest: dict[str, tuple[str, date, date]] = {}
        for row in self._rows("us-gaap:NetIncomeLoss", "USD"):
            known = newest.get(row.accession)
            if known is None or row.end > known[2]:
                newest[row.accession] = (row.form, row.filed, row.end)
        return {
            accession: (form, filed, slot)
            for accession, (form, filed, end) in newest.items()
            if (slot := self.calendar.quarter_ended(end)) is not None
        }

    def cited(self) -> Iterator[str]:
        """Every accession that a row of this company names."""
        for row in (*self.splits, *(row for rows in self.metrics.values() for row in rows.values())):
            yield from (row.accession, *(accession for accession, _ in row.operands))

    def _rows(self, concept: str, unit: str) -> Iterator[Row]:
        for item in self._concepts.get(concept, {}).get(UNITS[unit], ()):
            if item["form"] in FORMS:
                start = date.fromisoformat(item["start"]) if "start" in item else None
                filed = date.fromisoformat(item["filed"])
                end = date.fromisoformat(item["end"])
                yield Row(start, end, item["val"], unit, concept, item["form"], item["accn"], filed)

    def _read_calendar(self) -> FiscalCalendar:
        reports = [row for row in self._rows("us-gaap:NetIncomeLoss", "USD") if row.start and row.form == "10-K"]
        ends = {row.end for row in reports if row.start and span_of(row.start, row.end) == "FY"}
        last = max(ends)
        accession = min((row for row in reports if row.end == last), key=lambda row: row.filed).accession
        years = {item["fy"] for item in self._concepts["us-gaap:NetIncomeLoss"]["USD"] if item["accn"] == accession}
        return FiscalCalendar.from_reports(ends, (last, max(years)))

    def _read_splits(self) -> Iterator[Row]:
        # A filing dates a split by its announcement, its record date or its effect: the last date is the effect.
        rows = sorted(
            self._rows("us-gaap:StockholdersEquityNoteStockSplitConversionRatio1", "ratio"),
            key=lambda row: (row.end, row.filed),
        )
        latest = {row.value: row for row in rows if row.end.year >= FIRST_YEAR}
        yield from latest.values()

    def _slot(self, row: Row, kind: Kind) -> Slot | None:
        at = self.calendar.quarter_ended(row.end)
        if at is None or at[0] < FIRST_YEAR or (kind == "balance") != (row.start is None):
            return None
        if row.start is None:
            return ("I", *at)
        span = span_of(row.start, row.end)
        return (span, *at) if span and _LAST_QUARTER.get(span, at[1]) == at[1] else None

    def _published(self, metric: str) -> dict[Slot, Row]:
        spec = SPECS[metric]
        chosen: dict[Slot, Row] = {}
        for concept in spec.ordered(self.ticker):
            found: dict[Slot, Row] = {}
            for row in sorted(self._rows(f"us-gaap:{concept}", spec.unit), key=lambda row: row.filed):
                slot = self._slot(row, spec.kind)
                if slot and (slot not in found or row.value != found[slot].value):
                    found[slot] = row
            chosen = found | chosen
        return chosen

    def _add_subtracted_quarters(self, rows: dict[Slot, Row]) -> None:
        for year in sorted({slot[1] for slot in rows}):
            for quarter, (whole, part) in _SUBTRACTIONS.items():
                left, right = rows.get((whole, year, quarter)), rows.get((part, year, quarter - 1))
                if ("Q", year, quarter) in rows or not left or not right or self._split_between(left, right):
                    continue
                name = f"{whole}-{'Q1' if part == 'Q' else part}"
                rows["Q", year, quarter] = self._combined(left, "-", right, name, start=right.end)

    def _split_between(self, left: Row, right: Row) -> bool:
        filed = sorted((left.filed, right.filed))
        return left.unit != "USD" and any(filed[0] < split.end <= filed[1] for split in self.splits)

    def _apply(self, result: str, left: str, sign: str, right: str) -> None:
        for slot, row in self.metrics[left].items():
            other = self.metrics[right].get(slot)
            if other and slot not in self.metrics[result]:
                self.metrics[result][slot] = self._combined(row, sign, other, f"{left}{sign}{right}")

    @staticmethod
    def _combined(left: Row, sign: str, right: Row, derived: str, start: date | None = None) -> Row:
        value = left.value + right.value if sign == "+" else left.value - right.value
        return Row(
            start=date.fromordinal(start.toordinal() + 1) if start else left.start,
            end=left.end,
            value=round(value, 6),
            unit=left.unit,
            concept=left.concept if left.concept == right.concept else f"{left.concept} {sign} {right.concept}",
            form=left.form,
            accession=left.accession,
            filed=left.filed,
            derived=derived,
            operands=((left.accession, left.value), (right.accession, right.value)),
        )
