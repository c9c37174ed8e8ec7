"""Which fiscal periods a question means: named ones, calendar dates, and "last year"."""

import re
from dataclasses import dataclass, field
from datetime import date

from agent.research.figures.facts import facts
from agent.research.figures.periods import Period, periods_in
from agent.research.question.wording import phrases

_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_MONTH = (
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_DATED = re.compile(
    rf"\b{_MONTH}\s+(?:\d{{1,2}}(?:st|nd|rd|th)?,?\s+)?(20\d\d)\b"
    rf"|\b(?:\d{{1,2}}\.?\s+){_MONTH}\s+(20\d\d)\b"
    r"|\b(20\d\d)-(\d\d)-\d\d\b",
    re.IGNORECASE,
)
_QUARTER_ONLY = phrases(r"q([1-4])|(first|second|third|fourth) (?:fiscal )?quarter")
_LATEST_YEAR = phrases(r"""
    (?:last|latest|most recent|past|previous|this|current) (?:(?:full|complete|reported|fiscal|financial) )*year
    annual|annually|yearly|full[- ]year|per year|a year(?! (?:ago|earlier|before))
""")
_LATEST_QUARTER = phrases(r"""
    (?:last|latest|most recent|past|this|current) (?:reported |fiscal )*quarter
    right now|currently
""")
_BARE_YEAR = re.compile(r"(?<![\w.,$])20\d\d(?![\d,.]*\d|\s*%)")
_FISCAL = phrases(r"fiscal|fy ?'?\d+")
_COUNT = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "eight": 8, "ten": 10, "twelve": 12}
_SPAN = phrases(r"(?:last|past|latest|previous|recent|over(?! the)) (\d{1,2}|[a-z]+) (?:fiscal )?(quarters|years)")
_ORDINAL = r"(?:first|second|third|fourth|1st|2nd|3rd|4th)[\s-]+(?:fiscal )?quarter"
_QUARTER = rf"(?:q[1-4]|[1-4]q|{_ORDINAL}|quarter [1-4])"
_YEAR = r"(?:(?:fy|fiscal(?: year)?|calendar(?: year)?|year|')[\s-]*'?(?:20\d\d|\d\d)|20\d\d)"
_SHARED_YEAR = phrases(rf"(q[1-4]) ?(and|to|vs\.?|versus|or|than) ?(q[1-4]) (?:of )?({_YEAR})")
_SPELLINGS = (
    (phrases(r"(first|second|third|fourth|[1-4](?:st|nd|rd|th)) fiscal quarter"), r"\1 quarter"),
    (phrases(r"(20\d\d)'s (first|second|third|fourth) quarter"), r"\2 quarter \1"),
    (phrases(r"fq([1-4])"), r"Q\1"),
    (phrases(r"quarter one"), "Q1"),
    (phrases(r"quarter two"), "Q2"),
    (phrases(r"quarter three"), "Q3"),
    (phrases(r"quarter four"), "Q4"),
    (phrases(r"q([1-4])[ -](\d\d)(?!\d)"), r"Q\1 FY\2"),
    (phrases(rf"{_MONTH} quarter(?: of)? (20\d\d)"), r"\1 \2 quarter"),
    (phrases(rf"{_MONTH}-(20\d\d)"), r"\1 \2"),
    (_SHARED_YEAR, r"\1 \4 \2 \3 \4"),
)
"""Rarer spellings of a period, and how they are written plainly."""
_YEARS = phrases(r"(\d{1,2}|two|three|four|five|six|eight|ten)-years?(?!-old)")
_YEAR_ENDED = phrases(r"(?:year|twelve months|12 months) (?:that )?(?:end(?:ed|ing|s)?|to|through|until)")
_NAMED = phrases(rf"""
    (?:{_QUARTER}(?: (?:of|in|for)(?: the)?)?[\s,/-]*)?{_YEAR}(?:[\s,/-]*{_QUARTER})?(?![\d,.]*\d|\s*%)
    [1-4]q\d\d
""")
"""What `periods_in` reads, to be taken out of the question."""


