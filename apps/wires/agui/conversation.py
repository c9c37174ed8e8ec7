"""The messages that a client gets when it joins a run: its own, or those of the session, and the run's so far."""

from collections.abc import Iterator
from itertools import takewhile
from typing import Any

from agent.request import Run
from agent.view import View
from apps.v1.context import Context
from apps.wires.agui.body import RunAgentInput
from apps.wires.agui.encoder import Messages
from apps.wires.agui.events import OURS, shown
from apps.wires.agui.text import answer_id, reasoning_id
from apps.wires.agui.tools import arguments, call_id, result


async def conversation(here: Context, asked: RunAgentInput, run: Run, view: View) -> Messages:
    """A client that has none of it gets all from the session."""
    own = [one.echo() for one in asked.messages if one.is_kept and not one.id.startswith(f"{run.run_id}-")]
    if not any(message["role"] == "user" for message in own):
        finished = (await here.sessions.attach(run.session_id)).finished
        before = takewhile(lambda other: other.run.run_id != run.run_id, finished)
        own = [message for other in before for message in _with_question(other.run, other.view)]
        own.append(_question(run))
    return [*own, *_messages(run, view)]


def _with_question(run: Run, view: View) -> Iterator[dict[str, Any]]:
    yield _question(run)
    yield from _messages(run, view)


def _question(run: Run) -> dict[str, Any]:
    return {"id": f"question-{run.run_id}", "role": "user", "content": run.question}


def _messages(run: Run, view: View) -> Iterator[dict[str, Any]]:
    """What the run has said, as the client would have put it together itself."""
    said, name = view.message, run.run_id
    if said.reasoning:
        yield {"id": reasoning_id(name), "role": "reasoning", "content": said.reasoning}
    if said.answer or view.tools:
        yield _answer(name, view)
    for tool in view.tools:
        if tool.state != "running":
            fields = result(name, tool)
            metadata = {OURS: {"state": tool.state}}
            yield {"id": fields.pop("messageId"), "role": "tool", "metadata": metadata, **fields}


def _answer(name: str, view: View) -> dict[str, Any]:
    message: dict[str, Any] = {"id": answer_id(name), "role": "assistant"}
    if view.message.answer:
        message["content"] = view.message.answer
    if view.message.citations:
        message["metadata"] = {"citations": [shown(citation) for citation in view.message.citations]}
    if view.tools:
        message["toolCalls"] = [
            {
                "id": call_id(name, tool),
                "type": "function",
                "function": {"name": tool.name, "arguments": arguments(tool)},
            }
            for tool in view.tools
        ]
    return message
