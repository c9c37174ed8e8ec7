"""The built-in agent. It answers figures by typed tools over the facts table, and text by quotes.

Nothing heavy is imported here: the first event leaves before anything is loaded, and what is heavy runs in a thread.
"""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from agent.errors import StageTimeout
from agent.events import Event, Input, Status, Token, Tool, Trace, Warning
from agent.registry import About
from agent.request import Request
from agent.stages import Stage, limited
from agent.stop import check_stopped
from agent.threads import Threads

if TYPE_CHECKING:
    from agent.research.answer.draft import Draft
    from agent.research.answer.evidence import Evidence
    from agent.research.figures.results import Result
    from agent.research.plan import Call
    from agent.research.question.reading import Reading

BATCH = 32  # tokens between two chances for other tasks of the loop
threads = Threads(4, "research")


@dataclass
class Work:
    """What a run has found so far."""

    request: Request
    reading: "Reading | None" = None
    calls: "tuple[Call, ...]" = ()
    results: "list[Result]" = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    """Why tools had no figure, in their words."""
    evidence: "Evidence | None" = None
    draft: "Draft | None" = None
    written: int = 0
    """Characters of the draft that were streamed."""


async def research(request: Request) -> AsyncGenerator[Event, Input | None]:
    """Answers one question, step by step."""
    work = Work(request)
    async for event in limited(interpreting(work), request.limits.stages.get("interpreting"), "interpreting"):
        yield event
    for step, stage in (("retrieving", retrieving), ("running_tool", running_tool)):
        async for event in _or_go_on(step, stage(work), work):
            yield event
    async for event in limited(aggregating(work), request.limits.stages.get("aggregating"), "aggregating"):
        yield event
    async for event in _or_go_on("generating", generating(work), work):
        yield event


async def _or_go_on(step: str, stage: Stage, work: Work) -> Stage:
    """Passes a stage on; when it takes longer than its limit, the run goes on with what there is, and says so."""
    try:
        async for event in limited(stage, work.request.limits.stages.get(step), step):
            yield event
    except StageTimeout as late:
        yield Status(step=step, state="failed", detail=f"stopped after {late.seconds:g} s")
        yield Warning(
            code="stage_timeout", message=f"{str(late).capitalize()}; the answer uses what was found by then."
        )
        rest = work.draft.text[work.written :] if work.draft and step == "generating" else ""
        if rest:
            yield Token(text=rest)


async def interpreting(work: Work) -> Stage:
    label = "Reading the question"
    yield Status(step="interpreting", label=label)
    await _load("question.interpret", "plan", "answer.searching")
    from agent.research.plan import plan
    from agent.research.question.interpret import about_documents, interpret

    reading = await threads.run(interpret, work.request.question, work.request.turns)
    work.reading = reading = about_documents(reading) if work.request.collection else reading
    work.calls = plan(reading)
    summary = f"{reading.companies or 'any company'} · your documents" if work.request.collection else reading.summary
    yield Status(step="interpreting", state="done", label=label, detail=summary)


async def retrieving(work: Work) -> Stage:
    """Not announced where the question is only about figures."""
    reading, collection = _reading(work), work.request.collection
    from agent.research.answer import searching

    if not searching.wanted(reading, work.calls, collection):
        return
    yield Status(step="retrieving", label=f"Opening {collection or 'the briefs'}")
    label = await threads.run(searching.label, reading, collection)
    yield Status(step="retrieving", label=label)
    work.evidence = found = await threads.run(searching.find, reading, collection)
    yield Trace(name="search", data=searching.trace(found))
    yield Status(step="retrieving", state="done", label=label, detail=_read(found))


