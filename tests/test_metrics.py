"""The metric dictionary, case by case: what each number means for the person who waited."""

import math
from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.entries import Entry, payload_of
from agent.events import (
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
from agent.metrics import Row, measure

Said = tuple[float, Event]


def run(*said: Said, run_id: str = "r_1") -> list[Entry]:
    return [Entry(run_id, seq, at, event.type, payload_of(event)) for seq, (at, event) in enumerate(said, 1)]


def done(at: float, outcome: Outcome = "completed", partial: bool = False) -> Said:
    return at, Done(outcome=outcome, partial=partial, latency_ms=at * 1000)


def row(*said: Said) -> Row:
    return measure(run(*said))


def text(at: float, words: str = "word ") -> Said:
    return at, Token(text=words)


def status(at: float, step: str, label: str = "", state: str = "running", detail: str = "") -> Said:
    return at, Status.model_validate({"step": step, "label": label, "state": state, "detail": detail})


def test_a_whole_run_in_one_row() -> None:
    found = row(
        status(0.010, "retrieving", "Searching"),
        (0.015, Trace(name="scores")),
        (0.020, Tool(call_id="t1", name="search")),
        status(2.000, "retrieving", "Searching", "done", "kept 4 of 31"),
        status(2.000, "generating", "Writing"),
        (2.100, Citation(index=1, title="10-Q")),
        (2.150, Token(text="hm", channel="reasoning")),
        text(2.200, "\n"),
        text(2.300, "Yes "),
        text(2.500, "[1]."),
        (2.600, Artifact(id="a", kind="value", data={})),
        status(2.700, "generating", "Writing", "done"),
        done(2.720),
    )
    assert found == pytest.approx(
        {
            "outcome": "completed",
            "done_outcome": "completed",
            "done_partial": False,
            "invalid": "",
            "ttff": 10,
            "ttfs": 10,
            "ttft": 2150,
            "ttfo": 2200,
            "ttfvt": 2300,
            "ttfc": 2100,
            "ttfa": 2600,
            "tterr": None,
            "e2e": 2600,
            "ended": 2720,
            "done_lag": 120,
            "icl": 100,
            "icl_max": 200,
            "lsg": 1990,
            "stall_n": 1,
            "stall_s": 0.990,
            "tsi": (2.2 + 4 * 2.3 + 4 * 2.5) / 9,
            "unattributed": 10,
            "overlap": 1,
            "n_chunks": 4,
            "n_status": 3,
            "n_ungrounded": 0,
            "stage_start_retrieving": 10,
            "stage_wall_retrieving": 1990,
            "silence_by_stage_retrieving": 990,
            "stage_start_generating": 2000,
            "stage_wall_generating": 700,
            "silence_by_stage_generating": 0,
        }
    )


def test_whitespace_is_a_first_token_but_not_first_text_nor_feedback() -> None:
    found = row(text(0.1, "\n"), text(0.2, "Yes"), done(0.3))
    assert (found["ttft"], found["ttfvt"], found["ttff"]) == (100, 200, 200)


def test_reasoning_is_feedback_but_not_the_answer() -> None:
    found = row((0.1, Token(text="hm", channel="reasoning")), text(0.3), done(0.4))
    assert (found["ttff"], found["ttft"], found["ttfo"], found["ttfvt"]) == (100, 100, 300, 300)


def test_tools_and_traces_are_not_feedback() -> None:
    found = row((0.1, Tool(call_id="t", name="search")), (0.2, Trace(name="retry")), text(0.5), done(0.6))
    assert found["ttff"] == 500


def test_a_warning_an_error_and_a_question_are_feedback() -> None:
    for event in (
        Warning(code="stale", message="old"),
        Error(code="x", message="broken"),
        Input(id="q", prompt="Which year?"),
    ):
        assert row((0.1, event), text(0.5), done(0.6))["ttff"] == 100


def test_a_status_of_blanks_is_not_feedback() -> None:
    found = row(status(0.1, "thinking", " "), text(0.5), done(0.6))
    assert (found["ttff"], found["ttfs"]) == (500, None)


def test_a_status_without_a_label_shows_its_step() -> None:
    assert row(status(0.1, "retrieving"), text(0.5), done(0.6))["ttff"] == 100


def test_nothing_but_done_is_an_empty_answer() -> None:
    found = row(done(1.5))
    assert found["outcome"] == "empty"
    assert (found["ttff"], found["ttft"], found["e2e"], found["icl"], found["tsi"]) == (None,) * 5
    assert found["lsg"] == 1500


def test_an_artifact_alone_is_an_answer() -> None:
    found = row((0.4, Artifact(id="a", kind="value", data={})), done(0.5))
    assert (found["outcome"], found["e2e"], found["ttfvt"]) == ("completed", 400, None)


def test_a_failure_before_the_answer() -> None:
    found = row(status(0.1, "retrieving"), (2.0, Error(code="x", message="broken")), done(2.0, "error"))
    assert (found["outcome"], found["tterr"], found["e2e"], found["lsg"]) == ("error", 2000, None, 1900)


def test_a_failure_within_the_answer_is_partial() -> None:
    found = row(text(0.5), (2.0, Error(code="x", message="broken")), done(2.0, "error", partial=True))
    assert (found["outcome"], found["ttft"], found["e2e"], found["done_partial"]) == ("partial", 500, None, True)


@pytest.mark.parametrize("outcome", ["cancelled", "timeout", "interrupted"])
def test_a_run_that_was_cut_has_first_times_and_no_end(outcome: Outcome) -> None:
    found = row(text(0.5), done(3.0, outcome, partial=True))
    assert (found["outcome"], found["ttft"], found["e2e"], found["ended"]) == (outcome, 500, None, 3000)
    assert (found["lsg"], found["unattributed"]) == (2500, None)


def test_one_chunk_has_no_inter_chunk_latency() -> None:
    found = row(text(0.5), done(0.6))
    assert (found["icl"], found["icl_max"], found["ttft"], found["e2e"]) == (None, None, 500, 500)


def test_a_stall_counts_beyond_its_first_second_only() -> None:
    found = row(text(0.5), text(1.5), text(4.0), done(4.0))
    assert (found["stall_n"], found["stall_s"], found["lsg"]) == (1, 1.5, 2500)


def test_the_users_own_time_is_no_silence() -> None:
    asked, answered = Input(id="q", prompt="Which?"), Input(id="q", state="answered", value="NVDA")
    found = row((0.2, asked), (60.2, answered), text(60.4), done(60.5))
    assert found["lsg"] == pytest.approx(200)
    assert found["stall_n"] == 0


def test_steps_side_by_side_and_a_step_with_two_ids() -> None:
    found = row(
        (0.0, Status(step="retrieving", id="a")),
        (0.5, Status(step="retrieving", id="b")),
        (1.0, Status(step="retrieving", id="a", state="done")),
        (1.0, Status(step="running_tool")),
        (2.0, Status(step="retrieving", id="b", state="failed")),
        (2.0, Status(step="running_tool", state="done")),
        text(3.0),
        done(3.0),
    )
    assert (found["stage_wall_retrieving"], found["stage_wall_running_tool"]) == (2000, 1000)
    assert found["overlap"] == pytest.approx((1.0 + 1.5 + 1.0) / 2.0)
    assert found["unattributed"] == pytest.approx(1000)
    assert found["silence_by_stage_running_tool"] == 0


def test_a_step_that_ran_twice_counts_both_times() -> None:
    found = row(
        status(0.0, "retrieving"),
        status(0.1, "retrieving", state="done"),
        status(0.5, "retrieving"),
        status(0.8, "retrieving", state="done"),
        text(1.0),
        done(1.0),
    )
    assert found["stage_start_retrieving"] == 0
    assert found["stage_wall_retrieving"] == pytest.approx(400)


def test_silence_belongs_to_the_steps_that_ran_in_it() -> None:
    found = row(
        status(0.0, "retrieving", "Searching"),
        status(2.0, "retrieving", state="done"),
        status(2.0, "generating", ""),
        text(5.0),
        done(5.0),
    )
    assert (found["silence_by_stage_retrieving"], found["silence_by_stage_generating"]) == (1000, 2000)
    assert found["stall_s"] == 3.0


@pytest.mark.parametrize(
    ("entries", "reason"),
    [
        ([], "without entries"),
        (run(text(0.5)), "exactly one done"),
        (run(done(0.1), text(0.5)), "exactly one done"),
        (run(done(0.1), done(0.2)), "exactly one done"),
        (run(text(0.5), text(0.4), done(0.6)), "backwards"),
        (run(text(-0.1), done(0.6)), "backwards"),
        (run(text(math.nan), done(0.6)), "backwards"),
        (run(text(0.1), text(0.2), done(0.6))[1:], "number"),
        (run(text(0.1), done(0.2)) + run(text(0.1), done(0.2), run_id="r_2"), "several runs"),
    ],
)
def test_a_run_that_cannot_be_measured_is_invalid_and_has_no_values(entries: list[Entry], reason: str) -> None:
    found = measure(entries)
    assert found["outcome"] == "invalid"
    assert reason in str(found["invalid"])
    assert {value for name, value in found.items() if name not in ("outcome", "invalid")} == {None}


unhurried = settings(deadline=None)
pauses = st.floats(0, 5).map(lambda seconds: round(seconds, 3))
visible = st.one_of(
    st.text("ab \n", min_size=1, max_size=5).map(lambda words: Token(text=words)),
    st.sampled_from(["retrieving", "generating"]).flatmap(
        lambda step: st.builds(
            Status,
            step=st.just(step),
            state=st.sampled_from(["running", "done"]),
            label=st.sampled_from(["", "Searching", "Writing"]),
        )
    ),
    st.builds(Citation, index=st.integers(1, 3), title=st.just("10-Q")),
    st.builds(Artifact, id=st.just("a"), kind=st.just("value"), data=st.just({})),
    st.builds(Warning, code=st.just("w"), message=st.just("careful")),
)
invisible = st.sampled_from([Trace(name="scores"), Tool(call_id="t", name="search"), Tool(call_id="u", name="lookup")])


@st.composite
def runs(draw: st.DrawFn) -> list[Said]:
    events = draw(st.lists(visible, max_size=8))
    times = list(accumulate(draw(st.lists(pauses, min_size=len(events) + 1, max_size=len(events) + 1))))
    return [*zip(times, events, strict=False), done(times[-1])]


@unhurried
@given(runs(), st.randoms())
def test_the_order_in_which_entries_are_handed_over_changes_nothing(said: list[Said], random: object) -> None:
    entries = run(*said)
    shuffled = list(entries)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert measure(shuffled) == measure(entries)


@unhurried
@given(runs(), invisible, st.data())
def test_what_nobody_sees_changes_nothing(said: list[Said], event: Event, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(said) - 1))
    assert row(*said[:place], (said[place][0], event), *said[place:]) == row(*said)


