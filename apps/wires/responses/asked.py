"""What a client of the Responses API asks: a question, and in which session."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from apps.v1.access import Caller
from apps.v1.bodies import NewRun
from apps.v1.context import Context
from apps.v1.problems import Refused
from apps.v1.start import agents
from apps.wires.threads import session_of

WIRE = "responses"


class Conversation(BaseModel):
    id: str = Field(min_length=1, max_length=200)


class NewResponse(BaseModel):
    """Of all that can be asked for what an agent can act on; its instructions and tools are its own."""

    model_config = ConfigDict(extra="ignore")

    input: str | list[dict[str, Any]]
    model: str = ""
    """One of the server's agents; any other name stands for its default."""
    stream: bool | None = None
    background: bool | None = None
    previous_response_id: str | None = None
    conversation: Conversation | str | None = None


async def new_run(here: Context, who: Caller, asked: NewResponse) -> NewRun:
    """Raises Refused, and UnknownRun for a previous response that is not there."""
    agent = asked.model if asked.model in agents() else ""
    try:
        return NewRun(question=question_of(asked.input), session_id=await _session(here, who, asked), agent=agent)
    except ValidationError as error:
        raise Refused(422, "invalid", f"input: {error.errors()[0]['msg']}") from error


async def _session(here: Context, who: Caller, asked: NewResponse) -> str:
    if asked.previous_response_id:
        return (await here.readable(who, asked.previous_response_id)).session_id
    if asked.conversation:
        named = asked.conversation if isinstance(asked.conversation, str) else asked.conversation.id
        return await session_of(here, who, WIRE, named)
    if earlier := _earlier(asked.input):
        return (await here.readable(who, earlier)).session_id
    return ""


def question_of(given: str | list[dict[str, Any]]) -> str:
    """The last thing that the person said. Raises Refused where that is nothing."""
    if isinstance(given, str):
        return given
    for item in reversed(given):
        if item.get("role") == "user":
            return _text(item.get("content"))
    raise Refused(400, "invalid", "input: expected a text, or a list with a message of the role 'user'")


def _text(content: object) -> str:
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    texts = [part["text"] for part in parts if isinstance(part, dict) and isinstance(part.get("text"), str)]
    return "\n".join(texts)


def _earlier(given: str | list[dict[str, Any]]) -> str:
    """The run whose output a client sends back as history; the ids of its items name it."""
    for item in reversed(given) if isinstance(given, list) else ():
        kind, _, rest = str(item.get("id", "")).partition("_")
        if kind in ("msg", "rs", "fc", "fco") and rest.startswith("r_"):
            return rest.rpartition("_")[0]
    return ""
