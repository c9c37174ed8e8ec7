"""What is asked, and what the log knows of a run and of a session."""

from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from agent.events import Json, Outcome

RunState = Literal["queued", "running", "waiting_input"] | Outcome
OPEN_STATES: frozenset[RunState] = frozenset({"queued", "running", "waiting_input"})


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Turn(_Value):
    """An earlier question of the session, with its answer."""

    question: str
    answer: str = ""


class Limits(_Value):
    """How long things may take, in seconds."""

    deadline: float = Field(default=300, gt=0)
    """The whole run, without the time in which it waits for the user."""
    idle: float = Field(default=120, gt=0)
    """Between two events of the agent."""
    input: float = Field(default=600, gt=0)
    """For an answer of the user."""
    stages: dict[str, float] = {}
    """A step by its name: a step that is open for longer times out."""
    grace: float = Field(default=1, ge=0)
    """What an agent that keeps stage limits itself (agent/stages.py) has before the Runner steps in."""


class Request(_Value):
    """What an agent is asked."""

    question: str = Field(min_length=1, max_length=100_000)
    session_id: str = ""
    turns: tuple[Turn, ...] = ()
    """The session's earlier turns, oldest first."""
    model: str = ""
    """Which chat model, where the agent has a choice; empty: the agent's own default."""
    pace: str = ""
    """A profile of agent/pacing.py; empty: as it is."""
    collection: str = ""
    """Which of the user's document collections to ask; empty: the agent's own sources."""
    limits: Limits = Limits()
    seed: int = 0
    """For what is drawn at random, such as a simulated pace."""


class Once(NamedTuple):
    """An idempotency key, under which one run is started however often it is asked for."""

    key: str
    fingerprint: str
    """Of what was asked, to tell a repetition from another question."""


class Run(_Value):
    """What a log knows of a run beside its entries."""

    run_id: str
    session_id: str
    agent: str
    """The name or import path that selected the agent."""
    question: str
    state: RunState = "queued"
    created_at: float
    """Wall clock, seconds since 1970: the one anchor that turns `Entry.at` into a time of day."""
    request: Json = {}
    replay_of: str = ""
    """The run whose recording this one plays; empty for a run of its own."""

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES


class Session(_Value):
    """An ordered list of runs with a title."""

    session_id: str
    title: str = ""
    created_at: float
    """Wall clock, seconds since 1970."""


def title_of(question: str) -> str:
    """A session's title: its first question, on one line."""
    line = " ".join(question.split())
    return line if len(line) <= 80 else line[:79] + "…"
