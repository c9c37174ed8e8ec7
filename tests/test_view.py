"""The view: what a screen shows, as a fold over entries."""

from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.ending import Ending
from agent.entries import Entry
from agent.events import (
    EVENTS,
    Artifact,
    Citation,
    Done,
    Error,
    Event,
    Input,
    Outcome,
    Status,
    Token,
    Tool,
    Trace,
    Warning,
)
from agent.live import LiveRun
from agent.metrics import measure
from agent.view import Timings, View, apply, fold
from tests.strategies import events

OUTCOMES: list[Outcome] = ["completed", "cancelled", "timeout", "error", "interrupted"]


def entries_of(*said: Event, step: float = 0.1) -> list[Entry]:
    """A run's entries, 100 ms apart."""
    live = LiveRun("r1")
    return [live.append(event, round(step * (i + 1), 3)) for i, event in enumerate(said)]


def ended(said: list[Event], outcome: Outcome) -> list[Entry]:
    """The entries of a run that said this, then ended."""
    ending, live = Ending(), LiveRun("r1")
    for event in said:
        live.append(event, 0.1)
        ending.see(event)
    for event in ending.events(outcome, 0.2):
        live.append(event, 0.2)
    return live.entries


@given(st.lists(events, max_size=30), st.data())
def test_a_fold_that_is_cut_anywhere_and_resumed_is_the_same(said: list[Event], data: st.DataObject) -> None:
    entries = ended(said, data.draw(st.sampled_from(OUTCOMES)))
    whole = fold(entries)
    cut = data.draw(st.integers(0, len(entries)))
    shown = fold(entries[:cut])
    assert fold(entries[shown.stream.seq :], shown) == whole
    overlap = data.draw(st.integers(0, cut))
    assert fold(entries[overlap:], shown) == whole, "entries that were already seen change nothing"


@given(st.lists(events, max_size=30), st.sampled_from(OUTCOMES), st.data())
def test_a_fold_is_one_apply_after_the_other(said: list[Event], outcome: Outcome, data: st.DataObject) -> None:
    entries = ended(said, outcome)
    again = data.draw(st.integers(0, len(entries)))
    seen_twice = [*entries[:again], *entries]
    assert fold(seen_twice) == reduce(apply, seen_twice, View())


@given(st.lists(events, max_size=30), st.sampled_from(OUTCOMES))
def test_no_step_runs_after_done(said: list[Event], outcome: Outcome) -> None:
    view = fold(ended(said, outcome))
    assert view.stream.phase == "ended"
    assert view.stream.outcome == outcome
    assert [step for step in view.stream.steps if step.state == "running" or step.ended_ms is None] == []
    assert [tool for tool in view.tools if tool.state == "running"] == []
    assert view.input is None


@given(st.lists(events, max_size=30))
def test_the_text_is_the_tokens_and_the_offsets_have_no_gap(said: list[Event]) -> None:
    entries = ended(said, "completed")
    tokens = [entry.event for entry in entries if isinstance(entry.event, Token)]
    view = fold(entries)
    for channel, text in (("answer", view.message.answer), ("reasoning", view.message.reasoning)):
        of_channel = [token for token in tokens if token.channel == channel]
        assert "".join(token.text for token in of_channel) == text
        assert all(text[token.offset :].startswith(token.text) for token in of_channel)
        assert [token.offset for token in of_channel] == [
            sum(len(before.text) for before in of_channel[:i]) for i in range(len(of_channel))
        ]


@given(st.lists(events, max_size=30))
def test_an_artifact_is_always_its_highest_version(said: list[Event]) -> None:
    view = fold(ended(said, "completed"))
    artifacts = [event for event in said if isinstance(event, Artifact)]
    for name in {artifact.id for artifact in artifacts}:
        assert view.artifacts[name].version == max(a.version for a in artifacts if a.id == name)
    assert list(view.artifacts) == list(dict.fromkeys(artifact.id for artifact in artifacts))