async def running_tool(work: Work) -> Stage:
    """Not announced where no tool is needed."""
    if not work.calls:
        return
    label = work.calls[0].label + (f" and {len(work.calls) - 1} more" if len(work.calls) > 1 else "")
    yield Status(step="running_tool", label=label)
    await _load("toolrun")
    from agent.research import toolrun

    for number, call in enumerate(work.calls, 1):
        check_stopped()
        call_id, arguments = f"call-{number}", toolrun.arguments(call)
        yield Tool(call_id=call_id, name=call.tool, arguments=arguments)
        outcome = await threads.run(toolrun.run, call)
        if isinstance(outcome, str):
            work.failures.append(outcome)
            yield Tool(call_id=call_id, name=call.tool, state="failed", arguments=arguments, log=outcome)
        else:
            work.results.append(outcome)
            output = toolrun.output(outcome)
            yield Tool(call_id=call_id, name=call.tool, state="done", arguments=arguments, output=output)
    found = "; ".join(f"{result.label}: {result.named}" for result in work.results) or "no such figure"
    notes = (note.message for result in work.results for note in result.notes if note.code == "data_cutoff")
    detail = ". ".join([found, *dict.fromkeys(note.rstrip(".") for note in notes)])
    yield Status(step="running_tool", state="done", label=label, detail=detail)


async def aggregating(work: Work) -> Stage:
    label = "Checking every number against its source"
    yield Status(step="aggregating", label=label)
    await _load("answer.compose")
    from agent.research.answer.compose import checked, compose

    found = (_reading(work), work.calls, work.results, work.failures, work.evidence, work.request.collection)
    work.draft = draft = await threads.run(compose, *found)
    shown: tuple[Event, ...] = (*draft.cards, *draft.artifacts, *draft.warnings)
    for event in shown:
        yield event
    if detail := checked(draft):
        yield Status(step="aggregating", state="done", label=label, detail=detail)
    else:
        yield Status(step="aggregating", state="skipped", label=label, detail="no source and no number in this answer")


async def generating(work: Work) -> Stage:
    if work.draft is None:
        return
    label = "Writing the answer"
    yield Status(step="generating", label=label)
    await _load("answer.tokens")
    from agent.research.answer.tokens import pieces

    count = 0
    for piece in await threads.run(lambda text: list(pieces(text)), work.draft.text):
        count += 1
        work.written += len(piece)
        yield Token(text=piece)
        if count % BATCH == 0:
            await asyncio.sleep(0)
    yield Trace(name="usage", data={"output_tokens": count})
    yield Status(step="generating", state="done", label=label, detail=f"{count} tokens")


def _read(found: "Evidence") -> str:
    """What the search came to; the cards say which of the passages that were read are quoted."""
    if not found.hits:
        return "found nothing"
    read = f"read the nearest {len(found.hits)}"
    return f"none for that period; {read} of other periods" if found.other_period else read


async def _load(*modules: str) -> None:
    """Imports in a thread what is heavy, so that the event loop goes on."""
    for module in modules:
        await threads.run(import_module, f"agent.research.{module}")


def _reading(work: Work) -> "Reading":
    if work.reading is None:
        raise AssertionError("a step ran before the question was read")
    return work.reading


def warm_up() -> None:
    """Loads facts, briefs, model and encoding, about a second of work; call it in a thread when a process starts."""
    from agent.research import toolrun
    from agent.research.answer import compose, searching
    from agent.research.answer.tokens import pieces
    from agent.research.plan import plan
    from agent.research.question.interpret import interpret

    reading = interpret(STARTERS[0])
    calls = plan(reading)
    results = [result for call in calls if not isinstance(result := toolrun.run(call), str)]
    list(pieces(compose.compose(reading, calls, results, [], searching.find(reading, "")).text))


def _collections(folder: Path) -> list[str]:
    from agent.research.documents.collection import collections

    return [one.name for one in collections(folder)]


STARTERS = (
    "Is customer concentration at NVIDIA rising?",
    "How fast did NVIDIA's revenue grow in Q2 FY2026?",
    "Compare the gross margins of NVIDIA, Alphabet, Marvell and Apple for fiscal 2025",
    "What share of NVIDIA's revenue came from China in Q2 FY2026?",
    "Show NVIDIA's revenue by region in Q2 FY2026",
    "How has Apple's operating margin developed over the last five years?",
    "What was Alphabet's capital expenditure over the last twelve months?",
    "What did the court decide in the search case against Google?",
    "How is Apple affected by tariffs?",
    "Which foundries and memory suppliers does NVIDIA use?",
    "How much did Marvell earn in fiscal 2026?",
)
"""Questions to begin with; a test asks each of them."""

ABOUT = About(
    line="Ask about company filings. Every claim carries its source.",
    starters=STARTERS,
    library="Company filings",
    collections=_collections,
    pace="hosted",
    warm_up=warm_up,
)
