"""Sources, inputs and caveats of figures about parts of a company."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from agent.research.figures.facts import Facts
from agent.research.figures.metrics import METRICS
from agent.research.figures.parts import Part, Parts
from agent.research.figures.periods import Period
from agent.research.figures.provenance import span
from agent.research.figures.results import Caveat, Input, Source, listed, show

ANONYMOUS = Caveat(
    "customers_anonymous",
    "Customers are not named and are lettered anew in each report: one cannot be followed from period to period.",
)


def part_sources(facts: Facts, used: Iterable[Part]) -> tuple[Source, ...]:
    """One source a filing for dimensional figures."""
    said: dict[str, list[Part]] = defaultdict(list)
    for part in used:
        said[part.accession].append(part)
    return tuple(
        Source(
            title=facts.filings[accession].title,
            accession=accession,
            url=found[0].url,
            locator="; ".join(dict.fromkeys(map(_what, found))),
            quote="\n".join(map(_statement, found)),
        )
        for accession, found in said.items()
    )


def merged(found: Iterable[Source]) -> tuple[Source, ...]:
    """Sources of the same filing as one."""
    by: dict[str, Source] = {}
    for source in found:
        first = by.get(source.accession)
        by[source.accession] = source if first is None else _joined(first, source)
    return tuple(by.values())


def _joined(first: Source, second: Source) -> Source:
    locator = "; ".join(dict.fromkeys((*first.locator.split("; "), *second.locator.split("; "))))
    return Source(first.title, first.accession, first.url, locator, f"{first.quote}\n{second.quote}")


def _what(part: Part) -> str:
    if part.unit == "ratio":
        return f"concentration risk, share of {part.basis.replace('_', ' ')} by {part.breakdown}"
    return f"{METRICS[part.metric].inside} by {part.breakdown}"


def _statement(part: Part) -> str:
    when = f"{part.period} ({span(part.start, part.end, part.period)})"
    if part.unit == "ratio":
        return f"{part.member}, {when}: {part.value * 100:g}% of {part.basis.replace('_', ' ')}."
    return f"{METRICS[part.metric].label} of {part.member}, {when}: {show(part.value, part.unit)}."


def part_input(part: Part) -> Input:
    """A part as an input, a fraction as per cent."""
    name = f"{METRICS[part.metric].inside} of {part.member}" if part.metric in METRICS else part.member
    value, unit = (part.value * 100, "percent") if part.unit == "ratio" else (part.value, part.unit)
    return Input(
        symbol=name,
        label=part.member,
        value=round(value, 6),
        unit=unit,
        period=str(part.period),
        accession=part.accession,
        concept=part.concept,
    )


def coverage(parts: Parts, ticker: str, breakdown: str, metric: str, basis: str, period: Period | None) -> list[Caveat]:
    """Which periods there are, for an answer that chose the latest by itself."""
    held = listed([str(each) for each in parts.periods(ticker, breakdown, metric, basis)])
    message = f"Figures by {breakdown} are held only for {held}; the newest of them is used."
    return [Caveat("parts_coverage", message)] if period is None else []
