"""The vocabulary: what an agent says while it works.

An event is a pure value. Who said it, when, and as which number of the run belong to the
`Entry` around it (agent/entries.py), which only the Runner makes.
"""

from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

Json = dict[str, JsonValue]
Outcome = Literal["completed", "cancelled", "timeout", "error", "interrupted"]


class _Event(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Status(_Event):
    """A step of the work: an upsert by `id`."""

    type: Literal["status"] = "status"
    step: str = Field(min_length=1)
    """`interpreting retrieving running_tool aggregating generating`, or an agent's own."""
    id: str = ""
    """Which of several like steps this is; the step's name where it is not given."""
    state: Literal["running", "done", "failed", "skipped"] = "running"
    label: str = ""
    """Says to a person what is happening now."""
    detail: str = ""
    """What came of it, when it is done."""

    @model_validator(mode="before")
    @classmethod
    def _id_is_the_step(cls, data: Any) -> Any:
        if isinstance(data, dict) and not data.get("id"):
            return {**data, "id": data.get("step", "")}
        return data


class Token(_Event):
    """A piece of text. Empty text is not an event."""

    type: Literal["token"] = "token"
    text: str = Field(min_length=1)
    channel: Literal["answer", "reasoning"] = "answer"
    offset: int = Field(default=0, ge=0)
    """Code points of this channel before it; stamped by the Runner, whatever the agent put there."""


class Tool(_Event):
    """One line of the execution log: an upsert by `call_id`."""

    type: Literal["tool"] = "tool"
    call_id: str = Field(min_length=1)
    name: str
    state: Literal["running", "done", "failed"] = "running"
    arguments: Json = {}
    output: JsonValue = None
    log: str = ""


class Artifact(_Event):
    """A thing beside the text: the same id with a higher version replaces it.

    `data` by kind: table `{"columns": [...], "rows": [[...]]}`; chart a Vega-Lite spec; value
    `{"value", "unit", "text", "formula", "inputs": [{"label", "text", ...}]}`, and where there are such
    `"steps"` (what was computed on the way, like the inputs) and `"notes"` (sentences); documents
    `{"documents": [{"title", "url", ...}]}`; file `{"name", "media_type", "url" or "text"}`.
    """

    type: Literal["artifact"] = "artifact"
    id: str = Field(min_length=1)
    version: int = Field(default=1, ge=1)
    kind: Literal["table", "chart", "value", "documents", "file"]
    title: str = ""
    data: Json


class Citation(_Event):
    """A source card; it arrives before the first token that holds its marker `[index]`."""

    type: Literal["citation"] = "citation"
    index: int = Field(ge=1)
    title: str
    source: str = ""
    """What kind of source or which publisher: `10-Q`, a collection's name."""
    url: str = ""
    locator: str = ""
    """Where in the source: a section, a page."""
    quote: str = ""
    score: float | None = None


class Warning(_Event):
    """A trust signal: shown, never fatal."""

    type: Literal["warning"] = "warning"
    code: str = Field(min_length=1)
    message: str


class Error(_Event):
    """A failure that the person should read. Not terminal: `done` still follows."""

    type: Literal["error"] = "error"
    code: str = Field(min_length=1)
    message: str
    retryable: bool = False


class Input(_Event):
    """The run asks the user: `reply = yield Input(...)` gives the agent the Input answered, declined or expired."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True)

    type: Literal["input"] = "input"
    id: str = Field(min_length=1)
    state: Literal["requested", "answered", "declined", "expired"] = "requested"
    prompt: str = ""
    schema_: Json = Field(default={"type": "string"}, alias="schema")
    """JSON Schema of the answer."""
    value: JsonValue = None
    """The answer, once there is one."""
    by: str = ""
    expires_at: float | None = None
    """Seconds since submit; stamped by the Runner, which keeps an agent's own where that is sooner."""


class Trace(_Event):
    """For engineers: retries, prompts, scores, provider chunks. Stays in the log unless asked for."""

    type: Literal["trace"] = "trace"
    name: str
    data: Json = {}


class Done(_Event):
    """The end: exactly one, always last, written only by the Runner."""

    type: Literal["done"] = "done"
    outcome: Outcome
    partial: bool = False
    """The answer is not all that was wanted: it was cut, or a step failed and something stood in for it."""
    latency_ms: float = Field(ge=0)
    usage: Json = {}


Event = Status | Token | Tool | Artifact | Citation | Warning | Error | Input | Trace | Done
"""All that can stand in a log; told apart by `type`."""

EVENTS: dict[str, type[_Event]] = {cls.model_fields["type"].default: cls for cls in get_args(Event)}
"""The event classes by their `type`."""