def test_every_kind_of_event_can_be_shown() -> None:
    said: list[Event] = [
        Status(step="retrieving", label="Searching"),
        Status(step="retrieving", state="done", detail="4 of 31"),
        Trace(name="prompt"),
        Tool(call_id="c1", name="lookup", arguments={"ticker": "NVDA"}),
        Tool(call_id="c1", name="lookup", state="done", output=3),
        Token(text="I see.", channel="reasoning"),
        Citation(index=2, title="second"),
        Citation(index=1, title="first"),
        Token(text="It "),
        Token(text="rose. [1]"),
        Artifact(id="t", version=2, kind="table", data={"rows": []}),
        Artifact(id="t", version=1, kind="table", data={"late": True}),
        Warning(code="stale", message="old"),
        Input(id="q", prompt="Which?"),
        Input(id="q", prompt="Which?", state="answered", value="NVDA"),
        Error(code="x", message="no"),
        Done(outcome="error", partial=True, latency_ms=1700, usage={"tokens": 7}),
    ]
    assert {event.type for event in said} == set(EVENTS)
    view = fold(entries_of(*said))
    assert view.message.answer == "It rose. [1]"
    assert view.message.reasoning == "I see."
    assert [card.title for card in view.message.citations] == ["first", "second"]
    assert [(s.id, s.state, s.label, s.detail, s.started_ms, s.ended_ms) for s in view.stream.steps] == [
        ("retrieving", "done", "Searching", "4 of 31", 100, 200)
    ]
    assert [(t.name, t.state, t.arguments, t.output) for t in view.tools] == [("lookup", "done", {"ticker": "NVDA"}, 3)]
    assert view.artifacts["t"].data == {"rows": []}
    assert [w.code for w in view.warnings] == ["stale"]
    assert view.error == Error(code="x", message="no")
    assert view.input is None
    assert (view.stream.phase, view.stream.outcome, view.stream.partial) == ("ended", "error", True)
    assert view.usage == {"tokens": 7}


def test_the_phase_follows_the_run() -> None:
    entries = entries_of(
        Status(step="a"),
        Input(id="q", prompt="?"),
        Input(id="q", state="expired"),
        Done(outcome="completed", latency_ms=4),
    )
    phases, view = [View().stream.phase], View()
    for entry in entries:
        view = apply(view, entry)
        phases.append(view.stream.phase)
    assert phases == ["queued", "running", "waiting_input", "running", "ended"]


def test_the_open_question_is_shown_until_it_is_answered() -> None:
    question = Input(id="q", prompt="Which?")
    asked = fold(entries_of(question))
    assert asked.input == question
    assert fold(entries_of(question, Input(id="q", state="declined"))).input is None


def test_a_question_that_nobody_answered_is_kept() -> None:
    expired = Input(id="q", prompt="Which?", state="expired")
    view = fold(entries_of(Input(id="q", prompt="Which?"), expired, Input(id="r", prompt="And?")))
    assert view.expired == (expired,)
    assert view.input == Input(id="r", prompt="And?")


def test_blank_text_is_not_yet_a_first_token_nor_feedback() -> None:
    view = fold(
        entries_of(
            Trace(name="prompt"),
            Tool(call_id="c", name="t"),
            Token(text="\n "),
            Token(text="hm", channel="reasoning"),
            Token(text="Yes"),
            Done(outcome="completed", latency_ms=600),
        )
    )
    timings = view.stream.timings
    assert timings.first_feedback_ms == pytest.approx(400)
    assert timings.first_token_ms == pytest.approx(300), "of any channel, as in metrics.py"
    assert timings.first_text_ms == pytest.approx(500)
    assert timings.total_ms == 600


def test_the_time_that_a_person_thinks_is_not_the_agents() -> None:
    question = Input(id="q", prompt="Which?")
    answer = Input(id="q", state="answered", value="x")
    done = Done(outcome="completed", latency_ms=1000)
    entries = entries_of(question, answer, Token(text="hm", channel="reasoning"), Token(text="Yes"), done, step=0.2)
    timings, row = fold(entries).stream.timings, measure(entries)
    assert timings == Timings(first_feedback_ms=200, first_token_ms=400, first_text_ms=600, total_ms=800, waited_ms=200)
    found = [row[name] for name in ("ttff", "ttft", "ttfvt", "ended", "waited")]
    assert found == pytest.approx([200, 400, 600, 800, 200])


def test_the_first_step_is_the_first_feedback() -> None:
    timings = fold(entries_of(Status(step="interpreting"), Token(text="Yes"))).stream.timings
    assert [timings.first_feedback_ms, timings.first_token_ms] == pytest.approx([100, 200])


def test_a_step_keeps_its_label_and_its_beginning_when_it_ends() -> None:
    view = fold(entries_of(Status(step="a", label="Looking"), Status(step="a", state="failed", detail="nothing")))
    (step,) = view.stream.steps
    assert (step.label, step.detail, step.started_ms, step.ended_ms) == ("Looking", "nothing", 100, 200)


def test_a_view_is_never_changed_in_place() -> None:
    first, second = entries_of(
        Artifact(id="a", kind="value", data={}), Artifact(id="a", version=2, kind="value", data={"x": 1})
    )
    before = apply(View(), first)
    after = apply(before, second)
    assert before.artifacts["a"].version == 1
    assert after.artifacts["a"].version == 2
    assert apply(after, second) is after
