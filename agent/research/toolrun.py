"""Runs the calls of a plan, and says what came of them."""

import re
from collections.abc import Sequence
from typing import cast

from pydantic import JsonValue

from agent.events import Json
from agent.research.figures.arithmetic import NotDefined
from agent.research.figures.facts import facts
from agent.research.figures.periods import FactsError, Period, UnknownPeriod
from agent.research.figures.results import Result
from agent.research.figures.tools import toolbox
from agent.research.plan import Call

_QUOTED = re.compile(r"'((?:Q\d )?FY\d{4})'")


def run(call: Call) -> Result | str:
    """The result of a call, or in words why there is none."""
    try:
        return _result(call)
    except (FactsError, NotDefined) as reason:
        return _QUOTED.sub(r"\1", str(reason))


def nearest(calls: Sequence[Call]) -> Result | None:
    """For a question about a period without a figure: that of the whole year it is in, else the latest of its kind."""
    for call in calls:
        rest = {
            key: value
            for key, value in call.arguments.items()
            if key not in ("period", "first", "last", "against", "count")
        }
        tool = "lookup" if call.tool == "compound_growth" else call.tool
        for period in _near(call):
            outcome = run(Call(tool, {**rest, "period": period} if period else rest))
            if not isinstance(outcome, str):
                return outcome
    return None


def _near(call: Call) -> list[str | None]:
    asked = call.arguments.get("period") or call.arguments.get("last")
    if not asked or "company" not in call.arguments:
        return [None]
    period = Period.parse(asked)
    if period.quarter:
        return [str(Period(period.year)), None]
    return [str(facts().latest(call.arguments["company"], "revenue", yearly=True)), None]


def outside(call: Call) -> bool:
    """Whether a call failed because its period is not in the table, not because the figure is unknown."""
    try:
        _result(call)
    except UnknownPeriod:
        return True
    except (FactsError, NotDefined):
        return False
    return False


def arguments(call: Call) -> Json:
    return {
        key: cast(JsonValue, list(value) if isinstance(value, tuple) else value)
        for key, value in call.arguments.items()
    }


def output(result: Result) -> Json:
    """What the tool log shows of a result."""
    return {
        "label": result.label,
        "value": result.value,
        "unit": result.unit,
        "text": result.named,
        "formula": result.formula,
        "sources": [source.accession for source in result.sources],
        "notes": [note.message for note in result.notes],
    }


def _result(call: Call) -> Result:
    return toolbox()[call.tool].call(call.arguments)
