"""The parts of a run as HTML: steps, sources, artifacts, tool calls, warnings, times.

`sections` gives each part as numbered items. The live view sends the items that changed, and a
finished turn is drawn from the very same ones, so nothing moves when a run ends.
"""

import json
from collections.abc import Mapping

from pydantic import JsonValue

from agent.events import Citation, Error, Input, Tool, Warning
from agent.request import Run
from agent.view import Step, View
from apps import words
from apps.artifacts import artifact
from apps.markup import link, text

Items = dict[int, str]
"""The HTML of a section's items, by a number that orders them."""

LEFT = ("status", "reasoning", "answer", "error", "warnings", "input", "outcome")
"""The sections of a turn of the conversation, in their order."""
RIGHT = ("steps", "sources", "artifacts", "tools")


def drawn_from(view: View) -> Mapping[str, object]:
    """What each section but the answer depends on: while it is equal, the section need not be drawn again."""
    stream = view.stream
    running = tuple(step for step in stream.steps if step.state == "running")
    return {
        "status": (stream.phase, running[-1:], bool(view.message.answer)),
        "reasoning": len(view.message.reasoning),
        "error": view.error,
        "warnings": (len(view.warnings), _was_stopped_early(view)),
        "input": (view.input, view.answered, view.expired, stream.outcome),
        "outcome": (stream.phase, stream.outcome),
        "steps": stream.steps,
        "sources": view.message.citations,
        "artifacts": tuple((one.id, one.version) for one in view.artifacts.values()),
        "tools": view.tools,
    }


def section(name: str, view: View, run: Run) -> Items:
    """The items of one section but the answer."""
    match name:
        case "status":
            return status(view)
        case "reasoning":
            return reasoning(view.message.reasoning)
        case "error":
            return {0: error(view.error)} if view.error else {}
        case "warnings":
            # They are about an answer that is not there.
            shown = () if _was_stopped_early(view) else view.warnings
            return {i: warning(one) for i, one in enumerate(shown)}
        case "input":
            over = [answered(one) for one in view.answered]
            over += [unanswered(one) for one in view.expired if not _was_stopped_while_asking(view, one)]
            return dict(enumerate([*over, question(run.run_id, view.input)] if view.input else over))
        case "outcome":
            return {0: outcome(view, run)} if view.stream.phase == "ended" else {}
        case "steps":
            return {i: step(one) for i, one in enumerate(view.stream.steps)}
        case "sources":
            return {one.index: source(run.run_id, one) for one in view.message.citations}
        case "artifacts":
            return {i: artifact(one) for i, one in enumerate(view.artifacts.values())}
        case "tools":
            return {i: tool(one) for i, one in enumerate(view.tools)}
        case _:
            raise KeyError(f"no section {name!r}")


def _was_stopped_early(view: View) -> bool:
    return view.stream.outcome == "cancelled" and not view.message.answer.strip()


def _was_stopped_while_asking(view: View, one: Input) -> bool:
    """The question was closed by Stop, before its own time was over."""
    timings = view.stream.timings
    if view.stream.outcome != "cancelled" or timings.total_ms is None or one.expires_at is None:
        return False
    return timings.total_ms + timings.waited_ms < one.expires_at * 1000  # `expires_at` counts the waiting too


def status(view: View) -> Items:
    """One line that says what is happening, until it has ended."""
    phase = view.stream.phase
    if phase == "ended":
        return {}
    running = [one for one in view.stream.steps if one.state == "running"]
    label = text(running[-1].label or running[-1].step, 300) if running else words.PHASES[phase]
    if phase == "waiting_input":
        label = words.PHASES[phase]
    return {0: f'<span class="fl-dot"></span><span>{label}</span>'}


def reasoning(said: str) -> Items:
    if not said.strip():
        return {}
    return {0: f'<details class="fl-reasoning"><summary>Reasoning</summary><p>{text(said, 20_000)}</p></details>'}


def step(one: Step) -> str:
    if one.ended_ms is None:
        time = f'<time class="fl-tick" data-since="{one.started_ms:.0f}"></time>'
    else:
        time = f"<time>{text(words.seconds(one.ended_ms - one.started_ms))}</time>"
    detail = f"<small>{text(one.detail, 300)}</small>" if one.detail else ""
    label = text(one.label or one.step.replace("_", " "), 300)
    return (
        f'<div class="fl-step is-{one.state}" role="listitem">{_mark(one.state)}'
        f"<div><b>{label}</b>{detail}</div>{time}</div>"
    )


def _mark(state: str) -> str:
    return f'<i class="fl-mark" role="img" aria-label="{state}"></i>'


def source(run_id: str, one: Citation) -> str:
    title = link(one.url, text(one.title, 300)) if one.url else text(one.title, 300)
    kind = f'<span class="fl-tag">{text(one.source, 60)}</span>' if one.source else ""
    where = " · ".join(part for part in (text(one.locator, 200), _match(one.score)) if part)
    return (
        f'<article class="fl-card fl-source" id="src-{text(run_id)}-{one.index}" tabindex="-1">'
        f'<header><span class="fl-number">{one.index}</span><h4>{title}</h4>{kind}</header>'
        + (f'<p class="fl-where">{where}</p>' if where else "")
        + (f"<blockquote>{text(one.quote)}</blockquote>" if one.quote else "")
        + "</article>"
    )


