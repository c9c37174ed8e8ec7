"""When the log stores: at once at the rates of people and models, together in a burst."""

from itertools import pairwise

from agent.bursts import Bursts

TURN = 0.00002
"""Seconds between two turns of a busy event loop."""


def commits(times: list[float]) -> list[tuple[float, int]]:
    """An entry at each time, a turn of the loop after each and, at the end, until nothing is left: when what
    was stored, and how many entries."""
    bursts, waiting, stored = Bursts(), 0, []

    def turn(now: float) -> None:
        nonlocal waiting
        if waiting and not bursts.should_wait(now):
            bursts.stored(now, waiting)
            stored.append((now, waiting))
            waiting = 0

    for time in times:
        waiting += 1
        turn(time)
    for later in range(1, 101):
        turn(times[-1] + later * TURN)
    return stored


def test_at_the_rates_of_models_every_entry_is_stored_in_its_own_turn() -> None:
    times = [n / 500 for n in range(1_000)]
    assert commits(times) == [(time, 1) for time in times]


def test_a_burst_is_stored_in_few_commits_and_nothing_waits_longer_than_a_millisecond() -> None:
    times = [n * TURN for n in range(3_000)]
    found = commits(times)
    assert sum(entries for _, entries in found) == 3_000
    assert len(found) <= 80
    gaps = [later - earlier for (earlier, _), (later, _) in pairwise(found)]
    assert max(gaps) <= 0.001 + 2 * TURN


def test_after_a_burst_an_entry_is_stored_at_once_again() -> None:
    burst = [n * TURN for n in range(500)]
    after = [1 + n / 50 for n in range(20)]
    assert [time for time, _ in commits(burst + after) if time >= 1] == after


def test_entries_that_only_happen_to_come_close_together_wait_once() -> None:
    times = [n * 0.0003 for n in range(200)]  # close, but a pause saves three commits and no more
    waited = sum(entries > 1 for _, entries in commits(times))
    assert 0 < waited <= 200 / 8
