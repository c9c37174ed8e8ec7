"""The typed arguments of the tools, described for a model that calls them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from agent.research.figures.filers import FILERS
from agent.research.figures.metrics import METRICS

_TICKERS = ", ".join(f"{filer.ticker} ({filer.name})" for filer in FILERS.values())

Company = Annotated[str, Field(description=f"Ticker or name: {_TICKERS}.")]
MetricName = Annotated[str, Field(description=f"One of: {', '.join(METRICS)}; a common synonym is understood.")]
PeriodText = Annotated[
    str | None,
    Field(description="A fiscal quarter or year as the company names it, 'Q2 FY2026', 'FY2025'; else the latest."),
]


class Arguments(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LookupArguments(Arguments):
    company: Company
    metric: MetricName
    period: PeriodText = None


class GrowthArguments(LookupArguments):
    against: Literal["year", "quarter"] = Field("year", description="The year earlier, or the quarter before.")


class MarginArguments(Arguments):
    company: Company
    kind: Literal["gross", "operating", "net", "free_cash_flow"]
    period: PeriodText = None


class CompoundArguments(Arguments):
    company: Company
    metric: MetricName
    first: str = Field(description="The earlier period, such as 'FY2021'.")
    last: str = Field(description="The later period, the same quarter or a year, such as 'FY2025'.")


class TrendArguments(LookupArguments):
    count: int = Field(8, ge=2, le=32, description="How many quarters or years.")
    frequency: Literal["quarter", "year"] = "quarter"


class CompareArguments(Arguments):
    companies: tuple[Company, ...] = Field(min_length=2, max_length=len(FILERS))
    metric: MetricName
    period: PeriodText = None
    by: Literal["value", "growth"] = Field("value", description="The figure itself, or its growth over a year.")


class ShareArguments(Arguments):
    company: Company
    part: str = Field(description="A segment, product, place or customer such as 'China', or a line such as 'R&D'.")
    period: PeriodText = None


class PartGrowthArguments(ShareArguments):
    part: str = Field(description="A segment, product or place such as 'Data Center'.")
    against: Literal["year", "quarter"] = Field("year", description="The year earlier, or the quarter before.")


class RatioArguments(LookupArguments):
    to: MetricName


class BreakdownArguments(Arguments):
    company: Company
    by: Literal["segment", "product", "geography"]
    metric: Literal["revenue", "operating_income"] = "revenue"
    period: PeriodText = None


class ConcentrationArguments(Arguments):
    company: Company
    period: PeriodText = None
    against: PeriodText = Field(None, description="The period to compare with; a year earlier by default.")
