"""Tools over parts of a company: its revenue, its share of all revenue, a whole breakdown, and how a part has grown."""

from __future__ import annotations

from dataclasses import replace

from agent.research.figures import arithmetic, charts
from agent.research.figures.calculation import calculated
from agent.research.figures.facts import Fact, Facts, company
from agent.research.figures.measures import Against, possessive
from agent.research.figures.metrics import METRICS, UnknownMetric, metric_named
from agent.research.figures.part_sources import ANONYMOUS, coverage
from agent.research.figures.parts import Part, Parts, UnknownPart
from agent.research.figures.periods import Period
from agent.research.figures.provenance import cutoff, span
from agent.research.figures.quantities import latest, quantity
from agent.research.figures.results import Caveat, Result, Row, show


def share(facts: Facts, parts: Parts, ticker: str, part: str, period: Period | None = None) -> Result:
    """Per cent of revenue of a segment, product, place or customer, or of a line such as research and development."""
    ticker = company(ticker).ticker
    try:
        breakdown, member = parts.named(ticker, part)
    except UnknownPart as unknown:
        try:
            return _line_share(facts, ticker, part, period)
        except UnknownMetric:
            raise unknown from None
    if breakdown == "customer":
        return _customer_share(facts, parts, ticker, member, period)
    found, whole = _of_revenue(facts, parts, ticker, breakdown, member, period)
    at, value, name = found.period, arithmetic.ratio(found.value, whole.value), company(ticker).name
    when = f"{at} ({span(whole.start, whole.end, at)})"
    result = calculated(
        facts,
        "share",
        (found, whole),
        label=f"{name} {member}, share of revenue, {at}",
        value=value,
        sentence=f"{member} made up {show(value, 'percent')} of {possessive(name)} revenue in {when}: "
        f"{show(found.value, 'USD')} of {show(whole.value, 'USD')}.",
        formula=f"revenue from {member} ÷ revenue × 100",
        extra=coverage(parts, ticker, breakdown, "revenue", "", period),
    )
    return _pictured(result, name, parts.of(ticker, breakdown, "revenue", at), whole)


def part_revenue(facts: Facts, parts: Parts, ticker: str, part: str, period: Period | None = None) -> Result:
    """Revenue of a segment, product or place, with its share of the whole.

    Raises UnknownPart or UnknownPeriod where the figure is missing.
    """
    ticker = company(ticker).ticker
    line, member = parts.named(ticker, part)
    if line == "customer":
        return _customer_share(facts, parts, ticker, member, period)  # no filing gives a customer's revenue in dollars
    found, whole = _of_revenue(facts, parts, ticker, line, member, period)
    at, name = found.period, company(ticker).name
    percent = show(arithmetic.ratio(found.value, whole.value), "percent")
    result = calculated(
        facts,
        "part_revenue",
        (found,),
        beside=(whole,),
        label=f"{name} {member} revenue, {at}",
        value=found.value,
        unit=found.unit,
        sentence=f"{possessive(name)} {member} revenue in {at} ({span(whole.start, whole.end, at)}) was "
        f"{show(found.value, 'USD')}, {percent} of its revenue of {show(whole.value, 'USD')}.",
        formula="as published",
        extra=coverage(parts, ticker, line, "revenue", "", period),
    )
    return _pictured(result, name, parts.of(ticker, line, "revenue", at), whole)


def breakdown(
    facts: Facts, parts: Parts, ticker: str, by: str, period: Period | None = None, metric: str = "revenue"
) -> Result:
    """Revenue or operating income by segment, product or place; the value is the share of the largest, in per cent."""
    ticker, metric = company(ticker).ticker, metric_named(metric).name
    at = period or parts.latest(ticker, by, metric)
    found = parts.of(ticker, by, metric, at)
    whole = facts.lookup(ticker, metric, at)
    largest, name, what = found[0], company(ticker).name, METRICS[metric].inside
    value = arithmetic.ratio(largest.value, whole.value)
    listed = ", ".join(f"{part.member} {show(part.value, 'USD')}" for part in found if not part.within)
    extra = []
    if not _adds_up(found, whole):
        extra.append(Caveat("not_a_whole", f"The parts do not add up to {what}: other items are not shown."))
    result = calculated(
        facts,
        "breakdown",
        (largest, whole),
        beside=found[1:],
        label=f"{name} {what} by {by}, {at}",
        value=value,
        of=largest.member,
        sentence=f"{possessive(name)} {what} by {by} in {at} ({span(whole.start, whole.end, at)}): {listed}. "
        f"The largest was {largest.member} with {show(value, 'percent')}.",
        formula=f"{what} of {largest.member} ÷ {what} × 100",
        extra=(*extra, *coverage(parts, ticker, by, metric, "", period)),
    )
    return _pictured(result, name, found, whole)


