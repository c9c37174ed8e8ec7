"""The catalogue of metrics (data/metrics.csv): names, units, the words people use, how computed ones are made."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Literal, cast

from agent.research.figures.periods import FactsError

Kind = Literal["flow", "average", "balance", "ratio"]
"""flow: adds up over quarters. average: of a span, does not add up. balance: of a date. ratio: of two others."""

Operator = Literal["+", "−", "÷"]


class UnknownMetric(FactsError):
    """A metric that the catalogue or the company does not have."""


@dataclass(frozen=True, slots=True)
class Formula:
    left: str
    operator: Operator
    right: str


@dataclass(frozen=True, slots=True)
class Metric:
    name: str
    label: str
    """As it stands in a sentence: "Share repurchases"."""
    unit: str
    """`USD`, `USD/share`, `shares` or `percent`."""
    kind: Kind
    synonyms: tuple[str, ...] = ()
    """Lower case, without hyphens."""
    formula: Formula | None = None
    """How it is computed from two other metrics; None where companies publish it."""

    @property
    def inside(self) -> str:
        """The label inside a sentence: only a leading capital is lowered."""
        return self.label[:1].lower() + self.label[1:]


def _read() -> dict[str, Metric]:
    with (Path(__file__).parents[1] / "data" / "metrics.csv").open(newline="", encoding="utf-8") as file:
        return {row["name"]: _metric(row) for row in csv.DictReader(file)}


def _metric(row: dict[str, str]) -> Metric:
    left, operator, right = row["formula"].split() if row["formula"] else ("", "", "")
    return Metric(
        name=row["name"],
        label=row["label"],
        unit=row["unit"],
        kind=cast(Kind, row["kind"]),
        synonyms=tuple(filter(None, row["synonyms"].split("; "))),
        formula=Formula(left, cast(Operator, operator), right) if operator else None,
    )


METRICS: dict[str, Metric] = _read()


def normal(text: str) -> str:
    """Lower case, hyphens, underscores and apostrophes gone, single spaces."""
    return " ".join(re.sub(r"['’]", "", re.sub(r"[-_,/]+", " ", text.lower())).split())


@cache
def names() -> dict[str, str]:
    """Every way to write a metric, normalised -> its name."""
    return {
        normal(word): metric.name
        for metric in METRICS.values()
        for word in (*metric.synonyms, metric.label, metric.name)
    }


def metric_named(text: str) -> Metric:
    """The metric that `text` is a name of, in any of its spellings."""
    known = names().get(normal(text))
    if known is None:
        near = dict.fromkeys(names()[word] for word in get_close_matches(normal(text), names(), n=3))
        hint = f"did you mean {', '.join(near)}?" if near else f"known are {', '.join(METRICS)}"
        raise UnknownMetric(f"no metric is called {text!r}; {hint}")
    return METRICS[known]


def metrics_in(text: str) -> list[Metric]:
    """The metrics that a sentence names, longest names first taken, in the order of the sentence."""
    rest = f" {re.sub(r'[?!.;:()]', ' ', normal(text))} "
    found: dict[str, int] = {}
    for word in sorted(names(), key=len, reverse=True):
        at = rest.find(f" {word} ")
        if at >= 0:
            found.setdefault(names()[word], at)
            rest = rest.replace(f" {word} ", f" {'·' * len(word)} ")
    return [METRICS[name] for name in sorted(found, key=lambda name: found[name])]
