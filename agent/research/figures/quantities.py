"""A metric of a company in a period: a published figure, or one computed by the catalogue's formula."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agent.research.figures import arithmetic
from agent.research.figures.facts import Fact, Facts, company
from agent.research.figures.filers import Filer
from agent.research.figures.metrics import METRICS, Metric, metric_named
from agent.research.figures.periods import Period, UnknownPeriod
from agent.research.figures.provenance import span, split_factor
from agent.research.figures.results import Input, day, show

_PLURAL = re.compile(
    r"repurchases|dividends|expenses|assets|liabilities|securities|shares\b|earnings|equivalents|comm.*ments"
)


@dataclass(frozen=True, slots=True)
class Quantity:
    filer: Filer
    metric: Metric
    period: Period
    value: float
    facts: tuple[Fact, ...]
    """The figures that it consists of: one, or those of its formula."""
    rebased: bool = False
    """Whether figures were brought to today's share count after a split."""

    @property
    def unit(self) -> str:
        return self.metric.unit

    @property
    def shown(self) -> str:
        return show(self.value, self.unit)

    @property
    def name(self) -> str:
        return self.metric.inside

    @property
    def was(self) -> str:
        return "were" if _PLURAL.search(self.name) else "was"

    @property
    def when(self) -> str:
        """`in Q2 FY2026 (three months to 27 Jul 2025)`, of a balance `at the end of Q2 FY2026 (27 Jul 2025)`."""
        first = self.facts[0]
        if first.start is None:
            return f"at the end of {self.period} ({day(first.end)})"
        return f"in {self.period} ({span(first.start, first.end, self.period)})"

    @property
    def formula(self) -> str:
        """`gross profit ÷ revenue`, or the name alone."""
        return spelled(self.metric)

    def inputs(self) -> tuple[Input, ...]:
        return tuple(fact_input(fact) for fact in self.facts)


def quantity(facts: Facts, ticker: str, metric: str, period: Period, rebase: bool = False) -> Quantity:
    """Compute a metric; with `rebase`, per-share figures and share counts filed before a split are restated for it.

    Raises UnknownCompany, UnknownMetric, UnknownPeriod, or NotDefined for a ratio to zero.
    """
    filer, wanted = company(ticker), metric_named(metric)
    value, used, rebased = _evaluate(facts, filer.ticker, wanted, period, rebase)
    return Quantity(filer, wanted, period, value, used, rebased)


def periods(facts: Facts, ticker: str, metric: str, yearly: bool = False) -> list[Period]:
    """Quarters, or years, for which a metric can be computed, ascending."""
    filer, wanted = company(ticker), metric_named(metric)
    if wanted.formula is None:
        return facts.periods(filer.ticker, wanted.name, yearly)
    left = periods(facts, ticker, wanted.formula.left, yearly)
    right = set(periods(facts, ticker, wanted.formula.right, yearly))
    return [period for period in left if period in right]


def latest(facts: Facts, ticker: str, metric: str, yearly: bool = False) -> Period:
    """The newest quarter, or year, of a metric; of the other kind where there is none."""
    known = periods(facts, ticker, metric, yearly) or periods(facts, ticker, metric, not yearly)
    if not known:
        raise UnknownPeriod(f"{ticker!r} has no period with all parts of {metric!r}")
    return known[-1]


def spelled(metric: Metric) -> str:
    """The formula of a metric in words, down to published figures."""
    if metric.formula is None:
        return metric.inside
    left, right = METRICS[metric.formula.left], METRICS[metric.formula.right]
    first = f"({spelled(left)})" if left.formula else spelled(left)
    return f"{first} {metric.formula.operator} {spelled(right)}"


def fact_input(fact: Fact) -> Input:
    metric = METRICS[fact.metric]
    return Input(
        symbol=metric.inside,
        label=metric.label,
        value=fact.value,
        unit=fact.unit,
        period=str(fact.period),
        accession=fact.accession,
        derived=fact.derived,
        concept=fact.concept,
    )


def _evaluate(
    facts: Facts, ticker: str, metric: Metric, period: Period, rebase: bool
) -> tuple[float, tuple[Fact, ...], bool]:
    if metric.formula is None:
        fact = facts.lookup(ticker, metric.name, period)
        factor = split_factor(facts, fact) if rebase else 1.0
        value = fact.value * factor if fact.unit == "shares" else fact.value / factor
        return value, (fact,), factor != 1
    left, left_facts, _ = _evaluate(facts, ticker, METRICS[metric.formula.left], period, rebase)
    right, right_facts, _ = _evaluate(facts, ticker, METRICS[metric.formula.right], period, rebase)
    used = tuple(dict.fromkeys((*left_facts, *right_facts)))
    if metric.formula.operator == "+":
        return left + right, used, False
    if metric.formula.operator == "−":
        return left - right, used, False
    percent = arithmetic.ratio(left, right)
    return (percent if metric.unit == "percent" else percent / 100), used, False
