"""Sessions and runs under the ids that clients of other protocols choose themselves."""

import hashlib

from agent.errors import UnknownRun, UnknownSession
from agent.request import Once, Run, Session
from apps.v1.access import Caller
from apps.v1.bodies import Cancelled, NewRun
from apps.v1.context import Context
from apps.v1.start import Beginning, start


async def session_of(here: Context, who: Caller, wire: str, thread: str) -> str:
    """The session behind a client's thread, made where it is new. A session of ours stands for itself.

    Raises Refused where the caller may not ask there."""
    session_id = await _known(here, thread) or _id(wire, thread)
    who.may_ask(session_id)
    return (await here.core.log.new_session(session_id=session_id)).session_id


async def find_session(here: Context, wire: str, thread: str) -> Session:
    """The session behind a client's thread, whoever asks. Raises UnknownSession where there is none yet."""
    try:
        return await here.core.log.session(await _known(here, thread) or _id(wire, thread))
    except UnknownSession:
        raise UnknownSession(f"no thread {thread[:100]!r}") from None


async def readable_session(here: Context, who: Caller, wire: str, thread: str) -> Session:
    """The same for a caller. Raises Refused where they may not read it."""
    session = await find_session(here, wire, thread)
    who.role(session_id=session.session_id)
    return session


async def begin(here: Context, who: Caller, wire: str, asked: NewRun, key: str) -> Beginning:
    """Starts the run that a client names `key`, or finds it: sent again, the same name joins. Raises as `start`."""
    return await start(here, who, asked, _hash(wire, key), join=True)


async def named_run(here: Context, wire: str, session_id: str, name: str) -> Run | None:
    """The session's run that a client has called so, when it started or when it joined it."""
    found = await here.core.log.started(_name(wire, session_id, name))
    return await here.core.log.run(found[0]) if found else None


async def name_run(here: Context, wire: str, run: Run, name: str) -> None:
    """Lets a client find the run under this name; the first run of that name keeps it."""
    await here.core.log.also(run.run_id, Once(_name(wire, run.session_id, name), ""))


async def last_run(here: Context, who: Caller, wire: str, thread: str) -> Run:
    """The newest run of a client's thread. Raises UnknownRun, and Refused where the caller may not read it."""
    session_id = await _known(here, thread) or _id(wire, thread)
    who.role(session_id=session_id)
    runs = await here.core.log.runs(session_id, limit=1)
    if not runs:
        raise UnknownRun(f"no run in thread {thread[:100]!r}")
    return runs[-1]


async def stop_last_run(here: Context, who: Caller, wire: str, thread: str) -> Cancelled:
    """Stops what goes on in a client's thread, and answers when it has stopped. Raises as `last_run`."""
    run = await last_run(here, who, wire, thread)
    who.may_control(run)
    run = await here.core.runner.cancel(run.run_id)
    return Cancelled(run_id=run.run_id, status=run.state)


async def _known(here: Context, thread: str) -> str:
    try:
        return (await here.core.log.session(thread)).session_id
    except UnknownSession:
        return ""


def _id(wire: str, thread: str) -> str:
    return f"s_{_hash(wire, thread)[:32]}"


def _name(wire: str, session_id: str, name: str) -> str:
    return f"name:{_hash(wire, session_id, name)}"


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
