"""Which documents of a collection a question is about, by the company and the period that their covers give.

The built-in companies and their fiscal calendars have no say here: where no document has a period, "the second quarter"
is three words like any other.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agent.research.figures.filers import FILERS
from agent.research.question.companies import named
from agent.research.question.when import When, when
from agent.research.search.corpus import Passage, period_key

NEWEST = re.compile(
    r"\b(?:(?:most recent|latest|newest|current) (?:[\w-]+ ){0,2}?"
    r"(?:10-[kq]s?|reports?|filings?|quarters?|years?|periods?)|last (?:reported )?(?:quarter|year))\b",
    re.I,
)
LEGAL = re.compile(
    r"(?:[\s,.]+(?:inc|corp|corporation|company|co|ltd|limited|llc|plc|ag|sa|nv|gmbh|holdings?|com|the))+\.?$", re.I
)
Cover = tuple[str, str, str, str]
"""Company, ticker, period and the end of it."""


@dataclass(frozen=True, slots=True)
class About:
    """The filter of a question, and what it leaves to be searched for."""

    companies: tuple[str, ...] = ()
    """As the covers write them."""
    periods: tuple[str, ...] = ()
    """As the documents write them."""
    unknown: tuple[str, ...] = ()
    """Companies that the question names and that no cover does."""
    rest: str = ""
    """The question without the words that the filter stands for."""

    @property
    def label(self) -> str:
        """`Apple Inc., Q3 2023`; empty where nothing is filtered."""
        return ", ".join(" and ".join(each) for each in (self.companies, self.periods) if each)


def about(question: str, passages: Sequence[Passage]) -> About:
    """What the covers of the documents say about the companies and periods that a question names."""
    covers = {(p.company, p.ticker, p.period, p.period_end) for p in passages if p.company or p.ticker or p.period}
    given = named(question)
    known = {FILERS[ticker].name.lower() for ticker in given.tickers}
    companies = _named(question, known, {(company, ticker) for company, ticker, _, _ in covers})
    everybody = " ".join(company.lower() for company, *_ in covers)
    unknown = (*(FILERS[ticker].name for ticker in given.tickers), *given.others)
    time, timeless = when(question)
    mine = [cover for cover in covers if not companies or (cover[0] or cover[1]) in companies]
    periods = _meant(time, [(period, end) for _, _, period, end in mine])
    if not periods and NEWEST.search(question):
        periods = _newest(mine)
    rest = NEWEST.sub(" ", timeless) if periods else question
    for company in companies:
        rest = re.sub(rf"\b{re.escape(_short(company))}\b(?:['’]s)?", " ", rest, flags=re.I)
    return About(
        companies=tuple(companies),
        periods=tuple(periods),
        unknown=tuple(name for name in unknown if not companies and name.lower() not in everybody),
        rest=" ".join(rest.split()),
    )


def _named(question: str, known: set[str], companies: Iterable[tuple[str, str]]) -> list[str]:
    """The companies of the covers that a question names, by name or by ticker."""
    found = []
    for company, ticker in sorted(companies):
        short = _short(company)
        by_name = short and (short.lower() in known or re.search(rf"\b{re.escape(short)}\b", question, re.I))
        if by_name or (ticker and re.search(rf"\b{re.escape(ticker)}\b", question)):
            found.append(company or ticker)
    return found


def _short(company: str) -> str:
    """A name as people say it: `Amazon` of AMAZON.COM, INC."""
    return LEGAL.sub("", company).strip(" ,.")


def _meant(time: When, documents: Iterable[tuple[str, str]]) -> list[str]:
    """The periods of documents that a question names; a quarter without its year is that quarter of any year."""
    months = {f"{year}-{month:02}" for year, month in time.dates}
    wanted = {f"{period.year}" + (f"Q{period.quarter}" if period.quarter else "") for period in time.periods}
    found = {}
    for period, end in documents:
        key = period_key(period)
        bare = time.quarter and key.endswith(f"Q{time.quarter}")
        if key and (key in wanted or key[:4] in wanted or bare or end[:7] in months):
            found[period] = key
    return sorted(found, key=lambda period: found[period])


def _newest(covers: Iterable[Cover]) -> list[str]:
    """Of each company the newest period."""
    newest: dict[str, tuple[str, str]] = {}
    for company, ticker, period, end in covers:
        if period and end:
            newest[company or ticker] = max(newest.get(company or ticker, ("", "")), (end, period))
    return sorted({period for _, period in newest.values()})
