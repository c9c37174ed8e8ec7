"""How a run ended for the person: with an answer, without one, in the middle of it; or it cannot be measured."""

import math

import pytest

from agent.entries import Entry
from agent.events import Artifact, Error, Outcome
from agent.metrics import measure
from tests.timed import done, row, run, status, text


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
