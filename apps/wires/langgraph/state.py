"""Sessions and runs as LangGraph's threads, their state, and runs."""

from datetime import UTC, datetime

from agent.request import Run, RunState, Session
from apps.v1.context import Context
from apps.wires.langgraph.encoder import NODE, Encoder
from apps.wires.langgraph.messages import Fields
from apps.wires.langgraph.reading import messages_of

STATUS: dict[RunState, str] = {
    "queued": "pending",
    "running": "running",
    "waiting_input": "interrupted",
    "completed": "success",
    "cancelled": "interrupted",
    "timeout": "timeout",
    "error": "error",
    "interrupted": "error",
}


def run_facts(run: Run, thread: str) -> Fields:
    when = _iso(run.created_at)
    return {
        "run_id": run.run_id,
        "thread_id": thread or run.session_id,
        "assistant_id": run.agent,
        "created_at": when,
        "updated_at": when,
        "status": STATUS[run.state],
        "metadata": {},
        "multitask_strategy": "reject",
    }


async def thread_facts(here: Context, session: Session, thread: str) -> Fields:
    run, values = await _state(here, session)
    when = _iso(run.created_at if run else session.created_at)
    asked = values.pop("__interrupt__", [])
    return {
        "thread_id": thread,
        "created_at": _iso(session.created_at),
        "updated_at": when,
        "metadata": {},
        "status": _status(run),
        "values": values,
        "interrupts": {run.run_id: asked} if run and asked else {},
    }


async def thread_state(here: Context, session: Session, thread: str) -> Fields:
    run, values = await _state(here, session)
    asked = values.pop("__interrupt__", [])
    place = {"thread_id": thread, "checkpoint_ns": "", "checkpoint_id": run.run_id if run else None}
    task = {"id": run.run_id if run else "", "name": NODE, "error": None, "interrupts": asked}
    return {
        "values": values,
        "next": [NODE] if run and run.is_open else [],
        "checkpoint": place,
        "metadata": {},
        "created_at": _iso(run.created_at) if run else None,
        "parent_checkpoint": None,
        "tasks": [task | {"checkpoint": None, "state": None, "result": None}] if asked else [],
        "interrupts": asked,
    }


async def _state(here: Context, session: Session) -> tuple[Run | None, Fields]:
    """The thread's newest run, and its state."""
    conversation = await here.sessions.attach(session.session_id)
    messages = messages_of(conversation.finished)
    if (run := conversation.live) is None:
        last = conversation.finished[-1].run if conversation.finished else None
        return last, {"messages": messages}
    encoder = Encoder(run, (), earlier=messages)
    encoder(await here.core.log.read(run.run_id))
    return run, encoder.values()


def _status(run: Run | None) -> str:
    if run is None or run.state in ("completed", "cancelled"):
        return "idle"
    if run.state == "waiting_input":
        return "interrupted"
    return "busy" if run.is_open else "error"


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()
