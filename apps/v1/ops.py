"""What a client may send over the WebSocket: told apart by `op`."""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from apps.v1.bodies import Body, NewRun, Reply


class _Op(Body):
    ref: str | int | None = None
    """The client's own name for this request; the answer repeats it."""


class Subscribe(_Op):
    op: Literal["subscribe"]
    run_id: str
    after: int | Literal["latest"] = 0
    level: Literal["", "trace"] = ""


class Unsubscribe(_Op):
    op: Literal["unsubscribe"]
    run_id: str


class Start(NewRun, _Op):
    op: Literal["start"]
    idempotency_key: str = Field(default="", max_length=128)


class Cancel(_Op):
    op: Literal["cancel"]
    run_id: str


class Answer(Reply, _Op):
    op: Literal["input"]
    run_id: str


class Join(_Op):
    op: Literal["join"]
    session_id: str
    name: str = Field(min_length=1, max_length=80)
    token: str = ""
    """A link's token, where the connection was made without one."""


class Leave(_Op):
    op: Literal["leave"]


class Ping(_Op):
    op: Literal["ping"]


class Pong(_Op):
    op: Literal["pong"]


Op = Subscribe | Unsubscribe | Start | Cancel | Answer | Join | Leave | Ping | Pong
OPS: TypeAdapter[Op] = TypeAdapter(Annotated[Op, Field(discriminator="op")])