def part_growth(
    facts: Facts, parts: Parts, ticker: str, part: str, period: Period | None = None, against: Against = "year"
) -> Result:
    """Change in per cent of a part's revenue against a year earlier or the quarter before.

    Raises UnknownPart or UnknownPeriod where a figure is missing.
    """
    breakdown, member = parts.named(ticker, part)
    at = period or parts.latest(ticker, breakdown)
    past = at.year_earlier() if against == "year" else at.quarter_earlier()
    new, old = (parts.one(ticker, breakdown, member, each) for each in (at, past))
    value = arithmetic.growth(new.value, old.value)
    name = company(ticker).name
    moved = "was unchanged" if value == 0 else f"{'rose' if value > 0 else 'fell'} {show(abs(value), 'percent')}"
    rows: tuple[Row, ...] = tuple({"period": str(each.period), "value": each.value} for each in (old, new))
    return calculated(
        facts,
        "part_growth",
        (new, old),
        label=f"{name} {member} revenue, change from {past} to {at}",
        value=value,
        sentence=f"{possessive(name)} {member} revenue {moved} "
        f"from {show(old.value, 'USD')} in {past} to {show(new.value, 'USD')} in {at}.",
        formula=f"(revenue of {member}({at}) − revenue of {member}({past})) ÷ revenue of {member}({past}) × 100",
        extra=coverage(parts, ticker, breakdown, "revenue", "", period),
        series=rows,
        table=[{"period": str(each.period), f"{member} revenue": show(each.value, "USD")} for each in (old, new)],
        chart=charts.bars(f"{name}: {member} revenue", rows, "USD"),
    )


def _of_revenue(
    facts: Facts, parts: Parts, ticker: str, breakdown: str, member: str, period: Period | None
) -> tuple[Part, Fact]:
    """A part's revenue and all revenue of the same period."""
    at = period or parts.latest(ticker, breakdown)
    return parts.one(ticker, breakdown, member, at), facts.lookup(ticker, "revenue", at)


def _line_share(facts: Facts, ticker: str, metric: str, period: Period | None) -> Result:
    line = metric_named(metric)
    if line.kind != "flow" or line.unit != "USD":
        raise UnknownMetric(f"{metric!r} is not an amount over a period and has no share of revenue")
    at = period or latest(facts, ticker, line.name)
    found, whole = quantity(facts, ticker, line.name, at), quantity(facts, ticker, "revenue", at)
    value = arithmetic.ratio(found.value, whole.value)
    name = found.filer.name
    return calculated(
        facts,
        "share",
        (found, whole),
        label=f"{name} {found.name}, share of revenue, {at}",
        value=value,
        sentence=f"{possessive(name)} {found.name} {found.when} came to {show(value, 'percent')} of revenue: "
        f"{found.shown} of {whole.shown}.",
        formula=f"{found.formula} ÷ revenue × 100" if not line.formula else f"({found.formula}) ÷ revenue × 100",
        extra=cutoff(facts, ticker, at, period),
    )


def _customer_share(facts: Facts, parts: Parts, ticker: str, member: str, period: Period | None) -> Result:
    at = period or parts.latest(ticker, "customer", "concentration", "revenue")
    found = parts.one(ticker, "customer", member, at, "concentration", "revenue")
    name, value = company(ticker).name, found.value * 100
    return calculated(
        facts,
        "share",
        (found,),
        label=f"{name} {member}, share of revenue, {at}",
        value=value,
        sentence=f"{member} made up {value:g}% of {possessive(name)} revenue in {at}.",
        formula="as published",
        extra=(ANONYMOUS, *coverage(parts, ticker, "customer", "concentration", "revenue", period)),
    )


def _pictured(result: Result, name: str, found: list[Part], whole: Fact) -> Result:
    """The result with the whole breakdown as rows, table and chart; parts of parts are marked and not drawn."""
    shares = [(part, arithmetic.ratio(part.value, whole.value)) for part in found]
    rows: tuple[Row, ...] = tuple(
        {"part": part.member, "value": part.value, "share": round(percent, 2), "within": part.within}
        for part, percent in shares
    )
    table: tuple[Row, ...] = tuple(
        {
            found[0].breakdown: f"of which {part.member}" if part.within else part.member,
            METRICS[whole.metric].label: show(part.value, part.unit),
            "share": show(percent, "percent"),
        }
        for part, percent in shares
    )
    title = f"{name}: {METRICS[whole.metric].inside} by {found[0].breakdown}, {whole.period}"
    drawn = [row for row in rows if row["within"] is None]
    return replace(result, series=rows, table=table, chart=charts.bars(title, drawn, "USD", by="part"))


def _adds_up(found: list[Part], whole: Fact) -> bool:
    return abs(sum(part.value for part in found if not part.within) - whole.value) < 1e6
