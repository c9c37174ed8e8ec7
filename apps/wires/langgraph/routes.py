"""The requests of LangGraph clients."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response
from fastapi.responses import JSONResponse

from agent.errors import UnknownRun
from agent.log import new_id
from agent.request import Run
from apps.v1.context import Context, Here, Who
from apps.v1.problems import PROBLEMS, Refused
from apps.wires.langgraph.asked import WIRE, NewThread, NewThreadRun, begin, cursor_of, modes_of
from apps.wires.langgraph.encoder import MODES
from apps.wires.langgraph.messages import Fields
from apps.wires.langgraph.reading import ended, places, stream
from apps.wires.langgraph.state import run_facts, thread_facts, thread_state
from apps.wires.threads import find_session, readable_session, session_of

router = APIRouter(tags=["LangGraph"], responses=PROBLEMS)

_STREAM: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/event-stream": {}}, "description": "The run's events."}
}
_RUNS = "/threads/{thread}/runs"
Modes = Annotated[list[str] | None, Query()]


@router.post("/threads")
async def new_thread(here: Here, who: Who, asked: NewThread) -> Fields:
    """A thread: a session of ours, under a name that the client may choose."""
    thread = asked.thread_id or new_id("s")
    if asked.thread_id:
        await session_of(here, who, WIRE, thread)
    else:
        who.may_all()
        await here.core.log.new_session(session_id=thread)
    return await thread_facts(here, await find_session(here, WIRE, thread), thread)


@router.get("/threads/{thread}")
async def look(here: Here, who: Who, thread: str) -> Fields:
    """A thread as it stands."""
    session = await readable_session(here, who, WIRE, thread)
    return await thread_facts(here, session, thread)


@router.get("/threads/{thread}/state")
async def state(here: Here, who: Who, thread: str) -> Fields:
    """The messages of a thread, and what its run asks."""
    session = await readable_session(here, who, WIRE, thread)
    return await thread_state(here, session, thread)


@router.get(_RUNS)
async def runs(
    here: Here, who: Who, thread: str, limit: Annotated[int, Query(ge=1, le=1000)] = 10, offset: int = 0
) -> list[Fields]:
    """A thread's runs, newest first."""
    session = await readable_session(here, who, WIRE, thread)
    found = (await here.core.log.runs(session.session_id))[::-1]
    return [run_facts(run, thread) for run in found[max(0, offset) :][:limit]]


@router.post(_RUNS)
async def create(here: Here, who: Who, thread: str, asked: NewThreadRun) -> JSONResponse:
    """Starts a run in the background."""
    run = (await begin(here, who, thread, asked)).run
    return JSONResponse(run_facts(run, thread), headers=places(thread, run, modes_of(asked.stream_mode)))


@router.post("/runs/stream", responses=_STREAM, response_class=Response)
@router.post(_RUNS + "/stream", responses=_STREAM, response_class=Response)
async def start_stream(here: Here, who: Who, asked: NewThreadRun, thread: str = "") -> Response:
    """Starts a run, or answers the question on which one waits, and streams it to its end or its next question."""
    modes = modes_of(asked.stream_mode)
    run, after = await begin(here, who, thread, asked)
    stop = asked.on_disconnect == "cancel"
    return await stream(here, run, thread, modes, after, greet=True, cancel_on_disconnect=stop)


@router.post("/runs/wait")
@router.post(_RUNS + "/wait")
async def start_wait(here: Here, who: Who, asked: NewThreadRun, thread: str = "") -> JSONResponse:
    """The same, answered with the thread's state then."""
    run, after = await begin(here, who, thread, asked)
    headers = {"content-location": places(thread, run, ())["content-location"]}
    return JSONResponse(await ended(here, run, after), headers=headers)


@router.get(_RUNS + "/{run_id}")
async def look_at_run(here: Here, who: Who, thread: str, run_id: str) -> Fields:
    return run_facts(await _run(here, who, thread, run_id), thread)


@router.get(_RUNS + "/{run_id}/join")
async def join(here: Here, who: Who, thread: str, run_id: str) -> Fields:
    """The thread's state when the run has ended or asks something."""
    return await ended(here, await _run(here, who, thread, run_id))


@router.get(_RUNS + "/{run_id}/stream", responses=_STREAM, response_class=Response)
async def join_stream(
    here: Here,
    who: Who,
    thread: str,
    run_id: str,
    stream_mode: Modes = None,
    cancel_on_disconnect: bool = False,
    last_event_id: Annotated[str, Header()] = "",
) -> Response:
    """The run's events from behind `Last-Event-ID` on, in all modes where none is asked for."""
    run = await _run(here, who, thread, run_id)
    modes = modes_of([mode for mode in stream_mode or () if mode] or list(MODES))
    after = cursor_of(last_event_id)
    return await stream(here, run, thread, modes, after, cancel_on_disconnect=cancel_on_disconnect)


@router.post(_RUNS + "/{run_id}/cancel", status_code=204)
async def cancel(here: Here, who: Who, thread: str, run_id: str, action: str = "interrupt") -> None:
    """Stops a run, and answers when it has stopped. A log forgets nothing: there is no `rollback`."""
    if action != "interrupt":
        raise Refused(422, "invalid", f"action {action[:100]!r}: expected 'interrupt'")
    who.may_control(await _run(here, who, thread, run_id))
    await here.core.runner.cancel(run_id)


async def _run(here: Context, who: Who, thread: str, run_id: str) -> Run:
    run = await here.readable(who, run_id)
    if run.session_id != (await find_session(here, WIRE, thread)).session_id:
        raise UnknownRun(f"no run {run_id!r} in thread {thread[:100]!r}")
    return run