@unhurried
@given(runs(), st.data())
def test_saying_the_same_again_never_helps(said: list[Said], data: st.DataObject) -> None:
    shown = [place for place, (_, event) in enumerate(said) if isinstance(event, Status)]
    if not shown:
        return
    place = data.draw(st.sampled_from(shown))
    step = said[place][1]
    until = next((i for i in range(place + 1, len(said)) if said[i][1].type == "status"), len(said) - 1)
    for again in range(place + 1, until + 1):
        repeated = [*said[:again], (said[again][0], step), *said[again:]]
        before, after = row(*said), row(*repeated)
        assert [after[name] for name in ("lsg", "stall_n", "stall_s", "n_status", "ttff")] == [
            before[name] for name in ("lsg", "stall_n", "stall_s", "n_status", "ttff")
        ]


@unhurried
@given(runs(), st.floats(0, 10), st.data())
def test_waiting_longer_never_looks_better(said: list[Said], pause: float, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(said) - 1))
    later = [*said[:place], *((at + pause, event) for at, event in said[place:-1]), done(said[-1][0] + pause)]
    before, after = row(*said), row(*later)
    for name in ("ttff", "ttft", "ttfvt", "ttfc", "ttfa", "e2e", "ended", "lsg", "stall_s", "tsi"):
        first, second = before[name], after[name]
        assert (first is None) == (second is None)
        if isinstance(first, (int, float)) and isinstance(second, (int, float)):
            assert second >= first - 1e-6


@unhurried
@given(runs())
def test_a_column_without_a_value_is_none_and_never_nan(said: list[Said]) -> None:
    for value in row(*said).values():
        assert not isinstance(value, float) or math.isfinite(value)
