"""Is concentration rising? It has more than one measure, and they need not agree: both sides are told."""

from dataclasses import dataclass

from agent.research.figures import arithmetic
from agent.research.figures.results import Result


@dataclass(frozen=True)
class TwoSides:
    paragraphs: tuple[str, ...]
    computed: tuple[tuple[str, str], ...]
    """What was computed for them, as label and text."""


@dataclass(frozen=True)
class _State:
    """The disclosed customers of one period, shares in per cent."""

    period: str
    shares: tuple[float, ...]

    @property
    def largest(self) -> float:
        return max(self.shares)

    @property
    def combined(self) -> float:
        return sum(self.shares)

    @property
    def index(self) -> float:
        return arithmetic.hhi(self.shares)


def two_sides(result: Result, markers: str, *, falling: bool = False) -> TwoSides | None:
    """What rose and what fell between the two periods of a concentration result; None where it has only one.

    Where one answer is due, it is to whether concentration rises, or with `falling`, whether it falls.
    """
    periods = list(dict.fromkeys(str(row["period"]) for row in result.series))
    if len(periods) != 2:
        return None
    then, now = (_state(result, period) for period in periods)
    changes = (now.largest - then.largest, now.index - then.index, now.combined - then.combined)
    measures = tuple(zip(changes, (_largest(now, then), _hhi(now, then), _together(now, then)), strict=True))
    paragraphs = [_verdict(result, changes, falling=falling)]
    for word, sign in (("Higher", 1), ("Lower", -1), ("Unchanged", 0)):
        told = [text for change, text in measures if (change > 0) - (change < 0) == sign]
        paragraphs += [f"**{word}:** {'; '.join(told)} {markers}."] if told else []
    computed = [
        item
        for state in (now, then)
        for item in (
            (f"Combined share, {state.period}", f"{state.combined:g}%"),
            (f"HHI, {state.period}", f"{state.index:,.0f} (0-10,000)"),
            (f"Customers disclosed, {state.period}", str(len(state.shares))),
            (f"Threshold of disclosure, {state.period}", "10%"),
        )
    ]
    return TwoSides(tuple(paragraphs), tuple(computed))


def _state(result: Result, period: str) -> _State:
    shares = [row["value"] for row in result.series if row["period"] == period]
    return _State(period, tuple(share for share in shares if isinstance(share, (int, float))))


def _verdict(result: Result, changes: tuple[float, ...], *, falling: bool) -> str:
    who = result.label.split(" customer concentration")[0]
    largest, index, combined = changes
    if all(change > 0 for change in changes):
        answer = "No" if falling else "Yes"
        return f"{answer}: by every measure that the filing allows, customer concentration at {who} rose over the year."
    if falling and all(change < 0 for change in changes):
        return f"Yes: by every measure that the filing allows, customer concentration at {who} fell over the year."
    if not falling and all(change <= 0 for change in changes):
        return f"No: by no measure that the filing allows has customer concentration at {who} risen over the year."
    if largest > 0 and index > 0 and combined < 0:
        return (
            "There are two sides: more of the revenue hangs on the largest customer, less on the large ones together."
        )
    return f"It depends on the measure: customer concentration at {who} rose by one and fell by another."


def _largest(now: _State, then: _State) -> str:
    return (
        f"the largest direct customer made up **{now.largest:g}%** of revenue in {now.period}, "
        f"against {then.largest:g}% in {then.period}"
    )


def _hhi(now: _State, then: _State) -> str:
    return (
        f"the Herfindahl-Hirschman index (HHI, at most 10,000) of the disclosed customers is **{now.index:,.0f}**, "
        f"against {then.index:,.0f}"
    )


def _together(now: _State, then: _State) -> str:
    return (
        f"the {len(now.shares)} customers of 10% or more together made up **{now.combined:g}%** of revenue in "
        f"{now.period} ({_each(now)}), "
        f"against {then.combined:g}% for {len(then.shares)} in {then.period} ({_each(then)})"
    )


def _each(state: _State) -> str:
    return ", ".join(f"{share:g}%" for share in state.shares)
