"""Where figures come from and what to know about them: sources and caveats of the facts that a tool used."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from agent.research.figures.facts import Fact, Facts
from agent.research.figures.filers import FILERS
from agent.research.figures.metrics import METRICS
from agent.research.figures.periods import Period
from agent.research.figures.results import Caveat, Source, day, show

_SPANS = {"H1": "six months", "9M": "nine months", "FY": "year"}
_LENGTHS = {"Q": "three months", "FY": "year"}


def span(start: date | None, end: date, period: Period) -> str:
    """`three months to 27 Jul 2025`, `year to 26 Jan 2025`, or for a balance `at 27 Jul 2025`."""
    return f"{_LENGTHS['Q' if period.quarter else 'FY']} to {day(end)}" if start else f"at {day(end)}"


def statement(fact: Fact) -> str:
    """A figure in one plain sentence."""
    label = METRICS[fact.metric].label
    return f"{label}, {fact.period} ({span(fact.start, fact.end, fact.period)}): {show(fact.value, fact.unit)}."


def sources(facts: Facts, used: Iterable[Fact]) -> tuple[Source, ...]:
    """One source a filing, in the order of use; a derived figure cites the filings that it was computed from."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for fact in used:
        for accession, what, sentence in _published(facts, fact):
            found[accession][sentence] = what
    return tuple(
        Source(
            title=facts.filings[accession].title,
            accession=accession,
            url=facts.filings[accession].url,
            locator="; ".join(dict.fromkeys(said.values())),
            quote="\n".join(said),
        )
        for accession, said in found.items()
    )


def _published(facts: Facts, fact: Fact) -> Iterator[tuple[str, str, str]]:
    """Accession, name and sentence of every published figure behind a fact."""
    name = METRICS[fact.metric].inside
    if not fact.derived:
        yield fact.accession, name, statement(fact)
    elif "-" in fact.derived and fact.derived.split("-")[0] in _SPANS:
        label, whole = METRICS[fact.metric].label, fact.derived.split("-")[0]
        part = _SPANS.get(fact.derived.split("-")[1], "three months")
        before = fact.start - timedelta(days=1) if fact.start else fact.end
        for operand, length, end in zip(fact.operands, (_SPANS[whole], part), (fact.end, before), strict=True):
            yield operand.accession, name, f"{label}, {length} to {day(end)}: {show(operand.value, fact.unit)}."
    else:
        for metric in fact.derived.replace("+", "-").split("-"):
            yield from _published(facts, facts.lookup(fact.ticker, metric, fact.period))


def caveats(facts: Facts, used: Iterable[Fact]) -> tuple[Caveat, ...]:
    """What the facts themselves give rise to: derived quarters, long years, splits."""
    used = tuple(used)
    return tuple(dict.fromkeys((*_derived(used), *_long(used), *_unsplit(facts, used))))


def cutoff(facts: Facts, ticker: str, at: Period, asked: Period | None) -> list[Caveat]:
    """Where the data of a company ends, for an answer that chose the latest period by itself; and whether that is older
    than the data."""
    if asked is not None:
        return []
    last = facts.last_filing(ticker)
    name = FILERS[ticker].name
    message = f"The data for {name} ends with its {last.form} for {last.period}, filed {day(last.filed)}"
    newest = Period(last.period.year, last.period.quarter or 4)
    expected = newest if at.quarter else Period(newest.year - (newest.quarter != 4))
    if at < expected:
        return [Caveat("stale", f"{message}, but the last figure of this kind is for {at}.")]
    return [Caveat("data_cutoff", f"{message}.")]


def split_factor(facts: Facts, fact: Fact) -> float:
    """New shares for an old one since the filing of `fact`: 1 where the figure is on today's basis."""
    factor = 1.0
    for split in facts.splits(fact.ticker):
        if fact.unit in ("USD/share", "shares") and fact.filed < split.end:
            factor *= split.value
    return factor


def _derived(used: tuple[Fact, ...]) -> Iterator[Caveat]:
    how: dict[str, dict[str, None]] = defaultdict(dict)
    for fact in used:
        if fact.derived:
            how[_spelled(fact.derived)][f"{METRICS[fact.metric].inside} of {fact.period}"] = None
    if how:
        listed = "; ".join(f"{', '.join(what)} ({derived})" for derived, what in how.items())
        yield Caveat("derived", f"Computed by us, not published as such: {listed}.")


def _spelled(derived: str) -> str:
    """`year less nine months` for `FY-9M`."""
    names = _SPANS | {"H1": "first half"} | {metric.name: metric.inside for metric in METRICS.values()}
    return " ".join(
        {"-": "less", "+": "plus"}.get(term) or names.get(term, term) for term in re.split(r"([-+])", derived)
    )


def _long(used: tuple[Fact, ...]) -> Iterator[Caveat]:
    for fact in used:
        weeks = fact.weeks
        if weeks in (14, 53):
            usual = "13" if weeks == 14 else "52"
            name = FILERS[fact.ticker].name
            yield Caveat("long_period", f"{fact.period} of {name} has {weeks} weeks instead of {usual}.")


def _unsplit(facts: Facts, used: tuple[Fact, ...]) -> Iterator[Caveat]:
    for fact in used:
        factor = split_factor(facts, fact)
        if factor != 1:
            name, what = FILERS[fact.ticker].name, METRICS[fact.metric].label.lower()
            yield Caveat(
                "split_not_restated",
                f"The {what} of {fact.period} was filed before {name}'s later {factor:g}-for-1 split and not restated.",
            )
