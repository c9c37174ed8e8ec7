"""What holds of the metrics of any run."""

import math
from itertools import accumulate

from hypothesis import given, settings
from hypothesis import strategies as st

from agent.events import Artifact, Citation, Event, Status, Token, Tool, Trace, Warning
from agent.metrics import measure
from tests.timed import Said, done, row, run

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
