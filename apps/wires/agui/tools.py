"""Tool calls: those of the protocol, and an activity for what a tool says while it works."""

from collections.abc import Iterator
from typing import Any, Literal

from pydantic_core import to_json

from agent.events import Tool
from apps.wires.agui.events import OURS, AguiEvent, activity, event, shown
from apps.wires.agui.text import answer_id


def call_id(run_id: str, tool: Tool) -> str:
    """Unique in the thread: a client looks for a call in all of its messages."""
    return f"{run_id}-tool-{tool.call_id}"


def arguments(tool: Tool) -> str:
    """Empty where more may come."""
    return to_json(tool.arguments).decode() if tool.arguments or tool.state != "running" else ""


def result(run_id: str, tool: Tool) -> dict[str, Any]:
    """What a finished call gave, as the fields that a tool message and its event share."""
    output = tool.log if tool.output is None else tool.output
    content = output if isinstance(output, str) else to_json(output).decode()
    return {"messageId": f"{run_id}-result-{tool.call_id}", "toolCallId": call_id(run_id, tool), "content": content}


class Tools:
    """The calls of a run, all in the message of its answer."""

    def __init__(self, run_id: str) -> None:
        self._run_id = run_id
        self._calls: dict[str, Literal["open", "closed", "answered"]] = {}

    def see(self, tool: Tool) -> Iterator[AguiEvent]:
        was = self._calls.get(tool.call_id)
        if was != "answered":
            yield from self._call(tool, was)
        if tool.log or was == "answered":
            yield activity(f"{self._run_id}-log-{tool.call_id}", "tool", shown(tool))

    def again(self, tools: tuple[Tool, ...]) -> Iterator[AguiEvent]:
        """Calls that are in the messages that the reader got."""
        for tool in tools:
            if tool.state != "running":
                self._calls[tool.call_id] = "answered"
            elif tool.arguments:
                self._calls[tool.call_id] = "closed"
            if tool.log:
                yield activity(f"{self._run_id}-log-{tool.call_id}", "tool", shown(tool))

    def end(self) -> Iterator[AguiEvent]:
        """A run that waits for the person may have open calls; they begin again when it goes on."""
        for name, state in self._calls.items():
            if state == "open":
                yield event("TOOL_CALL_END", toolCallId=f"{self._run_id}-tool-{name}")

    def _call(self, tool: Tool, was: str | None) -> Iterator[AguiEvent]:
        name = call_id(self._run_id, tool)
        if was is None:
            self._calls[tool.call_id] = "open"
            parent = answer_id(self._run_id)
            yield event("TOOL_CALL_START", toolCallId=name, toolCallName=tool.name, parentMessageId=parent)
        if was != "closed" and (given := arguments(tool)):
            self._calls[tool.call_id] = "closed"
            yield event("TOOL_CALL_ARGS", toolCallId=name, delta=given)
            yield event("TOOL_CALL_END", toolCallId=name)
        if tool.state != "running":
            self._calls[tool.call_id] = "answered"
            metadata = {OURS: {"state": tool.state}}
            yield event("TOOL_CALL_RESULT", role="tool", metadata=metadata, **result(self._run_id, tool))
