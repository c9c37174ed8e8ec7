"""The toolbox: every tool with its name, description and typed arguments, callable by the agent or by a model.

`toolbox()["growth"].call({"company": "NVIDIA", "metric": "revenue", "period": "Q2 FY2026"})` is a `Result`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, TypeVar

from agent.research.figures.arguments import (
    Arguments,
    BreakdownArguments,
    CompareArguments,
    CompoundArguments,
    ConcentrationArguments,
    GrowthArguments,
    LookupArguments,
    MarginArguments,
    PartGrowthArguments,
    RatioArguments,
    ShareArguments,
    TrendArguments,
)
from agent.research.figures.comparison import compare
from agent.research.figures.concentration import concentration
from agent.research.figures.facts import Facts, company, facts
from agent.research.figures.measures import compound, growth, lookup, margin
from agent.research.figures.parts import Parts, parts
from agent.research.figures.periods import Period
from agent.research.figures.ratios import ratio
from agent.research.figures.results import Result
from agent.research.figures.shares import breakdown, part_growth, part_revenue, share
from agent.research.figures.trends import trailing_twelve_months, trend

A = TypeVar("A", bound=Arguments)


@dataclass(frozen=True, slots=True)
class Tool(Generic[A]):
    name: str
    description: str
    arguments: type[A]
    run: Callable[[A, Facts, Parts], Result]

    def call(self, arguments: dict[str, Any]) -> Result:
        """Validate and run over the shipped tables.

        Raises pydantic.ValidationError for malformed arguments, FactsError for figures that are not there, and
        NotDefined for a calculation without meaning.
        """
        return self.run(self.arguments.model_validate(arguments), facts(), parts())

    def schema(self) -> dict[str, Any]:
        """As a function for an OpenAI-compatible chat model."""
        parameters = self.arguments.model_json_schema()
        function = {"name": self.name, "description": self.description, "parameters": parameters}
        return {"type": "function", "function": function}


@cache
def toolbox() -> dict[str, Tool[Any]]:
    """All tools by name."""
    tools: tuple[Tool[Any], ...] = (
        Tool(
            "lookup",
            "A published or computed figure of one company in a fiscal quarter or year.",
            LookupArguments,
            lambda a, f, _: lookup(f, _ticker(a), a.metric, _period(a.period)),
        ),
        Tool(
            "growth",
            "The change of a figure against the year earlier or the quarter before.",
            GrowthArguments,
            lambda a, f, _: growth(f, _ticker(a), a.metric, _period(a.period), a.against),
        ),
        Tool(
            "margin",
            "Gross, operating, net or free cash flow margin.",
            MarginArguments,
            lambda a, f, _: margin(f, _ticker(a), a.kind, _period(a.period)),
        ),
        Tool(
            "compound_growth",
            "Compound annual growth of a figure between two fiscal years.",
            CompoundArguments,
            lambda a, f, _: compound(f, _ticker(a), a.metric, Period.parse(a.first), Period.parse(a.last)),
        ),
        Tool(
            "trend",
            "A figure over several quarters or years, with a chart.",
            TrendArguments,
            lambda a, f, _: trend(f, _ticker(a), a.metric, a.count, _period(a.period), a.frequency),
        ),
        Tool(
            "trailing_twelve_months",
            "The sum of the last four quarters up to a period.",
            LookupArguments,
            lambda a, f, _: trailing_twelve_months(f, _ticker(a), a.metric, _period(a.period)),
        ),
        Tool(
            "compare",
            "One figure, or its growth, of several companies side by side.",
            CompareArguments,
            lambda a, f, _: compare(
                f, [company(each).ticker for each in a.companies], a.metric, _period(a.period), a.by
            ),
        ),
        Tool(
            "share",
            "The share of revenue of a segment, product, place, customer or line.",
            ShareArguments,
            lambda a, f, p: share(f, p, _ticker(a), a.part, _period(a.period)),
        ),
        Tool(
            "part_revenue",
            "The revenue of a segment, product or place, and its share of the whole.",
            ShareArguments,
            lambda a, f, p: part_revenue(f, p, _ticker(a), a.part, _period(a.period)),
        ),
        Tool(
            "ratio",
            "One figure of a company as per cent of another, such as debt to equity.",
            RatioArguments,
            lambda a, f, _: ratio(f, _ticker(a), a.metric, a.to, _period(a.period)),
        ),
        Tool(
            "part_growth",
            "The change of the revenue of a segment, product or place.",
            PartGrowthArguments,
            lambda a, f, p: part_growth(f, p, _ticker(a), a.part, _period(a.period), a.against),
        ),
        Tool(
            "breakdown",
            "Revenue or operating income by segment, product or place.",
            BreakdownArguments,
            lambda a, f, p: breakdown(f, p, _ticker(a), a.by, _period(a.period), a.metric),
        ),
        Tool(
            "concentration",
            "How concentrated revenue is among the customers of 10% or more, against an earlier period.",
            ConcentrationArguments,
            lambda a, f, p: concentration(f, p, _ticker(a), _period(a.period), _period(a.against)),
        ),
    )
    return {tool.name: tool for tool in tools}


def _ticker(arguments: Any) -> str:
    return company(arguments.company).ticker


def _period(text: str | None) -> Period | None:
    return Period.parse(text) if text else None
