"""What requests hold and answers give, beside events. An unknown key is an error that names it."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from agent.pacing import PROFILES
from agent.request import Run, RunState, Session
from agent.view import View
from apps.v1.tokens import SESSION_SECONDS, Role

Pace = Literal["", "hosted", "slow-agent", "local-cpu"]
assert set(PROFILES) == {"hosted", "slow-agent", "local-cpu"}


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewRun(Body):
    """A question."""

    question: str = Field(min_length=1, max_length=100_000, examples=["Is customer concentration at NVIDIA rising?"])
    session_id: str = Field(default="", max_length=200)
    """Empty: a new session."""
    agent: str = Field(default="", max_length=200)
    """One of the server's agents; empty: its default."""
    model: str = Field(default="", max_length=200)
    pace: Pace = ""
    """Empty: as it is."""
    collection: str = Field(default="", max_length=200)
    """One of the person's document collections."""
    deadline: Annotated[float, Field(gt=0, le=86_400)] | None = None
    """Seconds for the whole run."""


class Started(Body):
    """A run that has begun."""

    run_id: str
    session_id: str
    status: RunState
    events_url: str
    token: str
    """Lets its bearer read and control this run, for an hour."""


class RunFacts(Body):
    """What there is to know of a run without its entries."""

    run_id: str
    session_id: str
    agent: str
    question: str
    status: RunState
    created_at: float
    """Seconds since 1970."""
    replay_of: str = ""

    @classmethod
    def of(cls, run: Run) -> "RunFacts":
        same = {name: getattr(run, name) for name in cls.model_fields if name != "status"}
        return cls(**same, status=run.state)


class RunWhole(RunFacts):
    """A run with all that came of it so far."""

    view: View


class Cancelled(Body):
    run_id: str
    status: RunState


class Reply(Body):
    """An answer to the question that a run asks."""

    id: str = Field(min_length=1, max_length=200)
    """The question's."""
    value: JsonValue = None
    decline: bool = False
    by: str = Field(default="", max_length=80)
    """Who answers, as the others shall read it."""


class Answered(Body):
    run_id: str
    id: str


class NewSession(Body):
    title: str = Field(default="", max_length=200)


class SessionFacts(Body):
    session_id: str
    title: str
    created_at: float
    """Seconds since 1970."""

    @classmethod
    def of(cls, session: Session) -> "SessionFacts":
        return cls(**session.model_dump())


class SessionMade(SessionFacts):
    token: str
    """The owner's."""


class SessionWhole(SessionFacts):
    role: Role
    """What the caller may do with it."""
    runs: list[RunFacts]
    """Oldest first."""


class NewLink(Body):
    role: Role
    seconds: float = Field(default=SESSION_SECONDS, gt=0, le=365 * 86_400)


class Link(Body):
    token: str
    role: Role
    expires_at: float
    """Seconds since 1970."""
