"""What AG-UI clients send. They may send more than this: what is not here is ignored."""

from typing import Any, Literal

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from agent.events import Json
from apps.v1.bodies import NewRun

_ROLES = ("developer", "system", "assistant", "user", "tool", "reasoning")
_CHOICES = frozenset(NewRun.model_fields) - {"question", "session_id"}


class Part(BaseModel):
    """A piece of a message; only text is read."""

    model_config = ConfigDict(extra="allow")

    type: str
    text: str | None = None


class Message(BaseModel):
    """A message of the conversation as the client has it."""

    model_config = ConfigDict(extra="allow")

    id: str
    role: str
    content: str | list[Part] | Json | None = None

    @property
    def is_kept(self) -> bool:
        """Whether it can be given back to the client; its activities never left it."""
        return self.role in _ROLES and not isinstance(self.content, dict)

    @property
    def text(self) -> str:
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content if part.type == "text" and part.text)
        return self.content if isinstance(self.content, str) else ""

    def echo(self) -> dict[str, Any]:
        return self.model_dump(mode="json", exclude_none=True)


class Resume(BaseModel):
    """What a person says to a question of ours, or that they will not."""

    interruptId: str
    status: Literal["resolved", "cancelled"]
    payload: JsonValue = None


class RunAgentInput(BaseModel):
    """The body of a POST. The client makes up both ids: the same ones mean the same run."""

    threadId: str = Field(min_length=1, max_length=500)
    runId: str = Field(min_length=1, max_length=500)
    messages: list[Message]
    state: JsonValue = None
    forwardedProps: Json | None = None
    """`agent`, `model`, `pace`, `deadline` and `collection`, as in `POST /v1/runs`."""
    resume: list[Resume] | None = None

    @property
    def question(self) -> str:
        """What the person said last."""
        return next((one.text.strip() for one in reversed(self.messages) if one.role == "user"), "")

    def new_run(self, session_id: str) -> NewRun:
        """Raises RequestValidationError for what cannot be asked."""
        choices = {name: value for name, value in (self.forwardedProps or {}).items() if name in _CHOICES}
        try:
            return NewRun.model_validate({"question": self.question, "session_id": session_id} | choices)
        except ValidationError as error:
            where = ("body", "forwardedProps")
            raise RequestValidationError([one | {"loc": (*where, *one["loc"])} for one in error.errors()]) from error
