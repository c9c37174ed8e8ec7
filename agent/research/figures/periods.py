"""Fiscal periods: a year or a quarter of it, as people write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import total_ordering


class FactsError(LookupError):
    """A question that the facts table cannot answer; the message quotes the value and says what there is.

    UnknownCompany, UnknownMetric, UnknownPeriod, UnknownPart, NotComparable
    """


class UnknownPeriod(FactsError):
    """A period that cannot be read, or that has no figure."""


@total_ordering
@dataclass(frozen=True, slots=True)
class Period:
    """A fiscal year, or a quarter of one, in the company's own naming."""

    year: int
    quarter: int | None = None

    def __str__(self) -> str:
        return f"Q{self.quarter} FY{self.year}" if self.quarter else f"FY{self.year}"

    def __lt__(self, other: Period) -> bool:
        # A year stands behind its fourth quarter.
        return (self.year, self.quarter or 5) < (other.year, other.quarter or 5)

    @property
    def label(self) -> str:
        return str(self)

    def year_earlier(self) -> Period:
        return Period(self.year - 1, self.quarter)

    def quarter_earlier(self) -> Period:
        """The quarter before; of a year, the year before."""
        if self.quarter is None or self.quarter > 1:
            return Period(self.year if self.quarter else self.year - 1, self.quarter and self.quarter - 1)
        return Period(self.year - 1, 4)

    def back(self, count: int) -> list[Period]:
        """This period and those before it, `count` in all, oldest first."""
        periods = [self]
        while len(periods) < count:
            periods.append(periods[-1].quarter_earlier())
        return periods[::-1]

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read `Q2 FY2026`, `2Q26`, `second quarter of fiscal 2026`, `FY25`, `fiscal 2025`, `2025`."""
        found = periods_in(text)
        if len(found) != 1 or not _FORMS.fullmatch(text.strip().replace("’", "'")):
            raise UnknownPeriod(f"cannot read {text!r} as one fiscal period; write 'Q2 FY2026' or 'FY2025'")
        return found[0]


_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}
_QUARTER = r"(?:q([1-4])|([1-4])q|(first|second|third|fourth|1st|2nd|3rd|4th)[\s-]+quarter|quarter\s+([1-4]))"
_YEAR = r"(?:(?:fy|fiscal(?:\s+year)?|')[\s-]*'?(\d{4}|\d{2})|(20\d{2}))(?![\d,.]*\d|\s*%)"
_FORMS = re.compile(
    rf"\b{_QUARTER}(?:\s+(?:of|in|for)(?:\s+the)?)?[\s,/-]*{_YEAR}"
    r"|\b([1-4])q(\d{4}|\d{2})\b"
    rf"|(?<![\w.,$]){_YEAR}[\s,/-]*{_QUARTER}\b"
    rf"|(?<![\w.,$]){_YEAR}",
    re.IGNORECASE,
)


def periods_in(text: str) -> list[Period]:
    """Every fiscal period that a text names, in its order, once each."""
    found: dict[Period, None] = {}
    for match in _FORMS.finditer(text.replace("’", "'")):
        groups = match.groups()
        behind, short, ahead, alone = groups[:6], groups[6:8], groups[8:14], groups[14:]
        if behind[4] or behind[5]:
            period = Period(_year(behind[4] or behind[5]), _quarter(behind[:4]))
        elif short[0]:
            period = Period(_year(short[1]), int(short[0]))
        elif ahead[0] or ahead[1]:
            period = Period(_year(ahead[0] or ahead[1]), _quarter(ahead[2:]))
        else:
            period = Period(_year(alone[0] or alone[1]))
        found[period] = None
    return list(found)


def _year(digits: str | None) -> int:
    number = int(digits or 0)
    return number if number >= 100 else 2000 + number


def _quarter(groups: tuple[str | None, ...]) -> int:
    word = next(group for group in groups if group)
    return _ORDINALS.get(word.lower()) or int(word)