@dataclass(frozen=True)
class When:
    """The time of a question."""

    periods: tuple[Period, ...] = ()
    """Named in the question, as written; the same for every company."""
    dates: tuple[tuple[int, int], ...] = ()
    """Year and month of calendar dates; which fiscal period they end differs by company."""
    whole_years: bool = False
    """The dates end years ("the year ended January 2025"), not quarters."""
    quarter: int = 0
    """A quarter without its year: the latest of that name."""
    latest: str = ""
    """`year` or `quarter`, where the question says "last year" or the like."""
    count: int = 0
    """How many periods, where it says "the last eight quarters"."""
    yearly: bool = False
    """Whether `count` is in years."""
    newest: tuple[tuple[str, Period], ...] = ()
    """What `latest` means by ticker, where what is asked for is held."""
    bare_year: bool = field(default=False)
    """A year was given without "fiscal": it may be meant as a calendar year."""

    @property
    def named(self) -> bool:
        return bool(self.periods or self.dates or self.quarter or self.latest or self.count)

    def of(self, ticker: str) -> tuple[Period, ...]:
        """The fiscal periods of one company; empty where the question names no time."""
        found = list(self.periods)
        ended = [period for year, month in self.dates if (period := _ended(ticker, year, month))]
        found += [Period(each.year) if self.whole_years and each.quarter == 4 else each for each in ended]
        if self.quarter:
            quarters = [period for period in facts().periods(ticker, "revenue") if period.quarter == self.quarter]
            found += quarters[-1:]
        if self.latest:
            held = dict(self.newest).get(ticker)
            found.append(held or facts().latest(ticker, "revenue", yearly=self.latest == "year"))
        return tuple(dict.fromkeys(found))


def when(question: str) -> tuple[When, str]:
    """The time that a question names, and the question without those words."""
    rest = _plain(question)
    span = _SPAN.search(rest)
    count = 0
    if years := _YEARS.search(rest):
        count = int(years[1]) if years[1].isdigit() else _COUNT.get(years[1].lower(), 0)
        rest = _YEARS.sub(" ", rest)
    if span:
        count = int(span[1]) if span[1].isdigit() else _COUNT.get(span[1].lower(), 0)
        rest = _SPAN.sub(" ", rest)
    dates = tuple(_date(match) for match in _DATED.finditer(rest))
    undated = _DATED.sub(" ", rest)
    periods = tuple(periods_in(undated))
    fiscal = _FISCAL.search(undated)
    bare = bool(_BARE_YEAR.search(undated)) and not fiscal and not any(period.quarter for period in periods)
    rest = _NAMED.sub(" ", undated)
    quarter = 0
    latest = ""
    if not periods and not dates:
        alone = _QUARTER_ONLY.search(rest)
        if alone:
            quarter = int(alone[1] or {"first": 1, "second": 2, "third": 3, "fourth": 4}[alone[2].lower()])
        elif _LATEST_YEAR.search(rest):
            latest = "year"
        elif _LATEST_QUARTER.search(rest):
            latest = "quarter"
    for pattern in (_QUARTER_ONLY, _LATEST_YEAR, _LATEST_QUARTER):
        rest = pattern.sub(" ", rest)
    yearly = bool(years or (span and span[2].lower() == "years"))
    whole_years = bool(dates and _YEAR_ENDED.search(question))
    return When(periods, dates, whole_years, quarter, latest, count, yearly, bare_year=bare), rest


def _plain(question: str) -> str:
    """Rarer ways to write a period as one that `periods_in` reads."""
    text = question.replace("’", "'")
    for pattern, plain in _SPELLINGS:
        text = pattern.sub(plain, text)
    return text


def _date(match: re.Match[str]) -> tuple[int, int]:
    if match[5]:
        return int(match[5]), int(match[6])
    name = (match[1] or match[3]).lower()
    return int(match[2] or match[4]), next(i for i, month in enumerate(_MONTHS, 1) if month.startswith(name[:3]))


def _ended(ticker: str, year: int, month: int) -> Period | None:
    """The quarter that ended in that month, or within three weeks of it (52/53-week years move)."""
    middle = date(year, month, 15)
    for fact in reversed(facts().series(ticker, "revenue")):
        if (fact.end.year, fact.end.month) == (year, month):
            return fact.period
    near = [fact for fact in facts().series(ticker, "revenue") if abs((fact.end - middle).days) <= 20]
    return near[-1].period if near else None
