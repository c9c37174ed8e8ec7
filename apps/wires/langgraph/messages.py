"""Questions and answers as LangChain messages."""

from collections.abc import Sequence
from typing import Any

from agent.events import Citation, Json, Token
from agent.request import Run
from apps.v1.problems import Refused

Fields = dict[str, Any]
_HUMAN = ("human", "user")


def human(run: Run) -> Fields:
    return _message("human", f"{run.run_id}-human", run.question)


def ai(run_id: str, answer: str, reasoning: str, cards: Sequence[Citation], usage: Json) -> Fields:
    more: Fields = {"citations": [card.model_dump(exclude={"type"}, exclude_none=True) for card in cards]}
    if reasoning:
        more["reasoning_content"] = reasoning
    told = _message("ai", f"{run_id}-ai", answer, more)
    return told | {"tool_calls": [], "invalid_tool_calls": [], "usage_metadata": _usage(usage)}


def chunk(run_id: str, token: Token) -> Fields:
    """A piece of the answer; pieces with the same id are joined by their readers."""
    is_answer = token.channel == "answer"
    more = {} if is_answer else {"reasoning_content": token.text}
    told = _message("AIMessageChunk", f"{run_id}-ai", token.text if is_answer else "", more)
    return told | {"tool_calls": [], "invalid_tool_calls": [], "tool_call_chunks": [], "usage_metadata": None}


def question_of(given: object) -> str:
    """The last thing that the person says in a run's input: `{"messages": [...]}`, `{"question": "..."}` or a text.

    Raises Refused where there is nothing."""
    if isinstance(given, dict) and isinstance(given.get("question"), str):
        return str(given["question"])
    messages = given.get("messages") if isinstance(given, dict) else given
    for message in reversed(messages if isinstance(messages, list) else [messages]):
        if isinstance(message, str):
            return message
        if isinstance(message, dict) and (message.get("role") or message.get("type")) in _HUMAN:
            return _text(message.get("content"))
    raise Refused(422, "invalid", "input: expected {'messages': [...]} with a message of the role 'user'")


def _text(content: object) -> str:
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    texts = [part.get("text") if isinstance(part, dict) else part for part in parts]
    return "\n".join(text for text in texts if isinstance(text, str))


def _message(kind: str, message_id: str, content: str, more: Fields | None = None) -> Fields:
    head: Fields = {"type": kind, "id": message_id, "name": None, "content": content}
    return head | {"additional_kwargs": more or {}, "response_metadata": {}}


def _usage(counted: Json) -> Fields | None:
    if not counted:
        return None
    given, made = (
        int(n) if isinstance(n := counted.get(f"{k}_tokens"), int | float) else 0 for k in ("input", "output")
    )
    return {"input_tokens": given, "output_tokens": made, "total_tokens": given + made}
