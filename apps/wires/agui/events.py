"""The events of AG-UI 1.0 as JSON, and as the frames of its event stream."""

from typing import Any

from pydantic_core import to_json

from agent.entries import on_one_line
from agent.events import Json
from agent.request import Run

AguiEvent = dict[str, Any]
OURS = "firstlight"
"""The key of all that is ours in an event's `metadata`: a client drops other keys than those of the protocol."""


def event(kind: str, **fields: Any) -> AguiEvent:
    """An event without the fields that are None: an absent field must not be null."""
    return {"type": kind} | {name: value for name, value in fields.items() if value is not None}


def activity(message_id: str, kind: str, content: Json) -> AguiEvent:
    """Something beside the text; the same id replaces it."""
    return event("ACTIVITY_SNAPSHOT", messageId=message_id, activityType=kind, content=content)


def custom(name: str, value: Json) -> AguiEvent:
    return event("CUSTOM", name=name, value=value)


def frame(event: AguiEvent, **ours: Any) -> bytes:
    """One server-sent event, with what is ours in its metadata."""
    metadata = event.get("metadata", {})
    whole = event | {"metadata": metadata | {OURS: ours | metadata.get(OURS, {})}}
    return b"data: %b\n\n" % on_one_line(to_json(whole, inf_nan_mode="null"))


def shown(event: Any) -> Json:
    """An event of ours as content: its fields, without its type and what is None."""
    fields: Json = event.model_dump(mode="json", exclude={"type"}, exclude_none=True)
    return fields


def pointer(*parts: str) -> str:
    """A JSON pointer (RFC 6901)."""
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in parts)


def interrupt_id(run: Run, seq: int) -> str:
    """Names the question that the run asked with this entry. An agent may use its own id twice."""
    return f"{run.run_id}:{seq}"
