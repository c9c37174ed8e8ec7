"""Steps and silences: what ran when, and how long nothing was to be seen."""

import pytest

from agent.events import Input, Status
from tests.timed import done, row, status, text


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
