"""Which run of ours a client's run is: a new one, or one that it joins."""

from dataclasses import dataclass

from agent.errors import InputRejected, UnknownRun
from agent.request import Run
from apps.session import Busy
from apps.v1.access import Caller
from apps.v1.context import Context
from apps.v1.problems import Refused
from apps.wires.agui.answers import resumed
from apps.wires.agui.body import RunAgentInput
from apps.wires.threads import begin, last_run, name_run, named_run, session_of

WIRE = "agui"


@dataclass(frozen=True, slots=True)
class Meant:
    """The run that a request is about."""

    run: Run
    is_new: bool = False
    unasked: str = ""
    """A question that the thread had no time for."""


async def meant(here: Context, who: Caller, asked: RunAgentInput) -> Meant:
    """Raises as `begin`, and InputRejected for an answer that nothing asks for."""
    last = await _last(here, who, asked.threadId)
    if asked.resume:
        if last is None:
            raise InputRejected(f"nothing in thread {asked.threadId[:100]!r} asks {asked.resume[0].interruptId!r}")
        found = Meant(await resumed(here, who, last.session_id, asked.resume))
    else:
        found = await _known(here, last, asked) or await _open(here, who, last, asked)
    who.may_read(found.run)
    await name_run(here, WIRE, found.run, asked.runId)
    return found


async def _last(here: Context, who: Caller, thread: str) -> Run | None:
    try:
        return await last_run(here, who, WIRE, thread)
    except UnknownRun:
        return None


async def _known(here: Context, last: Run | None, asked: RunAgentInput) -> Meant | None:
    run = await named_run(here, WIRE, last.session_id, asked.runId) if last else None
    return Meant(run) if run else None


async def _open(here: Context, who: Caller, last: Run | None, asked: RunAgentInput) -> Meant:
    if last is not None and last.is_open:
        return _joining(last, asked)
    if not asked.question:
        if last is None:
            raise Refused(422, "invalid", "messages: expected one with the role 'user' and some text")
        return Meant(last)
    new = asked.new_run(await session_of(here, who, WIRE, asked.threadId))
    try:
        beginning = await begin(here, who, WIRE, new, f"{asked.threadId}\0{asked.runId}")
    except Busy:
        return _joining(await last_run(here, who, WIRE, asked.threadId), asked)
    return Meant(beginning.run, beginning.is_new)


def _joining(going_on: Run, asked: RunAgentInput) -> Meant:
    return Meant(going_on, unasked="" if asked.question == going_on.question else asked.question)
