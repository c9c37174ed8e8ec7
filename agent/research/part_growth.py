"""How a segment, product or place has grown: a tool beside those of tools.py, for the agent."""

from typing import Any, Literal

from agent.research.figures import arithmetic, charts
from agent.research.figures.facts import Facts, company
from agent.research.figures.filers import FILERS
from agent.research.figures.part_sources import coverage, part_input, part_sources
from agent.research.figures.parts import Part, Parts, UnknownPart
from agent.research.figures.periods import Period
from agent.research.figures.results import Result, Row, show


def part_growth(
    facts: Facts,
    parts: Parts,
    ticker: str,
    part: str,
    period: Period | None = None,
    against: Literal["year", "quarter"] = "year",
) -> Result:
    """Change in per cent of a part's revenue against a year earlier or the quarter before.

    Raises UnknownPart or UnknownPeriod where a figure is missing.
    """
    breakdown, member = parts.named(ticker, part)
    at = period or parts.latest(ticker, breakdown)
    past = at.year_earlier() if against == "year" else at.quarter_earlier()
    new, old = (_member(parts, ticker, breakdown, member, each) for each in (at, past))
    value = arithmetic.growth(new.value, old.value)
    name = FILERS[ticker].name
    moved = "was unchanged" if value == 0 else f"{'rose' if value > 0 else 'fell'} {show(abs(value), 'percent')}"
    rows: tuple[Row, ...] = tuple({"period": str(each.period), "value": each.value} for each in (old, new))
    return Result(
        tool="part_growth",
        label=f"{name} {member} revenue, change from {past} to {at}",
        value=value,
        unit="percent",
        sentence=f"{name}'s {member} revenue {moved} "
        f"from {show(old.value, 'USD')} in {past} to {show(new.value, 'USD')} in {at}.",
        formula=f"(revenue of {member}({at}) − revenue of {member}({past})) ÷ revenue of {member}({past}) × 100",
        inputs=(part_input(new), part_input(old)),
        sources=part_sources(facts, [new, old]),
        warnings=tuple(coverage(parts, ticker, breakdown, "revenue", "", period)),
        series=rows,
        table=tuple({"period": str(each.period), f"{member} revenue": show(each.value, "USD")} for each in (old, new)),
        chart=charts.bars(f"{name}: {member} revenue", rows, "USD"),
    )


def call(arguments: dict[str, Any], facts: Facts, parts: Parts) -> Result:
    """The same from plain arguments: `company`, `part`, and optionally `period` and `against`."""
    period = arguments.get("period")
    ticker = company(arguments["company"]).ticker
    at = Period.parse(period) if period else None
    return part_growth(facts, parts, ticker, arguments["part"], at, arguments.get("against", "year"))


def _member(parts: Parts, ticker: str, breakdown: str, member: str, period: Period) -> Part:
    found = parts.of(ticker, breakdown, "revenue", period)
    for part in found:
        if part.member == member:
            return part
    raise UnknownPart(f"{member!r} is not given for {period}; available are {', '.join(part.member for part in found)}")
