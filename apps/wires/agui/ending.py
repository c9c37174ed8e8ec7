"""How a client's run ends: with an outcome, with an error, or with a question to the person."""

from datetime import UTC, datetime
from typing import Any

from agent.events import Done, Error, Input, Json, Outcome
from agent.request import Run
from apps.wires.agui.events import OURS, AguiEvent, event, interrupt_id

_WORDS: dict[Outcome, str] = {
    "timeout": "The run was out of time.",
    "error": "The run failed.",
    "interrupted": "The server stopped before the run had ended.",
}
_USAGE = {
    "input_tokens": "inputTokens",
    "output_tokens": "outputTokens",
    "total_tokens": "totalTokens",
    "reasoning_tokens": "reasoningTokens",
}


def finished(names: dict[str, str], done: Done, error: Error | None) -> AguiEvent:
    """`names`: the client's ids of its thread and its run."""
    ours: dict[str, Any] = {"outcome": done.outcome, "partial": done.partial, "latency_ms": done.latency_ms}
    usage = _usage(done.usage)
    if done.outcome in ("completed", "cancelled"):
        outcome = {"type": "success" if done.outcome == "completed" else "cancelled"}
        return event("RUN_FINISHED", **names, outcome=outcome, usage=usage, metadata={OURS: ours})
    if error is not None:
        ours |= {"error": {"code": error.code, "retryable": error.retryable}}
    message = error.message if error is not None else _WORDS[done.outcome]
    return event("RUN_ERROR", message=message, code=done.outcome, usage=usage, metadata={OURS: ours})


def interrupted(names: dict[str, str], run: Run, question: Input, seq: int) -> AguiEvent:
    """The run waits for an answer; the client sends it as `resume` of its next run."""
    interrupt = {
        "id": interrupt_id(run, seq),
        "reason": "input_required",
        "message": question.prompt,
        "responseSchema": question.schema_,
        "metadata": {OURS: {"input_id": question.id}},
    }
    if question.expires_at is not None:
        interrupt["expiresAt"] = _iso(run.created_at + question.expires_at)
    return event("RUN_FINISHED", **names, outcome={"type": "interrupt", "interrupts": [interrupt]})


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _usage(counts: Json) -> list[Json] | None:
    known: Json = {
        name: int(count)
        for ours, name in _USAGE.items()
        if isinstance(count := counts.get(ours), int | float) and count >= 0
    }
    return [known] if known else None
