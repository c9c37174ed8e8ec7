"""What a question asks for, once it was read: the value between interpretation and tools."""

from dataclasses import dataclass, field
from typing import Literal

from agent.research.figures.filers import FILERS
from agent.research.figures.metrics import METRICS
from agent.research.figures.results import listed
from agent.research.question.scope import Decline
from agent.research.question.when import When

Operation = Literal[
    "text", "lookup", "growth", "compound", "ratio", "share", "ttm", "trend", "concentration", "breakdown"
]
Breakdown = Literal["", "segment", "geography", "product", "customer"]


@dataclass(frozen=True)
class Reading:
    question: str
    """As it was typed."""
    tickers: tuple[str, ...] = ()
    when: When = field(default_factory=When)
    metrics: tuple[str, ...] = ()
    """Names of the catalogue."""
    member: str = ""
    """One segment, market or region, such as "Data Center"."""
    breakdown: Breakdown = ""
    """Along which line figures are split."""
    operation: Operation = "text"
    against: Literal["year", "quarter"] = "year"
    since: bool = False
    """Over time, from the named period on."""
    of_revenue: bool = False
    """The figure is wanted as a share of revenue."""
    receivables: bool = False
    """Concentration of receivables, not of revenue."""
    words: str = ""
    """The question without names of companies and periods: what text is searched for."""
    wants_text: bool = True
    """Whether quotes belong into the answer: always for `text`, beside a figure where it is asked why."""
    why: bool = False
    """Reasons are asked for."""
    others: tuple[str, ...] = ()
    """Companies that it names and that there is nothing about."""
    guessed: tuple[tuple[str, str], ...] = ()
    """Spellings that were read as a company: typed, meant."""
    follows: bool = False
    """Parts were taken from earlier turns."""
    everyone: bool = False
    """No company was named: the figure is shown for all."""
    decline: Decline | None = None

    @property
    def companies(self) -> str:
        return listed([FILERS[ticker].name for ticker in self.tickers])

    @property
    def times(self) -> str:
        """The periods, as the first company counts them."""
        ticker = self.tickers[0] if self.tickers else "NVDA"
        return listed([str(period) for period in self.when.of(ticker)])

    @property
    def summary(self) -> str:
        """What was understood, for a person: `NVIDIA · gross margin · Q2 FY2026`."""
        if self.decline:
            return f"not answered: {self.decline.code.replace('_', ' ')}"
        what = self.member
        if self.operation == "concentration":
            what = "customer concentration"
        elif self.metrics:
            named = listed([METRICS[name].inside for name in self.metrics])
            what = f"{self.member} {named}".strip() + (" as a share of revenue" if self.of_revenue else "")
        how = {
            "growth": "growth",
            "ratio": "ratio",
            "compound": "growth a year",
            "ttm": "last four quarters",
            "trend": "over time",
        }
        parts = [self.companies or "all companies", what or "what the filings say", how.get(self.operation, "")]
        slips = [f"read {typed!r} as {meant}" for typed, meant in self.guessed]
        return " · ".join(part for part in (*parts, self.times, *slips) if part)
