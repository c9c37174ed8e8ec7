"""The vocabulary and the entries: what is on the wire, and that it comes back the same."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from agent.entries import Entry, payload_of, token_payload
from agent.events import (
    EVENTS,
    Artifact,
    Citation,
    Done,
    Error,
    Event,
    Input,
    Status,
    Token,
    Tool,
    Trace,
    Warning,
)
from tests.strategies import events

ONE_OF_EACH: list[Event] = [
    Status(step="retrieving", label="Searching 124 briefs", detail="kept 4 of 31"),
    Token(text="Größer\u2028“than”\x7f\x00🙂", offset=3),
    Tool(call_id="c1", name="lookup", arguments={"ticker": "NVDA", "none": None}, output=[1, None, {"a": None}]),
    Artifact(id="a", kind="table", data={"columns": ["x"], "rows": [[None], [1.5]], "note": None}),
    Citation(index=1, title="10-Q", score=0.5),
    Warning(code="stale", message="The newest filing is a year old."),
    Error(code="agent_error", message="no", retryable=True),
    Input(id="q", prompt="Which year?", schema={"type": "integer"}, value=2024, by="me", expires_at=60.5),
    Trace(name="usage", data={"input_tokens": 3}),
    Done(outcome="completed", latency_ms=8420, usage={"input_tokens": 3}),
]


def as_entry(event: Event, seq: int = 1, at: float = 0.25) -> Entry:
    return Entry("r1", seq, at, event.type, payload_of(event))


def test_the_vocabulary_is_complete() -> None:
    assert {event.type for event in ONE_OF_EACH} == set(EVENTS)


@pytest.mark.parametrize("event", ONE_OF_EACH, ids=lambda event: event.type)
def test_an_event_comes_back_from_its_entry_and_from_its_line(event: Event) -> None:
    entry = as_entry(event)
    assert entry.event == event
    assert Entry.from_line(entry.line()) == entry
    assert Entry.from_line(entry.line().encode()) == entry


@given(events)
def test_any_event_comes_back(event: Event) -> None:
    entry = as_entry(event)
    assert entry.event == event
    assert Entry.from_line(entry.line()) == entry
    assert "\n" not in entry.line()


@given(st.text(min_size=1), st.integers(min_value=0), st.sampled_from(["answer", "reasoning"]))
def test_the_short_way_for_tokens_writes_what_the_model_would(text: str, offset: int, channel: str) -> None:
    token = Token.model_validate({"text": text, "channel": channel, "offset": offset})
    assert token_payload(token, offset) == payload_of(token)


def test_a_frame_is_the_users_example_with_the_time() -> None:
    status = Entry("r1", 1, 0.0012345, "status", payload_of(Status(step="retrieving")))
    head, event, data, *rest = status.frame.decode().split("\n")
    assert (head, event, rest) == ("id: 1", "event: status", ["", ""])
    assert json.loads(data.removeprefix("data: ")) == {
        "step": "retrieving",
        "id": "retrieving",
        "state": "running",
        "label": "",
        "detail": "",
        "t_ms": 1.234,
    }
    done = as_entry(Done(outcome="completed", latency_ms=8420), at=8.42).frame
    assert done.startswith(b'id: 1\nevent: done\ndata: {"outcome":"completed"')
    assert json.loads(done.decode().split("data: ")[1])["latency_ms"] == 8420


@pytest.mark.parametrize("event", ONE_OF_EACH, ids=lambda event: event.type)
def test_a_frame_is_one_event_whatever_the_text_holds(event: Event) -> None:
    frame = as_entry(event).frame
    assert frame.count(b"\n") == 4 and b"\r" not in frame
    fields = json.loads(frame.decode().split("\ndata: ")[1])
    assert fields.pop("t_ms") == 250
    assert "type" not in fields and "run_id" not in fields


def test_a_line_holds_its_place_and_the_fields_of_the_event() -> None:
    line = as_entry(Warning(code="stale", message="Größe")).line()
    assert line == '{"run_id": "r1", "seq": 1, "at": 0.25, "type": "warning", "code": "stale", "message": "Größe"}'


@pytest.mark.parametrize(
    "line",
    [
        "",
        "[]",
        "{}",
        '{"run_id": "r1", "seq": 1, "at": 0.1, "type": "shout", "text": "x"}',
        '{"run_id": "r1", "seq": 1, "at": 0.1, "type": "token", "text": ""}',
        '{"run_id": "r1", "seq": 1, "at": 0.1, "type": "token", "text": "x", "colour": "red"}',
        '{"run_id": "r1", "at": 0.1, "type": "token", "text": "x"}',
    ],
)
def test_a_line_that_is_no_entry_is_refused(line: str) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        Entry.from_line(line)


def test_events_are_frozen_and_refuse_what_they_do_not_know() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        setattr(Token(text="a"), "text", "b")  # noqa: B010  # what a type checker refuses, at run time
    with pytest.raises(ValidationError, match="Extra inputs"):
        Token.model_validate({"text": "a", "colour": "red"})
    with pytest.raises(ValidationError, match="at least 1 character"):
        Token(text="")


def test_a_step_is_its_own_id_where_none_is_given() -> None:
    assert Status(step="retrieving").id == "retrieving"
    assert Status(step="running_tool", id="call 2").id == "call 2"
    assert Status.model_validate({"step": "x", "id": ""}).id == "x"


def test_numbers_that_json_does_not_know_become_null() -> None:
    entry = as_entry(Artifact(id="a", kind="value", data={"value": math.nan, "inputs": [math.inf]}))
    assert json.loads(entry.payload)["data"] == {"value": None, "inputs": [None]}
    assert as_entry(Citation(index=1, title="t", score=math.nan)).event == Citation(index=1, title="t")


def test_what_is_none_in_the_data_stays_in_the_data() -> None:
    data = json.loads(as_entry(ONE_OF_EACH[3]).payload)["data"]
    assert data == {"columns": ["x"], "rows": [[None], [1.5]], "note": None}
