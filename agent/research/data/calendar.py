"""Fiscal years and quarters of one company, told from its yearly reports by date distance (52 or 53 weeks)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

QUARTER_DAYS = 91.3
TOLERANCE = 12


@dataclass(frozen=True, slots=True)
class FiscalCalendar:
    ends: tuple[date, ...]
    """Year ends, ascending; the one before the first report and the one after the last are estimated."""
    first_year: int
    """The name of the year that ends on `ends[0]`, as the company names it."""

    @classmethod
    def from_reports(cls, year_ends: set[date], named: tuple[date, int]) -> FiscalCalendar:
        """Build from the ends of published years and one year end whose fiscal year the filer named."""
        published = sorted(year_ends)
        ends = [published[0] - timedelta(days=364), *published, published[-1] + timedelta(days=364)]
        anchor, year = named
        return cls(tuple(ends), year - round((anchor - ends[0]).days / 365.25))

    def quarter_ended(self, day: date) -> tuple[int, int] | None:
        """Fiscal year and quarter whose last day is `day`, or None when no quarter ends near it."""
        for index, end in enumerate(self.ends):
            distance = (end - day).days
            if distance < -TOLERANCE:
                continue
            quarters_left = round(distance / QUARTER_DAYS)
            if quarters_left > 3:
                return None
            near = abs(distance - quarters_left * QUARTER_DAYS) <= TOLERANCE
            return (self.first_year + index, 4 - quarters_left) if near else None
        return None

    def quarter_of(self, day: date) -> tuple[int, int]:
        """Fiscal year and quarter in which `day` lies; ValueError outside the known years."""
        for index, end in enumerate(self.ends):
            if day <= end:
                return self.first_year + index, max(1, 4 - int((end - day).days / QUARTER_DAYS))
        raise ValueError(f"{day} lies after {self.ends[-1]}, the last known fiscal year end")


def span_of(start: date, end: date) -> str | None:
    """`Q`, `H1`, `9M` or `FY` by length in days (first and last included), None for any other length."""
    days = (end - start).days + 1
    for name, low, high in (("Q", 80, 100), ("H1", 170, 195), ("9M", 260, 287), ("FY", 350, 380)):
        if low <= days <= high:
            return name
    return None
