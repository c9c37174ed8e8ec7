"""The output items of a response: what was said, thought and looked up, as its clients know it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from agent.events import Citation, Tool
from agent.markers import spans

Fields = dict[str, Any]
Status = Literal["in_progress", "completed", "incomplete"]


@dataclass
class Text:
    """A message or a piece of reasoning, which grows."""

    kind: Literal["message", "reasoning"]
    id: str
    index: int
    pieces: list[str] = field(default_factory=list)
    annotations: list[Fields] = field(default_factory=list)
    status: Status = "in_progress"

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    def part(self) -> Fields:
        if self.kind == "reasoning":
            return {"type": "reasoning_text", "text": self.text}
        return {"type": "output_text", "text": self.text, "annotations": list(self.annotations), "logprobs": []}

    def item(self) -> Fields:
        content = [self.part()] if self.pieces else []
        head: Fields = {"id": self.id, "type": self.kind, "status": self.status, "content": content}
        own: Fields = {"role": "assistant"} if self.kind == "message" else {"summary": []}
        return head | own


@dataclass
class Call:
    """A tool call of the agent's own: nothing that the client is to run, for its output follows."""

    id: str
    index: int
    call_id: str
    name: str
    arguments: str = ""
    status: Status = "in_progress"

    def item(self) -> Fields:
        names = ("id", "call_id", "name", "arguments", "status")
        return {"type": "function_call"} | {name: getattr(self, name) for name in names}


@dataclass
class CallOutput:
    """What a tool call has given."""

    id: str
    index: int
    call_id: str
    output: str
    failed: bool

    def item(self) -> Fields:
        status = "incomplete" if self.failed else "completed"
        same = {name: getattr(self, name) for name in ("id", "call_id", "output")}
        return {"type": "function_call_output", "status": status} | same


def written(tool: Tool) -> str:
    """A tool's output as the text that an output item holds."""
    given = tool.log if tool.output is None else tool.output
    return given if isinstance(given, str) else json.dumps(given)


def annotations(text: str, cards: Mapping[int, Citation]) -> list[Fields]:
    """One for each marker in the text that has a card; `text[start_index:end_index]` is the marker."""
    return [_annotation(cards[index], start, end) for index, start, end in spans(text) if index in cards]


def _annotation(card: Citation, start: int, end: int) -> Fields:
    if card.url:
        place = {"start_index": start, "end_index": end}
        return {"type": "url_citation", "url": card.url, "title": card.title} | place
    return {"type": "file_citation", "file_id": f"source_{card.index}", "filename": card.title, "index": start}
