"""How much of a company's revenue lies with its largest customers, as far as they are disclosed."""

from __future__ import annotations

from agent.research.figures import arithmetic, charts
from agent.research.figures.calculation import calculated
from agent.research.figures.facts import Facts, company
from agent.research.figures.measures import possessive
from agent.research.figures.part_sources import coverage
from agent.research.figures.parts import Part, Parts
from agent.research.figures.periods import Period
from agent.research.figures.results import Caveat, Result, Row

# At 10 % or more each there can be no eleventh.
_RANKS = ("largest", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")

LOWER_BOUND = Caveat(
    "hhi_lower_bound",
    "Only customers of 10% of revenue or more are disclosed, so the index is a lower bound; they are lettered anew in "
    "each report, so that none can be followed.",
)


def concentration(
    facts: Facts, parts: Parts, ticker: str, period: Period | None = None, against: Period | None = None
) -> Result:
    """Herfindahl-Hirschman index of the customers of 10 % of revenue or more, against a year earlier by default."""
    filer = company(ticker)
    at = period or parts.latest(filer.ticker, "customer", "concentration", "revenue")
    past = against or at.year_earlier()
    now = parts.of(filer.ticker, "customer", "concentration", at, "revenue")
    known = past in parts.periods(filer.ticker, "customer", "concentration", "revenue")
    then = parts.of(filer.ticker, "customer", "concentration", past, "revenue") if known or against else []
    index = arithmetic.hhi(part.value * 100 for part in now)
    rows: tuple[Row, ...] = tuple(
        {
            "period": str(part.period),
            "customer": part.member,
            "rank": _RANKS[order],
            "order": float(order),
            "value": round(part.value * 100, 4),
        }
        for each in (then, now)
        for order, part in enumerate(each)
    )
    return calculated(
        facts,
        "concentration",
        now,
        beside=then,
        label=f"{filer.name} customer concentration, {at}" + (f" against {past}" if then else ""),
        value=index,
        unit="HHI points",
        of="HHI",
        sentence=_sentence(filer.name, (at, now), (past, then)),
        formula=" + ".join(f"{part.value * 100:g}²" for part in now),
        extra=(
            LOWER_BOUND,
            *coverage(parts, filer.ticker, "customer", "concentration", "revenue", period),
        ),
        series=rows,
        table=[_summary(each, label) for each, label in ((now, at), (then, past)) if each],
        chart=charts.bars(f"{filer.name}: customers of 10% of revenue or more", rows, "percent", stack="rank"),
    )


def _sentence(name: str, now: tuple[Period, list[Part]], then: tuple[Period, list[Part]]) -> str:
    index = _index(now[1])
    said = f"In {now[0]}, {_described(now[1])} of {possessive(name)} revenue"
    what = "The Herfindahl-Hirschman index (HHI, at most 10,000) of the disclosed customers"
    if not then[1]:
        return f"{said}. {what} was {index:,.0f}."
    before = _index(then[1])
    moved = f"rose from {before:,.0f} to" if index > before else f"fell from {before:,.0f} to"
    return (
        f"{said}; in {then[0]}, {_described(then[1])}. {what} {moved if index != before else 'stayed at'} {index:,.0f}."
    )


def _described(found: list[Part]) -> str:
    if len(found) == 1:
        return f"one direct customer made up {found[0].value * 100:g}%"
    each = ", ".join(f"{part.value * 100:g}%" for part in found)
    return f"{len(found)} direct customers made up {sum(part.value for part in found) * 100:g}% ({each})"


def _index(found: list[Part]) -> float:
    return arithmetic.hhi(part.value * 100 for part in found)


def _summary(found: list[Part], at: Period) -> Row:
    return {
        "period": str(at),
        "customers of 10% or more": float(len(found)),
        "largest": f"{found[0].value * 100:g}%",
        "combined": f"{sum(part.value for part in found) * 100:g}%",
        "shares": ", ".join(f"{part.value * 100:g}%" for part in found),
        "HHI": f"{_index(found):,.0f}",
    }
