"""The `resume` of a request: a person's answers to the questions of our runs."""

from typing import cast

from agent.entries import Entry
from agent.errors import InputRejected
from agent.events import Input
from agent.request import Run
from apps.v1.access import Caller
from apps.v1.context import Context
from apps.wires.agui.body import Resume


async def resumed(here: Context, who: Caller, session_id: str, resume: list[Resume]) -> Run:
    """Gives the answers, and returns the run that goes on with them, once readers see that it does.

    An answer that was sent before joins the run. Raises UnknownRun, InputRejected, and Refused."""
    for one in resume:
        run_id, _, seq = one.interruptId.partition(":")
        run = await here.controllable(who, run_id)
        if run.session_id != session_id or not (seq.isascii() and seq.isdigit()):
            raise InputRejected(f"this thread asks nothing with the id {one.interruptId!r}")
        await _answer(here, run, one, int(seq))
    return await here.core.log.run(run.run_id)


async def _answer(here: Context, run: Run, one: Resume, seq: int) -> None:
    question, answer = await _asked(here, run, one, seq)
    if answer is None:
        try:
            await here.core.runner.answer(run.run_id, question.id, one.payload, decline=one.status == "cancelled")
        except InputRejected:
            await here.core.log.flush(run.run_id)
            if (await _asked(here, run, one, seq))[1] is None:
                raise
        while (answer := (await _asked(here, run, one, seq))[1]) is None:
            await here.core.log.wait(run.run_id, (await here.core.log.read(run.run_id))[-1].seq)
    if answer.state == "expired" and one.status == "resolved":
        raise InputRejected(f"the time to answer {question.prompt!r} is over")


async def _asked(here: Context, run: Run, one: Resume, seq: int) -> tuple[Input, Input | None]:
    """The question that was asked with the entry `seq`, and what became of it."""
    entries = await here.core.log.read(run.run_id, seq - 1) if seq else []
    questions = [_question(entry) for entry in entries if entry.type == "input"]
    if not entries or entries[0].seq != seq or not questions or entries[0].type != "input":
        raise InputRejected(f"run {run.run_id!r} asks nothing with the id {one.interruptId!r}")
    later = (question for question in questions[1:] if question.id == questions[0].id)
    return questions[0], next(later, None)


def _question(entry: Entry) -> Input:
    return cast(Input, entry.event)
