"""What a tool returns: a value with its formula, inputs, sources and caveats. Plain data, ready for any screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_SCALES = {"HHI points": "(0-10,000)"}
"""Between which ends a unit lies that few people know."""

Cell = str | float | None
Row = dict[str, Cell]


@dataclass(frozen=True, slots=True)
class Input:
    """One figure that went into a formula."""

    symbol: str
    """Its name in `Result.formula`."""
    label: str
    value: float
    unit: str
    period: str
    accession: str
    derived: str = ""
    concept: str = ""
    """As the filing tags it in XBRL, such as `us-gaap:Revenues`."""


@dataclass(frozen=True, slots=True)
class Source:
    """One filing and what it says, in our words."""

    title: str
    accession: str
    url: str
    locator: str
    """Which figures, in words: `gross profit; revenue by product`."""
    quote: str
    """One figure a line."""


@dataclass(frozen=True, slots=True)
class Caveat:
    """Something to know before relying on the number, or, as a note, about where it is from."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Result:
    tool: str
    label: str
    """The quantity, such as "NVIDIA gross margin, Q2 FY2026"."""
    value: float
    unit: str
    """`USD`, `USD/share`, `shares`, `percent`, `percentage points`, `times` or `HHI points`."""
    sentence: str
    """The answer as one or two plain sentences."""
    formula: str
    """With the symbols of `inputs`."""
    inputs: tuple[Input, ...]
    sources: tuple[Source, ...]
    beside: tuple[Input, ...] = ()
    """Figures that are told beside the value, and that the formula does not have."""
    of: str = ""
    """Whose the value is, or which, where the label does not say: `Apple` of a comparison, `HHI`."""
    warnings: tuple[Caveat, ...] = ()
    """What takes trust from the value."""
    notes: tuple[Caveat, ...] = ()
    """What is only good to know: where the data ends."""
    series: tuple[Row, ...] = ()
    """Rows of the chart: `period`, `end`, `value`, and what else a tool adds."""
    table: tuple[Row, ...] = ()
    """Rows to show, formatted, column name -> cell."""
    chart: dict[str, Any] | None = None
    """A Vega-Lite specification."""

    @property
    def shown(self) -> str:
        """The value as it stands in a sentence."""
        return show(self.value, self.unit)

    @property
    def named(self) -> str:
        """The value as it stands alone: `55.6%`, `Apple 48.2%`, `HHI 785 (0-10,000)`."""
        return " ".join(part for part in (self.of, self.shown, _SCALES.get(self.unit, "")) if part)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready, for a tool log or a model's function result."""
        return asdict(self)


def show(value: float, unit: str) -> str:
    """A value as people read it: `$46,743 million`, `$1.05`, `55.6%`, `24,532 million shares`, `785`."""
    sign, size = ("-" if value < 0 else ""), abs(value)
    if unit == "USD":
        return f"{sign}${_millions(size)} million" if size >= 1e5 or not size else f"{sign}${size:,.0f}"
    if unit == "USD/share":
        return f"{sign}${size:,.2f}" if round(size, 2) == round(size, 6) else f"{sign}${size:,.4f}".rstrip("0")
    if unit == "shares":
        return f"{sign}{_millions(size)} million shares"
    if unit == "percent":
        return f"{sign}{size:.1f}%"
    if unit == "percentage points":
        return f"{'+' if value > 0 else sign}{size:.1f} percentage points"
    return f"{sign}{size:,.2f}" if unit == "times" else f"{sign}{size:,.0f}"


def day(moment: date) -> str:
    """`27 Jul 2025`, in any locale."""
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"


def listed(names: Sequence[str]) -> str:
    """`Apple, Alphabet and Marvell`."""
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1]))) if names else ""


def _millions(size: float) -> str:
    millions = round(size / 1e6, 1)
    return f"{millions:,.0f}" if millions == int(millions) else f"{millions:,.1f}"
