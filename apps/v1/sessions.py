"""Sessions: their list, one with its runs, links for others to join it."""

from fastapi import APIRouter

from apps.v1.bodies import Link, NewLink, NewSession, RunFacts, SessionFacts, SessionMade, SessionWhole
from apps.v1.context import Here, Who
from apps.v1.problems import PROBLEMS, Refused

router = APIRouter(prefix="/v1/sessions", tags=["sessions"], responses=PROBLEMS)


@router.get("")
async def recent(here: Here, who: Who, limit: int = 50) -> list[SessionFacts]:
    """Those with the newest runs first."""
    who.may_all()
    return [SessionFacts.of(session) for session in await here.core.log.sessions(min(max(limit, 1), 500))]


@router.post("", status_code=201)
async def new(here: Here, who: Who, asked: NewSession) -> SessionMade:
    """An empty session, and the token of its owner."""
    who.may_all()
    session = await here.core.log.new_session(asked.title)
    token = here.access.tokens.of_session(session.session_id, "owner").token
    return SessionMade(**SessionFacts.of(session).model_dump(), token=token)


@router.get("/{session_id}")
async def look(here: Here, who: Who, session_id: str) -> SessionWhole:
    """A session with its runs."""
    session = await here.core.log.session(session_id)
    role = who.role(session_id=session_id)
    runs = [RunFacts.of(run) for run in await here.core.log.runs(session_id)]
    return SessionWhole(**SessionFacts.of(session).model_dump(), role=role, runs=runs)


@router.post("/{session_id}/links", status_code=201)
async def link(here: Here, who: Who, session_id: str, asked: NewLink) -> Link:
    """A token for somebody else: an owner's, an editor's or a viewer's."""
    await here.core.log.session(session_id)
    if who.role(session_id=session_id) != "owner":
        raise Refused(403, "forbidden", "only an owner of the session makes links to it")
    token, claims = here.access.tokens.of_session(session_id, asked.role, asked.seconds)
    return Link(token=token, role=claims.role, expires_at=claims.exp)
