"""What an AI SDK client wants of a chat: a new answer, one again, or the rest of one whose question it has answered."""

from typing import Any, Literal, NamedTuple, TypeVar, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agent.errors import InputRejected
from agent.events import Input
from agent.request import Run
from apps.v1.access import Caller
from apps.v1.bodies import NewRun, Pace
from apps.v1.context import Context
from apps.v1.problems import Refused
from apps.wires.ai_sdk.answer import closed
from apps.wires.threads import begin, session_of

WIRE = "ai_sdk"
M = TypeVar("M", bound=BaseModel)


class UIMessage(BaseModel):
    """As much of a message as counts here."""

    id: str = Field(default="", max_length=500)
    role: Literal["system", "user", "assistant"]
    parts: list[dict[str, Any]] = []


class Approval(BaseModel):
    """The person's answer, in a tool part of the assistant's message."""

    id: str = Field(max_length=200)
    approved: bool = False


class Chat(BaseModel):
    """What `useChat` sends. Of the messages only the last one counts: the earlier ones are in the log."""

    model_config = ConfigDict(extra="ignore")

    id: str = Field(min_length=1, max_length=500)
    """The chat's: any name, or one of our sessions."""
    messages: list[UIMessage] = Field(min_length=1)
    trigger: Literal["submit-message", "regenerate-message"] = "submit-message"
    agent: str = Field(default="", max_length=200)
    model: str = Field(default="", max_length=200)
    pace: Pace = ""
    collection: str = Field(default="", max_length=200)
    deadline: float | None = Field(default=None, gt=0, le=86_400)


class Place(NamedTuple):
    """Which run answers, and the entry behind which the client goes on reading."""

    run: Run
    after: int = 0


async def place_of(here: Context, who: Caller, chat: Chat) -> Place:
    """Starts, joins or continues a run. Raises Refused, and what starting raises."""
    last = chat.messages[-1]
    if last.role == "assistant" and chat.trigger == "submit-message":
        return await _answered(here, who, chat.id, last)
    asked = next((message for message in reversed(chat.messages) if message.role == "user"), UIMessage(role="user"))
    new = _new_run(chat, _text(asked))
    session_id = await session_of(here, who, WIRE, chat.id)
    key = "\0".join((session_id, asked.id, new.question))
    if chat.trigger == "regenerate-message":
        newest = next(iter(await here.core.log.runs(session_id, limit=1)), None)
        if newest and newest.is_open and newest.question == new.question.strip():
            return Place(newest)  # it is being made right now
        key += f"\0after {newest.run_id if newest else ''}"
    return Place((await begin(here, who, WIRE, new.model_copy(update={"session_id": session_id}), key)).run)


def _new_run(chat: Chat, question: str) -> NewRun:
    """Raises Refused."""
    if not question.strip():
        raise Refused(422, "invalid", "expected a message of the user with text")
    same = chat.model_dump(include={"agent", "model", "pace", "collection", "deadline"})
    return _valid(NewRun, {"question": question} | same)


def _valid(kind: type[M], given: object) -> M:
    """Raises Refused."""
    try:
        return kind.model_validate(given)
    except ValidationError as error:
        one = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in one["loc"]) or kind.__name__.lower()
        raise Refused(422, "invalid", f"{where}: {one['msg']}, not {one['input']!r:.100}") from error


def _text(message: UIMessage) -> str:
    return "\n".join(str(part.get("text", "")) for part in message.parts if part.get("type") == "text")


async def _answered(here: Context, who: Caller, chat_id: str, message: UIMessage) -> Place:
    """Gives the answer of an approval to the run that asked. The first one counts; sent again, it joins."""
    found = [part.get("approval") for part in message.parts if part.get("state") == "approval-responded"]
    if not found:
        detail = "the last message is the assistant's, and answers no approval: resume or regenerate"
        raise Refused(422, "invalid", detail)
    approval = _valid(Approval, found[-1])
    run_id, _, number = approval.id.rpartition(".")
    run = await here.controllable(who, run_id)
    live = await here.tails.of(run_id)
    entry = next((entry for entry in live.entries if entry.type == "input" and str(entry.seq) == number), None)
    if entry is None or run.session_id != await session_of(here, who, WIRE, chat_id):
        raise Refused(422, "invalid", f"no approval {approval.id!r} in this chat")
    question = cast(Input, entry.event)
    if not closed(live, entry.seq):
        try:
            await here.core.runner.answer(run_id, question.id, approval.approved, by=who.name)
        except InputRejected:
            if not closed(live, entry.seq):
                raise
    return Place(run, entry.seq)
