"""The aggregating step: decides what the answer is, writes it, and checks its numbers."""

from collections.abc import Sequence
from dataclasses import replace

from agent.events import Warning
from agent.research import toolrun
from agent.research.answer.draft import Draft
from agent.research.answer.evidence import Evidence
from agent.research.answer.grounding import numbers
from agent.research.answer.writer import write
from agent.research.figures.results import Result
from agent.research.plan import Call, plan
from agent.research.question import scope
from agent.research.question.reading import Reading
from agent.research.question.scope import Decline


def compose(
    reading: Reading,
    calls: Sequence[Call],
    results: Sequence[Result],
    failures: Sequence[str],
    evidence: Evidence | None,
    collection: str = "",
) -> Draft:
    """The answer, with a warning for every number that no source of its sentence holds."""
    decline = reading.decline or _decline(reading, calls, results, failures, evidence, collection)
    shown = list(results)
    if decline and decline.code in ("no_data", "unknown_company", "forecast") and not shown:
        near = toolrun.nearest(calls or plan(replace(reading, decline=None)))
        shown = [near] if near else []
    draft = write(reading, shown, evidence, decline, collection)
    if not decline:
        for failure in failures:
            draft.warn("figure_missing", _sentence(_short(failure)))
        if evidence and evidence.other_period and evidence.strong and not results:
            draft.warn("other_period", f"There is no brief for {reading.times}: the passages are from other periods.")
    for fault in draft.faults():  # one each: the eval counts them
        told = f"{fault.number} is not in the source that its sentence cites."
        draft.warnings.append(Warning(code="ungrounded_number", message=told))
    return draft


def checked(draft: Draft) -> str:
    """What came together, for a person; "" where there is nothing to check."""
    figures = len(numbers(draft.text)) if draft.cards else 0
    charts = sum(artifact.kind == "chart" for artifact in draft.artifacts)
    parts = ((len(draft.cards), "source"), (figures, "number checked"), (charts, "chart"))
    return ", ".join(_counted(count, what) for count, what in parts if count)


def _decline(
    reading: Reading,
    calls: Sequence[Call],
    results: Sequence[Result],
    failures: Sequence[str],
    evidence: Evidence | None,
    collection: str,
) -> Decline | None:
    if results:
        return None
    if collection and evidence:
        return None if evidence.strong else scope.weak_evidence("these documents")
    told = evidence is not None and evidence.strong and not evidence.other_period
    if failures and calls and not told and toolrun.outside(calls[0]):
        return scope.no_data(_short(failures[0]) + ".")
    if evidence and evidence.strong:
        return None
    if failures:
        return scope.no_data(_short(failures[0]) + ".")
    if evidence is None:
        return scope.unfinished()
    if not reading.tickers and not (evidence and evidence.quotes and evidence.quotes[0].coverage > 0.3):
        return scope.out_of_scope()
    where = f"the briefs on {reading.companies}" if reading.tickers else "the briefs"
    return scope.weak_evidence(where)


def _short(failure: str) -> str:
    """Without the list of all other metrics."""
    reason, listed, names = failure.partition("; available are ")
    return reason if names.count(",") > 5 else reason + listed + names


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")


def _counted(count: int, what: str) -> str:
    noun, _, rest = what.partition(" ")
    return " ".join(part for part in (str(count), noun + ("" if count == 1 else "s"), rest) if part)
