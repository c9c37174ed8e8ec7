"""The metric dictionary, case by case: what each number means for the person who waited."""

import pytest

from agent.events import Artifact, Citation, Error, Input, Token, Tool, Trace, Warning
from tests.timed import done, row, status, text


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
            "waited": 0,
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


def test_one_chunk_has_no_inter_chunk_latency() -> None:
    found = row(text(0.5), done(0.6))
    assert (found["icl"], found["icl_max"], found["ttft"], found["e2e"]) == (None, None, 500, 500)
