"""UI messages: what a client makes of chunks, for a page that is loaded again."""

from collections.abc import Iterable
from typing import Any

from agent.request import Run
from apps.wires.ai_sdk.chunks import Chunk

Message = dict[str, Any]
Part = dict[str, Any]


def question_of(run: Run) -> Message:
    """The person's message."""
    return {"id": f"{run.run_id}-question", "role": "user", "parts": [{"type": "text", "text": run.question}]}


def reduced(chunks: Iterable[Chunk]) -> Message:
    """The assistant message that these chunks build up, `start` first."""
    message: Message = {"role": "assistant", "metadata": {}, "parts": []}
    parts: list[Part] = message["parts"]
    named: dict[str, Part] = {}
    for chunk in chunks:
        kind = chunk["type"]
        if kind == "start":
            message["id"] = chunk["messageId"]
        message["metadata"] |= chunk.get("messageMetadata", {})
        if kind.startswith("data-"):
            _upsert(parts, named, f"{kind} {chunk['id']}", dict(chunk))
        elif kind.startswith("source-"):
            parts.append(dict(chunk))
        elif kind == "start-step":
            parts.append({"type": "step-start"})
        elif kind.startswith("tool-"):
            _tool(parts, named, chunk)
        elif kind.startswith(("text-", "reasoning-")):
            _speech(parts, named, chunk)
    return message


def _upsert(parts: list[Part], named: dict[str, Part], name: str, part: Part) -> None:
    if name in named:
        named[name].update(part)
    else:
        named[name] = part
        parts.append(part)


def _speech(parts: list[Part], named: dict[str, Part], chunk: Chunk) -> None:
    kind, _, what = chunk["type"].partition("-")
    if what == "start":
        identity = {"id": chunk["id"]} if kind == "reasoning" else {}
        _upsert(parts, named, chunk["id"], {"type": kind, "text": "", "state": "streaming"} | identity)
    elif what == "delta":
        named[chunk["id"]]["text"] += chunk["delta"]
    else:
        named[chunk["id"]]["state"] = "done"
        if "citations" in chunk:
            named[chunk["id"]]["citations"] = chunk["citations"]


_TOOL_FIELDS = ("toolCallId", "toolName", "title", "input", "output", "errorText", "providerExecuted", "preliminary")
_TOOL_STATES = {
    "tool-input-available": "input-available",
    "tool-output-available": "output-available",
    "tool-output-error": "output-error",
    "tool-output-denied": "output-denied",
    "tool-approval-request": "approval-requested",
    "tool-approval-response": "approval-responded",
}


def _tool(parts: list[Part], named: dict[str, Part], chunk: Chunk) -> None:
    fields = {name: chunk[name] for name in _TOOL_FIELDS if name in chunk}
    if (approval := chunk.get("approvalId")) is not None:
        call = named[f"approval {approval}"] if chunk["type"].endswith("response") else named[chunk["toolCallId"]]
        named[f"approval {approval}"] = call
        told = {"id": approval} | {name: chunk[name] for name in ("approved",) if name in chunk}
        told |= {"requestReason": chunk["reason"]} if "reason" in chunk else {}
        call["approval"] = call.get("approval", {}) | told
    else:
        part = {"type": "dynamic-tool"} | fields
        _upsert(parts, named, chunk["toolCallId"], part)
        call = named[chunk["toolCallId"]]
        if not chunk.get("preliminary"):
            call.pop("preliminary", None)
    call["state"] = _TOOL_STATES[chunk["type"]]