def _match(score: float | None) -> str:
    return "" if score is None else f"match {score:.2f}"


def tool(one: Tool) -> str:
    out = "" if one.output is None else f"<h5>Output</h5><pre>{text(_json(one.output), 4_000)}</pre>"
    log = f"<h5>Log</h5><pre>{text(one.log, 4_000)}</pre>" if one.log else ""
    arguments = f"<h5>Arguments</h5><pre>{text(_json(one.arguments), 4_000)}</pre>" if one.arguments else ""
    return (
        f'<details class="fl-card fl-tool is-{one.state}"><summary>{_mark(one.state)}'
        f"<code>{text(one.name, 100)}</code><span>{text(_brief(one.arguments), 200)}</span></summary>"
        f"{arguments}{out}{log}</details>"
    )


def _json(value: JsonValue) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)


def _brief(arguments: Mapping[str, JsonValue]) -> str:
    return ", ".join(f"{name}={_json(value)}" for name, value in arguments.items())


def warning(one: Warning) -> str:
    return f'<p class="fl-warning" title="{text(one.code, 100)}">{text(one.message)}</p>'


def error(one: Error) -> str:
    again = " <span>You can ask again.</span>" if one.retryable else ""
    return f'<p class="fl-error" role="alert">{text(one.message)}{again} <code>{text(one.code, 100)}</code></p>'


def question(run_id: str, one: Input) -> str:
    """What the run asks the user, as a form that the component posts. Choices are buttons."""
    left = ""
    if one.expires_at is not None:
        clock = f'<time class="fl-left" data-until="{one.expires_at * 1000:.0f}"></time>'
        left = f'<p class="fl-expiry">{words.TIME_LEFT.format(left=clock)}</p>'
    return (
        f'<form class="fl-ask" data-run="{text(run_id)}" data-input="{text(one.id, 500)}"><p>{text(one.prompt)}</p>'
        f'{_controls(one)}<button type="button" class="fl-decline" name="decline">{words.DECLINE}</button>'
        f'<output role="alert"></output>{left}</form>'
    )


def unanswered(one: Input) -> str:
    return f'<p class="fl-warning">{words.UNANSWERED.format(question=text(one.prompt))}</p>'


def answered(one: Input) -> str:
    """A question that is over, its answer, and who gave it."""
    declined = one.state == "declined"
    who = words.DECLINED if declined else words.ANSWERED
    if one.by:
        who = (words.DECLINED_BY if declined else words.ANSWERED_BY).format(name=text(one.by, 80))
    said = "" if declined else f" <b>{_said(one.value)}</b>"
    return f'<p class="fl-reply">{text(one.prompt)}{said} <small>{who}</small></p>'


def _said(value: JsonValue) -> str:
    if isinstance(value, bool):
        return words.YES if value else words.NO
    return text(_json(value), 300)


def _controls(one: Input) -> str:
    choices = [True, False] if one.schema_.get("type") == "boolean" else one.schema_.get("enum")
    if isinstance(choices, list):
        return "".join(_choice(choice) for choice in choices[:20])
    kind = "number" if one.schema_.get("type") in ("number", "integer") else "text"
    field = f'<input name="text" type="{kind}" step="any" aria-label="{words.YOUR_ANSWER}" autocomplete="off" required>'
    return f"{field}<button>{words.ANSWER}</button>"


def _choice(choice: JsonValue) -> str:
    name = _said(choice)
    return f'<button name="value" value="{text(json.dumps(choice), 500)}">{name}</button>'


def outcome(view: View, run: Run) -> str:
    """How it ended and how long one waited, under a finished answer."""
    stream = view.stream
    ended = stream.outcome or "completed"
    written = words.KEPT if view.message.answer.strip() else words.NOTHING_YET
    said = "" if ended == "completed" else f'<p class="fl-outcome is-{ended}">{words.OUTCOMES[ended]} {written}</p>'
    if stream.partial and ended == "completed":
        said = f'<p class="fl-outcome">{words.PARTIAL}</p>'
    waits = stream.timings.named().items()
    parts = [f"<span>{name} <b>{text(words.seconds(ms))}</b></span>" for name, ms in waits]
    parts += [f'<span class="fl-tag">{label}</span>' for label in labels(run)]
    return f'{said}<p class="fl-times">{"".join(parts)}</p>'


def labels(run: Run) -> list[str]:
    """What a reader must know of how this answer came to be: a simulated pace, a replay. HTML."""
    found = []
    if pace := run.request.get("pace"):
        found.append(words.PACED.format(pace=text(str(pace), 50)))
    if run.replay_of:
        found.append(words.REPLAYED.format(run=text(run.replay_of, 50)))
    return found
