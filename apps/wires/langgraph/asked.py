"""What a LangGraph client asks: a question in a thread, or an answer to one of the run's own."""

from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from agent.request import Run
from apps.v1.access import Caller
from apps.v1.bodies import NewRun
from apps.v1.context import Context
from apps.v1.problems import Refused
from apps.v1.start import agents, start
from apps.wires.langgraph.encoder import LAST, MODES, START, Cursor, Encoder
from apps.wires.langgraph.messages import question_of
from apps.wires.threads import last_run, session_of

WIRE = "langgraph"
_SAME = {"messages-tuple": "messages"}


class Command(BaseModel):
    """Of what a command can do, the answer to an interrupt."""

    model_config = ConfigDict(extra="ignore")

    resume: JsonValue = None


class NewThread(BaseModel):
    model_config = ConfigDict(extra="ignore")

    thread_id: str | None = None


class NewThreadRun(BaseModel):
    """Of all that can be asked for what an agent can act on."""

    model_config = ConfigDict(extra="ignore")

    assistant_id: str = ""
    """One of the server's agents; any other name stands for its default."""
    input: Any = None
    command: Command | None = None
    stream_mode: str | list[str] = "values"
    on_disconnect: str = "continue"
    multitask_strategy: str = "reject"


class Began(NamedTuple):
    """A run, and behind which of its frames its reader begins."""

    run: Run
    after: Cursor = START


async def begin(here: Context, who: Caller, thread: str, asked: NewThreadRun) -> Began:
    """Raises as `start`, and InputRejected for an answer to a question that is not open."""
    if asked.command is not None:
        return await _resume(here, who, thread, asked.command.resume)
    session_id = await session_of(here, who, WIRE, thread) if thread else ""
    if asked.multitask_strategy == "interrupt" and session_id:
        await _stop(here, who, session_id)
    agent = asked.assistant_id if asked.assistant_id in agents() else ""
    try:
        wanted = NewRun(question=question_of(asked.input), session_id=session_id, agent=agent)
    except ValidationError as error:
        raise Refused(422, "invalid", f"input: {error.errors()[0]['msg']}") from error
    return Began((await start(here, who, wanted)).run)


async def _resume(here: Context, who: Caller, thread: str, value: JsonValue) -> Began:
    run = await last_run(here, who, WIRE, thread)
    who.may_control(run)
    encoder = Encoder(run, ())
    encoder(await here.core.log.read(run.run_id))
    if (question := encoder.question) is None:
        raise Refused(409, "not_interrupted", f"thread {thread[:100]!r} asks nothing: there is nothing to resume")
    if isinstance(value, dict) and set(value) == {question.id}:
        value = value[question.id]
    await here.core.runner.answer(run.run_id, question.id, value, by=who.name)
    return Began(run, (encoder.seq, LAST))


async def _stop(here: Context, who: Caller, session_id: str) -> None:
    for run in (await here.core.log.runs(session_id, limit=1))[-1:]:
        if run.is_open:
            who.may_control(run)
            await here.core.runner.cancel(run.run_id)


def modes_of(asked: str | list[str]) -> tuple[str, ...]:
    """Those of the asked modes that there are. Raises Refused where that is none."""
    names = [asked] if isinstance(asked, str) else asked
    found = tuple(mode for mode in MODES if mode in {_SAME.get(name, name) for name in names})
    if not found:
        raise Refused(422, "invalid", f"stream_mode {names!r:.100}: expected {', '.join((*MODES, *_SAME))}")
    return found


def cursor_of(text: str) -> Cursor:
    """A `Last-Event-ID`. Raises Refused for one that no frame of ours has."""
    if not text:
        return START
    seq, _, place = text.partition("-")
    if not (seq.isascii() and seq.isdigit() and place.isascii() and place.isdigit() and len(text) < 20):
        raise Refused(400, "invalid", f"the last event id must be like '12-1', not {text[:100]!r}")
    return int(seq), int(place)
