"""The encoder of AG-UI: what its client takes for a fault must never be said."""

import json
from collections.abc import Iterable
from typing import Any

import pytest

from agent.entries import Entry, payload_of
from agent.events import Artifact, Citation, Done, Error, Event, Input, Status, Token, Tool
from agent.view import fold
from apps.wires.agui.encoder import Encoder
from tests.server.agents import HARD, everything
from tests.streams import new_run

DONE = Done(outcome="completed", latency_ms=1)
RUN = new_run(created_at=0)
OPENERS = {
    "STEP_STARTED": ("STEP_FINISHED", "stepName"),
    "TEXT_MESSAGE_START": ("TEXT_MESSAGE_END", "messageId"),
    "REASONING_START": ("REASONING_END", "messageId"),
    "REASONING_MESSAGE_START": ("REASONING_MESSAGE_END", "messageId"),
    "TOOL_CALL_START": ("TOOL_CALL_END", "toolCallId"),
}
CLOSERS = {closer: (opener, key) for opener, (closer, key) in OPENERS.items()}


def entries(events: Iterable[Event]) -> list[Entry]:
    return [Entry("r1", seq, seq / 10, event.type, payload_of(event)) for seq, event in enumerate(events, 1)]


def told(events: Iterable[Event], seen: int = 0) -> list[dict[str, Any]]:
    """What a client is told that comes when `seen` entries are there."""
    log, encoder = entries(events), Encoder(RUN, "t", "c1")
    view = fold(log[:seen])
    first = encoder.begin(view, [] if seen else None)
    return frames(first + b"".join(encoder([entry]) for entry in log[seen:]))


def frames(body: bytes) -> list[dict[str, Any]]:
    *found, rest = body.decode().split("\n\n")
    assert rest == ""
    assert all(len(frame.splitlines()) == 1 and frame.startswith("data: ") for frame in found)
    return [json.loads(frame.removeprefix("data: ")) for frame in found]


def brief(events: Iterable[dict[str, Any]]) -> list[str]:
    """The events but for activities, as one readable list."""
    names = ("stepName", "delta", "name", "outcome", "content", "code")
    said = ([event["type"], *(str(event[name]) for name in names if name in event)] for event in events)
    return [" ".join(words) for words in said if words[0] != "ACTIVITY_SNAPSHOT"]


def check(events: list[dict[str, Any]]) -> None:
    """What `@ag-ui/client` verifies of a stream."""
    assert events[0]["type"] == "RUN_STARTED"
    assert [event["type"] in ("RUN_FINISHED", "RUN_ERROR") for event in events].index(True) == len(events) - 1
    is_open: set[tuple[str, str]] = set()
    for event in events:
        if event["type"] in OPENERS:
            one = (event["type"], event[OPENERS[event["type"]][1]])
            assert one not in is_open
            is_open.add(one)
        elif event["type"] in CLOSERS:
            opener, key = CLOSERS[event["type"]]
            is_open.remove((opener, event[key]))
        elif event["type"] == "TEXT_MESSAGE_CONTENT":
            assert ("TEXT_MESSAGE_START", event["messageId"]) in is_open
    assert not is_open


def has_null(value: object) -> bool:
    if isinstance(value, dict):
        return any(has_null(one) for one in value.values())
    return value is None or (isinstance(value, list) and any(has_null(one) for one in value))


@pytest.mark.parametrize("seen", range(len(everything()) + 2))
def test_a_client_that_comes_at_any_moment_gets_a_stream_that_it_accepts(seen: int) -> None:
    events = told([*everything(), DONE], seen)
    check(events)
    assert not any(has_null(event) for event in events)


def test_what_is_open_ends_with_the_question_and_goes_on_after_it() -> None:
    work: list[Event] = [
        Status(step="running_tool"),
        Tool(call_id="c", name="ask_around"),
        Token(text="Hm", channel="reasoning"),
        Token(text="So "),
        Input(id="q", prompt="Sure?", expires_at=9),
    ]
    asked = told(work)
    check(asked)
    assert asked[-1]["outcome"]["interrupts"][0]["expiresAt"] == "1970-01-01T00:00:09.000Z"
    answered = [*work, Input(id="q", state="answered", value="yes"), Tool(call_id="c", name="ask_around", state="done")]
    later = told([*answered, Status(step="running_tool", state="done"), Token(text="yes."), DONE], len(work) + 1)
    check(later)
    assert brief(later) == [
        "RUN_STARTED",
        "MESSAGES_SNAPSHOT",
        "TEXT_MESSAGE_START",
        "STATE_SNAPSHOT",
        "STEP_STARTED running_tool",
        "CUSTOM input",
        "TOOL_CALL_START",
        "TOOL_CALL_ARGS {}",
        "TOOL_CALL_END",
        "TOOL_CALL_RESULT ",
        "STEP_FINISHED running_tool",
        "TEXT_MESSAGE_CONTENT yes.",
        "TEXT_MESSAGE_END",
        "RUN_FINISHED {'type': 'success'}",
    ]


def test_like_steps_side_by_side_have_names_of_their_own() -> None:
    steps = [Status(step="retrieving", id=name, state=state) for state in ("running", "done") for name in ("a", "b")]
    events = told([*steps, Status(step="aggregating", state="skipped"), Status(step="retrieving", id="a"), DONE])
    check(events)
    assert [event["stepName"] for event in events if event["type"] == "STEP_STARTED"] == ["a", "b", "a"]


def test_an_artifact_of_any_name_is_found_in_the_state() -> None:
    old = Artifact(id="a/b~c", kind="value", data={"value": 1})
    new = old.model_copy(update={"version": 2})
    deltas = [event for event in told([old, new, old, DONE]) if event["type"] == "STATE_DELTA"]
    assert [(one["op"], one["path"]) for event in deltas for one in event["delta"]] == [
        ("add", "/artifacts/a~1b~0c"),
        ("replace", "/artifacts/a~1b~0c"),
    ]


def test_reasoning_and_text_that_alternate_stay_two_messages() -> None:
    says = [Token(text=text, channel="answer" if text.isupper() else "reasoning") for text in ("a", "B", "c", "D")]
    events = told([*says, DONE])
    check(events)
    assert len({event["messageId"] for event in events if "messageId" in event}) == 2


def test_a_run_that_did_not_complete_says_how_far_it_came() -> None:
    for outcome, last in (("timeout", "RUN_ERROR timeout"), ("interrupted", "RUN_ERROR interrupted")):
        done = Done.model_validate({"outcome": outcome, "partial": True, "latency_ms": 1})
        events = told([Token(text="Half"), done])
        assert brief(events)[-2:] == ["TEXT_MESSAGE_END", last]
        assert events[-1]["metadata"]["firstlight"]["partial"] is True
        assert events[-1]["message"]
    failed = told([Error(code="rate", message="Too many"), Done(outcome="error", latency_ms=1)])
    assert (failed[-1]["message"], failed[-1]["metadata"]["firstlight"]["error"]["code"]) == ("Too many", "rate")
    stopped = told([Done(outcome="cancelled", latency_ms=1, usage={"output_tokens": 3})])
    assert (stopped[-1]["outcome"], stopped[-1]["usage"]) == ({"type": "cancelled"}, [{"outputTokens": 3}])


def test_no_line_separator_reaches_a_reader_that_would_split_there() -> None:
    events = told([Citation(index=1, title=HARD), Token(text=HARD), DONE])  # `frames` counts the lines
    assert HARD in [event.get("delta") for event in events]
